"""A smoke test for people: a checklist, and under each failure what was expected."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pricectl.core.labels import plural
from pricectl.core.money import usd
from pricectl.operate.smoke import Check, Result, Smoked
from pricectl.report.canvas import Canvas, at_point, clean, grid

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_WORDS = {"ok": "ok", "failed": "FAIL", "skipped": "skip"}
_STYLES = {"ok": "green", "failed": "bold red", "skipped": "yellow"}


def report(smoked: Smoked, canvas: Canvas, *, quiet: bool) -> str:
    """The outcome, then each call with its checks that failed (all with -v)."""
    from rich.text import Text

    outcome = Text(_outcome(smoked), "bold red" if smoked.failed else "bold green")
    if quiet:
        return canvas.draw(outcome)
    parts: list[Text | Table] = [outcome, Text()]
    for result, row in zip(smoked.results, _rows(smoked), strict=True):
        parts.append(row)
        checks = list(_checks(result, everything=canvas.verbose))
        if checks:
            parts.append(_table(checks))
    return canvas.draw(*parts, Text(), Text(clean(_compared(smoked)), "dim"))


def _outcome(smoked: Smoked) -> str:
    made = [result for result in smoked.results if result.outcome != "skipped"]
    wrong = [_named(result) for result in made if result.outcome == "failed"]
    checks = sum(check.outcome != "skipped" for result in made for check in result.checks)
    where = f"{clean(smoked.url)} ({smoked.api})"
    if wrong:
        return f"fail: {where}: {len(wrong)} of {len(made)} calls: {', '.join(wrong)}"
    return f"pass: {where}: {len(made)} calls, {checks} checks"


def _named(result: Result) -> str:
    probe = result.probe
    return probe.title if probe.name != "another-model" else clean(probe.model)


def _rows(smoked: Smoked) -> "Iterator[Text]":
    """One line a call, in columns."""
    from rich.text import Text

    costs = at_point(_cost(result) for result in smoked.results)
    titles = [result.probe.title for result in smoked.results]
    models = [clean(result.probe.model) for result in smoked.results]
    for result, title, model, cost in zip(smoked.results, titles, models, costs, strict=True):
        line = Text(f"{_WORDS[result.outcome]:<4}", _STYLES[result.outcome])
        line.append(f"  {title:<{max(map(len, titles))}}  ", "")
        line.append(f"{model:<{max(map(len, models))}}  {cost}  {_told(result)}", "")
        yield line


def _cost(result: Result) -> str:
    return "" if result.pico_usd is None else f"${usd(result.pico_usd)}"


def _told(result: Result) -> str:
    """Credits, and what could not be compared."""
    if result.probe.skipped:
        return clean(result.probe.skipped)
    told = [] if result.credits is None else [_credits(result.credits)]
    told += [
        f"{check.name} {check.note}"
        for check in result.checks
        if check.outcome == "skipped" or (check.name == "cost" and check.outcome == "ok")
    ]
    return clean(", ".join(told))


def _credits(number: int) -> str:
    return plural(number, "credit")


def _checks(result: Result, *, everything: bool) -> Iterator[Check]:
    return (check for check in result.checks if everything or check.outcome == "failed")


def _table(checks: list[Check]) -> "Table":
    from rich.text import Text

    table = grid("left", "left", "wrap")
    for check in checks:
        told = f"{check.actual}" if check.expected == check.actual else _expected(check)
        note = f" ({check.note})" if check.note else ""
        word = Text(f"      {_WORDS[check.outcome]:<4}", _STYLES[check.outcome])
        table.add_row(word, check.name, Text(clean(told + note)))
    return table


def _expected(check: Check) -> str:
    if check.outcome == "failed":
        return f"expected {check.expected}, got {check.actual}"
    return check.actual


def _compared(smoked: Smoked) -> str:
    catalog, number = smoked.catalog, smoked.credits
    took = "" if number is None else f", {_credits(number)} by profile {smoked.profile.name}"
    version = f"catalog {catalog.sha256[:12]} of {catalog.last_updated}"
    return f"${usd(smoked.pico_usd)}{took}; compared with {version}"
