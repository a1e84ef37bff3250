"""A runner at the pages: reads what a screen of the interview asks, and answers with a finger or with keys alone."""

SAID = {
    "answer-age": "34", "answer-sex": "female", "answer-pain_severity": "4", "answer-lifting_onset": "yes", "answer-worse_bending": "yes",
    "answer-morning_stiffness_short": "yes", "answer-shoe_mileage_high": "yes",
}  # fmt: skip
SIDE_OF_HIP, PLAIN = "outer_hip_left", {"answer-age": "34", "answer-sex": "female", "answer-pain_severity": "4"}
"""Whose pain is there, and who marks nothing, is asked single questions, and to try something."""

_READ = """() => {
  const form = document.querySelector("form.questions");
  if (!form) return null;
  const fields = {};
  for (const one of form.querySelectorAll("fieldset:not(.signs) [name^=answer-]")) {
    const found = fields[one.name] ??= {type: one.type, values: []};
    found.values.push(one.value);
  }
  return {
    where: Boolean(document.getElementById("where-list")),
    once: Boolean(form.querySelector(".at-once")),
    fields,
    listed: [...form.querySelectorAll(".signs input[value=yes]")].map(one => one.name),
  };
}"""


class Finger:
    """Taps and types."""

    def __init__(self, page):
        self.page = page

    def press(self, selector):
        self.page.locator(selector).first.click()

    def write(self, selector, words):
        self.page.fill(selector, words)

    def mark_place(self, region):
        """On the drawing, or on the list where there is none or the middle of the place lies beyond the edge of the body."""
        shape = self.page.locator(f"path[data-region={region}]:visible")
        met = """one => { one.scrollIntoView({block: "center"}); const box = one.getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === one; }"""
        if shape.count() and shape.first.evaluate(met):
            shape.first.click()
        else:
            if not self.page.evaluate("document.getElementById('where-list').open"):
                self.press("#where-list summary")
            self.press(f"#where-list input[data-region={region}]")


class Keys:
    """Uses nothing but the keyboard, from the top of each page; what has the focus must be seen to have it."""

    MOST = 150

    def __init__(self, page):
        self.page = page

    def reach(self, selector):
        for _ in range(self.MOST):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                seen = """() => { const style = getComputedStyle(document.activeElement);
                return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || parseFloat(style.strokeWidth) >= 3; }"""
                assert self.page.evaluate(seen), f"no one sees that {selector} has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} of {self.page.url} is out of reach of the keyboard")

    def press(self, selector):
        type_, name, value = self.page.locator(selector).first.evaluate("one => [one.type || '', one.name || '', one.value || '']")
        if type_ != "radio":
            self.reach(selector)
            self.page.keyboard.press("Space" if type_ == "checkbox" else "Enter")
            return
        self.reach(f"[name='{name}']")
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} cannot be chosen")

    def write(self, selector, words):
        self.reach(selector)
        self.page.keyboard.type(words)

    def mark_place(self, region):
        """Over the drawing: down from the head, then to the side."""
        self.reach("path[data-region]")
        wanted = self.page.locator(f"path[data-region={region}]:visible").first.bounding_box()
        for _ in range(40):
            now = self.page.evaluate("""() => { const one = document.activeElement, box = one.getBoundingClientRect();
                return [one.dataset.region, box.x + box.width / 2, box.y + box.height / 2]; }""")
            if now[0] == region:
                self.page.keyboard.press("Space")
                return
            across, down = wanted["x"] + wanted["width"] / 2 - now[1], wanted["y"] + wanted["height"] / 2 - now[2]
            along = ("ArrowRight" if across > 0 else "ArrowLeft") if abs(across) > abs(down) else ("ArrowDown" if down > 0 else "ArrowUp")
            self.page.keyboard.press(along)
        raise AssertionError(f"the arrow keys do not lead to {region}")


def answer(hand, said=SAID, place="low_back_left"):
    """Answer the screen that is shown, and wait for what comes next; whether there was one."""
    page = hand.page
    asked = page.evaluate(_READ)
    if asked is None:
        return False
    if asked["where"]:
        hand.mark_place(place)
        last = "button[name=act][value=go]"
    elif asked["once"]:
        ((name, field),) = asked["fields"].items()
        last = f"button[name='{name}'][value='{chosen(name, field, said)}']"
    else:
        for name, field in asked["fields"].items():
            if name.endswith("-unsure"):
                continue
            value = chosen(name, field, said)
            if field["type"] == "text":
                hand.write(f"input[name='{name}']", value)
            else:
                hand.press(f"input[name='{name}'][value='{value}']")
        marked = [name for name in asked["listed"] if said.get(name) == "yes"]
        for name in marked:
            hand.press(f".signs input[name='{name}'][value=yes]")
        last = f"button[name=act][value={'none' if asked['listed'] and not marked else 'go'}]"
    with page.expect_navigation(wait_until="domcontentloaded"):
        hand.press(last)
    return True


def chosen(name, field, said):
    """What a runner with a plain sore back says."""
    if field["type"] == "text":
        return said.get(name, "5")
    known = [value for value in field["values"] if value == said.get(name)]
    return next(iter(known or [value for value in field["values"] if value == "no"]), field["values"][0])


def to_the_answer(hand, said=SAID, look=lambda: None, most=60):
    """Answer all that is asked; gives how many screens it were."""
    for number in range(most):
        look()
        if not answer(hand, said):
            assert hand.page.url.endswith("/answer"), hand.page.url
            return number
    raise AssertionError("it never ends")


def be(page, url, name):
    """Be a member of the household with nothing so far."""
    page.goto(f"{url}/household")
    page.fill("#new", name)
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.click("main button[type=submit]")
