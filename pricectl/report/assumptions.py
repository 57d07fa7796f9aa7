"""What a reader of an amount should see beside it: how the row was found, what was assumed."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from pricectl.core.estimate import Estimate
from pricectl.core.labels import SERVICE_NAMES, count
from pricectl.core.lookup import near_names
from pricectl.core.money import usd
from pricectl.report.canvas import clean

FOUND = {
    "exact": "",
    "alias": "by alias",
    "case": "by case",
    "partial": "partial match",
    "default": "a guess",
}
NO_PRICE = "no price"
ADDS_NOTHING = "no price, so it adds nothing"


def cost(estimate: Estimate) -> str:
    """The provider's cost of the job; without a price it is not $0."""
    return NO_PRICE if estimate.quote.nothing_priced else f"${usd(estimate.pico_usd)}"


def warnings(estimate: Estimate, assumed: Iterable[str]) -> Iterator[str]:
    """What a reader of the amount should see: which rates apply, then what was assumed."""
    quote = estimate.quote
    if quote.match.model.is_retired:
        yield "the provider has retired this model"
    if quote.above_tokens:
        yield f"long-context rates: over {count(quote.above_tokens)} input tokens"
    if quote.period:
        yield f"dated price: {quote.period}"
    yield from assumed


def assumptions(estimate: Estimate, near: Sequence[str] | None = None) -> Iterator[str]:
    """Why the amount may be wrong: a guess, a service or region not sold, a rate assumed.

    `near` is what `near_names` found for an unknown model, where that is known already: the search
    is slower than all the rest of a quote.
    """
    quote = estimate.quote
    match = quote.match
    if quote.guessed:
        yield guess(near_names(quote.catalog, match.asked) if near is None else near)
    if match.ignored:
        yield f"set aside as neutral: {' '.join(map(clean, match.ignored))}"
    if quote.missing_region:
        yield f"no price for region {clean(quote.region)}: its base rates"
    if quote.missing_service:
        sold = {service for _, _, service in quote.prices.rates if service}
        # The row's words for what it sells, and the common ones for the same.
        words = sold | {word for word, service in SERVICE_NAMES.items() if service in sold}
        close = get_close_matches(quote.service, words, n=1)
        meant = f"; did you mean {clean(close[0])}?" if close else ""
        yield f"no price for service {clean(quote.service)}: its standard rates{meant}"
    for line, note in zip(estimate.lines, quote.line_notes, strict=True):
        if note:
            yield f"{line.unit}: {clean(note) if line.priced else ADDS_NOTHING}"
    yield from (f"not in the price: {clean(signal)}" for signal in estimate.signals)


def guess(near: Sequence[str]) -> str:
    """That no row answers for a name, and the names that may have been meant."""
    meant = f"; did you mean {', '.join(map(clean, near))}?" if near else ""
    return f"no model is called that, so this is the default price{meant}"
