"""Prices one call from one snapshot; problems are flagged and counted."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from pricectl.core.calculator import Quote, quote
from pricectl.core.fallback import list_price_words
from pricectl.core.lookup import find, list_price
from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.core.windows import is_naive
from pricectl.flags import INTERNAL_ERROR, UNKNOWN_MODEL
from pricectl.runtime.clamping import clamped
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.snapshot import EMERGENCY, Answer, Snapshot


class QuoteOptions(NamedTuple):
    """Options of a call other than model and counts; of any type until checked."""

    service: object = None
    region: object = None
    at: object = None
    requests: int = 1
    account: object = None


_new = tuple.__new__
# Stands in an answer when no price could be made; built while there is memory for it. It is always
# flagged as an internal error, since a call without a price is not free.
NO_QUOTE = quote(EMERGENCY.catalog, "", Usage())


def price_plainly(
    snapshot: Snapshot, name: Any, usage: object, match: Match | None = None
) -> Answer | None:
    """Price a call without service, region and date; None if a flag may be due, or it is unusual.

    Most calls of a process are plain, and looking at each condition of `price_carefully` takes six
    times as long as the price itself. `match` is the row of the name, if it was looked up before.

    It looks at none of those conditions. It answers, without a flag, if all of this holds: the
    usage is a `Usage` below the first tier; no rule of the profile has a date; the name was found
    before, exactly; its row has no dated prices and no parts that are not understood; no unit that
    its calls used so far lacked a price; the layer has no flag. If such a call can need a new flag,
    exclude it here, too: otherwise only the first call for a name gets the flag.
    """
    try:
        # Fields by index, for this is the inner loop of a process.
        if type(usage) is Usage and not snapshot[7] and not snapshot[11]:
            catalog = snapshot[0]
            match = match or catalog.matches.get(name)
            if match and match[5] and not match[0].dated:
                found = quote(catalog, match, usage)
                is_flagged = found[8] or found[3][0][1].guesses or found[4].unread
                if found[2] >= 0 and not is_flagged:
                    return _new(Answer, (found, snapshot, (), "", None, None))
    except Exception:  # noqa: BLE001, S110 - the careful way answers
        pass
    return None


def price_carefully(  # noqa: PLR0913, PLR0917 - a call, and who is told of it
    snapshot: Snapshot,
    name: object,
    usage: object,
    options: QuoteOptions,
    deny: frozenset[str],
    monitor: Monitor,
    match: Match | None = None,
) -> Answer:
    """Price any call; problems are flagged, counted and logged. Never raises."""
    found, flags, at = _clamp_and_quote(snapshot, name, usage, options, match)
    account = options.account if isinstance(options.account, str) else ""
    if options.account is not None and account is not options.account:
        flags = tuple(dict.fromkeys((*flags, "bad-argument")))
    answer = flagged(snapshot, found, flags, name, deny, monitor)
    return answer._replace(account=account, at=at)


def flagged(  # noqa: PLR0913, PLR0917 - a quote, and who is told of it
    snapshot: Snapshot,
    found: Quote,
    flags: tuple[str, ...],
    name: object,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """The answer with the flags that the quote itself shows; they are counted and logged."""
    try:
        row = found.match
        # `price_plainly` answers plain calls and never comes here: see there for a new condition.
        flags = tuple(dict.fromkeys((*flags, *found.flags)))
        if deny:
            names = {row.asked.lower()}
            if not found.guessed:
                names |= {row.model.name.lower(), row.model.full_name.lower()}
            if not names.isdisjoint(deny):
                flags += ("denied-model",)
        model = name if isinstance(name, str) else type(name).__name__
        flags += snapshot.flags
        for flag in flags:
            reason = _list_price_words(snapshot, model) if flag == UNKNOWN_MODEL else ""
            monitor.fallback(flag, model, reason)
    except Exception:  # noqa: BLE001 - what is wrong with the answer cannot be said
        flags = (*flags, *snapshot.flags, INTERNAL_ERROR)
    return Answer(found, snapshot, flags)


def _clamp_and_quote(
    snapshot: Snapshot, name: object, usage: object, options: QuoteOptions, match: Match | None
) -> tuple[Quote, tuple[str, ...], date | None]:
    """Price the valid part of a call; the flags name the part that was not valid. Never raises.

    The third value is the day or instant that was priced.
    """
    catalog, fallback = snapshot.catalog, snapshot.fallback
    flags = []
    try:
        counts, cut = (usage, False) if type(usage) is Usage else clamped(usage)
    except Exception:  # noqa: BLE001 - a mapping of the caller's may do anything
        counts, cut = Usage(), True
    if cut:
        flags.append("bad-usage")
    service = options.service if isinstance(options.service, str) else None
    region = options.region if isinstance(options.region, str) else None
    at = options.at if isinstance(options.at, date) else None
    if isinstance(at, datetime) and is_naive(at):
        at = at.replace(tzinfo=UTC)  # most likely what is meant; flagged below all the same
    # By identity: a caller's object may compare as it likes.
    if any(
        kept is not given for kept, given in zip((service, region, at), options[:3], strict=True)
    ):
        flags.append("bad-argument")
    try:
        match = match or find(catalog, name, fallback)
        at = _day_of_call(snapshot, match, at)
        found = quote(
            catalog,
            match,
            counts,
            service=service,
            region=region,
            at=at,
            requests=options.requests,
        )
        if found.pico_usd >= 0:  # less: a usage that was built around its own checks
            return found, tuple(flags), at
    except Exception:  # noqa: BLE001, S110 - the promise is to answer
        pass
    # Retry with the valid part only: the counts and the name.
    try:
        counts, cut = clamped(counts)
        match = match or find(catalog, name if type(name) is str else "", fallback)
        at = _day_of_call(snapshot, match, None)
        found = quote(catalog, match, counts, at=at)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return NO_QUOTE, (*flags, INTERNAL_ERROR), None
    return found, tuple(dict.fromkeys((*flags, "bad-usage" if cut else "bad-argument"))), at


def _day_of_call(snapshot: Snapshot, match: Match, at: date | None) -> date | None:
    """When the call was made: now, where that decides its price and the caller does not say."""
    if at is None and (match.model.dated or snapshot.has_dated_rules):
        return datetime.now(UTC)  # announced prices take effect automatically
    return at


def _list_price_words(snapshot: Snapshot, name: str) -> str:
    """What the reference says about a name that only the default price answers; "" for nothing."""
    if snapshot.fallback.problem:
        return snapshot.fallback.problem
    listed = list_price(snapshot.fallback, name)
    return f"the list price is {list_price_words(listed)}" if listed else ""
