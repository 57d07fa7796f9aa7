"""What the customer is charged for the quote: markup, then credits in each mode."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import dollar_text, grouped, plural
from pricectl.core.money import exact, exact_usd, usd
from pricectl.explain.running_total import running_totals
from pricectl.explain.steps import ExplanationStep


def charged(estimate: Estimate, modes: Collection[str] | None) -> Iterator[ExplanationStep]:
    """The client's cost and the credits of a job, in some budget modes or in each."""
    quote, profile = estimate.quote, estimate.profile
    if is_longer(estimate):
        yield _job(estimate)
    cost = exact_usd(estimate.exact_client_pico_usd)
    markup = exact(profile.markup_percent)
    summary = (
        f"{dollar_text(cost)} = {dollar_text(usd(estimate.pico_usd))} + {markup}%"
        if profile.markup_percent
        else dollar_text(cost)
    )
    yield ExplanationStep(
        "client",
        "no price" if quote.nothing_priced else summary,
        {"profile": profile.name, "markup_percent": markup, "client_cost_usd": cost},
        "",
        (f"profile {profile.name}", "credits rounded once a job"),
    )
    for found in estimate.credits:
        if modes is None or found.mode in modes:
            yield _credits(found, cost, estimate)


def is_longer(estimate: Estimate) -> bool:
    """Whether the job has more calls than one, here or before."""
    return estimate.calls > 1 or estimate.before.used


def _job(estimate: Estimate) -> ExplanationStep:
    """How many calls the job has, and what they cost together."""
    before = estimate.before
    facts = {
        "calls": estimate.calls,
        "before_usd": usd(before.pico_usd),
        "provider_cost_usd": usd(estimate.pico_usd),
    }
    summary = f"{plural(estimate.calls, 'call')}: {dollar_text(usd(estimate.pico_usd))}"
    if before.used:
        summary += f", of it {dollar_text(usd(before.pico_usd))} before"
    return ExplanationStep("job", summary, facts)


def _credits(mode: ModeCredits, client_usd: str, estimate: Estimate) -> ExplanationStep:
    profile = estimate.profile
    rows = list(running_totals(estimate, mode.mode)) if is_longer(estimate) else []
    facts: dict[str, Any] = {
        "mode": mode.mode,
        "exact_credits": exact(mode.exact),
        "rounding": profile.rounding,
        "minimum_credits": profile.minimum_credits,
        "credits": mode.charged,
    }
    if rows:
        facts["calls"] = [row.facts for row in rows]
        facts["calls_left_out"] = estimate.calls - len(rows)
    summary = plural(mode.charged, "credit")
    return ExplanationStep("credits", summary, facts, mode.mode, (mode.reason(client_usd, _mixed),))


def _mixed(number: Fraction) -> str:
    """An exact decimal, or where there is none a whole number and a fraction: 214 2/7."""
    whole, rest = divmod(number, 1)
    if not rest:
        return f"{whole:,}"
    return f"{whole:,} {rest}" if whole and "/" in exact(rest) else grouped(exact(number))
