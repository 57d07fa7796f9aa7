"""What `set` changed, and what depends on it, as a document and for people."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pricectl.changes.rates import rate_text
from pricectl.core.labels import clean, count, label, plural, service_label, short_decimal
from pricectl.core.prices import key_path
from pricectl.core.units import UNITS, is_token_unit
from pricectl.edit.siblings import Dependent, PriceEdit
from pricectl.operate.set import SetResult
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW
from pricectl.report.edits import edit_document, edit_text
from pricectl.report.listing import Grid

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN_ROWS, SHOWN_DEPENDENTS = 10, 20
RATIO_DECIMALS = 2


def document(result: SetResult) -> dict[str, Any]:
    """The document of `set`; schemas/set.schema.json describes it."""
    return {
        "schema": "pricectl.set/1",
        **edit_document(result.edit),
        "patterns": [{"pattern": pattern, "rows": list(rows)} for pattern, rows in result.patterns],
        "rows": [
            {
                "provider": plan.model.provider,
                "model": plan.model.name,
                "prices": [_move_document(plan.base, move) for move in plan.moves],
                "dropped": list(plan.dropped),
                "notes": list(plan.notes),
                "left_out": list(plan.left_out),
            }
            for plan in result.plans
        ],
        "siblings": [_dependent_document(one) for one in result.siblings],
        "copies": [_dependent_document(one) for one in result.copies],
    }


def _move_document(pointer: str, move: PriceEdit) -> dict[str, Any]:
    unit, tier, service = move.key
    return {
        "key": move.path,
        "unit": unit,
        "above_tokens": tier,
        "service": service_label(service),
        "usd_per": "1M tokens" if is_token_unit(unit) else UNITS[unit].counts,
        "old": None if move.old_pico_usd is None else rate_text(move.old_pico_usd, unit),
        "new": None if move.new_pico_usd is None else rate_text(move.new_pico_usd, unit),
        "pointer": f"{pointer}/{key_path(move.path)}",
    }


def _dependent_document(one: Dependent) -> dict[str, Any]:
    return {
        "provider": one.model.provider,
        "model": one.model.name,
        **_move_document("", one.move),
        "pointer": one.place.pointer,
        "ratio": f"{short_decimal(one.ratio * 100, RATIO_DECIMALS).lstrip('~')}%",
        "of": label(*one.of),
        "exact": one.exact,
    }


def text(result: SetResult, canvas: Canvas) -> str:
    """The rows of patterns, the edit, what depends on it; quiet: only how it ended."""
    from rich.text import Text

    edit = edit_text(result.edit, canvas)
    if canvas.quiet:
        return canvas.draw(*edit)
    parts: list[RenderableType] = []
    for pattern, rows in result.patterns:
        shown = rows if canvas.verbose else rows[:SHOWN_ROWS]
        parts.append(Text(f"{clean(pattern)}: {plural(len(rows), 'row')}", "bold"))
        parts += [Text(f"  {clean(row)}") for row in shown]
        parts += _more(len(rows) - len(shown))
    parts += [Text()] if parts else []
    *above, summary = edit
    parts += above
    for title, dependents in (
        ("Kept their price; --siblings keeps their ratio instead", result.siblings),
        ("Rows of the same model; --copies keeps their ratio", result.copies),
    ):
        parts += _dependents(title, dependents, canvas)
    notes = [note for plan in result.plans for note in plan.notes]
    left_out = Counter(one for plan in result.plans for one in plan.left_out)
    notes += [
        f"{one} left out of {plural(rows, 'row')} without this price"
        for one, rows in left_out.items()
    ]
    dropped = {plan.model.full_name: plan.dropped for plan in result.plans if plan.dropped}
    if dropped:
        words = " and ".join(dict.fromkeys(name for names in dropped.values() for name in names))
        notes.append(f"{words} vouched for the old price and went; --verified DATE dates it anew")
    parts += [Text(clean(note), "dim") for note in notes]
    return canvas.draw(*parts, summary)


def _dependents(
    title: str, dependents: Sequence[Dependent], canvas: Canvas
) -> "list[RenderableType]":
    from rich.text import Text

    if not dependents:
        return []
    shown = dependents if canvas.verbose else dependents[:SHOWN_DEPENDENTS]
    moves = [one.move for one in shown]
    old, new = (
        at_point(rate_text(pico or 0, move.key[0]) for move, pico in zip(moves, side, strict=True))
        for side in (
            [move.old_pico_usd for move in moves],
            [move.new_pico_usd for move in moves],
        )
    )
    table = Grid(["wrap", "left", "right", "left", "left", "right", "left"])
    before = ""
    for one, was, kept in zip(shown, old, new, strict=True):
        row = clean(one.model.full_name)
        ratio = f"{short_decimal(one.ratio * 100, RATIO_DECIMALS)}%"
        name = clean(one.place.path) if "/" in one.place.path else label(*one.place.key)
        rounded = "" if one.exact else "rounded"
        table.add_row(
            f"  {'' if row == before else row}",
            name,
            was,
            ARROW,
            kept,
            ratio,
            f"of {label(*one.of)} {rounded}",
        )
        before = row
    return [Text(title, "bold"), table, *_more(len(dependents) - len(shown)), Text()]


def _more(number: int) -> "list[RenderableType]":
    from rich.text import Text

    return [Text(f"  and {count(number)} more; -v shows all", "dim")] if number else []
