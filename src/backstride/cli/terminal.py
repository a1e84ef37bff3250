"""A terminal: pages of text out, lines in. Plain where cursor movement would harm; ASCII where more cannot be shown."""

from __future__ import annotations

import io
import os
import select
import sys
import textwrap
import time
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstride.reports.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Line", "NobodyThere", "Terminal"]

_WIDTH = 80
_NARROWEST = 20
_WORDS = {
    "°C": "C",
    "°F": "F",
    "°": " degrees",
    "–": "-",
    "—": "-",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "·": "-",
}


class NobodyThere(Exception):
    """The input has ended: nobody answers any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, wrapped where it is too long: how it looks, and by how much further lines of it are indented."""

    text: str = ""
    style: str = ""
    hanging: int = 0


class Terminal:
    """Where the conversation takes place.

    Parameters
    ----------
    plain : bool
        Line by line, nothing drawn twice, for screen readers, braille lines and logs; so too where ``TERM`` is ``dumb`` or not set.

    Attributes
    ----------
    plain : bool
    """

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain or os.environ.get("TERM", "") in ("", "dumb") or not sys.stdout.isatty()
        self._ascii = not _shows_unicode()
        self._told_keys: set[str] = set()

    @property
    def width(self) -> int:
        """Columns that may be used now; at most 80, one less than there are."""
        return max(_NARROWEST, min(_WIDTH, _size().columns) - 1)

    def page(self, lines: Iterable[Line]) -> None:
        """Show lines on an empty page; in plain form below what is there."""
        if self.plain:
            self.say()
        else:
            self._console().clear()
        for line in lines:
            self.say(line.text, line.style, line.hanging)

    def say(self, text: str = "", style: str = "", hanging: int = 0) -> None:
        """Show one line, wrapped where it is too long."""
        shown = self._shown(text)
        indent = len(shown) - len(shown.lstrip())
        later = " " * (indent + (0 if self.plain else hanging))
        wrapped = textwrap.wrap(shown.strip(), self.width, initial_indent=" " * indent, subsequent_indent=later)
        for part in wrapped if len(shown) > self.width else [shown]:
            if self.plain or not style:
                print(part)
            else:
                self._styled(part, style)
        sys.stdout.flush()

    def keys(self, text: str) -> None:
        """Tell which keys there are; in plain form once, for it is read aloud."""
        if not self.plain or text not in self._told_keys:
            self._told_keys.add(text)
            self.say(text, "dim", 2)

    def read(self, text: str, loud: Collection[str] = (), style: str = "bold") -> None:
        """Show a longer text, as much at once as the window holds; in plain form all of it. Lines that are `loud` stand out."""
        lines = text.splitlines()
        if self.plain:
            self.page(Line(line) for line in lines)
            return
        self._console().clear()
        while lines:
            room = max(_size().lines - 2, 5)
            for line in lines[:room]:
                self.say(line, style if line in loud else "")
            lines = lines[room:]
            if lines:
                self.ask("Enter shows more. ")

    def ask(self, prompt: str = "> ") -> str:
        """The next line that is typed, without blanks around it.

        Raises
        ------
        NobodyThere
            When the input has ended.
        """
        print(self._shown(prompt), end="", flush=True)
        return self._line()

    def wait(self, seconds: int) -> None:
        """Let some seconds pass; Enter ends it sooner. Where nobody can be waited for, Enter alone ends it."""
        if not sys.stdin.isatty() or os.name != "posix":
            self.ask(f"{seconds} seconds. Enter when done: ")
            return
        self.say(f"{seconds} seconds from now. Enter ends it sooner.")
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if not self.plain:
                print(f"\r{rest:4.0f} s ", end="", flush=True)
            if select.select([sys.stdin], [], [], rest if self.plain else min(1.0, rest))[0]:
                self._line()
                return
        self.say("" if self.plain else "\r")
        self.say("Time is up.")

    def _line(self) -> str:
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            return "?"
        if not line:
            print(flush=True)
            raise NobodyThere
        return visible(line.strip())

    def _shown(self, text: str) -> str:
        if not self._ascii:
            return text
        for letter, words in _WORDS.items():
            text = text.replace(letter, words)
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")

    def _styled(self, text: str, style: str) -> None:
        from rich.text import Text

        self._console().print(Text(text, style), no_wrap=True, overflow="ignore", crop=False)

    def _console(self) -> Console:
        from rich.console import Console

        # Made anew for every page, so that it has the size that the window has by now.
        return Console(highlight=False, emoji=False, markup=False)


def _size() -> os.terminal_size:
    """Of the window as it is now, whatever COLUMNS said when the program was started."""
    try:
        return os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return os.terminal_size((_WIDTH, 24))


def _shows_unicode() -> bool:
    """Whether what reads the output can be taken to show more than ASCII."""
    encoding = sys.stdout.encoding if isinstance(sys.stdout, io.TextIOWrapper) else ""
    if "utf" not in encoding.lower():
        return False
    if os.name != "posix":
        return True
    # Python itself sets LC_CTYPE to C.UTF-8 where it finds the locale C; that tells nothing of the terminal.
    category = os.environ.get("LC_CTYPE", "")
    named = os.environ.get("LC_ALL") or ("" if category in ("C.UTF-8", "C.utf8", "UTF-8") else category) or os.environ.get("LANG", "")
    return named not in ("", "C", "POSIX")
