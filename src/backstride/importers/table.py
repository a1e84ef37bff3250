"""Tables as services and spreadsheets write them: decoding, delimiter, rows, and numbers of any country."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Row", "Table", "decimal_mark", "plain", "read_number", "read_table"]

_DELIMITERS = ",;\t|"
_MOST_LOST = 1000
"""Broken rows after which a table is given up, so that a hostile one costs no more than a few readings of it."""
_MOST_LINES = 1_000_000
_MOST_CELLS = 8_000_000
"""Many times what a runner's life holds; what lies behind is not read, so that no table takes minutes or the memory."""
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)(?:e[+-]?\d{1,3})?\Z", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]*)?\Z")
_NOT_OF_A_NUMBER = dict.fromkeys(map(ord, " \u00a0\u2009\u202f'\u2019\u200e\u200f"), None) | {ord("\u2212"): "-"}
"""What stands between thousands in one country or another, marks of writing direction, and the minus of typesetters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes
    ----------
    number : int
        As a spreadsheet counts: the header is row 1.
    cells : tuple of str
        As written, without spaces around them; as many as the row has, not as the header.
    """

    number: int
    cells: tuple[str, ...]

    def cell(self, at: int | None) -> str:
        """The cell of a column; empty where the column or the cell is missing."""
        return self.cells[at] if at is not None and at < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows.

    Attributes
    ----------
    header : tuple of str
        Names as written; the same name may stand twice. Empty when there is nothing at all.
    rows : tuple of Row
        In the order of the file, empty ones left out.
    lost : tuple of (int, str)
        Rows that are broken as text: number and why. Each costs only itself.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    lost: tuple[tuple[int, str], ...] = ()

    def columns(self, *names: str) -> list[int]:
        """Where the columns of any of these names stand, compared as `plain` compares."""
        wanted = {plain(name) for name in names}
        return [at for at, name in enumerate(self.header) if plain(name) in wanted]


def read_table(data: bytes) -> Table:
    """Read a CSV table: UTF-8, UTF-16 or a Western code page; comma, semicolon, tab or bar; any line ends.

    A quote that is never closed costs the row it stands in; the rows after it are read.
    """
    lines = list(itertools.islice(io.StringIO(_text(data), newline=""), _MOST_LINES + 1))
    whole = len(lines) <= _MOST_LINES
    del lines[_MOST_LINES:]
    delimiter, begin = _delimiter(lines)
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    lost: list[tuple[int, str]] = []
    number = count = 0
    while begin < len(lines) and len(lost) < _MOST_LOST and count < _MOST_CELLS:
        for last, cells in _records(lines, begin, delimiter):
            number += 1
            spans = last - begin > 1
            # Text in quotes may hold line ends, but a row that swallowed its neighbour has more cells than there are columns.
            if cells is None or (header and spans and len(cells) > len(header)):
                lost.append((number, "a quotation mark is not closed"))
                begin += 1
                break
            begin = last
            count += len(cells)
            if count >= _MOST_CELLS:
                break
            if not any(cells):
                number -= not header
            elif header:
                rows.append(Row(number, cells))
            else:
                header = cells
        else:
            if begin < len(lines):  # the last line does nothing but open a quote
                number += 1
                lost.append((number, "a quotation mark is not closed"))
                begin += 1
    if begin < len(lines) or not whole:
        why = "too much before it is broken" if len(lost) >= _MOST_LOST else "the table is larger than any list of runs"
        lost.append((number + 1, f"{why}, nothing from here on was read"))
    return Table(header, tuple(rows), tuple(lost))


def _records(lines: list[str], begin: int, delimiter: str) -> Iterator[tuple[int, tuple[str, ...] | None]]:
    """Each record with the line after its last; None for one that does not end."""
    end = "\0the end\0"

    def given() -> Iterator[str]:
        for at in range(begin, len(lines)):
            yield lines[at]
        yield end  # where it comes back inside a cell, a quote was still open

    reader = csv.reader(given(), delimiter=delimiter)
    try:
        for cells in reader:
            if cells and cells[-1].endswith(end):
                if len(cells) > 1 or cells[0] != end:
                    yield len(lines), None
                return
            yield begin + reader.line_num, tuple(cell.strip() for cell in cells)
    except csv.Error:  # a cell larger than any text a person writes
        yield begin + reader.line_num, None


def _delimiter(lines: list[str]) -> tuple[str, int]:
    """What parts the cells of the header, and the line on which to begin."""
    for at, line in enumerate(lines):
        if declared := re.fullmatch(r"\"?sep=(.)\"?\s*", line, re.IGNORECASE):  # a line by which spreadsheets are told
            return declared[1], at + 1
        if line.strip():
            counts = {mark: len(next(csv.reader([line[:100_000]], delimiter=mark), [])) for mark in _DELIMITERS}
            return max(_DELIMITERS, key=lambda mark: counts[mark]), at
    return ",", 0


def _text(data: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    start = data[:400]
    zeros = Counter(at % 2 for at, byte in enumerate(start) if byte == 0)
    if sum(zeros.values()) > len(start) // 4:
        return data.decode("utf-16-le" if zeros[1] > zeros[0] else "utf-16-be", "replace")
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    # One bad byte in a file full of good ones is damage; where nearly all beyond ASCII is bad, it is another encoding.
    if bad and sum(not letter.isascii() for letter in text) < 2 * bad:
        return data.decode("cp1252", "replace")
    return text


def plain(text: str) -> str:
    """Text for comparing: lower case, one kind of letter for one letter, single ordinary spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("\ufeff")


def decimal_mark(texts: Iterable[str]) -> str:
    """``","`` or ``"."``, whichever parts the decimals in these numbers; empty when they do not tell.

    ``1,234`` does not tell: it may be a thousand. ``9,44``, ``1.234,5`` and ``0,125`` do.
    """
    votes: Counter[str] = Counter()
    for text in texts:
        digits = text.translate(_NOT_OF_A_NUMBER)
        if not _NUMBER.match(digits):
            continue
        comma, point = digits.rfind(","), digits.rfind(".")
        if comma >= 0 and point >= 0:
            votes["," if comma > point else "."] += 1
        elif comma >= 0 or point >= 0:
            mark, at = (",", comma) if comma >= 0 else (".", point)
            whole, decimals = digits[:at], digits[at + 1 :]
            if digits.count(mark) > 1:
                votes["." if mark == "," else ","] += 1
            elif len(decimals) != 3 or not 1 <= len(whole.lstrip("+-")) <= 3 or whole.lstrip("+-").startswith("0"):
                votes[mark] += 1
    if votes[","] == votes["."]:
        return ""
    return "," if votes[","] > votes["."] else "."


def read_number(text: str, mark: str = ".") -> float | None:
    """A number whose decimals stand behind `mark`; None for anything else, a formula too.

    The other mark, spaces and apostrophes may part its thousands. What can be no thousand (``9,44`` with ``mark="."``) is read
    as the decimals it must be.
    """
    if _PLAIN_NUMBER.match(text) and (mark == "." or "." not in text):
        return float(text)
    digits = text.translate(_NOT_OF_A_NUMBER)
    if not _NUMBER.match(digits):
        return None
    mark = decimal_mark([digits]) or mark
    other = "," if mark == "." else "."
    try:
        value = float(digits.replace(other, "").replace(mark, "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
