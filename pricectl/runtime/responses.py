"""Prices a provider's response from one snapshot; problems are flagged and counted."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pricectl.core.calculator import Quote, quote, sum_of_quotes
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.windows import is_naive
from pricectl.runtime.clamping import clamped
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.quoting import QuoteOptions, flagged, price_carefully, price_plainly
from pricectl.runtime.snapshot import Answer, Snapshot

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


def price_response(  # noqa: PLR0913, PLR0917 - a call, and who is told of it
    snapshot: Snapshot,
    body: object,
    model: object,
    provider: object,
    service: object,
    at: object,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price a provider's response; what the caller gave, such as `model`, wins over the body.

    But the service that the body states wins over the one that was asked for. Never raises.
    """
    from pricectl.core.responses import find_row, salvage_response, with_service

    name = model if isinstance(model, str) else None
    asked = service if isinstance(service, str) else None
    reading: Reading | None = None
    match = None
    flags: tuple[str, ...] = () if service is asked else ("bad-argument",)
    try:
        stated = provider if isinstance(provider, str) else None
        reading, counts = salvage_response(body, provider=stated)
        if counts is not None:
            reading, flags = reading._replace(usage=clamped(counts)[0]), (*flags, "bad-usage")
        reading = with_service(reading, asked)
        match = find_row(snapshot.catalog, reading, model=name)
        name = match.asked
        if match.is_guess:
            match = find(snapshot.catalog, name, snapshot.fallback)
        flags += ("unexpressed-signal",) if reading.signals else ()
        flags += reading.flags
    except Exception:  # noqa: BLE001 - a body may be anything
        reading, match, flags = None, None, (*flags, "bad-usage")
    answer = _price_reading(snapshot, reading, name or "", match, at, deny, monitor)
    if not flags:
        return answer
    for flag in flags:
        if flag not in answer.flags:
            monitor.fallback(flag, name or "")
    return answer._replace(flags=tuple(dict.fromkeys((*answer.flags, *flags))))


def _price_reading(  # noqa: PLR0913, PLR0917 - as `price_response`
    snapshot: Snapshot,
    reading: "Reading | None",
    name: str,
    match: Match | None,
    at: object,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price what was read; None is a body that could not be read."""
    if reading is None:
        options = QuoteOptions(at=at)
        return price_carefully(snapshot, name, None, options, deny, monitor, match)
    service, region, requests = reading.service or None, reading.region or None, reading.requests
    if reading.rounds and match:
        answer = _price_rounds(snapshot, reading, match, at, deny, monitor)
    elif service is None and region is None and requests == 1 and at is None and not deny:
        answer = price_plainly(snapshot, name, reading.usage, match)
    else:
        answer = None
    if answer:
        return answer
    options = QuoteOptions(service, region, at, requests)
    return price_carefully(snapshot, name, reading.usage, options, deny, monitor, match)


def _price_rounds(  # noqa: PLR0913, PLR0917 - as `price_response`
    snapshot: Snapshot,
    reading: "Reading",
    match: Match,
    at: object,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer | None:
    """Price a response of several requests one by one; None if that fails."""
    day = at if isinstance(at, date) else None
    if isinstance(day, datetime) and is_naive(day):
        day = day.replace(tzinfo=UTC)  # as for any other call
    flags = () if day is at else ("bad-argument",)
    try:
        found = _quote_rounds(snapshot.catalog, reading, match, day)
    except Exception:  # noqa: BLE001 - the sum is priced instead
        return None
    return flagged(snapshot, found, flags, match.asked, deny, monitor)


def _quote_rounds(catalog: Catalog, reading: "Reading", match: Match, at: date | None) -> Quote:
    from pricectl.core.responses.quoting import rows_of_rounds

    rows = rows_of_rounds(catalog, reading, match, reading.region)
    if at is None and any(row.model.dated for row, _ in rows):
        at = datetime.now(UTC)  # announced prices take effect automatically
    quotes = [
        quote(
            catalog,
            row,
            part.usage,
            service=reading.service or None,
            region=reading.region or None,
            at=at,
        )
        for row, part in rows
    ]
    return sum_of_quotes(quotes, reading.usage)
