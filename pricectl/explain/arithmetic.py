"""The usage taken apart, each exact product, their sum."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import Line, Quote, quantity
from pricectl.core.money import TOKENS_PER_MTOK, exact, exact_usd, usd
from pricectl.core.prices import Rate
from pricectl.core.units import UNITS, is_token
from pricectl.explain.factors import factor
from pricectl.explain.gaps import is_unpriced, line_notes
from pricectl.explain.pointers import loaded, price_pointer
from pricectl.explain.roundings import roundings
from pricectl.explain.steps import Link

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
    notes = line_notes(quote)
    for line, note, (rate, above_tokens) in zip(quote.lines, notes, rates, strict=True):
        product = _product(quote, line, rate, note) if line.priced else _no_product(line)
        facts = {"unit": line.unit, "quantity": line.quantity, "above_tokens": above_tokens}
        yield product._replace(facts={**facts, **product.facts}, of=line.unit)


def _product(quote: Quote, line: Line, rate: Rate, note: str) -> Link:
    each = _each(line.unit, rate.pico_usd)
    per_mtok = _per_mtok(line.unit, each)
    raised = _raised(quote, line)
    rounded = tuple(roundings(quote, line, rate))
    facts = {
        "usd_per_unit": exact_usd(each),
        "usd_per_mtok": per_mtok,
        **raised,
        "usd": usd(line.pico_usd),
        "key": line.key,
        "pointer": price_pointer(quote, line.key),
        "assumed": line.assumed,
        "note": line.note,
        "roundings": [{"at": found.at, "exact_usd": found.exact_usd} for found in rounded],
    }
    times = f" = ${raised['base_usd_per_mtok']} x {raised['factor']}" if raised["factor"] else ""
    per = f" (${per_mtok} / 1M{times})" if per_mtok else ""
    said = f"{line.quantity:,} x ${exact_usd(each)}{per} = ${usd(line.pico_usd)} by {line.key}"
    remarks = (note, *(found.said for found in rounded))
    return Link("line", said, facts, "", tuple(filter(None, remarks)))


def _each(unit: str, pico_usd: int) -> Fraction:
    """What one of what people count costs at a rate, in picodollars."""
    return Fraction(pico_usd * (1000 if UNITS[unit].divisible else 1), UNITS[unit].priced_by)


def _per_mtok(unit: str, each: Fraction) -> str | None:
    return exact_usd(each * TOKENS_PER_MTOK) if is_token(unit) else None


_RAISED = ("base_usd_per_unit", "base_usd_per_mtok", "factor")


def _raised(quote: Quote, line: Line) -> dict[str, str | None]:
    """The price in the file and the factor on it, where one applies."""
    times = factor(quote, line.unit)
    if times == 1:
        return dict.fromkeys(_RAISED)
    base = _each(line.unit, loaded(quote, line.key))
    return dict(
        zip(_RAISED, (exact_usd(base), _per_mtok(line.unit, base), exact(times)), strict=True)
    )


def _no_product(line: Line) -> Link:
    facts: dict[str, Any] = dict.fromkeys(("usd_per_unit", "usd_per_mtok", *_RAISED, "usd"))
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
    return Link("total", _total(quote, difference), facts, "", _against(difference))


def _total(quote: Quote, difference: int | None) -> str:
    if is_unpriced(quote):
        return "no price for anything that was used"
    said = f"${usd(quote.pico_usd)}, the exact sum"
    return f"{said}, as the response states" if difference == 0 else said


def _against(difference: int | None) -> tuple[str, ...]:
    if not difference:
        return ()
    word = "more" if difference > 0 else "less"
    return (f"${usd(abs(difference))} {word} than the response states",)
