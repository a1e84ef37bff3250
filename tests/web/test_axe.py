"""What a screen reader and weak eyes meet: axe-core finds nothing on any page, in both colours and both languages.

English in light colours at a desk and German in dark ones on a phone; colours the other way round take as long again and are slow tests.
"""

from pathlib import Path

import pytest
from evening import _READ, PLAIN, SAID, SIDE_OF_HIP, Finger, answer, be
from lived_in import live_in

AXE = Path(__file__).parent / "axe.min.js"
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "de-DE"}
_FIND = """() => axe.run(document, {resultTypes: ["violations"]}).then(
  told => told.violations.map(one => [one.id, one.help, ...one.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]))"""
PAGES = {
    "the answer": ("start", "answer", "working", "card", "earlier", "again", "change", "change-one", "anew"),
    "looking back": ("why-now", "why-now-charts", "patterns", "patterns-charts", "try"),
    "the record": ("runs", "run", "search", "shoes", "diary", "spells", "offers"),
    "bringing in": ("import", "import-stopped", "imports", "import-one", "import-undo", "how-to", "how-to-one"),
    "the house": ("household", "settings", "data", "sign-in", "nothing"),
}


@pytest.fixture(scope="module")
def pages(served):
    """Of a home with something of everything."""
    return live_in(served)


@pytest.fixture(params=[("light", "dark"), pytest.param(("dark", "light"), marks=pytest.mark.slow)], ids="-".join)
def eyes(tab, request):
    """Pages with axe in them: of a desk, and of a phone."""
    opened = []
    for how, scheme in zip((DESK, PHONE), request.param, strict=True):
        page = tab(**how, color_scheme=scheme, reduced_motion="reduce")
        page.context.add_init_script(path=AXE)
        opened.append(page)
    return opened


def look(page):
    """What is wrong with the page that is shown."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return [(page.url, page.viewport_size["width"], *one) for one in page.evaluate(_FIND)]


def shown(page, address):
    """A page, when it has been worked out and its pictures are alive."""
    page.goto(address)
    page.locator("h1:not(:text-is('One moment'))").wait_for(timeout=60_000)
    if page.locator("#pictures").count():
        page.locator(".chart .live svg").first.wait_for(timeout=60_000)
        page.locator(".chart picture").first.wait_for(state="detached", timeout=60_000)


def test_every_page_was_thought_of(pages):
    assert sorted(name for some in PAGES.values() for name in some) == sorted(pages)


LONG = ("looking back", "the answer")
"""These take half a minute: charts are drawn alive."""


@pytest.mark.parametrize("some", [pytest.param(one, marks=pytest.mark.slow) if one in LONG else one for one in PAGES])
def test_nothing_is_wrong_with(eyes, served, pages, some):
    found = []
    for page in eyes:
        for name in PAGES[some]:
            shown(page, served.url + pages[name])
            found += look(page)
    assert not found, "\n".join(map(str, found))


@pytest.mark.slow
def test_nothing_is_wrong_with_the_questions(eyes, served):
    """Each kind of screen once; what is refused, and an emergency too."""
    found = []
    desk, _ = eyes
    known = set()
    for page in eyes:
        be(page, served.url, f"asked {page.viewport_size['width']}")
        page.goto(f"{served.url}/questions")
        hand = Finger(page)
        for _ in range(40):
            asked = page.evaluate(_READ)
            if asked is None:
                break
            kind = (asked["where"], asked["once"], bool(asked["listed"]), len(asked["fields"]) > 1, page.locator(".steps").count() > 0)
            if (page, kind) not in known:
                known.add((page, kind))
                found += look(page)
                if asked["listed"] and asked["fields"]:
                    refuse(page)
                    found += look(page)
            # At the desk all that can be asked; on the phone what comes soon to an end.
            answer(hand, *((PLAIN, SIDE_OF_HIP) if page is desk else ()))
        page.goto(f"{served.url}/questions/anew")
        with page.expect_navigation(wait_until="domcontentloaded"):
            page.locator("main form button").first.click()
        answer(hand)
        answer(hand, SAID | {"answer-saddle_numbness": "yes"})
        found += look(page)
        assert answer(hand, SAID | {"answer-rf_saddle": "yes"})
        page.locator(".emergency").wait_for()
        found += look(page)
        page.goto(f"{served.url}/answer")
        found += look(page)
    kinds = {kind for _, kind in known}
    assert len(kinds) >= 5 and any(steps for *_, steps in kinds)
    assert not found, "\n".join(map(str, found))


def refuse(page):
    """Send a form as it came, with nothing in it."""
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.click("button[name=act][value=go]")
    page.wait_for_load_state()
