"""The diary in a real browser: with one thumb, by keyboard alone, without JavaScript, and with two tabs."""

import pytest


def plain_page(page, **how):
    """A page of its own browser profile."""
    return page.context.browser.new_context(**how).new_page()


def score(page, name, number):
    """The big button of a score."""
    return page.locator(f"label:has(input[name={name}][value='{number}'])")


def test_ten_seconds_with_one_thumb_and_without_javascript(served, page):
    tab = plain_page(page, viewport={"width": 360, "height": 740}, java_script_enabled=False, has_touch=True)
    try:
        tab.goto(f"{served.url}/diary")
        for name, number in (("pain_morning", 3), ("pain_during", 2), ("pain_after", 4)):
            button = score(tab, name, number)
            box = button.bounding_box()
            assert box["width"] >= 44 and box["height"] >= 44
            button.tap()
        tab.get_by_role("button", name="Keep").first.tap()
        assert "pain on waking 3 of 10; pain on the run 2 of 10; pain after the run 4 of 10" in tab.inner_text("main .told")
        assert tab.evaluate("document.documentElement.scrollWidth") == 360
        tab.get_by_role("button", name="Take it back").tap()
        tab.wait_for_selector(".told", state="detached")
        assert tab.locator("input:checked").count() == 0
    finally:
        tab.context.close()


def test_by_keyboard_alone(served, page):
    page.goto(f"{served.url}/diary")
    page.locator("input[name=pain_morning]").first.focus()
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == "5"
    page.keyboard.press("Enter")
    page.wait_for_selector(".told")
    assert "pain on waking 5 of 10" in page.inner_text(".told")
    # What has the focus is never hidden by the button that stays at the edge.
    page.goto(f"{served.url}/diary")
    page.locator("form.diary summary").first.focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => { const it = document.activeElement, keep = document.querySelector(".keep");
            if (!it.closest("form.diary") || keep.contains(it)) return false;
            const a = it.getBoundingClientRect(), b = keep.getBoundingClientRect();
            return a.top >= b.top && a.bottom <= b.bottom; }"""
        )
        assert not hidden
    page.get_by_role("button", name="Take it back").click()


def kept(tab, words):
    """Keep the form, and wait for the page that says so."""
    tab.get_by_role("button", name="Keep").first.click()
    tab.wait_for_selector(f".told:has-text('{words}')")


def test_the_back_button_and_a_second_tab_tell_nothing_old_again(served, page):
    tab = plain_page(page)
    try:
        tab.goto(f"{served.url}/diary")
        score(tab, "pain_morning", 2).click()
        kept(tab, "2 of 10")
        other = tab.context.new_page()
        other.goto(f"{served.url}/diary")
        score(tab, "pain_morning", 6).click()
        kept(tab, "6 of 10")
        score(other, "pain_after", 1).click()
        kept(other, "1 of 10")
        assert other.is_checked("input[name=pain_morning][value='6']") and other.is_checked("input[name=pain_after][value='1']")
        tab.go_back()
        tab.reload()
        assert tab.is_checked("input[name=pain_morning][value='6']")
        for _ in range(3):
            tab.goto(f"{served.url}/diary")
            tab.get_by_role("button", name="Take it back").click()
        tab.wait_for_selector(".told", state="detached")
    finally:
        tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(served, page, scheme):
    tab = plain_page(page, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    try:
        for address in ("/diary", "/diary/spells", "/diary/offers", "/runs", "/runs?least=x", "/shoes"):
            tab.goto(served.url + address)
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert tab.evaluate("document.documentElement.scrollWidth") == 360, address
            assert tab.locator("h1").count() == 1
    finally:
        tab.context.close()
