"""What the customer is charged for the quote: markup, then credits in each mode."""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.credits import client_cost
from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import dollar_text, grouped, plural
from pricectl.core.money import exact, exact_usd, usd
from pricectl.core.profile import Profile
from pricectl.explain.steps import ExplanationStep


def charged(quote: Quote, profile: Profile | None) -> Iterator[ExplanationStep]:
    """The client's cost and the credits of a job that is this one call."""
    if profile is None:
        return
    estimate = Estimate(quote, 1, profile)
    cost = exact_usd(client_cost(estimate.pico_usd, profile))
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
    for mode in estimate.credits:
        yield _credits(mode, cost, profile)


def _credits(mode: ModeCredits, client_usd: str, profile: Profile) -> ExplanationStep:
    facts = {
        "mode": mode.mode,
        "exact_credits": exact(mode.exact),
        "rounding": profile.rounding,
        "minimum_credits": profile.minimum_credits,
        "credits": mode.charged,
    }
    summary = plural(mode.charged, "credit")
    return ExplanationStep("credits", summary, facts, mode.mode, (mode.reason(client_usd, _mixed),))


def _mixed(number: Fraction) -> str:
    """An exact decimal, or where there is none a whole number and a fraction: 214 2/7."""
    whole, rest = divmod(number, 1)
    if not rest:
        return f"{whole:,}"
    return f"{whole:,} {rest}" if whole and "/" in exact(rest) else grouped(exact(number))
