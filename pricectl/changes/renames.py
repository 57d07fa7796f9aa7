"""Which removed rows live on under another name."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.limits import MAX_RENAME_CANDIDATES, Allowance
from pricectl.changes.periods import in_force
from pricectl.core.model import Model

SIMILAR = 0.6


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
        for new, ratio in _similarities(old, candidates, allowance):
            if ratio >= SIMILAR and prices.same_prices(in_force(new, at)):
                yield 1 - ratio, old.full_name, new.full_name


def _similarities(
    old: Model, candidates: list[Model], allowance: Allowance
) -> Iterator[tuple[Model, float]]:
    """How similar the names are, from 0 to 1, until the allowance is used up."""
    if len(candidates) > MAX_RENAME_CANDIDATES:
        allowance.leave_out("renames")
        return
    for new in candidates:
        # A first look counts the characters, whatever their order, and so costs little.
        first_look = 2 * (len(old.name) + len(new.name)) + len(new.prices.rates)
        if not allowance.take("renames", first_look):
            allowance.leave_out("renames")
            return
        if not may_be_similar(old.name, new.name):
            continue
        letters = Counter(new.name)
        # Comparing two names costs about an eighth of a row for each pair of letters, and one for
        # each pair of equal letters.
        pairs = sum(letters[letter] for letter in old.name)
        if not allowance.take("renames", len(old.name) * len(new.name) // 8 + pairs):
            allowance.leave_out("renames")
            return
        yield new, similarity(old.name, new.name)


def may_be_similar(old: str, new: str) -> bool:
    """Whether two names have enough characters in common, in whatever order."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old, new)
    return matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR


def similarity(old: str, new: str) -> float:
    """How similar two names are, from 0 to 1."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, old, new).ratio()


def _price(model: Model, at: datetime | None) -> object:
    rates = in_force(model, at).rates
    return model.provider, frozenset((key, pico_usd) for key, (pico_usd, _) in rates.items())
