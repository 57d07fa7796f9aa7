"""A list of models: prices per 1M tokens, aligned at the decimal point."""

from collections.abc import Iterator, Sequence
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.core.labels import count, service_word, short_rate
from pricectl.core.money import usd_per_mtok
from pricectl.core.prices import PriceList
from pricectl.core.units import STANDARD
from pricectl.models import Priced, base_rate
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
    return _table(rows, canvas, service_word(service))


def _table(rows: Sequence[Priced], canvas: Canvas, service: str) -> str:
    from rich.text import Text

    columns = _columns(rows, service)
    left_out = [name for name in _dispensable(columns, canvas.width) if columns.pop(name)]
    table = listing(*columns)
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, cells))
    words = [Text(line, style="dim") for line in _captions(rows, service, left_out)]
    return canvas.draw(table, Text(), *words) if rows else canvas.draw(*words)


def _columns(rows: Sequence[Priced], service: str) -> dict[str, list[str]]:
    """The cells of each column by its heading."""
    prices = {
        heading: at_point(_price(row, unit, service) for row in rows) for heading, unit in COLUMNS
    }
    return {
        "Provider": [clean(row.model.provider) for row in rows],
        "Model": [clean(row.model.name) for row in rows],
        **prices,
        "Context>": [_window(row) for row in rows],
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


def _window(row: Priced) -> str:
    window = row.model.entry.get("max_input_tokens")
    return count(window) if isinstance(window, int) else ""


def _captions(rows: Sequence[Priced], service: str, left_out: Sequence[str]) -> Iterator[str]:
    if not rows:
        yield "No model matches."
        return
    word = f"{service} prices" if service else "Prices"
    found = f"{count(len(rows))} {'model' if len(rows) == 1 else 'models'}"
    yield f"{found}. {word} in USD per 1M tokens."
    others = sum(bool(row.other_lists) for row in rows)
    if others:
        verb = "has" if others == 1 else "have"
        yield f"{count(others)} {verb} other prices at other times; 'pricectl show' lists them."
    if left_out:
        names = ", ".join(DISPENSABLE[name] for name in left_out)
        yield f"Left out at this width: {names}. -o json has all."


def _price(row: Priced, unit: str, service: str) -> str:
    pico = base_rate(row.prices, unit, service)
    return "" if pico is None else usd_per_mtok(pico)


def _also(row: Priced) -> str:
    if row.model.entry.get("retired") is True:
        return "retired"
    tiers = [f">{threshold // 1000}k" for threshold in row.prices.thresholds]
    period = [f"({row.period})"] if row.period else []
    return clean(" ".join([*_other_price(row.prices), *tiers, *row.prices.services, *period]))


def _other_price(prices: PriceList) -> Iterator[str]:
    """The first price of a model that no token table can show: an image's, a second's."""
    base = [(unit, own[0]) for (unit, *at), own in prices.rates.items() if at == [0, STANDARD]]
    if not any(unit in TOKEN_UNITS for unit, _ in base):
        yield from (short_rate(pico, unit) for unit, pico in base[:1])
