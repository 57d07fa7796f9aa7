"""A smoke test as a document and for people: under each failed call what was expected."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import plural
from pricectl.core.money import usd
from pricectl.operate.smoke import CallResult, SmokeCheck, SmokeResult
from pricectl.report.canvas import Canvas, at_point, clean, grid
from pricectl.report.json_text import catalog_id

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_WORDS = {"ok": "ok", "failed": "FAIL", "skipped": "skip"}
_STYLES = {"ok": "green", "failed": "bold red", "skipped": "yellow"}


def document(result: SmokeResult) -> dict[str, Any]:
    """The document of `smoke`; schemas/smoke.schema.json describes it."""
    return {
        "schema": "pricectl.smoke/1",
        "outcome": "fail" if result.failed else "pass",
        "url": result.url,
        "api": result.api,
        "calls": [_call(call) for call in result.calls],
        "provider_cost_usd": usd(result.pico_usd),
        "credits": result.credits,
        "profile": result.profile.name,
        "catalog": catalog_id(result.catalog),
    }


def _call(call: CallResult) -> dict[str, Any]:
    probe, pico_usd = call.probe, call.pico_usd
    return {
        "name": probe.name,
        "model": probe.model,
        "budget_mode": probe.mode,
        "outcome": call.outcome,
        "reason": probe.skipped,
        "status": call.status or None,
        "provider_cost_usd": None if pico_usd is None else usd(pico_usd),
        "credits": call.credits,
        "checks": [check._asdict() for check in call.checks],
    }


def text(result: SmokeResult, canvas: Canvas) -> str:
    """The outcome, then each call with its checks that failed (all with -v)."""
    from rich.text import Text

    outcome = Text(_outcome(result), "bold red" if result.failed else "bold green")
    if canvas.quiet:
        return canvas.draw(outcome)
    parts: list[Text | Table] = [outcome, Text()]
    for call, row in zip(result.calls, _rows(result), strict=True):
        parts.append(row)
        checks = list(_checks(call, everything=canvas.verbose))
        if checks:
            parts.append(_table(checks))
    return canvas.draw(*parts, Text(), Text(clean(_compared(result)), "dim"))


def _outcome(result: SmokeResult) -> str:
    made = [call for call in result.calls if call.outcome != "skipped"]
    wrong = [_named(call) for call in made if call.outcome == "failed"]
    checks = sum(check.outcome != "skipped" for call in made for check in call.checks)
    where = f"{clean(result.url)} ({result.api})"
    if wrong:
        return f"fail: {where}: {len(wrong)} of {len(made)} calls: {', '.join(wrong)}"
    return f"pass: {where}: {len(made)} calls, {checks} checks"


def _named(call: CallResult) -> str:
    probe = call.probe
    return probe.title if probe.name != "another-model" else clean(probe.model)


def _rows(result: SmokeResult) -> "Iterator[Text]":
    """One line a call, in columns."""
    from rich.text import Text

    costs = at_point(_cost(call) for call in result.calls)
    titles = [call.probe.title for call in result.calls]
    models = [clean(call.probe.model) for call in result.calls]
    for call, title, model, cost in zip(result.calls, titles, models, costs, strict=True):
        line = Text(f"{_WORDS[call.outcome]:<4}", _STYLES[call.outcome])
        line.append(f"  {title:<{max(map(len, titles))}}  ", "")
        line.append(f"{model:<{max(map(len, models))}}  {cost}  {_told(call)}", "")
        yield line


def _cost(call: CallResult) -> str:
    return "" if call.pico_usd is None else f"${usd(call.pico_usd)}"


def _told(call: CallResult) -> str:
    """Credits, and what could not be compared."""
    if call.probe.skipped:
        return clean(call.probe.skipped)
    told = [] if call.credits is None else [plural(call.credits, "credit")]
    told += [
        f"{check.name} {check.note}"
        for check in call.checks
        if check.outcome == "skipped" or (check.name == "cost" and check.outcome == "ok")
    ]
    return clean(", ".join(told))


def _checks(call: CallResult, *, everything: bool) -> Iterator[SmokeCheck]:
    return (check for check in call.checks if everything or check.outcome == "failed")


def _table(checks: list[SmokeCheck]) -> "Table":
    from rich.text import Text

    table = grid("left", "left", "wrap")
    for check in checks:
        told = check.actual
        if check.outcome == "failed" and check.expected != check.actual:
            told = f"expected {check.expected}, got {check.actual}"
        note = f" ({check.note})" if check.note else ""
        word = Text(f"      {_WORDS[check.outcome]:<4}", _STYLES[check.outcome])
        table.add_row(word, check.name, Text(clean(told + note)))
    return table


def _compared(result: SmokeResult) -> str:
    catalog, number = result.catalog, result.credits
    took = (
        "" if number is None else f", {plural(number, 'credit')} by profile {result.profile.name}"
    )
    version = f"catalog {catalog.sha256[:12]} of {catalog.last_updated}"
    return f"${usd(result.pico_usd)}{took}; compared with {version}"
