"""Which removed rows live on under another name."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.limits import Allowance
from pricectl.changes.periods import in_force
from pricectl.core.model import Model

SIMILAR = 0.6
# Steps that each pair of names takes, and how many pairs of their letters take one more.
PAIR_STEPS, LETTER_PAIRS_PER_STEP = 10, 16


class Rename(NamedTuple):
    """A row before and after it changed its name."""

    old: Model
    new: Model


def find_renames(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None, allowance: Allowance
) -> tuple[Rename, ...]:
    """Pair removed with added rows of one provider, each at most once.

    A row that lists the other's name as an alias is a match at any price. Otherwise the prices must
    be the same at that instant, and the rows must have either the same aliases, which no other
    candidate has, or similar names. The most similar names go first.
    """
    if not removed or not added:
        return ()
    pairs: list[Rename] = []
    left_old = {model.full_name: model for model in removed}
    left_new = {model.full_name: model for model in added}
    candidates = (
        *_by_alias(removed, added),
        *_by_aliases(removed, added, at),
        *_by_similarity(removed, added, at, allowance),
    )
    for _, old, new in sorted(candidates):
        if old in left_old and new in left_new:
            pairs.append(Rename(left_old.pop(old), left_new.pop(new)))
    return tuple(pairs)


# How different the names are (below zero: the aliases say that it is one row), both full names.
_Candidate = tuple[float, str, str]
_LISTED, _SHARED = -2.0, -1.0


def _by_alias(removed: tuple[Model, ...], added: tuple[Model, ...]) -> Iterator[_Candidate]:
    """Rows of which one lists the other's name among its aliases."""
    old_rows, new_rows = (
        {(row.provider, row.name): row for row in rows} for rows in (removed, added)
    )
    pairs = [
        *((old_rows.get((new.provider, alias)), new) for new in added for alias in new.aliases),
        *((old, new_rows.get((old.provider, alias))) for old in removed for alias in old.aliases),
    ]
    for old, new in pairs:
        if old and new:
            yield _LISTED, old.full_name, new.full_name


def _by_aliases(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None
) -> Iterator[_Candidate]:
    """The one removed and the one added row of a provider with the same aliases and prices."""
    old_rows: dict[object, list[Model]] = {}
    new_rows: dict[object, list[Model]] = {}
    for rows, by_aliases in ((removed, old_rows), (added, new_rows)):
        for row in rows:
            if row.aliases and in_force(row, at).rates:
                key = frozenset(row.aliases), _price(row, at)
                by_aliases.setdefault(key, []).append(row)
    for shared, old in old_rows.items():
        new = new_rows.get(shared, [])
        # Two such rows on a side prove nothing: either may be the renamed one.
        if len(old) == len(new) == 1 and in_force(old[0], at).same_prices(in_force(new[0], at)):
            yield _SHARED, old[0].full_name, new[0].full_name


def _by_similarity(
    removed: tuple[Model, ...], added: tuple[Model, ...], at: datetime | None, allowance: Allowance
) -> Iterator[_Candidate]:
    new_by_price: dict[object, list[Model]] = {}
    for model in added:
        new_by_price.setdefault(_price(model, at), []).append(model)
    for old in removed:
        prices = in_force(old, at)
        candidates = new_by_price.get(_price(old, at), []) if prices.rates else []
        letters = sum(len(new.name) for new in candidates)
        steps = PAIR_STEPS * len(candidates) + len(old.name) * letters // LETTER_PAIRS_PER_STEP
        if not allowance.take("removed row", steps):
            continue
        for new in candidates:
            ratio = similarity(old.name, new.name)
            if ratio >= SIMILAR and prices.same_prices(in_force(new, at)):
                yield 1 - ratio, old.full_name, new.full_name


def similarity(old: str, new: str) -> float:
    """How similar two names are, from 0 to 1; 0 where they have too few characters in common."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old, new)
    # The quick ones count the characters, whatever their order, and cannot be lower.
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    return matcher.ratio()


def _price(model: Model, at: datetime | None) -> object:
    rates = in_force(model, at).rates
    return model.provider, frozenset((key, pico_usd) for key, (pico_usd, _) in rates.items())
