"""Walk through the pages with the Tab key and write down what a screen reader is told: python docs/screen_reader.py."""

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "web"))

from evening import Finger, answer, to_the_answer  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from serving import Served  # noqa: E402

PAGE = ROOT / "docs" / "screen-reader.md"
HEAD = """# What a screen reader is told

Written by `python docs/screen_reader.py`: the pages of a first evening in a real Chromium, walked through with the Tab key alone, from
the top. Each line is what the browser's accessibility tree gives of what has the focus: role, name, state. Radio buttons of one question
are one stop, and the arrow keys go on from there. No person who needs a screen reader has walked here yet.
"""
MOST = 60
STATES = ("checked", "expanded", "required", "invalid", "disabled", "pressed")


def focused(session):
    """Role, name and state of what has the focus."""
    found = session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    node = session.send("Accessibility.getPartialAXTree", {"objectId": found, "fetchRelatives": False})["nodes"][0]
    state = [
        one["name"] if one["value"]["value"] in (True, "true") else f"not {one['name']}"
        for one in node.get("properties", [])
        if one["name"] in STATES and (one["name"] in ("checked", "expanded") or one["value"]["value"] in (True, "true"))
    ]
    return node["role"]["value"], node.get("name", {}).get("value", ""), ", ".join(state)


def walk(page):
    """The stops of the Tab key, until it leaves the page or comes round."""
    session = page.context.new_cdp_session(page)
    page.evaluate("document.activeElement.blur()")
    lines = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        role, name, state = focused(session)
        lines.append(f"{len(lines) + 1}. {role}: {' '.join(name.split()) or '(no name)'}{f' ({state})' if state else ''}")
    headings = page.evaluate(
        "[...document.querySelectorAll('h1, h2')].map(one => one.tagName.toLowerCase() + ' ' + one.textContent.trim())"
    )
    return [f"Title: {page.title()}", "", f"Headings: {'; '.join(' '.join(one.split()) for one in headings)}", "", *lines, ""]


def main():
    """Write the page."""
    home = Path(tempfile.mkdtemp(prefix="backstride-reader-"))
    served = Served(home / "home")
    parts = [HEAD]
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
            hand = Finger(page)
            page.goto(served.url)
            parts += ["## Start", "", *walk(page)]
            page.goto(f"{served.url}/questions")
            for number in range(1, 7):
                title = page.locator("h1").first.text_content()
                parts += [f"## Screen {number} of the questions: {' '.join((title or '').split())}", "", *walk(page)]
                page.goto(f"{served.url}/questions")
                if not answer(hand):
                    break
            to_the_answer(hand)
            parts += ["## The answer", "", *walk(page)]
            for name, address in (("Diary", "/diary"), ("Bring runs in", "/import"), ("Why now", "/why-now"), ("Settings", "/settings")):
                page.goto(served.url + address)
                parts += [f"## {name}", "", *walk(page)]
            browser.close()
    finally:
        served.stop()
        shutil.rmtree(home)
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    nameless = sum("(no name)" in line for line in parts)
    print(f"Written: {PAGE.relative_to(ROOT)}; {nameless} stops without a name.")


if __name__ == "__main__":
    main()
