"""The kinds of change that a comparison can be, as a reviewer calls them: one table."""

from collections.abc import Callable
from typing import NamedTuple

from pricectl.changes import ChangeKind, Comparison
from pricectl.changes.periods import is_over

NO_EFFECT = "no charge changes"


class KindOfChange(NamedTuple):
    """A kind of change: its id, its words, when it applies, and whether charges depend on it."""

    id: str
    words: str
    applies: Callable[[Comparison], bool]
    has_effect: bool = True


def _moves(direction: int, *, later: bool) -> Callable[[Comparison], bool]:
    """Whether a price that was there and stays moves up (1) or down (-1)."""

    def applies(found: Comparison) -> bool:
        return any(
            bool(change.period) == later
            and not is_over(change.period)
            and any(
                move.old_pico_usd is not None
                and move.new_pico_usd is not None
                and move.difference_pico_usd * direction > 0
                for move in change.moves
            )
            for change in found.of("repriced")
        )

    return applies


def _has_first_prices(found: Comparison) -> bool:
    return any(
        move.old_pico_usd is None and move.new_pico_usd is not None
        for change in found.of("repriced")
        for move in change.moves
        if not is_over(change.period)
    )


def _has_prices_gone(found: Comparison) -> bool:
    return any(
        bool(move.old_pico_usd) and move.new_pico_usd is None
        for change in found.of("repriced")
        for move in change.moves
        if not is_over(change.period)
    )


def _has_conditions(found: Comparison) -> bool:
    return any(not change.moves and not is_over(change.period) for change in found.of("repriced"))


def _only_charges_as_before(found: Comparison) -> bool:
    """Whether prices differ, but each charges what was charged before, such as by a fallback."""
    in_force = [change for change in found.of("repriced") if not is_over(change.period)]
    moves = [move for change in in_force for move in change.moves]
    return bool(moves) and all(move.old_pico_usd == move.new_pico_usd for move in moves)


def _has_over(found: Comparison) -> bool:
    return any(is_over(change.period) for change in found.of("repriced"))


def _has(kind: ChangeKind) -> Callable[[Comparison], bool]:
    return lambda found: bool(found.of(kind))


# In the order in which they are said.
KINDS = (
    KindOfChange("rise", "prices rise", _moves(1, later=False)),
    KindOfChange("cut", "prices fall", _moves(-1, later=False)),
    KindOfChange("later-rise", "prices rise on a later day", _moves(1, later=True)),
    KindOfChange("later-cut", "prices fall on a later day", _moves(-1, later=True)),
    KindOfChange("price-gone", "prices gone, so that nothing is charged", _has_prices_gone),
    KindOfChange("first-price", "prices for what had none", _has_first_prices),
    KindOfChange("condition", "other conditions of prices", _has_conditions),
    KindOfChange("settings", "settings", lambda found: bool(found.settings.changes)),
    KindOfChange("removed", "models removed", _has("removed")),
    KindOfChange("renamed", "models renamed", _has("renamed")),
    KindOfChange("added", "new models", _has("added")),
    KindOfChange("names", "names answered by another row", _has("resolution")),
    KindOfChange(
        "same-charge",
        "prices that charge what was charged before",
        _only_charges_as_before,
        has_effect=False,
    ),
    KindOfChange("over", "prices of periods that are over", _has_over, has_effect=False),
    KindOfChange("upkeep", "upkeep", _has("metadata"), has_effect=False),
    KindOfChange(
        "notation",
        "numbers or order written differently",
        lambda found: bool(found.reordered or found.respelled),
        has_effect=False,
    ),
)


def kinds_of(found: Comparison) -> tuple[str, ...]:
    """The ids of the kinds that a comparison is, in the order of the table."""
    return tuple(kind.id for kind in KINDS if kind.applies(found))


def kind_words(ids: tuple[str, ...]) -> str:
    """The kinds in one sentence; it says so where no charge depends on them."""
    kinds = [kind for kind in KINDS if kind.id in ids]
    words = "; ".join(kind.words for kind in kinds)
    return words if not kinds or any(kind.has_effect for kind in kinds) else f"{words}; {NO_EFFECT}"
