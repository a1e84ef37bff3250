"""Does the long work of the web app in a process of its own: python -m backstride.web.worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backstride.web.settings")

__all__ = ["at_work", "main"]

_EVERY_S = 0.2
_WITHOUT_END_S = -1.0
"""One worker a home: that of a second server waits until the first is gone."""
_AGAIN_AFTER_S = 3.0
_PATIENCE_S = 10.0


def main() -> None:
    """Work until the server that started it is gone."""
    import django

    django.setup()
    from django_tasks_db.management.commands.db_worker import Worker

    from backstride.store.store import locked
    from backstride.web.here import store
    from backstride.web.jobs import take_up_again
    from backstride.web.uploads import spool_here

    # The pipe from the server closes with it, however it ends: then nobody waits for this work, and the next server goes on with it.
    threading.Thread(target=_end_with_server, daemon=True).start()
    # Ctrl-C in the terminal reaches this process too; it ends with the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spool_here()
    with locked(store().home, "worker", patience_s=_WITHOUT_END_S):
        take_up_again()
        Worker(
            queue_names=["default"], interval=_EVERY_S, batch=False, backend_name="default", startup_delay=False, max_tasks=None,
            worker_id=str(os.getpid()), excluded_queue_names=[],
        ).run()  # fmt: skip


@contextmanager
def at_work() -> Iterator[None]:
    """Have a worker for the time of this; one that dies (a full disk, too little memory) is followed by another."""
    process = _begun()
    ending = threading.Event()

    def follow() -> None:
        nonlocal process
        while not ending.is_set():
            process.wait()
            if not ending.wait(_AGAIN_AFTER_S):
                process = _begun()

    following = threading.Thread(target=follow, daemon=True)
    following.start()
    try:
        yield
    finally:
        ending.set()
        _close(process)
        following.join(timeout=_PATIENCE_S)


def _begun() -> subprocess.Popen[bytes]:
    # The readers that go with it leave semaphores, of which Python would speak in the terminal; the system takes them back.
    command = [sys.executable, "-W", "ignore:resource_tracker", "-m", "backstride.web.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
