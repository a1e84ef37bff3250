"""A home in which somebody has lived for a year: runs, shoes, a diary, answers, imports of every fate, and another member."""

import time
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

from answers_played import STRAIN, play
from kept import a_run, keep

from backstride.model.diary import DiaryEntry
from backstride.model.ledger import ReadFile
from backstride.model.run import Shoe
from backstride.store.store import open_store

WEEKS = 60
DIARY_DAYS = 300
MILD = {**STRAIN, "improving_2_weeks": "yes", "prior_lbp": "no"}


def live_in(served):
    """Fill the home of a server that is running; gives the addresses of its pages, each with a name."""
    store = open_store(served.home, f"sqlite:///{served.home}/backstride.sqlite3")
    now = datetime.now(UTC)
    me = store.set_person(store.runner_or_new("me", "UTC"), sex="female", birth_year=now.year - 34)
    store.runner_or_new("Anna", "UTC")
    _run(store, me, now)
    _tell(store, me, now)
    play(store, me, MILD, now - timedelta(minutes=30))
    job = _stopped(me)
    key = store.runs(me)[-1].key
    for _ in range(100):  # whoever answered has looked at the answer; it is worked out beside the page
        with urlopen(f"{served.url}/answer") as answer:
            if answer.status == 200:
                break
        time.sleep(0.2)
    else:
        raise AssertionError("the answer is still being worked out")
    onset = (now - timedelta(days=5)).date()
    return {
        "start": "/",
        "answer": "/answer",
        "working": "/answer/working",
        "card": "/answer/card",
        "earlier": "/answer/earlier",
        "again": "/questions",
        "change": "/questions/change",
        "change-one": "/questions/change/pain_severity",
        "anew": "/questions/anew",
        "why-now": f"/why-now?onset={onset}",
        "why-now-charts": f"/why-now/charts?onset={onset}",
        "patterns": "/patterns",
        "patterns-charts": "/patterns/charts",
        "try": "/try",
        "runs": "/runs",
        "run": f"/runs/{key}",
        "search": "/runs?least=x",
        "shoes": "/shoes",
        "diary": "/diary",
        "spells": "/diary/spells",
        "offers": "/diary/offers",
        "import": "/import",
        "import-stopped": f"/import/jobs/{job}",
        "imports": "/imports",
        "import-one": "/imports/1",
        "import-undo": "/imports/1/undo",
        "how-to": "/how-to",
        "how-to-one": "/how-to/strava",
        "household": "/household",
        "settings": "/settings?kept",
        "data": "/data",
        "sign-in": "/sign-in",
        "nothing": "/nothing",
    }


def _run(store, me, now):
    runs = []
    for week in range(WEEKS):
        for place, back in enumerate((6, 4, 1)):
            km = 17.0 if week == 0 and place == 0 else 7.0 + (week * 7 + place * 3) % 5 * 0.4 + 2 * (place == 2)
            shoe = "Light ones" if week < 2 else "Blue ones"
            runs.append(a_run(7 * week + back, km, km * 365, last=now - timedelta(hours=3), shoe=shoe, title="Evening run"))
    keep(store, me, *runs, shoes=(Shoe("Light ones"), Shoe("Blue ones", start_km=120.0)))
    number = store.begin_import(me, ["phone.zip"], "y").number
    broken = ReadFile("phone.zip!activities/7.fit", "unreadable", "the file ends in the middle.")
    store.add_files(me, number, [broken, ReadFile("phone.zip!photo.jpg", "skipped", "not a recording of a run.")])
    store.finish_import(me, number)


def _tell(store, me, now):
    """Stiff mornings after the long runs, now and then one that isn't, and pain for five days."""
    for back in range(DIARY_DAYS, -1, -1):
        if back % 17 == 8:
            continue
        day = (now - timedelta(days=back)).date()
        hurts = 5 if back < 5 else 2 if back % 7 == 0 and back % 3 else int(back % 11 == 0)
        fields = {"pain_morning": hurts, "sleep_h": 6.0 + back % 4 * 0.5, "stress": back % 6}
        if back % 7 in (6, 4, 1):
            fields |= {"pain_during": max(0, hurts - 1), "pain_after": hurts}
        store.tell_diary(me, DiaryEntry(now - timedelta(days=back, minutes=1), day, fields))


def _stopped(me):
    from backstride.web.models import Job, State

    return Job.objects.create(
        runner_id=me.id, once="x", folder="gone", names=["activities.zip"], state=State.STOPPED,
        done_bytes=40_000_000, all_bytes=100_000_000, files=120, runs=80,
    ).pk  # fmt: skip
