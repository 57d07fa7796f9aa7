"""What the calls of a usage log cost, as text and as a document."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pricectl.core.labels import count
from pricectl.core.money import exact_usd, usd
from pricectl.replay.logs.columns import ColumnMap
from pricectl.replay.rating_result import RatedGroup, SideTotals
from pricectl.replay.run import ReplayResult
from pricectl.report.canvas import Canvas
from pricectl.report.charged_tables import charged_document
from pricectl.report.columns import (
    EMPTY_LINE,
    HEADINGS,
    StyledLine,
    TableLine,
    drawn,
    fits,
    folded,
    table,
)
from pricectl.report.json_text import catalog_id
from pricectl.report.name_coverage import coverage_by_layer, layer_of, worst_names
from pricectl.report.prices_at import retired_document
from pricectl.report.replay_tables import base_of, is_compared, moved_accounts, new_of, tables
from pricectl.report.replay_words import column_lines, introduction, notes
from pricectl.report.report_table import ReportTable


def text(result: ReplayResult, canvas: Canvas) -> str:
    """The tables and what is to be known; quiet: the totals alone."""
    return drawn(_lines(result, canvas), canvas)


def _lines(result: ReplayResult, canvas: Canvas) -> Iterator[StyledLine]:
    found = tables(result, verbose=canvas.verbose)
    if canvas.quiet:
        yield from _table(found[0], canvas)
        return
    for number, sentence in enumerate(introduction(result)):
        yield from folded(sentence, "dim" if number else "bold", canvas)
    for one in found:
        yield EMPTY_LINE
        yield from _table(one, canvas)
    remarks = list(notes(result))
    if remarks:
        yield EMPTY_LINE
    for remark in remarks:
        yield from folded(remark, "dim", canvas)
    if result.log.rejected and not result.request.rejects:
        yield from folded("--rejects FILE writes the rows that could not be read", "dim", canvas)
    for line in column_lines(result, verbose=canvas.verbose):
        yield from folded(line, "dim", canvas)


def _table(found: ReportTable, canvas: Canvas) -> Iterator[StyledLine]:
    if found.title:
        yield from folded(found.title, "bold", canvas)
    shown, lines = found, _table_lines(found)
    for place in found.spare:
        if fits(lines, shown.alignment, canvas):
            break
        shown = shown.without(place)
        lines = _table_lines(shown)
    yield from table(lines, shown.alignment, canvas)
    if found.left_out:
        yield from folded(f"  and {count(found.left_out)} more; -v shows all", "dim", canvas)


def _table_lines(found: ReportTable) -> list[TableLine]:
    return [TableLine(found.headings, HEADINGS), *map(TableLine, found.lines)]


def document(result: ReplayResult) -> dict[str, Any]:
    """The result for programs; money is exact decimal strings of USD."""
    files, log = result.files, result.log
    more, less = moved_accounts(result) if is_compared(result) else ([], [])
    return {
        "schema": "pricectl.replay/1",
        "log": {
            "files": log.files,
            "formats": [{"format": one, "files": number} for one, number in log.formats.items()],
            "from": _instant(log.first),
            "until": _instant(log.last),
            "repeated_rows": log.repeated,
            "calls_outside_period": log.outside_period,
            "calls_without_time": log.without_time,
            "rejected": _reasons(log.rejected, result),
            "left_out": _reasons(log.left_out, result),
            "remarks": [{"remark": one, "calls": number} for one, number in log.remarks.items()],
            "columns": [_columns(one) for one in log.columns],
            "unsplit_cache_write_tokens": log.unsplit_cache_write,
            "unsplit_cache_write_usd": usd(result.unsplit_pico),
        },
        "catalog": {"file": files.new_name, **catalog_id(files.new.catalog)},
        "base": {"file": files.base_name, **catalog_id(files.base.catalog)} if files.base else None,
        "profile": result.profile.name,
        "modes": list(result.modes),
        "by": result.request.by,
        "total": _group(result.total, result),
        "groups": [_group(one, result) for one in result.groups],
        "accounts": {
            "more": [_group(one, result) for one in more],
            "less": [_group(one, result) for one in less],
            "unchanged": len(result.accounts) - len(more) - len(less) if files.base else None,
        },
        "stated": [_stated(one) for one in result.models if one.stated_calls],
        "coverage": [
            {"found_by": layer, "calls": calls, "provider_cost_usd": usd(pico)}
            for layer, calls, pico in coverage_by_layer(result)
        ],
        "guessed_names": [
            {
                "name": row.name,
                "seller": row.seller,
                "found_by": layer_of(row),
                "priced_as": row.catalog_model,
                "flags": list(row.flags),
                "calls": row.calls,
                "provider_cost_usd": usd(row.pico_usd),
            }
            for row in worst_names(result)
        ],
        "checked_calls": result.checked_calls,
        "at": files.at or None,
        "retired": retired_document(result),
        "charged": charged_document(result.charged) if result.charged else None,
    }


def _instant(at: Any) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%S}+00:00" if at else None


def _reasons(rows: Any, result: ReplayResult) -> list[dict[str, Any]]:
    stated = result.log.stated_pico
    return [
        {"reason": reason, "rows": number, "stated_usd": usd(stated.get(reason, 0))}
        for reason, number in rows.items()
    ]


def _columns(found: ColumnMap) -> dict[str, Any]:
    columns = [
        {"says": role, "column": one.name, "times": one.scale, "guessed": one.guessed}
        for role, one in found.columns.items()
    ]
    return {"columns": columns, "cache": found.cache or None, "unread": list(found.unread)}


def _group(one: RatedGroup, result: ReplayResult) -> dict[str, Any]:
    return {
        "key": one.values[0] if one.values else None,
        "calls": one.calls,
        "requests": one.requests,
        "jobs": one.jobs,
        "input_tokens": one.input_tokens,
        "output_tokens": one.output_tokens,
        "new": _side(new_of(one)),
        "base": _side(base_of(one)) if is_compared(result) else None,
    }


def _side(side: SideTotals) -> dict[str, Any]:
    return {
        "list_cost_usd": usd(side.pico_usd),
        "provider_cost_usd": exact_usd(side.contract_pico_usd),
        "client_cost_usd": exact_usd(side.customer_pico_usd),
        "credits": dict(side.credits),
    }


def _stated(one: RatedGroup) -> dict[str, Any]:
    ours, stated = new_of(one).stated_calls_pico_usd, one.stated_pico_usd
    return {
        "model": one.values[0],
        "calls": one.stated_calls,
        "stated_usd": usd(stated),
        "ours_usd": usd(ours),
        "difference_usd": exact_usd(Fraction(ours - stated)),
    }
