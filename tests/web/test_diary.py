"""The diary in the browser."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from kept import a_run, keep, remembered, text

from backstride.model.diary import DiaryEntry, diary_days

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.set_zone(store.runners()[0], "Europe/Berlin")


@pytest.fixture
def today(me):
    return datetime.now(BERLIN).date()


def shown(page):
    """What a form sends when nothing is changed: every field with what it was, as a browser does."""
    html = page.content.decode()
    form = html[html.index('<form method="post" action="/diary" class="diary"') :]
    form = form[: form.index("</form>")]
    sent = {}
    for tag in re.findall("<input[^>]*>", form):
        about = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if about["type"] in ("radio", "checkbox"):
            if " checked" in tag:
                sent.setdefault(about["name"], []).append(about["value"])
        else:
            sent.setdefault(about["name"], []).append(about.get("value", ""))
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def days(store, me):
    return diary_days(store.diary(me))


def test_a_region_that_knowledge_no_longer_has_stays(client, store, me, today):
    store.tell_diary(me, DiaryEntry(datetime.now(UTC), today, {"regions": ["gone_by_now", "low_back_left"]}))
    client.post("/diary", shown(client.get("/diary")) | {"stress": "1"})
    (day,) = days(store, me)
    assert day.regions == ("gone_by_now", "low_back_left")


def test_a_day_is_told_with_three_taps(client, store, me, today):
    sent = shown(client.get("/diary"))
    answer = client.post("/diary", sent | {"pain_morning": "3", "pain_during": "2", "pain_after": "0"})
    assert answer.status_code == 303 and answer["Location"] == "/diary"
    assert [(day.day, day.told()) for day in days(store, me)] == [(today, {"pain_morning": 3.0, "pain_during": 2.0, "pain_after": 0.0})]
    page = text(client.get("/diary"))
    assert "Kept " in page and "pain on waking 3 of 10; pain on the run 2 of 10; pain after the run 0 of 10" in page


def test_everything_else_can_be_told_too(client, store, me):
    more = {
        "regions": ["low_back_left", "buttock_left"],
        "spreading": "no",
        "stiffness": "2",
        "stress": "5",
        "sleep_h": "7,5",
        "sitting_h": "8",
        "began_km": "6",
        "fluid_ml": "500",
        "weight_before_kg": "70.2",
        "weight_after_kg": "69.4",
        "medicine": "ibuprofen",
        "cycle_day": "3",
        "note": "  two\n lines ",
    }
    assert client.post("/diary", shown(client.get("/diary")) | more).status_code == 303
    (day,) = days(store, me)
    assert day.told() == {
        "regions": ("buttock_left", "low_back_left"),
        "spreading": False,
        "stiffness": 2.0,
        "stress": 5.0,
        "sleep_h": 7.5,
        "sitting_h": 8.0,
        "began_km": 6.0,
        "fluid_ml": 500.0,
        "weight_before_kg": 70.2,
        "weight_after_kg": 69.4,
        "medicine": "ibuprofen",
        "cycle_day": 3,
        "note": "two lines",
    }


def test_what_was_told_is_shown_and_sent_again_unchanged_changes_nothing(client, store, me):
    client.post(
        "/diary", shown(client.get("/diary")) | {"pain_morning": "10", "regions": ["low_back_left"], "sleep_h": "7.5", "spreading": "yes"}
    )
    sent = shown(client.get("/diary"))
    assert (sent["pain_morning"], sent["regions"], sent["spreading"], sent["sleep_h"]) == (["10"], ["low_back_left"], ["yes"], ["7.5"])
    before = store.diary(me)
    assert client.post("/diary", sent).status_code == 303
    assert store.diary(me) == before


def test_sent_twice_it_is_told_once(client, store, me):
    sent = shown(client.get("/diary")) | {"pain_morning": "3", "regions": ["low_back_left"]}
    client.post("/diary", sent)
    client.post("/diary", sent)
    assert len(store.diary(me)) == 1


def test_an_older_page_of_another_tab_tells_only_what_was_changed_on_it(client, store, me):
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "3", "sleep_h": "6"})
    old = shown(client.get("/diary"))
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "5"})
    client.post("/diary", old | {"stress": "4"})
    (day,) = days(store, me)
    assert day.told() == {"pain_morning": 5.0, "sleep_h": 6.0, "stress": 4.0}


def test_a_field_is_taken_away_again(client, store, me):
    client.post(
        "/diary", shown(client.get("/diary")) | {"pain_morning": "3", "sleep_h": "6", "regions": ["low_back_left"], "spreading": "yes"}
    )
    sent = shown(client.get("/diary"))
    del sent["regions"]
    client.post("/diary", sent | {"pain_morning": "", "sleep_h": " ", "spreading": ""})
    assert days(store, me) == ()


def test_half_a_point_that_was_told_in_words_stays(client, store, me, today):
    store.tell_diary(me, DiaryEntry(datetime.now(UTC), today, {"pain_morning": 3.5, "sleep_h": 7.25}))
    client.post("/diary", shown(client.get("/diary")) | {"stress": "1"})
    (day,) = days(store, me)
    assert day.told() == {"pain_morning": 3.5, "sleep_h": 7.25, "stress": 1.0}


def test_miles_of_the_begin_are_kept_as_kilometres(client, store, me):
    remembered(client, units="mi")
    client.post("/diary", shown(client.get("/diary")) | {"began_km": "2"})
    (day,) = days(store, me)
    assert day.began_km == pytest.approx(3.219, abs=0.001)
    sent = shown(client.get("/diary"))
    assert sent["began_km"] == ["2"]
    client.post("/diary", sent)
    assert len(store.diary(me)) == 1


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("sleep_h", "25", "Sleep last night (hours): a number from 0 to 24."),
        ("sleep_h", "long", "Sleep last night (hours): a number"),
        ("pain_morning", "11", "Pain on waking: a number from 0 to 10."),
        ("pain_morning", "nan", "Pain on waking: a number"),
        ("pain_morning", "1e309", "Pain on waking: a number from 0 to 10."),
        ("cycle_day", "nan", "Day of the cycle: a number"),
        ("cycle_day", "2.5", "Day of the cycle: a number from 1 to 60."),
        ("weight_before_kg", "7", "Weight before the run (kg): a number from 20 to 300."),
        ("began_km", "0", "a number from 0 to 1000."),
        ("stress", "9" * 400, "Stress: a number"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost_or_kept(client, store, me, name, typed, says):
    answer = client.post("/diary", shown(client.get("/diary")) | {"pain_after": "4", "note": "kept <b>here</b>", name: typed})
    assert answer.status_code == 400
    assert says in text(answer)
    sent = shown(answer)
    assert sent["pain_after"] == ["4"] and sent["note"] == ["kept &lt;b&gt;here&lt;/b&gt;"]
    assert store.diary(me) == ()


@pytest.mark.parametrize(
    "wrong", [{"regions": ["x" * 61]}, {"regions": [f"r{at}" for at in range(80)]}, {"regions": ["no_such_region"]}, {"spreading": "maybe"}]
)
def test_a_form_that_no_page_made_keeps_nothing(client, store, me, wrong):
    answer = client.post("/diary", shown(client.get("/diary")) | wrong)
    assert answer.status_code == 400
    assert store.diary(me) == ()


def test_yesterday_is_told_as_yesterday(client, store, me, today):
    day = today - timedelta(days=1)
    page = client.get(f"/diary?day={day}")
    assert shown(page)["day"] == [day.isoformat()]
    answer = client.post("/diary", shown(page) | {"pain_morning": "1"})
    assert answer["Location"] == f"/diary?day={day}"
    assert [one.day for one in days(store, me)] == [day]


@pytest.mark.parametrize("day", ["2199-01-01", "1990-01-01", "x", "2026-02-30", "20260101x"])
def test_a_day_that_is_none_of_a_diary_is_404(client, store, me, day):
    assert client.get(f"/diary?day={day}").status_code == 404
    assert client.post("/diary", {"day": day, "of": "me", "pain_morning": "1"}).status_code == 404
    assert store.diary(me) == ()


def test_the_last_two_weeks_show_days_without_a_word(client, store, me, today):
    keep(store, me, a_run(0, 8.2, 2700.0, last=datetime.now(UTC) - timedelta(days=2)))
    store.tell_diary(me, DiaryEntry(datetime.now(UTC), today - timedelta(days=3), {"pain_morning": 2}))
    html = client.get("/diary").content.decode()
    rows = html[html.index('id="days"') :]
    assert rows.count('class="row-main"') == 14
    assert len(re.findall("not told</span>", rows)) == 13
    assert "run 8.2 km" in " ".join(re.sub("<[^>]*>", " ", rows).split())


def test_taken_back_once_however_often_it_is_asked(client, store, me):
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "3"})
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "4"})
    moment = re.search('name="moment" value="([^"]*)"', client.get("/diary").content.decode()).group(1)
    for _ in range(3):
        assert client.post("/diary/undo", {"of": "me", "moment": moment}).status_code == 303
    (day,) = days(store, me)
    assert day.told() == {"pain_morning": 3.0}


@pytest.mark.parametrize("moment", ["", "x", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00"])
def test_what_was_not_told_is_not_taken_back(client, store, me, moment):
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "3"})
    assert client.post("/diary/undo", {"of": "me", "moment": moment}).status_code in (303, 404)
    assert len(days(store, me)) == 1


def test_told_in_words(client, store, me, today):
    answer = client.post("/diary/words", {"of": "me", "words": "morning 3 low back left sleep 7 yesterday"})
    assert answer.status_code == 303
    (day,) = days(store, me)
    assert (day.day, day.pain_morning, day.regions) == (today - timedelta(days=1), 3.0, ("low_back_left",))


def test_words_that_are_not_understood_are_said_and_stay(client, store, me):
    answer = client.post("/diary/words", {"of": "me", "words": "pain <b>7</b>"})
    assert answer.status_code == 400
    assert 'value="pain &lt;b&gt;7&lt;/b&gt;"' in answer.content.decode()
    assert store.diary(me) == ()
    assert client.post("/diary/words", {"of": "me", "words": " "}).status_code == 303


def test_strong_pain_leads_to_the_safety_questions(client, store, me):
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "3"})
    assert "worth a check" not in text(client.get("/diary"))
    client.post("/diary", shown(client.get("/diary")) | {"pain_after": "9"})
    page = client.get("/diary")
    assert "Pain that is this strong, that spreads or that sits between the legs is worth a check now." in text(page)
    assert b'<a href="/questions">' in page.content


def test_what_came_with_runs_is_offered_and_taken_once(client, store, me):
    last = datetime.now(UTC) - timedelta(days=2)
    keep(store, me, a_run(0, 8, pain=4.0, last=last), a_run(1, 5, note="stiff <b>left</b>", last=last), a_run(60, 5, pain=1.0, last=last))
    page = client.get("/diary")
    assert page.content.count(b'action="/diary/take"') == 2
    assert "<b>left" not in page.content.decode()
    every = client.get("/diary/offers")
    assert every.content.count(b'action="/diary/take"') == 4 and "Take all 3" in text(every)
    key = next(stored.key for stored in store.runs(me) if stored.run.pain == 4.0)
    for _ in range(2):
        assert client.post("/diary/take", {"of": "me", "key": key}).status_code == 303
    assert [day.pain_during for day in days(store, me)] == [4.0]
    client.post("/diary/take", {"of": "me", "key": "all"})
    client.post("/diary/take", {"of": "me", "key": "all"})
    assert len(days(store, me)) == 3
    assert "No run has pain or a note" in text(client.get("/diary/offers"))


@pytest.mark.parametrize("key", ["", "0" * 32, "zz"])
def test_an_offer_that_is_none_takes_nothing(client, store, me, key):
    keep(store, me, a_run(0, 8, pain=4.0))
    assert client.post("/diary/take", {"of": "me", "key": key}).status_code == 303
    assert store.diary(me) == ()


def test_spells_the_latest_first_with_a_way_to_why(client, store, me, today):
    assert "No spell of pain is in the diary." in text(client.get("/diary/spells"))
    for at, pain in ((60, 5), (59, 4), *((back, 0) for back in range(58, 30, -1)), (3, 6), (2, 6)):
        day = today - timedelta(days=at)
        store.tell_diary(me, DiaryEntry(datetime.now(UTC), day, {"pain_morning": pain}))
    page = client.get("/diary/spells")
    said = text(page)
    assert said.count("At worst") == 2
    assert said.index("At worst 6 of 10.") < said.index("At worst 5 of 10.")
    assert f'href="/why-now?onset={today - timedelta(days=3)}"'.encode() in page.content


def test_a_form_of_another_members_page_changes_nothing(client, store, me):
    sent = shown(client.get("/diary"))
    store.runner_or_new("anna", "Europe/Berlin")
    remembered(client, runner="anna")
    for path, form in (
        ("/diary", sent | {"pain_morning": "3"}),
        ("/diary/words", {"of": "me", "words": "morning 3"}),
        ("/diary/undo", {"of": "me", "moment": "2026-01-01T00:00:00+00:00"}),
        ("/diary/take", {"of": "me", "key": "all"}),
    ):
        answer = client.post(path, form)
        assert answer.status_code == 400
        assert "Nothing was changed." in text(answer)
    assert not any(store.diary(one) for one in store.runners())


def test_another_member_sees_nothing_of_it(client, store, me):
    client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "7", "note": "mine"})
    store.runner_or_new("anna", "Europe/Berlin")
    remembered(client, runner="anna")
    page = text(client.get("/diary"))
    assert "mine" not in page and "7 of 10" not in page


def test_looking_makes_no_runner_and_telling_does(client, store, me):
    store.forget_if_new(me)
    sent = shown(client.get("/diary"))
    client.get("/diary/offers"), client.get("/diary/spells")
    client.post("/diary", sent)
    client.post("/diary/words", {"of": "me", "words": "morning morning"})
    client.post("/diary/undo", {"of": "me", "moment": "2026-01-01T00:00:00+00:00"})
    assert store.runners() == ()
    client.post("/diary", sent | {"pain_morning": "2"})
    assert len(store.runners()) == 1


@pytest.mark.parametrize("address", ["/diary/words", "/diary/undo", "/diary/take"])
def test_what_changes_is_no_link(client, address):
    assert client.get(address).status_code == 405


def test_the_form_of_another_site_is_refused(client, store, me):
    form = {"of": "me", "pain_morning": "3"}
    assert client.post("/diary", form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    client.handler.enforce_csrf_checks = True
    assert client.post("/diary", form).status_code == 403
    assert store.diary(me) == ()


def test_the_day_is_that_of_the_runners_zone(client, store, me):
    zone = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 10 else "Pacific/Pago_Pago"
    store.set_zone(me, zone)
    day = datetime.now(ZoneInfo(zone)).date()
    assert day != datetime.now(UTC).date() or datetime.now(UTC).hour == 10
    assert shown(client.get("/diary"))["day"] == [day.isoformat()]
    assert client.post("/diary", shown(client.get("/diary")) | {"pain_morning": "3"}).status_code == 303
    assert [one.day for one in days(store, me)] == [day]
