"""Which removed rows live on under another name."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.effort import Effort
from pricectl.changes.periods import in_force
from pricectl.core.model import Model

SIMILAR = 0.6
# More rows of one price than this are not compared by name; their renames show as two changes.
MAX_ALIKE = 100
# What a first look at two names costs for each character.
GLANCE = 2


class Rename(NamedTuple):
    """A row before and after it changed its name."""

    old: Model
    new: Model


def renamed(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None, effort: Effort
) -> tuple[Rename, ...]:
    """Pair removed with added rows of one provider, each at most once.

    A row that lists the other's name as an alias is the same, whatever it costs; else prices must
    be the same at that instant, and either the aliases, which no other such row has, or the names
    alike. The most alike names go first.
    """
    if not removed or not added:
        return ()
    pairs: list[Rename] = []
    left_old = {model.full_name: model for model in removed}
    left_new = {model.full_name: model for model in added}
    said = *_by_alias(removed, added), *_by_aliases(removed, added, at)
    for _, old, new in sorted((*said, *_by_likeness(removed, added, at, effort))):
        if old in left_old and new in left_new:
            pairs.append(Rename(left_old.pop(old), left_new.pop(new)))
    return tuple(pairs)


# How unlike the names are (below zero: aliases say so), then both full names.
_Candidate = tuple[float, str, str]
_LISTED, _SHARED = -2.0, -1.0


def _by_alias(removed: tuple[Model, ...], added: tuple[Model, ...]) -> Iterator[_Candidate]:
    gone, come = ({(row.provider, row.name): row for row in rows} for rows in (removed, added))
    for new in added:
        former = (gone.get((new.provider, alias)) for alias in new.aliases)
        yield from ((_LISTED, old.full_name, new.full_name) for old in former if old)
    for old in removed:
        later = (come.get((old.provider, alias)) for alias in old.aliases)
        yield from ((_LISTED, old.full_name, new.full_name) for new in later if new)


def _by_aliases(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None
) -> Iterator[_Candidate]:
    """The one removed and the one added row of a provider with the same aliases and prices."""
    gone, come = _with_aliases(removed, at), _with_aliases(added, at)
    for shared, old in gone.items():
        new = come.get(shared, [])
        if len(old) == len(new) == 1 and in_force(old[0], at).same_prices(in_force(new[0], at)):
            yield _SHARED, old[0].full_name, new[0].full_name


def _with_aliases(rows: tuple[Model, ...], at: datetime | None) -> dict[object, list[Model]]:
    found: dict[object, list[Model]] = {}
    for row in rows:
        if row.aliases and in_force(row, at).rates:
            found.setdefault((frozenset(row.aliases), _price(row, at)), []).append(row)
    return found


def _by_likeness(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None, effort: Effort
) -> Iterator[_Candidate]:
    new_by_price: dict[object, list[Model]] = {}
    for model in added:
        new_by_price.setdefault(_price(model, at), []).append(model)
    for old in removed:
        prices = in_force(old, at)
        alike = new_by_price.get(_price(old, at), []) if prices.rates else []
        for new, likeness in _likenesses(old, alike, effort):
            if likeness >= SIMILAR and prices.same_prices(in_force(new, at)):
                yield 1 - likeness, old.full_name, new.full_name


def _likenesses(old: Model, alike: list[Model], effort: Effort) -> Iterator[tuple[Model, float]]:
    """How alike the names are, from 0 to 1, as far as that is affordable."""
    if len(alike) > MAX_ALIKE:
        effort.miss()
        return
    for new in alike:
        names = old.name, new.name
        glance = GLANCE * sum(map(len, names)) + len(new.prices.rates)
        if not effort.spends(glance):
            effort.miss()
            return
        if may_be_alike(*names):
            if not effort.spends(cost(*names)):
                effort.miss()
                return
            yield new, likeness(*names)


def may_be_alike(old: str, new: str) -> bool:
    """Whether two names have enough characters in common, in whatever order."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old, new)
    return matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR


def cost(old: str, new: str) -> int:
    """About how many pairs of equal characters are looked at to compare two names."""
    letters = Counter(new)
    return len(old) * len(new) // 8 + sum(letters[letter] for letter in old)


def likeness(old: str, new: str) -> float:
    """How alike two names are, from 0 to 1."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, old, new).ratio()


def _price(model: Model, at: datetime | None) -> object:
    rates = in_force(model, at).rates
    return model.provider, frozenset((place, own[0]) for place, own in rates.items())
