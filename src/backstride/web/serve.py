"""Serve the web app: a small server in this process, and beside it one that does the long work."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from backstride.errors import BackstrideError

__all__ = ["serve"]

_THREADS = 12
_LARGEST_UPLOAD = 20_000_000_000
_AT_ONCE = 1 << 18
"""So much is taken from a connection at once: of a large upload, else, most of the time goes into looking at pieces."""
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

    from backstride.web.receive import Channel
    from backstride.web.uploads import spool_here
    from backstride.web.worker import at_work

    logging.getLogger("waitress").setLevel(logging.ERROR)
    here = f"http://localhost:{listening.getsockname()[1]}/"
    say(f"backstride is open at {here}")
    spool_here()
    server = waitress.create_server(
        application, sockets=[listening], threads=_THREADS, max_request_body_size=_LARGEST_UPLOAD,
        recv_bytes=_AT_ONCE, inbuf_overflow=_SPOOL_FROM, channel_timeout=300, ident=None,
    )  # fmt: skip
    server.channel_class = Channel
    with at_work():
        if lan:
            _tell_home(addresses, listening.getsockname()[1], say)
        say("It stops with Ctrl-C.")
        if open_browser:
            # Some browsers are waited for, and none has anything to show before the server runs.
            threading.Thread(target=webbrowser.open, args=(here,), daemon=True).start()
        server.run()


def _tell_home(addresses: Sequence[str], port: int, say: Callable[[str], None]) -> None:
    """Where a phone finds it, with the code, also as a picture that a phone can read."""
    import segno

    from backstride.web.sign_in_code import new_code, tell_with

    tell_with(say)
    code = new_code()
    if not addresses:
        say("This machine is in no network, so no phone can reach it.")
        return
    for address in addresses:
        say(f"At home also at http://{address}:{port}/")
    say(f"The code for a phone: {code}")
    if sys.stdout is not None and sys.stdout.isatty():
        segno.make(f"http://{addresses[0]}:{port}/sign-in?code={code}", micro=False).terminal(compact=True)
    say("It speaks plain http: others in the same network could read along. Use it at home only.")


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or "no such port"
        remedy = f"If backstride is open already, it is at http://localhost:{port}/. Else name another: backstride serve --port 8765"
        raise BackstrideError(f"port {port} can't be used: {reason}.", remedy=remedy) from None
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
