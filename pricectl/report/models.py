"""A list of models: prices per 1M tokens, aligned at the decimal point."""

from collections.abc import Iterator, Sequence
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.core.labels import count, plural, service_word, short_rate
from pricectl.core.money import usd_per_mtok
from pricectl.core.units import STANDARD
from pricectl.models import Priced
from pricectl.report.canvas import COLUMN_GAP, WRAP_FROM, Canvas, at_point, clean, listing
from pricectl.report.json_text import catalog_id
from pricectl.report.rows import row_document

COLUMNS = (("Input>", "input"), ("Cached>", "cache_read"), ("Output>", "output"))
TOKEN_UNITS = {unit for _, unit in COLUMNS}
# Columns that a narrow terminal does without, the first first, and what they say.
DISPENSABLE = {"Also": "services", "Context>": "context", "Provider": "provider"}


def document(rows: Sequence[Priced], catalog: Catalog) -> dict[str, Any]:
    """Each row with its prices in force and those of other times."""
    return {
        "schema": "pricectl.models/1",
        "models": [row_document(row) for row in rows],
        "catalog": catalog_id(catalog),
    }


def text(rows: Sequence[Priced], canvas: Canvas, service: str | None) -> str:
    """A table with the base prices of one service (None: standard); quiet, the names alone."""
    if canvas.quiet:
        return "\n".join(clean(row.model.name) for row in rows)
    from rich.text import Text

    word = service_word(service)
    columns = _columns(rows, word)
    left_out = [name for name in _dispensable(columns, canvas.width) if columns.pop(name)]
    table = listing(*columns)
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, cells))
    words = [Text(line, style="dim") for line in _captions(rows, word, left_out)]
    return canvas.draw(table, Text(), *words) if rows else canvas.draw(*words)


def _columns(rows: Sequence[Priced], service: str) -> dict[str, list[str]]:
    """The cells of each column by its heading."""
    prices = {}
    for heading, unit in COLUMNS:
        rates = (row.prices.base_rate(unit, service) for row in rows)
        prices[heading] = at_point("" if pico is None else usd_per_mtok(pico) for pico in rates)
    windows = [row.model.entry.get("max_input_tokens") for row in rows]
    return {
        "Provider": [clean(row.model.provider) for row in rows],
        "Model": [clean(row.model.name) for row in rows],
        **prices,
        "Context>": [count(size) if isinstance(size, int) else "" for size in windows],
        "Also": [_also(row) for row in rows],
    }


def _dispensable(columns: dict[str, list[str]], width: int) -> Iterator[str]:
    """Columns to leave out so that no name is broken, as far as that helps."""
    widths = {
        name: COLUMN_GAP + max(map(len, (name.rstrip(">"), *cells)))
        for name, cells in columns.items()
    }
    widths["Also"] = min(widths["Also"], COLUMN_GAP + WRAP_FROM)
    for name in DISPENSABLE:
        if sum(widths.values()) - COLUMN_GAP > width:
            del widths[name]
            yield name


def _captions(rows: Sequence[Priced], service: str, left_out: Sequence[str]) -> Iterator[str]:
    if not rows:
        yield "No model matches."
        return
    word = f"{service} prices" if service else "Prices"
    yield f"{plural(len(rows), 'model')}. {word} in USD per 1M tokens."
    others = sum(bool(row.other_lists) for row in rows)
    if others:
        verb = "has" if others == 1 else "have"
        yield f"{count(others)} {verb} other prices at other times; 'pricectl show' lists them."
    if left_out:
        names = ", ".join(DISPENSABLE[name] for name in left_out)
        yield f"Left out at this width: {names}. -o json has all."


def _also(row: Priced) -> str:
    """A price that no token column can show, context tiers, services, and when all this holds."""
    if row.model.is_retired:
        return "retired"
    rates = row.prices.rates
    base = [(unit, own[0]) for (unit, *at), own in rates.items() if at == [0, STANDARD]]
    # The first price of a model that is sold by other units alone, such as an image's.
    only = [] if any(unit in TOKEN_UNITS for unit, _ in base) else base[:1]
    tiers = [f">{threshold // 1000}k" for threshold in row.prices.thresholds]
    period = [f"({row.period})"] if row.period else []
    return clean(
        " ".join(
            [
                *(short_rate(pico, unit) for unit, pico in only),
                *tiers,
                *row.prices.services,
                *period,
            ]
        )
    )
