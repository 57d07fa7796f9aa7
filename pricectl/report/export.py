"""What an export holds and what it cannot: as a document, and in a line for people."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from pricectl.core.labels import clean, count, plural
from pricectl.core.model import Model
from pricectl.feeds.export import EditLines, LiteLLMMap, edit_lines, litellm_map
from pricectl.replay.ratebook_rows import RateRow, rate_rows
from pricectl.report.canvas import Canvas


class ExportResult(NamedTuple):
    """The rows that are exported, with the prices of a day; `name` is the catalog's file."""

    format_name: str
    models: tuple[Model, ...]
    at: date
    name: str

    @property
    def edits(self) -> EditLines:
        """The rows as lines of `set --edits`."""
        return edit_lines(self.models)

    @property
    def litellm(self) -> LiteLLMMap:
        """The rows in litellm's format."""
        return litellm_map(self.models, self.at)

    @property
    def rates(self) -> tuple[RateRow, ...]:
        """The rate book of the rows."""
        return tuple(rate_rows(self.models))

    @property
    def left_out(self) -> Mapping[str, int]:
        """What the chosen format cannot hold, counted by reason."""
        if self.format_name == "ratebook":
            return {}
        return self.litellm.left_out if self.format_name == "litellm" else self.edits.left_out


def document(result: ExportResult) -> dict[str, Any]:
    """The counts, and the rates of a rate book; schemas/export.schema.json describes it."""
    rates = {}
    if result.format_name == "ratebook":
        rates = {"rates": [row._asdict() for row in result.rates]}
    return {
        "schema": "pricectl.export/1",
        "file": result.name,
        "format": result.format_name,
        "rows": len(result.models),
        "left_out": dict(result.left_out),
        **rates,
    }


def text(result: ExportResult, canvas: Canvas) -> str:
    """The counts in a few lines."""
    lines = [f"{clean(result.name)}: {plural(len(result.models), 'row')} as {result.format_name}"]
    if not canvas.quiet:
        lines += [f"  left out: {why}: {count(number)}" for why, number in result.left_out.items()]
    return canvas.draw(*lines)
