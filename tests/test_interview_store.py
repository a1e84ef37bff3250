"""Interviews in the store: kept, taken along, given back and erased; on SQLite and on PostgreSQL."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backstride import intake
from backstride.errors import StoreError
from backstride.model.interview import Given, Interview, KeptInterview
from backstride.store.export import write_export
from backstride.store.store import open_store

BEGUN = datetime(2026, 10, 4, 18, 30, 0, 123456, tzinfo=UTC)
LATER = BEGUN + timedelta(minutes=4)
INTERVIEW = Interview(
    (Given("low_back_left", "yes", BEGUN), Given("pain_severity", 4.0, LATER), Given("night_pain_any", "skipped", LATER)),
    (("where", 0), ("severity", 1)),
    "abc",
)
OPEN = KeptInterview(BEGUN, LATER, INTERVIEW)
DONE = replace(OPEN, finished=True, assessment={"id": "me", "triage": {"level": "routine_pt"}, "knowledge_version": "abc"})


def test_an_interview_is_kept_and_a_later_state_takes_its_place(store, me):
    assert store.interviews(me) == ()
    store.keep_interview(me, OPEN)
    assert store.interviews(me) == (OPEN,)
    store.keep_interview(me, DONE)
    assert store.interviews(me) == (DONE,)
    other = replace(OPEN, begun_at=BEGUN + timedelta(days=2), updated_at=LATER + timedelta(days=2))
    store.keep_interview(me, other)
    assert store.interviews(me) == (DONE, other)
    store.keep_interview(me, replace(DONE, updated_at=LATER + timedelta(days=3)))
    assert [one.begun_at for one in store.interviews(me)] == [other.begun_at, BEGUN], "the one touched last is the last"
    assert store.interviews(store.runner_or_new("you", "")) == ()


def test_sex_and_year_of_birth_are_kept_with_the_runner(store, me):
    assert (me.sex, me.birth_year) == ("", None)
    assert store.set_person(me, birth_year=1990).birth_year == 1990
    me = store.set_person(store.runner("me"), sex="female")
    assert me == store.runner("me") == store.runner_or_new("me", "") == store.runners()[0]
    assert (me.sex, me.birth_year, me.zone) == ("female", 1990, "Europe/Berlin")


def test_an_export_takes_interviews_along(store, me, tmp_path):
    me = store.set_person(me, sex="male", birth_year=1970)
    store.keep_interview(me, DONE)
    write_export(store, [me], tmp_path / "mine.zip")
    store.erase(me)
    me = store.runner_or_new("me", "")
    assert store.interviews(me) == ()
    for _ in range(2):
        intake.import_paths(store, me, [tmp_path / "mine.zip"])
        assert store.interviews(me) == (DONE,)
    assert store.runner("me").birth_year == 1970
    store.keep_interview(me, replace(DONE, updated_at=LATER + timedelta(days=1)))
    intake.import_paths(store, me, [tmp_path / "mine.zip"])
    assert store.interviews(me)[0].updated_at == LATER + timedelta(days=1), "what is here stays as it is"


def test_an_export_without_age_takes_none_away(store, me, tmp_path):
    write_export(store, [me], tmp_path / "mine.zip")
    store.set_person(me, sex="male", birth_year=1970)
    intake.import_paths(store, me, [tmp_path / "mine.zip"])
    assert (store.runner("me").sex, store.runner("me").birth_year) == ("male", 1970)


def test_a_backup_gives_interviews_back_and_overwrites_none_unasked(store, me, tmp_path):
    you = store.runner_or_new("you", "")
    store.keep_interview(you, DONE)
    write_export(store, store.runners(), tmp_path / "all.zip")
    with pytest.raises(StoreError, match="--replace"):
        intake.restore_backup(store, tmp_path / "all.zip")
    store.keep_interview(me, OPEN)
    intake.restore_backup(store, tmp_path / "all.zip", replace=True)
    assert store.interviews(store.runner("you")) == (DONE,)
    assert store.interviews(store.runner("me")) == ()


def test_erasing_leaves_no_interview(store, me, database):
    store.keep_interview(me, replace(DONE, interview=Interview((Given("marker_of_an_answer", "yes", BEGUN),))))
    store.forget_if_new(me)
    assert store.runners() == (me,), "one with an interview is not new"
    store.erase(me)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM interview")
        assert cursor.fetchone() == (0,)
    home, url = database
    if url.startswith("sqlite"):
        assert not [path for path in home.rglob("backstride.sqlite3*") if b"marker_of_an_answer" in path.read_bytes()]


def rewritten(path, to, change):
    """An export with another first line of interviews."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("interviews.jsonl"):
                line = json.loads(data)
                change(line)
                data = json.dumps(line).encode() + b"\n"
            new.writestr(name, data)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.pop("state"),
        lambda line: line["state"].pop("given"),
        lambda line: line["state"]["given"].append(["x", True, LATER.isoformat()]),
        lambda line: line["state"]["given"].append(["x", ["yes"], LATER.isoformat()]),
        lambda line: line["state"]["given"].append(["x", float("nan"), LATER.isoformat()]),
        lambda line: line["state"]["given"].append(["x", "yes", "2026-10-04"]),
        lambda line: line["state"]["seen"].append(["safety", 9]),
        lambda line: line["state"]["seen"].append(["safety", -1]),
        lambda line: line.update(begun_at="0001-01-01T00:00:00"),
        lambda line: line.update(finished="yes"),
        lambda line: line.update(assessment=[1]),
        lambda line: line.update(assessment={"id": "x" * 1_000_001}),
    ],
)
def test_a_spoilt_interview_is_refused_and_changes_nothing(store, me, tmp_path, change):
    store.keep_interview(me, OPEN)
    write_export(store, [me], tmp_path / "good.zip")
    rewritten(tmp_path / "good.zip", tmp_path / "bad.zip", change)
    with pytest.raises(StoreError, match="damaged"):
        intake.restore_backup(store, tmp_path / "bad.zip", replace=True)
    assert store.interviews(store.runner("me")) == (OPEN,)


def test_an_export_of_a_version_without_interviews_is_taken(store, me, tmp_path):
    write_export(store, [me], tmp_path / "new.zip")
    with zipfile.ZipFile(tmp_path / "new.zip") as new, zipfile.ZipFile(tmp_path / "old.zip", "w") as old:
        for name in new.namelist():
            if not name.endswith("interviews.jsonl"):
                old.writestr(name, new.read(name))
    store.keep_interview(me, OPEN)
    intake.import_paths(store, me, [tmp_path / "old.zip"])
    assert store.interviews(me) == (OPEN,)


def test_a_store_of_an_earlier_version_is_brought_up_to_date(store, me, database):
    from django.core.management import call_command

    call_command("migrate", "store", "0001", verbosity=0)
    again = open_store(*database)
    again.keep_interview(again.runner("me"), OPEN)
    assert again.interviews(again.runner("me")) == (OPEN,)
