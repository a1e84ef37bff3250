"""The verb of shoes: which pairs there are, how far each went, and what the runner tells of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backstride.errors import BackstrideError
from backstride.intake import derive
from backstride.model.run import Shoe
from backstride.store.store import Store, StoredRunner
from backstride.training.gear import pair_of

__all__ = ["Pair", "pairs", "tell_pair", "use_again"]

_NAME = re.compile(r"[^/\\]{1,60}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of shoes and what was run in it.

    Attributes
    ----------
    shoe : Shoe
    run_km : float
        Without the distance that was on it before.
    first_run, last_run : date or None
        On which a run names it.
    """

    shoe: Shoe
    run_km: float = 0.0
    first_run: date | None = None
    last_run: date | None = None

    @property
    def km(self) -> float:
        """All the distance that is on it."""
        return self.shoe.start_km + self.run_km


def pairs(store: Store, runner: StoredRunner) -> tuple[Pair, ...]:
    """Every pair that is told of, by name, then every other that runs name."""
    shoes = store.shoes(runner)
    worn = store.worn(runner)
    told = {shoe.name for shoe in shoes}
    found = []
    for shoe in (*shoes, *(Shoe(name) for name in sorted(worn) if name not in told)):
        runs = worn.get(shoe.name)
        found.append(Pair(shoe, runs.distance_m / 1000, runs.first, runs.last) if runs else Pair(shoe))
    return tuple(found)


def tell_pair(store: Store, runner: StoredRunner, name: str, told: Mapping[str, Any], today: date) -> None:
    """Keep what the runner tells of a pair.

    Parameters
    ----------
    name : str
        The runner's name for it.
    told : mapping
        Fields of `Shoe` by name; what is empty stays as it is.
    today : date
        The runner's local day.

    Raises
    ------
    BackstrideError
        For a name that can't be one, or days that can't be. Then nothing is kept.
    """
    named = name.strip()
    if not (_NAME.fullmatch(named) and named.isprintable()):
        raise BackstrideError("a pair needs a name of at most 60 letters.", remedy="Write for example: blue")
    given = {field: value for field, value in told.items() if value not in (None, "")}
    before = store.shoes(runner)
    known = next((shoe for shoe in before if shoe.name == named), None)
    first = given.get("first_used") or (known.first_used if known else None)
    last = given.get("retired") or (known.retired if known else None)
    for day in (given.get("first_used"), given.get("retired")):
        if day is not None and day > today:
            raise BackstrideError(f"{day} is still to come.", remedy="Check the year.")
    if first and last and last < first:
        raise BackstrideError(f"it was retired ({last}) before it was used ({first}).", remedy="Check the two days.")
    store.tell_shoe(runner, named, given)
    after = store.shoes(runner)
    # Making the runs anew takes seconds for thousands of them; most that is told of a pair gives no run another one.
    if any(_pair_name(gear, before) != _pair_name(gear, after) for gear in store.gear(runner)):
        derive(store, runner)


def _pair_name(gear: str, shoes: Iterable[Shoe]) -> str:
    pair = pair_of(gear, shoes)
    return pair.name if pair else ""


def use_again(store: Store, runner: StoredRunner, name: str) -> None:
    """Take back that a pair was retired.

    Raises
    ------
    BackstrideError
        When the runner did not tell of it, but a file did.
    """
    if any(shoe.name == name and shoe.retired for shoe in store.shoes(runner)):
        store.tell_shoe(runner, name, {"retired": None})
        if any(shoe.name == name and shoe.retired for shoe in store.shoes(runner)):
            raise BackstrideError("your import says that it is retired.", remedy="Change it where that comes from, then import again.")
