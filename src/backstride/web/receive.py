"""What the server takes in of a request before any page sees it: large ones go to the disk, or are passed over when that can't be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import parse_cookie
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, TransferEncodingNotImplemented

from backstride.web.devices import is_signed_in
from backstride.web.guard import LOOPBACK
from backstride.web.uploads import NO_ROOM, room_bytes

__all__ = ["Channel"]

_SMALL_BYTES = 2_000_000
"""A request of this size is taken in whoever sends it."""
_NO_ROOM = NO_ROOM.removeprefix("HTTP_")


class _Body:
    """Takes in a body to its end, whether or not it is kept: a browser reads no answer before it has sent all."""

    error = None

    def __init__(self, receiver: Any, full: Callable[[], None], *, kept: bool) -> None:
        self._receiver = receiver
        self._full = full
        self._kept = kept
        self._left = int(receiver.remain)

    @property
    def completed(self) -> bool:
        """Whether all of it has come."""
        return self._left == 0

    def received(self, data: bytes) -> int:
        """Keep it as long as that can be, and pass over the rest; gives how much of the data belonged to it."""
        taken = min(len(data), self._left)
        self._left -= taken
        if self._kept:
            try:
                self._receiver.received(data[:taken])
            except OSError:
                self._kept = False
                self._full()
        return taken

    def getfile(self) -> Any:
        """What was kept; nothing unless all was."""
        return self._receiver.getfile() if self._kept else BytesIO()

    def getbuf(self) -> Any:
        """What has to be closed."""
        return self

    def close(self) -> None:
        """Give the room back. On a full disk closing fails like writing."""
        with suppress(OSError):
            self._receiver.getbuf().close()


class _Request(HTTPRequestParser):  # type: ignore[misc]
    def __init__(self, adjustments: Any, address: str) -> None:
        super().__init__(adjustments)
        self._address = address

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.headers.pop(_NO_ROOM, None)  # ours to say
        if self.chunked:  # no browser sends a body without its length, and nothing could be asked about it before it has come
            raise TransferEncodingNotImplemented("Send the length first.")
        if self.content_length <= _SMALL_BYTES:
            return
        known = _is_known(self._address, self.headers.get("COOKIE", ""))
        room = self.content_length <= room_bytes()
        self.body_rcv: Any = _Body(self.body_rcv, self._passed_over, kept=known and room)
        if not (known and room):
            self._passed_over(told=known)

    def _passed_over(self, *, told: bool = True) -> None:
        self.headers["CONTENT_LENGTH"] = "0"
        if told:
            self.headers[_NO_ROOM] = "1"


def _is_known(address: str, cookies: str) -> bool:
    """Whether it is this machine, or a device that has signed in: others could fill the disk before any page asks who they are."""
    if address.startswith(LOOPBACK):
        return True
    return is_signed_in(SessionStore(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")))


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    def parser_class(self, adjustments: Any) -> _Request:
        """What reads the next request of it."""
        return _Request(adjustments, str(self.addr[0]))
