"""Accepts what price lists have otherwise than the catalog, so that `drift` stays quiet about it.

It holds for the values that the lists have now: another value is told again.
"""

from collections.abc import Iterator

from pricectl.check.evidence import LIST_DIFFERS
from pricectl.check.findings import Finding
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.labels import short_rate
from pricectl.core.pointers import pointer_to
from pricectl.core.sanity.acknowledgements import Value
from pricectl.edit.waiving import Acceptance, NotWaived, acknowledged_values
from pricectl.feeds.differences import MemberDrift, PriceDrift
from pricectl.feeds.known import acknowledged_value
from pricectl.files import atomic
from pricectl.operate.drift import DriftOptions, DriftReport, compare
from pricectl.operate.editing import EditableCatalog
from pricectl.operate.waive import SHOWN_PLACES, WaiveResult


def accept_list(
    opened: EditableCatalog, accepted: Acceptance, options: DriftOptions
) -> WaiveResult:
    """Acknowledge the values that lists have at a place instead of ours.

    Raises NotWaived if no list differs there, or in something that an acknowledgement cannot hold;
    what `compare` raises; and ChangedMeanwhile.
    """
    report = compare(opened.name, opened.version, opened.policy, options)
    places = dict(_places(report))
    if accepted.pointer not in places:
        shown = [pointer for pointer, _ in places.items()][:SHOWN_PLACES]
        step = f"they differ at {', '.join(shown)}" if shown else "run 'pricectl drift'"
        where = f"{LIST_DIFFERS} at {accepted.pointer:.200}"
        raise NotWaived("no list differs there", where=where, next_step=step)
    differences = [one for pointer, one in _places(report) if pointer == accepted.pointer]
    values = tuple({value: None for one in differences for value in _values(one)})
    text = acknowledged_values(
        document.decode(opened.version.data), accepted, values, _stated(report, accepted.pointer)
    )
    atomic.replace(
        opened.name,
        text.encode(),
        base_sha256=atomic.sha256(opened.version.data),
        check=Catalog.load,
    )
    message = "; ".join(map(_message, differences))
    finding = Finding(LIST_DIFFERS, "warning", accepted.pointer, message)
    return WaiveResult(accepted, finding, opened.name, opened.name, "metadata.acknowledged")


# A difference, or the sentence about a row that only the lists or only we have.
_Place = PriceDrift | MemberDrift | str


def _places(report: DriftReport) -> Iterator[tuple[str, _Place]]:
    """Every place at which lists differ, and in what."""
    rows = (*report.agreed, *report.alone)
    for price in (*(one for row in rows for one in row.prices), *report.aliases):
        yield price.pointer, price
    for member in report.members:
        yield member.pointer, member
    for new in report.new:
        here = pointer_to(new.model.provider, new.model.name)
        yield here, f"a new model in {', '.join(new.votes)}"
    for gone in report.gone:
        yield gone.model.pointer, f"in none of {', '.join(gone.feeds)}"


def _values(place: _Place) -> list[Value]:
    """The values to accept; of a row as a whole null. Raises NotWaived for a text."""
    if isinstance(place, str):
        return [None]
    values = [acknowledged_value(claim.value) for claim in place.differing]
    if None in values:
        raise NotWaived(
            "is a text, which an acknowledgement cannot hold",
            where=place.pointer,
            next_step=f"say why in pricing_notes.{place.model.provider}.decisions, "
            f"under {place.model.name}.{place.member}",
        )
    return values


def _stated(report: DriftReport, pointer: str) -> tuple[Value, ...]:
    """All values that lists have at a place, accepted or not; null for a row as a whole."""
    prices = (one.told for one in report.drift.prices if one.pointer == pointer)
    members = (one.told for one in report.drift.members if one.pointer == pointer)
    values = [claim.value for told in prices for claim in told]
    texts = [claim.value for told in members for claim in told]
    return (None, *map(acknowledged_value, values), *map(acknowledged_value, texts))


def _message(place: _Place) -> str:
    if isinstance(place, str):
        return place
    if isinstance(place, PriceDrift):
        unit = place.key[0]
        values = [f"{one.vote} {short_rate(one.value, unit)}" for one in place.differing]
    else:
        values = [f"{one.vote} {one.value}" for one in place.differing]
    return f"{place.what}: {', '.join(values)}"
