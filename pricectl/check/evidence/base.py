"""The file against the one in use: what `core.sanity` finds, with the evidence for it.

A process that reloads prices refuses what is the worst of this, so a file that passes here is one
that production takes.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pricectl.check.evidence import base_rules
from pricectl.check.evidence.base_rules import BY_ID
from pricectl.check.evidence.market import Market
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding, Severity
from pricectl.check.rules.base import Context
from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.sanity import check as compare
from pricectl.core.sanity.moves import REFUSED_TIMES
from pricectl.core.sanity.shares import MOVE_RULES
from pricectl.core.sanity.verdict import Level, SanityFinding

SEVERITIES: Mapping[Level, Severity] = {
    "refused": "error",
    "error": "error",
    "warning": "warning",
    "note": "info",
}
RULES = base_rules.RULES
# How many other sellers' prices a message names.
NAMED_OFFERS = 2


class _Price(NamedTuple):
    """A price of the file at its JSON Pointer."""

    model: Model
    key: RateKey
    pico_usd: int
    deployed: int | None


def check(context: Context, market: Market) -> Iterator[Finding]:
    """What is new since the base and hard to believe."""
    base = context.evidence.base
    if base is None:
        return
    verdict = compare(
        base,
        context.catalog,
        critical=context.policy.critical,
        bounds=context.policy.limits.bounds,
        today=context.today,
        at=context.now,
    )
    for finding in verdict.findings:
        prices = _prices_at(context, finding)
        severity = SEVERITIES[finding.level]
        agreed = finding.rule in MOVE_RULES and finding.times < REFUSED_TIMES
        if agreed and prices and all(_is_listed(market, price) for price in prices.values()):
            severity = "info"
        rule = BY_ID[finding.rule]
        price = prices.get(finding.pointer)
        line = f"{_line(market, context, price)}; " if price else ""
        hint = finding.remedy if severity == "error" and finding.remedy else None
        yield rule.finding(finding.pointer, line + finding.message, hint)._replace(
            severity=severity
        )


def _prices_at(context: Context, finding: SanityFinding) -> dict[str, _Price]:
    """The prices that a finding speaks for, by their pointers."""
    model = context.catalog.by_full_name.get(finding.model)
    pointers = {pointer for pointer, _ in finding.alike} or {finding.pointer}
    base = context.evidence.base
    old = base.by_full_name.get(finding.model) if base else None
    found = {}
    for prices in model.price_lists if model else ():
        for key, (pico, name) in prices.rates.items():
            pointer = prices.pointer_to(name)
            if model and pointer in pointers:
                deployed = old.prices.charged_pico_usd(key) if old else None
                found[pointer] = _Price(model, key, pico, deployed)
    return found


def _is_listed(market: Market, price: _Price) -> bool:
    own = market.listed(price.model)
    # What only the file itself says to be negotiated lowers nothing.
    return own is not None and own.in_reference and price.pico_usd in own.prices(price.key)


def _line(market: Market, context: Context, price: _Price) -> str:
    witnesses = []
    if price.deployed is not None:
        witnesses.append(Witness(context.evidence.base_name or "deployed", price.deployed))
    witnesses += beside(market, price.model, price.key)
    return evidence_line(price.key, price.pico_usd, witnesses)
