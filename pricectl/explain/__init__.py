"""Why a quote is what it is: each step from the name to the credits, in words and as facts.

The chain of steps is one value: its `text` is for people, its `facts` are for programs. It stands
beside the core because the calculator does not need it.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pricectl.core.calculator import Quote
from pricectl.core.estimate import Estimate
from pricectl.core.profile import Profile
from pricectl.explain import arithmetic, rates, sources
from pricectl.explain.credits import charged
from pricectl.explain.steps import STEPS, ExplanationStep

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

__all__ = ["STEPS", "ExplanationStep", "chain", "explain"]


def chain(  # noqa: PLR0913 - a quote and what is known of its call, all but one by keyword
    quote: Quote,
    *,
    reading: "Reading | None" = None,
    profile: Profile | None = None,
    account: str = "",
    estimate: Estimate | None = None,
    modes: Collection[str] | None = None,
    at: date | None = None,
    near: Sequence[str] | None = None,
    source: sources.CatalogSource | None = None,
) -> tuple[ExplanationStep, ...]:
    """Each step to a quote, in order.

    Args:
        quote: the quote to explain.
        reading: what a response states, if the usage was read from one; it is the first step.
        profile: how the customer is charged; adds the steps to the credits.
        account: the customer, for the rules of the profile.
        estimate: a job of such calls under a profile, in place of `profile` and `account`; the
            credits show it call by call.
        modes: only the credits of these budget modes.
        at: the instant that the quote was asked for; the period's step names it, and the dates of
            the profile's rules go by it.
        near: what `near_names` found for an unknown model; None searches for them, which takes
            longer than the whole quote.
        source: where the catalog was read.

    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> call = quote(Catalog.load(text), "gpt-4o", Usage(1000))
    >>> [step.facts["usd"] for step in chain(call) if step.step == "line"]
    ['0.0025']
    """
    job = estimate or (Estimate(quote, 1, profile, reading, account, at) if profile else None)
    rounds = (
        step
        for number, part in enumerate(quote.rounds, 1)
        for step in _numbered(
            _priced(part, reading, at, near), f"request {number} of {len(quote.rounds)}"
        )
    )
    return (
        *sources.response(reading),
        *(rounds if quote.rounds else _priced(quote, reading, at, near)),
        arithmetic.total(quote, reading),
        *(charged(job, modes) if job else ()),
        sources.catalog(quote, source),
    )


def _priced(
    quote: Quote, reading: "Reading | None", at: date | None, near: Sequence[str] | None
) -> Iterator[ExplanationStep]:
    """The steps from the name of one request to its products."""
    yield sources.name(quote, near)
    yield sources.row(quote, reading)
    yield rates.period(quote, at)
    yield rates.tier(quote)
    yield rates.service(quote)
    yield from rates.region(quote)
    yield arithmetic.usage(quote)
    yield from arithmetic.lines(quote)


def _numbered(steps: Iterator[ExplanationStep], which: str) -> Iterator[ExplanationStep]:
    """The steps of one of several requests, which say so where they begin."""
    for step in steps:
        yield step._replace(summary=f"{which}: {step.summary}") if step.step == "name" else step


def explain(quote: Quote, near: Sequence[str] | None = None) -> tuple[str, ...]:
    """Each step from the name in the question to the total, as a line of words and exact figures.

    `near` is what `near_names` found for an unknown model, where that is known already.

    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> for line in explain(quote(Catalog.load(text), "GPT-4o", Usage(1000)))[:2]: print(line)
    name: GPT-4o is answered by openai/gpt-4o, by case
    row: has no source
    """
    return tuple(f"{step.step}: {step.text}" for step in chain(quote, near=near))
