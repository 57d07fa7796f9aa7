"""Compares a file with its evidence: every family of rules here, over one market.

Apart from the families, so that each is one idea; what two of them say at one place is said once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from pricectl.check.evidence import (
    ACKNOWLEDGEABLE,
    absent,
    added,
    base,
    cache_shares,
    gone,
    left_behind,
    moved_tiers,
    provenance,
    ratios,
    reference,
    structure,
)
from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import is_same_row
from pricectl.check.findings import SEVERITIES, Finding
from pricectl.check.rules.base import Context
from pricectl.core.pointers import unescape
from pricectl.core.sanity.acknowledgements import Acknowledgements, read_acknowledged

FAMILIES = (
    base,
    gone,
    moved_tiers,
    added,
    absent,
    cache_shares,
    reference,
    ratios,
    left_behind,
    structure,
    provenance,
)
# What only compares a price with its own past or its family: a row that the reference has just so
# needs no second look.
CONFIRMED = frozenset({"price-jump", "price-outlier", "output-far-above-input"})
# Rules that say the same as another one at a place: the stronger one is enough.
SAME = {
    "cache-read-above-input": "cache-price-off",
    "cache-write-below-input": "cache-price-off",
    "factor-odd": "factor-out-of-bounds",
    "output-without-input": "price-missing",
    "row-moved": "price-moved",
}


def findings(
    context: Context, alone: Iterable[Finding], wanted: Collection[str] | None = None
) -> list[Finding]:
    """What the file alone shows and what the comparison finds, each thing once.

    Without a base and a reference the rows of the file are compared with one another. Findings that
    somebody has acknowledged in the catalog are left out. Families without any of the `wanted`
    rules are left out, too; None wants all.
    """
    market = Market(context.catalog, context.evidence)
    own = [one for one in alone if not _is_confirmed(context, market, one)]
    families = (
        family
        for family in FAMILIES
        if wanted is None or any(rule.id in wanted for rule in family.RULES)
    )
    compared = (one for family in families for one in family.check(context, market))
    accepted = read_acknowledged(context.catalog.metadata, ACKNOWLEDGEABLE)
    return [
        one for one in _said_once(own, compared) if not _is_acknowledged(context, accepted, one)
    ]


def _is_confirmed(context: Context, market: Market, finding: Finding) -> bool:
    """Whether the reference's own row has the value that a finding is about.

    A warning about a row that the reference has member for member was looked at there.
    """
    if finding.due or (finding.rule not in CONFIRMED and finding.severity != "warning"):
        return False
    tokens = [unescape(token) for token in finding.pointer.split("/")[1:]]
    model = context.catalog.by_full_name.get("/".join(tokens[:2])) if len(tokens) > 1 else None
    listed = market.listed(model) if model else None
    if model is None or listed is None:
        return False
    if finding.rule not in CONFIRMED:
        return is_same_row(model, listed.model)
    path = tokens[2:]
    value = value_at(model.entry, path)
    return value is not None and value == value_at(listed.model.entry, path)


def _is_acknowledged(context: Context, accepted: Acknowledgements, finding: Finding) -> bool:
    if finding.rule not in ACKNOWLEDGEABLE:
        return False
    value = value_at(context.values, [unescape(one) for one in finding.pointer.split("/")[1:]])
    number = value if isinstance(value, (int, Decimal)) else None
    entry = accepted.find(finding.rule, finding.pointer, number)
    return entry is not None and not (entry.expires and entry.expires < context.today)


def value_at(value: object, path: Sequence[str]) -> object:
    """The part of a document below a path of keys and indexes; None if there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _said_once(own: Sequence[Finding], compared: Iterable[Finding]) -> list[Finding]:
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
