"""A list of models: prices per 1M tokens, aligned at the decimal point."""

from collections.abc import Iterator, Sequence
from typing import Any

from pricectl.core.labels import clean, count, grouped, plural, service_word, short_rate, thousands
from pricectl.core.money import usd_per_mtok
from pricectl.core.units import STANDARD
from pricectl.models import ModelList, PricedRow
from pricectl.report.canvas import WRAP_FROM, Canvas, at_point, cells_of
from pricectl.report.json_text import catalog_id
from pricectl.report.listing import COLUMN_GAP, Listing
from pricectl.report.rows import row_document

COLUMNS = (("Input>", "input"), ("Cached>", "cache_read"), ("Output>", "output"))
TOKEN_UNITS = {unit for _, unit in COLUMNS}
# Columns dropped first in a narrow terminal, in this order, and what the caption calls them.
DISPENSABLE = {"Also": "services", "Context>": "context"}
# A longer name stands above its prices, so it takes no other column's room.
MAX_NAME_ROOM = 40


def document(result: ModelList) -> dict[str, Any]:
    """Each row with its prices in force and those of other times."""
    return {
        "schema": "pricectl.models/1",
        "models": [row_document(row) for row in result.rows],
        "catalog": catalog_id(result.catalog),
    }


def text(result: ModelList, canvas: Canvas) -> str:
    """A table with the base prices of one service (None: standard); quiet: only the names."""
    rows = result.rows
    if canvas.quiet:
        return "\n".join(clean(row.model.name) for row in rows)
    from rich.text import Text

    service = service_word(result.service)
    columns = _columns(rows, service)
    if _width(columns) > canvas.width:
        # One column of full names shows every provider and needs less room than two.
        del columns["Provider"]
        columns["Model"] = [clean(row.model.full_name) for row in rows]
    left_out = [name for name in _dispensable(columns, canvas.width) if columns.pop(name)]
    table = Listing([*columns])
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, cells))
    captions = [Text(line, style="dim") for line in _captions(rows, service, left_out)]
    return canvas.draw(table, Text(), *captions) if rows else canvas.draw(*captions)


def _columns(rows: Sequence[PricedRow], service: str) -> dict[str, list[str]]:
    """The cells of each column by its heading."""
    prices = {}
    for heading, unit in COLUMNS:
        rates = (row.prices.base_rate(unit, service) for row in rows)
        prices[heading] = at_point(
            "" if pico is None else grouped(usd_per_mtok(pico)) for pico in rates
        )
    windows = [row.model.entry.get("max_input_tokens") for row in rows]
    return {
        "Provider": [clean(row.model.provider) for row in rows],
        "Model": [clean(row.model.name) for row in rows],
        **prices,
        "Context>": [count(size) if isinstance(size, int) else "" for size in windows],
        "Also": [_also(row) for row in rows],
    }


def _width(columns: dict[str, list[str]]) -> int:
    """How many cells the columns take, where only a very long name and "Also" may fold."""
    widths = {
        name: max(map(cells_of, (name.rstrip(">"), *texts))) for name, texts in columns.items()
    }
    if "Also" in widths:
        widths["Also"] = min(widths["Also"], WRAP_FROM)
    widths["Model"] = min(widths["Model"], MAX_NAME_ROOM)
    return sum(widths.values()) + COLUMN_GAP * (len(widths) - 1)


def _dispensable(columns: dict[str, list[str]], width: int) -> Iterator[str]:
    """Columns to drop so that the others fit, as few as possible."""
    left = dict(columns)
    for name in DISPENSABLE:
        if _width(left) > width:
            del left[name]
            yield name


def _captions(rows: Sequence[PricedRow], service: str, left_out: Sequence[str]) -> Iterator[str]:
    if not rows:
        yield "No model matches."
        return
    word = f"{service} prices" if service else "Prices"
    yield f"{plural(len(rows), 'model')}. {word} in USD per 1M tokens."
    dated = sum(bool(row.other_lists) for row in rows)
    if dated:
        verb = "has" if dated == 1 else "have"
        yield f"{count(dated)} {verb} other prices at other times; 'pricectl show' lists them."
    if left_out:
        names = ", ".join(DISPENSABLE[name] for name in left_out)
        yield f"Left out at this width: {names}. -o json has all."


def _also(row: PricedRow) -> str:
    """Other prices, tiers, services, dates."""
    if row.model.is_retired:
        return "retired"
    rates = row.prices.rates
    base = [
        (unit, own[0])
        for (unit, *tier_and_service), own in rates.items()
        if tier_and_service == [0, STANDARD]
    ]
    # The first price of a model that is sold by other units alone, such as an image's.
    only = [] if any(unit in TOKEN_UNITS for unit, _ in base) else base[:1]
    tiers = [f">{thousands(threshold)}" for threshold in row.prices.thresholds]
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
