"""Hears the elements of a health export of any size, whatever is wrong with the bytes around them.

Exports come with a malformed document type, with control characters that no XML may hold, and cut off. A strict reader
stops at each; here the document type is never shown to it, the characters become spaces, and after a place that
cannot be read it begins again with the next record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol
from xml.parsers import expat

from backstride.errors import RunFileError
from backstride.importers.content import Content

__all__ = ["CHUNK", "Listener", "hear"]

CHUNK = 1 << 20
_MAX_PROLOG = 1 << 20
_MAX_BREAKS = 1000
"""Each costs a look through what is left of a piece; a file broken in more places is not worth the time."""
_ROOT = re.compile(rb"<HealthData[\s/>]")
_NEXT = re.compile(rb"<(?:Record|Workout|Correlation)\s")
_LEGAL = bytes(byte if byte >= 0x20 or byte in b"\t\n\r" else 0x20 for byte in range(256))
_REFERENCE = re.compile(rb"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,8});")


class Listener(Protocol):
    """Who is told of every element.

    Attributes
    ----------
    heard : int
        Elements begun so far; `begin` counts them.
    """

    heard: int

    def begin(self, name: str, attributes: list[str]) -> None:
        """An element begins; its attributes are name, value, name, value..."""

    def end(self, name: str) -> None:
        """An element ends."""

    def lost(self) -> None:
        """Something could not be read: whatever is open ends here, and the next element is a child of the root."""


def hear(content: Content, listener: Listener) -> str:
    """Tell `listener` every element from the root on.

    Returns
    -------
    str
        Empty, or what of the document could not be read.

    Raises
    ------
    RunFileError
        For a document without the root of a health export, or one that declares entities: they can be made to fill the memory.
    """
    reader = _Reader(listener)
    for piece in _pieces(content):
        reader.feed(piece)
        if reader.breaks > _MAX_BREAKS:
            return f"it is broken in more than {_MAX_BREAKS:,} places, the first near byte {reader.first_break:,}"
    return "; ".join(reason for reason in (content.damage, reader.finish()) if reason)


class _Reader:
    """Expat, begun anew after every place at which it stops."""

    def __init__(self, listener: Listener) -> None:
        self.breaks = 0
        self.first_break = 0
        self._listener = listener
        self._parser = self._new()
        self._behind_root = 0
        self._fed = 0
        self._before = 0
        self._silent = 0
        self._lost = False

    def _new(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._listener.begin, self._listener.end
        return parser

    def feed(self, piece: bytes) -> None:
        while piece and self.breaks <= _MAX_BREAKS:
            if self._lost:
                found = _NEXT.search(piece)
                if found is None:
                    self._before += len(piece)
                    return
                self._before += found.start()
                piece = piece[found.start() :]
                self._begin_again()
            heard = self._listener.heard
            try:
                self._parser.Parse(piece, False)
            except expat.ExpatError:
                # What stops the reader may itself be the begin of the next record, except where it has read nothing yet.
                at = max(self._parser.ErrorByteIndex - self._fed + self._behind_root, 0 if self._fed else 1)
                self._break(at)
                piece = piece[at:]
                continue
            self._fed += len(piece)
            # One element without an end would make expat keep everything that follows.
            self._silent = 0 if self._listener.heard > heard else self._silent + len(piece)
            if self._silent > CHUNK:
                self._break(0)
            return

    def finish(self) -> str:
        """What was wrong, once all was fed."""
        if self.breaks:
            places = "a place" if self.breaks == 1 else f"{self.breaks:,} places"
            return f"it is broken in {places}, near byte {self.first_break:,}; reading went on with the next record"
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            return "it was cut off"
        return ""

    def _break(self, at: int) -> None:
        self.first_break = self.first_break or self._before + self._fed + at
        self.breaks += 1
        self._before += self._fed + at
        self._fed, self._silent, self._lost = 0, 0, True
        self._listener.lost()

    def _begin_again(self) -> None:
        self._parser = self._new()
        root = b"<HealthData>"
        self._parser.StartElementHandler = None
        self._parser.Parse(root, False)
        self._parser.StartElementHandler = self._listener.begin
        self._behind_root, self._lost = -len(root), False


def _pieces(content: Content) -> Iterator[bytes]:
    """From the root on, cut behind a ``>`` so that no character or reference is torn, and with nothing in it that XML forbids."""
    rest = _from_root(content)
    while rest:
        cut = rest.rfind(b">") + 1 or len(rest)
        yield _clean(rest[:cut])
        data = content.read(CHUNK)
        if not data:
            return
        rest = rest[cut:] + data


def _from_root(content: Content) -> bytes:
    start = b""
    while len(start) <= _MAX_PROLOG and (data := content.read(CHUNK)):
        start += data
        if root := _ROOT.search(start):
            if b"<!ENTITY" in start[: root.start()]:
                raise RunFileError("declares XML entities, which no health export needs.", remedy="Export it again.")
            return start[root.start() :]
    raise RunFileError("is a health export without any data, or one that was cut off at its start.", remedy="Export it again.")


def _clean(piece: bytes) -> bytes:
    piece = piece.translate(_LEGAL)
    if b"&#" in piece:
        piece = _REFERENCE.sub(_allowed, piece)
    try:
        piece.decode()
    except UnicodeDecodeError:
        return piece.decode("utf-8", "replace").encode()
    return piece


def _allowed(reference: re.Match[bytes]) -> bytes:
    digits = reference[1]
    code = int(digits[1:], 16) if digits[:1] == b"x" else int(digits)
    legal = code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return reference[0] if legal else b" "
