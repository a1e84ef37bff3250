"""The interview in a terminal: from where it stopped, or from the start, to what to do first."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from backstride import interview as verb
from backstride.assess import assess
from backstride.cli.commands import write_whole
from backstride.cli.keeping import Keeping
from backstride.cli.screens import Act, ask_item, ask_screen
from backstride.cli.terminal import Line, NobodyThere, Terminal
from backstride.country_of_zone import country_of_zone
from backstride.errors import BackstrideError
from backstride.interview_kept import is_to_go_on_with
from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Assessment, Level
from backstride.model.interview import Interview, KeptInterview, Kind, Screen
from backstride.model.past import Past
from backstride.model.record import Record
from backstride.names import names_for
from backstride.reports.as_case import as_case
from backstride.reports.changes import changes_section, past_section
from backstride.reports.conversation import conversation
from backstride.reports.plain import working_text
from backstride.reports.sections import Mark, Section, as_text
from backstride.reports.watch_card import card_text, watch_card
from backstride.since import remember, since

__all__ = ["Talk"]

_GO_ON = "Type backstride to go on."
_AT_ONCE = "What to do now"
"""Title of the section that tells of an emergency."""


class Talk:
    """One conversation.

    Parameters
    ----------
    keeping : Keeping
    knowledge : Knowledge
    terminal : Terminal
    zone : str
        Time zone of this machine: the emergency number is that of its country until the runner names another.
    """

    def __init__(self, keeping: Keeping, knowledge: Knowledge, terminal: Terminal, zone: str) -> None:
        self._keeping, self._knowledge, self._terminal = keeping, knowledge, terminal
        self._interview = Interview()
        self._begun_at = _now()
        self._before: Past | None = None
        self._country = country_of_zone(zone)
        self._race_day: date | None = None

    def hold(self, *, fresh: bool = False) -> None:
        """Talk to the end, or until the runner stops; every answer is kept as it is given."""
        try:
            if fresh or self._picked_up(self._keeping.last()):
                self._through()
        except NobodyThere:
            self._terminal.say(self.kept())

    # -- where it begins

    def _picked_up(self, last: KeptInterview | None) -> bool:
        """Whether to begin: with what is kept where the runner wants that."""
        now = _now()
        if last is None or not is_to_go_on_with(last, self._knowledge, now):
            return True
        when = _day(last.updated_at, now)
        if last.finished:
            return self._come_back(last, when)
        self._terminal.page(
            [
                Line(f"You stopped {when}. Your answers are kept.", "bold"),
                Line("1. Go on from there"),
                Line("2. Start anew"),
                Line("1 or Enter, 2, q stop.", "dim"),
            ]
        )
        chosen = self._choice({"": "1", "1": "1", "2": "2"})
        if chosen == "1":
            self._interview, self._begun_at = last.interview, last.begun_at
        return chosen != "q"

    def _come_back(self, last: KeptInterview, when: str) -> bool:
        try:
            self._before = Past.from_plain(last.assessment or {})
        except (KeyError, TypeError, ValueError):  # kept by another version
            self._before = None
        told = self._rows(past_section(self._before)) if self._before else []
        lines = [*told, Line(), Line(f"Since {when.removeprefix('on ')}: has anything changed?", "bold")]
        lines += [Line("1. No: go on with those answers"), Line("2. Yes: change answers"), Line("3. Start anew")]
        self._terminal.page([*lines, Line("1 or Enter, 2, 3, q stop.", "dim")])
        chosen = self._choice({"": "1", "1": "1", "2": "2", "3": "3"})
        if chosen in ("1", "2"):
            # The old one stays as it is, with its answer.
            self._interview = last.interview
        else:
            self._before = None
        if chosen == "2":
            while self._changed():
                pass
        return chosen != "q"

    def _choice(self, known: dict[str, str]) -> str:
        while (key := self._terminal.ask().lower()) not in known:
            if key == "q":
                return "q"
            self._terminal.say(f"Type {', '.join(sorted(set(known.values())))} or q.")
        return known[key]

    # -- through it

    def _through(self) -> None:
        while True:
            now = _now()
            shown = verb.screen(self._interview, self._base(), self._knowledge, now)
            if shown.kind is Kind.DONE:
                if not self._told(shown):
                    return
                continue
            reply = ask_screen(shown, self._terminal, self._knowledge.regions, self._alarm(shown))
            now = _now()
            if reply.act is Act.STOP:
                self._terminal.say(self.kept())
                return
            if reply.act is Act.CHANGE:
                self._changed()
                continue
            if reply.act is Act.BACK:
                self._interview = verb.back(self._interview)
            elif reply.act is Act.SKIP:
                self._interview = verb.skip(self._interview, shown, now)
            else:
                self._interview = verb.answer(self._interview, shown, reply.values, now)
            self._keeping.keep(self._begun_at, self._interview, now)

    def _base(self) -> Record:
        # The first screen needs no runs: it comes at once, however many there are.
        return self._keeping.base(runs=bool(self._interview.seen))

    def _record(self) -> Record:
        return verb.record_of(self._interview, self._base(), self._knowledge, _now())

    def kept(self) -> str:
        """In one line: that nothing is lost, and how to go on."""
        return f"Your answers are kept. {_GO_ON}" if self._interview.seen else "Nothing was answered yet."

    def _alarm(self, shown: Screen) -> list[Line]:
        """What to do, told at once, while one more question makes sure of an emergency."""
        if shown.kind is not Kind.CONFIRM:
            return []
        answer = assess(self._record(), self._knowledge)
        first = conversation(answer, names_for(answer, self._knowledge), country=self._country, race_day=None, today=_now().date())[0]
        return [*self._rows(first), Line("Only a clear no to this question changes that:", "bold"), Line()]

    def _rows(self, section: Section) -> list[Line]:
        """A section as lines of a page."""
        styles = {Mark.ACTION: "bold red" if section.title == _AT_ONCE else "bold", Mark.CALL: "bold"}
        return [Line(section.title, "bold"), *(Line(line.text, styles.get(line.mark, ""), 2) for line in section.lines)]

    # -- changing an answer

    def _changed(self) -> bool:
        """Whether an answer was chosen to be changed."""
        now = _now()
        given = [one for one in self._interview.answers().values() if self._is_asked(one.item)]
        if not given:
            self._terminal.say("Nothing was answered yet.")
            return False
        lines = [Line("Which answer do you want to change?", "bold")]
        items = [verb.item_of(one.item, self._interview, self._base(), self._knowledge, now) for one in given]
        for number, (one, item) in enumerate(zip(given, items, strict=True), 1):
            words = next((choice.words for choice in item.choices if choice.value == one.value), f"{one.value}")
            lines.append(Line(f"{number:2}. {item.words}: {words.removesuffix('.0')}", "", 4))
        self._terminal.page([*lines, Line("A number, a part of its words to find it, or Enter to go on.", "dim")])
        while key := self._terminal.ask().lower():
            if key in ("q", "b", "s"):
                return False
            if key.isdecimal() and 1 <= int(key) <= len(items):
                self._correct(items[int(key) - 1].id)
                return True
            for line in (found := [line for line in lines[1:] if key in line.text.lower()]):
                self._terminal.say(line.text, line.style, line.hanging)
            if not found:
                self._terminal.say(f"Type a number from 1 to {len(items)}, or Enter to go on.")
        return False

    def _correct(self, item: str) -> None:
        asked = verb.item_of(item, self._interview, self._base(), self._knowledge, _now())
        reply = ask_item(asked, self._terminal)
        if reply.act is Act.ANSWER and item in reply.values:
            now = _now()
            self._interview = verb.change(self._interview, item, reply.values[item], self._knowledge, now)
            self._keeping.keep(self._begun_at, self._interview, now)

    def _is_asked(self, item: str) -> bool:
        known = self._knowledge
        return item in ("age", "sex") or any(item in kind for kind in (known.regions, known.red_flags, known.findings, known.factors))

    # -- how it ends

    def _told(self, shown: Screen) -> bool:
        """Tell the answer; whether the interview goes on after it."""
        record = self._record()
        answer = assess(record, self._knowledge)
        now = _now()
        past = remember(answer, record, self._knowledge, now)
        self._keeping.keep(self._begun_at, self._interview, now, past.as_plain())
        self._show(answer, past)
        offers = self._offers(answer, past, record)
        urgent = answer.triage.level is Level.EMERGENCY
        keys = [f"{key} {words}" for key, (words, _) in offers.items()]
        keys += ["c change an answer", *(["g go on with the questions"] if urgent else []), "Enter ends"]
        while True:
            self._terminal.keys(", ".join(keys) + ".")
            key = self._terminal.ask().lower()
            if key in ("", "q"):
                self._terminal.say("Your answers are kept. Type backstride to come back: it asks what has changed.")
                return False
            if key == "c":
                self._changed()
                return True
            if key == "g" and urgent:
                self._interview = verb.answer(self._interview, shown, {}, now)
                self._keeping.keep(self._begun_at, self._interview, now)
                return True
            if key in offers:
                offers[key][1]()
            else:
                self._terminal.say(f"Type {', '.join(offers)}, c or Enter.")

    def _show(self, answer: Assessment, past: Past) -> None:
        names, today, width = names_for(answer, self._knowledge), _now().date(), self._terminal.width
        sections = conversation(answer, names, country=self._country, race_day=self._race_day, today=today)
        urgent = answer.triage.level is Level.EMERGENCY
        if self._before is not None and not urgent:
            sections = (*sections[:-1], changes_section(since(self._before, past, self._knowledge), names), sections[-1])
        loud = [line.text for section in sections for line in section.lines if line.mark in (Mark.ACTION, Mark.CALL)]
        rows = {row for text in loud for row in textwrap.wrap(text, width, break_on_hyphens=False)}
        text = as_text(sections, plain=self._terminal.plain, width=width)
        self._terminal.read(text, rows, "bold red" if urgent else "bold")

    def _offers(self, answer: Assessment, past: Past, record: Record) -> dict[str, tuple[str, Callable[[], None]]]:
        """What can be had after the answer, by key."""
        names = names_for(answer, self._knowledge)

        def card() -> None:
            made = _now().date()
            if (section := watch_card(answer, names, country=self._country, today=made)) is not None:
                self._save("watch-card.txt", card_text(section, made=made, plain=self._terminal.plain))

        def race() -> None:
            typed = self._terminal.ask("Day of the race, as 2026-10-04: ")
            try:
                self._race_day = date.fromisoformat(typed)
            except ValueError:
                self._terminal.say(f"'{typed[:40]}' is no day.")
                return
            self._show(answer, past)

        def country() -> None:
            if self._named_country(self._terminal.ask("In which country are you? Its name or its two letters: ")):
                self._show(answer, past)

        offers: dict[str, tuple[str, Callable[[], None]]] = {}
        if answer.triage.level is not Level.EMERGENCY:
            offers["k"] = ("keep the card in a file", card)
            offers["r"] = ("my race", race)
        offers["l"] = ("I am in another country", country)
        offers["w"] = ("the working", lambda: self._terminal.read(working_text(answer, names)))
        offers["f"] = ("keep all in a case file", lambda: self._save("my-back.yaml", as_case(record)))
        return offers

    def _named_country(self, typed: str) -> bool:
        known = self._knowledge.emergency_numbers
        wanted = typed.casefold()
        fitting = [code for code, entry in known.items() if wanted in (code.casefold(), entry.country.casefold())]
        if not fitting:
            fitting = [code for code, entry in known.items() if wanted and entry.country.casefold().startswith(wanted)]
        if len(fitting) == 1:
            self._country = fitting[0]
            return True
        self._terminal.say(f"No number is known for '{typed[:40]}'. Ask somebody there, or try 112.")
        return False

    def _save(self, name: str, text: str) -> None:
        """Write a text where the runner says; nothing is written over."""
        typed = self._terminal.ask(f"Name of the file ({name}): ") or name
        path = Path(typed).expanduser()
        try:
            if path.exists():
                raise BackstrideError(f"{path} is there already.", remedy="Name another.")
            write_whole(path, text, private=True)
        except (BackstrideError, ValueError, RuntimeError) as error:
            self._terminal.say(str(error))
            return
        self._terminal.say(f"Written: {path}. It holds health data: keep it as you would a letter from your doctor.")


def _day(moment: datetime, now: datetime) -> str:
    """A moment as a person names it."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return f"today at {clock}"
    if days == 1:
        return f"yesterday at {clock}"
    return f"on {local:%A}, {local:%B} {local.day} at {clock}"


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
