"""The mark of a record: another one whenever runs, shoes, days or diary are; on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime

from backstride import intake
from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.model.diary import DiaryEntry
from backstride.model.interview import Interview, KeptInterview

NOW = datetime(2026, 10, 4, 6, 0, tzinfo=UTC)


def test_every_change_of_the_record_changes_its_mark_and_nothing_else_does(store, me, tmp_path):
    marks = [store.mark(me)]
    (tmp_path / "one.fit").write_bytes(fit_bytes(RunPlan(NOW, 5000, 1800)))
    done = intake.import_paths(store, me, [tmp_path / "one.fit"])
    marks.append(store.mark(me))
    store.tell_shoe(me, "blue", {"start_km": 100.0})
    marks.append(store.mark(me))
    store.tell_shoe(me, "blue", {"start_km": 120.0})
    marks.append(store.mark(me))
    store.tell_diary(me, DiaryEntry(NOW, date(2026, 10, 4), {"pain_morning": 3.0}))
    marks.append(store.mark(me))
    assert len(set(marks)) == len(marks)
    store.keep_interview(me, KeptInterview(NOW, NOW, Interview()))
    me = store.set_person(me, sex="female", birth_year=1990)
    assert store.mark(me) == marks[-1]
    assert store.mark(store.runner_or_new("you", "")) not in marks
    intake.undo_import(store, me, done.number)
    assert store.mark(me) not in marks
