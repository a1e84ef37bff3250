"""A runner's first evening in a real browser: from nothing to an answer, whatever they have, and however they use it."""

from datetime import UTC, datetime, timedelta

import pytest
from evening import SAID, Finger, Keys, answer, be, to_the_answer

from backstride.example.fit_writer import RunPlan, fit_bytes

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}

_TOO_SMALL = """() => [...document.querySelectorAll("main :is(button, .button, summary, select, .choice, input[type=text])")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 90))"""


def fits(page):
    """Nothing to scroll sideways, one headline, and what is to be pressed is large enough for a thumb."""
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width} px"
    assert page.locator("h1").count() == 1, page.url
    assert page.evaluate(_TOO_SMALL) == [], page.url


def first_told(page):
    """What an answer says: first what to do, then what fits."""
    page.locator("#fits").wait_for(timeout=60_000)  # with runs it is worked out beside the page, which loads again by itself
    told = page.inner_text("main")
    for words in ("Tonight", "Can I run?", "Until I'm seen", "What fits"):
        assert words.casefold() in told.casefold(), told
    assert page.locator("#fits li").count() in (1, 2, 3)
    return told


def test_from_nothing_to_an_answer_on_a_phone_without_any_data(tab, served):
    page = tab(**PHONE, color_scheme="dark", timezone_id="Asia/Tokyo")
    be(page, served.url, "none")
    assert page.locator("main .button.big").inner_text() == "Begin"
    page.click("main .button.big")
    assert to_the_answer(Finger(page), look=lambda: fits(page)) > 8
    fits(page)
    first_told(page)
    for address in ("/answer/working", "/answer/card", "/answer/earlier", "/"):
        page.goto(served.url + address)
        fits(page)
    assert page.inner_text("h1") == "Your answer"


def test_with_one_fit_file_at_a_desk(tab, served, tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(fit_bytes(RunPlan(datetime.now(UTC) - timedelta(days=1), 7000.0, 2500, every_s=5, seed=1)))
    page = tab(**DESK)
    be(page, served.url, "one file")
    page.goto(f"{served.url}/import")
    fits(page)
    page.set_input_files("#files", [file])
    page.click("#go")
    page.wait_for_url("**/imports/*", timeout=40_000)
    fits(page)
    page.goto(f"{served.url}/runs")
    assert "7.0 km" in page.inner_text("main").replace("\xa0", " ")
    page.locator(".rows a").click()
    fits(page)
    page.goto(f"{served.url}/questions")
    to_the_answer(Finger(page))
    fits(page)
    first_told(page)


def test_by_keyboard_alone(tab, served):
    page = tab(**DESK)
    be(page, served.url, "keys")
    hand = Keys(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past what stands on every page
    assert page.evaluate("document.activeElement.id") == "main"
    hand.press("main .button.big")
    page.wait_for_url("**/questions")
    to_the_answer(hand)
    first_told(page)
    hand.press("a[href='/answer/working']")
    page.wait_for_url("**/answer/working")


def test_without_javascript_on_a_phone(tab, served):
    page = tab(**PHONE, java_script_enabled=False)
    be(page, served.url, "plain")
    page.click("main .button.big")
    to_the_answer(Finger(page))
    first_told(page)
    page.goto(f"{served.url}/import")
    page.fill("#words", "5 km, 35 min, pain 4, yesterday")
    page.get_by_role("button", name="Add this run").click()
    assert "5" in page.inner_text("main")
    page.goto(f"{served.url}/runs")
    assert page.locator(".rows a").count() == 1


def test_an_emergency_comes_large_and_alone_and_can_be_taken_back(tab, served):
    page = tab(**PHONE)
    be(page, served.url, "numb")
    page.click("main .button.big")
    hand = Finger(page)
    answer(hand)
    answer(hand, SAID | {"answer-saddle_numbness": "yes"})
    while not page.locator(".emergency").count():  # a question that makes sure of it
        assert answer(hand, SAID | {"answer-rf_saddle": "yes"})
    fits(page)
    assert page.locator(".emergency a[href^='tel:']").first.bounding_box()["height"] >= 60
    assert page.locator("form.questions").count() == 0
    page.goto(f"{served.url}/")
    assert page.locator("main .alarm.loud").count() == 1 and "emergency" in page.inner_text("main .alarm.loud")
    page.goto(f"{served.url}/questions")
    page.get_by_role("button", name="I marked something by mistake").click()
    page.locator("form.questions").wait_for()


def test_the_back_button_and_a_second_tab_change_nothing_wrong(tab, served):
    page = tab(**DESK)
    be(page, served.url, "two tabs")
    page.click("main .button.big")
    hand = Finger(page)
    answer(hand)
    other = page.context.new_page()
    other.goto(f"{served.url}/questions")
    second = other.inner_text("h1")
    answer(Finger(other))
    third = other.inner_text("h1")
    page.go_back()
    page.locator("form.questions").wait_for()
    answer(hand)  # whatever the browser kept of the old page, the next one says where this runner is
    page.goto(f"{served.url}/questions")
    now = page.inner_text("h1")
    other.reload()
    assert other.inner_text("h1") == now and now not in (second, "Where does it hurt? Mark every place.")
    other.go_back()
    other.reload()
    assert other.inner_text("h1") == now and third != second


@pytest.mark.parametrize("name", ["strava_export_a.zip", "garmin_export_a.zip", "apple_health_a.zip"])
def test_with_a_real_archive(tab, served, shared_data, name):
    page = tab(**PHONE)
    be(page, served.url, name)
    page.goto(f"{served.url}/import")
    page.set_input_files("#files", [shared_data / "archives" / name])
    page.click("#go")
    page.wait_for_url("**/imports/*", timeout=60_000)
    fits(page)
    page.goto(f"{served.url}/runs")
    assert page.locator(".rows a").count() > 0
    fits(page)
    if name.startswith("strava"):
        page.goto(f"{served.url}/questions")
        to_the_answer(Finger(page))
        first_told(page)
        page.goto(f"{served.url}/why-now")
        fits(page)
