"""The look back on a real history: what it says of the days on which its owner might have asked.

    python -m bench.runner_a [--working] [DAY...]
    python -m bench.runner_a --write        # into docs/why-now.md

The history (142 runs, MIT) stands beside the repository, not in it; it tells distance, moving time and the clock, and nothing else. Nothing
of pain is known of this runner: the days were chosen by reading the list of runs. The output is read by a person in docs/why-now.md.
"""

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from backstride.knowledge.loader import load
from backstride.model.record import Record
from backstride.model.run import Run, StartKnown
from backstride.reports.sections import as_text
from backstride.reports.why_now import why_now_sections
from backstride.why_now import why_now
from backstride.why_now_words import change_words
from bench.histories import HISTORY

PAGE = Path(__file__).resolve().parent.parent / "docs" / "why-now.md"
ASKED = (date(2024, 8, 31), date(2024, 11, 7), date(2024, 3, 23))
"""The day of the first half marathon; an ordinary Thursday two months later; the seventh run after four months without."""


def runs():
    """The runs as an importer would give them: a clock reading without its zone, no device, no samples."""
    rows = json.loads(HISTORY.read_text(encoding="utf-8"))
    return tuple(_run(row) for row in sorted(rows, key=lambda row: row["start_date_local"]))


def _run(row):
    moving = datetime.fromisoformat(row["moving_time"])
    seconds = moving.hour * 3600 + moving.minute * 60 + moving.second
    start = datetime.fromisoformat(row["start_date_local"]).replace(tzinfo=UTC)
    indoors = "treadmill" if row["subtype"] == "indoor" else ""
    return Run(
        start, "running", row["distance"], seconds or None, sub_sport=indoors, origin=str(row["run_id"]), start_known=StartKnown.LOCAL
    )


def look_back(onset, *, working=False):
    """What `backstride changes --onset` prints for this runner."""
    knowledge = load()
    found = why_now(Record("runner A", runs=runs()), knowledge, onset)
    return as_text(why_now_sections(found, change_words(found, knowledge), working=working))


def page():
    """docs/why-now.md with what is printed now for each of the days."""
    text = PAGE.read_text(encoding="utf-8")
    for day in ASKED:
        first, last = f"<!-- {day} -->\n", f"<!-- end of {day} -->\n"
        before, rest = text.split(first)
        text = f"{before}{first}\n```\n{look_back(day)}```\n\n{last}{rest.split(last)[1]}"
    return text


def main(asked):
    if not HISTORY.exists():
        print(f"Skipped: the history of runner A is not at {HISTORY}. It is no part of the repository.", file=sys.stderr)
        return 0
    if "--write" in asked:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    working = "--working" in asked
    days = [date.fromisoformat(text) for text in asked if text != "--working"] or ASKED
    print("\n".join(f"==== {day} ====\n\n{look_back(day, working=working)}" for day in days), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
