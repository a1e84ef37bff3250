"""What somebody stumbled over who opened the pages for the first time, with a phone and README alone."""

import urllib.request

import pytest
from kept import text
from serving import Served
from test_looking_back import ready
from test_try_it import answer

from backstride.web.uploads import as_sent


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


def test_a_name_without_an_end_does_not_make_the_page_wider(tab, served, tmp_path):
    page, broken = tab(viewport={"width": 360, "height": 740}), tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04" + b"x" * 100)
    page.goto(f"{served.url}/import")
    page.set_input_files("#files", [broken])
    page.click("#go")
    page.wait_for_url("**/imports/*")
    assert "No run was found in it." in page.inner_text("main .alarm") and "xxxxxxxx" in page.inner_text("main .alarm")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_on_a_phone_every_page_of_the_menu_is_seen_at_once(tab, served, locale):
    page = tab(viewport={"width": 360, "height": 740}, locale=locale)
    for address in ("/", "/diary", "/settings"):  # the name of the page that is open is wider
        page.goto(served.url + address)
        boxes = [one.bounding_box() for one in page.locator(".top nav a").all()]
        assert len(boxes) == 6
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["height"] >= 44 for box in boxes)
        assert len({box["y"] for box in boxes}) == 2


def test_the_answer_in_print_has_margins_and_its_card_stays_on_one_sheet(page, served):
    page.goto(served.url)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") != "18px"
    page.evaluate("document.querySelector('main').innerHTML = '<section class=part-watch></section>'")
    assert page.evaluate("getComputedStyle(document.querySelector('.part-watch')).breakInside") == "avoid"


def test_who_was_just_named_is_in_the_list_of_the_household(client, store):
    assert 'value="me" checked' in client.get("/household").content.decode()
    client.post("/household/choose", {"new": "Ben"})
    listed = client.get("/household").content.decode()
    assert 'value="Ben" checked' in listed and 'value="me">' in listed
    assert [one.name for one in store.runners()] == ["me"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/home/anna/.local/share/backstride/uploads/3/{'a1' * 16}/run.fit", "run.fit"),
        (f"C:\\Users\\anna\\backstride\\uploads\\3\\{'a1' * 16}\\export.zip!activities/7.fit", "export.zip!activities/7.fit"),
        ("/home/anna/uploads/3/run.fit", "/home/anna/uploads/3/run.fit"),
        ("run add 5 km", "run add 5 km"),
    ],
)
def test_a_file_is_called_as_it_was_sent(path, shown):
    assert as_sent(path) == shown


def test_without_runs_nothing_can_be_tried_and_the_page_leads_to_them(client, store):
    answer(store, store.runners()[0])
    page = ready(client, "/try")
    assert "Not for now" in text(page) and b'<a class="button" href="/import">' in page.content


def test_a_browser_that_is_waited_for_does_not_keep_the_server_waiting(tmp_path, monkeypatch):
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\nexec sleep 20\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    server = Served(tmp_path / "home", "--browser")
    try:
        with urllib.request.urlopen(server.url, timeout=10) as page:
            assert page.status == 200
        assert opened.read_text().strip() == f"{server.url}/"
    finally:
        server.stop()
