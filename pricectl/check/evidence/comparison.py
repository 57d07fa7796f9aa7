"""Compares a file with its evidence: every family of rules here, over one market.

Apart from the families, so that each is one idea; what two of them say at one place is said once.
"""

from collections.abc import Iterable, Iterator, Sequence

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


def said_once(own: Sequence[Finding], compared: Iterable[Finding]) -> list[Finding]:
    """The findings of the file alone and of the comparison; of two about one place the stronger.

    What the file alone shows twice at one place, such as two keys of a wrong type, stays.
    """
    strongest: dict[tuple[str, str], Finding] = {}
    for finding in compared:
        known = strongest.get(_place(finding))
        if known is None or _rank(finding) < _rank(known):
            strongest[_place(finding)] = finding
    best: dict[tuple[str, str], int] = {}
    for finding in own:
        best[_place(finding)] = min(_rank(finding), best.get(_place(finding), len(SEVERITIES)))
    kept = {
        at: found for at, found in strongest.items() if at not in best or _rank(found) < best[at]
    }
    return [*(finding for finding in own if _place(finding) not in kept), *kept.values()]


def _place(finding: Finding) -> tuple[str, str]:
    """What a finding is about; of the whole file it is said by the message alone."""
    return SAME.get(finding.rule, finding.rule), finding.pointer or finding.message


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)
