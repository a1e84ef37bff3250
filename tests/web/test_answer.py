"""The answer in the browser: what it says, when it says nothing, and what of it is kept."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from answers_played import FEVER, SADDLE, STRAIN, play

from backstride.assess import assess
from backstride.interview import record_of
from backstride.model.past import Past
from backstride.model.record import Record
from backstride.names import names_for
from backstride.reports.conversation import conversation

PAGES = ("/answer", "/answer/working", "/answer/card", "/answer/earlier", "/answer/my-back.yaml")


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def played(store, me, now):
    return lambda said, at=None, **more: play(store, me, said, at or now - timedelta(minutes=5), **more)


def text(response):
    page = response.content.decode()
    return unescape(" ".join(re.sub("<[^>]*>", " ", page[page.index("<main") : page.index("</main>")]).split()))


def test_before_the_questions_it_leads_to_them(client, played):
    assert "No answer yet" in text(client.get("/answer"))
    played(STRAIN, screens=2)
    page = client.get("/answer")
    assert "Not finished yet" in text(page) and 'href="/questions"' in page.content.decode()
    for path in PAGES[1:3] + PAGES[4:]:
        assert client.get(path).headers["Location"] == "/answer"


def test_it_says_what_the_terminal_says_in_the_same_order(client, store, me, knowledge, played, now):
    interview = played(STRAIN)
    answer = assess(record_of(interview, Record("me"), knowledge, now), knowledge)
    sections = conversation(answer, names_for(answer, knowledge), country="", race_day=None, today=store_day(me, now))
    client.post("/answer/country", {"country": "other"})
    told = text(client.get("/answer"))
    at = -1
    for line in [section.title for section in sections[:1]] + [line.text for section in sections for line in section.lines]:
        found = told.find(" ".join(line.split()), at + 1)
        assert found > at, line
        at = found
    kept = store.interviews(me)
    assert len(kept) == 1 and kept[0].finished
    assert Past.from_plain(kept[0].assessment).words in told
    client.get("/answer")
    assert store.interviews(me) == kept, "an answer that was seen before is kept once"


def store_day(me, now):
    from zoneinfo import ZoneInfo

    return now.astimezone(ZoneInfo(me.zone) if me.zone else None).date()


def test_causes_are_words_and_at_most_three(client, played):
    played(STRAIN)
    page = client.get("/answer").content.decode()
    fits = page[page.index('id="fits"') : page.index("</section>", page.index('id="fits"'))]
    assert 1 <= fits.count("<li>") <= 3
    assert fits.count("For: ") == fits.count("Against: ") == fits.count("<li>")
    assert "%" not in text(client.get("/answer")) and "<svg" not in page
    assert page.count("<h1") == 1


def test_at_an_emergency_nothing_else_is_told(client, played):
    played(SADDLE)
    client.post("/answer/country", {"country": "DE"})
    page = client.get("/answer")
    told = text(page)
    assert "What to do now" in told and 'href="tel:112"' in page.content.decode()
    assert "What fits" not in told and "race" not in told.lower() and "run" not in told.lower()
    assert client.get("/answer/card").headers["Location"] == "/answer", "there is nothing to watch and wait for"
    start = client.get("/")
    assert "alarm" in start.content.decode() and "emergency department now" in text(start)


def test_until_one_question_makes_sure_the_emergency_holds(client, store, me, played):
    played({**STRAIN, "saddle_numbness": "yes"}, screens=2)
    told = text(client.get("/answer"))
    assert "What to do now" in told and "Only a clear no to one more question changes that." in told
    assert not store.interviews(me)[-1].finished
    start = client.get("/")
    assert "First this" in text(start) and "emergency department now" in text(start)


def test_who_goes_on_after_an_emergency_still_finds_it_first(client, store, me, knowledge, played):
    from backstride import interview as verb

    interview = played(SADDLE)
    now = datetime.now(UTC)
    shown = verb.screen(interview, Record("me"), knowledge, now)
    assert shown.id.startswith("emergency:")
    on = verb.answer(interview, shown, {}, now)
    store.keep_interview(me, replace(store.interviews(me)[-1], interview=on, updated_at=now))
    assert verb.screen(on, Record("me"), knowledge, now).kind != "done"
    told = text(client.get("/answer"))
    assert "What to do now" in told and "Only a clear no" not in told and "First this" in text(client.get("/"))


def test_someone_to_be_seen_today_is_not_told_what_fits(client, played):
    played(FEVER)
    client.post("/answer/country", {"country": "DE"})
    page = client.get("/answer")
    assert "waits until a doctor has seen you" in text(page) and 'href="tel:116117"' in page.content.decode()
    assert "Why now: what" not in text(page)


def test_a_race_is_told_of_when_its_day_is_told(client, store, me, played, now):
    played(STRAIN)
    assert "My race on" not in text(client.get("/answer"))
    day = (now + timedelta(days=20)).date().isoformat()
    sent = client.post("/answer/race", {"day": day})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/answer#race")
    assert "My race on" in text(client.get("/answer"))
    for wrong, words in (("soon", "That is no day"), ("2020-01-01", "from today on"), ("9999-01-01", "from today on")):
        again = client.post("/answer/race", {"day": wrong})
        assert again.status_code == 400 and words in text(again) and 'role="alert"' in again.content.decode()
        assert "My race on" in text(client.get("/answer")), "what is wrong takes nothing away"
    store.runner_or_new("you", me.zone)
    session = client.session
    session["runner"] = "you"
    session.save()
    client.cookies["backstride"] = session.session_key
    assert "No answer yet" in text(client.get("/answer")), "nobody sees the answer of another"
    session["runner"] = me.name
    session.save()
    client.cookies["backstride"] = session.session_key
    client.post("/answer/race", {"none": "1", "day": day})
    assert "My race on" not in text(client.get("/answer"))


def test_numbers_to_call_are_those_of_the_country_that_was_chosen(client, played):
    played(STRAIN)
    for code, number in (("AT", "144"), ("DE", "112"), ("nonsense", "112")):
        sent = client.post("/answer/country", {"country": code, "then": "card"})
        assert (sent.status_code, sent.headers["Location"]) == (303, "/answer/card")
        assert number in text(client.get("/answer/card"))


def test_the_card_is_one_page_by_itself(client, played):
    played(STRAIN)
    told = text(client.get("/answer/card"))
    assert told.startswith("What to watch for") and "Made on" in told and "What fits" not in told


def test_an_answer_of_days_ago_is_shown_as_it_was_and_asked_again(client, store, me, played, now):
    interview = played(STRAIN)
    client.get("/answer")
    one = store.interviews(me)[-1]
    ago = timedelta(days=4)
    given = tuple(replace(given, at=given.at - ago) for given in interview.given)
    old = dict(one.assessment) | {"words": "Rest like a stone.", "at": (now - ago).isoformat()}
    store.keep_interview(me, replace(one, interview=replace(interview, given=given), assessment=old, updated_at=now - ago))
    told = text(client.get("/answer"))
    assert "Has anything changed?" in told and "Rest like a stone." in told
    assert len(store.interviews(me)) == 1
    broken = replace(store.interviews(me)[-1], assessment={"level": "odd"})
    store.keep_interview(me, broken)
    assert "can't be shown" in text(client.get("/answer")) and client.get("/").status_code == 200
    assert "There is none yet" in text(client.get("/answer/earlier"))


def test_another_answer_is_kept_beside_the_earlier_one(client, store, me, played):
    played(STRAIN)
    client.get("/answer")
    one = store.interviews(me)[-1]
    store.keep_interview(me, replace(one, assessment=dict(one.assessment) | {"words": "Rest like a stone.", "level": "self_care"}))
    told = text(client.get("/answer"))
    assert "What changed since" in told and "Rest like a stone." in told
    first, second = store.interviews(me)
    assert Past.from_plain(first.assessment).words == "Rest like a stone." and second.finished
    client.get("/answer")
    assert len(store.interviews(me)) == 2
    listed = text(client.get("/answer/earlier"))
    assert listed.index("Then: Rest like a stone.") < listed.rindex("Rest like a stone.")


def test_answers_that_were_begun_anew_are_not_compared(client, store, me, played):
    played(STRAIN)
    client.get("/answer")
    played({**STRAIN, "pain_severity": 7.0}, datetime.now(UTC))
    assert "What changed since" not in text(client.get("/answer"))
    assert len(store.interviews(me)) == 2
    assert text(client.get("/answer/earlier")).count("Made with knowledge") == 2


def test_what_changed_is_told_where_answers_go_on(client, store, me, knowledge, played):
    first = played(STRAIN)
    client.get("/answer")
    from backstride.interview import change

    now = datetime.now(UTC)
    later = change(first, "pain_severity", 8.0, knowledge, now)
    store.keep_interview(
        me, replace(store.interviews(me)[-1], begun_at=now, updated_at=now, interview=later, finished=False, assessment=None)
    )
    assert "What changed since" in text(client.get("/answer"))
    assert "What changed since" in text(client.get("/answer/earlier"))


def test_the_working_shows_every_number_in_tables_with_captions(client, played):
    played(STRAIN)
    page = client.get("/answer/working").content.decode()
    assert page.count("<table") == page.count("<caption") >= 10
    ranking = page[page.index("t-ranking") :]
    ranking = ranking[: ranking.index("</table>")]
    assert ranking.count("<svg") == ranking.count("<tr>") - 1
    assert page.count("<svg") == ranking.count("<svg"), "a bar nowhere else"
    assert "Spinal infection" not in ranking and "doi:" in page and "90% interval" in page
    assert len(page) < 300_000 and "style=" not in page


def test_the_case_file_gives_the_same_answer(client, knowledge, played, tmp_path):
    from backstride.gather import case_record

    played(STRAIN)
    sent = client.get("/answer/my-back.yaml")
    assert "attachment" in sent.headers["Content-Disposition"]
    (tmp_path / "case.yaml").write_bytes(sent.content)
    answer = assess(case_record(tmp_path / "case.yaml")[0], knowledge)
    assert names_for(answer, knowledge).level_words in text(client.get("/answer"))


def test_what_takes_long_is_waited_for(client, store, me, played, monkeypatch):
    from threading import Event

    from backstride.model.diary import DiaryEntry
    from backstride.web import answered

    played(STRAIN)
    store.tell_diary(me, DiaryEntry(datetime.now(UTC), datetime.now(UTC).date(), {"pain_morning": 3.0}))
    done = Event()
    real = answered.assess
    monkeypatch.setattr(answered, "assess", lambda *args: done.wait(20) and real(*args))
    waits = client.get("/answer")
    assert (waits.status_code, waits.headers["Refresh"]) == (202, "1")
    done.set()
    for _ in range(200):
        if (page := client.get("/answer")).status_code == 200:
            break
    assert "What to do first" in text(page)


def test_pages_take_only_what_they_are_for(client):
    for path in PAGES:
        assert client.post(path).status_code == 405
    for path in ("/answer/race", "/answer/country"):
        assert client.get(path).status_code == 405
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, headers={"Host": "localhost"})
    assert strict.post("/answer/race", {"day": "2026-12-01"}).status_code == 403


def test_the_start_shows_first_what_was_begun(client, store, me, played, now):
    assert "Does your back hurt?" in text(client.get("/"))
    played(STRAIN, screens=2)
    assert "Go on where you stopped" in text(client.get("/"))
    played(STRAIN)
    client.get("/answer")
    assert Past.from_plain(store.interviews(me)[-1].assessment).words in text(client.get("/"))
    for one in store.interviews(me):
        store.keep_interview(me, replace(one, finished=False, assessment=None, updated_at=now - timedelta(days=3)))
    assert "the questions start anew" in text(client.get("/"))
    store.keep_trial(me, now, {"plan": "broken"})
    assert client.get("/").status_code == 200
