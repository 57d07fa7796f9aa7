"""The checklist before a deploy for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pricectl.operate.deploy_check.checklist import Check, Readiness, State
from pricectl.report.canvas import Canvas, clean, grid
from pricectl.report.deploy_check import verdict

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

STYLES: dict[State, str] = {
    "ok": "green",
    "note": "blue",
    "failed": "bold red",
    "unknown": "bold yellow",
}


def report(found: Readiness, canvas: Canvas, *, quiet: bool) -> str:
    """Every item with what it saw, then the verdict; with `quiet` the verdict alone."""
    from rich.text import Text

    said = Text(verdict(found), "bold green" if found.safe else "bold red")
    if quiet:
        return canvas.draw(said)
    head = Text(f"{clean(found.file)}, sha256 {found.sha256}", "bold")
    return canvas.draw(head, "", _items(found, verbose=canvas.verbose), "", said)


def _items(found: Readiness, *, verbose: bool) -> "Table":
    from rich.text import Text

    table = grid("left", "left", "wrap")
    for check in found.checks:
        told = Text("\n").join(_told(check, verbose=verbose))
        table.add_row(Text(f"  {check.state}", STYLES[check.state]), check.id, told)
    return table


def _told(check: Check, *, verbose: bool) -> "Iterator[Text]":
    from rich.text import Text

    yield Text(clean(check.said))
    if verbose or check.state != "ok":
        yield from (Text(clean(line), "dim") for line in check.details)
