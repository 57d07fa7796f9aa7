"""What the customer is charged for the quote: markup, then credits in each mode."""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.credits import BUDGET_MODES, BudgetMode, Job, client_cost, job_credits
from pricectl.core.money import divide, exact, exact_usd, usd
from pricectl.core.profile import Profile
from pricectl.explain.steps import ChainStep


def charged(quote: Quote, profile: Profile | None) -> Iterator[ChainStep]:
    """The client's cost and the credits of a job that is this one call."""
    if profile is None:
        return
    job = Job().add(quote)
    cost = exact_usd(client_cost(job.pico_usd, profile))
    markup = exact(profile.markup_percent)
    said = f"${cost} = ${usd(job.pico_usd)} + {markup}%" if profile.markup_percent else f"${cost}"
    yield ChainStep(
        "client",
        "no price" if quote.nothing_priced else said,
        {"profile": profile.name, "markup_percent": markup, "client_cost_usd": cost},
        "",
        (f"profile {profile.name}", "credits rounded once a job"),
    )
    for mode in BUDGET_MODES.values():
        yield _credits(mode, job, profile)


def _credits(mode: BudgetMode, job: Job, profile: Profile) -> ChainStep:
    credit_count, exact_count = job_credits(job, mode.name, profile), mode.charge(job, profile)
    rounded = divide(exact_count.numerator, exact_count.denominator, profile.rounding)
    cost = exact_usd(client_cost(job.pico_usd, profile))
    why = mode.figures(job, profile, cost, _amount)
    if mode.basis != "job":
        why += f" = {_mixed(exact_count)}, rounded {profile.rounding}"
    if credit_count > rounded:
        why += f", at least {profile.minimum_credits}"
    facts = {
        "mode": mode.name,
        "exact_credits": exact(exact_count),
        "rounding": profile.rounding,
        "minimum_credits": profile.minimum_credits,
        "credits": credit_count,
    }
    said = f"{credit_count:,} {'credit' if credit_count == 1 else 'credits'}"
    return ChainStep("credits", said, facts, mode.name, (why if job.used else "nothing was used",))


def _amount(number: Fraction) -> str:
    return f"{number.numerator:,}" if number.denominator == 1 else exact(number)


def _mixed(number: Fraction) -> str:
    """An exact decimal, or where there is none a whole number and a fraction: 214 2/7."""
    whole, rest = divmod(number, 1)
    if not rest:
        return f"{whole:,}"
    return f"{whole:,} {rest}" if whole and "/" in exact(rest) else exact(number)
