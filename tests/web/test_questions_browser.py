"""The interview in a real browser: the body map by tap, pen and keyboard, in step with its list, and without JavaScript."""

import pytest


@pytest.fixture
def where(served, tab):
    """Opens the first screen in a profile of its own, which nothing was answered in."""

    def opened(**how):
        page = tab(**how)
        page.goto(f"{served.url}/questions/anew")
        if "/anew" in page.url:
            page.get_by_role("button", name="Start anew").click()
        assert page.url == f"{served.url}/questions"
        return page

    return opened


def drawn(page, *points):
    """Draw a line on the body from behind, through points of the drawing."""
    page.locator(".view.back svg").evaluate("one => one.scrollIntoView()")
    box = page.locator(".view.back svg").bounding_box()
    scale = box["width"] / 140
    on_page = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in points]
    page.mouse.move(*on_page[0])
    page.mouse.down()
    for x, y in on_page[1:]:
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def marked(page):
    """What would be sent."""
    return page.evaluate("[...document.querySelectorAll('#where-list input:checked')].map(one => one.dataset.region)")


def test_a_tap_and_the_list_are_in_step(where):
    page = where(viewport={"width": 360, "height": 740}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("path[data-region=buttock_left]").tap()
    assert marked(page) == ["buttock_left"] and page.inner_text("#map-told") == "Marked: Left buttock."
    page.get_by_text("All places as a list").tap()
    page.get_by_label("Left sit bone").locator("visible=true").last.check()
    assert page.get_attribute("path[data-region=sit_bone_left]", "aria-checked") == "true"
    page.get_by_role("button", name="From the front").tap()
    page.locator("path[data-region=groin_right]").tap()
    assert page.inner_text("#map-told") == "Marked: Left buttock; Left sit bone; Right groin and front of the hip."
    page.get_by_role("button", name="Wipe all marks").tap()
    assert marked(page) == [] and page.locator("path[aria-checked=true]").count() == 0


def test_what_is_drawn_is_told_in_words_before_it_counts(where):
    page = where(viewport={"width": 1280, "height": 1000})
    page.get_by_label("Draw where", exact=True).check()
    drawn(page, (40, 95), (57, 95), (57, 132), (40, 132), (40, 95))
    assert page.inner_text("#map-drew p") == "You drew: Left low back. Right?"
    assert marked(page) == []
    page.get_by_role("button", name="Go on").click()
    assert page.evaluate("document.activeElement.textContent") == "Yes, mark these", "going on leads to the open question"
    page.keyboard.press("Enter")
    assert marked(page) == ["low_back_left"]
    page.get_by_label("Draw where it spreads").check()
    drawn(page, (45, 170), (44, 240), (46, 300))
    told = page.inner_text("#map-drew p")
    assert told.startswith("You drew: Left buttock,") and "Left back of the lower thigh" in told and "Right?" in told
    page.get_by_role("button", name="No, wipe it").click()
    assert marked(page) == ["low_back_left"] and page.locator("polyline").count() == 1
    drawn(page, (4, 6), (16, 8))
    assert "That met no place on the body" in page.inner_text("#map-drew p")


def test_by_keyboard_alone(where):
    page = where(viewport={"width": 1280, "height": 1000})
    page.locator("input[name=map-mode]").first.focus()
    page.keyboard.press("Tab")
    start = page.evaluate("document.activeElement.dataset.region")
    assert start == "mid_back_left" and page.evaluate("document.activeElement.getAttribute('role')") == "checkbox"
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    here = page.evaluate("document.activeElement.dataset.region")
    page.keyboard.press("Space")
    assert marked(page) == [here] and here.startswith("low_back")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('svg').getAttribute('aria-label')") == "Your body from the front"


def test_every_region_is_reached_by_arrow_keys(where):
    page = where(viewport={"width": 1280, "height": 1000})
    for view in ("back", "front"):
        reached = page.evaluate(
            """view => {
              const all = [...document.querySelectorAll(`.view.${view} path[data-region]`)];
              const found = new Set([all[0]]), todo = [all[0]];
              while (todo.length) {
                const from = todo.pop();
                for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
                  from.focus();
                  from.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                  const to = document.activeElement;
                  if (!found.has(to)) { found.add(to); todo.push(to); }
                }
              }
              return all.filter(one => !found.has(one)).map(one => one.dataset.region);
            }""",
            view,
        )
        assert reached == [], f"no arrow key leads to {reached}"


def test_without_javascript_the_list_is_the_page(where, served):
    page = where(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    assert not page.locator("#body-map").is_visible()
    page.get_by_label("Left low back").locator("visible=true").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Numb or tingling between your legs").check()
    page.get_by_role("button", name="Go on").click()
    assert "What to do now" in page.inner_text("main")
    page.get_by_role("button", name="Back").click()
    assert page.inner_text("h1") == "Are any of these new since the pain began?"
    page.go_back()
    page.reload()
    assert page.inner_text("h1") == "Are any of these new since the pain began?"
