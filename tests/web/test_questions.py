"""The interview in the browser."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from kept import a_run, remembered, text
from kept import keep as keep_runs

from backstride import interview as verb
from backstride.interview_kept import keep
from backstride.model.interview import Interview, Kind, Screen
from backstride.model.record import Record
from backstride.web import body_map, worked_out
from backstride.web.figures import figures
from backstride.web.pages import questions

CALM = {"answer-age": "34", "answer-sex": "female", "answer-pain_severity": "4"}


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


def mark_of(page):
    return html.unescape(re.search(r'name="screen" value="([^"]*)"', page.content.decode())[1])


def kept_of(store, me):
    return store.interviews(me)[-1]


def sent(client, page, act="go", **answers):
    """Answer the screen of a page, and follow to the next."""
    done = client.post("/questions", {"screen": mark_of(page), "act": act, **answers})
    return client.get(done["Location"]) if done.status_code == 303 else done


def answered(page):
    """What a runner with a calm pain says on a page: no where that is a choice, else the last one."""
    code = page.content.decode()
    if mark_of(page).endswith(" where"):
        return "go", {"answer-low_back_left": "yes"}
    said = dict.fromkeys(re.findall(r'type="text"[^>]*name="(answer-[^"]*)"', code), "5")
    for name, value in re.findall(r'<(?:button|input type="radio")[^>]* name="(answer-[^"]*)" value="([^"]*)"', code):
        if said.get(name) != "no":
            said[name] = value
    said |= {name: value for name, value in CALM.items() if name in code}
    return ("none" if 'value="none"' in code else "go"), said


def walked(client, *, until="", most=60):
    """Pages from the first question to the end, or to a screen whose mark has `until`."""
    page, pages = client.get("/questions"), []
    for _ in range(most):
        pages.append(page)
        if until and until in mark_of(page):
            return pages
        act, said = answered(page)
        done = client.post("/questions", {"screen": mark_of(page), "act": act, **said})
        assert done.status_code == 303, text(done)
        if done["Location"] == "/answer":
            return pages
        page = client.get(done["Location"])
    raise AssertionError("it never ends")


def test_from_the_first_question_to_the_answer(client, store, me):
    pages = walked(client)
    assert len(pages) > 10
    assert all(len(page.content) < 300_000 and page.content.count(b"<h1") == 1 for page in pages)
    assert not any(re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page.content.decode()) for page in pages)
    last = kept_of(store, me)
    assert last.finished and last.assessment["level"]
    assert store.runner("me").sex == "female" and store.runner("me").birth_year == last.updated_at.year - 34
    assert "Has anything changed?" in text(client.get("/questions"))


def test_runs_are_read_while_the_first_screen_is_looked_at(client, store, me):
    keep_runs(store, me, *(a_run(days) for days in range(30)))
    page = client.get("/questions")
    assert len(worked_out._found) == 1, "once, however often it is looked at"
    client.get("/questions")
    assert len(worked_out._found) == 1
    page = sent(client, page, **{"answer-low_back_left": "yes"})
    assert mark_of(page) == "1 safety:nerves"


def test_looking_keeps_nothing(client, store, me):
    client.get("/questions")
    client.get("/questions/change")
    client.get("/questions/anew")
    assert store.interviews(me) == ()


def test_terminal_and_browser_go_on_with_each_other(client, store, me, knowledge):

    page = sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    one = kept_of(store, me)
    assert one.interview.answers()["low_back_left"].value == "yes" and not one.finished
    # Now somebody answers a screen in the terminal, in the same second.
    shown = verb.screen(one.interview, Record("me"), knowledge, one.updated_at)
    further = verb.answer(one.interview, shown, {}, one.updated_at)
    keep(store, me, one.begun_at, further, one.updated_at)
    assert mark_of(client.get("/questions")).startswith("2 safety:body")
    assert client.post("/questions", {"screen": mark_of(page), "act": "none"}).status_code == 303
    assert kept_of(store, me).interview == further, "the form was one of the screen before"


def test_an_older_form_changes_nothing_and_says_so(client, store, me):
    first = client.get("/questions")
    second = sent(client, first, **{"answer-low_back_left": "yes"})
    before = kept_of(store, me)
    for act in ("go", "none", "skip"):
        again = sent(client, first, act, **{"answer-buttock_left": "yes"})
        assert "nothing was changed" in text(again) and mark_of(again) == mark_of(second)
    assert kept_of(store, me) == before
    assert "nothing was changed" not in text(client.get("/questions"))
    assert client.post("/questions", {"act": "none"}).status_code == 303, "a form without a mark is an older one too"
    assert kept_of(store, me) == before


def test_back_undoes_one_screen_once(client, store, me):
    sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    page = sent(client, client.get("/questions"), "none")
    assert mark_of(page).startswith("2 ")
    for _ in range(2):  # a double click
        client.post("/questions/back", {"screen": mark_of(page)})
    page = client.get("/questions")
    assert mark_of(page) == "1 safety:nerves" and kept_of(store, me).interview.answers().keys() == {"low_back_left"}
    client.post("/questions/back", {"screen": mark_of(page)})
    assert mark_of(client.get("/questions")) == "0 where"


def test_silence_is_no_answer(client, store, me):
    page = sent(client, client.get("/questions"))
    assert page.status_code == 422 and "Nothing is marked" in text(page)
    page = sent(client, page, "none", **{"answer-low_back_left": "yes"})
    assert page.status_code == 422 and "Take the marks away" in text(page)
    assert b'name="answer-low_back_left" value="yes" checked' in page.content
    assert store.interviews(me) == ()


def test_a_sign_can_be_unsure_and_yes_goes_before_it(client, store, me):
    sent(client, client.get("/questions"), "none")
    answers = {"answer-saddle_numbness": ["yes", "unsure"], "answer-urinary_retention": "unsure"}
    client.post("/questions", {"screen": "1 safety:nerves", "act": "go", **answers})
    said = kept_of(store, me).interview.answers()
    assert said["saddle_numbness"].value == "yes" and said["urinary_retention"].value == "unsure"
    assert said["bilateral_sciatica"].value == "no"


def test_a_number_that_cannot_be_is_told_and_what_was_typed_stays(client, store, me):
    page = walked(client, until="safety:start")[-1]
    before = kept_of(store, me)
    for age in ("", "-1", "121", "1e2", "nan", "12345678901234567890", "<b>"):
        again = sent(client, page, "none", **{**CALM, "answer-age": age})
        assert again.status_code == 422 and "A number from 0 to 120, please." in text(again), age
        assert b'name="answer-pain_severity" value="4" checked' in again.content and b"<b>" not in again.content
    assert kept_of(store, me) == before
    page = sent(client, page, "none", **{**CALM, "answer-age": "", "answer-age-unsure": "unsure"})
    assert page.status_code == 200 and kept_of(store, me).interview.answers()["age"].value == "unsure"


def test_skip_passes_over_a_whole_screen(client, store, me):
    sent(client, client.get("/questions"), "none")
    page = sent(client, client.get("/questions"), "skip")
    assert mark_of(page) == "2 safety:body"
    assert {given.value for given in kept_of(store, me).interview.given} == {"skipped"}


def test_an_emergency_is_told_at_once_with_its_number_and_no_question(client, store, me, monkeypatch):
    sent(client, client.get("/questions"), "none")
    page = sent(client, client.get("/questions"), **{"answer-urinary_retention": "yes", "answer-saddle_numbness": "yes"})
    assert "Only a clear no to this question changes that" in text(page)
    assert "What to do now" in text(page)
    confirm = re.search(r'<button[^>]*name="(answer-[^"]*)" value="yes"', page.content.decode())[1]
    page = sent(client, page, **{confirm: "yes"})
    assert "Stop here. This needs to be seen now." in text(page)
    code = page.content.decode()
    assert 'href="tel:' in code and "<fieldset" not in code and 'type="radio"' not in code and 'type="checkbox"' not in code
    assert kept_of(store, me).finished and kept_of(store, me).assessment["level"] == "emergency"
    assert client.post("/questions/country", {"country": "US"}).status_code == 303
    assert b"tel:911" in client.get("/questions").content
    assert client.post("/questions/country", {"country": "XX"}).status_code == 404
    on = sent(client, page, "on")
    assert mark_of(on) != mark_of(page) and not kept_of(store, me).finished


def test_a_mistaken_tap_on_an_emergency_is_taken_back(client, store, me):
    sent(client, client.get("/questions"), "none")
    page = sent(client, client.get("/questions"), **{"answer-urinary_retention": "yes"})
    confirm = re.search(r'<button[^>]*name="(answer-[^"]*)" value="yes"', page.content.decode())[1]
    page = sent(client, page, **{confirm: "yes"})
    client.post("/questions/back", {"screen": mark_of(page)})
    page = client.get("/questions")
    assert "To be sure" in text(page) and not kept_of(store, me).finished


def test_start_anew_keeps_the_earlier_interview(client, store, me):
    sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    assert "Start the questions anew?" in text(client.get("/questions/anew"))
    assert mark_of(client.get("/questions")).startswith("1 ")
    for _ in range(2):
        assert client.post("/questions/anew").status_code == 303
    page = client.get("/questions")
    assert mark_of(page) == "0 where" and b"checked data-region" not in page.content
    sent(client, page, **{"answer-buttock_left": "yes"})
    assert [set(one.interview.answers()) for one in store.interviews(me)] == [{"low_back_left"}, {"buttock_left"}]
    assert mark_of(client.get("/questions")).startswith("1 ")


def test_answers_older_than_two_days_are_not_gone_on_with(client, store, me):
    sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    one = kept_of(store, me)
    store.keep_interview(me, replace(one, updated_at=one.updated_at - timedelta(hours=49)))
    assert mark_of(client.get("/questions")) == "0 where"


def test_an_answer_is_changed_where_it_stands(client, store, me):
    sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    sent(client, client.get("/questions"), "none")
    page = client.get("/questions/change")
    assert "Left low back" in text(page) and 'href="/questions/change/saddle_numbness"' in page.content.decode()
    page = client.get("/questions/change/bilateral_sciatica")
    assert "So far: No" in text(page)
    wrong = client.post("/questions/change/bilateral_sciatica", {"answer-bilateral_sciatica": "perhaps"})
    assert wrong.status_code == 422 and kept_of(store, me).interview.answers()["bilateral_sciatica"].value == "no"
    assert client.post("/questions/change/bilateral_sciatica", {"answer-bilateral_sciatica": "unsure"}).status_code == 303
    one = kept_of(store, me).interview
    assert one.answers()["bilateral_sciatica"].value == "unsure" and len(one.seen) == 2
    for nothing in ("nothing", "buttock_left", "..", "age", "x" * 300):
        assert client.get(f"/questions/change/{nothing}").status_code == 404


def test_a_change_long_after_the_answer_is_an_interview_of_its_own(client, store, me):
    walked(client)
    soon = client.post("/questions/change/pain_severity", {"answer-pain_severity": "5"})
    assert soon["Location"] == "/answer" and len(store.interviews(me)) == 1
    one = kept_of(store, me)
    store.keep_interview(me, replace(one, begun_at=one.begun_at, updated_at=one.updated_at - timedelta(hours=3)))
    client.post("/questions/change/pain_severity", {"answer-pain_severity": "2"})
    first, second = store.interviews(me)
    assert [one.interview.answers()["pain_severity"].value for one in (first, second)] == [5.0, 2.0]
    assert first.finished and second.finished


def test_nothing_has_changed_looks_at_it_again_and_keeps_the_old_answer(client, store, me):
    walked(client)
    old = kept_of(store, me)
    assert client.post("/questions/again")["Location"] == "/answer"
    assert len(store.interviews(me)) == 2 and old in store.interviews(me)


def test_two_tabs_that_answer_at_once_answer_once(client, store, me):
    page = client.get("/questions")
    for place in ("low_back_left", "buttock_left"):
        client.post("/questions", {"screen": mark_of(page), "act": "go", f"answer-{place}": "yes"})
    assert set(kept_of(store, me).interview.answers()) == {"low_back_left"} and len(store.interviews(me)) == 1


def test_each_runner_has_an_interview_of_their_own(client, store, me):
    store.runner_or_new("you", "")
    remembered(client, runner="me")
    sent(client, client.get("/questions"), **{"answer-low_back_left": "yes"})
    remembered(client, runner="you")
    assert mark_of(client.get("/questions")) == "0 where"
    assert client.get("/questions/change/low_back_left").status_code == 404


@pytest.mark.parametrize("where", ["/questions/back", "/questions/again", "/questions/country"])
def test_what_changes_something_is_posted(client, where):
    assert client.get(where).status_code == 405


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, method):
    for where in ("/questions", "/questions/anew", "/questions/change", "/questions/change/age"):
        assert getattr(client, method)(where).status_code == 405


def test_a_form_without_its_token_is_refused(client, store, me):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    for where in ("/questions", "/questions/back", "/questions/again", "/questions/anew", "/questions/country"):
        assert strict.post(where, {"screen": "0 where", "act": "none"}).status_code == 403
    assert store.interviews(me) == ()


# -- drawings


def test_every_region_is_drawn_once_and_stands_in_the_list(client, knowledge):
    drawn = [region.id for view in body_map.body_map(knowledge.regions) for region in view.regions]
    assert sorted(drawn) == sorted(knowledge.regions)
    code = client.get("/questions").content.decode()
    for region in knowledge.regions.values():
        assert len(re.findall(rf'<input type="checkbox" name="answer-{region.id}" ', code)) == 1
        assert len(re.findall(rf'<path data-region="{region.id}" [^>]*role="checkbox"', code)) == 1


def test_left_is_the_runners_left(knowledge):
    for view in body_map.body_map(knowledge.regions):
        for region in view.regions:
            side = knowledge.regions[region.id].side
            across = [float(x) for x in re.findall(r"([\d.]+),", region.path)]
            middle = sum(across) / len(across)
            at_left = middle < body_map.WIDTH / 2 - 1
            at_right = middle > body_map.WIDTH / 2 + 1
            assert (at_left, at_right) == (side == view.at_left, side not in (view.at_left, "middle")), region.id
    assert [view.at_left for view in body_map.body_map(knowledge.regions)] == ["left", "right"]


def test_every_step_of_every_test_at_home_is_drawn(knowledge):
    tests = [finding for finding in knowledge.findings.values() if finding.at_home and finding.steps]
    assert len(tests) > 10
    for finding in tests:
        assert all(figures(finding.id, finding.steps)), f"{finding.id} has other steps than were drawn"
    assert figures("slr", ["one"]) == (None,) and figures("unknown", ["one", "two"]) == (None, None)


def test_a_self_test_shows_its_gate_its_steps_and_when_to_stop(client, store, me, knowledge, monkeypatch):
    tests = [finding for finding in knowledge.findings.values() if finding.at_home and finding.steps]
    for test in tests:
        item = verb.item_of(test.id, Interview(), Record("me"), knowledge, datetime.now(UTC))
        how = (test.gate, *test.steps, test.stop_rule)
        shown = Screen(f"test:{test.id}", Kind.SELF_TEST, test.name, (item,), how, test.timer_s)
        monkeypatch.setattr(verb, "screen", lambda *_, shown=shown: shown)
        questions._worked.clear()
        page = client.get("/questions")
        said, code = html.unescape(text(page)), html.unescape(page.content.decode())
        assert test.gate in said and test.stop_rule in said, test.id
        assert all(f'aria-label="{step}"' in code and step in said for step in test.steps), test.id
        assert code.count('class="figure"') == len(test.steps)
        assert (f'data-seconds="{test.timer_s}"' in code) == bool(test.timer_s)
    questions._worked.clear()
