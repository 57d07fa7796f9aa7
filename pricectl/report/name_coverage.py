"""How the names of a log were found, and which guessed or unpriced names cost most.

Apart from the tables of costs, since these say how far the costs can be trusted.
"""

from typing import get_args

from pricectl.core.labels import count
from pricectl.core.model import How
from pricectl.core.money import divide
from pricectl.replay.price_files import NEW
from pricectl.replay.rating_result import CoverageRow
from pricectl.replay.run import ReplayResult
from pricectl.report.amounts import dollars
from pricectl.report.report_table import ReportTable

# More lines are shown with -v.
SHOWN_NAMES = 10
_GUESSED = ("partial", "reference", "default")
# A row without a price for what was used.
UNPRICED = "unpriced"
_UNPRICED_FLAG = "unpriced-unit"


def layer_of(row: CoverageRow) -> str:
    """How a name was found; "unpriced" where its row has no price for something that was used."""
    return UNPRICED if _UNPRICED_FLAG in row.flags else row.layer


def coverage_by_layer(result: ReplayResult) -> list[tuple[str, int, int]]:
    """Layer, calls and picodollars by the new prices; layers without calls are left out."""
    sums: dict[str, list[int]] = {}
    for row in result.coverage:
        if row.side == NEW:
            found = sums.setdefault(layer_of(row), [0, 0])
            found[0] += row.calls
            found[1] += row.pico_usd
    order = (*get_args(How), UNPRICED)  # the surest first
    return [(name, *sums[name]) for name in sorted(sums, key=order.index)]  # type: ignore[misc]


def layers_table(result: ReplayResult) -> ReportTable:
    """How many calls were found by which layer, and what they cost."""
    calls = max(result.total.calls, 1)
    lines = tuple(
        (name, count(number), _share(number, calls), dollars(pico))
        for name, number, pico in coverage_by_layer(result)
    )
    return ReportTable("how the names were found", ("", "calls", "", "cost"), lines, "lrrr")


def _share(part: int, whole: int) -> str:
    tenths = divide(part * 1000, whole, "half-even")
    return f"{tenths // 10}.{tenths % 10}%" if tenths or not part else "<0.1%"


def worst_names(result: ReplayResult) -> list[CoverageRow]:
    """Names that were guessed or have no price, the most money first."""
    found: dict[tuple[str, ...], CoverageRow] = {}
    for row in result.coverage:
        if row.side == NEW and (layer_of(row) == UNPRICED or row.layer in _GUESSED):
            key = (row.name, row.seller, layer_of(row), row.catalog_model)
            before = found.get(key, row._replace(calls=0, pico_usd=0, flags=()))
            found[key] = before._replace(
                calls=before.calls + row.calls,
                pico_usd=before.pico_usd + row.pico_usd,
                flags=tuple(dict.fromkeys((*before.flags, *row.flags))),
            )
    return sorted(found.values(), key=lambda row: (-row.pico_usd, -row.calls, row.name))


def worst_names_table(result: ReplayResult, *, verbose: bool) -> ReportTable:
    """The names that were guessed or have no price, with the rows that answer."""
    found = worst_names(result)
    shown = found if verbose else found[:SHOWN_NAMES]
    lines = tuple(
        (
            row.name,
            layer_of(row),
            row.catalog_model,
            count(row.calls),
            dollars(row.pico_usd),
        )
        for row in shown
    )
    headings = ("name", "found by", "priced as", "calls", "cost")
    title = "names that were guessed, or have no price"
    return ReportTable(title, headings, lines, "lllrr", len(found) - len(shown))
