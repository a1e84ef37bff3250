"""Brings the German catalogues up to date with what pages and knowledge say, and compiles them. Run by `make messages`; needs gettext.

The words of the pages stand in the catalogue ``django``; what runners are asked and told about their health in ``clinical``, apart,
because a clinician has to read the translations of that too.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

import backstride
from backstride.interview_places import SIDES, area_names, places_of
from backstride.knowledge.concepts import Knowledge
from backstride.knowledge.loader import load
from backstride.model.interview import Item
from backstride.reports.sentences import sentences_of
from backstride.web.clinical import PIECES

WEB = Path(backstride.__file__).parent / "web"
PAGES = WEB / "locale" / "de" / "LC_MESSAGES" / "django.po"
CLINICAL = WEB / "locale_clinical" / "de" / "LC_MESSAGES" / "clinical.po"
GETTEXT = ("gettext", "gettext_lazy", "gettext_noop", "ngettext", "_")
_CALL = re.compile(r"""\bn?gettext\((u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")""")
_ENTRY = re.compile(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")')
_HEADER = """# What runners are asked and told about their health. No clinician has read this translation.
msgid ""
msgstr ""
"Project-Id-Version: backstride\\n"
"Language: de\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"X-Reviewed: no\\n"
"""


def clinical_texts(knowledge: Knowledge) -> dict[str, str]:
    """Each text that a runner may be shown, with where it stands first."""
    texts: dict[str, str] = {}
    regions = [Item(region.id, region.name) for region in knowledge.regions.values()]
    for sentence in sentences_of(knowledge):
        texts.setdefault(sentence.text, f"{sentence.kind}: {sentence.id} {sentence.field}")
    for finding in knowledge.findings.values():
        if finding.unit and finding.answered_by == "runner":
            texts.setdefault(finding.unit, f"Units: {finding.id}")
    for code, number in knowledge.emergency_numbers.items():
        texts.setdefault(number.country, f"Countries: {code}")
    for words in (*area_names(), *SIDES, *(place.name for place in places_of(regions, knowledge.regions))):
        texts.setdefault(words, "Parts of the body")
    for piece in PIECES:
        texts.setdefault(piece, "From which reports are made")
    return texts


def words_in_python(path: Path) -> Iterator[str]:
    """The texts that a Python file hands to gettext."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def words_in_template(path: Path) -> Iterator[str]:
    """The texts that a template hands to gettext."""
    if not settings.configured:
        settings.configure()
    for found in _CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        yield ast.literal_eval(found[1])


def read_po(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    """The entries of a catalogue, each text with its translations; and the lines of flags in it."""
    entries: dict[str, list[str]] = {}
    flags: list[str] = []
    parts: dict[str, str] = {}
    part = ""

    def closed() -> None:
        if "msgid" in parts:
            entries[parts["msgid"]] = [words for name, words in parts.items() if name.startswith("msgstr")]
        parts.clear()

    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        found = _ENTRY.fullmatch(line)
        if found:
            part = found[1]
            if part == "msgid":
                closed()
            parts[part] = ast.literal_eval(found[2])
        elif line.startswith('"'):
            parts[part] += ast.literal_eval(line)
        elif line.startswith("#,"):
            flags.append(line)
    closed()
    return entries, flags


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _template(texts: Iterable[tuple[str, str]]) -> str:
    return _HEADER + "".join(f'\n#. {where}\nmsgid {_quoted(text)}\nmsgstr ""\n' for text, where in texts)


def _run(*command: str | Path, where: Path | None = None) -> None:
    subprocess.run([str(part) for part in command], cwd=where, check=True)


def main() -> None:
    """Both catalogues, what was translated kept."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    _run(
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "-l",
        "de",
        "--ignore",
        "static/*",
        "--no-location",
        "--no-wrap",
        "--no-obsolete",
        where=WEB,
    )
    template = CLINICAL.with_suffix(".pot")
    template.write_text(_template(clinical_texts(load()).items()), encoding="utf-8")
    _run("msgmerge", "--quiet", "--update", "--backup=none", "--no-fuzzy-matching", "--no-wrap", CLINICAL, template)
    _run("msgattrib", "--no-obsolete", "--no-wrap", "--output-file", CLINICAL, CLINICAL)
    template.unlink()
    for catalogue in (PAGES, CLINICAL):
        _run("msgfmt", "--check-format", "--output-file", catalogue.with_suffix(".mo"), catalogue)


if __name__ == "__main__":
    main()
