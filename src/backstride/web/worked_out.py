"""What takes long to find out is found out beside the requests, once, and kept until it is another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

__all__ = ["PATIENCE_S", "wait", "worked_out"]

T = TypeVar("T")

PATIENCE_S = 0.12
"""A page that isn't ready by then says so, and asks again by itself."""
_AGAIN_S = 1
_MOST = 48
_AT_ONCE = 2

_finders = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="backstride")
_found: OrderedDict[Hashable, Future[Any]] = OrderedDict()
_looking = Lock()


def worked_out(key: Hashable, find: Callable[[], T], patience_s: float | None = PATIENCE_S) -> T | None:
    """What `find` gives, found once for a key.

    Parameters
    ----------
    key : hashable
        Must be another one whenever `find` would give something else, and name the runner.
    find : callable
        Gives anything but None.
    patience_s : float or None
        How long to wait for it; None for as long as it takes.

    Returns
    -------
    object or None
        None while it is still being looked for.
    """
    with _looking:
        future: Future[T] | None = _found.get(key)
        if future is None:
            future = _found[key] = _finders.submit(_aside, find)
            while len(_found) > _MOST:
                _found.popitem(last=False)
        else:
            _found.move_to_end(key)
    try:
        return future.result(patience_s)
    except BaseException:
        if not future.done():
            return None
        # What went wrong once may go right the next time.
        with _looking:
            _found.pop(key, None)
        raise


def _aside(find: Callable[[], T]) -> T:
    """Find something in a thread that keeps no connection to the database: none is held by what only waits for work."""
    try:
        return find()
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
            del connections[connection.alias]


def wait(request: HttpRequest) -> HttpResponse:
    """A page that says that it is being looked for, and loads itself again; without scripts too."""
    page = render(request, "wait.html", status=202)
    page.headers["Refresh"] = str(_AGAIN_S)
    return page
