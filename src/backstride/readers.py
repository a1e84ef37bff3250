"""Reads items side by side on all processors, in the order in which they came, and outlives a reader that crashes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait

from backstride.importers.items import Item
from backstride.model.ledger import ReadFile

__all__ = ["read_side_by_side"]

_ALONE = 8
"""So many are read without other processes, which take longer to start than a few files to read."""
_AHEAD = 3
"""Read ahead for each process: enough to keep it busy, little enough to hold in memory."""

_LARGE_BYTES = 32_000_000
"""Larger ones are read one at a time, so that several do not fill the memory together."""

Read = Callable[[Item], ReadFile]


@dataclass(slots=True)
class _Waiting:
    position: int
    item: Item
    future: Future[ReadFile]


def read_side_by_side(numbered: Iterable[tuple[int, Item]], read: Read, crashed: Read) -> Iterator[tuple[int, Item, ReadFile]]:
    """Read each item; an item that cannot leave this process (a stream) is read here.

    Parameters
    ----------
    numbered : iterable of (int, Item)
    read : callable
        Must be found by its name in another process.
    crashed : callable
        What becomes of an item whose reader died, also when it was tried a second time alone.

    Yields
    ------
    (int, Item, ReadFile)
        In the order of the items.
    """
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pool: ProcessPoolExecutor | None = None
    waiting: deque[_Waiting] = deque()
    count = 0
    try:
        for position, item in numbered:
            here = item.opened is not None or item.skipped or item.refused or len(item.data) > _LARGE_BYTES
            if here or count < _ALONE:
                while waiting:
                    yield _next(waiting, read, crashed)
                count += not (item.skipped or item.refused)
                yield position, item, read(item)
                continue
            if pool is None:
                pool = _pool(processes)
            try:
                future = pool.submit(read, item)
            except BrokenExecutor:
                pool = _pool(processes)
                future = pool.submit(read, item)
            waiting.append(_Waiting(position, item, future))
            if len(waiting) >= _AHEAD * processes:
                yield _next(waiting, read, crashed)
        while waiting:
            yield _next(waiting, read, crashed)
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _next(waiting: deque[_Waiting], read: Read, crashed: Read) -> tuple[int, Item, ReadFile]:
    first = waiting.popleft()
    try:
        return first.position, first.item, first.future.result()
    except BrokenExecutor:
        # Any of those that were being read may have done it; each gets a second try in a process of its own.
        try:
            with _pool(1) as alone:
                return first.position, first.item, alone.submit(read, first.item).result()
        except BrokenExecutor:
            return first.position, first.item, crashed(first.item)


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a reading process: a stop is the parent's to handle, and when the parent is gone there is nobody to read for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["POLARS_MAX_THREADS"] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
