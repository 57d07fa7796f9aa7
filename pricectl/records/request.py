"""Reads one priced request of a record: its row, its prices, and each product, checked.

Apart from the record as a whole, which adds the requests up.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple, get_args

from pricectl.core.catalog import Catalog
from pricectl.core.errors import BadUsage
from pricectl.core.model import How, Match, Model
from pricectl.core.money import divide
from pricectl.core.priced_call import Part, Quote, product
from pricectl.core.prices import Problem
from pricectl.core.rates import Rate, RateCard
from pricectl.core.units import UNITS
from pricectl.core.usage import ReplacedUsage, Usage
from pricectl.records.fields import RecordFields, read_fields
from pricectl.records.prices import RecordedPrices
from pricectl.records.values import read_count, refuse
from pricectl.records.writing import ABOUT_ROW, REQUEST_DEFAULTS

_HOWS: tuple[How, ...] = get_args(How)


class RecordedLine(NamedTuple):
    """One product of a record.

    `above_tokens` is the tier that it was charged in, None where the whole request was in one.
    """

    unit: str
    quantity: int
    rate: Rate
    remark: str
    above_tokens: int | None
    counted_by_seller: bool
    in_the_file_usd: Fraction | None


def read_request(request: RecordFields, catalog: Catalog) -> Quote:
    """One priced request. Raises BadRecord."""
    request = RecordFields({**REQUEST_DEFAULTS, **request.members}, request.where)
    usage = _usage(request.fields("usage"))
    lines = request.items("lines", _line)
    _check_counts(request, usage, lines)
    prices = _prices(request, lines)
    service = request.fields("service").text("name")
    region = request.fields("region").text("name")
    tier = request.fields("tier")
    total = sum(product(line.unit, line.quantity, line.rate) for line in lines)
    if total != request.pico_usd("usd"):
        refuse(request.at("usd"), "is not the sum of the lines")
    listed = request.fields("prices")
    return Quote(
        _match(request, prices),
        usage,
        total,
        tuple(_parts(lines)),
        prices,
        catalog,
        service,
        region,
        tier.whole("above_tokens"),
        listed.text("period", ""),
        requests=request.whole("number"),
    )


def _usage(fields: RecordFields) -> Usage:
    counted = fields.fields("counts")
    counts = tuple(
        (unit, read_count(unit, count, counted.at(unit))) for unit, count in counted.members.items()
    )
    ordered = tuple(sorted(counts, key=lambda pair: list(UNITS).index(pair[0])))
    totals = fields.whole("input_tokens"), fields.whole("output_tokens")
    try:
        return tuple.__new__(ReplacedUsage, (*totals, ordered)).checked()
    except BadUsage:
        refuse(fields.where, "the counts do not add up to the tokens")


def _line(value: object, where: str) -> RecordedLine:
    """One product, checked: quantity x price. Raises BadRecord."""
    line = read_fields(value, where)
    unit = line.text("unit")
    count = read_count(unit, line.value("quantity"), line.at("quantity"))
    key = line.text("key")
    price = line.pico_usd("price_usd") if key else 0
    loaded = line.pico_usd("before_factors_usd", price)
    rate = Rate(price, key, line.flag("assumed"), line.text("note", ""), loaded)
    # Worked out from what is written, not from the table of units, which may change.
    one = 1000 if UNITS[unit].divisible else 1
    buys = line.whole("buys", 1) or refuse(line.at("buys"), "is zero")
    amount = divide(count * price, buys * one, "half-even")
    if amount != line.pico_usd("usd") or amount != product(unit, count, rate):
        refuse(line.at("usd"), "is not the quantity times the price")
    return RecordedLine(
        unit,
        count,
        rate,
        line.text("remark", rate.note),
        line.whole("above_tokens") if "above_tokens" in line.members else None,
        line.flag("counted_by_seller"),
        line.optional_number("in_the_file_usd"),
    )


def _check_counts(request: RecordFields, usage: Usage, lines: Sequence[RecordedLine]) -> None:
    """Check that the lines charge every count that was used, once. Raises BadRecord."""
    charged: dict[str, int] = {}
    for line in lines:
        charged[line.unit] = charged.get(line.unit, 0) + line.quantity
    rounded = {line.unit for line in lines if line.counted_by_seller}
    used = dict(usage.counts)
    if charged.keys() != used.keys() or any(
        charged[unit] != used[unit] for unit in used if unit not in rounded
    ):
        refuse(request.at("lines"), "do not charge what was used")


def _parts(lines: Sequence[RecordedLine]) -> Sequence[Part]:
    """The lines by the tier that they were charged in, each with its rates."""
    parts = []
    for _, each in groupby(lines, key=lambda line: line.above_tokens):
        charged = tuple(each)
        card = RateCard({}, (), "")
        card.update({line.unit: line.rate for line in charged})
        parts.append((tuple((line.unit, line.quantity) for line in charged), card))
    return parts or [((), RateCard({}, (), ""))]


def _prices(request: RecordFields, lines: Sequence[RecordedLine]) -> RecordedPrices:
    listed, tier = request.fields("prices"), request.fields("tier")
    service, region = request.fields("service"), request.fields("region")
    words = [(each.text("name"), each.optional_number("factor")) for each in (service, region)]
    off_peak = listed.flag("off_peak") if "off_peak" in listed.members else None
    prices = RecordedPrices(
        pointer=listed.text("pointer"),
        start=listed.instant("from"),
        end=listed.instant("until"),
        off_peak_hours=off_peak,
        thresholds=tier.items("thresholds", _threshold),
        marginal=tier.flag("marginal"),
        inclusive=tier.flag("inclusive"),
        output_thresholds=tier.items("output_thresholds", _threshold),
        above_output_tokens=listed.whole("above_output_tokens", 0),
        sold=(words[0][0],) if service.flag("sold") and words[0][1] is None else (),
        factors={word: factor for word, factor in words if factor is not None},
        in_the_file_usd={
            line.rate.key: line.in_the_file_usd
            for line in lines
            if line.in_the_file_usd is not None
        },
        unread=listed.items("unread", _problem),
    )
    for above in {line.above_tokens for line in lines}:
        remarks = {line.unit: line.remark for line in lines if line.above_tokens == above}
        threshold = tier.whole("above_tokens") if above is None else above
        passed = sum(each <= threshold for each in prices.thresholds)
        prices.remember_remarks(passed, words[1][0], remarks)
    return prices


def _threshold(value: object, where: str) -> int:
    return RecordFields({"": value}, where).whole("")


def _problem(value: object, where: str) -> Problem:
    fields = read_fields(value, where)
    return Problem(fields.text("pointer"), fields.text("message"))


def _match(request: RecordFields, prices: RecordedPrices) -> Match:
    row, listed = request.fields("row"), request.fields("prices")
    how = next((how for how in _HOWS if how == request.text("match")), None)
    if how is None:
        refuse(request.at("match"), "is not a way to find a row")
    entry: dict[str, Any] = {key: row.text(key) for key in ABOUT_ROW if key in row.members}
    if row.flag("retired"):
        entry["retired"] = True
    model = Model(
        row.text("provider"),
        row.text("model"),
        entry,
        prices,
        dated=listed.flag("dated"),
        pointer=row.text("pointer"),
    )
    return Match(
        model,
        how,
        request.text("asked"),
        request.text("name"),
        request.texts("ignored"),
        flags=request.texts("name_flags"),
        reference_sha256=request.text("reference_sha256"),
    )
