"""The arithmetic of a quote: the usage taken apart, each exact product, their sum."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.calculator import Line, Quote, quantity
from pricectl.core.labels import dollar_text
from pricectl.core.money import PICO_PER_USD, TOKENS_PER_MTOK, exact, exact_usd, usd
from pricectl.core.rates import Rate
from pricectl.core.units import UNITS, is_token_unit
from pricectl.explain.rates import factor_on
from pricectl.explain.steps import ExplanationStep

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


def usage(quote: Quote) -> ExplanationStep:
    """Both totals, each with the parts it is the sum of, and what is counted besides tokens."""
    used = quote.usage
    parts = [(unit, quantity(unit, count), UNITS[unit].side) for unit, count in used.counts]
    summary = [
        _sum(used.input_tokens, "in", [part for part in parts if part[2] == "input"]),
        _sum(used.output_tokens, "out", [part for part in parts if part[2] == "output"]),
    ]
    beside = [f"{unit}={amount:,}" for unit, amount, side in parts if not side]
    if beside:
        summary.append(f"beside them {', '.join(beside)}")
    facts = {
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "parts": [{"unit": unit, "quantity": amount, "of": side} for unit, amount, side in parts],
    }
    return ExplanationStep("usage", "; ".join(summary), facts)


def _sum(total: int, word: str, parts: list[tuple[str, int | Decimal, str]]) -> str:
    """A total and its parts, unless all of it is of the plain kind."""
    if all(unit == side for unit, _, side in parts):
        return f"{total:,} {word}"
    return f"{total:,} {word} = {' + '.join(f'{amount:,} {unit}' for unit, amount, _ in parts)}"


def lines(quote: Quote) -> Iterator[ExplanationStep]:
    """Each product: quantity x rate, the key it comes from, what was rounded or assumed."""
    above = (0, *quote.prices.thresholds) if len(quote.parts) > 1 else (quote.above_tokens,)
    rates = [
        (card[unit], tier)
        for tier, (counts, card) in zip(above, quote.parts, strict=False)
        for unit, _ in counts
    ]
    notes = quote.line_notes
    for line, note, (rate, above_tokens) in zip(quote.lines, notes, rates, strict=True):
        product = _product(quote, line, rate, note) if line.priced else _no_product(line)
        facts = {"unit": line.unit, "quantity": line.quantity, "above_tokens": above_tokens}
        yield product._replace(facts={**facts, **product.facts}, of=line.unit)


# Facts that are set only where a factor changed the file's price.
_BASE_FACTS = ("base_usd_per_unit", "base_usd_per_mtok", "factor")


def _product(quote: Quote, line: Line, rate: Rate, note: str) -> ExplanationStep:
    factor = factor_on(quote, line.unit)
    each, per_mtok = _prices(line.unit, rate.pico_usd)
    base: tuple[str | None, ...] = (None, None, None)
    if factor != 1:
        base = (*_prices(line.unit, rate.loaded_pico_usd), exact(factor))
    rounded = tuple(_roundings(quote, line, rate, factor))
    facts = {
        "usd_per_unit": each,
        "usd_per_mtok": per_mtok,
        **dict(zip(_BASE_FACTS, base, strict=True)),
        "usd": usd(line.pico_usd),
        "key": line.key,
        "pointer": quote.prices.pointer_to(line.key),
        "assumed": line.assumed,
        "note": line.note,
        "roundings": [{"at": found.at, "exact_usd": found.exact_usd} for found in rounded],
    }
    times = f" = {dollar_text(base[1])} x {base[2]}" if base[1] and base[2] else ""
    per = f" ({dollar_text(per_mtok)} / 1M{times})" if per_mtok else ""
    product = f"{line.quantity:,} x {dollar_text(each)}{per} = {dollar_text(usd(line.pico_usd))}"
    summary = f"{product} by {line.key}"
    remarks = (note, *(found.summary for found in rounded))
    return ExplanationStep("line", summary, facts, "", tuple(filter(None, remarks)))


def _prices(unit: str, pico_usd: int) -> tuple[str, str | None]:
    """A rate in USD for one of what people count, and for a token unit per 1M."""
    each = Fraction(pico_usd * (1000 if UNITS[unit].divisible else 1), UNITS[unit].priced_by)
    return exact_usd(each), exact_usd(each * TOKENS_PER_MTOK) if is_token_unit(unit) else None


class RoundedFigure(NamedTuple):
    """A figure of a line that was rounded half-even.

    `at` is "load" for the price, "uplift" for the rate after a factor, "product" for the product.
    """

    at: str
    exact_usd: str
    summary: str


def _roundings(quote: Quote, line: Line, rate: Rate, factor: Fraction) -> Iterator[RoundedFigure]:
    """Where digits finer than a picodollar were rounded away, in the order of the calculation."""
    counts = Fraction(line.quantity) * (1000 if UNITS[line.unit].divisible else 1)
    steps = (
        (
            "load",
            Fraction(quote.prices.value_of(line.key) or 0) * PICO_PER_USD,
            "rate rounded half-even at load",
        ),
        (
            "uplift",
            rate.loaded_pico_usd * factor,
            f"rate rounded half-even after x {exact(factor)}",
        ),
        (
            "product",
            counts * rate.pico_usd / UNITS[line.unit].priced_by,
            "product rounded half-even",
        ),
    )
    for at, amount, words in steps:
        if amount.denominator != 1:
            yield RoundedFigure(
                at, exact_usd(amount), f"{words} from {dollar_text(exact_usd(amount))}"
            )


def _no_product(line: Line) -> ExplanationStep:
    facts: dict[str, Any] = dict.fromkeys(("usd_per_unit", "usd_per_mtok", *_BASE_FACTS, "usd"))
    facts |= {"key": "", "pointer": "", "assumed": False, "note": line.note, "roundings": []}
    return ExplanationStep("line", f"{line.quantity:,} have no price and add nothing", facts)


def total(quote: Quote, reading: "Reading | None") -> ExplanationStep:
    """The sum, what it leaves out, and how it compares with a cost that the response states."""
    reported = reading.reported_pico_usd if reading else None
    difference = None if reported is None else quote.pico_usd - reported
    facts = {
        "provider_cost_usd": usd(quote.pico_usd),
        "unpriced": [line.unit for line in quote.unpriced],
        "reported_usd": None if reported is None else usd(reported),
        "difference_usd": None if difference is None else usd(difference),
    }
    summary = f"{dollar_text(usd(quote.pico_usd))}, the exact sum"
    if quote.nothing_priced:
        summary = "no price for anything that was used"
    elif difference == 0:
        summary = f"{summary}, as the response states"
    remarks: tuple[str, ...] = ()
    if difference:
        word = "more" if difference > 0 else "less"
        remarks = (f"{dollar_text(usd(abs(difference)))} {word} than the response states",)
    return ExplanationStep("total", summary, facts, "", remarks)
