"""One model: its rates by unit, service and tier, then the rest of its row."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import (
    clean,
    count,
    dollar_text,
    grouped,
    price_of,
    service_label,
    thousands,
)
from pricectl.core.money import TOKENS_PER_MTOK, usd
from pricectl.core.prices import PriceList
from pricectl.core.units import UNITS, is_token_unit
from pricectl.explain.sources import FOUND
from pricectl.models import FoundRow
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.json_text import catalog_id, resolved
from pricectl.report.listing import COLUMN_GAP, Grid, Listing
from pricectl.report.rows import factors, row_document, weekly

if TYPE_CHECKING:
    from rich.console import RenderableType

TOKENS = "$ / 1M tokens"
# Members of a row that are shown below its prices, in this order.
FACTS = (
    "mode",
    "max_input_tokens",
    "max_output_tokens",
    "deprecation_date",
    "verified_on",
    "source",
)


def document(result: FoundRow) -> dict[str, Any]:
    """One row with all its rates, and how it was found."""
    return {
        "schema": "pricectl.show/1",
        "asked": result.match.asked,
        "resolved": resolved(result.match),
        **row_document(result.row),
        "file": result.file or None,
        "line": result.line or None,
        "catalog": catalog_id(result.catalog),
    }


def text(result: FoundRow, canvas: Canvas) -> str:
    """The rates in force, then those of other times, then the rest; quiet: rates only."""
    from rich.text import Text

    match, row, model = result.match, result.row, result.match.model
    rates = list(_rates(row.prices, canvas.width))
    if canvas.quiet:
        return canvas.draw(*rates)
    headline = Text(clean(model.full_name), style="bold")
    if found_by := FOUND[match.how].label:
        headline.append(f"  {clean(match.asked)}, {found_by}", style="not bold")
    if model.is_retired:
        headline.append("  retired", style="yellow")
    period = [Text(dated_price(row.prices))] if row.period else []
    other_times: list[RenderableType] = []
    for time, prices in row.other_lists:
        other_times += [Text(f"\n{time}", style="bold"), *_rates(prices, canvas.width)]
        # The list in force is above already.
        if prices.off_peak and prices.off_peak is not row.prices:
            other_times.append(Text(f"\n{time}, off-peak hours", style="bold"))
            other_times += _rates(prices.off_peak, canvas.width)
    return canvas.draw(headline, *period, Text(), *rates, *other_times, Text(), _facts(result))


def dated_price(prices: PriceList) -> str:
    """Which prices are in force, where they are not simply the row's own.

    >>> from datetime import UTC, datetime
    >>> dated_price(PriceList({}, kind="upcoming", start=datetime(2026, 12, 1, tzinfo=UTC)))
    'dated price: from 2026-12-01'
    >>> dated_price(PriceList({}, is_off_peak=True))
    'off-peak price'
    """
    return f"{prices.period} price" if prices.kind == "own" else f"dated price: {prices.period}"


def _rates(prices: PriceList, width: int) -> "Iterator[RenderableType]":
    """A price list's rates, the factors on them, the hours in which it holds, how it counts."""
    from rich.text import Text

    priced = [unit for unit in UNITS if any(unit == name for name, _, _ in prices.rates)]
    tokens = [unit for unit in priced if is_token_unit(unit)]
    if tokens:
        yield from _token_tables(prices, tokens, width)
    if other_units := [unit for unit in priced if unit not in tokens]:
        yield _other_table(prices, other_units)
    table = Grid(["left", "wrap"])
    if raised := factors(prices):
        table.add_row("factors", clean(", ".join(f"{word} x{by}" for word, by in raised.items())))
    if prices.windows:
        table.add_row("hours", f"{weekly(prices.windows)} UTC")
    for unit, rule in prices.counting.items():
        table.add_row(unit.replace("_", " "), rule.words)
    if not prices.above_output_tokens and not prices.is_off_peak:
        for part in prices.unread:  # said once a period
            table.add_row("left out", clean(f"{part.pointer}: {part.message}"))
    if table.row_count:
        yield table
    for longer in prices.by_output:
        yield Text(f"\nover {longer.above_output_tokens:,} output tokens", style="bold")
        yield from _rates(longer, width)


def _columns(prices: PriceList, units: list[str]) -> list[tuple[str, int]]:
    return sorted({(service, above) for unit, above, service in prices.rates if unit in units})


def _token_tables(prices: PriceList, units: list[str], width: int) -> "Iterator[RenderableType]":
    """As many columns side by side as fit, the rest in tables below: a rate is never cut."""
    from rich.text import Text

    rows: list[list[list[str]]] = [[]]
    # What remains of the width for columns of rates.
    room = width - max(map(len, (*units, TOKENS)))
    for service, above in _columns(prices, units):
        own = [prices.rates.get((unit, above, service)) for unit in units]
        rates = at_point(
            grouped(usd(price_of(rate[0], unit, TOKENS_PER_MTOK))) if rate else ""
            for unit, rate in zip(units, own, strict=True)
        )
        column = [_heading(service, above), *rates]
        needed = max(map(len, column)) + COLUMN_GAP
        if rows[-1] and needed > room:
            rows.append([])
            room = width - max(map(len, (*units, TOKENS)))
        rows[-1].append(column)
        room -= needed
    for index, columns in enumerate(rows):
        if index:
            yield Text()
        table = Listing([TOKENS, *(f"{heading}>" for heading, *_ in columns)])
        for line in zip(units, *(cells for _, *cells in columns), strict=True):
            table.add_row(*line)
        yield table


def _heading(service: str, above: int) -> str:
    name = service_label(service)
    return f"{name} >{thousands(above)}" if above else name


def _other_table(prices: PriceList, units: list[str]) -> "Grid":
    table = Grid(["left", "right", "left"])
    rows = [
        (unit, above, service)
        for service, above in _columns(prices, units)
        for unit in units
        if (unit, above, service) in prices.rates
    ]
    costs = at_point(dollar_text(usd(price_of(prices.rates[row][0], row[0]))) for row in rows)
    for (unit, above, service), cost in zip(rows, costs, strict=True):
        where = f", {_heading(service, above)}" if service or above else ""
        table.add_row(unit, cost, f"{one(UNITS[unit].counts)}{where}")
    return table


def one(thing: str) -> str:
    """A thing with its article.

    >>> one("image content check"), one("8s video second"), one("web search")
    ('an image content check', 'an 8s video second', 'a web search')
    """
    return f"an {thing}" if thing[0] in "aeiou8" else f"a {thing}"


def _facts(result: FoundRow) -> "Grid":
    from rich.text import Text

    table, model = Grid(["left", "wrap"]), result.match.model
    if model.aliases:
        table.add_row("aliases", Text(clean(", ".join(model.aliases))))
    for name in FACTS:
        value = model.entry.get(name)
        if value is not None:
            shown = count(value) if isinstance(value, int) else clean(str(value))
            table.add_row(name.replace("_", " "), Text(shown))
    supports = [name.split("_", 1)[1] for name in model.entry if name.startswith("supports_")]
    if supports:
        table.add_row("supports", Text(clean(", ".join(sorted(supports)).replace("_", " "))))
    if result.line:
        table.add_row("file", Text(f"{clean(result.file)}:{result.line}"))
    return table
