"""Pictures in a real browser: under the strict policy they answer to a pointer, without scripts they are still pictures."""

from datetime import UTC, datetime

import pytest
from kept import a_run, keep

from backstride.model.run import Shoe
from backstride.store.store import open_store


@pytest.fixture(scope="module")
def address(served):
    """The page, on a year of runs that came into the store of the served home while it is served."""
    store = open_store(served.home, f"sqlite:///{served.home}/backstride.sqlite3")
    me = store.runner_or_new("me", "UTC")
    runs = [a_run(back, 8.0 + back % 3, 3000.0, last=datetime(2026, 3, 29, 6, tzinfo=UTC), shoe="one") for back in range(0, 360, 2)]
    keep(store, me, *runs, shoes=(Shoe("one"),))
    return f"{served.url}/why-now?onset=2026-03-30"


def test_pictures_come_alive_under_the_strict_policy(address, tab):
    page = tab(viewport={"width": 360, "height": 800})
    page.goto(address)
    page.get_by_role("heading", name="In pictures").wait_for()
    page.locator(".chart .live svg").nth(2).wait_for(timeout=40_000)
    page.locator(".chart picture").nth(0).wait_for(state="detached")
    assert page.locator(".chart .live[role=img]").count() == page.locator("figure.picture").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    # A finger on a bar tells its numbers, in a box that our own style sheet shows and hides.
    bars = page.locator(".chart .live").first.locator("svg path[fill='#6b90b0']")
    bars.nth(bars.count() - 2).hover(force=True)
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert "km" in page.locator("#vg-tooltip-element").inner_text()


def test_without_scripts_a_link_leads_to_still_pictures(address, tab):
    page = tab(java_script_enabled=False)
    page.goto(address)
    # While it is looked for, the page loads itself again.
    page.get_by_role("link", name="See the pictures").click(timeout=30_000)
    page.locator("figure.picture img").nth(2).wait_for(timeout=30_000)
    page.locator("summary").first.click()
    assert page.locator("table caption").first.is_visible()
    page.get_by_role("link", name="Back to the words").click()
    page.get_by_role("heading", name="Why now?", level=1).wait_for()
