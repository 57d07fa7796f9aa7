"""Every family of rules: those about one file, and those that compare it with others."""

from collections.abc import Callable, Collection, Iterator
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check import profile_rules, severities, waivers
from pricectl.check.evidence import (
    absent,
    added,
    base_rules,
    cache_shares,
    gone,
    left_behind,
    loosened,
    moved_tiers,
    negotiated,
    provenance,
    ratios,
    reference,
    settings,
    structure,
)
from pricectl.check.findings import Finding
from pricectl.check.rules import (
    aliases,
    caching,
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
)
from pricectl.check.rules.base import Context, Rule


class RuleFamily(NamedTuple):
    """Rules about one thing, and the check that applies them.

    Without a `check` the findings are made elsewhere.
    """

    title: str
    rules: tuple[Rule, ...]
    check: Callable[[Context], Iterator[Finding]] | None


# Every family, in the order of `pricectl rule`.
FAMILIES = (
    RuleFamily("document and shape", shape.RULES, shape.check),
    RuleFamily("names", names.RULES, names.check),
    RuleFamily("aliases", aliases.RULES, aliases.check),
    RuleFamily("prices", prices.RULES, prices.check),
    RuleFamily("input and output", sides.RULES, sides.check),
    RuleFamily("comparisons", outliers.RULES, outliers.check),
    RuleFamily("caching", caching.RULES, caching.check),
    RuleFamily("services", services.RULES, services.check),
    RuleFamily("long context", tiers.RULES, tiers.check),
    RuleFamily("dates and dated prices", periods.RULES, periods.check),
    RuleFamily("upkeep", upkeep.RULES, upkeep.check),
    RuleFamily("metadata", metadata.RULES, metadata.check),
    RuleFamily("negotiated prices", negotiated.RULES, negotiated.check),
    # `evidence.comparison` makes these for a file that is compared with others.
    RuleFamily("compared with the base", base_rules.RULES, None),
    RuleFamily("tiers, services and limits", moved_tiers.RULES, None),
    RuleFamily("aliases and announced prices that are gone", gone.RULES, None),
    RuleFamily("added rows and prices", added.RULES, None),
    RuleFamily("prices that a new row lacks", absent.RULES, None),
    RuleFamily("compared with the reference", reference.RULES, None),
    RuleFamily("cache prices beside others", cache_shares.RULES, None),
    RuleFamily("ratios inside a row", ratios.RULES, None),
    RuleFamily("left behind", left_behind.RULES, None),
    RuleFamily("structure", structure.RULES, None),
    RuleFamily("provenance", provenance.RULES, None),
    RuleFamily("settings", settings.RULES, None),
    RuleFamily("rules of the profiles", profile_rules.RULES, profile_rules.check),
    RuleFamily("severities of the settings", severities.RULES, None),
    RuleFamily("an edit's own gate", loosened.RULES, None),
    # Which waivers are used is known when all other findings are: `waivers.apply` reports it.
    RuleFamily("waivers", waivers.RULES, None),
)
RULES = MappingProxyType({rule.id: rule for family in FAMILIES for rule in family.rules})


def check(context: Context, wanted: Collection[str] = RULES) -> Iterator[Finding]:
    """All findings about the content of a catalog that could be parsed.

    Families without any of the `wanted` rules are left out.
    """
    context = context._replace(bounds=prices.pico_bounds(context.policy.limits))
    for family in FAMILIES:
        if family.check and any(rule.id in wanted for rule in family.rules):
            yield from family.check(context)
