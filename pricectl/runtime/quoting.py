"""Prices one call from one snapshot; whatever is wrong with the call is flagged and counted."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import BadUsage
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.runtime.clamping import clamped
from pricectl.runtime.flags import INTERNAL_ERROR
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.snapshot import EMERGENCY, Answer, Snapshot

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

# Service, region and date of a call, as the caller gave them.
Terms = tuple[object, object, object]
_NO_TERMS = (None, None, None)
_new = tuple.__new__
# Ways to find a row of which the caller is told.
_GUESSES = ("partial", "default")
# What a quote says of service, region, tier and period when none was given.
_STANDARD = tuple(Quote._field_defaults.values())
# The answer when none can be made; built while there is memory for it.
FREE_QUOTE = quote(EMERGENCY.catalog, "", Usage())


def price_plainly(snapshot: Snapshot, name: Any, usage: object) -> Answer | None:
    """Price a call without service, region and date; None where anything about it is special.

    It is the plain case of core's `quote`, spelled out, since it is most of a process's calls. One
    loop both adds up and sees that each unit has a price of its own.
    """
    try:
        # Fields by index, for this is the inner loop of a process.
        if type(usage) is Usage and not snapshot[7]:
            catalog = snapshot[0]
            match = catalog.matches.get(name)
            if match and match[1] not in _GUESSES and not match[0].dated:
                prices = match[0].prices
                if usage[0] < prices.first_tier_tokens:
                    card, pico = prices.base, 0
                    for unit, count in usage[2]:
                        rate = card[unit]
                        if rate[2] or not rate[1]:
                            break
                        pico += count * rate[0]
                    else:
                        if pico >= 0 and not card.divides:
                            parts = ((usage[2], card),)
                            priced = (match, usage, pico, parts, prices, catalog)
                            return _new(Answer, (_new(Quote, priced + _STANDARD), snapshot, ()))
    except Exception:  # noqa: BLE001, S110 - the careful way answers
        pass
    return None


def price_carefully(  # noqa: PLR0913, PLR0917 - a call, and who is told of it
    snapshot: Snapshot,
    name: object,
    usage: object,
    terms: Terms,
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price any call; what is wrong with it is flagged, counted and logged. Never raises."""
    found, flags = _clamp_and_quote(snapshot.catalog, name, usage, terms)
    try:
        flags += _flags_of(found)
        if deny and _is_denied(found.match, deny):
            flags += ("denied-model",)
        model = name if isinstance(name, str) else type(name).__name__
        flags += snapshot.flags
        for flag in flags:
            monitor.fallback(flag, model)
    except Exception:  # noqa: BLE001 - what is wrong with the answer cannot be said
        flags = (*flags, *snapshot.flags, INTERNAL_ERROR)
    return Answer(found, snapshot, flags)


def _clamp_and_quote(
    catalog: Catalog, name: object, usage: object, terms: Terms
) -> tuple[Quote, tuple[str, ...]]:
    """Price the valid part of a call; the flags say which part was not valid. Never raises."""
    flags = []
    try:
        counts, cut = (usage, False) if type(usage) is Usage else clamped(usage)
    except Exception:  # noqa: BLE001 - a mapping of the caller's may do anything
        counts, cut = Usage(), True
    if cut:
        flags.append("bad-usage")
    valid = (
        terms[0] if isinstance(terms[0], str) else None,
        terms[1] if isinstance(terms[1], str) else None,
        terms[2] if isinstance(terms[2], date) else None,
    )
    if any(kept is not given for kept, given in zip(valid, terms, strict=True)):
        flags.append("bad-argument")
    try:
        found = _quote(catalog, name, counts, valid)
        if found.pico_usd >= 0:  # less: a usage that was built around its own checks
            return found, tuple(flags)
    except Exception:  # noqa: BLE001, S110 - the promise is to answer
        pass
    # Once more with the plain part of the call alone.
    try:
        counts, cut = clamped(counts)
        found = _quote(catalog, name if type(name) is str else "", counts, _NO_TERMS)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return FREE_QUOTE, (*flags, INTERNAL_ERROR)
    return found, tuple(dict.fromkeys((*flags, "bad-usage" if cut else "bad-argument")))


def _quote(
    catalog: Catalog,
    name: object,
    usage: Usage,
    terms: tuple[str | None, str | None, date | None],
) -> Quote:
    service, region, at = terms
    if at is None and find(catalog, name).model.dated:
        at = datetime.now(UTC)  # announced prices take effect automatically
    return quote(catalog, name, usage, service=service, region=region, at=at)  # type: ignore[arg-type]


def price_response(
    snapshot: Snapshot,
    body: object,
    given: tuple[object, object, object],
    deny: frozenset[str],
    monitor: Monitor,
) -> Answer:
    """Price a provider's response; `given` are the caller's model, provider and date."""
    from pricectl.core.responses import row_name

    model, provider, at = given
    name, usage, service, region = model if isinstance(model, str) else None, None, None, None
    try:
        reading, flags = _read_response(body, provider if isinstance(provider, str) else None)
        name = row_name(snapshot.catalog, reading, model=name)
        usage, service, region = reading.usage, reading.service or None, reading.region or None
        if reading.signals:
            flags += ("unexpressed-signal",)
    except Exception:  # noqa: BLE001 - a body may be anything
        flags = ("bad-usage",)
    answer = None
    if service is None and region is None and at is None and not deny:
        answer = price_plainly(snapshot, name or "", usage)
    if answer is None:
        terms = (service, region, at)
        answer = price_carefully(snapshot, name or "", usage, terms, deny, monitor)
    if not flags:
        return answer
    for flag in flags:
        if flag not in answer.flags:
            monitor.fallback(flag, name or "")
    return answer._replace(flags=tuple(dict.fromkeys((*answer.flags, *flags))))


def _read_response(body: object, provider: str | None) -> "tuple[Reading, tuple[str, ...]]":
    """A response as it is or, flagged, with its invalid counts clamped."""
    from pricectl.core.responses import read_response, salvage_response

    try:
        return read_response(body, provider=provider), ()
    except BadUsage:
        reading, counts = salvage_response(body, provider=provider)
        return reading._replace(usage=clamped(counts)[0]), ("bad-usage",)


def _flags_of(found: Quote) -> tuple[str, ...]:
    """The flags that a quote itself calls for; empty for a plain one."""
    flags = []
    if found.guessed:
        flags.append("unknown-model")
    if found.unpriced:
        flags.append("unpriced-unit")
    if found.assumed and not found.guessed:
        flags.append("assumed-rate")
    if found.missing_region:
        flags.append("missing-region")
    if found.missing_service:
        flags.append("missing-service")
    if found.match.how == "partial":
        flags.append("partial-match")
    return tuple(flags)


def _is_denied(match: Match, deny: frozenset[str]) -> bool:
    """Whether the requested name or the row that answers for it is denied (case-insensitive)."""
    names = {match.asked.lower()}
    if match.how != "default":
        names |= {match.model.name.lower(), match.model.full_name.lower()}
    return not names.isdisjoint(deny)
