"""Compares a file with its evidence: every family of rules here, over one market.

Apart from the families, so that each is one idea; what two of them say at one place is said once.
"""

from collections.abc import Iterable, Iterator

from pricectl.check.evidence import added, base
from pricectl.check.evidence.market import Market
from pricectl.check.findings import SEVERITIES, Finding
from pricectl.check.rules.base import Context

# Rules that say the same as one of the base: the stronger one is enough.
SAME = {
    "cache-read-above-input": "cache-price-off",
    "cache-write-below-input": "cache-price-off",
    "row-moved": "price-moved",
}


def check(context: Context) -> Iterator[Finding]:
    """All findings that the evidence gives."""
    evidence = context.evidence
    if evidence.base is None and evidence.reference is None:
        return
    market = Market(context.catalog, evidence)
    for family in (base, added):
        yield from family.check(context, market)


def said_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that a stronger one at the same place repeats."""
    strongest: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        place = SAME.get(finding.rule, finding.rule), finding.pointer
        known = strongest.get(place)
        if known is None or _rank(finding) < _rank(known):
            strongest[place] = finding
    return list(strongest.values())


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)
