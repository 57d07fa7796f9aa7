"""The price changes of rows as lines that people read: base rates first, fallback rates folded.

A line is the same in the terminal and in a comment; each format only draws it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pricectl.changes import Change, Move, PriceRef
from pricectl.changes.rates import rate_text
from pricectl.core.labels import count, dollar_text, plural
from pricectl.core.units import UNITS, is_token_unit
from pricectl.report import changes as change_text
from pricectl.report.alike import MAX_ALIKE, LineGroup, alike_once

PER_MTOK = "1M"
# The legends of prices.
UNIT_NOTE = "1M: 1 million tokens"
FALLBACK_NOTE = change_text.FALLBACK_NOTE
# So many of the prices that fell back on one are written out.
SHOWN_FOLDED = 8
_UNIT_ORDER = {unit: number for number, unit in enumerate(UNITS)}


class PriceLine(NamedTuple):
    """A price before and now, in dollars for `per`; of another member its values, without `per`.

    `folded` are several prices that one price was charged for on the side in parentheses, each with
    its own dollars on the other side. `difference` is signed and in percent, of several prices the
    lowest and highest. `changes` is how many changes the line stands for.
    """

    label: str
    old: str
    new: str
    per: str
    difference: str
    arrow: str
    folded: tuple[tuple[str, str], ...] = ()
    changes: int = 1

    @property
    def has_fallback(self) -> bool:
        """Whether a figure is what is charged without a price of its own."""
        return bool(self.per) and "(" in self.old + self.new

    @property
    def is_first_price(self) -> bool:
        """Whether nothing was charged before."""
        return bool(self.per) and self.old == change_text.NO_PRICE

    @property
    def folded_words(self) -> str:
        """The prices that fell back on one, in one sentence."""
        shown = "; ".join(f"{name} {dollars} / {self.per}" for name, dollars in self.folded_shown)
        return f"{shown}; {count(self.folded_more)} more" if self.folded_more else shown

    @property
    def folded_shown(self) -> tuple[tuple[str, str], ...]:
        """The folded prices that are written out."""
        return self.folded[:SHOWN_FOLDED]

    @property
    def folded_more(self) -> int:
        """How many folded prices are only counted."""
        return max(0, len(self.folded) - SHOWN_FOLDED)


def price_groups(changes: Sequence[Change], *, everything: bool) -> list[LineGroup[PriceLine]]:
    """The lines of each row, in the order of the rows; what many rows share is said once.

    With `everything`, each change is a line of its own row.
    """
    rows: dict[str, list[Change]] = {}
    for change in changes:
        rows.setdefault(change.full_name, []).append(change)
    lines = {name: list(_lines(own, everything=everything)) for name, own in rows.items()}
    if everything:
        return [LineGroup((name,), tuple(own)) for name, own in lines.items()]
    return alike_once(lines, lambda line: line.is_first_price or line.arrow == change_text.SAME)


def moved_groups(
    groups: Sequence[LineGroup[PriceLine]],
) -> tuple[list[LineGroup[PriceLine]], str]:
    """The groups without rows whose new prices charge what was charged before, and a sentence.

    Only where those would be many lines; the sentence is empty else.
    """
    same = [group for group in groups if all(map(_is_as_before, group.lines))]
    if sum(len(group.lines) for group in same) <= MAX_ALIKE:
        return list(groups), ""
    prices = sum(line.changes * len(group.rows) for group in same for line in group.lines)
    rows = len({row for group in same for row in group.rows})
    labels = list(dict.fromkeys(line.label for group in same for line in group.lines))
    more = len(labels) - SHOWN_FOLDED
    listed = "; ".join(labels[:SHOWN_FOLDED]) + (f"; {count(more)} more" if more > 0 else "")
    words = f"{plural(prices, 'new price')} of {plural(rows, 'row')} charge what was charged before"
    kept = [group for group in groups if not all(map(_is_as_before, group.lines))]
    return kept, f"{words}: {listed}"


def _is_as_before(line: PriceLine) -> bool:
    return line.arrow == change_text.SAME and line.old.startswith("(")


def legend(groups: Sequence[LineGroup[PriceLine]]) -> tuple[str, ...]:
    """What the figures of some lines mean, where there are such figures."""
    every = [line for group in groups for line in group.lines]
    notes = {
        UNIT_NOTE: any(line.per == PER_MTOK for line in every),
        FALLBACK_NOTE: any(line.has_fallback for line in every),
    }
    return tuple(note for note, applies in notes.items() if applies)


def _lines(changes: Iterable[Change], *, everything: bool) -> Iterator[PriceLine]:
    """Own prices, each with those that fell back on it; then what had no price before."""
    ordered = sorted(changes, key=_reading_order)
    folds: dict[Fold, list[Change]] = {}
    for change in ordered:
        if change.fallback and change.price and not everything:
            folds.setdefault(_fold_of(change, change.price), []).append(change)
    # One that got its own price is a line of its own; one that lost it moves with the other.
    folds = {fold: found for fold, found in folds.items() if len(found) > 1 or not fold.got_own}
    folded = {id(change) for found in folds.values() for change in found}
    own = [change for change in ordered if id(change) not in folded]
    first = [change for change in own if price_line(change).is_first_price]
    for change in own[: len(own) - len(first)]:
        yield price_line(change)
        for fold in [fold for fold in folds if _is_of(fold, change)]:
            yield _folded(folds.pop(fold))
    yield from map(_folded, folds.values())
    yield from map(price_line, first)


class Fold(NamedTuple):
    """What prices of one line have in common: the unit whose price is charged for want of theirs.

    `got_own`: they have prices of their own now; else they lost them.
    """

    unit: str
    period: str
    got_own: bool
    charged_pico_usd: int | None


def _fold_of(change: Change, price: PriceRef) -> Fold:
    old, new = change.largest or Move(None, None)
    got_own = change.old is None
    return Fold(change.fallback, price.period, got_own, old if got_own else new)


def _is_of(fold: Fold, change: Change) -> bool:
    """Whether the change is of the price that those of a fold are charged for want of theirs."""
    price = change.price
    if price is None or change.fallback:
        return False
    is_plain = not (price.service or price.above_tokens)
    return is_plain and (price.unit, price.period) == (fold.unit, fold.period)


def _reading_order(change: Change) -> tuple[bool, bool, bool, bool, int, str, int]:
    """Own prices first, the plain one before services and tiers, in the order of the units.

    What had no price before goes last.
    """
    price, move = change.price, change.largest
    if price is None:
        return False, True, False, False, 0, "", 0
    is_first = move is not None and move.old_pico_usd is None
    where = bool(price.service), price.above_tokens, price.service, _UNIT_ORDER[price.unit]
    return is_first, False, bool(change.fallback), *where


def in_reading_order(changes: Iterable[Change]) -> list[Change]:
    """The price changes of each row, its plain prices first; rows stay in their order."""
    rows: dict[str, list[Change]] = {}
    for change in changes:
        rows.setdefault(change.full_name, []).append(change)
    return [change for own in rows.values() for change in sorted(own, key=_reading_order)]


def price_line(change: Change) -> PriceLine:
    """One change as a line."""
    old, new = dollars_of(change)
    difference = change_text.percent_text(change.largest) if change.moves else change.note
    arrow = change_text.arrow(change.largest) if change.moves else ""
    label = place_label(change.price) if change.price else change.field
    return PriceLine(label, old, new, per(change), difference, arrow)


def _folded(changes: Sequence[Change]) -> PriceLine:
    """Several prices of one fallback as one line."""
    first = changes[0]
    got_own = first.old is None
    old, new = dollars_of(first)
    names = tuple(
        (place_label(change.price) if change.price else change.field, dollars_of(change)[got_own])
        for change in changes
    )
    moves = [change.largest for change in changes if change.largest]
    moves.sort(key=lambda move: move.relative or 0)
    # The lowest and the highest move, once if they are alike.
    differences = dict.fromkeys(change_text.percent_text(move) for move in (moves[0], moves[-1]))
    arrows = {change_text.arrow(move) for move in moves} - {change_text.SAME}
    arrow = arrows.pop() if len(arrows) == 1 else ""
    words = "own price" if len(changes) == 1 else "own prices"
    label = (
        f"{plural(len(changes), 'new price')}, before as {first.fallback}"
        if got_own
        else f"{plural(len(changes), 'price')} gone, now as {first.fallback}"
    )
    return PriceLine(
        label,
        old if got_own else words,
        words if got_own else new,
        per(first),
        " to ".join(differences),
        arrow,
        names,
        len(changes),
    )


def dollars_of(change: Change) -> tuple[str, str]:
    """The value before and now, a price in dollars; a fallback price stands in parentheses."""
    price, move = change.price, change.largest
    if price is None or move is None:
        return change_text.old_and_new(change)
    old, new = (
        dollar_text(own)
        if own
        else change_text.NO_PRICE
        if pico is None
        else f"({dollar_text(rate_text(pico, price.unit))})"
        for own, pico in zip((change.old, change.new), move, strict=True)
    )
    return old, new


def per(change: Change) -> str:
    """What a price buys, such as "1M" tokens or "web search"; "" of another member."""
    return per_unit(change.price.unit) if change.price else ""


def per_unit(unit: str) -> str:
    """What a price of a unit buys.

    >>> per_unit("input"), per_unit("page")
    ('1M', 'page')
    """
    return PER_MTOK if is_token_unit(unit) else UNITS[unit].counts


def place_label(price: PriceRef) -> str:
    """A price by its unit, tier, service and period; what it buys is said apart."""
    return f"{price.unit}{change_text.where(price)}"


def rates_words(change: Change) -> str:
    """The plainest prices of a row that is new or gone, with their units."""
    prices = [
        f"{unit} {dollar_text(rate_text(pico, unit))} / {per_unit(unit)}"
        for unit, pico in change.rates
    ]
    return ", ".join(prices) or "no price"
