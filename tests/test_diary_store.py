"""Diary and trials in the store: kept as told, taken along, given back and erased; on SQLite and on PostgreSQL."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from backstride import intake
from backstride.errors import StoreError
from backstride.model.diary import DiaryEntry, diary_days
from backstride.store.export import write_export
from backstride.store.store import open_store

AT = datetime(2026, 10, 4, 18, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(minutes=4)
DAY = date(2026, 10, 4)
FIRST = DiaryEntry(
    AT, DAY, {"pain_morning": 3.0, "regions": ["low_back_left"], "spreading": False, "note": "stiff – then fine", "cycle_day": 3}
)
SECOND = DiaryEntry(LATER, DAY, {"pain_morning": None, "pain_after": 4.0})
TRIAL = {"id": "cadence_up", "days": 28, "blocks": [[0, 7, "A"]], "share": 0.05}


def test_every_telling_is_kept_as_it_was(store, me):
    assert store.diary(me) == ()
    store.tell_diary(me, SECOND)
    store.tell_diary(me, FIRST)
    assert store.diary(me) == (FIRST, SECOND), "by when it was told"
    (day,) = diary_days(store.diary(me))
    assert (day.pain_morning, day.pain_after, day.regions) == (None, 4.0, ("low_back_left",))
    assert store.diary(store.runner_or_new("you", "")) == ()


def test_a_moment_of_another_zone_comes_back_as_the_same_moment(store, me):
    told = DiaryEntry(AT.astimezone(timezone(timedelta(hours=13))), date(2026, 10, 5), {"pain_morning": 1.0})
    store.tell_diary(me, told)
    assert store.diary(me) == (told,)


def test_a_later_state_of_a_trial_takes_the_place_of_the_earlier(store, me):
    assert store.trials(me) == ()
    store.keep_trial(me, LATER, {"id": "other_shoes"})
    store.keep_trial(me, AT, TRIAL)
    assert store.trials(me) == (TRIAL, {"id": "other_shoes"}), "by when it began"
    store.keep_trial(me, LATER, {"id": "other_shoes", "ended": "2026-10-09"})
    assert store.trials(me) == (TRIAL, {"id": "other_shoes", "ended": "2026-10-09"})
    assert store.trials(store.runner_or_new("you", "")) == ()


def test_an_export_takes_both_along_and_brings_nothing_twice(store, me, tmp_path):
    store.tell_diary(me, FIRST)
    store.tell_diary(me, SECOND)
    store.keep_trial(me, AT, TRIAL)
    write_export(store, [me], tmp_path / "mine.zip")
    store.erase(me)
    me = store.runner_or_new("me", "")
    for _ in range(2):
        intake.import_paths(store, me, [tmp_path / "mine.zip"])
        assert store.diary(me) == (FIRST, SECOND)
        assert store.trials(me) == (TRIAL,)
    store.keep_trial(me, AT, {**TRIAL, "ended": True})
    intake.import_paths(store, me, [tmp_path / "mine.zip"])
    assert store.trials(me)[0]["ended"], "what is here stays as it is"


def test_two_diaries_are_joined(store, me, tmp_path):
    store.tell_diary(me, FIRST)
    write_export(store, [me], tmp_path / "first.zip")
    store.erase(me)
    me = store.runner_or_new("me", "")
    store.tell_diary(me, SECOND)
    intake.import_paths(store, me, [tmp_path / "first.zip"])
    assert store.diary(me) == (FIRST, SECOND)


def test_a_backup_gives_both_back_and_overwrites_none_unasked(store, me, tmp_path):
    you = store.runner_or_new("you", "")
    store.tell_diary(you, FIRST)
    store.keep_trial(you, AT, TRIAL)
    write_export(store, store.runners(), tmp_path / "all.zip")
    with pytest.raises(StoreError, match="--replace"):
        intake.restore_backup(store, tmp_path / "all.zip")
    intake.restore_backup(store, tmp_path / "all.zip", replace=True)
    assert store.diary(store.runner("you")) == (FIRST,)
    assert store.trials(store.runner("you")) == (TRIAL,)
    assert store.diary(store.runner("me")) == ()


@pytest.mark.parametrize("table", ["diary", "trial"])
def test_erasing_leaves_nothing(store, me, database, table):
    if table == "diary":
        store.tell_diary(me, DiaryEntry(AT, DAY, {"note": "marker_of_a_note"}))
    else:
        store.keep_trial(me, AT, {"id": "marker_of_a_note"})
    store.forget_if_new(me)
    assert store.runners() == (me,), "one with a diary or a trial is not new"
    store.erase(me)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)
    home, url = database
    if url.startswith("sqlite"):
        assert not [path for path in home.rglob("backstride.sqlite3*") if b"marker_of_a_note" in path.read_bytes()]


def rewritten(path, to, member, change):
    """An export with another first line of one member."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(member):
                line = json.loads(data)
                change(line)
                data = json.dumps(line).encode() + b"\n"
            new.writestr(name, data)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("diary.jsonl", lambda line: line.pop("fields")),
        ("diary.jsonl", lambda line: line.update(fields=[1])),
        ("diary.jsonl", lambda line: line.update(told_at="2026-10-04T08:00:00")),
        ("diary.jsonl", lambda line: line.update(told_at="9999-12-31T23:59:59+00:00")),
        ("diary.jsonl", lambda line: line.update(day="2026-10-06")),
        ("diary.jsonl", lambda line: line.update(day="1989-12-31")),
        ("diary.jsonl", lambda line: line.update(day="yesterday")),
        ("diary.jsonl", lambda line: line["fields"].update(pain_morning=11)),
        ("diary.jsonl", lambda line: line["fields"].update(pain_morning=float("nan"))),
        ("diary.jsonl", lambda line: line["fields"].update(pain_morning=True)),
        ("diary.jsonl", lambda line: line["fields"].update(pain_morning="3")),
        ("diary.jsonl", lambda line: line["fields"].update(regions="low_back_left")),
        ("diary.jsonl", lambda line: line["fields"].update(regions=[["x"]])),
        ("diary.jsonl", lambda line: line["fields"].update(spreading="no")),
        ("diary.jsonl", lambda line: line["fields"].update(note="\0")),
        ("diary.jsonl", lambda line: line["fields"].update(note="x" * 2001)),
        ("diary.jsonl", lambda line: line["fields"].update(cycle_day=1.5)),
        ("diary.jsonl", lambda line: line["fields"].update(takes_back="2026-10-04")),
        ("diary.jsonl", lambda line: line["fields"].update(mood="good")),
        ("trials.jsonl", lambda line: line.pop("state")),
        ("trials.jsonl", lambda line: line.update(state=["x"])),
        ("trials.jsonl", lambda line: line.update(state={"id": "x" * 1_000_001})),
        ("trials.jsonl", lambda line: line.update(begun_at="2026-10-04")),
        ("trials.jsonl", lambda line: line["state"].update(begun_at="2026-01-01T00:00:00+00:00")),
        ("trials.jsonl", lambda line: line["state"].update(id=json.loads("[" * 600 + "]" * 600))),
        ("trials.jsonl", lambda line: line.update(updated_at="0001-01-01T00:00:00+00:00")),
    ],
)
def test_a_spoilt_line_is_refused_and_changes_nothing(store, me, tmp_path, member, change):
    store.tell_diary(me, FIRST)
    store.keep_trial(me, AT, TRIAL)
    write_export(store, [me], tmp_path / "good.zip")
    rewritten(tmp_path / "good.zip", tmp_path / "bad.zip", member, change)
    with pytest.raises(StoreError, match="damaged"):
        intake.restore_backup(store, tmp_path / "bad.zip", replace=True)
    assert store.diary(store.runner("me")) == (FIRST,)
    assert store.trials(store.runner("me")) == (TRIAL,)


def test_an_export_of_a_version_without_them_is_taken(store, me, tmp_path):
    write_export(store, [me], tmp_path / "new.zip")
    with zipfile.ZipFile(tmp_path / "new.zip") as new, zipfile.ZipFile(tmp_path / "old.zip", "w") as old:
        for name in new.namelist():
            if not name.endswith(("diary.jsonl", "trials.jsonl")):
                old.writestr(name, new.read(name))
    store.tell_diary(me, FIRST)
    intake.import_paths(store, me, [tmp_path / "old.zip"])
    assert store.diary(me) == (FIRST,)


def test_a_store_of_an_earlier_version_is_brought_up_to_date(store, me, database):
    from django.core.management import call_command

    call_command("migrate", "store", "0002", verbosity=0)
    again = open_store(*database)
    again.tell_diary(again.runner("me"), FIRST)
    again.keep_trial(again.runner("me"), AT, TRIAL)
    assert again.diary(again.runner("me")) == (FIRST,)
    assert again.trials(again.runner("me")) == (TRIAL,)
