"""Lists of runs and pairs that the database makes, on both databases."""

from datetime import UTC, date, datetime, timedelta

from backstride.diary_log import offers
from backstride.intake import derive
from backstride.model.ledger import ReadFile, ReadRun
from backstride.model.run import Run
from backstride.pairs import pairs, tell_pair
from backstride.store.lists import Wanted, Year

LAST = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)
"""Half past midnight of the next day where the runner lives."""
DAY = date(2026, 3, 31)


def a_run(days_ago=0, km=10.0, seconds=3000.0, *, sport="running", **more):
    return Run(LAST - timedelta(days=days_ago), sport, km * 1000, seconds, utc_offset_s=7200, **more)


def keep(store, me, *runs):
    files = [ReadFile(f"{at}.fit", "read", "read", runs=(ReadRun(f"{at:032x}", run, (), None, None, 3),)) for at, run in enumerate(runs)]
    number = store.begin_import(me, ["runs"], "x").number
    store.add_files(me, number, files)
    derive(store, me)
    store.finish_import(me, number)


def test_years_and_pairs_are_summed(store, me):
    ride = a_run(2, 30, sport="cycling", shoe="blue")
    keep(store, me, a_run(0, 10, shoe="blue"), a_run(1, 5, shoe="blue"), a_run(400, 7, shoe="red"), ride, a_run(3, 4))
    assert store.years(me, "running") == (Year(2026, 3, 19_000.0), Year(2025, 1, 7_000.0))
    assert store.years(me)[0] == Year(2026, 4, 49_000.0)
    worn = store.worn(me)
    assert {name: one.distance_m for name, one in worn.items()} == {"blue": 15_000.0, "red": 7_000.0}
    assert (worn["blue"].first, worn["blue"].last) == (DAY - timedelta(days=1), DAY)
    assert store.gear(me) == {"blue", "red"}


def test_of_another_runner_nothing_is_listed(store, me):
    keep(store, me, a_run(0, 10, shoe="blue", pain=3.0))
    anna = store.runner_or_new("anna", "Europe/Berlin")
    assert (store.years(anna), store.worn(anna), store.gear(anna), store.search(anna, Wanted(), 0, 9)) == ((), {}, frozenset(), ((), 0))
    assert store.runs(anna, with_words=True) == ()


def test_a_part_of_the_runs_is_the_same_as_all_of_them_in_turn(store, me):
    keep(store, me, *(a_run(at % 7, km=5 + at) for at in range(23)))
    every, count = store.search(me, Wanted("running"), 0, 1000)
    pages = [store.search(me, Wanted("running"), at, 5)[0] for at in range(0, 23, 5)]
    assert count == len(every) == store.count(me)[0]
    assert [one.key for page in pages for one in page] == [one.key for one in every]
    assert [one.run.local_day for one in every] == sorted((one.run.local_day for one in every), reverse=True)


def test_days_are_those_of_the_runner_and_bounds_are_included(store, me):
    keep(store, me, a_run(0), a_run(1), a_run(2, seconds=4000.0), a_run(3, km=12))

    def days(**wanted):
        return [one.run.local_day.day for one in store.search(me, Wanted(**wanted), 0, 9)[0]]

    assert days(first_day=DAY, last_day=DAY) == [31]
    assert days(last_day=DAY - timedelta(days=2)) == [29, 28]
    assert days(first_day=date.min, last_day=date.max) == [31, 30, 29, 28]
    assert days(least_m=12_000) == [28] and days(most_m=10_000) == [31, 30, 29]
    assert days(least_s=4000) == [29] and days(most_s=3000, sport="running") == [31, 30, 28]
    assert days(sport="cycling") == []


def test_only_runs_with_pain_or_a_note_are_read_for_offers(store, me):
    keep(store, me, a_run(0, pain=0.0), a_run(1, note="stiff"), a_run(2, title="no words"), a_run(90, pain=2.0))
    assert [stored.run.pain for stored in store.runs(me, with_words=True)] == [2.0, None, 0.0]
    now = LAST + timedelta(days=1)
    assert [offer.day.day for offer in offers(store, me, now)] == [31, 30, 31]
    assert [offer.day.day for offer in offers(store, me, now, DAY - timedelta(days=7))] == [30, 31]


def test_pairs_that_only_runs_name_come_after_those_that_are_told_of(store, me):
    keep(store, me, a_run(0, 10, shoe="aaa"))
    tell_pair(store, me, "zzz", {"start_km": 3.0}, DAY)
    assert [(pair.shoe.name, pair.km, pair.last_run) for pair in pairs(store, me)] == [("zzz", 3.0, None), ("aaa", 10.0, DAY)]
