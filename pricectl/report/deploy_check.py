"""The checklist before a deploy, as a document and for people."""

from typing import Any

from pricectl.changes.gates import GatedComparison
from pricectl.core.labels import clean, count, plural
from pricectl.operate.deploy_check.checklist import (
    DeployCheck,
    DeployCheckItem,
    FoundErrors,
    ItemState,
)
from pricectl.report.canvas import Canvas
from pricectl.report.listing import Grid

# A broken file has thousands of findings, and 'pricectl validate' shows them all.
MAX_DETAILS = 10
STYLES: dict[ItemState, str] = {
    "ok": "green",
    "note": "blue",
    "failed": "bold red",
    "unknown": "bold yellow",
}


def document(result: DeployCheck) -> dict[str, Any]:
    """The document of `deploy-check`; schemas/deploy-check.schema.json describes it."""
    return {
        "schema": "pricectl.deploy-check/1",
        "outcome": "pass" if result.safe else "fail" if result.items_in("failed") else "unknown",
        "verdict": verdict(result),
        "file": result.file,
        "sha256": result.sha256,
        "checks": [
            {
                "id": item.id,
                "state": item.state,
                "said": sentence(item),
                "details": list(details(item)),
            }
            for item in result.items
        ],
    }


def text(result: DeployCheck, canvas: Canvas) -> str:
    """Every item with what it saw, then the verdict; quiet: the verdict only."""
    from rich.text import Text

    end = Text(verdict(result), "bold green" if result.safe else "bold red")
    if canvas.quiet:
        return canvas.draw(end)
    table = Grid(["left", "left", "wrap"])
    for item in result.items:
        lines = [Text(clean(sentence(item)))]
        if canvas.verbose or item.state != "ok":
            lines += [Text(clean(line), "dim") for line in details(item)]
        table.add_row(Text(f"  {item.state}", STYLES[item.state]), item.id, Text("\n").join(lines))
    head = Text(f"{clean(result.file)}, sha256 {result.sha256}", "bold")
    return canvas.draw(head, "", table, "", end)


def verdict(result: DeployCheck) -> str:
    """Safe or not, and why not."""
    if result.safe:
        return "safe to deploy"
    failed, unknown = (
        ", ".join(item.id for item in result.items_in(state)) for state in ("failed", "unknown")
    )
    reasons = (f"failed: {failed}" if failed else "", f"not checked: {unknown}" if unknown else "")
    return f"not safe to deploy: {'; '.join(reason for reason in reasons if reason)}"


def sentence(item: DeployCheckItem) -> str:
    """What an item saw, in one sentence."""
    if isinstance(item.facts, FoundErrors):
        report, models = item.facts.report, plural(item.facts.report.models, "model")
        due = f", {count(report.due)} due by date" if report.due else ""
        if item.facts.failing:
            errors = plural(report.count("error"), "error")
            return f"{errors} in {models}{due}; 'pricectl validate' shows all"
        if warnings := report.count("warning"):
            return f"no errors in {models}; {plural(warnings, 'warning')}{due}"
        return f"no errors and no warnings in {models}"
    if isinstance(item.facts, GatedComparison):
        summary = item.facts.summary
        if item.state == "failed":
            return f"{summary}: a limit is exceeded"
        if item.state == "note":
            return f"{summary}; no limit is set, such as --max-increase 20%"
        return summary
    return item.sentence


def details(item: DeployCheckItem) -> tuple[str, ...]:
    """The particulars of an item, a line each: at most 10 lines, unless the item is ok."""
    lines = item.particulars
    if isinstance(item.facts, FoundErrors):
        report = item.facts.report
        lines = tuple(
            f"{found.span.line if found.span else report.file_of(found)}: {found.message} "
            f"[{found.rule}]{found.due_mark}"
            for found in item.facts.failing
        )
    elif isinstance(item.facts, GatedComparison):
        lines = tuple(gate.text for gate in item.facts.gates)
    more = len(lines) - MAX_DETAILS
    # The worked examples of an item that is in order are all shown, on request.
    if item.state == "ok" or more <= 0:
        return lines
    return (*lines[:MAX_DETAILS], f"and {count(more)} more")
