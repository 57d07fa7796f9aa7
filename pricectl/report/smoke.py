"""A smoke test as a document and for people: under each failed call what was expected."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import HASH_DIGITS, clean, dollar_text, plural
from pricectl.core.money import usd
from pricectl.operate.smoke import SmokeCheck, SmokeResult
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.json_text import catalog_id
from pricectl.report.listing import Grid

if TYPE_CHECKING:
    from rich.padding import Padding
    from rich.text import Text

# Below the title of a call.
INDENT = 6
_WORDS = {"ok": "ok", "failed": "FAIL", "skipped": "skip"}
_STYLES = {"ok": "green", "failed": "bold red", "skipped": "yellow"}


def document(result: SmokeResult) -> dict[str, Any]:
    """The document of `smoke`; schemas/smoke.schema.json describes it."""
    return {
        "schema": "pricectl.smoke/1",
        "outcome": "fail" if result.failed else "pass",
        "url": result.url,
        "api": result.api,
        "calls": [
            {
                "name": call.probe.name,
                "model": call.probe.model,
                "budget_mode": call.probe.mode,
                "outcome": call.outcome,
                "reason": call.probe.skipped,
                "status": call.status or None,
                "provider_cost_usd": None if call.pico_usd is None else usd(call.pico_usd),
                "credits": call.credits,
                "checks": [check._asdict() for check in call.checks],
            }
            for call in result.calls
        ],
        "provider_cost_usd": usd(result.pico_usd),
        "credits": result.credits,
        "profile": result.profile.name,
        "catalog": catalog_id(result.catalog),
    }


def text(result: SmokeResult, canvas: Canvas) -> str:
    """The outcome, then each call with its checks that failed (all with -v)."""
    from rich.text import Text

    outcome = Text(_outcome(result), "bold red" if result.failed else "bold green")
    if canvas.quiet:
        return canvas.draw(outcome)
    parts: list[Text | Grid | Padding] = [outcome, Text()]
    for call, row in zip(result.calls, _rows(result, canvas.width), strict=True):
        parts += row
        checks = [check for check in call.checks if canvas.verbose or check.outcome == "failed"]
        if checks:
            parts.append(_table(checks))
    catalog, number = result.catalog, result.credits
    end = dollar_text(usd(result.pico_usd))
    if number is not None:
        end += f", {plural(number, 'credit')} by profile {result.profile.name}"
    end += f"; compared with catalog {catalog.sha256[:HASH_DIGITS]}"
    # The file need not say when it was edited.
    end += f" of {catalog.last_updated}" if catalog.last_updated else ""
    return canvas.draw(*parts, Text(), Text(clean(end), "dim"))


def _outcome(result: SmokeResult) -> str:
    made = [call for call in result.calls if call.outcome != "skipped"]
    # Further models are all called another-model, so their own names say which one it was.
    wrong = [
        clean(call.probe.model) if call.probe.name == "another-model" else call.probe.title
        for call in made
        if call.outcome == "failed"
    ]
    checks = sum(check.outcome != "skipped" for call in made for check in call.checks)
    where = f"{clean(result.url)} ({result.api})"
    if wrong:
        return f"fail: {where}: {len(wrong)} of {len(made)} calls: {', '.join(wrong)}"
    return f"pass: {where}: {len(made)} calls, {checks} checks"


def _rows(result: SmokeResult, width: int) -> "Iterator[list[Text | Padding]]":
    """One line a call in columns: its cost and credits, and what could not be compared.

    Where that is too wide for one line, the second part of each call has a line of its own.
    """
    from rich.padding import Padding
    from rich.text import Text

    costs = at_point(
        "" if call.pico_usd is None else dollar_text(usd(call.pico_usd)) for call in result.calls
    )
    titles = [call.probe.title for call in result.calls]
    models = [clean(call.probe.model) for call in result.calls]
    rows: list[tuple[Text, Text]] = []
    for call, title, model, cost in zip(result.calls, titles, models, costs, strict=True):
        line = Text(f"{_WORDS[call.outcome]:<4}", _STYLES[call.outcome])
        line.append(f"  {title:<{max(map(len, titles))}}  ", "")
        parts = [] if call.credits is None else [plural(call.credits, "credit")]
        parts += [
            f"{check.name} {check.note}"
            for check in call.checks
            if check.outcome == "skipped" or (check.name == "cost" and check.outcome == "ok")
        ]
        remark = Text(clean(call.probe.skipped or ", ".join(parts)))
        line.append(f"{model:<{max(map(len, models))}}  {cost}", "")
        rows.append((line, remark))
    in_one_line = all(line.cell_len + 2 + remark.cell_len <= width for line, remark in rows)
    for line, remark in rows:
        if in_one_line or not remark:
            yield [Text("  ").join((line, remark))]
        else:
            yield [line, Padding(remark, (0, 0, 0, INDENT))]


def _table(checks: list[SmokeCheck]) -> "Grid":
    from rich.text import Text

    table = Grid(["left", "left", "wrap"])
    for check in checks:
        comparison = check.actual
        if check.outcome == "failed" and check.expected != check.actual:
            comparison = f"expected {check.expected}, got {check.actual}"
        note = f" ({check.note})" if check.note else ""
        outcome = Text(f"      {_WORDS[check.outcome]:<4}", _STYLES[check.outcome])
        table.add_row(outcome, check.name, Text(clean(comparison + note)))
    return table
