"""Does the long work of the web app in a process of its own: python -m backstride.web.worker."""

from __future__ import annotations

import os
import signal
import sys
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backstride.web.settings")

__all__ = ["main"]


def main() -> None:
    """Work until the server that started it is gone."""
    import django

    django.setup()
    from django.core.management import call_command

    from backstride.web.here import store

    store()
    # The pipe from the server closes with it, however it ends: then nobody waits for this work, and the next server goes on with it.
    threading.Thread(target=_end_with_server, daemon=True).start()
    # Ctrl-C in the terminal reaches this process too; it ends with the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    call_command("db_worker", interval=0.2, verbosity=0, startup_delay=False)


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
