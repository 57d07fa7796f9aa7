"""Where which prices stand, for people."""

from collections.abc import Sequence

from pricectl.core.labels import count
from pricectl.operate.status import Outcome, Standing, outcome
from pricectl.report.canvas import Canvas, clean, listing

WORDS: dict[Outcome, tuple[str, str]] = {
    "same": ("same: one catalog and one calculator", "bold green"),
    "different": ("different: not all charge alike", "bold red"),
    "unreadable": ("unreadable: not every place could be read", "bold red"),
}
HASH_CHARACTERS = 12


def report(standings: Sequence[Standing], canvas: Canvas, *, quiet: bool) -> str:
    """The outcome in one line, and a table of all places above it."""
    from rich.text import Text

    found = outcome(standings)
    verdict = Text(*WORDS[found])
    if quiet:
        return canvas.draw(Text(found))
    table = listing(
        "Where", "", "SHA-256", "Models>", "Last updated", "Generation>", "Calculator", "Remarks"
    )
    for standing in standings:
        table.add_row(*(Text(clean(cell)) for cell in _cells(standing, standings[0], canvas)))
    return canvas.draw(table, Text(), verdict)


def _cells(standing: Standing, first: Standing, canvas: Canvas) -> tuple[str, ...]:
    sha256 = standing.sha256 if canvas.verbose else standing.sha256[:HASH_CHARACTERS]
    return (
        standing.name,
        standing.kind,
        sha256 if sha256 or standing.problem else "none",
        "" if standing.models is None else count(standing.models),
        standing.last_updated,
        "" if standing.generation is None else count(standing.generation),
        standing.calculator,
        "; ".join(_remarks(standing, first)),
    )


def _remarks(standing: Standing, first: Standing) -> list[str]:
    if standing.problem:
        return [standing.problem]
    found = []
    if not first.problem and standing.sha256 != first.sha256:
        found.append("other catalog")
    if standing.calculator and first.calculator and standing.calculator != first.calculator:
        found.append("other calculator")
    if standing.layer not in {"", "file"}:
        found.append(f"prices from: {standing.layer}")
    if standing.reload == "refused":
        found.append("last reload refused")
    return found
