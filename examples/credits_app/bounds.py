"""The most that a call can cost: so much is held for it before it is made."""

from datetime import UTC, datetime, timedelta

from pricectl.core import ANY, find, upper_bound
from pricectl.runtime import Snapshot

from .jobs import Use
from .ledger import LEASE_SECONDS
from .orders import CreateAndCall


def most(now: Snapshot, order: CreateAndCall) -> Use:
    """The most that the call can cost: any service or region that the response may state."""
    match = find(now.catalog, order.model, now.fallback)
    start = datetime.now(UTC)
    bound = upper_bound(
        now.catalog,
        match,
        order.most_input_tokens(),
        order.max_tokens,
        service=ANY,
        region=ANY,
        at=start,
        until=start + timedelta(seconds=LEASE_SECONDS),
    )
    return Use(bound.pico_usd, bound.tokens)
