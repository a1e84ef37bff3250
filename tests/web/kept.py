"""What the tests of the pages of runs, shoes and the diary share."""

import re
from datetime import UTC, datetime, timedelta

from backstride.intake import derive
from backstride.model.ledger import ReadFile, ReadRun
from backstride.model.run import Run


def a_run(days_ago=0, km=10.0, seconds=3000.0, *, last=datetime(2026, 3, 30, 6, tzinfo=UTC), sport="running", **more):
    return Run(last - timedelta(days=days_ago), sport, km * 1000, seconds, utc_offset_s=7200, **more)


def keep(store, me, *runs, shoes=()):
    """Runs as files of one import bring them."""
    files = [
        ReadFile(f"export.zip!activities/{at}.fit", "read", "read", runs=(ReadRun(f"{at:032x}", run, (), None, None, 3),))
        for at, run in enumerate(runs, 1)
    ]
    if shoes:
        files.append(ReadFile("export.zip!shoes.csv", "read", "read", shoes=tuple(shoes)))
    number = store.begin_import(me, ["export.zip"], "x").number
    store.add_files(me, number, files)
    derive(store, me)
    store.finish_import(me, number)


def remembered(client, **values):
    """A visit of which this is known; it stands in a signed cookie."""
    from django.conf import settings

    session = client.session
    session.update(values)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def text(response):
    """What a page says."""
    return " ".join(re.sub("<[^>]*>", " ", response.content.decode()).split())
