"""The table of causes, in the order in which litellm's deviations build on each other."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from compare_litellm.batch_causes import BATCH_CAUSES
from compare_litellm.other_causes import OTHER_CAUSES
from compare_litellm.question import Cause, Question, ask, same, unrounded_usd, usd
from compare_litellm.rows import catalog_of
from compare_litellm.search_causes import SEARCH_CAUSES
from compare_litellm.service_causes import SERVICE_CAUSES
from compare_litellm.token_causes import TOKEN_CAUSES
from pricectl.core import Quote
from pricectl.core.money import PICO_PER_USD

CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        cause.id: cause
        for family in (TOKEN_CAUSES, SERVICE_CAUSES, BATCH_CAUSES, SEARCH_CAUSES, OTHER_CAUSES)
        for cause in family
    }
)
ROUNDING = "finer-than-picodollar"


def answer(asked: Question) -> Quote:
    """Our price of a question, its entry the only one of its catalog."""
    case = asked.case
    catalog, _ = catalog_of({case.provider: {case.row: dict(asked.entry)}})
    return ask(catalog, case)


def explain(asked: Question, theirs: Fraction) -> tuple[str, ...]:
    """The causes that lead from our figure to litellm's; none if they do not lead there."""
    found: list[str] = []
    reached = usd(answer(asked))
    for cause in CAUSES.values():
        read = cause.reading(asked)
        if read == asked:
            continue
        asked, before = read, reached
        reached = usd(answer(asked))
        if reached != before:
            found.append(cause.id)
    if same(reached, theirs):
        return tuple(found)
    ours = answer(asked)
    unrounded = unrounded_usd(ours)
    # Rounding a rate moves each count by half a picodollar at most.
    most = Fraction(sum(count for _, count in ours.usage.counts), 2 * PICO_PER_USD)
    finer = same(unrounded, theirs) and abs(unrounded - usd(ours)) <= most
    return (*found, ROUNDING) if finer else ()
