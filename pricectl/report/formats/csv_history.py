"""A history as CSV for a spreadsheet: one line a change, with both of its dates."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.report.formats.csv_lines import written
from pricectl.report.history_document import History, document

MODEL_COLUMNS = (
    *("known_at", "commit", "path", "event", "was", "effective_from", "effective_until"),
    *("provider", "model", "field", "unit", "above_tokens", "service", "period"),
    *("usd_per", "old", "new", "percent"),
)
CATALOG_COLUMNS = (
    *("known_at", "commit", "path", "moved_from", "first"),
    *("repriced", "added", "removed", "renamed", "other"),
    *("provider", "model", "field", "usd_per", "old", "new", "percent", "problem"),
)


def history(result: History) -> str:
    """The changes of a model, or the commits of a catalog with the largest move of each."""
    found = document(result)
    if found["kind"] == "model":
        return written(MODEL_COLUMNS, _model_lines(found))
    return written(CATALOG_COLUMNS, _catalog_lines(found))


def _model_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for step in found["steps"]:
        for change in step["changes"] or [{}]:
            yield {**step, **change}
    for version in found["unreadable"]:
        yield {**version, "event": f"unreadable: {version['problem']}"}


def _catalog_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for commit in found["commits"]:
        yield {**commit, **(commit["largest"] or [{}])[0]}
    yield from found["unreadable"]
