import html.parser
import itertools
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_golden import compare

from backstride.errors import BackstrideError
from backstride.reports.charts import Band, Effect, Event, Pair, Usual, baseline, pattern, shoes, tables, timeline, to_html, to_png, to_svg

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 12)
HOSTILE = '</script><img src=x onerror=alert(1)> "q" & <!-- \x1b[31m\u202e\ud800 ]]> {{datum}} \n\' ' + "W" * 300


def days(*numbers):
    return [FIRST + timedelta(days=n) for n in numbers]


def a_timeline():
    return timeline(
        days(0, 2, 9, 16, 20, 23, 30, 37),
        [8.0, 5.5, 12.0, 21.1, 4.0, 6.0, np.nan, 7.25],
        days(8, 9, 14, 15, 21, 22, 24, 40),
        [0, 1, 2, np.nan, 5, 6, 3, 0],
        first=FIRST,
        last=LAST,
        episodes=[Band(days(20)[0], days(27)[0], "spell of pain")],
        events=[Event(days(12)[0], "new pair: Blue"), Event(days(16)[0], "race")],
    )


def a_baseline():
    return baseline(
        days(0, 3, 5, 20, 22, 24, 26, 36, 37, 38),
        [172, 171, np.nan, 173.5, 175, 176, np.nan, 168, 169, 170],
        name="Cadence",
        unit="steps a minute",
        first=FIRST,
        last=LAST,
        usual=[Usual(170, 174, 172, "Old watch"), Usual(173, 178, None, "New watch")],
        window=Band(days(34)[0], days(40)[0], "the week before"),
        events=[Event(days(41)[0], "it began to hurt")],
        devices=["Old watch"] * 5 + ["New watch"] * 5,
    )


def some_shoes():
    return shoes(
        [
            Pair("Blue", date(2026, 2, 18), date(2026, 4, 10), 96.2),
            Pair("Red", date(2025, 2, 1), date(2025, 9, 3), 812.0, retired=True),
            Pair("Trail", date(2025, 6, 1), date(2026, 4, 1), None),
        ],
        episodes=[Band(date(2026, 3, 8), None, "spell of pain")],
    )


def a_pattern():
    return pattern(
        [
            Effect("Less than 6 h of sleep, the same day", 0.3, -0.1, 0.7, False),
            Effect("Runs above 24 °C, the morning after", 0.8, 0.2, 1.4, True),
            Effect("Sitting", float("nan"), 0, 1, False),
        ]
    )


def hostile_charts():
    band, event = Band(FIRST, None, HOSTILE), Event(days(3)[0], HOSTILE)
    return [
        timeline(days(1), [5], days(2), [3], first=FIRST, last=LAST, episodes=[band], events=[event], title=HOSTILE),
        baseline(
            days(1, 2), [5, 6], name=HOSTILE, unit=HOSTILE, first=FIRST, last=LAST, usual=[Usual(1, 2, 1.5, HOSTILE)], window=band,
            events=[event], devices=[HOSTILE, "b"], title=HOSTILE,
        ),
        shoes([Pair(HOSTILE, FIRST, LAST, 1e9)], events=[event], episodes=[band], title=HOSTILE),
        pattern([Effect(HOSTILE, 1, 0, 2, True)], title=HOSTILE),
    ]  # fmt: skip


def empty_charts():
    return [
        timeline([], [], [], [], first=FIRST, last=LAST),
        baseline([], [], name="Heat", unit="°C", first=FIRST, last=LAST),
        shoes([]),
        pattern([]),
    ]


CHARTS = {"timeline": a_timeline, "baseline": a_baseline, "shoes": some_shoes, "pattern": a_pattern}


def marks(chart):
    return [layer["mark"]["type"] for layer in chart.spec["layer"]]


def data(chart, name):
    return chart.spec["datasets"].get(name, [])


def dates_of(rows):
    """All days of spans, each span from its begin to before its end."""
    return [day for row in rows for day in np.arange(np.datetime64(row["begin"]), np.datetime64(row["end"]))]


def test_what_each_chart_draws_and_says_stays():
    kept = {}
    for name, make in CHARTS.items():
        chart = make()
        kept[name] = {"title": chart.title, "alt": chart.alt, "marks": marks(chart), "data": chart.spec["datasets"]}
    compare("charts.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def test_the_alt_text_tells_the_finding_with_numbers():
    assert a_timeline().alt == (
        "From 2 March 2026 to 12 April 2026 you ran 63.9 km in 8 runs (1 with no known distance); "
        "the most was 25.1 km in the week of 16 March 2026. 7 of 42 days were told, at worst 6 of 10 on 24 March 2026; 1 spell of pain."
    )
    assert a_baseline().alt == (
        "Cadence: 8 values, 168 to 176 steps a minute, from 2 March 2026 to 12 April 2026. "
        "From 5 April 2026 to 11 April 2026 it was 169 steps a minute, below your usual 173 to 178."
    )
    assert some_shoes().alt == "3 pairs; Blue, worn last, has 96.2 km on it, and Red the most, 812 km."
    assert a_pattern().alt == (
        "3 things were looked at; 1 goes with your pain. Runs above 24 °C, the morning after: 0.8 points higher (+0.2 to +1.4)."
    )


def test_an_alt_text_of_nothing_says_so():
    assert [chart.alt for chart in empty_charts()] == [
        "From 2 March 2026 to 12 April 2026 no run is known. No day of these was told in the diary.",
        "Heat: nothing is known from 2 March 2026 to 12 April 2026.",
        "No pair of shoes is known in this time.",
        "Nothing could be compared with your pain yet.",
    ]
    chance = pattern([Effect("Heat", 0.2, -0.3, 0.6, False)])
    assert chance.alt == "1 thing was looked at; none goes with your pain by more than chance."
    unknown = baseline(days(1), [5], name="Heat", unit="°C", first=FIRST, last=LAST, window=Band(days(9)[0], days(12)[0], "w"))
    assert unknown.alt.endswith("From 11 March 2026 to 14 March 2026 nothing is known.")


@pytest.mark.parametrize("make", CHARTS.values(), ids=CHARTS)
@pytest.mark.parametrize("width", [640, 360])
def test_no_text_is_small_and_the_picture_has_the_width_asked_for(make, width):
    svg = to_svg(make(), width)
    root = ElementTree.fromstring(svg)
    assert root.get("width") == str(width)
    sizes = [float(size) for size in re.findall(r'font-size[=:]"?([\d.]+)px', svg)]
    assert sizes and min(sizes) >= 12


@pytest.mark.parametrize("make", CHARTS.values(), ids=CHARTS)
def test_a_picture_is_told_to_those_who_hear_it(make):
    chart = make()
    root = ElementTree.fromstring(to_svg(chart))
    assert (root.get("role"), root.get("aria-label")) == ("img", chart.alt)
    assert to_png(chart)[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(to_png(chart, 400)[16:20], "big") == 800


@pytest.mark.parametrize("width", [0, 359, 4001])
def test_a_width_that_cannot_be_read_is_refused(width):
    with pytest.raises(BackstrideError, match="Choose 360 to 4000"):
        to_svg(a_pattern(), width)


def test_without_anything_to_show_there_is_still_a_picture():
    for chart in empty_charts():
        ElementTree.fromstring(to_svg(chart, 360))


class _Tags(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.words, self.scripts, self.inside = [], [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        (self.scripts if self.inside == "script" else self.words).append(data)


def test_words_of_others_stay_words_on_a_page():
    charts = hostile_charts()
    page = _Tags(to_html(*charts, title=HOSTILE))
    assert not [tag for tag, _ in page.tags if tag in {"img", "iframe", "link", "object", "b"}]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name in {"src", "href"}]
    assert page.tags.count(("script", {"type": "application/json"})) == len(charts)
    specs = [json.loads(text) for text in page.scripts if text.startswith("{")]
    assert specs == [{**chart.spec, "width": "container"} for chart in charts]
    shown = json.dumps([[chart.alt, chart.title, chart.spec["datasets"]] for chart in charts], ensure_ascii=False)
    assert "\\u001b" not in shown and "\u202e" not in shown and "\ud800" not in shown


def test_hostile_words_are_drawn_as_words():
    for chart in hostile_charts():
        root = ElementTree.fromstring(to_svg(chart, 360))
        assert not [element for element in root.iter() if element.tag.endswith(("image", "script"))]
        assert len(chart.title) <= 120
        assert len(chart.alt) < 500


def test_a_page_loads_nothing():
    page = _Tags(to_html(a_timeline(), a_pattern()))
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "unsafe-eval" not in policy and "http" not in policy
    assert not [name for tag, attributes in page.tags for name in attributes if name in {"src", "href"}]
    assert "".join(page.scripts).count("vegaEmbed") or "".join(page.scripts).count("vega-embed")
    for make in CHARTS.values():
        assert re.findall(r"https?:[^\"]*", json.dumps(make().spec)) == [make().spec["$schema"]]


def test_a_page_without_charts_is_a_page():
    assert "<figure" not in to_html(title="Nothing")


def test_a_chart_module_loads_no_plotting_library_before_it_draws():
    program = "import sys, backstride.reports.charts; sys.exit(bool({'altair', 'vl_convert'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_clock_of_the_machine_moves_no_day():
    program = (
        "from datetime import date; from backstride.reports.charts import timeline, to_svg; import sys; "
        "day = date(2026, 3, 1); sys.stdout.write(to_svg(timeline([day], [5], [day], [3], first=day, last=date(2026, 4, 30))))"
    )
    run = [sys.executable, "-c", program]
    west, east = (
        subprocess.run(run, capture_output=True, check=True, env={**os.environ, "TZ": zone}).stdout
        for zone in ("America/Los_Angeles", "Pacific/Auckland")
    )
    assert west == east


@given(st.sets(st.integers(0, 41)), st.sets(st.integers(0, 41)))
def test_a_day_is_either_told_or_marked_as_not_told(told, silent):
    pain = [np.nan if day in silent else 0 for day in told]
    chart = timeline([], [], days(*told), pain, first=FIRST, last=LAST)
    known = {np.datetime64(FIRST) + day for day in told - silent}
    points = {np.datetime64(row["at"][:10]) for row in data(chart, "pain")}
    blank = dates_of(data(chart, "untold"))
    assert points == known
    # Without any day told there is no panel in which one could be missing.
    assert len(blank) == len(set(blank)) == (42 - len(known) if known else 0)
    assert not known & set(blank)


@given(st.lists(st.tuples(st.integers(-200, 4000), st.floats(0, 60)), max_size=60), st.integers(0, 4000))
def test_bars_add_up_to_what_was_run_and_never_overlap(runs, length):
    last = FIRST + timedelta(days=length)
    chart = timeline([d for n, _ in runs for d in days(n)], [km for _, km in runs], [], [], first=FIRST, last=last)
    bars = data(chart, "runs")
    inside = sum(km for n, km in runs if 0 <= n <= length)
    assert sum(row["km"] for row in bars) >= inside - 0.051 * len(bars) - 1e-6
    assert sum(row["km"] for row in bars) <= sum(km for n, km in runs if -31 <= n <= length + 31) + 0.051 * len(bars) + 1e-6
    assert all(a["end"] <= b["begin"] for a, b in itertools.pairwise(bars))
    assert all(str(FIRST) <= row["begin"] < row["end"] <= str(last + timedelta(days=1)) for row in bars)


POINTS = st.lists(st.tuples(st.integers(0, 41), st.one_of(st.just(float("nan")), st.floats(150, 190)), st.sampled_from("AB")), max_size=40)


@given(POINTS, st.integers(1, 12))
def test_a_line_never_crosses_a_gap_an_unknown_value_or_two_devices(points, gap):
    at, values, devices = [days(n)[0] for n, _, _ in points], [v for _, v, _ in points], [d for _, _, d in points]
    chart = baseline(at, values, name="x", unit="", first=FIRST, last=LAST, devices=devices, gap_days=gap)
    rows = data(chart, "values")
    assert len(rows) == sum(v == v for v in values)
    unknown = {(d, str(day)) for day, v, d in zip(at, values, devices, strict=True) if v != v}
    for _, piece in itertools.groupby(rows, key=lambda row: row["piece"]):
        for a, b in itertools.pairwise(piece):
            first, second = a["at"][:10], b["at"][:10]
            assert a["device"] == b["device"] and first <= second
            assert (np.datetime64(second) - np.datetime64(first)).astype(int) <= gap
            assert not [day for d, day in unknown if d == a["device"] and first < day < second]


@given(st.lists(st.tuples(st.integers(0, 41), st.sampled_from(["race", "new pair: Blue", "first day back", "x"])), max_size=20))
def test_words_of_events_never_cover_each_other_even_on_a_phone(events):
    chart = timeline([], [], days(1), [0], first=FIRST, last=LAST, events=[Event(days(n)[0], words) for n, words in events])
    boxes = []
    for side, sign in (("left", 1), ("right", -1)):
        for row in data(chart, f"words_{side}"):
            x = 296 * (np.datetime64(row["at"][:-1]) - np.datetime64(FIRST)) / np.timedelta64(42, "D")
            ends = sorted((x, x + sign * (6.5 * len(row["words"]) + 4)))
            boxes.append((row["y"], *ends))
            assert ends[0] >= 0 and ends[1] <= 296
    for (y, a, b), (other, c, d) in itertools.combinations(boxes, 2):
        assert y != other or b <= c or d <= a


def ten_years():
    rng = np.random.default_rng(3)
    first = np.datetime64("2016-04-11")
    ran, told = (first + np.flatnonzero(rng.random(3650) < share) for share in (0.82, 0.6))
    return ran, rng.gamma(6, 1.6, len(ran)), told, rng.integers(0, 10, len(told))


def test_ten_years_stay_small():
    ran, km, told, pain = ten_years()
    first, last = date(2016, 4, 11), date(2026, 4, 10)
    spells = [Band(first + timedelta(days=90 * n), first + timedelta(days=90 * n + 20), "spell of pain") for n in range(40)]
    races = [Event(first + timedelta(days=50 * n), "race") for n in range(72)]
    chart = timeline(ran, km, told, pain, first=first, last=last, episodes=spells, events=races)
    usual = [Usual(8, 12, 10)]
    other = baseline(ran, km, name="Distance", unit="km", first=first, last=last, usual=usual, events=races)
    for drawn in (chart, other):
        assert len(json.dumps(drawn.spec)) < 50_000
        ElementTree.fromstring(to_svg(drawn, 360))
    assert len(data(chart, "runs")) == len(data(other, "values")) == 121
    assert sum(row["km"] for row in data(chart, "runs")) == pytest.approx(km.sum(), abs=8)
    assert max(row["pain"] for row in data(chart, "pain")) == pain.max()
    # Each kind of event is named once where there are many.
    assert [row["words"] for row in data(chart, "words_left") if row["words"] == "race"] == ["race"]


def test_a_year_is_drawn_by_the_day_and_two_years_by_the_week():
    ran, km, told, pain = ten_years()
    year = timeline(ran, km, told, pain, first=date(2020, 1, 1), last=date(2020, 12, 31))
    assert all(row["said"].startswith("2020-") for row in data(year, "pain"))
    two = timeline(ran, km, told, pain, first=date(2020, 1, 1), last=date(2021, 12, 31))
    assert {row["said"][:7] for row in data(two, "pain")} == {"week of"}
    assert len(data(two, "pain")) == 105


def test_a_week_in_which_one_day_was_told_is_known():
    first, last = date(2020, 1, 6), date(2021, 12, 26)
    chart = timeline([], [], [date(2020, 1, 8)], [0], first=first, last=last)
    assert [(row["begin"], row["end"]) for row in data(chart, "untold")] == [("2020-01-13", "2021-12-27")]


@pytest.mark.parametrize("length", [0, 1, 9, 30, 100, 399, 900, 2000, 13_500])
def test_any_length_from_1989_on_has_a_few_marks_on_its_axis(length):
    first = date(1989, 12, 31)
    last = first + timedelta(days=length)
    chart = timeline([first, last], [5, 5], [first, last], [0, 10], first=first, last=last)
    axes = [layer["encoding"]["x"]["axis"]["values"] for layer in chart.spec["layer"] if layer["encoding"].get("x", {}).get("axis")]
    assert all(len(marks) <= 10 for marks in axes)
    assert "1989" in to_svg(chart) or length > 100
    assert data(chart, "pain")[0]["at"].startswith("1989")


def test_an_end_before_the_begin_shows_one_day():
    chart = timeline(days(0), [5], days(0), [3], first=FIRST, last=FIRST - timedelta(days=9))
    assert chart.alt.startswith("From 2 March 2026 to 2 March 2026 you ran once, 5 km")


def test_devices_have_their_own_shapes_and_bands():
    chart = a_baseline()
    assert [(row["low"], row["begin"], row["end"]) for row in data(chart, "usual")] == [
        (170, "2026-03-02", "2026-03-25"),
        (173, "2026-03-26", "2026-04-10"),
    ]
    many = baseline(days(*range(6)), range(6), name="x", unit="", first=FIRST, last=LAST, devices=list("abcdef"))
    assert {row["device"] for row in data(many, "values")} == {"a", "b", "c", "others"}
    shapes = next(layer["encoding"]["shape"] for layer in many.spec["layer"] if "shape" in layer["encoding"])
    assert len(set(shapes["scale"]["range"])) == 4


def test_what_was_compared_is_told_instead_of_the_median():
    window, usual = Band(days(1)[0], days(3)[0], "w"), [Usual(5, 9)]
    chart = baseline(days(1, 2), [1, 2], name="Run", unit="km", first=FIRST, last=LAST, usual=usual, window=window, compared=21.1)
    assert chart.alt.endswith("it was 21.1 km, above your usual 5 to 9.")


def test_shoes_that_were_not_worn_then_are_left_out_and_at_most_fourteen_are_drawn():
    pairs = [Pair(f"Pair {n}", FIRST + timedelta(days=30 * n), FIRST + timedelta(days=30 * n + 90), 10.0 * n) for n in range(30)]
    chart = shoes(pairs)
    assert [row["name"] for row in data(chart, "pairs")] == [f"Pair {n}" for n in range(16, 30)]
    assert chart.alt.startswith("30 pairs; Pair 29, worn last, has 290 km on it")
    early = shoes(pairs, last=FIRST + timedelta(days=40))
    assert [row["name"] for row in data(early, "pairs")] == ["Pair 0", "Pair 1"]


def test_reported_effects_come_first_and_uncertain_ones_are_paler():
    chart = pattern([Effect("a", 2, -1, 5, False), Effect("b", -0.5, -0.8, -0.2, True), Effect("c", 0.6, 0.1, 1.1, True)])
    assert [row["words"] for row in data(chart, "effects")] == [["c"], ["b"], ["a"]]
    assert "b: 0.5 points lower (−0.8 to −0.2)" in chart.alt


def brightness(colour):
    """Relative luminance, 0 to 1."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour_of(chart, name, mark):
    return next(
        layer["mark"]["color"]
        for layer in chart.spec["layer"]
        if layer["data"]["name"] == name and layer["mark"]["type"] == mark and layer["mark"].get("color") != "#ffffff"
    )


def test_what_is_told_apart_by_colour_differs_in_grey_too_and_words_can_be_read():
    chart = a_timeline()
    run, pain, unknown = (colour_of(chart, *of) for of in (("runs", "bar"), ("pain", "circle"), ("untold", "bar")))
    for colour in (run, pain, unknown):
        assert contrast(colour, "#ffffff") >= 3
    assert contrast(run, pain) >= 2 and contrast(unknown, pain) >= 2
    for made in (a_timeline(), a_baseline(), some_shoes(), a_pattern()):
        for layer in made.spec["layer"]:
            if layer["mark"]["type"] == "text" and layer["mark"].get("color", "#2b2b2b") != "#ffffff":
                # On the band of a spell, the darkest ground on which words stand.
                assert contrast(layer["mark"].get("color", "#2b2b2b"), "#f6dfd0") >= 4.5


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_its_numbers_as_tables_whose_rows_are_as_wide_as_their_heads(name):
    found = tables(CHARTS[name]())
    assert all(table.caption and table.rows and {len(row) for row in table.rows} == {len(table.heads)} for table in found)
    assert found


def test_tables_tell_days_in_words_and_the_last_day_of_a_span():
    told = {table.caption: table.rows for table in tables(a_timeline())}
    assert told["Kilometres a week"][2] == ("week of 16 March 2026", "25.1 km")
    worn = next(table for table in tables(some_shoes()) if table.caption == "Pairs of shoes")
    assert worn.rows[-1][0] == "Blue" and worn.rows[-1][3] == "96.2 km"
