"""The providers of a catalog with their numbers: the table of contents of `models --providers`."""

from typing import Any

from pricectl.core.labels import clean, count, plural
from pricectl.models import ProviderList
from pricectl.report.canvas import Canvas
from pricectl.report.json_text import catalog_id
from pricectl.report.listing import Listing

HEADINGS = ("Provider", "Rows>", "Aliases>", "Retired>", "Evidence>", "Oldest evidence")


def document(result: ProviderList) -> dict[str, Any]:
    """Each provider with its numbers; no model is listed."""
    return {
        "schema": "pricectl.models/1",
        "models": [],
        "providers": [provider._asdict() for provider in result.providers],
        "catalog": catalog_id(result.catalog),
    }


def text(result: ProviderList, canvas: Canvas) -> str:
    """A line a provider and their sum; quiet: only the names."""
    providers = result.providers
    if canvas.quiet:
        return "\n".join(clean(one.provider) for one in providers)
    from rich.text import Text

    if not providers:
        return canvas.draw(Text("No model matches.", style="dim"))
    table = Listing(HEADINGS)
    for one in providers:
        numbers = (one.rows, one.aliases, one.retired, one.with_evidence)
        oldest = one.oldest_evidence
        table.add_row(clean(one.provider), *map(count, numbers), f"{oldest}" if oldest else "")
    rows, retired = sum(one.rows for one in providers), sum(one.retired for one in providers)
    aliases = sum(one.aliases for one in providers)
    confirmed = sum(one.with_evidence for one in providers)
    oldest = min((one.oldest_evidence for one in providers if one.oldest_evidence), default=None)
    since = f", the oldest of {oldest}" if oldest else ""
    captions = (
        (
            f"{plural(len(providers), 'provider')}, {plural(rows, 'row')} and "
            f"{count(aliases)} {'alias' if aliases == 1 else 'aliases'}."
        ),
        f"Of {plural(rows - retired, 'row')} still sold {count(confirmed)} have evidence{since}.",
    )
    return canvas.draw(table, Text(), *(Text(line, style="dim") for line in captions))
