"""Why now and patterns in the browser: the words of the reports, the pictures and their numbers."""

import gzip
import html
import json
import random
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from answers_played import SADDLE, STRAIN, play
from kept import a_run, keep, remembered
from kept import text as as_written

from backstride.model.diary import DiaryEntry
from backstride.model.interview import Interview, KeptInterview
from backstride.model.run import Shoe
from backstride.own_data import spells
from backstride.reports.why_now import why_now_sections
from backstride.why_now import why_now
from backstride.why_now_words import change_words

ONSET = date(2026, 3, 30)
DAY = f"?onset={ONSET}"


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


@pytest.fixture(autouse=True)
def quick_scripts(monkeypatch):
    """Vega takes seconds to be put together; the browser's own test has the real one."""
    for module in ("pictures", "pages.charts"):
        monkeypatch.setattr(f"backstride.web.{module}.javascript", lambda: "window.vegaEmbed=1")


@pytest.fixture
def year(store, me):
    """Three runs a week for a year; in the last week one that is twice as long, in new shoes of a strange name."""
    dice = random.Random(5)
    runs = []
    for week in range(52):
        for place, back in enumerate((6, 4, 1)):
            km = 16.0 if week == 0 and place == 2 else 8 + dice.random() + 2 * (place == 2)
            runs.append(a_run(7 * week + back, km, km * 360, shoe="<b>two\u202e</b>" if week < 2 else "one"))
    keep(store, me, *runs, shoes=(Shoe("one"), Shoe("<b>two\u202e</b>")))


def tell(store, me, days, first=ONSET, **fields):
    for back in range(days):
        told = {name: value(back) if callable(value) else value for name, value in fields.items()}
        store.tell_diary(me, DiaryEntry(datetime(2026, 4, 9, tzinfo=UTC) + timedelta(minutes=back), first + timedelta(days=back), told))


def text(page):
    """What a page says, read as a browser does."""
    return html.unescape(as_written(page))


def ready(client, address):
    """A page once it is found out what it shows."""
    for _ in range(200):
        page = client.get(address)
        if page.status_code != 202:
            return page
        assert page["Refresh"] == "1" and "loads again by itself" in text(page)
        time.sleep(0.05)
    raise AssertionError("it is still being looked for")


def test_without_anything_the_day_is_asked_for(client):
    page = text(ready(client, "/why-now"))
    assert "On which day did the pain begin?" in page and "it knows when a pain begins" in page and "In pictures" not in page
    page = ready(client, f"/why-now{DAY}")
    assert "There are no runs yet." in text(page) and 'href="/import"' in page.content.decode()
    page = ready(client, "/patterns")
    assert "It can't be said yet" in text(page) and 'href="/diary"' in page.content.decode()


def test_a_long_run_stands_out_in_the_words_of_the_terminal(client, store, year):
    from backstride.web import here

    page = text(ready(client, f"/why-now{DAY}"))
    assert "One thing was unusual for you." in page and "The longest run of that week was 16.0 km." in page
    record = here.Here(store, "me", here.knowledge(), datetime(2026, 4, 9, tzinfo=UTC)).record()
    found = why_now(record, here.knowledge(), ONSET, spells(record.diary, here.knowledge(), ONSET))
    for working in (False, True):
        page = text(ready(client, f"/why-now{DAY}{'&working=1' if working else ''}"))
        for section in why_now_sections(found, change_words(found, here.knowledge()), working=working):
            for line in section.lines:
                words = " ".join(line.text.split())
                assert (words in page) == (line.mark != "command"), words
    assert "--working" not in page


def test_words_of_files_are_neither_markup_nor_hidden(client, year):
    for address in (f"/why-now{DAY}", f"/why-now/charts{DAY}"):
        page = ready(client, address).content.decode()
        assert "&lt;b&gt;two" in page and "<b>two" not in page and "\u202e" not in page


def test_the_diarys_last_spell_is_looked_back_from_and_others_can_be_chosen(client, store, me, year):
    tell(store, me, 3, date(2025, 12, 1), pain_morning=5.0)
    tell(store, me, 40, date(2025, 12, 4), pain_morning=0.0)
    tell(store, me, 3, pain_morning=5.0)
    page = ready(client, "/why-now").content.decode()
    assert "What changed before 30 March 2026" in page and 'value="2026-03-30"' in page
    assert 'href="/why-now?onset=2026-03-30" aria-current="true"' in page and 'href="/why-now?onset=2025-12-01">' in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("tomorrow", "Write the day as"), ("2190-01-01", "still to come"), ("2026-02-30", "Write the day as"),
        ("\u202e2026", "Write the day as"), ("9999-12-31", "still to come"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_told_beside_its_field(client, typed, says):
    for _ in range(100):
        page = client.get("/why-now", {"onset": typed})
        if page.status_code != 202:
            break
        time.sleep(0.05)
    assert page.status_code == 400 and says in text(page) and 'aria-invalid="true"' in page.content.decode()
    assert client.get("/why-now/charts", {"onset": typed}).status_code == 404


def test_a_day_long_before_everything_is_answered(client, year):
    page = ready(client, "/why-now?onset=0001-01-01")
    assert page.status_code == 200 and "It can't be said" in text(page)
    assert "nothing to draw" in text(ready(client, "/why-now/charts?onset=0001-01-01"))
    assert client.get("/why-now/charts/0-640.svg?onset=0001-01-01").status_code == 404


def test_pictures_have_words_and_their_numbers_in_tables(client, year):
    page = ready(client, f"/why-now/charts{DAY}")
    source, said = page.content.decode(), text(page)
    assert "you ran" in said and "week of 23 March 2026" in said and "33" in said
    assert source.count("<figure") == source.count("<img") == source.count("<figcaption") == source.count("<details") >= 3
    assert 'alt=""' not in source and source.count("<caption") == source.count("<table") >= 4
    assert "style=" not in source and len(page.content) < 300_000
    for width in (360, 640):
        picture = client.get(f"/why-now/charts/0-{width}.svg{DAY}")
        assert picture["Content-Type"] == "image/svg+xml" and picture.content.startswith(b"<svg") and b" style=" not in picture.content
        assert picture["Cache-Control"] == "no-store"
    assert json.loads(client.get(f"/why-now/charts/0.json{DAY}").content)["datasets"]["runs"]


@pytest.mark.parametrize("address", ["0-641.svg", "99-640.svg", "99.json", "0-640.png", "x.json"])
def test_a_picture_that_is_none_is_not_found(client, year, address):
    assert client.get(f"/why-now/charts/{address}{DAY}").status_code == 404
    assert client.get(f"/patterns/charts/{address}").status_code == 404


def test_a_pattern_is_told_drawn_and_counted(client, store, me, year):
    dice = random.Random(7)
    stress = [float(dice.randrange(0, 9)) for _ in range(121)]
    begin = ONSET - timedelta(days=120)
    pain = lambda day: round(0.3 * stress[day - 1] + dice.random() * 0.5, 1) if day else 0.0  # noqa: E731
    tell(store, me, 120, begin, pain_morning=pain, stress=lambda day: stress[day])
    page = ready(client, "/patterns")
    assert "the morning after days with stress above" in text(page) and 'href="/try"' in page.content.decode()
    assert "backstride try" not in text(page)
    assert len(ready(client, "/patterns?working=1").content) > len(page.content)
    charts = text(ready(client, "/patterns/charts"))
    assert "By how many points of 10 pain differs" in charts and "may be chance" in charts
    assert client.get("/patterns/charts/0-360.svg").content.startswith(b"<svg")


def test_what_is_new_in_the_store_is_seen_at_once(client, store, me, year):
    assert "87 days" not in text(ready(client, "/why-now"))
    tell(store, me, 3, pain_morning=5.0)
    assert "What changed before 30 March 2026" in text(ready(client, "/why-now"))


def test_another_member_sees_nothing_of_it(client, store, me, year):
    tell(store, me, 3, pain_morning=5.0)
    store.runner_or_new("you", "UTC")
    remembered(client, runner="you")
    assert "There are no runs yet." in text(ready(client, f"/why-now{DAY}"))
    assert client.get(f"/why-now/charts/0-640.svg{DAY}").status_code == 404
    assert "No morning told" in text(ready(client, "/patterns"))


@pytest.mark.parametrize("address", ["/why-now", "/why-now/charts", "/patterns", "/patterns/charts", "/charts.js"])
def test_nothing_is_sent_to_these_pages(client, address):
    assert client.post(address).status_code == 405


def test_the_scripts_that_draw_are_kept_by_a_browser_and_small_on_the_way(client):
    plain, packed = client.get("/charts.js?v=1"), client.get("/charts.js?v=1", headers={"Accept-Encoding": "gzip"})
    assert plain.content == b"window.vegaEmbed=1" and "immutable" in plain["Cache-Control"] and "Accept-Encoding" in plain["Vary"]
    assert packed["Content-Encoding"] == "gzip" and b"vegaEmbed" in gzip.decompress(packed.content)


def test_what_went_wrong_once_is_looked_for_again(client):
    from backstride.web.worked_out import worked_out

    found = iter([ZeroDivisionError("once"), None])

    def find():
        if error := next(found):
            raise error
        return "found"

    with pytest.raises(ZeroDivisionError):
        worked_out("a test", find, None)
    assert worked_out("a test", find, None) == "found"
    assert worked_out("a test", find, None) == "found"


def test_what_takes_long_is_waited_for_elsewhere(client):
    from backstride.web.worked_out import worked_out

    let_go = threading.Event()

    def find():
        assert let_go.wait(60)
        return 1

    assert worked_out("another test", find, 0.01) is None
    let_go.set()
    assert worked_out("another test", find, None) == 1


def test_what_the_latest_answer_says_against_running_stands_first(client, store, me):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    told = {"words": "Book a doctor this week.", "running": "Do not run until then."}
    store.keep_interview(me, KeptInterview(at, at, Interview(), True, told))
    for address in ("/patterns", "/why-now"):
        page = client.get(address).content.decode()
        assert page.index("Do not run until then.") < page.index("<p>W")


def test_an_emergency_stands_first_from_its_first_sign_on_until_another_answer_is_told(client, store, me):
    emergency = "Go to an emergency department now."
    began = datetime.now(UTC) - timedelta(minutes=9)
    some = play(store, me, SADDLE, began, screens=3)
    pages = ("/why-now", "/patterns", "/answer/earlier", "/", "/answer")
    for address in pages:
        assert emergency in text(client.get(address)), address
    told = {"words": emergency, "running": "Do not run until then."}
    store.keep_interview(me, KeptInterview(began, began, some, True, told))
    # Who begins anew and stops after a few questions has taken nothing back.
    play(store, me, STRAIN, began + timedelta(minutes=5), screens=2)
    for address in ("/why-now", "/patterns"):
        assert "Do not run until then." in text(client.get(address)), address
