"""What can be wrong with a catalog, one file a family of rules."""

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.rules import (
    aliases,
    caching,
    dates,
    metadata,
    names,
    outliers,
    periods,
    prices,
    services,
    shape,
    sides,
    tiers,
    upkeep,
    waivers,
)
from pricectl.check.rules.base import Context, Rule


class Family(NamedTuple):
    """Rules about one thing, and the check that applies them."""

    title: str
    rules: tuple[Rule, ...]
    check: Callable[[Context], Iterator[Finding]]


# Every family, in the order of `pricectl rule`.
FAMILIES = (
    Family("document and shape", shape.RULES, shape.check),
    Family("names", names.RULES, names.check),
    Family("aliases", aliases.RULES, aliases.check),
    Family("prices", prices.RULES, prices.check),
    Family("input and output", sides.RULES, sides.check),
    Family("comparisons", outliers.RULES, outliers.check),
    Family("caching", caching.RULES, caching.check),
    Family("services", services.RULES, services.check),
    Family("long context", tiers.RULES, tiers.check),
    Family("dates", dates.RULES, dates.check),
    Family("dated prices", periods.RULES, periods.check),
    Family("upkeep", upkeep.RULES, upkeep.check),
    Family("metadata", metadata.RULES, metadata.check),
    Family("waivers", waivers.RULES, waivers.check),
)
RULES = MappingProxyType({rule.id: rule for family in FAMILIES for rule in family.rules})

__all__ = ["FAMILIES", "RULES", "Context", "Family", "Rule", "check"]


def check(context: Context) -> Iterator[Finding]:
    """All findings about the content of a catalog that could be parsed."""
    for family in FAMILIES:
        yield from family.check(context)
