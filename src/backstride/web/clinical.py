"""What runners are asked and told about their health, in the language of the page.

These texts stand in a catalogue of their own, as a clinician has to read their translations too. What is not in it stays English.
A line that a report makes from pieces ("You said … and ….") is taken apart by the patterns of the catalogue and put together again.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from time import strptime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language

__all__ = ["PIECES", "clinical_catalogue", "in_language"]

_FOLDER = Path(__file__).parent / "locale_clinical"
PIECES = (
    "What to do now",
    "What to do first",
    "Tonight",
    "Can I run?",
    "Until it is better",
    "Until I'm seen",
    "My race on {day} ({left})",
    "today",
    "tomorrow",
    "in {n} days",
    "What fits",
    "Why now: what may have added to it",
    "Often said",
    "What to watch for",
    "About this answer",
    "What changed since {day}",
    "You said {said}.",
    "The exam found that {said}.",
    "Asked again, you said no. It is still to be seen today.",
    'Say there: "{words}"',
    "This is not the all-clear: One question about an emergency is still open.",
    "This is not the all-clear: {n} questions about emergencies are still open.",
    "Your answer is more than two days old.",
    "How old are you?",
    "And {n} more.",
    "Take care: {words}.",
    "{cause}: {fit}.",
    "fits well",
    "fits partly",
    "can't tell",
    "{cause}: {advice}",
    "For: {words}",
    "For: You said {said}.",
    "Against: {words}",
    "Against: You said {said}.",
    "nothing that you said.",
    "What fits, and why now, waits until a doctor has seen you.",
    "What fits best must not be missed: {cause}.",
    "Ask whoever sees you to rule out: {causes}.",
    "Your runs show it.",
    "Your diary shows it.",
    '"{words}"',
    "The evidence: {verdict}.",
    "Emergency number: {numbers}.",
    "Emergency number in {place}: {numbers}.",
    "Doctor's advice by telephone in {place}: {numbers}.",
    "or",
    "Go to an emergency department now if any of this starts or gets worse:",
    "See a doctor today if any of this starts:",
    "This is not a diagnosis.",
    "This says what fits.",
    "It is not a diagnosis.",
    "No clinician has reviewed its rules and words yet.",
    "Most of its numbers are assumptions.",
    "Running is good for backs: most runners with back pain run again.",
    "Knowledge {version}.",
    "years",
    "{n} years",
    "Under {n}: the evidence here describes adults, and growing bones need a doctor. No cause is put forward.",
    "Under {n}, growing bones need a doctor's eye. The evidence here describes adults.",
    "No pain in the back, buttock or thigh was reported: this program has nothing to say about other pain.",
    "Outside what this program can judge.",
    "The answers so far say little about the cause.",
    "Nothing described here fits well.",
    "The answers are unlike those that even the best-fitting cause would give.",
    "One cause fits clearly better than the others.",
    "More than one cause fits.",
    "{cause} fits well enough to be looked at.",
    "The answer of {day}",
    "It was not the all-clear: some questions about emergencies were open.",
    "Made with knowledge {version}.",
    "Nothing that you said has changed, and the answer is the same.",
    "It is more urgent now.",
    "It is less urgent now.",
    "Who should see it has changed.",
    "Then: {words} Now: {other}",
    "Some questions about emergencies are open now, so this is not the all-clear.",
    "The questions about emergencies are answered now; they were open then.",
    "Some questions about emergencies are open now; they were answered then.",
    "New: {words}",
    "No longer: {words}",
    "Then you said {words}; now you say {other}.",
    "that you are not sure ({name})",
    "And {n} more answers that changed.",
    "{n} question was answered for the first time.",
    "{n} questions were answered for the first time.",
    "{cause}: fits better now.",
    "{cause}: fits less well now.",
)
"""Of what reports write themselves; what stands between braces is filled in."""

_GAP = re.compile(r"\\{(\w+)\\}")
_VERSION = "version"
_FIGURES = frozenset({"n", "value", "now", "before", "cut"})
_WHOLE = frozenset({"cause", "fit", "verdict", "place", "one", "may_mean"})
"""Texts that stand in the catalogue as they are, and never two of them."""
_LISTS = {"said": (", and ", ", "), "causes": ("; ",), "numbers": (" or ",)}
"""How the report puts several into one gap."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NUMBERS = re.compile(r"[\d +-]+( or [\d +-]+)*")
_LONGEST = 900
_MOST_SENTENCES = 16
_DEEPEST = 3
"""Of gaps in gaps."""
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
_LEADS_ON = re.compile(r"(?<=[.?!\"]) ")


def in_language(text: str) -> str | None:
    """The text in the language of the page, or None where it is not translated."""
    language = (get_language() or "en").partition("-")[0]
    return text if language == "en" or not any(map(str.isalpha, text)) else _translated(text, language)


@cache
def clinical_catalogue(language: str) -> Mapping[str, str]:
    """Each text with its translation; empty for a language that has no catalogue. Under "" stands its header."""
    path = _FOLDER / language / "LC_MESSAGES" / "clinical.mo"
    if not path.is_file():
        return {}
    data = path.read_bytes()
    _, _, count, texts, words = struct.unpack_from("<5I", data)

    def at(table: int, i: int) -> str:
        size, start = struct.unpack_from("<2I", data, table + 8 * i)
        return data[start : start + size].decode()

    return {at(texts, i): at(words, i) for i in range(count)}


@lru_cache(maxsize=8192)
def _translated(text: str, language: str, depth: int = 0) -> str | None:
    """A whole text, or sentence after sentence; as deep and as long as a report makes them, whatever a file may hold."""
    if len(text) > _LONGEST or depth > _DEEPEST:
        return None
    whole = _whole(text, language, depth)
    return _by_sentences(text, language, depth) if whole is None else whole


def _whole(text: str, language: str, depth: int) -> str | None:
    known = clinical_catalogue(language)
    if text in known:
        return known[text]
    if text.endswith(".") and (clause := known.get(text[:1].lower() + text[1:-1])) is not None:
        return f"{clause[:1].upper()}{clause[1:]}."
    for pattern, template in _patterns(language):
        found = pattern.fullmatch(text)
        if found and (filled := _filled(found.groupdict(), language, depth)) is not None:
            return _TWO_STOPS.sub(".", template.format(**filled))
    return None


def _by_sentences(text: str, language: str, depth: int) -> str | None:
    """The translations of the parts of a text, of one or more sentences each."""
    starts = [0, *(cut.end() for cut in _LEADS_ON.finditer(text)), len(text) + 1]
    if len(starts) > _MOST_SENTENCES + 1:
        return None
    told = {0: ""}
    for end in range(1, len(starts)):
        for begin in range(end):
            whole = begin == 0 and end == len(starts) - 1
            if begin in told and not whole:
                part = _whole(text[starts[begin] : starts[end] - 1], language, depth)
                if part is not None:
                    told[end] = f"{told[begin]} {part}".lstrip()
                    break
    return told.get(len(starts) - 1)


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Texts with gaps, those that say most themselves first."""
    gapped = {text: words for text, words in clinical_catalogue(language).items() if text and "{" in text}
    order = sorted(gapped, key=lambda text: -len(re.sub(r"\{\w+\}", "", text)))
    return tuple((re.compile(_GAP.sub(r"(?P<\1>.+?)", re.escape(text))), gapped[text]) for text in order)


def _filled(gaps: Mapping[str, str], language: str, depth: int) -> dict[str, str] | None:
    filled = {name: _gap(name, words, language, depth) for name, words in gaps.items()}
    sound = {name: words for name, words in filled.items() if words is not None}
    return sound if len(sound) == len(filled) else None


def _gap(name: str, words: str, language: str, depth: int) -> str | None:
    if name == _VERSION:
        return None if " " in words else words
    if name in _FIGURES:
        return words.replace(".", get_format("DECIMAL_SEPARATOR")) if _NUMBER.fullmatch(words) else None
    if name == "day":
        return _day(words)
    if name == "numbers":
        if not _NUMBERS.fullmatch(words):
            return None
        between = clinical_catalogue(language).get("or", "or")
        return f" {between} ".join(words.split(" or "))
    if name in _LISTS:
        several = _several(words, _LISTS[name], language)
        return None if several is None else "; ".join(several)
    if name in _WHOLE:
        return _known(words, language)
    return next((found for form in _forms(words) if (found := _translated(form, language, depth + 1)) is not None), None)


def _forms(words: str) -> Iterator[str]:
    """A text inside another may have lost its capital or its full stop."""
    for form in (words, words[:1].upper() + words[1:]):
        yield form
        yield f"{form}."


def _several(words: str, between: tuple[str, ...], language: str) -> list[str] | None:
    """Texts of a list; what stands between two may also stand in one."""
    if (whole := _known(words, language)) is not None:
        return [whole]
    for sign in between:
        for cut in re.finditer(re.escape(sign), words):
            first = _known(words[: cut.start()], language)
            rest = _several(words[cut.end() :], between, language) if first is not None else None
            if first is not None and rest is not None:
                return [first, *rest]
    return None


def _known(words: str, language: str) -> str | None:
    known = clinical_catalogue(language)
    return next((known[form] for form in _forms(words) if form in known), None)


def _day(words: str) -> str | None:
    """A day as reports tell it: "4 October 2026", or in the course of a few days "Sunday, October 4"."""
    try:
        return date_format(datetime.strptime(words, "%d %B %Y"), "DATE_FORMAT")
    except ValueError:
        pass
    name, _, day = words.partition(", ")
    try:
        # In a leap year each day exists.
        told = date_format(datetime.strptime(f"{day} 2024", "%B %d %Y"), "MONTH_DAY_FORMAT")
        return f"{WEEKDAYS[strptime(name, '%A').tm_wday]}, {told}"
    except ValueError:
        return None
