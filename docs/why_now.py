"""Writes the table of exposures in docs/why-now.md from knowledge. Run by `make docs`."""

from pathlib import Path

from backstride.knowledge.concepts import Exposure, Knowledge
from backstride.knowledge.loader import load

PAGE = Path(__file__).parent / "why-now.md"
MARKS = ("<!-- exposures -->\n", "<!-- end of exposures -->\n")
_HOW = {
    "longest": "longest run",
    "sum": "sum, as a week's",
    "mean": "mean",
    "mean_by_distance": "mean by distance",
    "days": "days with a run, as a week's",
}


def exposure_table(knowledge: Knowledge) -> str:
    """A row an exposure, by its group."""
    head = "| exposure | what is taken | windows | against | worth telling from | grade | factor |\n|---|---|---|---|---|---|---|\n"
    groups = list(dict.fromkeys(one.group for one in knowledge.exposures.values()))
    rows = sorted(knowledge.exposures.values(), key=lambda one: (groups.index(one.group), one.id))
    return head + "".join(_row(one) for one in rows)


def _row(one: Exposure) -> str:
    taken = f"{_HOW[one.take]} of `{one.of}`" + (", one device" if one.one_device else "")
    widths = " and ".join(str(width) for width in one.windows_days)
    before = f"{one.before_days} days before"
    return (
        f"| `{one.id}` | {taken} | {widths} days | {before} | {_least(one)} | {one.grade} | {f'`{one.factor}`' if one.factor else '-'} |\n"
    )


def _least(one: Exposure) -> str:
    way = {"more": "more", "less": "less", "either": "more or less"}[one.direction]
    if one.compare == "ratio":
        return f"{round(100 * (one.worth_telling - 1))} % {way}"
    return f"{one.worth_telling * one.scale:g} {one.unit.replace(' of your usual', '')} {way}"


def page(knowledge: Knowledge) -> str:
    """The page as it should be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    return f"{before}{MARKS[0]}\n{exposure_table(knowledge)}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
