"""Bringing runs in, in a real browser with the real server and its worker; and both killed in the middle."""

import importlib
import os
import signal
import time
from pathlib import Path

import pytest

from backstride.example.strava_writer import daily_runs, write_strava_zip

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "export_1.zip"
    write_strava_zip(path, daily_runs(5, 300, 30))
    return path


def test_files_are_chosen_copied_read_and_told(served, page, archive):
    page.goto(f"{served.url}/import")
    page.set_input_files("#files", [archive])
    assert "export_1.zip" in page.inner_text("#chosen")
    page.click("#go")
    page.wait_for_url("**/imports/*", timeout=30_000)
    assert "5 runs" in page.inner_text("main")


def test_a_file_is_dropped(served, page):
    page.goto(f"{served.url}/import")
    assert page.is_visible(".drop-words")
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(["x"], "dropped.fit"));
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); }"""
    )
    assert "dropped.fit" in page.inner_text("#chosen")
    page.click("#go")
    page.wait_for_url("**/imports/*", timeout=30_000)
    assert "No run was found in it." in page.inner_text("main")


def test_what_cannot_fit_is_told_before_it_is_sent(served, page, archive):
    page.goto(f"{served.url}/import")
    page.evaluate("document.getElementById('send').dataset.room = '10'")
    page.set_input_files("#files", [archive])
    page.click("#go")
    assert "not enough room" in page.inner_text("#said") and page.url.endswith("/import")
    page.reload()
    page.click("#go")
    assert "Choose a file first." in page.inner_text("#said")


def test_without_javascript_the_form_and_the_link_do(served, tab, archive):
    page = tab(java_script_enabled=False)
    page.goto(f"{served.url}/import")
    page.set_input_files("#files", [archive])
    page.click("#go")
    for _ in range(100):
        if "/imports/" in page.url:
            break
        time.sleep(0.2)
        page.click("text=Look again")
    assert "What came in" in page.inner_text("h1")


@pytest.fixture
def upload():
    if not (ROOT / "bench").is_dir():
        pytest.skip("the bench is part of the repository, not of the package")
    return importlib.import_module("bench.upload")


@pytest.mark.slow
def test_killed_worker_then_killed_server_and_the_import_comes_to_its_end(upload, tmp_path):
    home, archive = tmp_path / "home", tmp_path / "s.zip"
    write_strava_zip(archive, daily_runs(80, 600, 2))
    served = upload.Served(home)
    try:
        job, _ = served.send(archive)
        upload.finish(served, job, 10)
        worker = next(pid for pid, what in upload.family(served.process.pid) if what == "worker")
        os.kill(worker, signal.SIGKILL)  # by itself: another takes its place
        upload.finish(served, job, 40)
        served.kill()
        served = upload.Served(home)
        after = upload.finish(served, job)
        # The first is what was told before; what had been read but not yet kept, a second's work, is read again.
        assert after[1:] == sorted(after[1:])
    finally:
        served.stop()
    told = upload.told(home)
    assert len(told["runs"]) == 80 and len(told["streams"]) == 80
    assert [state for state, _ in told["imports"]] == ["done"]
    assert not [path for path in (home / "uploads").rglob("*") if path.is_file()]
