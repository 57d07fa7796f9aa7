"""What a quote leaves out, and what its lines say of it."""

from pricectl.core.calculator import Quote
from pricectl.core.units import STANDARD


def is_unpriced(quote: Quote) -> bool:
    """Whether something was used and the row has a price for none of it, so that $0 is no cost."""
    return bool(quote.unpriced) and len(quote.unpriced) == len(quote.lines)


def line_notes(quote: Quote) -> tuple[str, ...]:
    """The note of each line; a service that the row does not sell is the quote's and no line's."""
    if not quote.missing_service:
        return tuple(line.note for line in quote.lines)
    passed = quote.prices.tiers_passed(quote.usage.input_tokens)
    tiers = range(len(quote.parts)) if len(quote.parts) > 1 else (passed,)
    return tuple(
        quote.prices.card(tier, STANDARD, quote.region)[unit].note
        for tier, (counts, _) in zip(tiers, quote.parts, strict=True)
        for unit, _ in counts
    )
