"""Trying one change from the command line, with runs, an interview and a diary in the store."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from test_record_commands import backstride as backstride
from test_trial import HEALTHY, Given, Interview, KeptInterview

from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.model.diary import DiaryEntry
from backstride.store.store import open_store

NOW = datetime.now(UTC)
NOON = NOW.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def home(backstride, tmp_path):
    """A home with eight weeks of runs, two pairs of shoes, and answers of an hour ago."""
    folder = tmp_path / "runs"
    folder.mkdir()
    for back in range(2, 56, 3):
        plan = RunPlan(NOON - timedelta(days=back), 6000, 2000, every_s=5, cadence_spm=170, product_name="fr110", manufacturer=1)
        (folder / f"{back}.fit").write_bytes(fit_bytes(plan))
    backstride("import", folder, zone="UTC")
    return tmp_path / "home"


def answer(home, answers, at):
    store = open_store(home)
    me = store.set_person(store.runner("me"), sex="male", birth_year=NOW.year - 34)
    given = tuple(Given(item, value, at) for item, value in answers.items())
    store.keep_interview(me, KeptInterview(at, at, Interview(given)))


def log(home, days_ago, **fields):
    store = open_store(home)
    store.tell_diary(store.runner("me"), DiaryEntry(NOW, (NOW - timedelta(days=days_ago)).date(), fields))


def test_a_change_from_the_first_look_to_the_end(backstride, home):
    before = backstride("try", zone="UTC")
    assert "Nothing new is tried now." in before and "Run 'backstride' and answer its questions first." in before.replace("\n", " ")
    assert "answer its questions first" in backstride("try", "start", "cadence_up", code=2, zone="UTC")
    answer(home, HEALTHY, NOW - timedelta(hours=1))
    offers = json.loads(backstride("try", "--json", zone="UTC"))["offers"]
    assert {offer["plan"]: offer["open"] for offer in offers} == {
        "cadence_up": True,
        "flat_routes": False,
        "other_shoes": False,
        "run_walk": True,
    }
    assert "There is no change 'heel_first'" in backstride("try", "start", "heel_first", code=2, zone="UTC")
    assert "YOU TRY: QUICKER, SHORTER STEPS" in backstride("try", "start", "cadence_up", zone="UTC")
    assert "One change at a time" in backstride("try", "start", "run_walk", code=2, zone="UTC")
    assert backstride("try", zone="UTC") == backstride("try", "show", zone="UTC")
    log(home, 0, pain_after=7)
    shown = backstride("try", "show", zone="UTC")
    assert shown.splitlines()[2].startswith("Stop this now. On ")
    assert json.loads(backstride("try", "show", "--json", zone="UTC"))["stop"]["pain"] == 7
    assert "YOU TRIED: QUICKER, SHORTER STEPS" in backstride("try", "stop", zone="UTC")
    assert "Nothing is being tried." in backstride("try", "stop", code=2, zone="UTC")
    assert "Start when a week was quiet." in backstride("try", "start", "run_walk", code=2, zone="UTC")


def test_blocks_are_kept_with_their_coin(backstride, home):
    answer(home, HEALTHY, NOW - timedelta(hours=1))
    begun = json.loads(backstride("try", "start", "run_walk", "--blocks", 12, "--days", 5, "--json", zone="UTC"))
    assert begun["days"] == 60 and len(begun["blocks"]) == 12
    shown = json.loads(backstride("try", "show", "--json", zone="UTC"))
    assert shown["trial"] == begun and shown["test"] is None
    ended = json.loads(backstride("try", "stop", "--json", zone="UTC"))
    assert ended["over"] and ended["trial"]["blocks"] == begun["blocks"]


@pytest.mark.parametrize(("hours", "sign"), [(49, {}), (1, {"fever_chills": "yes"})])
def test_old_answers_and_warning_signs_refuse_with_what_to_do(backstride, home, hours, sign):
    answer(home, {**HEALTHY, **sign}, NOW - timedelta(hours=hours))
    refused = backstride("try", "start", "run_walk", code=2, zone="UTC")
    assert refused.startswith("Nothing new is tried now.") and "'backstride'" in refused


def test_without_a_trial_or_a_runner_it_says_so(backstride, home):
    assert "Nothing was tried yet." in backstride("try", "show", code=2, zone="UTC")
    assert "Nothing is being tried." in backstride("try", "stop", code=2, zone="UTC")
    assert "nobody" in backstride("try", "--runner", "nobody", code=2, zone="UTC")


def test_a_trial_that_an_import_broke_keeps_nobody_from_trying(backstride, home):
    store = open_store(home)
    store.keep_trial(store.runner("me"), NOW, {"plan": 3})
    refused = backstride("try", "show", code=2, zone="UTC")
    assert "can't be read and is left out" in refused and "Nothing was tried yet." in refused


def test_the_one_that_is_tried_is_shown_before_one_by_a_clock_that_was_wrong(backstride, home):
    answer(home, HEALTHY, NOW - timedelta(hours=1))
    begun = json.loads(backstride("try", "start", "run_walk", "--json", zone="UTC"))
    ahead = {"begun_at": (NOW + timedelta(days=900)).isoformat(), "ended_on": NOW.date().isoformat()}
    store = open_store(home)
    store.keep_trial(store.runner("me"), NOW + timedelta(days=900), {**begun, **ahead, "plan": "cadence_up"})
    assert json.loads(backstride("try", "show", "--json", zone="UTC"))["trial"]["plan"] == "run_walk"
