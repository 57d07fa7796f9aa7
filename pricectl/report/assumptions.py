"""Remarks on an amount: how the row was found, what was assumed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pricectl.core.estimate import Estimate
from pricectl.core.fallback import Fallback, list_price_words
from pricectl.core.labels import SERVICE_NAMES, clean, count, did_you_mean, dollar_text
from pricectl.core.lookup import list_price, near_names
from pricectl.core.model import Match
from pricectl.core.money import usd
from pricectl.core.near import near as near_words
from pricectl.explain.explanation import Explanation
from pricectl.explain.sources import RETIRED, not_in_price
from pricectl.flags import FALLBACKS, OTHER_SERVICE, STATED_COST

NO_PRICE = "no price"
ADDS_NOTHING = "no price, so it adds nothing"


class QuotedCall(NamedTuple):
    """A quote with the near names of an unknown model and what was assumed.

    They stand here because both are shown more than once, and searching for the names takes longer
    than the rest of a quote.
    """

    estimate: Estimate
    near_names: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    listed: Match | None = None

    @classmethod
    def of(cls, estimate: Estimate, fallback: Fallback | None = None) -> "QuotedCall":
        """The quote with everything that a reader of its amount should know.

        With `fallback` also the list price of a name that only the default price answers.
        """
        quote = estimate.quote
        near = near_names(quote.catalog, quote.match.asked) if quote.guessed else ()
        assumed = list(assumptions(estimate, near))
        listed = None
        if fallback and quote.guessed:
            listed = list_price(fallback, quote.match.asked)
            if listed:
                price = clean(list_price_words(listed))
                assumed.append(f"the list price is {price}, but production charges the default")
            elif fallback.problem:
                assumed.append(clean(fallback.problem))
        return cls(estimate, near, tuple(assumed), listed)

    @property
    def remarks(self) -> Iterator[str]:
        """The remarks on the amount: which rates apply, then what was assumed."""
        quote = self.estimate.quote
        if quote.match.model.is_retired:
            yield RETIRED
        if quote.above_tokens:
            yield f"long-context rates: over {count(quote.above_tokens)} input tokens"
        if quote.prices.above_output_tokens:
            yield f"long-output rates: over {count(quote.prices.above_output_tokens)} output tokens"
        if quote.period:
            yield f"dated price: {quote.period}"
        yield from self.assumed


def cost(estimate: Estimate) -> str:
    """What the team pays for the job: by contract, else the list price; not $0 without a price."""
    pico_usd = estimate.contract_pico_usd
    is_unknown = estimate.quote.nothing_priced and not pico_usd
    return NO_PRICE if is_unknown else dollar_text(usd(pico_usd))


def assumptions(estimate: Estimate, near: Sequence[str]) -> Iterator[str]:
    """Why the amount may be wrong: a guess, a service or region not sold, a rate assumed.

    `near` is what `near_names` found for an unknown model.
    """
    quote = estimate.quote
    match = quote.match
    if quote.guessed:
        yield _guess(near)
    if match.ignored:
        yield f"ignored in the name: {' '.join(map(clean, match.ignored))}"
    yield from (FALLBACKS[flag] for flag in match.flags)
    if quote.missing_region:
        rates = f"no price for region {clean(quote.region)}; base rates charged"
        yield _with_near(rates, near_words(quote.region, quote.prices.uplifts))
    if quote.missing_service:
        sold = {service for _, _, service in quote.prices.rates if service}
        # The row's words for what it sells, and the common ones for the same.
        words = sold | {word for word, service in SERVICE_NAMES.items() if service in sold}
        words.discard(quote.service)  # of several requests only some may have it
        close = near_words(quote.service, words)
        rates = f"no price for service {clean(quote.service)}; standard rates charged"
        yield _with_near(rates, close)
    for part in quote.unread:
        yield f"not understood, so left out: {clean(part.pointer)}: {clean(part.message)}"
    for line, note in zip(estimate.lines, quote.line_notes, strict=True):
        if note:
            said = clean(note) if line.priced else ADDS_NOTHING
            names_unit = said.startswith(f"no {line.unit} price")
            yield said if names_unit else f"{line.unit}: {said}"
    if quote.averaged_tier:
        yield f"{FALLBACKS['averaged-tier']} ({count(quote.requests)})"
    yield from (clean(not_in_price(signal)) for signal in estimate.signals)
    yield from _of_response(estimate)


def _of_response(estimate: Estimate) -> Iterator[str]:
    """What the response says of itself, and whether its stated cost was booked."""
    for flag in estimate.response_flags:
        yield FALLBACKS[flag] + (_services(estimate) if flag == OTHER_SERVICE else "")
    if estimate.price.is_stated:
        yield FALLBACKS[STATED_COST]


def _services(estimate: Estimate) -> str:
    """Which service was asked for, and which served the call."""
    reading = estimate.reading
    if reading is None or not (reading.asked_service and reading.stated_service):
        return ""
    return f" (asked {clean(reading.asked_service)}, served {clean(reading.stated_service)})"


def explanation_warnings(result: Explanation) -> Iterator[str]:
    """What was assumed in an explanation; without a call, whether the row is a guess."""
    if result.estimate:
        yield from assumptions(result.estimate, result.near_names)
    elif result.guessed:
        yield _guess(result.near_names)


def _guess(near: Sequence[str]) -> str:
    """No row matches; similar names."""
    return _with_near("no model is called that, so this is the default price", near)


def _with_near(sentence: str, near: Sequence[str]) -> str:
    meant = did_you_mean(*map(clean, near))
    return f"{sentence}; {meant}" if meant else sentence
