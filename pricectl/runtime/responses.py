"""Prices a provider's response from one snapshot; problems are flagged and counted."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pricectl.core.calculator import Quote, quote, sum_of_quotes
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.windows import is_naive
from pricectl.flags import STATED_COST
from pricectl.runtime.clamping import clamped
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.quoting import QuoteOptions, flagged, price_carefully, price_plainly
from pricectl.runtime.snapshot import Answer, Snapshot

if TYPE_CHECKING:
    from pricectl.core.responses import Reading
    from pricectl.core.responses.formats import Round


def price_response(  # noqa: PLR0913, PLR0917 - a call, and who is told of it
    snapshot: Snapshot,
    body: object,
    model: object,
    provider: object,
    options: QuoteOptions,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price a provider's response; what the caller gave, such as `model`, wins over the body.

    But the service that the body states wins over the one that was asked for. Never raises.
    """
    from pricectl.core.responses import find_row, salvage_response, with_service

    name = model if isinstance(model, str) else None
    asked = options.service if isinstance(options.service, str) else None
    reading: Reading | None = None
    match = None
    flags: tuple[str, ...] = () if options.service is asked else ("bad-argument",)
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
    answer = _price_reading(snapshot, reading, name or "", match, options, deny, monitor)
    answer = answer._replace(reading=reading)
    if is_stated_cost(answer):
        flags += (STATED_COST,)
    if not flags:
        return answer
    for flag in flags:
        if flag not in answer.flags:
            monitor.fallback(flag, name or "")
    return answer._replace(flags=tuple(dict.fromkeys((*answer.flags, *flags))))


def is_stated_cost(answer: Answer) -> bool:
    """Whether the team pays what the response says, and not the price of the row."""
    profile = answer.snapshot.profile
    if profile is None or not profile.prefer_stated_cost:
        return False
    price = answer.price
    return price is not None and price.is_stated


def _price_reading(  # noqa: PLR0913, PLR0917 - as `price_response`
    snapshot: Snapshot,
    reading: "Reading | None",
    name: str,
    match: Match | None,
    options: QuoteOptions,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price what was read; None is a body that could not be read."""
    at, account = options.at, options.account
    if reading is None:
        options = QuoteOptions(at=at, account=account)
        return price_carefully(snapshot, name, None, options, deny, monitor, match)
    service, region, requests = reading.service or None, reading.region or None, reading.requests
    if reading.rounds and match:
        answer = _price_rounds(snapshot, reading, match, options, deny, monitor)
    elif (service, region, requests, at, account) == (None, None, 1, None, None) and not deny:
        answer = price_plainly(snapshot, name, reading.usage, match)
    else:
        answer = None
    if answer:
        return answer
    options = QuoteOptions(service, region, at, requests, account)
    return price_carefully(snapshot, name, reading.usage, options, deny, monitor, match)


def _price_rounds(  # noqa: PLR0913, PLR0917 - as `price_response`
    snapshot: Snapshot,
    reading: "Reading",
    match: Match,
    options: QuoteOptions,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer | None:
    """Price a response of several requests one by one; None if that fails."""
    from pricectl.core.responses.quoting import rows_of_rounds

    at = options.at
    day = at if isinstance(at, date) else None
    account = options.account if isinstance(options.account, str) else ""
    if isinstance(day, datetime) and is_naive(day):
        day = day.replace(tzinfo=UTC)  # as for any other call
    is_account = options.account is None or account is options.account
    flags = () if day is at and is_account else ("bad-argument",)
    try:
        rows = rows_of_rounds(snapshot.catalog, reading, match, reading.region)
        if day is None and (snapshot.has_dated_rules or any(row.model.dated for row, _ in rows)):
            day = datetime.now(UTC)  # announced prices take effect automatically
        found = _quote_rounds(snapshot.catalog, reading, rows, day)
    except Exception:  # noqa: BLE001 - the sum is priced instead
        return None
    answer = flagged(snapshot, found, flags, match.asked, deny, monitor)
    return answer._replace(account=account, at=day)


def _quote_rounds(
    catalog: Catalog, reading: "Reading", rows: "list[tuple[Match, Round]]", at: date | None
) -> Quote:
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
