"""Strava's export in any language: what the list and the shoes say is what is read, and a broken row costs only itself."""

import csv
import io
import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.example.fit_writer import RunPlan
from backstride.example.strava_writer import LANGUAGES, StravaActivity, StravaLanguage, activities_csv, daily_runs, write_strava_zip
from backstride.importers.formats import links_of, read_item
from backstride.importers.items import items
from backstride.importers.strava import read_strava_activities, read_strava_shoes, strava_reader
from backstride.importers.table import decimal_mark, read_number, read_table
from backstride.importers.written_dates import DateOrder, order_of, read_written
from backstride.model.run import Shoe, StartKnown
from backstride.training.gear import pair_of

START = datetime(2020, 8, 13, 22, 4, 53, tzinfo=UTC)
PLAN = RunPlan(START, distance_m=9440.3, duration_s=3189, heart_rate_bpm=151, cadence_spm=172)
RUN = StravaActivity(PLAN, 8228026758)
HERE = Path("export.zip!activities.csv")


def table(*activities, language="en", width=None):
    language = LANGUAGES[language] if isinstance(language, str) else language
    if width is not None:
        keep = [*range(width - 1), len(language.header) - 1] if width < len(language.header) else range(len(language.header))
        more = width - len(keep)
        header = [language.header[at] for at in keep]
        # New columns came before the last one.
        language = replace(language, header=[*header[:-1], *(f"New {at}" for at in range(more)), header[-1]])
    return "".join(activities_csv(activities, language))


def read(text, path=HERE, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding, "replace")
    return read_strava_activities(path, data)


def only(text, **how):
    outcome = read(text, **how)
    assert outcome.state == "read", outcome.detail
    (run,) = outcome.runs
    return run


# ---- any language, any width


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_means_the_same_in_every_language(language):
    run = only(table(replace(RUN, title='Easy, "slow"', description="line one\nline two", gear="Asics Nimbus"), language=language))
    assert (run.start, run.sport, run.title, run.note, run.shoe) == (START, "running", 'Easy, "slow"', "line one\nline two", "Asics Nimbus")
    assert (run.distance_m, run.elapsed_time_s) == (9440.3, 3189)
    assert run.links == ("strava:8228026758", "strava-file:8228026835")
    assert run.start_known is StartKnown.INSTANT
    assert not run.by_hand
    if language != "2018":  # a list of ten columns
        assert run.timer_time_s == 3189


@pytest.mark.parametrize("width", [80, 86, 87, 92, 94, 99, 101, 104, 110])
def test_any_number_of_columns(width):
    run = only(table(replace(RUN, cells={"Perceived Exertion": "7", "Dewpoint": "11.5"}), width=width))
    assert (run.distance_m, run.timer_time_s, run.perceived_exertion) == (9440.3, 3189, 7)
    assert run.stated["dew_point_c"] == 11.5
    assert run.stated["heart_rate_bpm"] == 151
    assert run.stated["cadence_spm"] == 172


def strange(places=None, header=None, date=None):
    """A language that nobody knows: the same place has the same strange word wherever English repeats itself."""
    english = LANGUAGES["en"].header
    words = {name: f"zq{at}" for at, name in reversed(list(enumerate(english)))}
    places = list(places or range(len(english)))
    return StravaLanguage(header or [words[english[at]] for at in places], "Loopje", ",", date or LANGUAGES["de"].date, places)


def test_a_language_nobody_knows_is_read_by_places():
    cells = {"Timer Time": "3100.0", "Competition": "1.0", "Total Steps": "9000", "Wind Speed": "3.5"}
    run = only(table(replace(RUN, gear="Asics", private_note="stiff", cells=cells), language=strange()))
    assert (run.start, run.distance_m, run.elapsed_time_s, run.timer_time_s) == (START, 9440.3, 3189, 3100)
    assert (run.note, run.tags, run.stated["steps"], run.stated["wind_mps"]) == ("stiff", ("race",), 9000, 3.5)
    assert run.sport == "loopje"


@pytest.mark.parametrize(("places", "gear"), [([*range(15)], "Asics"), ([0, 1, 2, 3, 4, 5, 6, 9, 11, 12], "Asics")])
def test_old_lists_without_the_second_block(places, gear):
    run = only(table(replace(RUN, gear=gear, sport="Run"), language=strange(places)))
    assert (run.start, run.distance_m, run.elapsed_time_s, run.timer_time_s, run.shoe) == (START, 9440, 3189, None, "Asics")
    assert run.links[1] == "strava-file:8228026835"


def test_columns_in_another_order_are_found_by_name():
    header = "Filename,Distance,Moving Time,Activity Type,Activity Date,Activity ID"
    run = only(f'{header}\nactivities/7.gpx,5.00,1800,Run,"Aug 13, 2020, 10:04:53 PM",12\n')
    assert (run.start, run.distance_m, run.timer_time_s, run.links) == (START, 5000, 1800, ("strava:12", "strava-file:7"))


def test_names_made_unique_by_a_program():
    header = list(LANGUAGES["en"].header)
    header[15], header[17] = "Elapsed Time.1", "Distance.1"
    run = only(table(replace(RUN), language=replace(LANGUAGES["en"], header=header)))
    assert (run.distance_m, run.elapsed_time_s) == (9440.3, 3189)


# ---- text: encodings, delimiters, decimals


def again(text, **how):
    out = io.StringIO()
    csv.writer(out, **how).writerows(csv.reader(io.StringIO(text, newline="")))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("lineterminator", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_line_ends(encoding, delimiter, lineterminator):
    text = again(table(replace(RUN, title="Läufchen"), RUN, language="de"), delimiter=delimiter, lineterminator=lineterminator)
    outcome = read(text, encoding=encoding)
    assert [run.title for run in outcome.runs] == ["Läufchen", "Morning Run"]
    assert [run.distance_m for run in outcome.runs] == [9440.3, 9440.3]


def test_decimal_comma_in_every_column_after_a_spreadsheet():
    text = again(
        table(replace(RUN, cells={"Dewpoint": "11,5", "Humidity": "0,74"})).replace("9440.3", '"9440,3"').replace("3189.0", '"3189,0"'),
        delimiter=";",
    )
    run = only(text)
    assert (run.distance_m, run.timer_time_s, run.stated["dew_point_c"], run.stated["humidity"]) == (9440.3, 3189, 11.5, 0.74)


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("9,44", ".", 9.44),
        ("1.234,5", ".", 1234.5),
        ("1,234.5", ",", 1234.5),
        ("1,234", ".", 1234),
        ("1,234", ",", 1.234),
        ("1\u202f234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("\u22123", ".", -3),
        ("0,125", ".", 0.125),
        ("1e3", ".", 1000),
        ("=1+2", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("1_000", ".", None),
        ("12:30", ".", None),
        ("", ".", None),
    ],
)
def test_numbers_of_every_country(text, mark, value):
    assert read_number(text, mark) == value


@given(st.floats(-1e9, 1e9), st.integers(0, 6), st.sampled_from([(",", "."), (".", ","), (".", " "), (",", "\u202f"), (".", "'")]))
def test_a_written_number_is_read_back(value, digits, marks):
    decimal, thousand = marks
    english = f"{value:,.{digits}f}"
    written = english.translate({ord(","): thousand, ord("."): decimal})
    assert read_number(written, decimal) == float(english.replace(",", ""))


def test_which_mark_parts_decimals():
    assert decimal_mark(["1,234", "9,44"]) == ","
    assert decimal_mark(["1,234", "2,500"]) == ""
    assert decimal_mark(["words", "1.5", ""]) == "."


def test_one_bad_byte_does_not_change_the_other_letters():
    data = table(replace(RUN, title="Läufchen"), replace(RUN, title="Größe X"), language="de").encode().replace(b"X", b"\xff")
    assert [run.title for run in read(data).runs] == ["Läufchen", "Größe \ufffd"]


def test_a_last_line_that_only_opens_a_quote_ends():
    table = read_table(b'a,b,c\n1,2,3\n"')
    assert [row.cells for row in table.rows] == [("1", "2", "3")]
    assert table.lost == ((3, "a quotation mark is not closed"),)


def test_a_quote_never_closed_costs_its_row():
    lines = table(RUN, RUN, RUN).splitlines(keepends=True)
    lines[2] = lines[2].replace("Morning Run", '"Morning Run')
    outcome = read("".join(lines))
    assert (outcome.state, len(outcome.runs)) == ("damaged", 2)
    assert "row 3: a quotation mark is not closed" in outcome.detail
    cut = read(table(RUN, RUN)[:-400] + '"cut off here')
    assert len(cut.runs) == 1


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_no_text_breaks_a_table(text, encoding):
    read_table(text.encode(encoding, "replace"))


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffd")), min_size=2), min_size=1)
)
def test_what_a_program_wrote_is_read_back(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    got = [row.cells for row in read_table(out.getvalue().encode()).rows]
    assert got == [tuple(cell.strip() for cell in row) for row in rows if any(cell.strip() for cell in row)]


# ---- dates


@pytest.mark.parametrize(
    "text",
    [
        "Aug 13, 2020, 10:04:53 PM",
        "Aug 13, 2020, 10:04:53\u202fPM",
        "13.08.2020, 22:04:53",
        "13. 8. 2020 22:04:53",
        "13 août 2020 à 22:04:53",
        "2020-08-13 22:04:53",
        "2020-08-13T22:04:53Z",
        "2020-08-14T00:04:53+02:00",
        "13 aug. 2020 22.04.53",
        "13.8.2020 klo 22.04.53",
        "13 de ago. de 2020, 22:04:53",
        "13 ago 2020, 10:04:53 p. m.",
        "13 sie 2020, 22:04:53",
        "13. srpna 2020 22:04:53",
        "13 авг. 2020 г., 22:04:53",
        "13 Ağu 2020 22:04:53",
        "2020年8月13日 22:04:53",
        "2020年8月13日 下午10:04:53",
        "2020. 8. 13. 오후 10:04:53",
        "2020/08/13 22:04:53",
        "13/08/2020, 22:04:53",
        "8/13/2020, 10:04:53 PM",
    ],
)
def test_dates_as_written_around_the_world(text):
    for order in DateOrder:
        assert read_written(text).moment(order) == START


@pytest.mark.parametrize(
    ("text", "hour"), [("Aug 13, 2020, 12:04:53 AM", 0), ("Aug 13, 2020, 12:04:53 PM", 12), ("2020. 8. 13. 오전 12:04:53", 0)]
)
def test_twelve_oclock(text, hour):
    assert read_written(text).moment(DateOrder.DAY_FIRST).hour == hour


@pytest.mark.parametrize(
    "text", ["", "yesterday", "=NOW()", "13", "13/08", "99/99/2020 10:00", "2020-02-30 10:00", "Aug 13, 2020, 25:61:00"]
)
def test_what_is_no_date(text):
    written = read_written(text)
    assert written is None or written.moment(DateOrder.DAY_FIRST) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text):
    written = read_written(text)
    assert written is None or written.moment(DateOrder.MONTH_FIRST) is None or written.year > 0


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)), st.sampled_from(["en", "de", "fr", "cs", "2018"]))
def test_a_date_of_each_language_is_read_back(at, language):
    at = at.replace(microsecond=0, tzinfo=UTC)
    assert read_written(LANGUAGES[language].date(at)).moment(DateOrder.MONTH_FIRST) == at


def slashed(form):
    return strange(date=lambda at: at.strftime(form))


def days(*numbers):
    return [
        replace(RUN, id=at, plan=replace(PLAN, start=datetime(2021, month, day, 9, tzinfo=UTC)))
        for at, (month, day) in enumerate(numbers, 1)
    ]


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_one_number_above_twelve_tells_for_the_whole_list(form):
    activities = days((3, 4), (1, 25), (7, 8))
    outcome = read(table(*activities, language=slashed(form)))
    assert [run.start for run in outcome.runs] == [activity.plan.start for activity in activities]
    assert "dates read" not in outcome.detail


@pytest.mark.parametrize(("form", "words"), [("%d/%m/%Y %H:%M", "day first"), ("%m/%d/%Y %H:%M", "month first")])
def test_else_the_sequence_of_the_rows_tells(form, words):
    activities = days((1, 9), (2, 3), (3, 7), (4, 2), (5, 8), (6, 1))
    outcome = read(table(*activities, language=slashed(form)))
    assert [run.start for run in outcome.runs] == [activity.plan.start for activity in activities]
    assert f"dates read {words}, by the sequence of the rows" in outcome.detail


def test_else_the_language_and_it_is_said():
    outcome = read(table(*days((3, 4)), language=slashed("%d/%m/%Y %H:%M")))
    assert outcome.runs[0].start == datetime(2021, 3, 4, 9, tzinfo=UTC)
    assert "dates read day first, by the language of the header" in outcome.detail
    english = replace(LANGUAGES["en"], date=lambda at: at.strftime("%m/%d/%Y %H:%M"))
    assert read(table(*days((3, 4)), language=english)).runs[0].start == datetime(2021, 3, 4, 9, tzinfo=UTC)


def test_order_of_no_dates_is_the_fallback():
    assert order_of([], DateOrder.MONTH_FIRST) == (DateOrder.MONTH_FIRST, "")


def test_a_day_without_a_time_is_known_as_a_day():
    run = only(table(RUN, language=replace(LANGUAGES["en"], date=lambda at: at.strftime("%Y-%m-%d"))))
    assert (run.start_known, run.start) == (StartKnown.DAY, datetime(2020, 8, 13, 12, tzinfo=UTC))


@pytest.mark.parametrize("year", [1970, 1989, 2106])
def test_absurd_times_cost_their_row(year):
    absurd = replace(RUN, plan=replace(PLAN, start=datetime(year, 2, 7, 6, 28, tzinfo=UTC)))
    outcome = read(table(RUN, absurd))
    assert len(outcome.runs) == 1
    assert outcome.state == "damaged"
    assert "1 row could not be read: row 3: its date" in outcome.detail


# ---- units


@pytest.mark.parametrize("unit_m", [1000, 1609.344])
def test_the_other_column_tells_km_from_miles(unit_m):
    language = LANGUAGES["en"]
    rows = [*csv.reader(io.StringIO(table(RUN, replace(RUN, plan=replace(PLAN, distance_m=5000.0)))))]
    for row in rows[1:]:
        row[6] = f"{float(row[17]) / unit_m:.2f}"
    rows[2][17] = ""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    assert language.header[17] == "Distance"
    first, second = read(out.getvalue()).runs
    assert first.distance_m == 9440.3
    assert second.distance_m == pytest.approx(5000, abs=unit_m / 150)


def test_a_list_with_one_distance_is_in_metres_where_km_could_not_be():
    assert only(table(RUN, language="2018")).distance_m == 9440.3
    outcome = read(table(RUN, language=strange(range(15))))
    assert outcome.runs[0].distance_m == 9440
    assert "distances taken as km, the list does not say" in outcome.detail


def test_zero_stays_zero_and_missing_stays_missing():
    rows = table(replace(RUN, cells={"Elevation Gain": "0.0", "Weather Temperature": "0.0", "Distance": "", "Perceived Exertion": ""}))
    run = only(rows.replace(",9.44,", ",,"))
    assert run.distance_m is None
    assert run.perceived_exertion is None
    assert (run.stated["ascent_m"], run.stated["weather_temperature_c"]) == (0, 0)
    assert "descent_m" not in run.stated
    assert only(table(replace(RUN, cells={"Distance": "0.0"}))).distance_m == 0


def test_weather_and_what_cannot_be_weather():
    cells = {
        "Weather Temperature": "21.5",
        "Apparent Temperature": "23",
        "Dewpoint": "290.1",
        "Humidity": "74",
        "Wind Speed": "-3",
        "Average Temperature": "24",
        "Average Heart Rate": "900",
        "Total Steps": "=1+1",
        "Perceived Exertion": "11",
    }
    run = only(table(replace(RUN, cells=cells)))
    assert run.stated == {
        "weather_temperature_c": 21.5,
        "apparent_temperature_c": 23,
        "humidity": 0.74,
        "temperature_c": 24,
        "cadence_spm": 172,
    }
    assert run.perceived_exertion is None


def test_timer_time_goes_before_moving_time():
    assert only(table(replace(RUN, cells={"Timer Time": "3100.0", "Moving Time": "2900.0"}))).timer_time_s == 3100
    assert only(table(replace(RUN, cells={"Moving Time": "2900.0"}))).timer_time_s == 2900
    assert only(table(replace(RUN, cells={"Timer Time": "0.0", "Moving Time": "2900.0"}))).timer_time_s == 2900


@pytest.mark.parametrize(("sport", "cell", "spm"), [("Run", "86", 172), ("Run", "172", 172), ("Walk", "61", 122), ("Ride", "86", None)])
def test_cadence_is_of_both_legs(sport, cell, spm):
    assert only(table(replace(RUN, sport=sport, cells={"Average Cadence": cell}))).stated.get("cadence_spm") == spm


# ---- words


@pytest.mark.parametrize(
    ("word", "sport", "sub_sport"),
    [
        ("Run", "running", ""),
        ("Trail Run", "running", "trail"),
        ("Virtual Run", "running", "virtual_activity"),
        ("Laufband", "running", "treadmill"),
        ("Hardloopsessie", "running", ""),
        ("ランニング", "running", ""),
        ("跑步", "running", ""),
        ("Бег", "running", ""),
        ("Koşu", "running", ""),
        ("Langlaufski", "langlaufski", ""),
        ("Nordic Ski", "nordic_ski", ""),
        ("Narciarstwo biegowe", "narciarstwo_biegowe", ""),
        ("Radfahrt", "cycling", ""),
        ("Natation", "swimming", ""),
        ("Wandeling", "walking", ""),
        ("Wanderung", "hiking", ""),
        ("Weight Training", "weight_training", ""),
        ("", "unknown", ""),
    ],
)
def test_sports_in_our_words(word, sport, sub_sport):
    text = table(replace(RUN, sport=word or "?"))
    run = only(text if word else text.replace(",?,", ",,"))
    assert (run.sport, run.sub_sport) == (sport, sub_sport)


def test_tags():
    run = only(table(replace(RUN, cells={"Competition": "1.0", "Long Run": "true"})).replace(",false,", ",true,"))
    assert run.tags == ("race", "long_run", "commute")
    assert only(table(replace(RUN, cells={"Competition": "0.0"}))).tags == ()
    assert only(table(replace(RUN, sport="Run on a treadmill"))).tags == ("treadmill",)


def test_both_notes_are_kept_and_formulas_are_text():
    run = only(table(replace(RUN, title='=HYPERLINK("http://example.org")', description="+cmd|' /C calc'!A0", private_note="@SUM(1)")))
    assert (run.title, run.note) == ('=HYPERLINK("http://example.org")', "+cmd|' /C calc'!A0\n@SUM(1)")


def test_typed_in_by_hand_is_what_has_no_file_and_nothing_recorded():
    assert only(table(replace(RUN, ending=""))).by_hand
    assert not only(table(replace(RUN, ending="", cells={"Average Heart Rate": "140"}))).by_hand
    assert not only(table(replace(RUN, ending="", cells={"From Upload": "1.0"}))).by_hand
    assert not only(table(RUN)).by_hand


def test_gear_of_a_ride_is_no_shoe():
    assert only(table(replace(RUN, sport="Ride", gear="Patria"))).shoe == ""


# ---- broken rows, other lists


def test_rows_that_cannot_be_read_cost_only_themselves():
    lines = table(*(replace(RUN, id=at) for at in range(1, 9))).splitlines(keepends=True)
    lines[2] = lines[2].replace("Aug 13, 2020", "Smarch 13")
    lines[4] = "garbage\n"
    lines[6] = lines[6].replace("Morning Run", "Morning, Run")
    outcome = read("".join(lines))
    assert outcome.state == "damaged"
    assert [run.links[0] for run in outcome.runs] == [f"strava:{at}" for at in (1, 3, 5, 7, 8)]
    assert "5 activities, 5 of running; 3 rows could not be read: row 3: its date" in outcome.detail
    assert "row 5: it has no date" in outcome.detail
    assert "row 7" in outcome.detail


def test_a_list_of_which_nothing_can_be_read_is_an_error_with_a_remedy():
    with pytest.raises(RunFileError) as caught:
        read(table(RUN).replace("Aug 13", "Smarch 13"))
    assert caught.value.place and caught.value.remedy and "row 2" in caught.value.message


def test_a_new_runner_has_no_activities_yet():
    outcome = read(table())
    assert (outcome.state, outcome.runs) == ("read", ())
    assert outcome.detail.endswith("0 activities, 0 of running")


@given(st.lists(st.text(string.printable, max_size=12), min_size=len(LANGUAGES["en"].header), max_size=len(LANGUAGES["en"].header)))
def test_no_row_breaks_the_list(cells):
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    outcome = read(table(RUN) + out.getvalue())
    assert outcome.runs[0].start == START
    assert all(run.start.year > 1980 and (run.distance_m or 0) >= 0 for run in outcome.runs)


@pytest.mark.parametrize("language", [*LANGUAGES, "strange", "strange short"])
def test_the_list_is_known_by_its_content(language):
    languages = {"strange": strange(), "strange short": strange([0, 1, 2, 3, 4, 5, 6, 9, 11, 12])}
    text = table(RUN, language=languages.get(language, language))
    assert strava_reader(Path("renamed.csv"), text.encode()) is read_strava_activities
    assert strava_reader(Path("renamed.csv"), text.encode("utf-16")) is read_strava_activities


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "activities.csv",
            "Activity Type,Date,Favorite,Title,Distance,Calories,Time\nRunning,2020-08-13 22:04:53,false,Run,9.44,500,00:53:09\n",
        ),
        ("media.csv", "Media Filename,Media Caption\nmedia/1.jpg,\n"),
        ("routes.csv", "Route Name,Route Filename\nHome,routes/1.gpx\n"),
        ("bikes.csv", "Bike Name,Bike Brand,Bike Model,Bike Default Sport Types\nPatria,Patria,Ranger,Ride\n"),
        ("comments.csv", "Comment ID,Comment Date,Comment\n1,2020,Well run\n"),
        ("empty.csv", ""),
    ],
)
def test_other_lists_are_left_alone(name, text):
    assert strava_reader(Path(name), text.encode()) is None


# ---- shoes


@pytest.mark.parametrize(
    "header", ["Shoe Name,Shoe Brand,Shoe Model,Shoe Default Sport Types", "Schuhname,Schuhmarke,Schuhmodell,Standardsportarten", "Q,W,E,R"]
)
def test_shoes(header):
    data = f"{header}\nblue,Asics,Nimbus,Run\n,Hoka,Clifton 9,\n".encode()
    outcome = strava_reader(Path("x/shoes.csv"), data)(Path("x/shoes.csv"), data)
    assert outcome.shoes == (Shoe("blue", brand="Asics", model="Nimbus"), Shoe("Hoka Clifton 9", brand="Hoka", model="Clifton 9"))
    assert "2 pairs of shoes" in outcome.detail
    assert (strava_reader(Path("gear.csv"), data) is read_strava_shoes) == ("Q" not in header)


BLUE, RED, HOKA = (
    Shoe("blue", brand="Asics", model="Nimbus"),
    Shoe("red", brand="Asics", model="Nimbus"),
    Shoe("", brand="Hoka", model="Clifton"),
)


@pytest.mark.parametrize(
    ("gear", "pair"),
    [
        ("Asics Nimbus blue", BLUE),
        ("ASICS  nimbus Red", RED),
        ("red", RED),
        ("Asics Nimbus", None),
        ("Hoka Clifton", HOKA),
        ("Nike", None),
        ("", None),
    ],
)
def test_which_pair_is_meant(gear, pair):
    assert pair_of(gear, [BLUE, RED, HOKA]) == pair


def test_the_same_pair_listed_twice_is_one():
    assert pair_of("Hoka Clifton", [HOKA, HOKA]) == HOKA


def test_a_pair_without_a_name_goes_before_one_of_the_same_model_with_a_name():
    assert pair_of("Hoka Clifton", [HOKA, replace(HOKA, name="old")]) == HOKA


# ---- the whole archive


@pytest.mark.parametrize("language", ["en", "de"])
def test_rows_and_files_of_an_archive_name_each_other(tmp_path, language):
    path = tmp_path / "export.zip"
    write_strava_zip(path, daily_runs(6, 600, 10, ("fit.gz", "gpx.gz", "tcx", "gpx", "")), language, [("blue", "Asics", "Nimbus")])
    outcomes = {Path(item.name).name: read_item(item) for item in items([path])}
    assert {outcome.state for outcome in outcomes.values()} == {"read", "skipped"}
    rows = outcomes.pop("activities.csv").runs
    assert [row.by_hand for row in rows] == [False] * 4 + [True, False]
    files = {link: run for outcome in outcomes.values() for run in outcome.runs for link in run.links}
    for row in rows:
        if not row.by_hand:
            file = files[row.links[1]]
            assert abs(file.start - row.start) < timedelta(seconds=2)
            assert file.distance_m == pytest.approx(row.distance_m, abs=1)
    assert outcomes["shoes.csv"].shoes == (Shoe("blue", brand="Asics", model="Nimbus"),)
    assert outcomes["profile.csv"].detail.endswith("holds a name and an address, which are not taken")


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("a.zip!activities/12.fit.gz", ("strava-file:12",)),
        ("a.zip!export_1/activities/12.GPX", ("strava-file:12",)),
        ("C:\\export\\activities\\12.tcx", ("strava-file:12",)),
        ("a.zip!activities/run.fit", ()),
        ("a.zip!myactivities/12.fit", ()),
        ("a.zip!media/12.jpg", ()),
    ],
)
def test_the_path_names_the_activity(path, links):
    assert links_of(path) == links


def test_the_same_archive_written_twice_is_the_same(tmp_path):
    for name in ("a.zip", "b.zip"):
        write_strava_zip(tmp_path / name, daily_runs(2, 60))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_real_layout_has_its_truths(shared_data):
    archive = shared_data / "archives" / "strava_export_a.zip"
    manifest = json.loads((shared_data / "manifest.json").read_text())
    (truth,) = (entry["truth"] for entry in manifest["files"] if entry["path"] == "archives/strava_export_a.zip")
    outcomes = {item.name: read_item(item) for item in items([archive])}
    outcome = outcomes["activities.csv"]
    assert outcome.table
    assert outcome.detail.endswith("activities.csv: 10 activities, 9 of running, 1 without a file")
    for run, row in zip(outcome.runs, truth["activities"], strict=True):
        assert run.start == datetime.fromisoformat(row["start_utc"]).replace(microsecond=0)
        assert run.distance_m == row["distance_m"]
        assert run.timer_time_s == pytest.approx(row["moving_s"], abs=0.06)
        assert run.elapsed_time_s == pytest.approx(row["elapsed_s"], abs=0.06)
        assert run.sport == {"Run": "running", "Walk": "walking"}[row["type"]]
        assert run.by_hand == (row["file"] == "")
        if row["file"]:
            assert outcomes[row["file"]].runs[0].links[-1] == run.links[1]


def test_a_table_without_end_is_given_up_and_that_is_said():
    table = read_table(b"a,b\n" + b"\n" * 1_000_000 + b"1,2\n")
    assert table.rows == ()
    assert table.lost[-1][1] == "the table is larger than any list of runs, nothing from here on was read"
