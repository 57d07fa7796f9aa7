"""The usage taken apart, each exact product, their sum. Floor 0."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import Line, Quote, quantity
from pricectl.core.explanation.link import Link
from pricectl.core.explanation.places import price_pointer
from pricectl.core.explanation.roundings import roundings
from pricectl.core.money import TOKENS_PER_MTOK, exact_usd, usd
from pricectl.core.prices import Rate
from pricectl.core.units import UNITS, is_token

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


def usage(quote: Quote) -> Link:
    """Both totals, each with the parts it is the sum of, and what is counted beside them."""
    used = quote.usage
    parts = [(unit, quantity(unit, count), UNITS[unit].side) for unit, count in used.counts]
    said = [
        _sum(used.input_tokens, "in", [part for part in parts if part[2] == "input"]),
        _sum(used.output_tokens, "out", [part for part in parts if part[2] == "output"]),
    ]
    beside = [f"{unit}={amount:,}" for unit, amount, side in parts if not side]
    if beside:
        said.append(f"beside them {', '.join(beside)}")
    facts = {
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "parts": [{"unit": unit, "quantity": amount, "of": side} for unit, amount, side in parts],
    }
    return Link("usage", "; ".join(said), facts)


def _sum(total: int, word: str, parts: list[tuple[str, int | Decimal, str]]) -> str:
    """A total and its parts, unless all of it is of the plain kind."""
    if all(unit == side for unit, _, side in parts):
        return f"{total:,} {word}"
    return f"{total:,} {word} = {' + '.join(f'{amount:,} {unit}' for unit, amount, _ in parts)}"


def lines(quote: Quote) -> Iterator[Link]:
    """Each product: quantity x rate, the key that says so, what was rounded or assumed."""
    above = (0, *quote.prices.thresholds) if len(quote.parts) > 1 else (quote.above_tokens,)
    rates = [
        (card[unit], tier)
        for tier, (counts, card) in zip(above, quote.parts, strict=False)
        for unit, _ in counts
    ]
    for line, (rate, above_tokens) in zip(quote.lines, rates, strict=True):
        product = _product(quote, line, rate) if line.priced else _no_product(line)
        facts = {"unit": line.unit, "quantity": line.quantity, "above_tokens": above_tokens}
        yield product._replace(facts={**facts, **product.facts}, of=line.unit)


def _product(quote: Quote, line: Line, rate: Rate) -> Link:
    unit = UNITS[line.unit]
    each = Fraction(rate.pico_usd * (1000 if unit.divisible else 1), unit.priced_by)
    per_mtok = exact_usd(each * TOKENS_PER_MTOK) if is_token(line.unit) else None
    rounded = tuple(roundings(quote, line, rate))
    facts = {
        "usd_per_unit": exact_usd(each),
        "usd_per_mtok": per_mtok,
        "usd": usd(line.pico_usd),
        "key": line.key,
        "pointer": price_pointer(quote, line.key),
        "assumed": line.assumed,
        "note": line.note,
        "roundings": [{"at": found.at, "exact_usd": found.exact_usd} for found in rounded],
    }
    per = f" (${per_mtok} / 1M)" if per_mtok else ""
    said = f"{line.quantity:,} x ${exact_usd(each)}{per} = ${usd(line.pico_usd)} by {line.key}"
    remarks = (line.note, *(found.said for found in rounded))
    return Link("line", said, facts, "", tuple(filter(None, remarks)))


def _no_product(line: Line) -> Link:
    facts: dict[str, Any] = dict.fromkeys(("usd_per_unit", "usd_per_mtok", "usd"))
    facts |= {"key": "", "pointer": "", "assumed": False, "note": line.note, "roundings": []}
    return Link("line", f"{line.quantity:,} have no price and add nothing", facts)


def total(quote: Quote, reading: "Reading | None") -> Link:
    """The sum, what it leaves out, and how it compares with a cost that the response states."""
    reported = reading.reported_pico_usd if reading else None
    difference = None if reported is None else quote.pico_usd - reported
    facts = {
        "provider_cost_usd": usd(quote.pico_usd),
        "unpriced": [line.unit for line in quote.unpriced],
        "reported_usd": None if reported is None else usd(reported),
        "difference_usd": None if difference is None else usd(difference),
    }
    return Link("total", f"${usd(quote.pico_usd)}, the exact sum", facts, "", _against(difference))


def _against(difference: int | None) -> tuple[str, ...]:
    if difference is None:
        return ()
    if not difference:
        return ("as the response states",)
    word = "more" if difference > 0 else "less"
    return (f"${usd(abs(difference))} {word} than the response states",)
