"""From files to the store and out again, on SQLite and on PostgreSQL: nothing lost, nothing twice, nothing out."""

import json
import multiprocessing
import os
import signal
import socket
import stat
import warnings
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from backstride import intake
from backstride.errors import RunFileError, StoreError
from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.example.garmin_writer import garmin_zip
from backstride.example.strava_writer import StravaActivity, write_strava_zip
from backstride.importers.typed import read_typed
from backstride.reports.ledger import imports_text
from backstride.store import streams
from backstride.store.export import is_export, write_export
from backstride.store.store import open_store

START = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)


def plans(count, **more):
    return [
        RunPlan(START + timedelta(days=day), 3000.0 + 100 * day, 900 + 10 * day, every_s=30, utc_offset_s=7200, **more)
        for day in range(count)
    ]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "runs"
    made.mkdir()
    for number, plan in enumerate(plans(4)):
        (made / f"{number}.fit").write_bytes(fit_bytes(plan))
    (made / "broken.fit").write_bytes(fit_bytes(plans(5)[4])[:-200])
    (made / "empty.fit").write_bytes(b"")
    (made / "notes.txt").write_text("mine")
    return made


def content(store, *people):
    """All that an export holds, but for the times of imports."""
    path = Path(store.home) / "look.zip"
    write_export(store, people or store.runners(), path)
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith("imports.jsonl"):
                lines = [json.loads(line) for line in data.splitlines()]
                data = [{k: v for k, v in line.items() if k not in ("begun_at", "ended_at")} for line in lines]
            found[name] = data
    path.unlink()
    return found


def test_every_file_gets_its_line_and_every_run_its_place(store, me, folder):
    done = intake.import_paths(store, me, [folder])
    states = {Path(entry.path).name: entry.state for entry in store.files(me, done.number)}
    assert states == {
        **{f"{n}.fit": "imported" for n in range(4)}, "broken.fit": "damaged", "empty.fit": "unreadable", "notes.txt": "skipped",
    }  # fmt: skip
    runs = store.runs(me)
    assert [stored.run.distance_m for stored in runs[:4]] == [3000.0, 3100.0, 3200.0, 3300.0]
    samples = runs[0].run.load_samples()
    assert samples["heart_rate_bpm"].tolist() == [145.0] * len(samples["time_s"])
    assert runs[0].run.utc_offset_s == 7200
    assert done.states == {"damaged": 1, "imported": 4, "skipped": 1, "unreadable": 1}


def test_the_same_again_brings_nothing_new(store, me, folder):
    intake.import_paths(store, me, [folder])
    before = [stored.key for stored in store.runs(me)]
    again = intake.import_paths(store, me, [folder])
    assert [stored.key for stored in store.runs(me)] == before
    assert again.states == {"damaged": 1, "repeated": 4, "skipped": 1, "unreadable": 1}


def test_undo_leaves_what_another_import_brought_too(store, me, folder):
    intake.import_paths(store, me, [folder / "0.fit", folder / "1.fit"])
    first = [stored.key for stored in store.runs(me)]
    second = intake.import_paths(store, me, [folder / "1.fit", folder / "2.fit"])
    intake.undo_import(store, me, second.number)
    assert [stored.key for stored in store.runs(me)] == first
    intake.undo_import(store, me, 1)
    assert store.runs(me) == ()
    assert not list((Path(store.home) / "streams").rglob("*.parquet"))
    with pytest.raises(StoreError, match="undone already"):
        intake.undo_import(store, me, 1)
    with pytest.raises(StoreError, match="no import 7"):
        intake.undo_import(store, me, 7)


def test_an_import_after_an_undo_brings_all_of_it_back(store, me, folder):
    intake.import_paths(store, me, [folder])
    before = [(stored.key, stored.run) for stored in store.runs(me)]
    intake.undo_import(store, me, 1)
    intake.import_paths(store, me, [folder])
    assert [(stored.key, stored.run) for stored in store.runs(me)] == before


def test_the_same_runner_from_three_services_is_counted_once(store, me, tmp_path):
    some = plans(5)
    told = [StravaActivity(p, 100 + i, title=f"Run {i}", private_note="stiff") for i, p in enumerate(some)]
    write_strava_zip(tmp_path / "strava.zip", told)
    (tmp_path / "garmin.zip").write_bytes(garmin_zip(some))
    intake.import_paths(store, me, [tmp_path / "strava.zip"])
    intake.import_paths(store, me, [tmp_path / "garmin.zip"])
    runs = store.runs(me, sport="running")
    assert len(runs) == 5
    one = store.run(me, runs[0].key)
    assert one.run.title == "Run 0"
    assert "stiff" in one.run.note
    assert one.run.shoe == "Blue" or one.run.shoe == "Red"
    assert set(one.origin_of) >= {"distance_m", "title", "note", "samples", "utc_offset_s"}
    known = {source.key for source in one.sources}
    assert set(one.origin_of.values()) <= known


class Stopped(Exception):
    pass


def test_a_stopped_import_goes_on_to_the_same_end(store, me, database, tmp_path):
    write_strava_zip(tmp_path / "s.zip", [StravaActivity(p, 100 + i, ending="fit") for i, p in enumerate(plans(12))])
    for stop_after in (1, 4, 9):

        def watch(now, stop_after=stop_after):
            if now.files >= stop_after:
                raise Stopped

        with pytest.raises(Stopped):
            intake.import_paths(store, me, [tmp_path / "s.zip"], watch)
    done = intake.import_paths(store, me, [tmp_path / "s.zip"])
    assert done.number == 1
    stopped = content(store)
    store.erase(me)
    me = store.runner_or_new("me", "Europe/Berlin")
    intake.import_paths(store, me, [tmp_path / "s.zip"])
    assert content(store) == stopped


def test_a_changed_archive_is_another_import(store, me, folder, tmp_path):
    archive = tmp_path / "s.zip"
    write_strava_zip(archive, [StravaActivity(plans(1)[0], 100)])

    def stop(_):
        raise Stopped

    with pytest.raises(Stopped):
        intake.import_paths(store, me, [archive], stop)
    write_strava_zip(archive, [StravaActivity(p, 100 + i) for i, p in enumerate(plans(3))])
    assert intake.import_paths(store, me, [archive]).number == 2
    assert len(store.runs(me)) == 3


def test_export_comes_back_equal(store, me, folder, tmp_path):
    write_strava_zip(
        tmp_path / "s.zip", [StravaActivity(p, 100 + i, gear="Acme One") for i, p in enumerate(plans(3))], shoes=[("blue", "Acme", "One")]
    )
    (tmp_path / "g.zip").write_bytes(garmin_zip(plans(2), days=5))
    intake.import_paths(store, me, [tmp_path / "s.zip", folder])
    intake.import_paths(store, me, [tmp_path / "g.zip"])
    store.tell_shoe(me, "blue", {"first_used": date(2026, 1, 2), "start_km": 30.0})
    intake.add_run(store, me, read_typed("5 km, 35 min, pain 4", today=date(2026, 9, 1), clock=None), "5 km, 35 min, pain 4")
    before = content(store)
    write_export(store, [me], tmp_path / "mine.zip")
    assert is_export(tmp_path / "mine.zip")
    assert stat.S_IMODE((tmp_path / "mine.zip").stat().st_mode) == 0o600
    store.erase(me)
    me = store.runner_or_new("me", "")
    assert intake.import_paths(store, me, [tmp_path / "mine.zip"]) is None
    assert content(store) == before
    intake.import_paths(store, me, [tmp_path / "mine.zip"])
    assert content(store) == before, "taken in twice it changes nothing"


def test_backup_and_restore_of_a_household(store, me, folder, tmp_path):
    you = store.runner_or_new("you", "America/New_York")
    intake.import_paths(store, me, [folder / "0.fit"])
    intake.import_paths(store, you, [folder / "1.fit"])
    before = content(store)
    write_export(store, store.runners(), tmp_path / "all.zip")
    with pytest.raises(StoreError, match="--replace"):
        intake.restore_backup(store, tmp_path / "all.zip")
    intake.import_paths(store, me, [folder / "2.fit"])
    intake.restore_backup(store, tmp_path / "all.zip", replace=True)
    assert content(store) == before
    me, you = store.runner("me"), store.runner("you")
    assert store.runs(me)[0].run.load_samples()["time_s"].size
    store.erase(me)
    assert [runner.name for runner in store.runners()] == ["you"]
    assert len(store.runs(you)) == 1
    with pytest.raises(StoreError, match="holds 2 runners"):
        intake.import_paths(store, you, [tmp_path / "all.zip"])


@pytest.mark.parametrize("spoil", ["cut", "key", "line", "later", "number", "distance", "start", "state", "person", "position", "measured"])
def test_a_spoilt_backup_changes_nothing(store, me, folder, tmp_path, spoil):
    intake.import_paths(store, me, [folder / "0.fit", folder / "1.fit"])
    write_export(store, [me], tmp_path / "good.zip")
    before = content(store)
    bad = tmp_path / "bad.zip"
    if spoil == "cut":
        data = (tmp_path / "good.zip").read_bytes()
        bad.write_bytes(data[: len(data) // 2])
    else:
        with zipfile.ZipFile(tmp_path / "good.zip") as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if spoil == "key" and name.endswith("sources.jsonl"):
                    data = data.replace(b'"key": "', b'"key": "../../')
                if spoil == "distance" and name.endswith("sources.jsonl"):
                    data = data.replace(b'"distance_m": 3000.0', b'"distance_m": "far"')
                if spoil == "start" and name.endswith("sources.jsonl"):
                    data = data.replace(b"2026-05-01T16:00:00+00:00", b"0001-01-01T16:00:00")
                if spoil == "state" and name.endswith("imports.jsonl"):
                    data = data.replace(b'"done"', b'"odd"')
                if spoil == "person" and name.endswith("runner.json"):
                    data = b"[1]"
                if spoil == "position" and name.endswith("files.jsonl"):
                    data = data.replace(b'"position": 1', b'"position": 1e30')
                if spoil == "measured" and name.endswith("sources.jsonl"):
                    data = data.replace(b'"profile": ', b'"profil": ')
                if spoil == "line" and name.endswith("files.jsonl"):
                    data = b"[1, 2]\n" + data
                if spoil == "later" and name == "backstride.json":
                    data = data.replace(b'"format": 1', b'"format": 9')
                if spoil == "number" and name.endswith("sources.jsonl"):
                    data = data.replace(b'"start"', b'"begin"')
                new.writestr(name, data)
    with pytest.raises(StoreError):
        intake.restore_backup(store, bad, replace=True)
    assert content(store) == before
    assert store.runs(store.runner("me"))[0].run.load_samples()


def test_a_lost_stream_costs_only_itself(store, me, folder, tmp_path):
    intake.import_paths(store, me, [folder / "0.fit", folder / "1.fit"])
    lost, sound = (store.streams(me).path(stored.key) for stored in store.runs(me))
    lost.unlink()
    with pytest.raises(StoreError, match="Import the file again"):
        store.runs(me)[0].run.load_samples()
    assert write_export(store, [me], tmp_path / "all.zip") == 1
    sound.write_bytes(sound.read_bytes()[:-10])
    assert write_export(store, [me], tmp_path / "none.zip") == 2
    intake.restore_backup(store, tmp_path / "all.zip", replace=True)
    first, second = store.runs(store.runner("me"))
    assert first.run.load_samples() == {}
    assert second.run.load_samples()["time_s"].size
    assert [stored.run.distance_m for stored in (first, second)] == [3000.0, 3100.0]


def test_several_members_of_one_name_are_each_dealt_with_once(store, me, tmp_path):
    with zipfile.ZipFile(tmp_path / "same.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for plan in plans(6):
            archive.writestr("same.fit", fit_bytes(plan))

    def stop(now):
        if now.files >= 3:
            raise Stopped

    with pytest.raises(Stopped):
        intake.import_paths(store, me, [tmp_path / "same.zip"], stop)
    done = intake.import_paths(store, me, [tmp_path / "same.zip"])
    assert len(store.files(me, done.number)) == len(store.runs(me)) == 6


@pytest.mark.parametrize("packed", [False, True])
def test_the_progress_of_an_import_that_goes_on_counts_what_was_done_before(store, me, folder, tmp_path, packed):
    named = folder
    if packed:
        named = tmp_path / "runs.zip"
        with zipfile.ZipFile(named, "w") as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, path.name)
    seen = []

    def stop(now):
        seen.append(now)
        if now.files == 3:
            raise Stopped

    with pytest.raises(Stopped):
        intake.import_paths(store, me, [named], stop)
    again = []
    done = intake.import_paths(store, me, [named], again.append)
    assert again[0].files == 4 and again[0].done_bytes > seen[-1].done_bytes
    assert again[-1].files == 7 and again[-1].done_bytes == again[-1].all_bytes and again[-1].path == ""
    found = store.import_of(me, [str(named)])
    assert found.number == done.number and store.import_of(me, [f"{named}x"]) is None


def test_what_was_sent_for_a_runner_is_erased_with_them(store, me):
    sent = store.uploads(me) / "one" / "export.zip"
    sent.parent.mkdir(parents=True)
    sent.write_bytes(b"theirs")
    store.forget_if_new(me)
    assert store.runners() == (me,)
    intake.erase(store, me)
    assert not sent.exists()


def test_a_folder_that_changed_while_it_was_stopped_goes_on(store, me, folder):
    def stop(now):
        if now.files >= 3:
            raise Stopped

    with pytest.raises(Stopped):
        intake.import_paths(store, me, [folder], stop)
    (folder / "0a.fit").write_bytes(fit_bytes(plans(9)[8]))
    (folder / "1.fit").unlink()
    done = intake.import_paths(store, me, [folder])
    assert done.number == 1
    names = sorted(Path(entry.path).name for entry in store.files(me, 1))
    assert names == sorted({"0.fit", "0a.fit", "1.fit", "2.fit", "3.fit", "broken.fit", "empty.fit", "notes.txt"})


def test_odd_letters_in_names_stop_nothing(store, me, folder, tmp_path):
    odd = tmp_path / "od\udcff \x1b[31m?#%20.fit"
    odd.write_bytes(fit_bytes(plans(1)[0]))
    intake.import_paths(store, me, [odd])
    assert len(store.runs(me)) == 1
    write_export(store, [me], tmp_path / "e.zip")
    assert "\x1b" not in imports_text(store.imports(me))


def test_what_takes_away_waits_for_what_brings_in(store, me, folder):
    def during(_):
        for forbidden in (lambda: intake.undo_import(store, me, 1), lambda: intake.erase(store, me)):
            with pytest.raises(StoreError, match="import is running"):
                forbidden()

    intake.import_paths(store, me, [folder], during)
    assert len(store.runs(me)) == 5


def test_what_an_erasing_that_was_killed_left_behind_goes_later(store, me, folder, database):
    intake.import_paths(store, me, [folder])
    left = Path(store.home) / "streams" / "999"
    left.mkdir(mode=0o700)
    (left / "x.parquet").write_bytes(b"x")
    again = open_store(*database)
    assert not left.exists()
    assert again.runs(me)[0].run.load_samples()


def test_a_killed_reader_costs_nothing(tmp_path, store, me):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}.fit", fit_bytes(replace(plans(1)[0], start=START + timedelta(days=number))))
    killed = []

    def kill_a_reader(now):
        children = multiprocessing.active_children()
        if now.files == 12 and children:
            os.kill(children[0].pid, signal.SIGKILL)
            killed.append(children[0].pid)

    intake.import_paths(store, me, [tmp_path / "many.zip"], kill_a_reader)
    assert killed
    assert len(store.runs(me)) == 40


def test_a_missing_path_begins_nothing(store, me, tmp_path):
    with pytest.raises(RunFileError, match="Check the name"):
        intake.import_paths(store, me, [tmp_path / "nowhere"])
    assert store.imports(me) == ()


def test_a_full_disk_stops_with_a_remedy_and_goes_on_later(store, me, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(streams.os, "replace", full)
        with pytest.raises(StoreError, match="Make room"):
            intake.import_paths(store, me, [folder])
    assert store.runs(me) == ()
    done = intake.import_paths(store, me, [folder])
    assert done.number == 1
    assert len(store.runs(me)) == 5


def test_runners_of_a_household_never_mix(store, me, folder):
    you = store.runner_or_new("you", "Europe/Berlin")
    intake.import_paths(store, me, [folder])
    intake.import_paths(store, you, [folder / "0.fit"])
    assert len(store.runs(me)) == 5
    assert len(store.runs(you)) == 1
    intake.undo_import(store, you, 1)
    assert len(store.runs(me)) == 5
    assert store.runs(me)[0].run.load_samples()


def test_a_typed_run_counts_and_joins_its_recording(store, me, folder):
    words = "3 km, 15 min, pain 4, 1 May"
    entry = intake.add_run(store, me, read_typed(words, today=date(2026, 5, 3), clock=None), words)
    assert [stored.run.pain for stored in store.runs(me)] == [4.0]
    assert entry.state == "imported"
    intake.import_paths(store, me, [folder / "0.fit"])
    (joined,) = store.runs(me)
    assert (joined.run.pain, joined.run.distance_m) == (4.0, 3000.0)
    intake.undo_import(store, me, 2)
    assert [stored.run.by_hand for stored in store.runs(me)] == [True]


def test_a_local_day_is_the_runners_own(store, me, tmp_path):
    late = RunPlan(datetime(2026, 10, 24, 21, 30, tzinfo=UTC), 5000.0, 1800, every_s=30)
    after = RunPlan(datetime(2026, 10, 25, 22, 45, tzinfo=UTC), 5000.0, 1800, every_s=30)
    for name, plan in (("a", late), ("b", after)):
        (tmp_path / f"{name}.fit").write_bytes(without_local_time(plan))
    intake.import_paths(store, me, [tmp_path / "a.fit", tmp_path / "b.fit"])
    # The clocks of Berlin went back in the night between: UTC+2, then UTC+1.
    assert [stored.run.local_day for stored in store.runs(me)] == [date(2026, 10, 24), date(2026, 10, 25)]
    assert [stored.run.utc_offset_s for stored in store.runs(me)] == [7200, 3600]


def without_local_time(plan):
    """A GPX knows no offset; a point near Berlin does not either, until it is looked up: so no positions are needed here."""
    points = "".join(
        f'<trkpt lat="{52.5 + i / 10000:.5f}" lon="13.4"><time>{plan.start + timedelta(seconds=i * 30):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for i in range(plan.duration_s // 30)
    )
    return f'<gpx creator="x"><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>'.encode()


def test_importing_opens_no_connection(folder, tmp_path, monkeypatch, sqlite_template):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    store = open_store(tmp_path / "own", f"sqlite:///{tmp_path}/own/backstride.sqlite3")
    me = store.runner_or_new("me", "")
    intake.import_paths(store, me, [folder])
    assert len(store.runs(me)) == 5


def test_files_are_their_owners_only(store, me, folder):
    intake.import_paths(store, me, [folder])
    home = Path(store.home)
    for path in [home, *home.rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_measures_come_with_the_runs_and_are_made_anew_when_their_version_changes(store, me, folder, monkeypatch):
    intake.import_paths(store, me, [folder / "0.fit"])
    (before,) = store.runs(me, measured=True)
    assert any(measure["id"] == "distance_km" and measure["value"] == 3.0 for measure in before.measured["values"])
    monkeypatch.setattr(intake, "MEASURE_VERSION", intake.MEASURE_VERSION + 1)
    made = []
    real = intake.measure_run

    def counted(run):
        made.append(len(run.load_samples()["time_s"]))
        return replace(real(run), version=intake.MEASURE_VERSION)

    monkeypatch.setattr(intake, "measure_run", counted)
    intake.import_paths(store, me, [folder / "1.fit"])
    assert sorted(made) == sorted([31, 31]) or len(made) == 2
    assert all(stored.measured["version"] == intake.MEASURE_VERSION for stored in store.runs(me, measured=True))


def test_one_bad_file_among_many_costs_one(store, me, tmp_path):
    data = fit_bytes(plans(1)[0])
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(60):
            plan = replace(plans(1)[0], start=START + timedelta(days=number))
            archive.writestr(f"activities/{number}.fit", fit_bytes(plan) if number != 30 else data[:40] + b"\xff" * 30)
    done = intake.import_paths(store, me, [tmp_path / "many.zip"])
    assert done.states == {"imported": 59, "unreadable": 1}
    assert len(store.runs(me)) == 59


def test_streams_hold_what_the_file_held(store, me, tmp_path):
    plan = RunPlan(START, 10_000.0, 3000, every_s=1)
    (tmp_path / "a.fit").write_bytes(fit_bytes(plan))
    from backstride.importers.folder import read_runs

    read = read_runs([tmp_path / "a.fit"])[0].runs[0].load_samples()
    intake.import_paths(store, me, [tmp_path / "a.fit"])
    kept = store.runs(me)[0].run.load_samples()
    assert set(kept) == set(read)
    for name, values in read.items():
        np.testing.assert_allclose(kept[name], values, rtol=1e-7)


def test_a_home_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="BACKSTRIDE_HOME"):
        open_store(tmp_path / "file" / "home")
