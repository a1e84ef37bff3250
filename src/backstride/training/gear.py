"""Which pair a service means by the name it writes beside a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from backstride.model.run import Shoe

__all__ = ["pair_of"]


def pair_of(gear: str, shoes: Iterable[Shoe]) -> Shoe | None:
    """Find the pair of a run.

    Parameters
    ----------
    gear : str
        As the service writes it: brand and model; brand, model and the runner's name for the pair; or that name alone.
    shoes : iterable of Shoe

    Returns
    -------
    Shoe or None
        None when it names no pair, or more than one: two pairs of the same model under the model's name alone. Upper and lower case
        and spaces make no difference. A name told whole goes before one told in part.
    """
    wanted = _plain(gear)
    if not wanted:
        return None
    distinct = list(dict.fromkeys(shoes))
    whole = [shoe for shoe in distinct if wanted == _plain(f"{shoe.brand}{shoe.model}{shoe.name}")]
    part = [shoe for shoe in distinct if wanted in (_plain(shoe.name), _plain(f"{shoe.brand}{shoe.model}"))]
    found = whole or part
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
