"""The most that a call can cost: so much is held for it before it is made."""

from datetime import UTC, datetime, timedelta

from pricectl.core import ANY, Match, find, upper_bound
from pricectl.runtime import Snapshot

from .database import Refused
from .jobs import Use
from .ledger import LEASE_SECONDS
from .orders import CreateAndCall

# Models that search before an answer, asked or not, and how their names say so.
_SEARCHING = ("-search-", "sonar")
_SEARCHES = ("search_low", "search", "search_high")


class NotSold(Refused):
    """The catalog has no token prices of the model, so that a call would be given away."""


def most(now: Snapshot, order: CreateAndCall) -> Use:
    """The most that the call can cost: any service or region that the response may state.

    Raises NotSold.
    """
    match = find(now.catalog, order.model, now.fallback)
    if match.input_and_output == (None, None):
        raise NotSold("the model has no price for tokens; it is not sold here")
    start = datetime.now(UTC)
    found = [
        upper_bound(
            now.catalog,
            match,
            order.most_input_tokens(),
            order.max_tokens,
            service=ANY,
            region=ANY,
            at=start,
            until=start + timedelta(seconds=LEASE_SECONDS),
            **search,
        )
        for search in _searches(match)
    ]
    return Use(max(bound.pico_usd for bound in found), found[0].tokens)


def _searches(match: Match) -> list[dict[str, int]]:
    """The searches that a call makes by itself: none, or one of the dearest size."""
    if any(word in match.model.name for word in _SEARCHING):
        return [{size: 1} for size in _SEARCHES]
    return [{}]
