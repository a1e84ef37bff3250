"""Streams an XML document by the local names of its elements, as far as it is sound."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from xml.parsers import expat

from backstride.errors import RunFileError

__all__ = ["stream"]

_MAX_DEPTH = 60
_MAX_TEXT = 10_000
_MAX_PIECES = 1000
"""Pieces of text kept of an element that has others inside: what a container holds between them is nothing."""
_MAX_NAMES = 1000
"""Names remembered without their prefix; no format has so many, and a crafted document could hold millions."""

Begin = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str, str], None]


def stream(data: bytes, begin: Begin, end: End, *, begins: Container[str] | None = None, ends: Container[str] | None = None) -> str:
    """Call back for every element; prefixes are dropped, also unbound ones that a strict reader refuses.

    Parameters
    ----------
    data : bytes
        Leading spaces and byte order marks are passed over.
    begin : callable
        Called with the local name and the attributes (by local name).
    end : callable
        Called with the parent's local name, the element's own, and its text: with that of the elements inside that are not called back
        (a word in bold), a space for each of these that is empty (a line break).
    begins, ends : container of str, optional
        The local names of the elements whose begin and whose end are called back; every one without.

    Returns
    -------
    str
        Empty, or where and why the document ends to be readable. What came before has been called back.

    Raises
    ------
    RunFileError
        For a document that declares entities: no run file needs any, and they can be made to fill the memory.
    """
    names: list[str] = []
    texts: list[str] = []
    before: list[int] = []
    """How much of `texts` stood there when each open element began."""
    local: dict[str, str] = {}

    def started(name: str, attributes: dict[str, str]) -> None:
        if len(names) >= _MAX_DEPTH:
            raise RunFileError(f"is nested more than {_MAX_DEPTH} deep.")
        plain = local.get(name)
        if plain is None:
            plain = _local(name)
            if len(local) < _MAX_NAMES:
                local[name] = plain
        if before and len(texts) - before[-1] > _MAX_PIECES:
            del texts[before[-1] :]
        names.append(plain)
        before.append(len(texts))
        if begins is None or plain in begins:
            begin(plain, {_local(key): value for key, value in attributes.items()})

    def ended(_: str) -> None:
        name, first = names.pop(), before.pop()
        if ends is None or name in ends:
            end(names[-1] if names else "", name, "".join(texts[first:])[:_MAX_TEXT].strip())
            del texts[first:]
        elif len(texts) == first:
            texts.append(" ")

    def declared(*_: object) -> None:
        raise RunFileError("declares XML entities or default attributes, which no run file needs.", remedy="Export the activity again.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, texts.append
    parser.EntityDeclHandler = declared
    parser.AttlistDeclHandler = declared
    try:
        parser.Parse(_start(data), True)
    except expat.ExpatError as error:
        return f"line {error.lineno}: {expat.ErrorString(error.code)}"
    return ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _start(data: bytes) -> bytes:
    mark = b"\xef\xbb\xbf"
    while data[:3] == mark or data[:1].isspace():
        data = data[3:] if data[:3] == mark else data.lstrip()
    return data
