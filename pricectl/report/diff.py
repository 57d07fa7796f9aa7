"""A comparison of two versions of the catalog, as a document and for people."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.diff import DiffResult
from pricectl.changes.gates import Gate
from pricectl.changes.rates import rate_text
from pricectl.core.estimate import Estimate
from pricectl.core.labels import clean, count, service_label, short_decimal
from pricectl.core.money import usd
from pricectl.core.units import UNITS, is_token_unit
from pricectl.report import changes as change_text
from pricectl.report.canvas import Canvas
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, table
from pricectl.report.diff_sections import over_words
from pricectl.report.diff_summary import (
    MAX_LOOSENED,
    DiffSummary,
    loosened_words,
    summary_of,
)
from pricectl.report.diff_tables import text_sections
from pricectl.report.json_text import catalog_id, resolved

PERCENT_DECIMALS = 4


def document(result: DiffResult) -> dict[str, Any]:
    """The document of `diff`; schemas/diff.schema.json describes it."""
    compared, found = result.compared, result.compared.comparison
    left_out = {"left_out": [change_text.left_out(found)]} if found.left_out else {}
    return {
        "schema": "pricectl.diff/1",
        "outcome": "fail" if compared.tripped else "pass",
        "summary": compared.summary,
        "overview": summary_of(result).document(),
        "base": {"name": compared.base, **catalog_id(result.base.version.catalog)},
        "head": {"name": compared.head, **catalog_id(result.head.version.catalog)},
        "profile": result.profile.name,
        "loosened": list(result.loosened),
        "changes": [_change(change) for change in found.changes],
        "impact": [_impact(job) for job in found.impact],
        "gates": [_gate(gate) for gate in compared.gates],
        "reordered": found.reordered,
        "respelled": found.respelled,
        "settings": _settings(found),
        "charges": [_charge(job) for job in found.charges],
        **left_out,
    }


def percent(relative: Fraction | None) -> str | None:
    """A relative difference in percent, signed, at most four decimals; None from nothing.

    >>> percent(Fraction(1, 3)), percent(Fraction(-1, 2)), percent(None)
    ('33.3333', '-50', None)
    """
    return None if relative is None else short_decimal(relative * 100, PERCENT_DECIMALS).lstrip("~")


def _change(change: Change) -> dict[str, Any]:
    largest, price, charged = change.largest, change.price, None
    if price is not None and largest is not None:
        # The price and its charge before and after, by its own price or a fallback.
        old, new = (
            None if pico is None else rate_text(pico, price.unit)
            for pico in (largest.old_pico_usd, largest.new_pico_usd)
        )
        charged = {
            "unit": price.unit,
            "above_tokens": price.above_tokens,
            "service": service_label(price.service),
            "period": price.period,
            "usd_per": "1M tokens" if is_token_unit(price.unit) else UNITS[price.unit].counts,
            "old_charged": old,
            "new_charged": new,
            "fallback": change.fallback or None,
        }
    return {
        "kind": change.kind,
        "severity": change.severity,
        "provider": change.provider,
        "model": change.model,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "percent": percent(largest.relative) if largest else None,
        "note": change.note,
        "pointer": change.pointer,
        "price": charged,
    }


def _impact(job: Impact) -> dict[str, Any]:
    return {
        "provider": job.provider,
        "model": job.model,
        "name": job.name,
        "workload": job.workload.name,
        "calls": job.workload.calls,
        "service": service_label(job.workload.service),
        "period": job.period,
        "old": _cost(job.old),
        "new": _cost(job.new),
        "percent": percent(job.move.relative),
    }


def _settings(found: Comparison) -> dict[str, Any]:
    compared = found.settings
    return {
        "compared": not (compared.problem or compared.note),
        "problem": compared.problem,
        "note": compared.note,
        "changes": [change._asdict() for change in compared.changes],
    }


def _charge(job: Impact) -> dict[str, Any]:
    return {
        **_impact(job),
        "old_profile": job.old.profile.name,
        "new_profile": job.new.profile.name,
        "client_percent": percent(job.customer_move.relative),
        "credits_percent": {credit.mode: percent(credit.relative) for credit in job.credit_moves},
    }


def _cost(job: Estimate) -> dict[str, Any]:
    return {
        "resolved": resolved(job.quote.match),
        "provider_cost_usd": usd(job.pico_usd),
        "client_cost_usd": usd(job.client_pico_usd),
        "credits": {mode.mode: mode.charged for mode in job.credits},
        "unpriced": [line.unit for line in job.quote.unpriced],
    }


def _gate(gate: Gate) -> dict[str, Any]:
    unit = "%" if gate.percent else ""
    actual, limit = (
        None if number is None else short_decimal(number, PERCENT_DECIMALS).lstrip("~") + unit
        for number in (gate.actual, gate.limit)
    )
    return {"id": gate.id, "limit": limit, "actual": actual, "tripped": gate.tripped}


def text(result: DiffResult, canvas: Canvas) -> str:
    """The whole comparison, what a reviewer must know first; quiet: summary and gates."""
    return drawn(styled_lines(result, canvas, has_summary=not canvas.quiet), canvas)


def styled_lines(
    result: DiffResult, canvas: Canvas, *, has_summary: bool = False
) -> list[StyledLine]:
    """The lines of the text, for a report that has more of them."""
    compared, found = result.compared, result.compared.comparison
    lines: list[StyledLine] = []
    for sentence in loosened_words(result, None if canvas.verbose else MAX_LOOSENED):
        lines += folded(f"! {clean(sentence)}", "bold yellow", canvas)
    lines += folded(compared.summary, "bold", canvas)
    if has_summary:
        lines += _summary_lines(summary_of(result), canvas)
    elif canvas.quiet and (bill := summary_of(result).bill):
        lines += folded(f"  Bill  {bill.text}", "", canvas)
    if not canvas.quiet:
        for section in text_sections(found, everything=canvas.verbose):
            lines += [EMPTY_LINE, *folded(section.title, "bold", canvas)]
            lines += table(section.lines, section.alignment, canvas)
            left_out = section.left_out
            notes = [f"and {count(left_out)} more; -v shows all"] if left_out else []
            for note in (*notes, *section.notes):
                lines += folded(f"  {note}", "dim", canvas)
        over = "" if canvas.verbose else over_words(found)
        for remark in filter(None, (over, change_text.only_looks(found))):
            lines += [EMPTY_LINE, *folded(remark, "dim", canvas)]
    left_out_text = change_text.left_out(found)
    lines += folded(left_out_text, "yellow", canvas) if left_out_text else ()
    for remark in change_text.settings_remarks(found, has_settings=result.has_settings):
        lines += folded(remark, "yellow", canvas)
    lines += [EMPTY_LINE] if compared.gates and not canvas.quiet else []
    for gate in compared.gates:
        style = "bold red" if gate.tripped else "green"
        lines += folded(gate.text, style, canvas)
    return lines


def _summary_lines(summary: DiffSummary, canvas: Canvas) -> Iterator[StyledLine]:
    """The summary, each line with its label."""
    styles = {"error": "bold red", "warning": "yellow", "info": ""}
    rows = [TableLine((line.label, line.words), styles[line.level]) for line in summary.lines]
    return table(rows, "ll", canvas)
