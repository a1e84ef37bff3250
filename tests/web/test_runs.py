"""Runs and one run in the browser."""

from datetime import date, datetime

import pytest
from kept import a_run, keep, remembered, text

from backstride.intake import add_run

DAY = date(2026, 3, 30)


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


def test_without_a_run_the_page_says_how_to_bring_some(client):
    page = client.get("/runs")
    assert page.status_code == 200
    assert "No runs are here yet." in text(page)
    assert b'href="/import"' in page.content


def test_a_year_is_shown_fifty_at_a_time_the_latest_first(client, store, me):
    keep(store, me, *(a_run(at, km=5 + at / 100) for at in range(70)), a_run(400, km=21.1))
    first = client.get("/runs")
    assert first.content.count(b'class="row-main"') == 50
    assert "70 runs, 374.1 km · page 1 of 2" in text(first)
    assert text(first).index("Mon 30 Mar") < text(first).index("Sun 29 Mar")
    assert "March 2026" in text(first) and "December 2025" not in text(first)
    second = client.get("/runs?year=2026&page=2")
    assert second.content.count(b'class="row-main"') == 20
    assert "Earlier runs" not in text(second) and "Later runs" in text(second)
    before = client.get("/runs?year=2025")
    assert "1 run, 21.1 km" in text(before)


@pytest.mark.parametrize("wrong", ["year=1999", "year=x", "page=3", "page=0", "page=-1", "page=x", "page=" + "9" * 40, "year=2026&page=²"])
def test_a_page_that_is_not_there_is_404(client, store, me, wrong):
    keep(store, me, a_run())
    assert client.get(f"/runs?{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("from=2026-03-29", 2),
        ("to=2026-03-28", 2),
        ("from=2026-03-28&to=2026-03-29", 2),
        ("least=10", 2),
        ("most=10", 3),
        ("least=10&most=10", 1),
        ("short=50&long=50", 3),
        ("long=49", 0),
        ("least=10,04", 2),
        ("from=0001-01-01&to=9999-12-31", 4),
        ("all=1&from=2026-01-01", 5),
    ],
)
def test_search_finds_by_day_distance_and_time(client, store, me, asked, found):
    runs = [a_run(0, 10.04), a_run(1, 5), a_run(2, 8.2), a_run(3, 30, 9000.0), a_run(4, 40, sport="cycling")]
    keep(store, me, *runs)
    page = client.get(f"/runs?{asked}")
    assert page.status_code == 200
    assert page.content.count(b'class="row-main"') == found


def test_what_is_searched_counts_in_the_chosen_unit(client, store, me):
    keep(store, me, a_run(0, 10), a_run(1, 16.1))
    remembered(client, units="mi")
    page = client.get("/runs?least=10")
    assert page.content.count(b'class="row-main"') == 1
    assert "10.0 mi" in text(page) and "/mi" in text(page) and "Distance (mi)" in text(page)


@pytest.mark.parametrize(
    "wrong", ["from=yesterday", "least=far", "least=nan", "most=inf", "short=-1", "to=2026-13-01", "most=" + "9" * 400]
)
def test_what_cannot_be_read_is_said_beside_its_field(client, store, me, wrong):
    keep(store, me, a_run())
    page = client.get(f"/runs?{wrong}")
    assert page.status_code == 200
    field = wrong.partition("=")[0]
    assert f'id="{field}-wrong"'.encode() in page.content
    assert page.content.count(b'class="row-main"') == 0


def test_text_of_files_is_shown_as_text(client, store, me):
    keep(store, me, a_run(title="<script>alert(1)</script>\u202eabc", shoe="<b>blue</b>", note="line one\nline <i>two</i>"))
    for address in ("/runs", "/runs/" + store.runs(me)[0].key):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page and "<b>" not in page and "<i>" not in page
        assert "\u202e" not in page


def test_one_run_tells_every_field_with_the_file_it_is_from(client, store, me):
    keep(
        store,
        me,
        a_run(km=12.34, seconds=3661.0, shoe="blue", pain=3.0, stated={"heart_rate_bpm": 151.4, "humidity": 0.61, "odd_thing": 2.5}),
    )
    key = store.runs(me)[0].key
    page = client.get(f"/runs/{key}")
    said = text(page)
    assert "Run of 30 March 2026" in said
    for part in ("Start 08:00 A", "Distance 12.34 km A", "Time 1:01:01 A", "Pace 4:57 /km", "Pain 3 of 10", "Heart rate 151 /min"):
        assert part in said
    assert "Humidity 61 %" in said and "odd thing 2.50" in said
    assert "export.zip!activities/1.fit" in said and b'href="/imports/1"' in page.content
    assert b"/diary?day=2026-03-30" in page.content


def test_a_run_that_two_files_tell_names_both(client, store, me):
    keep(store, me, a_run(km=10.0, device="garmin/fr255"), a_run(km=10.01, title="Morning"))
    found = store.runs(me)
    assert len(found) == 1
    page = text(client.get(f"/runs/{found[0].key}"))
    assert "activities/1.fit" in page and "activities/2.fit" in page


def test_a_run_by_hand_says_only_the_day(client, store, me):
    from backstride.importers.typed import read_typed

    entry = add_run(store, me, read_typed("5 km, 35 min, 2026-03-01", today=DAY, clock=datetime(2026, 3, 30, 12)), "5 km")
    page = text(client.get(f"/runs/{entry.runs[0]}"))
    assert "Only the day is known" in page and "5.00 km" in page


@pytest.mark.parametrize("key", ["0" * 32, "zz", "../x", "0" * 31, "0" * 33])
def test_a_key_of_no_run_is_404(client, store, me, key):
    keep(store, me, a_run())
    assert client.get(f"/runs/{key}").status_code == 404


def test_the_key_of_a_source_leads_to_its_run(client, store, me):
    keep(store, me, a_run(km=10.0), a_run(km=10.01, title="Morning"))
    run = store.runs(me)[0].key
    other = next(key for key in (f"{1:032x}", f"{2:032x}") if key != run)
    answer = client.get(f"/runs/{other}")
    assert answer.status_code == 302 and answer["Location"] == f"/runs/{run}"


def test_runs_of_another_member_are_404(client, store, me):
    keep(store, me, a_run())
    store.runner_or_new("anna", "Europe/Berlin")
    remembered(client, runner="anna")
    assert client.get(f"/runs/{store.runs(me)[0].key}").status_code == 404
    assert "No runs are here yet." in text(client.get("/runs"))


@pytest.mark.parametrize("address", ["/runs", "/runs/" + "0" * 32, "/diary/spells", "/diary/offers"])
def test_pages_that_show_take_no_other_method(client, address):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(address).status_code == 405


def test_pages_stay_small(client, store, me):
    keep(store, me, *(a_run(at, title="A long title of a run that somebody wrote " * 3) for at in range(60)))
    assert len(client.get("/runs").content) < 100_000
