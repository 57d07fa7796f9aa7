"""What a rating comes to: groups of calls with their costs, and how each name was priced."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.credits import Mode

Grouping = tuple[str, ...]


class SideTotals(NamedTuple):
    """What calls cost by one side, exact.

    `pico_usd` is the list price, `contract_pico_usd` what the team pays, `customer_pico_usd` what
    the customer pays, `credits` those in each mode. `stated_calls_pico_usd` is the list price of
    the calls whose cost the log states.
    """

    pico_usd: int
    contract_pico_usd: Fraction
    customer_pico_usd: Fraction
    credits: Mapping[Mode, int]
    stated_calls_pico_usd: int


class RatedGroup(NamedTuple):
    """The calls with the same `values` of a grouping; `sides` by the name of the side.

    `jobs` counts the jobs with at least one call in the group; None where credits were not asked
    for. `stated_pico_usd` is the sum of the costs that the log states, for `stated_calls` of the
    calls.
    """

    values: tuple[str, ...]
    calls: int
    requests: int
    input_tokens: int
    output_tokens: int
    jobs: int | None
    stated_pico_usd: int
    stated_calls: int
    sides: Mapping[str, SideTotals]


class CoverageRow(NamedTuple):
    """How calls with one name were priced by one side, and what they cost."""

    side: str
    name: str
    seller: str
    layer: str
    catalog_model: str
    flags: tuple[str, ...]
    calls: int
    pico_usd: int


class Rating(NamedTuple):
    """A rated log: the groups of each grouping, and how its names were priced."""

    sides: tuple[str, ...]
    modes: tuple[Mode, ...]
    calls: int
    groups: Mapping[Grouping, tuple[RatedGroup, ...]]
    coverage: tuple[CoverageRow, ...]
    checked_calls: int
