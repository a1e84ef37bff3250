"""What must hold between knowledge files: ids exist, published figures name sources, answers and rules make sense."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from string import Formatter
from typing import Any

from backstride.errors import KnowledgeError
from backstride.knowledge.reading import Reading
from backstride.knowledge.rules import parse_rule
from backstride.knowledge.schema import DAY_VALUES, Problem

__all__ = ["problems_in"]

Entry = Mapping[str, Any]
_ABOUT_THE_RUNNER = {"age": None, "sex": ("female", "male")}
_COMPARISON = re.compile(r"(>=|<=|>|<)\d+(\.\d+)?\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_TELEPHONE = re.compile(r"[0-9#*][0-9 ]+\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_REVIEW = re.compile(r"[^,\s][^,]*,.*\b\d{4}-\d{2}-\d{2}\Z")
_GAPS = {
    "started_since": ("day",),
    "still_so": ("day",),
    "why_alone": ("may_mean",),
    "why_together": ("may_mean",),
    "why_tells": ("one", "other"),
}
_PLACES = {"more": ("now", "before"), "less": ("now", "before"), "pattern": ("cut",)}
_WHO = {
    "emergency_now": ("emergency_department",),
    "same_day": ("doctor",),
    "within_days": ("doctor", "physical_therapist"),
}


def problems_in(reading: Reading) -> list[Problem]:
    """Every problem of the files, of shape and between them, each at the place of the field that should change."""
    checks = _Checks(reading)
    found = [*reading.problems, *checks.all()]
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.field))


class _Checks:
    """The checks between files. Broken concepts are known by their ids, but not looked into."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.known = reading.tree
        self.observable = {**reading.tree["findings"], **reading.tree["factors"]}

    def all(self) -> Iterator[Problem]:
        for check in (
            self.findings,
            self.likelihoods,
            self.factors,
            self.red_flags,
            self.told,
            self.watch_card,
            self.emergency_numbers,
            self.trials,
            self.exposures,
            self.pointers,
            self.sources,
            self.limits_and_wording,
            self.interview,
            self.reviews,
        ):
            yield from check()

    def sound(self, kind: str) -> Iterator[tuple[str, Entry]]:
        return ((id, entry) for id, entry in self.known[kind].items() if (kind, id) not in self.reading.broken)

    def problem(self, kind: str, id: str, field: str, message: str, remedy: str) -> Problem:
        place = self.reading.places[kind, id]
        outer = field
        while outer and outer not in place.lines:
            outer = re.sub(r"(^|\.)[^.\[]+\Z|\[\d+\]\Z", "", outer)
        return Problem(place.file, place.lines.get(outer, 0), field, message, remedy)

    def unknown(self, kind: str, id: str, field: str, name: str, known: Iterable[str], what: str) -> Iterator[Problem]:
        names = known if isinstance(known, Collection) else list(known)
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            remedy = f"Did you mean '{near[0]}'?" if near else f"Add the {what} first."
            yield self.problem(kind, id, field, f"'{name}' is not a known {what}.", remedy)

    def answers(self, name: str) -> tuple[str, ...] | None:
        """Words that an answer can be; None for a number, or where they can't be told."""
        if name in _ABOUT_THE_RUNNER:
            return _ABOUT_THE_RUNNER[name]
        if name in self.known["factors"]:
            return ("yes", "no", "unsure")
        entry = self.known["findings"][name]
        if ("findings", name) in self.reading.broken or entry["answer"] in ("scale", "measurement"):
            return None
        return ("yes", "no", "unsure") if entry["answer"] == "yes_no" else (*entry.get("values", ()), "unsure")

    def is_number(self, name: str) -> bool:
        entry = self.known["findings"].get(name, {})
        return name == "age" or (("findings", name) not in self.reading.broken and entry.get("answer") in ("scale", "measurement"))

    def answer(self, kind: str, id: str, field: str, value: str, of: str) -> Iterator[Problem]:
        allowed = self.answers(of) if of in self.observable or of in _ABOUT_THE_RUNNER else None
        if allowed is not None and value not in allowed:
            remedy = f"Write one of: {', '.join(allowed)}."
            yield self.problem(kind, id, field, f"'{value}' is not an answer to {of}.", remedy)

    def findings(self) -> Iterator[Problem]:
        for id, entry in self.sound("findings"):
            answer, values = entry["answer"], entry.get("values", [])
            if answer in ("choice", "location") and not values:
                yield self.problem("findings", id, "values", "is missing: a choice needs its words.", "Write values: [first, second].")
            if answer in ("scale", "measurement") and ("minimum" not in entry or "maximum" not in entry):
                yield self.problem("findings", id, "minimum", "is missing: a number needs its bounds.", "Add minimum and maximum.")
            for i, value in enumerate(entry.get("positive", ())):
                yield from self.answer("findings", id, f"positive[{i + 1}]", value, id)
            shares = entry.get("background_by_value", {})
            if shares and abs(sum(shares.values()) - 1) > 1e-6:
                message = f"adds up to {sum(shares.values()):g}, not 1."
                yield self.problem("findings", id, "background_by_value", message, "Correct the shares so that they add up to 1.")
            for value in shares:
                yield from self.answer("findings", id, f"background_by_value.{value}", value, id)
            for key in ("overlaps_with", "umbrella_of"):
                for i, name in enumerate(entry.get(key, ())):
                    yield from self.unknown("findings", id, f"{key}[{i + 1}]", name, self.observable, "finding or factor")
            for i, rule in enumerate(entry.get("excludes", ())):
                field = f"excludes[{i + 1}]"
                yield from self.answer("findings", id, f"{field}.value", rule["value"], id)
                yield from self.unknown("findings", id, f"{field}.other", rule["other"], self.known["findings"], "finding")
                yield from self.answer("findings", id, f"{field}.other_value", rule["other_value"], rule["other"])
            for value, entailed in entry.get("implies", {}).items():
                yield from self.answer("findings", id, f"implies.{value}", value, id)
                for name, its_value in entailed.items():
                    yield from self.unknown("findings", id, f"implies.{value}.{name}", name, self.known["findings"], "finding")
                    yield from self.answer("findings", id, f"implies.{value}.{name}", its_value, name)
            for value, name in entry.get("reports_factor", {}).items():
                if not _COMPARISON.match(value):
                    yield from self.answer("findings", id, f"reports_factor.{value}", value, id)
                yield from self.unknown("findings", id, f"reports_factor.{value}", name, self.known["factors"], "factor")
            yield from self.rule("findings", id, "unsafe_when", entry.get("unsafe_when"))
            if entry.get("at_home") == "yes":
                for key in ("gate", "steps", "stop_rule"):
                    if not entry.get(key):
                        yield self.problem("findings", id, key, "is missing: a test at home needs it.", "Add it, or write at_home: no.")
                if entry["answered_by"] != "runner":
                    yield self.problem("findings", id, "at_home", "does not go with a therapist's test.", "Write no.")

    def likelihoods(self) -> Iterator[Problem]:
        for id, entry in self.sound("findings"):
            in_use: set[tuple[str, str]] = set()
            for i, row in enumerate(entry.get("likelihoods", ())):
                field = f"likelihoods[{i + 1}]"
                yield from self.unknown("findings", id, f"{field}.condition", row["condition"], self.known["conditions"], "condition")
                if row["use"] != "yes":
                    continue
                # A scale's rows speak of its threshold, a location's of its positive values together.
                if not (entry.get("positive") and row["value"] == "yes") and not _COMPARISON.match(row["value"]):
                    yield from self.answer("findings", id, f"{field}.value", row["value"], id)
                if "if_present" not in row and ("lr_positive" not in row or "background_by_value" in entry):
                    missing = "has no if_present." if "background_by_value" in entry else "has neither if_present nor lr_positive."
                    yield self.problem("findings", id, field, missing, "Add one, or write use: no.")
                if entry["answer"] == "yes_no" and row["value"] != "yes":
                    remedy = "Write value: yes, and in if_present how often it is a yes."
                    yield self.problem("findings", id, f"{field}.value", "a yes/no question has its rows for yes.", remedy)
                if (row["condition"], row["value"]) in in_use:
                    message = f"is a second row in use for {row['condition']} and '{row['value']}'."
                    yield self.problem("findings", id, field, message, "Keep use: yes on one of them.")
                in_use.add((row["condition"], row["value"]))
                if "background" not in entry and "background_by_value" not in entry:
                    remedy = "Add a line such as background: {point: 0.2, basis: assumption}."
                    yield self.problem("findings", id, field, "is in use, but the finding has no background.", remedy)

    def factors(self) -> Iterator[Problem]:
        for id, entry in self.sound("factors"):
            if id in self.known["findings"]:
                yield self.problem("factors", id, "id", f"'{id}' is a finding already.", "Give the factor another id.")
            for i, link in enumerate(entry.get("links", ())):
                yield from self.unknown(
                    "factors", id, f"links[{i + 1}].condition", link["condition"], self.known["conditions"], "condition"
                )

    def red_flags(self) -> Iterator[Problem]:
        for id, entry in self.sound("red_flags"):
            yield from self.unknown("red_flags", id, "finding", entry["finding"], self.observable, "finding or factor")
            for i, name in enumerate(entry["conditions"]):
                yield from self.unknown("red_flags", id, f"conditions[{i + 1}]", name, self.known["conditions"], "condition")
            if entry["who"] not in _WHO[entry["action"]]:
                remedy = f"Write {' or '.join(_WHO[entry['action']])}."
                yield self.problem("red_flags", id, "who", f"'{entry['who']}' does not go with {entry['action']}.", remedy)
            yield from self.rule("red_flags", id, "rule", entry["rule"])

    def told(self) -> Iterator[Problem]:
        """What is told of an answer belongs to an answer that can be given; what is "not the problem" only where evidence says so."""
        for kind in ("findings", "factors"):
            for id, entry in self.sound(kind):
                for value in entry.get("said", ()):
                    yield from self.answer(kind, id, f"said.{value}", value, id)
        for id, entry in self.sound("beliefs"):
            if "not_the_problem" in entry and not entry["verdict"].startswith("contradicted"):
                remedy = "Leave the line out, or show in the verdict that evidence contradicts the claim."
                yield self.problem("beliefs", id, "not_the_problem", f"stands beside the verdict '{entry['verdict']}'.", remedy)

    def watch_card(self) -> Iterator[Problem]:
        for id, entry in self.sound("watch_card"):
            for i, name in enumerate(entry["red_flags"]):
                yield from self.unknown("watch_card", id, f"{id}.red_flags[{i + 1}]", name, self.known["red_flags"], "red flag")
            yield from self.rule("watch_card", id, f"{id}.when", entry.get("when"))
            actions = {self.known["red_flags"].get(name, {}).get("action") for name in entry["red_flags"]}
            if entry["go"] == "today" and not actions - {"emergency_now", None}:
                yield self.problem("watch_card", id, f"{id}.go", "is today, but its rules say now.", "Write go: now.")

    def emergency_numbers(self) -> Iterator[Problem]:
        for id, entry in self.sound("emergency_numbers"):
            if id != "other" and not _COUNTRY.match(id):
                remedy = "Write the two capital letters of ISO 3166, as in DE, or other."
                yield self.problem("emergency_numbers", id, id, f"'{id}' is not the code of a country.", remedy)
            if not entry["emergency"]:
                yield self.problem("emergency_numbers", id, f"{id}.emergency", "names no number.", "Write one, as in ['112'].")
            for i, number in enumerate(entry["emergency"]):
                if not _TELEPHONE.match(number):
                    field = f"{id}.emergency[{i + 1}]"
                    yield self.problem("emergency_numbers", id, field, f"'{number}' is not a number to call.", "Put it in quotes: ['000'].")
            if not _DAY.match(entry["checked"]):
                remedy = "Write the day on which it was looked up, as in '2026-11-24'."
                yield self.problem("emergency_numbers", id, f"{id}.checked", f"'{entry['checked']}' is not a day.", remedy)

    def rule(self, kind: str, id: str, field: str, text: str | None) -> Iterator[Problem]:
        if text is None:
            return
        try:
            rule = parse_rule(text)
        except KnowledgeError as error:
            yield self.problem(kind, id, field, error.message, error.remedy)
            return
        for name in sorted(rule.names()):
            yield from self.unknown(kind, id, field, name, {**self.observable, **_ABOUT_THE_RUNNER}, "finding or factor")
        for term in rule.terms():
            if term.name not in self.observable and term.name not in _ABOUT_THE_RUNNER:
                continue
            words = self.answers(term.name)
            if not term.compare and words is None and self.is_number(term.name):
                remedy = f"Compare it with a number, as in {term.name} >= 4."
                yield self.problem(kind, id, field, f"{term.name} is answered by a number, so it alone is never true.", remedy)
            elif not term.compare or isinstance(term.operand, str):
                yield from self.answer(kind, id, field, str(term.operand) if term.compare else "yes", term.name)
            elif words is not None:
                remedy = f"Compare it by == with one of: {', '.join(words)}."
                yield self.problem(kind, id, field, f"{term.name} is not answered by a number.", remedy)

    def trials(self) -> Iterator[Problem]:
        """A change that is tried rests on advice for it, its limits fit what it reads, and a block is longer than it takes to settle."""
        for id, entry in self.sound("trials"):
            for i, name in enumerate(entry.get("not_for", ())):
                yield from self.unknown("trials", id, f"not_for[{i + 1}]", name, self.known["conditions"], "condition")
            for i, bar in enumerate(entry.get("not_when", ())):
                yield from self.rule("trials", id, f"not_when[{i + 1}].rule", bar["rule"])
            for i, name in enumerate(entry["advice"]):
                yield from self.unknown("trials", id, f"advice[{i + 1}]", name, self.known["advice"], "advice")
                if self.known["advice"].get(name, {}).get("grade", "").startswith(("against", "X")):
                    remedy = "Leave this change out, or name the advice that speaks for it."
                    yield self.problem("trials", id, f"advice[{i + 1}]", f"'{name}' advises against something.", remedy)
            if not entry["advice"]:
                yield self.problem("trials", id, "advice", "names none, so nothing speaks for it.", "Name the advice it rests on.")
            limits = [key for key in ("at_least", "at_most") if key in entry]
            if (entry["reads"] == "pair") == bool(limits):
                remedy = "Remove them." if limits else "Add at_least or at_most."
                message = "has limits that a pair can't have." if limits else "has no limit, so that every run would keep to it."
                yield self.problem("trials", id, limits[0] if limits else "reads", message, remedy)
            for whole in ("days", "block_days", "settle_days"):
                if entry.get(whole, 0) != int(entry.get(whole, 0)):
                    yield self.problem("trials", id, whole, f"{entry[whole]} is not a whole number of days.", "Write one.")
            for where, pair in (("", entry), *((f"needs[{i + 1}].", need) for i, need in enumerate(entry.get("needs", ())))):
                if pair.get("at_least", -math.inf) > pair.get("at_most", math.inf):
                    yield self.problem("trials", id, f"{where}at_least", "is above at_most.", "Put them in order.")
            if not re.search(rf"\b{entry['stop_above']:g}\b", entry["stop_rule"]):
                remedy = f"Say in it that pain above {entry['stop_above']:g} of 10 is the time to stop."
                yield self.problem("trials", id, "stop_rule", "does not name the pain of stop_above.", remedy)
            if entry.get("settle_days", 0) >= entry["block_days"]:
                yield self.problem("trials", id, "settle_days", "leaves nothing of a block.", "Write fewer days than block_days.")

    def exposures(self) -> Iterator[Problem]:
        """An exposure has words for each direction in which it is judged, and numbers that can be met."""
        for id, entry in self.sound("exposures"):
            if "factor" in entry:
                yield from self.unknown("exposures", id, "factor", entry["factor"], self.known["factors"], "factor")
            said = entry["said"]
            for way in ("more", "less") if entry["direction"] == "either" else (entry["direction"],):
                if way not in said:
                    yield self.problem("exposures", id, f"said.{way}", "is missing.", "Write the sentence that tells the change.")
            if ("step" in entry) != ("pattern" in said):
                yield self.problem("exposures", id, "step", "and said.pattern go together.", "Write both, or neither.")
            for way, text in said.items():
                allowed = _PLACES.get(way)
                if allowed is None:
                    yield self.problem("exposures", id, f"said.{way}", "is not a way to change.", f"Use one of: {', '.join(_PLACES)}.")
                for _, gap, style, turned in _parts(text):
                    if allowed is not None and gap is not None and (gap not in allowed or style or turned):
                        remedy = f"Use only {' and '.join('{' + name + '}' for name in allowed)}."
                        yield self.problem("exposures", id, f"said.{way}", f"'{{{gap}}}' is filled by nothing.", remedy)
            if (entry["per"] == "day") != (entry["of"] in DAY_VALUES):
                remedy = f"Of the days: {', '.join(DAY_VALUES)}; all others are of the runs."
                yield self.problem("exposures", id, "per", f"is {entry['per']}, but {entry['of']} is not told so.", remedy)
            if entry["per"] == "day" and entry["take"] != "mean":
                yield self.problem("exposures", id, "take", f"is {entry['take']}, which only runs have.", "Write mean.")
            if entry["compare"] == "ratio" and entry["worth_telling"] <= 1:
                yield self.problem("exposures", id, "worth_telling", "is a ratio that is no change.", "Write one above 1.")
            for name in ("windows_days", "before_days", "least_now", "least_before", "decimals"):
                if any(value != int(value) for value in _each(entry.get(name, 0))):
                    yield self.problem("exposures", id, name, "is not a whole number.", "Write one.")
            if not entry["windows_days"]:
                yield self.problem("exposures", id, "windows_days", "names none.", "Write one, as in [7].")

    def pointers(self) -> Iterator[Problem]:
        for id, entry in self.sound("advice"):
            kind = entry["target_type"]
            if kind not in ("general", "program"):
                yield from self.unknown("advice", id, "target", entry["target"], self.known[f"{kind}s"], kind)
        for id, entry in self.sound("regions"):
            for i, name in enumerate(entry["findings"]):
                yield from self.unknown("regions", id, f"findings[{i + 1}]", name, self.observable, "finding or factor")
        kinds = {"condition": "conditions", "factor": "factors", "finding": "findings", "advice": "advice", "red_flag": "red_flags"}
        for id, entry in self.sound("beliefs"):
            for i, pointer in enumerate(entry["represented_by"]):
                kind, _, name = pointer.partition(":")
                field = f"represented_by[{i + 1}]"
                if kind not in kinds:
                    remedy = f"Start it with one of: {', '.join(f'{word}:' for word in kinds)}."
                    yield self.problem("beliefs", id, field, f"'{pointer}' does not say of what kind it is.", remedy)
                else:
                    yield from self.unknown("beliefs", id, field, name, self.known[kinds[kind]], kind)

    def sources(self) -> Iterator[Problem]:
        kinds = ("conditions", "findings", "factors", "red_flags", "advice", "beliefs", "outcome_measures", "trials", "exposures",
                 "limits", "emergency_numbers")  # fmt: skip
        for kind in kinds:
            for id, entry in self.sound(kind):
                prefix = f"{id}." if kind in ("limits", "emergency_numbers") else ""
                for field, figure, inherited in _figures(entry):
                    if figure.get("basis") == "published" and not figure.get("sources", inherited):
                        remedy = "Add sources: [id], or call it an assumption."
                        yield self.problem(kind, id, f"{prefix}{field}".rstrip("."), "is called published but names no source.", remedy)
                for field, name in _source_ids(entry, ""):
                    yield from self.unknown(kind, id, prefix + field, name, self.known["references"], "source in references.yaml")

    def limits_and_wording(self) -> Iterator[Problem]:
        for kind, shipped in self.reading.shipped_tables.items():
            for id, entry in self.sound(kind):
                if id not in shipped:
                    near = difflib.get_close_matches(id, shipped, n=1)
                    remedy = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(shipped))}."
                    yield self.problem(kind, id, id, "is read by nothing.", remedy)
                elif kind == "limits" and _count(entry["value"]) != _count(shipped[id]["value"]):
                    remedy = f"It is {_count(shipped[id]['value']) or 'one'} number(s) in the shipped file."
                    yield self.problem(kind, id, f"{id}.value", "does not have the right count of numbers.", remedy)
                elif kind == "limits":
                    yield from self.limit(id, entry, shipped[id])
                elif kind == "wording":
                    yield from self.wording(id, entry, shipped[id])

    def wording(self, id: str, entry: Entry, shipped: Entry) -> Iterator[Problem]:
        """A wording says all that the shipped one says, and has no gap that nothing fills."""
        for name in ("words", "by_when", "look_again"):
            if name in shipped and name not in entry:
                yield self.problem("wording", id, f"{id}.{name}", "is missing.", "Add it.")
            filled = {gap for _, gap, _, _ in _parts(shipped.get(name, "")) if gap is not None}
            for _, gap, style, turned in _parts(entry.get(name, "")):
                if gap is not None and (gap not in filled or style or turned):
                    remedy = f"Known here: {', '.join(sorted(filled))}." if filled else "Write it without curly brackets."
                    yield self.problem("wording", id, f"{id}.{name}", f"'{{{gap}}}' is filled by nothing.", remedy)

    def interview(self) -> Iterator[Problem]:
        """Screens ask what exists, answers have words, sentences have no gap that nothing fills."""
        groups = {entry["group"] for _, entry in self.sound("findings")}
        for id, entry in self.sound("interview"):
            if entry["kind"] == "answers":
                for value in entry.get("words", ()):
                    if value != "unsure":
                        yield from self.answer("interview", id, f"{id}.words.{value}", value, id)
                continue
            title = entry.get("title", "")
            if not title:
                yield self.problem("interview", id, f"{id}.title", "is missing.", "Write what the runner reads above the screen.")
            for _, gap, _, _ in _parts(title):
                if gap is not None and (entry["kind"] != "sentence" or gap not in _GAPS.get(id, ())):
                    remedy = f"Known here: {', '.join(_GAPS[id])}." if id in _GAPS else "Write it without curly brackets."
                    yield self.problem("interview", id, f"{id}.title", f"'{{{gap}}}' is filled by nothing.", remedy)
            if "group" in entry:
                yield from self.unknown("interview", id, f"{id}.group", entry["group"], groups, "group of findings")
            for i, item in enumerate(entry.get("items", ())):
                field = f"{id}.items[{i + 1}]"
                yield from self.unknown("interview", id, field, item["id"], {**self.observable, **_ABOUT_THE_RUNNER}, "finding or factor")
                factor = self.known["factors"].get(item["id"])
                if "words" not in item and (item["id"] in _ABOUT_THE_RUNNER or (factor is not None and not factor.get("question"))):
                    yield self.problem("interview", id, field, f"{item['id']} has no question.", "Add words to it.")

    def reviews(self) -> Iterator[Problem]:
        for kind in self.known:
            for id, entry in self.sound(kind):
                for i, review in enumerate(entry.get("reviewed_by", ())):
                    if not _REVIEW.match(review):
                        remedy = "Write a name and a day, as in ['Ann Example, physical therapist, 2026-11-24']."
                        yield self.problem(kind, id, f"reviewed_by[{i + 1}]", f"'{review}' does not say who and when.", remedy)

    def limit(self, id: str, entry: Entry, shipped: Entry) -> Iterator[Problem]:
        values = entry["value"] if isinstance(entry["value"], list) else [entry["value"]]
        for value in values:
            low, high = shipped.get("minimum", -math.inf), shipped.get("maximum", math.inf)
            if not low <= value <= high:
                remedy = f"Write a number from {low:g} to {high:g}."
                yield self.problem("limits", id, f"{id}.value", f"{value:g} is outside what this limit may be.", remedy)
        if len(values) > 1 and abs(sum(values) - 1) > 1e-6:
            message = f"adds up to {sum(values):g}, not 1."
            yield self.problem("limits", id, f"{id}.value", message, "Correct the shares so that they add up to 1.")


def _parts(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """The gaps of a sentence; one that can't be read counts as a gap that nothing fills."""
    try:
        return list(Formatter().parse(text))
    except ValueError:
        return [("", text, None, None)]


def _figures(entry: Entry) -> Iterator[tuple[str, Entry, Any]]:
    for key in ("prior", "background", "prevalence", "effect"):
        if key in entry:
            yield key, entry[key], entry.get("sources", ()) if key == "effect" else ()
    for i, row in enumerate(entry.get("likelihoods", ())):
        yield f"likelihoods[{i + 1}]", row, ()
    for i, link in enumerate(entry.get("links", ())):
        yield f"links[{i + 1}].odds_ratio", link["odds_ratio"], entry.get("sources", ())
    if "basis" in entry:
        yield "", entry, ()


def _source_ids(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            field = f"{where}.{key}" if where else key
            if key == "sources":
                yield from ((f"{field}[{i + 1}]", name) for i, name in enumerate(inner))
            elif key != "fields":
                yield from _source_ids(inner, field)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _source_ids(inner, f"{where}[{i + 1}]")


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
