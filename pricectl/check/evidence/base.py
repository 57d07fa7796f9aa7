"""The file against the one in use: what `core.sanity` finds, with the evidence for it.

A process that reloads prices refuses what is the worst of this, so a file that passes here is one
that production takes.
"""

from collections.abc import Collection, Iterator, Mapping

from pricectl.check.evidence import Evidence, base_rules
from pricectl.check.evidence.base_rules import BY_ID
from pricectl.check.evidence.market import Market
from pricectl.check.evidence.prices import FoundPrice, is_listed, prices_in
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding, Severity
from pricectl.check.rules.base import Context
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.pointers import DEFAULT_PRICING_POINTER
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
        model = _row_of(context.catalog, finding)
        prices = _prices_at(model, finding) if model else {}
        severity = SEVERITIES[finding.level]
        if _is_agreed(market, model, finding, prices.values()):
            severity = "info"
        message, price = finding.message, prices.get(finding.pointer)
        if model and price:
            deployed = _deployed(context.evidence, model, price, finding)
            line = evidence_line(
                price.key, price.pico_usd, [*deployed, *beside(market, model, price.key)]
            )
            more = finding.message if finding.remark is None else finding.remark
            message = f"{line}; {more}" if more else line
        found = BY_ID[finding.rule].finding(finding.pointer, message)
        if severity == "error" and finding.remedy:
            found = found._replace(hint=f"{found.hint}; or {finding.remedy}")
        yield found._replace(severity=severity)


def _row_of(catalog: Catalog, finding: SanityFinding) -> Model | None:
    """The row that a finding is about, which may be the price of unknown models."""
    if finding.pointer.startswith(DEFAULT_PRICING_POINTER):
        return catalog.default
    return catalog.by_full_name.get(finding.model)


def _prices_at(model: Model, finding: SanityFinding) -> dict[str, FoundPrice]:
    """The prices that a finding speaks for, by their pointers."""
    pointers = {pointer for pointer, _ in finding.alike} or {finding.pointer}
    every = (price for prices in model.all_lists for price in prices_in(prices))
    return {price.pointer: price for price in every if price.pointer in pointers}


def _is_agreed(
    market: Market, model: Model | None, finding: SanityFinding, prices: Collection[FoundPrice]
) -> bool:
    """Whether the reference has every price of a move that a process would load."""
    if model is None or finding.rule not in MOVE_RULES or finding.times >= REFUSED_TIMES:
        return False
    listed = market.listed(model)
    # What only the file itself says to be negotiated lowers nothing.
    is_known = listed is not None and listed.in_reference and bool(prices)
    return is_known and all(is_listed(listed, price) for price in prices)


def _deployed(
    evidence: Evidence, model: Model, price: FoundPrice, finding: SanityFinding
) -> Iterator[Witness]:
    """What was charged before: of a dated price at its own time, which the move says."""
    old = evidence.base_row(model)
    if finding.moved:
        yield Witness(evidence.base_name, round(price.pico_usd / finding.moved))
    elif old and (was := old.prices.charged_pico_usd(price.key)) is not None:
        yield Witness(evidence.base_name, was)
