"""What the customer is charged for the quote: markup, then credits in each mode."""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import dollar_text, grouped, plural
from pricectl.core.money import exact, exact_usd, usd
from pricectl.core.profile import Profile
from pricectl.explain import prices
from pricectl.explain.steps import ExplanationStep


def charged(estimate: Estimate) -> Iterator[ExplanationStep]:
    """The contract price, the client's cost and the credits of a job."""
    quote, profile, price = estimate.quote, estimate.profile, estimate.price
    yield from prices.contract(estimate)
    cost = exact_usd(estimate.exact_client_pico_usd)
    markup = None if price.markup_percent is None else exact(price.markup_percent)
    paid = dollar_text(exact_usd(estimate.exact_contract_pico_usd))
    fees = f" + {dollar_text(usd(estimate.fees_pico_usd))}" if estimate.fees_pico_usd else ""
    if markup is None:
        summary = f"{dollar_text(cost)}, each request with its markup{fees}"
    elif price.markup_percent or fees:
        summary = f"{dollar_text(cost)} = {paid} + {markup}%{fees}"
    else:
        summary = dollar_text(cost)
    facts = {
        "profile": profile.name,
        "markup_percent": markup,
        "client_cost_usd": cost,
        "account": estimate.account,
        "fees_usd": usd(estimate.fees_pico_usd),
        "rules": [*prices.decided(price, "markup"), *prices.decided(price, "fee")],
    }
    remarks = (
        f"profile {profile.name}",
        *prices.customer_remarks(estimate),
        "credits rounded once a job",
    )
    no_price = quote.nothing_priced and not price.customer_pico_usd
    yield ExplanationStep("client", "no price" if no_price else summary, facts, "", remarks)
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
