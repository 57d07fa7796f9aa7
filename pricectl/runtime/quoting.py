"""Prices one call from one snapshot; problems are flagged and counted."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
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

    It answers without a flag, and before those conditions are looked at: for a `Usage` below the
    first tier, for a name that was found before (plainly, so that the name needs no
    flag) in a row without dated prices, if no unit that its calls used so far lacked a price, and
    the layer has no flag. Where such a call may be due a new flag, exclude it here, too: otherwise
    only the first call for a name has the flag.
    """
    try:
        # Fields by index, for this is the inner loop of a process.
        if type(usage) is Usage and not snapshot[7]:
            catalog = snapshot[0]
            match = match or catalog.matches.get(name)
            if match and match[5] and not match[0].dated:
                found = quote(catalog, match, usage)
                if found[2] >= 0 and not found[8] and not found[3][0][1].guesses:
                    return _new(Answer, (found, snapshot, ()))
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
    found, flags = _clamp_and_quote(snapshot, name, usage, options, match)
    try:
        row = found.match
        # `price_plainly` answers plain calls and never comes here: see there for a new condition.
        flag_conditions = (
            ("unknown-model", found.guessed),
            ("unpriced-unit", found.unpriced),
            # A guess has no further flags: no row answered.
            ("assumed-rate", found.assumed and not found.guessed),
            ("missing-region", found.missing_region),
            ("missing-service", found.missing_service),
            ("partial-match", row.how == "partial"),
        )
        due = (flag for flag, is_due in flag_conditions if is_due)
        flags = tuple(dict.fromkeys((*flags, *due, *row.flags)))
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
) -> tuple[Quote, tuple[str, ...]]:
    """Price the valid part of a call; the flags name the part that was not valid. Never raises."""
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
    if any(kept is not given for kept, given in zip((service, region, at), options, strict=True)):
        flags.append("bad-argument")
    try:
        match = match or find(catalog, name, fallback)
        found = _quote(catalog, match, counts, service, region, at)
        if found.pico_usd >= 0:  # less: a usage that was built around its own checks
            return found, tuple(flags)
    except Exception:  # noqa: BLE001, S110 - the promise is to answer
        pass
    # Retry with the valid part only: the counts and the name.
    try:
        counts, cut = clamped(counts)
        match = match or find(catalog, name if type(name) is str else "", fallback)
        found = _quote(catalog, match, counts, None, None, None)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return NO_QUOTE, (*flags, INTERNAL_ERROR)
    return found, tuple(dict.fromkeys((*flags, "bad-usage" if cut else "bad-argument")))


def _quote(  # noqa: PLR0913, PLR0917 - what a price depends on
    catalog: Catalog,
    match: Match,
    usage: Usage,
    service: str | None,
    region: str | None,
    at: date | None,
) -> Quote:
    if at is None and match.model.dated:
        at = datetime.now(UTC)  # announced prices take effect automatically
    return quote(catalog, match, usage, service=service, region=region, at=at)


def _list_price_words(snapshot: Snapshot, name: str) -> str:
    """What the reference says about a name that only the default price answers; "" for nothing."""
    if snapshot.fallback.problem:
        return snapshot.fallback.problem
    listed = list_price(snapshot.fallback, name)
    return f"the list price is {list_price_words(listed)}" if listed else ""


def price_response(  # noqa: PLR0913, PLR0917 - a call, and who is told of it
    snapshot: Snapshot,
    body: object,
    model: object,
    provider: object,
    at: object,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price a provider's response; what the caller gave, such as `model`, wins over the body."""
    from pricectl.core.responses import find_row, salvage_response

    name = model if isinstance(model, str) else None
    match = usage = service = region = None
    flags: tuple[str, ...] = ()
    try:
        stated = provider if isinstance(provider, str) else None
        reading, counts = salvage_response(body, provider=stated)
        if counts is not None:
            reading, flags = reading._replace(usage=clamped(counts)[0]), ("bad-usage",)
        match = find_row(snapshot.catalog, reading, model=name)
        name = match.asked
        if match.is_guess:
            match = find(snapshot.catalog, name, snapshot.fallback)
        usage, service, region = reading.usage, reading.service or None, reading.region or None
        if reading.signals:
            flags += ("unexpressed-signal",)
    except Exception:  # noqa: BLE001 - a body may be anything
        flags = ("bad-usage",)
    answer = None
    if service is None and region is None and at is None and not deny:
        answer = price_plainly(snapshot, name or "", usage, match)
    if answer is None:
        options = QuoteOptions(service, region, at)
        answer = price_carefully(snapshot, name or "", usage, options, deny, monitor, match)
    if not flags:
        return answer
    for flag in flags:
        if flag not in answer.flags:
            monitor.fallback(flag, name or "")
    return answer._replace(flags=tuple(dict.fromkeys((*answer.flags, *flags))))
