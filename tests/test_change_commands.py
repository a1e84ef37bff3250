"""The commands that look back, as a person types them, on a year of imported runs and a diary."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from backstride.assess import assess
from backstride.example.fit_writer import RunPlan
from backstride.example.strava_writer import StravaActivity, write_strava_zip
from backstride.intake import import_paths
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryEntry
from backstride.model.interview import Interview, KeptInterview
from backstride.model.pattern import Association
from backstride.model.record import Record
from backstride.record import with_stored
from backstride.reports.pattern import PatternWords, association_in_words, when_in_words
from backstride.reports.sections import day_in_words
from backstride.store.store import open_store

FIRST = datetime(2025, 6, 2, 16, tzinfo=UTC)
WEEKS = 52
ONSET = date(2026, 6, 1)


def archive(path):
    """Three runs a week of 8 km or so; in the last week one of 16 km, in new shoes."""
    dice = random.Random(5)
    told = []
    for week in range(WEEKS):
        for place, day in enumerate((0, 2, 5)):
            km = 8 + dice.random() + 2 * (place == 2)
            if week == WEEKS - 1 and place == 2:
                km = 16.0
            plan = RunPlan(FIRST + timedelta(days=7 * week + day), km * 1000, int(km * 360), every_s=120, utc_offset_s=0, cadence_spm=168)
            told.append(StravaActivity(plan, 1000 + len(told), gear="Acme Two" if week >= WEEKS - 2 else "Acme One"))
    write_strava_zip(path, told, shoes=[("one", "Acme", "One"), ("two", "Acme", "Two")])


def tell_diary(store, person):
    """Pain from the last week on, and for ninety mornings before it pain that follows stress."""
    dice = random.Random(7)
    stress = [dice.randrange(0, 9) for _ in range(120)]
    begin = ONSET - timedelta(days=110)
    for day in range(110):
        pain = 0.2 * stress[day - 1] + dice.random() * 0.6 if day else 0.0
        told = {"pain_morning": min(round(pain, 1), 2.5), "stress": float(stress[day])}
        if dice.random() < 0.8:
            store.tell_diary(
                person, DiaryEntry(datetime(2026, 6, 3, tzinfo=UTC) + timedelta(minutes=day), begin + timedelta(days=day), told)
            )
    for day in range(3):
        told = DiaryEntry(datetime(2026, 6, 4, tzinfo=UTC) + timedelta(minutes=day), ONSET + timedelta(days=day), {"pain_morning": 5.0})
        store.tell_diary(person, told)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changes")
    archive(folder / "export.zip")
    store = open_store(folder / "home", "")
    person = store.runner_or_new("me", "Europe/Berlin")
    import_paths(store, person, [folder / "export.zip"])
    tell_diary(store, person)
    return folder / "home"


@pytest.fixture
def backstride(home, tmp_path):
    """Runs the program; gives what it prints, or with a code what it complains of."""

    def run(*words, code=0, home=home):
        environment = {**os.environ, "BACKSTRIDE_HOME": str(home), "PYTHONUTF8": "1"}
        environment.pop("BACKSTRIDE_DATABASE", None)
        command = [sys.executable, "-m", "backstride", *map(str, words)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


def in_one_line(text):
    return " ".join(text.split())


def test_a_long_run_stands_out_with_what_it_rests_on(backstride):
    told = in_one_line(backstride("changes", "--onset", ONSET))
    assert "One thing was unusual for you." in told
    assert "The longest run of that week was 16.0 km. The longest of the 30 days before was 10." in told
    assert "From your own data: 2 of 2 runs of the last week." in told
    assert "grade B, not about backs (Frandsen" in told
    assert "need not be its cause" in told


def test_a_new_pair_is_told_apart_with_how_often_it_happens(backstride):
    told = in_one_line(backstride("changes", "--onset", ONSET))
    assert "18 May 2026: a new pair of shoes, two. There was none in the 11 months before." in told
    assert "a change of shoes" not in told


def test_popular_figures_are_shown_but_are_no_reason(backstride):
    found = json.loads(backstride("changes", "--onset", ONSET, "--json"))
    assert {m["id"] for m in found["contested"]} >= {"acwr_ratio", "week_to_week_ratio"}
    assert found["unusual"] == ["longest_run"]


def test_an_ordinary_week_is_called_ordinary(backstride):
    found = json.loads(backstride("changes", "--onset", ONSET - timedelta(days=21), "--json"))
    assert found["verdict"] == "nothing_unusual"
    assert found["unusual"] == []
    assert "Nothing was unusual for you" in backstride("changes", "--onset", ONSET - timedelta(days=21))


def test_without_a_day_the_latest_spell_of_the_diary_is_looked_back_from(backstride):
    assert json.loads(backstride("changes", "--json"))["onset"] == ONSET.isoformat()


def test_what_is_not_known_says_why(backstride):
    found = json.loads(backstride("changes", "--onset", ONSET, "--json"))
    not_judged = {one["exposure"]: one["why"] for one in found["not_judged"]}
    assert "tells it" in not_judged["dew_point"]
    assert "Not known: " in backstride("changes", "--onset", ONSET, "--working")


def test_a_pattern_is_told_with_its_range_and_its_count(backstride):
    told = in_one_line(backstride("patterns"))
    assert "Pain was on average" in told
    assert "higher" in told and "the morning after days with stress above" in told
    assert "need not cause each other" in told
    found = json.loads(backstride("patterns", "--json"))
    first = found["reported"][0]
    assert first == {"exposure": "stress", "lag_days": 0}
    working = in_one_line(backstride("patterns", "--working"))
    assert "- the stress: days with stress above" in working
    assert re.search(r"two mornings after: [+-]?\d\.\d \([+-]?\d\.\d to [+-]?\d\.\d\); \d+ and \d+ mornings; p \d\.\d\d", working)


def test_the_numbers_behind_a_look_back_say_what_they_are(backstride):
    working = in_one_line(backstride("changes", "--onset", ONSET - timedelta(days=21), "--working"))
    assert "SD: how far it lies from what you usually do" in working
    assert "too small a change to count" in working
    assert re.search(r"[+-]\d\.\d SD from \d+ other weeks; usual range ", working)


def test_a_day_that_the_diary_does_not_know_is_drawn_as_the_one_asked_for(backstride, tmp_path):
    day = ONSET - timedelta(days=21)
    page = tmp_path / "chart.html"
    backstride("changes", "--onset", day, "--chart", page)
    told = page.read_text(encoding="utf-8")
    assert f"Your runs around {day_in_words(day)}" in told
    assert f'"begin": "{day}' in told.replace('":"', '": "')


def test_a_unit_keeps_its_capital_where_a_sentence_begins():
    words = PatternWords(days={"heat": "runs above 24 C"}, names={}, grades={})
    one = Association("heat", 1, "C", 24.0, 0.02, -0.04, 0.1, 0.01, 27.0, 18.0, 12, 20, 0.9, reported=False)
    assert when_in_words(one, words) == "Two mornings after runs above 24 C"
    assert association_in_words(one, words).startswith("Pain was on average the same (0.0 to 0.1) two mornings after")


@pytest.mark.parametrize("command", [("changes", "--onset", ONSET), ("patterns",)])
@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_charts_are_written_whole_and_for_their_owner_only(backstride, tmp_path, command, ending):
    picture = tmp_path / f"chart.{ending}"
    backstride(*command, "--chart", picture)
    start = {"svg": b"<svg", "png": b"\x89PNG", "html": b"<!"}[ending]
    assert picture.read_bytes().lstrip().startswith(start)
    assert picture.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("changes", "--onset", "tomorrow"), "Write a day as 2026-10-04."),
        (("changes", "--onset", "2190-01-01"), "still to come"),
        (("changes", "--onset", ONSET, "--chart", "picture.gif"), ".svg, .png or .html"),
        (("changes", "--onset", ONSET, "--chart", "no/such/folder.svg"), "cannot write"),
        (("patterns", "--runner", "nobody"), "no runner 'nobody'"),
    ],
)
def test_what_cannot_be_done_says_so(backstride, words, says):
    assert says in backstride(*words, code=2)


def test_a_runner_without_a_diary_is_asked_for_the_day(backstride, tmp_path):
    store = open_store(tmp_path / "empty", "")
    store.runner_or_new("me", "Europe/Berlin")
    del store
    assert "--onset" in backstride("changes", code=2, home=tmp_path / "empty")
    assert "It can't be said" in backstride("changes", "--onset", "2026-01-01", home=tmp_path / "empty")
    assert "No morning told" in backstride("patterns", home=tmp_path / "empty")


def test_what_the_latest_answer_says_against_running_stands_first(tmp_path, home, backstride):
    copied = tmp_path / "copied"
    shutil.copytree(home, copied)
    store = open_store(copied, "")
    told = {"words": "Book a doctor this week.", "running": "Don't run until then."}
    at = datetime(2026, 6, 4, tzinfo=UTC)
    store.keep_interview(store.runner("me"), KeptInterview(at, at, Interview(), True, told))
    for words in (("changes", "--onset", ONSET), ("patterns",)):
        first = in_one_line(backstride(*words, home=copied))
        assert first.startswith(
            "FIRST, FROM YOUR ANSWERS ------------------------ Book a doctor this week. Can I run? Don't run until then."
        )


def test_own_data_reach_the_answer_through_knowledge(home):
    store = open_store(home, "")
    knowledge = load()
    case = Record("me", onset=ONSET, assessed_at=datetime(2026, 6, 4, tzinfo=UTC))
    answer = assess(with_stored(case, store, store.runner("me")), knowledge)
    measures = {m.id: m for m in answer.measures}
    assert measures["unusual_longest_run"].value == 1
    assert measures["unusual_running_days"].value == 0
    assert measures["pattern_stress"].value > 0
    stress = next(o for o in answer.observations if o.id == "high_stress")
    assert stress.value == "yes"
    assert stress.origin.startswith("your own data, ")
    assert "the morning after days with stress above" in stress.origin
