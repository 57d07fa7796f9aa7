"""Which removed rows live on under another name. Floor 1."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.rates import in_force
from pricectl.core.model import Model

SIMILAR = 0.6
# More rows of one price than this are not compared by name; their renames show as two changes.
MAX_ALIKE = 100


class Rename(NamedTuple):
    """A row before and after it changed its name."""

    old: Model
    new: Model


def renamed(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None = None
) -> tuple[Rename, ...]:
    """Pair removed with added rows of one provider, each at most once.

    A row that lists the other's name as an alias is the same, whatever it costs; else prices must
    be the same at that instant and the names alike, and the most alike go first.
    """
    pairs: list[Rename] = []
    left_old = {model.full_name: model for model in removed}
    left_new = {model.full_name: model for model in added}
    if not removed or not added:
        return ()
    for _, old, new in sorted((*_by_alias(removed, added), *_by_likeness(removed, added, at))):
        if old in left_old and new in left_new:
            pairs.append(Rename(left_old.pop(old), left_new.pop(new)))
    return tuple(pairs)


# How unlike the names are (below zero: an alias says so), then both full names.
_Candidate = tuple[float, str, str]


def _by_alias(removed: tuple[Model, ...], added: tuple[Model, ...]) -> Iterator[_Candidate]:
    gone, come = ({(row.provider, row.name): row for row in rows} for rows in (removed, added))
    for new in added:
        former = (gone.get((new.provider, alias)) for alias in new.aliases)
        yield from ((-1.0, old.full_name, new.full_name) for old in former if old)
    for old in removed:
        later = (come.get((old.provider, alias)) for alias in old.aliases)
        yield from ((-1.0, old.full_name, new.full_name) for new in later if new)


def _by_likeness(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None
) -> Iterator[_Candidate]:
    from difflib import SequenceMatcher

    new_by_price: dict[object, list[Model]] = {}
    for model in added:
        new_by_price.setdefault(_price(model, at), []).append(model)
    for old in removed:
        alike = new_by_price.get(_price(old, at), [])
        prices = in_force(old, at)
        for new in alike if len(alike) <= MAX_ALIKE and prices.rates else ():
            likeness = SequenceMatcher(None, old.name, new.name).ratio()
            if likeness >= SIMILAR and prices.same_prices(in_force(new, at)):
                yield 1 - likeness, old.full_name, new.full_name


def _price(model: Model, at: datetime | None) -> object:
    rates = in_force(model, at).rates
    return model.provider, frozenset((place, own[0]) for place, own in rates.items())
