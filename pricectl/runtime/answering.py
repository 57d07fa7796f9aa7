"""A question of any kind to an exact quote, with flags for what was wrong with it. Floor 2."""

from datetime import UTC, date, datetime

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.runtime.clamping import clamped
from pricectl.runtime.snapshot import EMERGENCY

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
        return _quote(catalog, name, counts, asked), tuple(flags)
    except Exception:  # noqa: BLE001 - the promise is to answer
        return _last_resort(catalog, name, counts, flags)


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
        found = _quote(catalog, name if type(name) is str else "", clamped(usage)[0])
    except Exception:  # noqa: BLE001 - the promise is to answer
        return NOTHING, (*flags, "internal-error")
    return found, tuple(dict.fromkeys((*flags, "bad-argument")))


def careful_reading(
    catalog: Catalog, body: object, model: object, provider: object
) -> tuple[str, Usage | None, tuple[str | None, str | None], tuple[str, ...]]:
    """A response's name, usage, service and region, and flags; without usage if it states none."""
    from pricectl.core.responses import read_response, row_name

    asked = model if isinstance(model, str) else None
    try:
        reading = read_response(body, provider=provider if isinstance(provider, str) else None)
        name = row_name(catalog, reading, model=asked)
    except Exception:  # noqa: BLE001 - a body may be anything
        return asked or "", None, (None, None), ("bad-usage",)
    flags = ("unexpressed-signal",) if reading.signals else ()
    return name, reading.usage, (reading.service or None, reading.region or None), flags


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
    return tuple(found)


def is_denied(match: Match, deny: frozenset[str]) -> bool:
    """Whether the asked name or the row that answers for it is on the list (case-insensitive)."""
    names = {match.asked.lower()}
    if match.how != "default":
        names |= {match.model.name.lower(), match.model.full_name.lower()}
    return not names.isdisjoint(deny)
