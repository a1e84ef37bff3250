"""Takes docs/tour/*.png, a picture of every page on a phone, and writes docs/tour.md around them. Run by `make tour`."""

import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
FOLDER = HERE / "tour"
sys.path[:0] = [str(HERE.parent / "tests" / "web"), str(HERE.parent / "tests")]
WIDTH, HEIGHT, LONGEST = 360, 740, 1500
LIMIT_BYTES = 1_500_000

PARTS = {
    "The first evening": {
        "empty": "Nothing is here yet: one thing to press.",
        "where": "Where it hurts: tap, draw, or take the list below; front and back, by finger, pen or arrow keys.",
        "signs": "Warning signs, a screen each kind. A list in which nothing is marked has to be said so.",
        "numbers": "Age, how bad, how it began.",
        "question": "Then one question a screen, the one that tells most.",
        "self-test": "A test to try at home, with who must not try it first, and where to stop.",
        "emergency": "An emergency comes large and alone, with the number to call. What was marked by mistake can be taken back.",
    },
    "The answer": {
        "start": "What was begun comes first.",
        "answer": "First what to do, then what fits, with one reason for and one against.",
        "working": "Every number, and where it comes from.",
        "card": "What to watch for, on one sheet of paper.",
        "earlier": "Answers of earlier, as they were told.",
        "again": "Who comes back is asked what has changed.",
        "change": "Any answer can be changed.",
        "change-one": "One of them.",
        "anew": "Or all asked anew.",
    },
    "Why now, what goes with it, what to try": {
        "why-now": "What was unusual before it hurt, against the runner's own normal. The day can be another.",
        "why-now-charts": "The same in pictures, each with its words and its numbers.",
        "patterns": "What goes with the pain on the mornings after.",
        "patterns-charts": "The same in a picture.",
        "try": "One change at a time.",
    },
    "Runs, shoes and the diary": {
        "import": "Files are dropped or chosen; a run can be typed.",
        "import-stopped": "An import that was stopped goes on where it was.",
        "imports": "Every import.",
        "import-one": "What became of every file.",
        "import-undo": "Taking one back is asked about first.",
        "how-to": "How to get an archive.",
        "how-to-one": "Step by step, for each service.",
        "runs": "All runs, fifty a page.",
        "run": "One run; behind each value the file that says so.",
        "search": "Search by day, distance and time. What can't be read is told beside it.",
        "shoes": "Pairs and what was run in them.",
        "diary": "The diary, for one thumb.",
        "spells": "Spells of pain.",
        "offers": "Notes that came with runs can be taken over.",
    },
    "The house": {
        "household": "A household shares the machine, each with a record of their own.",
        "settings": "Colours, units, language, time zone.",
        "data": "All of it can be taken along, backed up, put back, deleted.",
        "sign-in": "A phone at home signs in with a code (`backstride serve --lan`).",
        "nothing": "What is not there.",
    },
}
DARK = {"question", "card", "patterns", "diary", "household"}


def main() -> None:
    """Serve a home that was lived in, and look at every page of it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ |= {"BACKSTRIDE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "backstride.web.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        os.environ.pop("BACKSTRIDE_DATABASE", None)
        import django

        django.setup()
        from serving import Served

        server = Served(home)
        try:
            taken = _take(server)
        finally:
            server.stop()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, picture in taken.items():
        (FOLDER / f"{name}.png").write_bytes(picture)
    size = sum(len(picture) for picture in taken.values())
    if size > LIMIT_BYTES:
        sys.exit(f"The pictures take {size:,} bytes; {LIMIT_BYTES:,} is the limit.")
    (HERE / "tour.md").write_text(_page(), encoding="utf-8")
    print(f"{len(taken)} pictures, {size:,} bytes")


def _take(server) -> dict[str, bytes]:
    from conftest import CHROMIUM
    from evening import _READ, PLAIN, SAID, SIDE_OF_HIP, Finger, answer, be
    from lived_in import live_in
    from playwright.sync_api import sync_playwright

    taken = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", locale="en-GB")

        def take(name: str) -> None:
            page.emulate_media(color_scheme="dark" if name in DARK else "light")
            tall = min(LONGEST, page.evaluate("document.documentElement.scrollHeight"))
            # What stays at the edge of the window would else stand in the middle of the picture.
            page.set_viewport_size({"width": WIDTH, "height": tall})
            taken[name] = small(page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": tall}))
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

        page.goto(server.url)
        take("empty")
        be(page, server.url, "first evening")
        page.goto(f"{server.url}/questions")
        hand = Finger(page)
        for _ in range(60):
            asked = page.evaluate(_READ)
            if asked is None:
                break
            steps = page.locator(".steps").count() > 0
            if asked["where"]:
                hand.mark_place("low_back_left")
                page.evaluate("scrollTo(0, 0)")
                kind = "where"
            else:
                kind = "self-test" if steps else "question" if asked["once"] else "numbers" if asked["fields"] else "signs"
            if kind not in taken:
                take(kind)
            if asked["where"]:
                hand.mark_place("low_back_left")  # and off again
            answer(hand, PLAIN, SIDE_OF_HIP)
        be(page, server.url, "emergency")
        page.goto(f"{server.url}/questions")
        answer(hand)
        answer(hand, SAID | {"answer-saddle_numbness": "yes"})
        while not page.locator(".emergency").count():
            answer(hand, SAID | {"answer-rf_saddle": "yes"})
        take("emergency")
        pages = live_in(server)
        page.context.clear_cookies()
        be(page, server.url, "me")
        for name, address in pages.items():
            page.goto(server.url + address)
            page.locator("h1:not(:text-is('One moment'))").wait_for(timeout=60_000)
            if page.locator("#pictures").count():
                page.locator(".chart .live svg").first.wait_for(timeout=60_000)
                page.locator(".chart picture").first.wait_for(state="detached", timeout=60_000)
            if name == "data":
                page.evaluate("document.querySelector('main code').textContent = '~/.local/share/backstride'")
            take(name)
        browser.close()
    wanted = [name for part in PARTS.values() for name in part]
    assert sorted(wanted) == sorted(taken), set(wanted) ^ set(taken)
    return taken


def small(png: bytes) -> bytes:
    """The picture in 64 colours."""
    shrunk = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(shrunk, "PNG", optimize=True)
    return shrunk.getvalue()


def _page() -> str:
    told = [
        "# A tour of the pages",
        "",
        f"Every page of `backstride serve` as it looks on a phone ({WIDTH} px wide; long pages are cut), some in dark colours.",
        "The runner and all that is told of them are made up. Written by `make tour`.",
    ]
    for part, pages in PARTS.items():
        told += ["", f"## {part}"]
        for name, words in pages.items():
            told += ["", words, "", f"![{words.split(':')[0].rstrip('.')}](tour/{name}.png)"]
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    main()
