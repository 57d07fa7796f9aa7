"""Too many rows of a price file gone or moved at once.

A mistaken unit or a file cut short shows in many rows, each of which could be a true change.
Acknowledged rows do not count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pricectl.core.catalog import Catalog
from pricectl.core.pointers import DEFAULT_PRICING_POINTER
from pricectl.core.sanity.verdict import AcceptedFinding, Level, SanityFinding

# A row counts as moved from 5 times on; a third of the rows, and at least 2, are too many.
ROW_TIMES, MOVED_ONE_IN, MOVED_AT_LEAST = 5, 3, 2
# At least 3 models gone: one in 5 is refused by a process, one in 10 is an error of a review.
GONE_REFUSED_ONE_IN, GONE_ERROR_ONE_IN, GONE_AT_LEAST = 5, 10, 3
MOVE_RULES = ("row-moved", "price-moved")
LOSS_RULES = ("model-gone", "price-lost")
NAMED_MODELS = 3

_ByRow = Mapping[str, SanityFinding]


def share_findings(
    before: Catalog, gone: int, left: Sequence[SanityFinding], accepted: Sequence[AcceptedFinding]
) -> Iterator[SanityFinding]:
    """A finding if too many models are gone, and one if too many rows moved.

    `gone` rows of `before` have no row that answers for their name. `left` are the findings that
    are not acknowledged, `accepted` the others.
    """
    accepted_findings = tuple(it.finding for it in accepted)
    lost, moved = _lost_models(left), _moved_rows(left)
    if len(lost) >= GONE_AT_LEAST:
        sold = sum(not model.is_retired for model in before.models)
        yield from _gone_share_findings(lost, sold, _lost_models(accepted_findings))
    if len(moved) >= MOVED_AT_LEAST:
        known = _moved_rows(accepted_findings)
        acknowledged = {row: finding for row, finding in known.items() if row not in moved}
        yield from _moved_share_findings(moved, len(before.models) - gone, acknowledged)


def _gone_share_findings(lost: _ByRow, sold: int, acknowledged: _ByRow) -> Iterator[SanityFinding]:
    models = sold - len(acknowledged)
    if len(lost) * GONE_ERROR_ONE_IN < models:
        return
    level: Level = "refused" if len(lost) * GONE_REFUSED_ONE_IN >= models else "error"
    some = f"{', '.join(list(lost)[:NAMED_MODELS]):.200}"
    left = "unacknowledged " if acknowledged else ""
    message = (
        f"{len(lost):,} of {models:,} {left}models are gone or lost their price, such as {some}"
    )
    example = next(iter(lost.values()))
    yield SanityFinding("many-models-gone", level, "", None, message, example=example)


def _moved_share_findings(
    moved: _ByRow, kept: int, acknowledged: _ByRow
) -> Iterator[SanityFinding]:
    # The default price counts like a row, but a reader who counts the models does not expect it.
    if len(moved) * MOVED_ONE_IN < kept + 1 - len(acknowledged):
        return
    rows = len(moved) - _defaults(moved)
    accepted_rows = len(acknowledged) - _defaults(acknowledged)
    example = max(moved.values(), key=lambda finding: finding.times)
    left = "unacknowledged " if accepted_rows else ""
    message = (
        f"{rows:,} of {kept - accepted_rows:,} {left}rows"
        f"{' and the default price' if _defaults(moved) else ''}"
        f" moved {ROW_TIMES} times or more, such as {example.sentence}"
    )
    yield SanityFinding("many-prices-moved", "refused", "", None, message, example=example)


def _defaults(findings: _ByRow) -> int:
    return sum(it.pointer.startswith(DEFAULT_PRICING_POINTER) for it in findings.values())


def _lost_models(found: Iterable[SanityFinding]) -> dict[str, SanityFinding]:
    """By row: those that are gone, or lost the price of a side."""
    return {finding.model: finding for finding in found if finding.rule in LOSS_RULES}


def _moved_rows(found: Iterable[SanityFinding]) -> dict[str, SanityFinding]:
    """By row: those that moved so far that they count, each with its largest move."""
    rows: dict[str, SanityFinding] = {}
    for finding in sorted(found, key=lambda it: it.times, reverse=True):
        is_far = finding.rule in MOVE_RULES and finding.times >= ROW_TIMES
        if finding.moved == 0 or is_far:
            rows.setdefault(finding.model, finding)
    return rows
