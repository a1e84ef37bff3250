"""Shoes in the browser."""

from datetime import date

import pytest
from kept import a_run, keep, remembered, text

from backstride.model.run import Shoe


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


def told(client, **fields):
    return client.post("/shoes", {"of": "me", **fields})


def test_pairs_with_their_distance_in_the_chosen_unit(client, store, me):
    keep(store, me, a_run(0, 10, shoe="blue"), a_run(1, 6, shoe="blue"), a_run(2, 5, shoe="red"))
    store.tell_shoe(me, "blue", {"start_km": 100.0, "first_used": date(2026, 1, 1)})
    page = text(client.get("/shoes"))
    assert "blue 116 km (100 km of it before) First used: 1 January 2026 Last run: 30 March 2026" in page
    assert "red 5 km" in page
    remembered(client, units="mi")
    assert "blue 72 mi (62 mi of it before)" in text(client.get("/shoes"))


def test_without_a_pair_the_page_says_so(client):
    assert "No pair is known yet." in text(client.get("/shoes"))


def test_a_pair_that_is_told_of_is_kept(client, store, me):
    answer = told(client, name=" blue ", first_used="2026-03-01", start="12,5", brand="Acme", model="Fast")
    assert answer.status_code == 303 and answer["Location"] == "/shoes"
    assert store.shoes(me) == (Shoe("blue", date(2026, 3, 1), 12.5, None, "Acme", "Fast"),)
    told(client, name="blue", retired="2026-04-01")
    assert store.shoes(me) == (Shoe("blue", date(2026, 3, 1), 12.5, date(2026, 4, 1), "Acme", "Fast"),)


def test_miles_on_it_are_kept_as_kilometres(client, store, me):
    remembered(client, units="mi")
    told(client, name="blue", start="100")
    assert store.shoes(me)[0].start_km == pytest.approx(160.9344)


def test_a_pair_is_retired_and_used_again(client, store, me):
    keep(store, me, a_run(0, 10, shoe="blue"))
    told(client, name="blue", retired="2026-04-01")
    page = text(client.get("/shoes"))
    assert "Retired (1)" in page and "until 1 April 2026" in page
    assert client.post("/shoes/again", {"of": "me", "name": "blue"}).status_code == 303
    assert store.shoes(me)[0].retired is None
    assert client.post("/shoes/again", {"of": "me", "name": "blue"}).status_code == 303
    assert client.post("/shoes/again", {"of": "me", "name": "no such"}).status_code == 303
    assert [shoe.name for shoe in store.shoes(me)] == ["blue"]


def test_what_an_import_says_is_not_taken_back(client, store, me):
    keep(store, me, a_run(0, 10, shoe="blue"), shoes=[Shoe("blue", retired=date(2026, 4, 1))])
    answer = client.post("/shoes/again", {"of": "me", "name": "blue"})
    assert answer.status_code == 400
    assert "your import says that it is retired." in text(answer).lower()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "A pair needs a name"),
        ({"name": "a/b"}, "A pair needs a name"),
        ({"name": "a" * 61}, "A pair needs a name"),
        ({"name": "a\u202eb"}, "A pair needs a name"),
        ({"name": "blue", "first_used": "2199-01-01"}, "is still to come"),
        ({"name": "blue", "first_used": "2026-02-30"}, "That is no day"),
        ({"name": "blue", "first_used": "2026-03-01", "retired": "2026-02-01"}, "before it was used"),
        ({"name": "blue", "start": "far"}, "no number"),
        ({"name": "blue", "start": "-1"}, "no number"),
        ({"name": "blue", "start": "nan"}, "no number"),
        ({"name": "blue", "start": "1e9"}, "no number"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(client, store, me, fields, says):
    answer = told(client, **fields)
    assert answer.status_code == 400
    assert says in text(answer)
    if fields["name"] == "blue":
        assert 'value="blue"' in answer.content.decode()
    assert store.shoes(me) == ()


def test_a_form_of_another_members_page_changes_nothing(client, store, me):
    store.runner_or_new("anna", "Europe/Berlin")
    remembered(client, runner="anna")
    for answer in (told(client, name="blue"), client.post("/shoes/again", {"of": "me", "name": "blue"})):
        assert answer.status_code == 400
        assert "That was the page of me, and now you are anna. Nothing was changed." in text(answer)
    assert not any(store.shoes(one) for one in store.runners())


def test_a_wrong_first_pair_makes_no_runner(client, store, me):
    store.forget_if_new(me)
    assert told(client, name="").status_code == 400
    assert store.runners() == ()


def test_the_form_of_another_site_is_refused(client):
    assert client.post("/shoes", {"name": "blue"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    client.handler.enforce_csrf_checks = True
    assert client.post("/shoes", {"name": "blue"}).status_code == 403
    assert client.get("/shoes/again").status_code == 405


def test_runs_find_a_pair_that_is_told_of_later(client, store, me):
    keep(store, me, a_run(0, 10, shoe="Acme Fast"), a_run(1, 5, shoe="other"))
    told(client, name="blue", brand="Acme", model="Fast")
    assert {stored.run.shoe for stored in store.runs(me)} == {"blue", "other"}
    # Two pairs of one model: which one it was is not known any more.
    told(client, name="red", brand="acme", model="fast")
    assert {stored.run.shoe for stored in store.runs(me)} == {"Acme Fast", "other"}


def test_the_runs_are_made_anew_only_where_one_gets_another_pair(store, me, monkeypatch):
    from backstride import pairs as verb

    keep(store, me, a_run(0, 10, shoe="Acme Fast"))
    made = []
    monkeypatch.setattr(verb, "derive", lambda *_: made.append(1))
    verb.tell_pair(store, me, "blue", {"start_km": 5.0}, date(2026, 4, 1))
    verb.tell_pair(store, me, "blue", {"retired": date(2026, 4, 1)}, date(2026, 4, 1))
    assert not made
    verb.tell_pair(store, me, "blue", {"brand": "Acme", "model": "Fast"}, date(2026, 4, 1))
    assert made
