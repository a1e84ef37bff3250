"""Interviews that were held, put into a store as a terminal or a page would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from backstride import interview as verb
from backstride.interview_kept import keep
from backstride.knowledge.loader import load
from backstride.model.interview import Interview, Kind
from backstride.model.record import Record

STRAIN = {
    "low_back_left": "yes", "age": 34.0, "sex": "female", "pain_severity": 4.0, "onset_sudden": "yes", "worse_bending": "yes",
    "lifting_onset": "yes", "morning_stiffness_short": "yes", "shoe_mileage_high": "yes", "single_session_spike_moderate": "yes",
}  # fmt: skip
SADDLE = {**STRAIN, "saddle_numbness": "yes", "rf_saddle": "yes"}
FEVER = {**STRAIN, "fever_chills": "yes"}

_THEN = datetime(2026, 10, 4, 18, 0, tzinfo=UTC)
_A_SCREEN = timedelta(seconds=5)


def play(store, person, said, begun_at, *, screens=99):
    """Answer screen after screen with what is `said`; whatever isn't is passed over, or on a list unmarked. No answer is told yet."""
    interview = _played(tuple(said.items()), screens)
    interview = replace(interview, given=tuple(replace(given, at=given.at - _THEN + begun_at) for given in interview.given))
    keep(store, person, begun_at, interview, begun_at + _A_SCREEN * len(interview.seen))
    return interview


@cache
def _played(said, screens):
    said, interview, now, knowledge = dict(said), Interview(), _THEN, load()
    for _ in range(screens):
        shown = verb.screen(interview, Record("me"), knowledge, now)
        if shown.kind is Kind.DONE:
            break
        interview = verb.answer(interview, shown, {item.id: said[item.id] for item in shown.items if item.id in said}, now)
        now += _A_SCREEN
    return interview
