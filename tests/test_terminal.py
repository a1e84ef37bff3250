"""The interview in a terminal, through a real pseudo-terminal: whole sessions as a person types them."""

import json
import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backstride.assess import assess
from backstride.importers.case_file import read_case
from backstride.model.interview import Choice, Item, Kind, Screen

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a thread of the test runner, not ours

PROMPT = (
    r"(?:^|\n)> $|Enter shows more\. $|Enter goes back to the question\. $|Name of the file \(\S+\): $|Day of the race, .*: $|letters: $"
)
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7])(?:;\d+)*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SADDLE = "between your legs, or wiping"


class Session:
    """Somebody at a terminal."""

    def __init__(self, home, *words, program=("-m", "backstride"), size=(24, 80), **environment):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "BACKSTRIDE_", "NO_COLOR", "PYTHONUTF8"))}
        known = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "Europe/Berlin", "BACKSTRIDE_HOME": str(home)}
        if "BACKSTRIDE_CACHE" in os.environ:
            known["BACKSTRIDE_CACHE"] = os.environ["BACKSTRIDE_CACHE"]
        told = {k: v for k, v in {**inherited, **known, **environment}.items() if v is not None}
        self.child = pexpect.spawn(
            sys.executable, [*program, *words], env=told, cwd=home.parent, dimensions=size, encoding="utf-8", timeout=20
        )
        self.child.delaybeforesend = None
        self.everything = ""
        self.pages = 0

    def page(self):
        """What was shown since the last line typed, up to the prompt, without marks for the terminal."""
        self.child.expect(PROMPT)
        raw = self.child.before + self.child.after
        self.everything += raw
        self.pages += 1
        return ESCAPE.sub("", raw).replace("\r", "")

    def type(self, line=""):
        self.child.sendline(line)
        return self.page()

    def end(self):
        """What was shown last, and the exit code."""
        self.child.expect(pexpect.EOF)
        self.everything += self.child.before
        self.child.close()
        return ESCAPE.sub("", self.child.before).replace("\r", ""), self.child.exitstatus

    def marked(self, page, words):
        """Type the number of the line that holds some words, and go on."""
        self.type(number_of(page, words))
        return self.type()

    def through(self, page, **told):
        """Answer every question from this page on, as told by a part of its words, else with no or unsure; all that was shown."""
        shown = page
        while "Enter ends" not in page:
            assert self.pages < 200, shown[-2000:]
            page = self.type(self.reply(page, told))
            shown += page
        return shown

    def reply(self, page, told):
        for words, line in told.items():
            if words.replace("_", " ") in page:
                return line
        if "shows more" in page:
            return ""
        if "s skip this test" in page:
            return "s"
        if "n none" in page or "n no," in page or "Unsure of which" in page:
            return "n"
        return "u"


def number_of(page, words):
    """The number of the first line that holds some words, in a list as in a question."""
    return re.search(rf"(\d+)(?:\.| \[.\])? .*(?:{re.escape(words)})", page)[1]


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def at_terminal(home):
    opened = []

    def start(*words, **more):
        opened.append(Session(home, *words, **more))
        return opened[-1]

    yield start
    for session in opened:
        session.child.close(force=True)


def begun(session, place="low back over"):
    """The first page with a place marked, then the second."""
    page = session.page()
    assert "Where does it hurt?" in page
    page = session.type(place)
    assert "Marked: " in page
    return session.type()


def test_a_whole_session_ends_with_what_to_do_first(at_terminal, home, knowledge):
    session = at_terminal()
    session.through(begun(session), How_old_are_you="40", female_or_male="1", from_0_to_10="3")
    shown = ESCAPE.sub("", session.everything)
    for title in ("WHAT TO DO FIRST", "CAN I RUN?", "WHAT FITS", "WHAT TO WATCH FOR"):
        assert title in shown
    assert shown.index("WHAT TO DO FIRST") < shown.index("WHAT FITS")
    assert "112" in shown, "the number of the country in which this machine is"
    assert "about" in shown and "more" in shown
    assert max(len(line.rstrip()) for line in shown.replace("\r", "").split("\n")) <= 80
    # All that can be had after it.
    assert "before any answer" in session.through(session.type("w"))
    session.type("k")
    assert "Written: watch-card.txt" in session.type("")
    card = (home.parent / "watch-card.txt").read_text()
    assert "emergency department now" in card
    assert (home.parent / "watch-card.txt").stat().st_mode & 0o077 == 0
    session.type("k")
    assert "there already" in session.type("watch-card.txt")
    session.type("f")
    assert "Written: mine.yaml" in session.type("mine.yaml")
    session.type("r")
    assert "MY RACE" in session.through(session.type((datetime.now() + timedelta(days=30)).date().isoformat()))
    session.type("l")
    assert "in Switzerland: 144" in session.through(session.type("switz"))
    session.child.sendline("")
    assert session.end()[1] == 0
    # The case file is of the public format and gives the same answer.
    case = read_case(home.parent / "mine.yaml").record
    assert (case.runner.age, case.runner.sex, case.answers["pain_low_back"].value) == (40, "female", "yes")
    kept = stored(home)[-1]
    assert kept.finished and kept.assessment["level"] == assess(case, knowledge).triage.level


def stored(home):
    """The interviews that are kept there."""
    from django.db import connection

    from backstride.store.store import open_store

    store = open_store(home, f"sqlite:///{home}/backstride.sqlite3")
    kept = store.interviews(store.runner("me"))
    connection.close()
    return kept


def test_an_emergency_is_told_at_once_with_the_number_and_what_to_say(at_terminal):
    session = at_terminal()
    page = begun(session)
    screens = 2
    while "emergency department now" not in page:
        page = session.marked(page, SADDLE) if SADDLE in page else session.type("n")
        screens += 1
        assert screens <= 4
    assert "112" in page and "Say there" in page
    assert page.index("emergency department now") < page.index("when you wipe?")
    page = session.type("y")
    assert "emergency department now" in page and "112" in page and "Say there" in page
    assert "WHAT FITS" not in page and "Enter ends" in page
    assert COLOUR.search(session.everything)
    # Asked to go on, it goes on; ended, it is kept.
    assert "none" in session.type("g")
    session.child.sendline("q")
    assert "Your answers are kept" in session.end()[0]


def test_a_clear_no_to_the_confirm_question_goes_on(at_terminal):
    session = at_terminal()
    page = session.marked(begun(session), SADDLE)
    assert "when you wipe?" in page
    assert "emergency department now" not in session.type("n")


def test_nobody_says_no_to_a_safety_screen_by_enter_alone(at_terminal):
    session = at_terminal()
    page = begun(session)
    assert "Type n if none" in session.type("")
    session.type(number_of(page, SADDLE))
    assert "taken away" in session.type("n")
    assert SADDLE not in session.type("n")


def test_back_shows_the_screen_before_and_change_corrects_an_answer(at_terminal, home):
    session = at_terminal()
    first = begun(session)
    title = first.split("  ")[0].strip().splitlines()[-1]
    session.type("n")
    assert title in session.type("b")
    page = session.type("n")
    assert "Which answer" in session.type("c")
    page = session.type(number_of(session.type("numb"), "umb"))
    assert "y yes" in page
    page = session.type("y")
    assert "emergency department now" in page
    session.child.sendline("q")
    session.end()
    assert stored(home)[-1].interview.answers()["saddle_numbness"].value == "yes"


def test_unsure_why_and_help(at_terminal, home):
    session = at_terminal()
    page = begun(session)
    assert "[?]" in session.type(f"u {number_of(page, SADDLE)}")
    assert "sign of" in session.type("w")
    assert "[?]" in session.type("")
    assert "Part of a name" in session.type("?")
    session.type("")
    session.type("")
    session.child.sendline("q")
    session.end()
    assert stored(home)[-1].interview.answers()["saddle_numbness"].value == "unsure"


def test_a_skipped_safety_screen_is_no_all_clear(at_terminal):
    session = at_terminal()
    begun(session)
    session.through(session.type("s"))
    assert "not the all-clear" in ESCAPE.sub("", session.everything)


@pytest.mark.parametrize("where", ["first", "later"])
def test_control_c_keeps_everything_and_says_how_to_go_on(at_terminal, where):
    session = at_terminal()
    page = session.page()
    if where == "later":
        session.type("low back over")
        session.type("")
        page = session.type("n")
    session.child.sendintr()
    shown, code = session.end()
    assert code == 130
    assert "Traceback" not in shown
    assert ("kept" in shown and "backstride" in shown) if where == "later" else "Nothing was answered" in shown
    again = at_terminal()
    second = again.page()
    if where == "first":
        assert "Where does it hurt?" in second
        return
    assert "You stopped" in second
    assert again.type("").splitlines()[-4:] == page.splitlines()[-4:]
    again.child.sendeof()
    assert "kept" in again.end()[0]
    anew = at_terminal("--fresh")
    assert "Where does it hurt?" in anew.page()


def test_age_and_sex_are_asked_once_and_kept(at_terminal):
    session = at_terminal()
    session.through(begun(session), How_old_are_you="40", female_or_male="1")
    session.child.sendline("")
    session.end()
    anew = at_terminal("--fresh")
    anew.through(begun(anew))
    assert "Where does it hurt?" in anew.everything
    assert "How old are you?" not in anew.everything and "female or male" not in anew.everything


def test_coming_back_asks_what_has_changed(at_terminal, home):
    session = at_terminal()
    session.through(begun(session), How_old_are_you="40", female_or_male="1", from_0_to_10="3")
    session.child.sendline("")
    session.end()
    again = at_terminal()
    page = again.page()
    assert "has anything changed?" in page and "Made with knowledge" in page
    again.type("2")
    again.type(number_of(again.type("numb"), "umb"))
    again.type("y")
    page = again.type("")
    assert "emergency department now" in page
    again.through(page, when_you_wipe="y")
    again.child.sendline("")
    again.end()
    levels = [one.assessment["level"] for one in stored(home)]
    assert len(levels) == 2 and levels[1] == "emergency" != levels[0]
    third = at_terminal()
    third.page()
    third.type("1")
    assert "emergency department now" in third.everything


def test_emergency_answers_older_than_two_days_are_asked_again(at_terminal, home):
    session = at_terminal()
    session.through(begun(session), How_old_are_you="40", female_or_male="1", from_0_to_10="3")
    session.child.sendline("")
    session.end()
    age(home, timedelta(days=4))
    again = at_terminal()
    again.page()
    page = again.type("1")
    assert "started since" in page and SADDLE in page
    again.through(page)
    assert "WHAT CHANGED SINCE" in again.everything


def age(home, by):
    """Make all that is kept older."""
    from django.db import connection

    from backstride.store.store import open_store

    store = open_store(home, f"sqlite:///{home}/backstride.sqlite3")
    me = store.runner("me")
    kept = store.interviews(me)[-1]
    given = tuple(replace(one, at=one.at - by) for one in kept.interview.given)
    past = {**kept.assessment, "at": (datetime.fromisoformat(kept.assessment["at"]) - by).isoformat()}
    store.keep_interview(
        me, replace(kept, updated_at=kept.updated_at - by, interview=replace(kept.interview, given=given), assessment=past)
    )
    connection.close()


def test_an_unfinished_interview_of_last_week_is_not_offered(at_terminal, home):
    session = at_terminal()
    begun(session)
    session.child.sendline("q")
    session.end()
    from django.db import connection

    from backstride.store.store import open_store

    store = open_store(home, f"sqlite:///{home}/backstride.sqlite3")
    me = store.runner("me")
    store.keep_interview(me, replace(store.interviews(me)[-1], updated_at=datetime.now(UTC) - timedelta(days=3)))
    connection.close()
    assert "Where does it hurt?" in at_terminal().page()


@pytest.mark.parametrize("size", [(24, 80), (40, 60), (12, 40)])
def test_a_window_may_change_its_size_midway(at_terminal, size):
    session = at_terminal(size=(30, 100), COLUMNS="100", LINES="30")
    begun(session)
    session.type("n")
    session.child.setwinsize(*size)
    before = len(session.everything)
    session.through(session.type("n"))
    shown = ESCAPE.sub("", session.everything[before:]).replace("\r", "")
    assert "WHAT FITS" in shown
    assert max(map(len, shown.splitlines())) <= size[1]


def test_every_screen_of_the_way_to_safety_fits_into_eighty_by_twenty_four(at_terminal):
    session = at_terminal()
    page = session.page()
    assert len(page.splitlines()) <= 24 and max(map(len, page.splitlines())) <= 80
    page = session.type("low back over")
    assert len(page.splitlines()) <= 24
    page = session.type("")
    while "about" in page and "n none" in page and session.pages < 6:
        assert len(page.splitlines()) <= 24 and max(map(len, page.splitlines())) <= 80
        page = session.type("n")


def test_no_color_has_no_colour(at_terminal):
    session = at_terminal(NO_COLOR="1")
    session.marked(begun(session), SADDLE)
    session.type("y")
    assert "emergency department now" in session.everything
    assert not COLOUR.search(session.everything)


@pytest.mark.parametrize(("words", "term"), [((), "dumb"), (("--plain",), "xterm-256color"), ((), None)])
def test_plain_is_line_by_line_with_nothing_drawn(at_terminal, words, term):
    session = at_terminal(*words, TERM=term)
    page = session.page()
    assert re.search(r"^\d+\. Left low back$", page, re.M)
    session.type("2")
    page = session.type("")
    assert re.search(rf"^\d+\. .*{SADDLE}", page, re.M)
    session.through(session.type("n"), How_old_are_you="40", female_or_male="1")
    assert "What to do first:" in session.everything
    assert "\x1b" not in session.everything and "shows more" not in session.everything
    assert not re.search(r"[\u2500-\u259f]|-{5}|={5}|\[ \]", session.everything), "no lines or boxes are drawn"
    lines = [line for line in session.everything.replace("\r", "").splitlines() if "Number: mark" in line]
    assert len(lines) == 1, "keys are read aloud once"


@pytest.mark.parametrize(("environment", "ascii_only"), [({"LANG": "C"}, True), ({"LANG": None}, True), ({"LANG": "en_US.UTF-8"}, False)])
def test_where_no_unicode_can_be_shown_there_is_none(at_terminal, environment, ascii_only):
    session = at_terminal(LC_ALL=None, LC_CTYPE=None, **environment)
    page = begun(session)
    while "38" not in page:
        page = session.type("n")
    assert page.isascii() is ascii_only
    assert ("38 C (100.4 F)" if ascii_only else "38 °C") in page
    session.through(page)
    assert session.everything.isascii() is ascii_only


def test_without_a_terminal_the_help_is_shown(home):
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "backstride"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, "BACKSTRIDE_HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0
    assert "Usage" in done.stdout and "import" in done.stdout
    assert not home.exists()


def test_looking_makes_no_record(at_terminal, home):
    session = at_terminal()
    session.page()
    session.child.sendline("q")
    assert session.end()[1] == 0
    assert not (home / "backstride.sqlite3").exists()


def test_a_store_that_cannot_be_used_keeps_nobody_from_an_answer(at_terminal, home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("not a folder")
    session = at_terminal()
    session.through(begun(session))
    shown = ESCAPE.sub("", session.everything)
    assert "can't be kept" in shown and shown.count("can't be kept") == 1
    assert "WHAT TO DO FIRST" in shown


SELF_TEST = Screen(
    "test", Kind.SELF_TEST, "Stand on one leg", (Item("stance", "Did it hurt?", (Choice("yes", "Yes"), Choice("no", "No"))),),
    how=("Not if you can fall.", "Stand beside a wall.", "Lift one foot.", "Stop if the pain shoots."), seconds=600,
)  # fmt: skip
PROGRAM = """
import json
from backstride.cli.screens import ask_screen
from backstride.cli import terminal
from backstride.model.interview import *
{before}
reply = ask_screen({screen!r}, terminal.Terminal(), {{}})
print("REPLY", str(reply.act), json.dumps(dict(reply.values)))
"""


@pytest.fixture
def self_test(at_terminal):
    def start(before="", **more):
        text = PROGRAM.format(screen=SELF_TEST, before=before).replace("<Kind.SELF_TEST: 'self_test'>", "Kind.SELF_TEST")
        return at_terminal(program=("-c", text), **more)

    return start


def test_a_self_test_shows_its_gate_steps_and_stop_rule_and_its_time_can_be_cut_short(self_test):
    session = self_test()
    page = session.page()
    assert page.index("Not if you can fall.") < page.index("1. Stand beside") < page.index("2. Lift") < page.index("Stop if the pain")
    session.child.sendline("")
    session.child.expect("600 seconds from now")
    session.child.sendline("")
    assert "Did it hurt?" in session.page()
    session.child.sendline("y")
    assert json.loads(session.end()[0].split("answer")[1]) == {"stance": "yes"}


def test_the_time_of_a_self_test_runs_out(self_test):
    before = "clock = iter([0.0, 601.0]); terminal.time.monotonic = lambda: next(clock)"
    session = self_test(before, TERM="dumb")
    session.page()
    session.child.sendline("")
    session.child.expect("Time is up.")
    assert "Did it hurt?" in session.page()


@pytest.mark.parametrize(("key", "act"), [("s", "skip"), ("b", "back"), ("q", "stop"), ("c", "change")])
def test_a_self_test_can_be_left_before_it_begins(self_test, key, act):
    session = self_test()
    session.page()
    session.child.sendline(key)
    assert f"REPLY {act} {{}}" in session.end()[0]


def test_the_page_of_keys_names_those_that_work():
    page = (Path(__file__).parent.parent / "docs" / "in-the-terminal.md").read_text(encoding="utf-8")
    for key in ("`n`", "`u`", "`s`", "`b`", "`w`", "`c`", "`q`", "`?`", "--plain", "--json", "--fresh", "--case"):
        assert key in page
