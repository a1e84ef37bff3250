"""Serve the web app: a small server in this process, and beside it one that does the long work."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from backstride.errors import BackstrideError

__all__ = ["serve"]

_THREADS = 12
_LARGEST_UPLOAD = 20_000_000_000
_SPOOL_FROM = 1_000_000
"""A request larger than this goes to a file as it comes in."""


def serve(
    port: int, *, lan: bool = False, open_browser: bool = True, overlays: Sequence[Path] = (), say: Callable[[str], None] = print
) -> None:
    """Serve until it is stopped.

    Parameters
    ----------
    port : int
        0 for any that is free.
    lan : bool
        Also for other devices in the network at home; they sign in with a code.
    open_browser : bool
    overlays : sequence of Path
        Folders of knowledge files.
    say : callable
        Tells the person who started it.

    Raises
    ------
    BackstrideError
        When the port is taken, or the store cannot be opened.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "backstride.web.settings"
    os.environ["BACKSTRIDE_KNOWLEDGE"] = os.pathsep.join(str(path.resolve()) for path in overlays)
    addresses = _addresses() if lan else []
    os.environ["BACKSTRIDE_LAN_HOSTS"] = ",".join(addresses)
    # Connections on the loopback only, unless others at home were let in.
    listening = _listen("0.0.0.0" if lan else "127.0.0.1", port)
    from backstride.web.app import application
    from backstride.web.here import knowledge, store

    store()
    knowledge()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    import waitress

    logging.getLogger("waitress").setLevel(logging.ERROR)
    here = f"http://localhost:{listening.getsockname()[1]}/"
    say(f"backstride is open at {here}")
    worker = subprocess.Popen([sys.executable, "-m", "backstride.web.worker"], stdin=subprocess.PIPE)
    try:
        if lan:
            from backstride.web.sign_in_code import new_code

            for address in addresses:
                say(f"At home also at http://{address}:{listening.getsockname()[1]}/ with the code {new_code()}")
        say("It stops with Ctrl-C.")
        if open_browser:
            webbrowser.open(here)
        waitress.serve(
            application, sockets=[listening], threads=_THREADS, max_request_body_size=_LARGEST_UPLOAD,
            inbuf_overflow=_SPOOL_FROM, channel_timeout=300, ident=None,
        )  # fmt: skip
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or "no such port"
        raise BackstrideError(f"port {port} can't be used: {reason}.", remedy="Name another: backstride serve --port 8765") from None
    listening.listen()
    return listening


def _addresses() -> list[str]:
    """Addresses of this machine in the network at home."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: a datagram socket only looks up which of the own addresses leads there (a reserved documentation address).
            probe.connect(("192.0.2.1", 9))
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return sorted(str(address) for address in found if not str(address).startswith("127."))
