"""Reads a record back into the quote that it was written from, and checks that it adds up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.calculator import sum_of_quotes
from pricectl.core.catalog import build
from pricectl.core.errors import BadUsage
from pricectl.core.priced_call import Quote
from pricectl.core.usage import sum_of_usages
from pricectl.records.charge import RecordedCharge, read_charge
from pricectl.records.fields import RecordFields, read_fields
from pricectl.records.request import read_request
from pricectl.records.values import (
    RECORD_SCHEMA,
    check_checksum,
    refuse,
)

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


class Record(NamedTuple):
    """A charge as it was recorded.

    `quote` has the rates, counts and remarks of the charge, and nothing of a present catalog.
    `at` is the instant that the prices were looked up for; None: no date decided. `prices` are the
    facts about the catalog and the process, as they were written.
    """

    quote: Quote
    at: datetime | None
    flags: tuple[str, ...]
    written_at: datetime | None
    calculator: str
    prices: Mapping[str, Any]
    reading: "Reading | None" = None
    charge: RecordedCharge | None = None


def read_record(value: object) -> Record:
    """Read a record and check it: each product, each sum, the checksum.

    Members that this release does not know are ignored. Raises BadRecord.
    """
    record = read_fields(value, "")
    if "schema" not in record.members:
        refuse("schema", "is missing", "is it a record of Answer.record()?")
    schema = record.text("schema")
    if schema != RECORD_SCHEMA:
        name, _, version = schema.rpartition("/")
        step = "update pricectl" if name and version.isdigit() else ""
        refuse("schema", f"{schema!r:.60} is not {RECORD_SCHEMA}", step)
    check_checksum(record.members)
    catalog = record.fields("catalog")
    metadata: dict[str, Any] = {"last_updated": catalog.text("last_updated", "")}
    own = build({"metadata": metadata}, [], source=catalog.text("sha256"))
    requests = record.items("requests", read_fields)
    if not requests:
        refuse("requests", "is empty")
    quotes = [read_request(request, own) for request in requests]
    quote = quotes[0] if len(quotes) == 1 else _summed(quotes)
    if quote.pico_usd != record.pico_usd("usd"):
        refuse("usd", "is not the sum of the requests")
    reading = _response(record, quote)
    has_charge = record.members.get("charge") is not None
    return Record(
        quote,
        record.instant("at"),
        record.texts("flags"),
        record.instant("written_at"),
        record.text("calculator"),
        catalog.members,
        reading,
        read_charge(record.fields("charge"), quote, reading) if has_charge else None,
    )


def _summed(quotes: Sequence[Quote]) -> Quote:
    try:
        usage = sum_of_usages([quote.usage for quote in quotes])
    except BadUsage as error:
        refuse("requests", error.what)
    return sum_of_quotes(quotes, usage)


def _response(record: RecordFields, quote: Quote) -> "Reading | None":
    """What the response stated. Raises BadRecord."""
    if record.members.get("response") is None:
        return None
    from pricectl.core.responses import Reading

    stated = record.fields("response")
    no_cost = stated.members.get("reported_usd") is None
    charged, served = stated.text("service"), stated.text("stated_service", "")
    return Reading(
        quote.usage,
        stated.text("model"),
        stated.text("provider"),
        charged,
        stated.text("region"),
        None if no_cost else stated.pico_usd("reported_usd"),
        stated.texts("signals"),
        stated.texts("flags"),
        asked_service=stated.text("asked_service", ""),
        other_stated_service=None if served == charged else served,
    )
