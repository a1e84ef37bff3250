"""The commands around the record, as a person types them."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from test_intake import content

from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.example.strava_writer import StravaActivity, daily_runs, write_strava_zip
from backstride.store.store import open_store

START = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)


@pytest.fixture
def backstride(tmp_path):
    """Runs the program in a home of its own; gives what it prints, what it complains of, and its code."""

    def run(*words, code=0, home="home", zone="Europe/Berlin"):
        environment = {**os.environ, "BACKSTRIDE_HOME": str(tmp_path / home), "TZ": zone, "PYTHONUTF8": "1"}
        environment.pop("BACKSTRIDE_DATABASE", None)
        command = [sys.executable, "-m", "backstride", *map(str, words)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    return run


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "export_1.zip"
    told = [
        StravaActivity(
            RunPlan(START + timedelta(days=day), 5000.0 + 100 * day, 1500, every_s=30, utc_offset_s=7200),
            900 + day,
            title=f"Run {day}",
            gear="Acme One",
        )
        for day in range(3)
    ]
    write_strava_zip(path, told, shoes=[("blue", "Acme", "One")])
    return path


def test_an_evening_with_an_archive(backstride, archive, tmp_path):
    assert "You have 3 runs now." in backstride("import", archive)
    assert backstride("imports").splitlines()[0].endswith(str(archive))
    ledger = backstride("imports", "show", 1)
    assert "imported   activities/977.fit.gz: 51 records, running 5.00 km" in ledger
    assert "skipped    1 file: holds a name and an address" in ledger
    runs = backstride("runs").splitlines()
    assert [line[10:26] for line in runs] == ["2026-05-01 18:00", "2026-05-02 18:00", "2026-05-03 18:00"]
    assert all("in blue" in line for line in runs)
    shown = backstride("run", "show", runs[0][:8])
    assert "distance                          5.00 km" in shown and "activities.csv" in shown
    assert "Added" in backstride("run", "add", "4 km, 30 min, pain 3, 2026-05-05, in blue")
    backstride("shoes", "tell", "blue", "--first-used", "2026-01-02", "--start-km", "100")
    assert "119 km (100 km before)  first used 2026-01-02" in backstride("shoes")
    assert "you have 1 run now, 3 fewer." in backstride("imports", "undo", 1)


def test_json_for_programs(backstride, archive):
    done = json.loads(backstride("import", archive, "--json"))
    assert done["state"] == "done" and done["runs"] == 3
    assert {file["state"] for file in done["files"]} == {"imported", "merged", "skipped"}
    lines = [json.loads(line) for line in backstride("runs", "--json").splitlines()]
    assert [line["distance_m"] for line in lines] == [5000.0, 5100.0, 5200.0]
    assert all(line["measured"]["values"] for line in lines)
    assert json.loads(backstride("shoes", "--json"))["run_km"] == 15.3
    assert json.loads(backstride("imports", "--json"))[0]["number"] == 1
    assert json.loads(backstride("run", "show", lines[0]["key"], "--json"))["sources"]


def test_assess_uses_the_store(backstride, archive, tmp_path):
    plan = RunPlan(START - timedelta(days=60), 5000.0, 1500, every_s=60)
    (tmp_path / "old.fit").write_bytes(fit_bytes(plan))
    backstride("import", archive, tmp_path / "old.fit")
    backstride("run", "add", "15 km, 1:30:00, 2026-05-04")
    (tmp_path / "case.yaml").write_text("onset: 2026-05-05\nanswers: {pain_low_back: yes}\n")
    alone = json.loads(backstride("assess", "case.yaml", "--json"))
    with_runs = json.loads(backstride("assess", "case.yaml", "--runner", "me", "--json"))
    assert alone["measures"] == []
    measures = {measure["id"]: measure["value"] for measure in with_runs["measures"]}
    assert measures["longest_break_days"] == 59
    assert json.loads(backstride("assess", "--runner", "me", "--json"))["id"] == "me"
    assert "no runner 'you'" in backstride("assess", "case.yaml", "--runner", "you", code=2)


def test_export_goes_to_another_machine(backstride, archive, tmp_path):
    backstride("import", archive)
    backstride("export", "mine.zip")
    assert "You have 3 runs now." in backstride("import", "mine.zip", home="elsewhere", zone="Asia/Tokyo")
    backstride("export", "again.zip", home="elsewhere")
    assert (tmp_path / "mine.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    backstride("backup", "all.zip")
    assert "nobody is there" in backstride("erase", code=2)
    assert "Erased" in backstride("erase", "--yes")
    assert "there is no runner 'me'" in backstride("runs", code=2)
    assert "Restored: me." in backstride("restore", "all.zip")
    assert len(backstride("runs").splitlines()) == 3


def test_what_was_erased_is_not_left_in_the_files(backstride, tmp_path):
    told = [StravaActivity(RunPlan(START, 5000.0, 1500, every_s=30), 900, title="Unmistakable", private_note="my lumbar secret")]
    write_strava_zip(tmp_path / "s.zip", told)
    backstride("import", tmp_path / "s.zip")
    home = tmp_path / "home"
    assert any(b"lumbar secret" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    backstride("erase", "--yes")
    assert not any(b"lumbar secret" in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_what_is_told_of_a_pair_is_added_to_what_was_told(backstride):
    backstride("shoes", "tell", "old", "--first-used", "2025-01-01", "--start-km", "100")
    backstride("shoes", "tell", "old", "--retired", "2026-06-01")
    assert "100 km (100 km before)  first used 2025-01-01, retired 2026-06-01" in backstride("shoes")
    assert "'new' is no pair you told of" in backstride("run", "add", "8 km 45 min shoe new 2026-05-01")
    assert "new " in backstride("shoes")


def test_a_mistyped_name_leaves_nobody_behind(backstride, tmp_path, archive):
    backstride("import", "nowhere.zip", "--runner", "anan", code=2)
    assert backstride("runners") == ""
    backstride("import", archive, "--runner", "Anna")
    assert len(backstride("runs", "--runner", "anna").splitlines()) == 3
    assert "3 runs, lives in the zone Europe/Berlin" in backstride("runners")
    backstride("runners", "tell", "anna", "--zone", "Asia/Tokyo")
    assert "Asia/Tokyo" in backstride("runners")


def test_a_formula_in_a_title_is_harmless_in_the_table(backstride, tmp_path):
    told = [StravaActivity(RunPlan(START, 5000.0, 1500, every_s=30), 900, title='=HYPERLINK("http://x")')]
    write_strava_zip(tmp_path / "s.zip", told)
    backstride("import", tmp_path / "s.zip")
    backstride("export", "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as exported:
        assert "'=HYPERLINK" in exported.read("runners/0/runs.csv").decode("utf-8-sig")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("import", "nowhere.zip"), "there is no such file"),
        (("import", "ok.fit", "nowhere.zip"), "Nothing was imported"),
        (("import", "case.yaml"), "backstride assess"),
        (("assess", "ok.fit"), "backstride import"),
        (("export", "ok.fit"), "--replace"),
        (("backup", "ok.fit"), "--replace"),
        (("runners", "tell", "--zone", "Atlantis"), "is no time zone"),
        (("shoes", "tell", "blue", "--first-used", "2199-01-01"), "still to come"),
        (("import", "empty.fit"), "is empty"),
        (("imports", "show", "9"), "there is no"),
        (("run", "show", "zzzz"), "there is no"),
        (("run", "add", "five bananas"), "bananas"),
        (("shoes", "tell", "blue", "--first-used", "yesterday"), "Write a day as"),
        (("shoes", "tell", "/"), "needs a name"),
        (("runs", "--since", "soon"), "Write a day as"),
        (("restore", "empty.fit"), "cannot be read"),
        (("import", "ok.fit", "--runner", "../x"), "cannot be the name"),
        (("assess",), "no case was named"),
        (("how-to", "stravva"), "strava"),
    ],
)
def test_a_wrong_word_is_one_readable_line(backstride, tmp_path, words, message):
    (tmp_path / "empty.fit").write_bytes(b"")
    (tmp_path / "ok.fit").write_bytes(fit_bytes(RunPlan(START, 1000.0, 300)))
    (tmp_path / "case.yaml").write_text("answers: {}\n")
    assert message in backstride(*words, code=2)


def test_an_import_killed_anywhere_goes_on_to_the_same_end(backstride, tmp_path):
    write_strava_zip(tmp_path / "s.zip", daily_runs(30, 300, 10))
    backstride("import", tmp_path / "s.zip", home="whole")
    whole = content(open_store(tmp_path / "whole", f"sqlite:///{tmp_path}/whole/backstride.sqlite3"))
    program = (
        "import os, sys, signal\nfrom pathlib import Path\nfrom backstride.intake import import_paths\n"
        "from backstride.store.store import open_store\n"
        "if __name__ == '__main__':\n"
        "    store = open_store()\n    me = store.runner_or_new('me', 'Europe/Berlin')\n"
        "    after = int(sys.argv[2])\n"
        "    watch = lambda now: now.files >= after and os.kill(os.getpid(), signal.SIGKILL)\n"
        "    import_paths(store, me, [Path(sys.argv[1])], watch)\n"
    )
    (tmp_path / "killed.py").write_text(program)
    environment = {**os.environ, "BACKSTRIDE_HOME": str(tmp_path / "home")}
    environment.pop("BACKSTRIDE_DATABASE", None)
    for after in (3, 8, 8):
        command = [sys.executable, str(tmp_path / "killed.py"), str(tmp_path / "s.zip"), str(after)]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
    backstride("import", tmp_path / "s.zip")
    assert content(open_store(tmp_path / "home", f"sqlite:///{tmp_path}/home/backstride.sqlite3")) == whole
    assert "import" in backstride("imports")


def test_two_imports_at_once_bring_every_run_once(tmp_path):
    write_strava_zip(tmp_path / "s.zip", daily_runs(25, 300, 10))
    environment = {**os.environ, "BACKSTRIDE_HOME": str(tmp_path / "home"), "TZ": "UTC"}
    environment.pop("BACKSTRIDE_DATABASE", None)
    command = [sys.executable, "-m", "backstride", "import", str(tmp_path / "s.zip")]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    store = open_store(tmp_path / "home", f"sqlite:///{tmp_path}/home/backstride.sqlite3")
    me = store.runner("me")
    assert len(store.runs(me)) == 25
    assert [done.state for done in store.imports(me)] == ["done", "done"]
    assert sorted(len(store.files(me, done.number)) for done in store.imports(me)) == [28, 28]
