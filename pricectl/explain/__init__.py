"""Why a quote is what it is: one chain from the name to the credits, in words and facts.

The chain is one value; `text` is it for people, `facts` is it for programs.
"""

from datetime import date
from typing import TYPE_CHECKING

from pricectl.core.calculator import Quote
from pricectl.core.credits import Profile
from pricectl.explain import arithmetic, charges, circumstances, sources
from pricectl.explain.steps import STEPS, Link

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

__all__ = ["STEPS", "Link", "chain", "explain"]


def chain(
    quote: Quote,
    *,
    reading: "Reading | None" = None,
    profile: Profile | None = None,
    at: date | None = None,
) -> tuple[Link, ...]:
    """Each step to a quote, in order.

    It begins with what a response said if the usage was read from one, ends in credits if a profile
    is given, and names the instant that counted if `at` is.

    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> answer = quote(Catalog.load(text), "gpt-4o", Usage(1000))
    >>> [link.facts["usd"] for link in chain(answer) if link.step == "line"]
    ['0.0025']
    """
    return (
        *sources.response(reading),
        sources.name(quote),
        sources.row(quote, reading),
        circumstances.period(quote, at),
        circumstances.tier(quote),
        circumstances.service(quote),
        *circumstances.region(quote),
        arithmetic.usage(quote),
        *arithmetic.lines(quote),
        arithmetic.total(quote, reading),
        *charges.charged(quote, profile),
        sources.catalog(quote),
    )


def explain(quote: Quote) -> tuple[str, ...]:
    """Each step from the asked name to the total, as one line of words and exact figures.

    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> for line in quote(Catalog.load(text), "GPT-4o", Usage(1000)).explain()[:2]: print(line)
    name: GPT-4o is answered by openai/gpt-4o, by case
    row: names no source
    """
    return tuple(f"{link.step}: {link.text}" for link in chain(quote))
