"""The few marks that our own how-to pages use (headings, lists, commands) as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from backstride.reports.how_to import TOPICS, how_to

__all__ = ["as_html"]

_ITEM = re.compile(r"(\d+\.|-) +(.*)")
_CODE = re.compile(r"`([^`]+)`")
_OTHER_PAGE = re.compile(r"backstride how-to (\S+)")
_COMMAND_INDENT = 8


def as_html(text: str) -> SafeString:
    """The HTML of a page; all text is escaped."""
    return mark_safe("\n".join(_blocks(text.splitlines())))


def _blocks(lines: list[str]) -> Iterator[str]:
    kind, parts = "", list[str]()

    def closed() -> str:
        nonlocal kind, parts
        kind, told, parts = "", _block(kind, parts), []
        return told

    for line in [*lines, ""]:
        command = line.startswith(" " * _COMMAND_INDENT)
        item = _ITEM.match(line)
        if not line.strip():
            if kind in ("p", "pre"):
                yield closed()
        elif line.startswith("## "):
            yield closed()
            yield f"<h2>{_words(line[3:])}</h2>"
        elif command:
            if kind != "pre":
                yield closed()
            kind = "pre"
            parts.append(line.strip())
        elif item:
            wanted = "ul" if item[1] == "-" else "ol"
            if kind != wanted:
                yield closed()
            kind = wanted
            parts.append(item[2])
        elif kind:
            parts[-1] += f" {line.strip()}"
        else:
            kind = "p"
            parts.append(line.strip())
    yield closed()


def _block(kind: str, parts: list[str]) -> str:
    if not parts:
        return ""
    if kind == "p":
        return f"<p>{_words(parts[0])}</p>"
    if kind == "pre":
        told = f"<pre><code>{escape(chr(10).join(parts))}</code></pre>"
        here = ""
        if parts[0].startswith("backstride import"):
            lead, link = gettext("Or without typing:"), gettext("Bring the file in here")
            here = f'<p>{lead}</p><p><a class="button" href="/import">{link}</a></p>'
        elif parts[0].startswith("backstride run add"):
            link = gettext("Type it in here")
            here = f'<p><a class="button" href="/import#by-hand">{link}</a></p>'
        return told + here
    return f"<{kind}>" + "".join(f"<li>{_words(part)}</li>" for part in parts) + f"</{kind}>"


def _words(text: str) -> str:
    return _CODE.sub(_code, str(escape(text)))


def _code(found: re.Match[str]) -> str:
    page = _OTHER_PAGE.fullmatch(found[1])
    if page and page[1] in TOPICS:
        return f'<a href="/how-to/{page[1]}">{escape(how_to(page[1]).partition(chr(10))[0].removeprefix("# "))}</a>'
    return f"<code>{found[1]}</code>"
