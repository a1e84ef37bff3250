"""What a screen reader and weak eyes meet: axe-core finds nothing on any page, in both colours and both languages.

English at a desk and German on a phone; all rules once in each colour, contrast in all four.
"""

from pathlib import Path

import pytest
from evening import _READ, SAID, Finger, answer, be
from lived_in import live_in

AXE = Path(__file__).parent / "axe.min.js"
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "de-DE"}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
_FIND = """only => axe.run(document, {resultTypes: ["violations"], ...(only ? {runOnly: only} : {})}).then(
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


@pytest.fixture
def eyes(tab):
    """Pages with axe in them: of a desk, and of a phone."""
    opened = []
    for how in (DESK, PHONE):
        page = tab(**how, reduced_motion="reduce")
        page.context.add_init_script(path=AXE)
        opened.append(page)
    return opened


def look(page):
    """What is wrong with the page that is shown."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    phone = page.viewport_size["width"] == PHONE["viewport"]["width"]
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wrong = page.evaluate(_FIND, None if phone == (scheme == "dark") else CONTRAST)
        found += [(page.url, scheme, "phone" if phone else "desk", *one) for one in wrong]
    return found


def shown(page, address):
    """A page, when it has been worked out and its pictures are alive."""
    page.goto(address)
    page.locator("h1:not(:text-is('One moment'))").wait_for(timeout=60_000)
    if page.locator("#pictures").count():
        page.locator(".chart .live svg").first.wait_for(timeout=60_000)
        page.locator(".chart picture").first.wait_for(state="detached", timeout=60_000)


def test_every_page_was_thought_of(pages):
    assert sorted(name for some in PAGES.values() for name in some) == sorted(pages)


@pytest.mark.parametrize("some", PAGES)
def test_nothing_is_wrong_with(eyes, served, pages, some):
    found = []
    for page in eyes:
        for name in PAGES[some]:
            shown(page, served.url + pages[name])
            found += look(page)
    assert not found, "\n".join(map(str, found))


def test_nothing_is_wrong_with_the_questions(eyes, served):
    """Each kind of screen once; what is refused, and an emergency too."""
    found = []
    for page in eyes:
        be(page, served.url, f"asked {page.viewport_size['width']}")
        page.goto(f"{served.url}/questions")
        known = set()
        hand = Finger(page)
        for _ in range(40):
            asked = page.evaluate(_READ)
            if asked is None:
                break
            kind = (asked["where"], asked["once"], bool(asked["listed"]), len(asked["fields"]) > 1, page.locator(".steps").count() > 0)
            if kind not in known:
                known.add(kind)
                found += look(page)
                if not asked["once"]:
                    refuse(page)
                    found += look(page)
            answer(hand)
        assert len(known) >= 4
        page.goto(f"{served.url}/questions/anew")
        page.locator("main form button").first.click()
        answer(hand)
        answer(hand, SAID | {"answer-saddle_numbness": "yes"})
        found += look(page)
        assert answer(hand, SAID | {"answer-rf_saddle": "yes"})
        page.locator(".emergency").wait_for()
        found += look(page)
        page.goto(f"{served.url}/answer")
        found += look(page)
    assert not found, "\n".join(map(str, found))


def refuse(page):
    """Send a form as it came, with nothing in it."""
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.click("button[name=act][value=go]")
    page.wait_for_load_state()
