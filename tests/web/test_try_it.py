"""Trying one change in the browser."""

from datetime import UTC, datetime, timedelta

import pytest
from cases_told import STRAIN, settled
from kept import a_run, keep, remembered
from test_looking_back import ready, text

from backstride.knowledge.loader import load
from backstride.model.diary import DiaryEntry
from backstride.model.interview import Given, Interview, KeptInterview
from backstride.model.run import Shoe

NOW = datetime.now(UTC)
HEALTHY = settled(load(), **STRAIN, prior_lbp="no", improving_2_weeks="yes")


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    """A runner with eight weeks of runs in two pairs, and answers of an hour ago without a warning sign."""
    me = store.set_person(store.set_zone(store.runners()[0], "UTC"), sex="male", birth_year=NOW.year - 34)
    runs = [a_run(back, 6.0, 2000.0, last=NOW - timedelta(hours=2), shoe="red" if back % 4 == 0 else "blue") for back in range(2, 56, 3)]
    keep(store, me, *runs, shoes=(Shoe("blue"), Shoe("red", start_km=120.0)))
    return me


def answer(store, me, hours_ago=1, **others):
    at = NOW - timedelta(hours=hours_ago)
    given = tuple(Given(item, value, at) for item, value in {**HEALTHY, **others}.items())
    store.keep_interview(me, KeptInterview(at, at, Interview(given)))


def begin(client, plan="run_walk", **more):
    return client.post("/try/start", {"plan": plan, "blocks": "0", **more})


def stop(client, store, me, number=1):
    return client.post("/try/stop", {"begun_at": store.trials(me)[number - 1]["begun_at"]})


def test_without_answers_nothing_is_begun(client, store, me):
    page = ready(client, "/try")
    assert "Nothing is known of warning signs" in text(page) and 'href="/questions"' in page.content.decode()
    assert "Start tomorrow" not in text(page)
    assert begin(client).status_code == 303 and store.trials(me) == ()


def test_a_runner_of_whom_nothing_is_kept_is_asked_first(client):
    remembered(client, runner="nobody yet")
    assert "Nothing is known of warning signs" in text(ready(client, "/try"))
    assert begin(client).status_code == 303


def test_from_the_first_look_to_the_end(client, store, me):
    answer(store, me)
    page = text(ready(client, "/try"))
    assert (
        "Run and walk in turns" in page
        and "Evidence B, from people with back pain." in page
        and "Start tomorrow" in page
        and "Not for now" in page
    )
    assert "backstride try" not in page and "--blocks" not in page
    begun = begin(client)
    assert begun.status_code == 303 and begun["Location"] == "/try?begun=1"
    page = text(ready(client, begun["Location"]))
    assert "You try: Run and walk in turns" in page and "It is kept." in page and "It begins on" in page
    assert text(ready(client, "/try/1")).count("Run and walk") >= 1
    ended = stop(client, store, me)
    assert (ended.status_code, ended["Location"]) == (303, "/try/1")
    assert "It was ended before its first day." in text(ready(client, "/try/1"))
    page = ready(client, "/try")
    assert "Start tomorrow" in text(page) and 'href="/try/1"' in page.content.decode()


def test_sent_twice_or_beside_another_one_only_one_is_begun(client, store, me):
    answer(store, me)
    for plan in ("run_walk", "run_walk", "other_shoes"):
        assert begin(client, plan)["Location"] == "/try?begun=1"
    assert [trial["plan"] for trial in store.trials(me)] == ["run_walk"]
    for _ in range(2):
        assert stop(client, store, me).status_code == 303
    assert len(store.trials(me)) == 1


def test_the_page_of_an_older_one_does_not_end_the_newer(client, store, me):
    answer(store, me)
    begin(client)
    old = store.trials(me)[0]
    stop(client, store, me)
    begin(client, "other_shoes")
    client.post("/try/stop", {"begun_at": old["begun_at"]})
    assert [trial["ended_on"] is None for trial in store.trials(me)] == [False, True]


def test_blocks_by_chance(client, store, me):
    answer(store, me)
    assert "On and off by chance: 12 times" in text(ready(client, "/try"))
    begin(client, blocks="12")
    (trial,) = store.trials(me)
    assert len(trial["blocks"]) == 12 and "with the change" in text(ready(client, "/try"))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"blocks": "3"}, 400),
        ({"blocks": "9998"}, 400),
        ({"blocks": "-1"}, 303),
        ({"plan": "heel_first"}, 404),
        ({"plan": "flat_routes"}, 303),
    ],
)
def test_what_cannot_be_begun_is_told_and_not_begun(client, store, me, sent, status):
    answer(store, me)
    assert begin(client, **sent).status_code == status
    assert len(store.trials(me)) == (sent == {"blocks": "-1"})


def test_a_warning_sign_stops_the_one_that_runs(client, store, me):
    answer(store, me)
    begin(client)
    answer(store, me, 0, fever_chills="yes")
    page = ready(client, "/try")
    assert "Stop this now." in text(page) and "Stop it now" in text(page) and 'href="/questions"' in page.content.decode()
    assert "backstride" not in text(page).split("Stop this now.")[1].split("Not a diagnosis")[0]
    stop(client, store, me)
    page = text(ready(client, "/try"))
    assert "Nothing new is tried now." in page and "Not for now" not in page and "Start tomorrow" not in page


def test_pain_above_the_rule_stops_it(client, store, me):
    answer(store, me)
    begin(client)
    store.tell_diary(me, DiaryEntry(NOW, NOW.date(), {"pain_after": 8.0}))
    assert "you told pain of 8" in text(ready(client, "/try"))


def test_one_that_cannot_be_read_is_left_out_and_the_others_keep_their_numbers(client, store, me):
    store.keep_trial(me, NOW - timedelta(days=300), {"plan": "nonsense"})
    answer(store, me)
    begin(client)
    assert ready(client, "/try/1").status_code == 404
    assert ready(client, "/try/2").status_code == 200


@pytest.mark.parametrize("number", ["0", "1", "99", "99999999999999999999", "x"])
def test_there_is_no_such_trial(client, me, number):
    assert client.get(f"/try/{number}").status_code == 404


def test_another_member_can_neither_see_nor_end_it(client, store, me):
    answer(store, me)
    begin(client)
    begun_at = store.trials(me)[0]["begun_at"]
    store.runner_or_new("you", "UTC")
    remembered(client, runner="you")
    assert client.get("/try/1").status_code == 404
    assert client.post("/try/stop", {"begun_at": begun_at}).status_code == 404
    assert store.trials(me)[0]["ended_on"] is None


@pytest.mark.parametrize("begun_at", ["", "yesterday", "2026-01-01T00:00:00+00:00", "2026-01-01"])
def test_what_never_began_is_not_ended(client, store, me, begun_at):
    answer(store, me)
    begin(client)
    assert client.post("/try/stop", {"begun_at": begun_at}).status_code == 404
    assert store.trials(me)[0]["ended_on"] is None


@pytest.mark.parametrize("address", ["/try/start", "/try/stop"])
def test_changes_are_sent_by_our_own_forms_only(client, me, address):
    from django.test import Client

    assert client.get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    assert strict.post(address, {"plan": "run_walk"}).status_code == 403
    assert client.post("/try").status_code == client.post("/try/1").status_code == 405
