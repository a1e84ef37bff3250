"""Bringing runs in through the browser: files, typed runs, the queue, the ledger, and what goes wrong."""

import errno
import io
import re
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.example.strava_writer import daily_runs, write_strava_zip

START = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


@pytest.fixture
def work(client):
    """Do what the worker would do with all that is in the queue."""
    from backstride.web import jobs
    from backstride.web.models import Job, State

    def done():
        for job in Job.objects.filter(state=State.QUEUED).order_by("pk"):
            jobs.bring_in.call(job.pk)

    return done


def fit(number=0):
    return fit_bytes(RunPlan(START + timedelta(days=number), 3000.0 + 100 * number, 900, every_s=30, utc_offset_s=7200))


def sent(name, data):
    file = io.BytesIO(data)
    file.name = name
    return file


def zipped(*members, method=zipfile.ZIP_STORED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def send(client, *files, once="a"):
    response = client.post("/import", {"once": once, "files": list(files)})
    assert response.status_code == 303, response.content.decode()
    return response.headers["Location"]


def text(response):
    return " ".join(re.sub("<[^>]*>", " ", response.content.decode()).split())


def uploads(store):
    return [path for path in (Path(store.home) / "uploads").rglob("*") if path.is_file()]


def test_several_files_become_one_import_and_are_deleted(client, store, me, work):
    where = send(client, sent("a.fit", fit(0)), sent("b.fit", fit(1)), sent("a.fit", fit(2)))
    assert re.fullmatch(r"/import/jobs/\d+", where)
    waiting = client.get(where)
    assert "Your import waits" in text(waiting) and b'hx-trigger="every 1s"' in waiting.content
    files = uploads(store)
    assert sorted(path.name for path in files) == ["a-2.fit", "a.fit", "b.fit"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    folders = [files[0].parent, files[0].parent.parent, Path(store.home) / "uploads"]
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in folders)
    work()
    assert client.get(f"{where}/now").headers["HX-Refresh"] == "true"
    done = client.get(where)
    assert done.status_code == 302 and done.headers["Location"] == "/imports/1"
    ledger = client.get("/imports/1")
    assert "You have 3 runs now." in text(ledger) and "3 new" in text(ledger)
    assert "uploads" not in ledger.content.decode()
    assert store.count(me) == (3, 0) and uploads(store) == []
    assert "3 new" in text(client.get("/imports"))


def test_a_form_that_is_sent_twice_is_one_import_and_other_files_of_the_same_form_another(client, store, me, work):
    first = send(client, sent("a.fit", fit()))
    assert send(client, sent("a.fit", fit())) == first
    assert len(uploads(store)) == 1
    assert send(client, sent("b.fit", fit(1))) != first
    work()
    assert [done.number for done in store.imports(me)] == [1, 2]
    assert send(client, sent("a.fit", fit())) == first and uploads(store) == []


def test_the_same_file_again_brings_nothing_and_says_so(client, store, me, work):
    send(client, sent("a.fit", fit()))
    send(client, sent("a.fit", fit()), once="b")
    work()
    assert "All of it was here already." in text(client.get("/imports/2"))
    assert store.count(me) == (1, 0)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.fit", b"", "is empty"),
        ("page.fit", b"<html>log in</html>", "page.fit"),
        ("photos.zip", zipped(("media/1.jpg", b"x" * 500)), "passed over"),
        ("broken.zip", b"PK\x03\x04 no archive", "broken.zip"),
        ("bomb.zip", zipped(("activities/1.fit", b"\0" * 70_000_000), method=zipfile.ZIP_DEFLATED), "unpacks to more than"),
        ("notes.txt", b"5 km, felt good", "notes.txt"),
    ],
)
def test_what_holds_no_run_ends_in_words(client, store, me, work, name, data, words):
    where = send(client, sent(name, data))
    work()
    ledger = client.get(client.get(where).headers["Location"])
    assert ledger.status_code == 200
    assert "No run was found in it." in text(ledger) and words in text(ledger)
    assert b'href="/how-to"' in ledger.content and uploads(store) == []


def test_thousands_of_files_need_no_thousands_of_open_ones(client, store, me):
    import resource

    from backstride.web.models import Job

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        assert send(client, *(sent("same.fit", b"x") for _ in range(2100))).startswith("/import/jobs/")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(set(Job.objects.get().names)) == 2100 and len(uploads(store)) == 2100


def test_what_belongs_to_no_import_is_gone_with_the_request(client, store, me):
    client.post("/diary", {"pain_morning": "3", "files": [sent("a.fit", fit())]})
    assert uploads(store) == []


def test_a_name_that_would_lead_elsewhere_stays_in_its_folder(client, store, me, work):
    send(client, sent("../../../../tmp/x.fit", fit()), sent("..", fit(1)), sent("a\x1b[31m\u202e.fit", fit(2)))
    names = sorted(path.name for path in uploads(store))
    assert len(names) >= 2 and all(not set("/\\\x1b\u202e") & set(name) and name not in (".", "..") for name in names)
    work()
    assert store.count(me)[0] == len(names)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.fit", "a.fit"),
        ("", "file"),
        ("..", "file"),
        ("C:\\x\\a.fit", "C__x_a.fit"),
        ("x" * 300 + ".zip", "x" * 196 + ".zip"),
        ("ä" * 150, "ä" * 100),
    ],
)
def test_names_are_made_safe(client, name, safe):
    from backstride.web.uploads import safe_name

    assert safe_name(name) == safe


def test_no_file_and_no_words_are_asked_for(client):
    assert "Choose a file first." in text(client.post("/import", {"once": "a"}))
    assert client.post("/import/typed", {"words": "  "}).status_code == 400


def test_a_run_is_typed_in_and_taken_back(client, store, me):
    kept = client.post("/import/typed", {"words": "5 km, 35 min, pain 4"})
    assert kept.status_code == 303 and kept.headers["Location"] == "/imports/1"
    page = text(client.get("/imports/1"))
    assert "5.00 km" in page and "pain 4" in page
    assert client.get("/imports/1/undo").status_code == 200 and store.count(me) == (1, 0)
    for _ in range(2):  # a button that is pressed twice
        assert client.post("/imports/1/undo").status_code == 303
    assert store.count(me) == (0, 0) and "This was taken back." in text(client.get("/imports/1"))


def test_a_run_that_is_not_understood_stays_in_the_field(client, store, me):
    page = client.post("/import/typed", {"words": "5 quux <b>"})
    assert page.status_code == 400 and 'value="5 quux &lt;b&gt;"' in page.content.decode()
    assert "is not understood" in text(page) and store.imports(me) == ()


def test_an_import_is_stopped_gone_on_with_and_ends_like_one_that_was_left_alone(client, store, me, work, tmp_path, monkeypatch):
    from backstride.web import jobs
    from backstride.web.models import Job

    monkeypatch.setattr(jobs, "_EVERY_S", 0.0)
    write_strava_zip(tmp_path / "s.zip", daily_runs(12, 300, 30, ("fit",)))
    where = send(client, sent("s.zip", (tmp_path / "s.zip").read_bytes()))
    note, seen = jobs._note, []

    def stop_at_four(job, **told):
        note(job, **told)
        if told.get("files") == 4:
            assert "4" in text(client.get(f"{where}/now"))
            assert client.post(f"{where}/stop").status_code == 303
        seen.append(told.get("files"))

    monkeypatch.setattr(jobs, "_note", stop_at_four)
    work()
    page = text(client.get(where))
    assert "Your import is stopped" in page and "Go on" in page
    assert len(uploads(store)) == 1 and b"not finished" in client.get("/imports").content
    assert "See how far it is" in text(client.get("/imports/1"))
    seen.clear()
    assert client.post(f"{where}/go-on").status_code == 303 and client.post(f"{where}/go-on").status_code == 303
    work()
    assert min(count for count in seen if count) > 4  # what was read before counts
    assert client.get(where).headers["Location"] == "/imports/1"
    assert store.count(me) == (12, 0) and len(store.imports(me)) == 1 and uploads(store) == []
    assert Job.objects.get().done_bytes == Job.objects.get().all_bytes


def test_a_large_list_is_stopped_in_the_middle_of_it(client, store, me, work, tmp_path, monkeypatch):
    from backstride.example.apple_writer import AppleExport, write_apple_export
    from backstride.web import jobs

    monkeypatch.setattr(jobs, "_EVERY_S", 0.0)
    plans = [RunPlan(START + timedelta(days=day), 3000.0, 900, every_s=30) for day in range(3)]
    write_apple_export(tmp_path / "export.zip", AppleExport(plans, background=3000))
    where = send(client, sent("export.zip", (tmp_path / "export.zip").read_bytes()))
    note = jobs._note

    def stop_within(job, **told):
        note(job, **told)
        if str(told.get("at", "")).endswith("export.xml"):
            client.post(f"{where}/stop")

    monkeypatch.setattr(jobs, "_note", stop_within)
    work()
    assert "Your import is stopped" in text(client.get(where))
    assert not [entry for entry in store.files(me, 1) if entry.path.endswith("export.xml")]
    monkeypatch.setattr(jobs, "_note", note)
    client.post(f"{where}/go-on")
    work()
    assert store.count(me)[0] == 3 and [done.state for done in store.imports(me)] == ["done"]


def test_what_was_stopped_can_be_thrown_away(client, store, me, work, tmp_path, monkeypatch):
    from backstride.web import jobs

    monkeypatch.setattr(jobs, "_EVERY_S", 0.0)
    write_strava_zip(tmp_path / "s.zip", daily_runs(5, 300, 30, ("fit",)))
    where = send(client, sent("s.zip", (tmp_path / "s.zip").read_bytes()))
    assert client.post(f"{where}/discard").headers["Location"] == where  # it waits: stop it first
    monkeypatch.setattr(jobs, "_watch", lambda job: lambda now: (_ for _ in ()).throw(jobs._StopAsked) if now.files == 2 else None)
    work()
    assert client.post(f"{where}/discard").headers["Location"] == "/import"
    assert client.get(where).status_code == 404 and uploads(store) == []
    assert [done.state for done in store.imports(me)] == ["undone"] and store.count(me) == (0, 0)


def test_what_was_running_when_all_was_killed_is_gone_on_with(client, store, me, work, tmp_path):
    from django_tasks_db.models import DBTaskResult

    from backstride.intake import import_paths
    from backstride.web import jobs
    from backstride.web.models import Job, State

    write_strava_zip(tmp_path / "s.zip", daily_runs(6, 300, 30, ("fit",)))
    where = send(client, sent("s.zip", (tmp_path / "s.zip").read_bytes()))
    job = Job.objects.get()
    paths = jobs.paths_of(me, job)

    def killed(now):
        if now.files == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paths(store, me, paths, killed)
    Job.objects.update(state=State.RUNNING)
    DBTaskResult.objects.update(status="RUNNING")
    jobs.take_up_again()
    assert Job.objects.get().state == State.QUEUED and [one.status for one in DBTaskResult.objects.all()] == ["READY"]
    work()
    assert client.get(where).headers["Location"] == "/imports/1" and store.count(me) == (6, 0)


def test_killed_between_the_end_and_the_note_of_it_nothing_is_read_again(client, store, me, work):
    from backstride.web import jobs
    from backstride.web.models import Job, State

    where = send(client, sent("a.fit", fit()))
    job = Job.objects.get()
    from backstride.intake import import_paths

    import_paths(store, me, jobs.paths_of(me, job))
    Job.objects.update(state=State.RUNNING)
    jobs.take_up_again()
    work()
    assert client.get(where).headers["Location"] == "/imports/1" and len(store.imports(me)) == 1


def test_what_broken_uploads_left_behind_goes_and_what_is_needed_stays(client, store, me, work):
    import os
    import time

    from backstride.web import jobs

    send(client, sent("a.fit", fit()))
    needed = uploads(store)
    folder = Path(store.home) / "uploads"
    lost = folder / str(me.id) / "f00" / "x.zip"
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"x")
    (folder / "tmpabc.upload.zip").write_bytes(b"x")
    jobs.take_up_again()
    assert len(uploads(store)) == 3  # it may just be coming in
    hours_ago = time.time() - 7200
    for path in (lost.parent, folder / "tmpabc.upload.zip", needed[0].parent):
        os.utime(path, (hours_ago, hours_ago))
    jobs.take_up_again()
    assert uploads(store) == needed


def test_a_runner_who_is_erased_leaves_neither_files_nor_jobs(client, store, me):
    from backstride import intake
    from backstride.web import jobs
    from backstride.web.models import Job

    send(client, sent("a.fit", fit()))
    intake.erase(store, me)
    jobs.forget_gone()
    assert uploads(store) == [] and not Job.objects.exists()


@pytest.mark.parametrize("step", ["write", "close"])
def test_a_full_disk_is_told_and_changes_nothing(client, store, me, monkeypatch, step):
    from backstride.web import uploads as door
    from backstride.web.models import Job

    def opened(*args, **how):
        file = open(*args, **how)  # noqa: SIM115 - the one that stands in for it is closed

        def full(*_):
            file.close()
            raise OSError(errno.ENOSPC, "No space left on device")

        return SimpleNamespace(**{"write": file.write, "close": file.close, step: full})

    monkeypatch.setattr(door, "open", opened, raising=False)
    page = client.post("/import", {"once": "a", "files": [sent("a.fit", fit())]})
    assert page.status_code == 507 and "not enough room" in text(page)
    assert not Job.objects.exists() and uploads(store) == []


def test_a_disk_that_is_full_while_it_reads_can_be_tried_again(client, store, me, work, monkeypatch):
    from backstride.store import streams

    real = streams.os.replace

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    where = send(client, sent("a.fit", fit()))
    monkeypatch.setattr(streams.os, "replace", full)
    work()
    page = text(client.get(where))
    assert "Your import has a problem" in page and "No space left" in page and "Try again" in page
    monkeypatch.setattr(streams.os, "replace", real)
    client.post(f"{where}/go-on")
    work()
    assert store.count(me) == (1, 0) and client.get(where).headers["Location"] == "/imports/1"


def test_an_export_of_our_own_comes_in_with_its_ledger(client, store, me, work, tmp_path):
    from backstride.intake import import_paths
    from backstride.store.export import write_export

    (tmp_path / "a.fit").write_bytes(fit())
    import_paths(store, me, [tmp_path / "a.fit"])
    write_export(store, [me], tmp_path / "mine.zip")
    where = send(client, sent("mine.zip", (tmp_path / "mine.zip").read_bytes()))
    work()
    assert "Your export is in" in text(client.get(where))


def test_pages_of_fifty_and_by_what_became_of_them(client, store, me, work):
    send(client, sent("many.zip", zipped(*((f"{at}.txt", b"x") for at in range(70)), ("a.fit", fit()))))
    work()
    first = client.get("/imports/1")
    assert first.content.count(b"<li><strong>") + first.content.count(b'<li><a href="/runs/') == 50 and "Page 1 of 2" in text(first)
    assert client.get("/imports/1?page=99").status_code == 200
    new = client.get("/imports/1?state=imported")
    assert "a.fit" in text(new) and "1.txt" not in text(new)
    assert client.get("/imports/1?state=nonsense").status_code == 200


@pytest.mark.parametrize(
    "path", ["/imports/99", "/imports/99/undo", "/import/jobs/99", "/import/jobs/99/now", "/how-to/nonsense", f"/imports/{'9' * 30}"]
)
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/import/typed", "/import/jobs/1/stop", "/import/jobs/1/go-on", "/import/jobs/1/discard"])
def test_what_changes_something_is_not_got(client, path):
    assert client.get(path).status_code == 405


def test_another_member_sees_nothing_of_it(client, store, me, work):
    where = send(client, sent("a.fit", fit()))
    store.runner_or_new("other", "UTC")
    session = client.session
    session["runner"] = "other"
    session.save()
    from django.conf import settings

    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    for path in (where, f"{where}/now", "/imports/1", "/imports/1/undo"):
        assert client.get(path).status_code == 404, path
    for what in ("stop", "go-on", "discard"):
        assert client.post(f"{where}/{what}").status_code == 404
    assert where not in client.get("/import").content.decode()


def test_every_page_of_how_to_says_where_to_bring_the_file(client):
    from backstride.reports.how_to import TOPICS

    every = client.get("/how-to").content.decode()
    for topic in TOPICS:
        assert f'href="/how-to/{topic}"' in every
        page = client.get(f"/how-to/{topic}")
        assert page.status_code == 200 and b'href="/import"' in page.content and b"<h1>" in page.content
        assert "`" not in text(page) and "## " not in text(page)


def test_pages_are_small(client, store, me, work):
    send(client, sent("many.zip", zipped(*((f"{'long' * 20}/{at}.txt", b"x") for at in range(70)))))
    work()
    for path in ("/import", "/imports", "/imports/1", "/how-to", "/how-to/garmin"):
        assert len(client.get(path).content) < 60_000, path
