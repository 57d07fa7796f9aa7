"""A question of any kind to an exact quote, with flags for what was wrong with it."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import BadUsage
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.runtime.clamping import clamped
from pricectl.runtime.snapshot import EMERGENCY

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

# Made while there was memory for it.
Asked = tuple[str | None, str | None, date | None]
NOTHING = quote(EMERGENCY.catalog, "", Usage())


def careful_quote(  # noqa: PLR0913, PLR0917 - the domain's question
    catalog: Catalog, name: object, usage: object, service: object, region: object, at: object
) -> tuple[Quote, tuple[str, ...]]:
    """Price what can be understood of a question; the flags say what could not. Never raises."""
    flags = []
    try:
        counts, cut = (usage, False) if type(usage) is Usage else clamped(usage)
    except Exception:  # noqa: BLE001 - a mapping of the caller's may do anything
        counts, cut = Usage(), True
    if cut:
        flags.append("bad-usage")
    asked = (
        service if isinstance(service, str) else None,
        region if isinstance(region, str) else None,
        at if isinstance(at, date) else None,
    )
    if any(kept is not given for kept, given in zip(asked, (service, region, at), strict=True)):
        flags.append("bad-argument")
    try:
        found = _quote(catalog, name, counts, asked)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return _last_resort(catalog, name, counts, flags)
    if found.pico_usd < 0:  # a usage that was built around its own checks
        return _last_resort(catalog, name, counts, flags)
    return found, tuple(flags)


def _quote(
    catalog: Catalog, name: object, usage: Usage, asked: Asked = (None, None, None)
) -> Quote:
    service, region, at = asked
    if at is None and find(catalog, name).model.dated:
        at = datetime.now(UTC)  # an announced price begins by itself, an old one ends
    return quote(catalog, name, usage, service=service, region=region, at=at)  # type: ignore[arg-type]


def _last_resort(
    catalog: Catalog, name: object, usage: Usage, flags: list[str]
) -> tuple[Quote, tuple[str, ...]]:
    """Once more with the plain part of the question alone."""
    try:
        counts, cut = clamped(usage)
        found = _quote(catalog, name if type(name) is str else "", counts)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return NOTHING, (*flags, "internal-error")
    return found, tuple(dict.fromkeys((*flags, "bad-usage" if cut else "bad-argument")))


def careful_reading(
    catalog: Catalog, body: object, model: object, provider: object
) -> tuple[str, Usage | None, tuple[str | None, str | None], tuple[str, ...]]:
    """A response's name, usage, service and region, and flags; without usage if it states none."""
    from pricectl.core.responses import row_name

    asked = model if isinstance(model, str) else None
    seller = provider if isinstance(provider, str) else None
    try:
        reading, flags = _reading(body, seller)
        name = row_name(catalog, reading, model=asked)
    except Exception:  # noqa: BLE001 - a body may be anything
        return asked or "", None, (None, None), ("bad-usage",)
    if reading.signals:
        flags += ("unexpressed-signal",)
    return name, reading.usage, (reading.service or None, reading.region or None), flags


def _reading(body: object, provider: str | None) -> "tuple[Reading, tuple[str, ...]]":
    """What a response says; where it is invalid, what can be read of it, clamped and flagged."""
    from pricectl.core.responses import read_response, salvage_response

    try:
        return read_response(body, provider=provider), ()
    except BadUsage:
        reading, counts = salvage_response(body, provider=provider)
        return reading._replace(usage=clamped(counts)[0]), ("bad-usage",)


def flags_of(answer: Quote) -> tuple[str, ...]:
    """What the caller should know about a quote; empty for a plain one."""
    found = []
    if answer.guessed:
        found.append("unknown-model")
    if answer.unpriced:
        found.append("unpriced-unit")
    if answer.assumed and not answer.guessed:
        found.append("assumed-rate")
    if answer.missing_region:
        found.append("missing-region")
    if answer.missing_service:
        found.append("missing-service")
    if answer.match.how == "partial":
        found.append("partial-match")
    return tuple(found)


def is_denied(match: Match, deny: frozenset[str]) -> bool:
    """Whether the asked name or the row that answers for it is on the list (case-insensitive)."""
    names = {match.asked.lower()}
    if match.how != "default":
        names |= {match.model.name.lower(), match.model.full_name.lower()}
    return not names.isdisjoint(deny)
