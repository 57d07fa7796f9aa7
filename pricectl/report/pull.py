"""What `pull` took over from price lists and what waits: as a document and as text."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pricectl.core.document import Json
from pricectl.core.labels import count, label, listed, plural, short_rate
from pricectl.core.money import usd
from pricectl.core.units import STANDARD, price_key
from pricectl.feeds.differences import PriceDrift
from pricectl.feeds.new_rows import AgreedRow
from pricectl.feeds.proposal import Difference, by_provider
from pricectl.feeds.rows import MAIN_UNITS
from pricectl.operate.pull import PullResult, WaitingRow
from pricectl.report.canvas import Canvas
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, grouped, table
from pricectl.report.drift_words import list_name, theirs_text, value_text, voices
from pricectl.report.edits import edit_document, edit_text

# More values that stay as they are are counted instead of listed.
SHOWN_HELD = 6
MAIN_PRICES = tuple((unit, 0, STANDARD) for unit in MAIN_UNITS)


def document(result: PullResult) -> dict[str, Any]:
    """The document of `pull`; schemas/pull.schema.json describes it."""
    found = result.report
    return {
        "schema": "pricectl.pull/1",
        **edit_document(result.edit),
        "outcome": "fail" if result.exit_code else "pass",
        "lists": [
            {"name": feed.name, "source": feed.origin.where, "date": feed.date or None}
            for feed in found.feeds
        ],
        "proposed": [_value(one) for one in result.values],
        "added": [_added(one) for one in result.new],
        "waiting": [
            {"row": one.name, "reasons": list(one.reasons), "command": one.command}
            for one in result.waiting
        ],
        "held": [
            {**_value(one.drift), "reason": one.reason, "waits": one.waits} for one in result.held
        ],
        "held_models": [
            {"provider": one.model.provider, "model": one.model.name, "reason": one.reason}
            for one in result.held_models
        ],
        "too_few_lists": {"values": result.too_few, "models": result.too_few_models},
        "without_a_date": list(result.undated),
        "gates": list(result.gates),
    }


def _value(drift: Difference) -> dict[str, Json]:
    price = isinstance(drift, PriceDrift)
    theirs: Any = drift.majority.value
    old = drift.ours
    return {
        "provider": drift.model.provider,
        "model": drift.model.name,
        "member": drift.member,
        "period": drift.period or None if isinstance(drift, PriceDrift) else None,
        "old": usd(old) if price and isinstance(old, int) else old,
        "new": usd(theirs) if price else theirs,
        "votes": [
            {"list": claim.vote, "date": claim.day or None}
            for claim in drift.differing
            if claim.value == theirs
        ],
    }


def _added(row: AgreedRow) -> dict[str, Json]:
    return {
        "provider": row.model.provider,
        "model": row.model.name,
        "prices_usd": {price_key(*drift.key): usd(drift.majority.value) for drift in row.prices},
        "left_out": [price_key(*drift.key) for drift in row.left_out],
        "source": row.source or None,
    }


def text(result: PullResult, canvas: Canvas) -> str:
    """The proposal by provider, what waits, the edit; quiet: what waits and how it ended."""
    lines: list[StyledLine] = []
    if not canvas.quiet:
        lines += _proposed(result, canvas)
        lines += _new(result.new, canvas)
        lines += _kept(result, canvas)
    lines += _waiting(result, canvas)
    if not canvas.quiet:
        lines += folded(_summary(result), "bold", canvas)
        lines.append(EMPTY_LINE)
    parts = [drawn(lines, canvas)] if lines else []
    parts.append(canvas.draw(*edit_text(result.edit, canvas)).rstrip("\n"))
    return "".join(parts)


def _proposed(result: PullResult, canvas: Canvas) -> Iterator[StyledLine]:
    for provider, values in by_provider(result.values):
        rows = len({one.model.name for one in values})
        title = f"{provider}: {plural(len(values), 'value')} in {plural(rows, 'row')}"
        yield from folded(title, "bold", canvas)
        yield from table(_lines(values), "llll", canvas)
        yield EMPTY_LINE


def _lines(values: Iterable[Difference]) -> list[TableLine]:
    own = list(values)
    lines = [
        TableLine((one.what, value_text(one, one.ours), theirs_text(one), voices(one)), "dim")
        for one in own
    ]
    return grouped([one.model.full_name for one in own], lines)


def _new(rows: Iterable[AgreedRow], canvas: Canvas) -> Iterator[StyledLine]:
    own = list(rows)
    if not own:
        return
    yield from folded(f"{plural(len(own), 'new row')}", "bold", canvas)
    lines = []
    for row in own:
        base = sorted(row.prices, key=lambda one: one.key not in MAIN_PRICES)
        prices = ", ".join(
            f"{label(*one.key)} {short_rate(one.majority.value, one.key[0])}" for one in base[:2]
        )
        more = len(base) - 2
        prices += f" and {plural(more, 'other price')}" if more > 0 else ""
        votes = sorted({list_name(claim) for one in row.prices for claim in one.differing})
        left = (
            f"; {plural(len(row.left_out), 'price')} of one list left out" if row.left_out else ""
        )
        lines.append(TableLine((row.model.full_name, prices, ", ".join(votes) + left), "dim"))
    yield from table(lines, "lll", canvas)
    yield EMPTY_LINE


def _kept(result: PullResult, canvas: Canvas) -> Iterator[StyledLine]:
    """What lists agree on and stays as it is."""
    kept = [one for one in result.held if not one.waits]
    lines = [(f"{one.drift.model.full_name} {one.drift.what}", one.reason) for one in kept]
    lines += [(one.model.full_name, one.reason) for one in result.held_models]
    if not lines:
        return
    yield from folded("Left as it is", "bold", canvas)
    shown = lines if canvas.verbose or len(lines) <= SHOWN_HELD else lines[:SHOWN_HELD]
    yield from table([TableLine(line, "dim") for line in shown], "ll", canvas)
    if len(shown) < len(lines):
        yield from folded(
            f"  and {count(len(lines) - len(shown))} more; -v shows all", "dim", canvas
        )
    yield EMPTY_LINE


def _waiting(result: PullResult, canvas: Canvas) -> Iterator[StyledLine]:
    if result.waiting or result.gates:
        yield from folded("Waits for a person", "bold yellow", canvas)
        for row in result.waiting:
            yield from _waiting_row(row, canvas)
        for gate in result.gates:
            yield from folded(f"  nothing was written: {gate}", "", canvas)
        yield EMPTY_LINE


def _waiting_row(row: WaitingRow, canvas: Canvas) -> Iterator[StyledLine]:
    yield from folded(f"  {row.name}", "", canvas)
    for reason in row.reasons:
        yield from folded(f"    {reason}", "dim", canvas, further=2)
    yield from folded(f"    apply it with: {row.command}", "", canvas, further=2)


def _summary(result: PullResult) -> str:
    """The counts in one sentence."""
    rows = Counter(one.model.full_name for one in result.values)
    parts = [f"{plural(len(result.values), 'value')} in {plural(len(rows), 'row')}"]
    if result.new:
        parts.append(f"{plural(len(result.new), 'new row')}")
    if result.waiting:
        parts.append(f"{plural(len(result.waiting), 'row')} waiting for a person")
    few = result.too_few + result.too_few_models
    if few:
        parts.append(
            f"{plural(few, 'difference')} on which fewer than "
            f"{count(result.selection.agreeing)} lists agree"
        )
    undated = (
        f". {listed(result.undated)} cannot be evidence without a day" if result.undated else ""
    )
    return "; ".join(parts) + undated
