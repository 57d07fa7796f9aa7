"""What `set` changed, and what depends on it, as a document and for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pricectl.changes.rates import rate_text
from pricectl.core.labels import count, label, plural, service_label, short_decimal
from pricectl.core.prices import key_path
from pricectl.core.units import UNITS, is_token_unit
from pricectl.edit.siblings import Dependent, PriceEdit
from pricectl.operate.set import SetResult
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, grouped, table
from pricectl.report.edits import edit_document, edit_lines

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
    edit = edit_lines(result.edit, canvas)
    if canvas.quiet:
        return drawn(edit, canvas)
    lines: list[StyledLine] = []
    for pattern, rows in result.patterns:
        shown = rows if canvas.verbose else rows[:SHOWN_ROWS]
        lines += folded(f"{pattern}: {plural(len(rows), 'row')}", "bold", canvas)
        for row in shown:
            lines += folded(f"  {row}", "", canvas)
        lines += _more(len(rows) - len(shown), canvas)
    lines += [EMPTY_LINE] if lines else []
    *above, summary = edit
    lines += above
    for title, dependents in (
        ("Kept their price; --siblings keeps their ratio instead", result.siblings),
        ("Rows of the same model; --copies keeps their ratio", result.copies),
    ):
        lines += _dependents(title, dependents, canvas)
    for note in _notes(result):
        lines += folded(note, "dim", canvas)
    return drawn([*lines, summary], canvas)


def _notes(result: SetResult) -> Iterator[str]:
    """What was done otherwise than written, what was left out, and what went."""
    for plan in result.plans:
        yield from plan.notes
    left_out = Counter(one for plan in result.plans for one in plan.left_out)
    for one, rows in left_out.items():
        yield f"{one} left out of {plural(rows, 'row')} without it"
    dropped = dict.fromkeys(name for plan in result.plans for name in plan.dropped)
    if dropped:
        names = " and ".join(dropped)
        yield f"{names} vouched for the old price and went; --verified DATE dates it anew"


def _dependents(
    title: str, dependents: Sequence[Dependent], canvas: Canvas
) -> Iterator[StyledLine]:
    if not dependents:
        return
    shown = dependents if canvas.verbose else dependents[:SHOWN_DEPENDENTS]
    old, new = (
        at_point(rate_text(pico, one.move.key[0]) for one, pico in zip(shown, side, strict=True))
        for side in (
            [one.place.pico_usd for one in shown],
            [one.kept_pico_usd for one in shown],
        )
    )
    rows = []
    for one, was, kept in zip(shown, old, new, strict=True):
        ratio = f"{short_decimal(one.ratio * 100, RATIO_DECIMALS)}%"
        name = one.place.path if "/" in one.place.path else label(*one.place.key)
        of = f"of {label(*one.of)}{'' if one.exact else ', rounded'}"
        rows.append(TableLine((name, was, ARROW, kept, ratio, of)))
    yield from folded(title, "bold", canvas)
    yield from table(grouped([one.model.full_name for one in shown], rows), "lrlrrl", canvas)
    yield from _more(len(dependents) - len(shown), canvas)
    yield EMPTY_LINE


def _more(number: int, canvas: Canvas) -> Iterator[StyledLine]:
    if number:
        yield from folded(f"  and {count(number)} more; -v shows all", "dim", canvas)
