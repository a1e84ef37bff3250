"""What the tests of the web app stand on: its pages in this process, and the real server with a real browser."""

import ipaddress
import shutil
import socket
from concurrent.futures import wait
from urllib.parse import urlsplit

import pytest
from serving import Served

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing leaves the machine: whoever tries to reach anything but this machine fails the test."""
    connect = socket.socket.connect

    def loopback_only(self, address):
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


@pytest.fixture
def client(sqlite_template, tmp_path, monkeypatch):
    """A browser's requests to the pages in this process, on a fresh home with one runner."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from backstride.web import here

    home = tmp_path / "home"
    (home / "uploads").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    shutil.copyfile(sqlite_template, home / "backstride.sqlite3")
    monkeypatch.setenv("BACKSTRIDE_HOME", str(home))
    monkeypatch.delenv("BACKSTRIDE_DATABASE", raising=False)
    monkeypatch.setattr(settings, "HOME", home)
    for name, value in (("UPLOADS", home / "uploads"), ("FILE_UPLOAD_TEMP_DIR", str(home / "uploads"))):
        monkeypatch.setattr(settings, name, value)
    _forget()
    here.store().runner_or_new("me", "Europe/Berlin")
    yield Client(headers={"host": "localhost"})
    _forget()
    connection.close()


def _forget():
    """What a process knows of one home must not be told of the next."""
    from backstride.web import here, sign_in_code, worked_out

    wait(worked_out._found.values(), timeout=60)
    worked_out._found.clear()
    here.store.cache_clear()
    here._records.clear()
    sign_in_code._code, sign_in_code._used, sign_in_code._wrong = "", ("", 0.0), 0
    sign_in_code._guessed, sign_in_code._open_from = 0, 0.0
    sign_in_code.tell_with(lambda _: None)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One server for all tests of a module, on a home that was empty at first."""
    server = Served(tmp_path_factory.mktemp("served") / "home")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser():
    """A real Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; 'make test' installs it where it may")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; 'make test' installs it")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as started:
        # As long as it is there Playwright keeps a loop running in this thread, at which Django takes all that follows here for async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, served):
    """Opens a page of a browser profile of its own, as `new_context` makes one; when the test ends nothing may have gone wrong on any.

    Wrong is what a script throws, what the policy of the page refuses, and a request to anything but our server.
    """
    contexts, wrong = [], []

    def opened(**how):
        contexts.append(context := browser.new_context(**how))
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: wrong.append(f"{error.page.url}: {error.error}"))
        context.on("console", lambda told: wrong.append(told.text) if "Content Security Policy" in told.text else None)
        context.on("request", lambda sent: wrong.append(sent.url) if _is_foreign(sent.url, served.url) else None)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert not wrong, wrong


def _is_foreign(address, ours):
    parts = urlsplit(address)
    return parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != ours


@pytest.fixture
def page(tab):
    """A page of a fresh browser profile."""
    return tab()
