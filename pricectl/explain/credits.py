"""What the customer is charged for the quote: markup, then credits in each mode."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from pricectl.core.credits import job_cost
from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import dollar_text, grouped, plural
from pricectl.core.money import exact, exact_usd, usd
from pricectl.explain import prices
from pricectl.explain.running_total import running_totals
from pricectl.explain.steps import ExplanationStep


def charged(estimate: Estimate, modes: Collection[str] | None) -> Iterator[ExplanationStep]:
    """The contract price, the client's cost and the credits of a job; `modes` as in `chain`."""
    quote, profile, price = estimate.quote, estimate.profile, estimate.price
    if estimate.calls > 1:
        yield _calls(estimate)
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
    if estimate.before.used:
        yield _job(estimate)
    for mode in estimate.credits:
        if modes is None or mode.mode in modes:
            yield _credits(mode, estimate)


def _calls(estimate: Estimate) -> ExplanationStep:
    """What all calls cost at list prices."""
    cost = usd(estimate.pico_usd)
    summary = f"{plural(estimate.calls, 'call')}: {dollar_text(cost)}"
    return ExplanationStep("calls", summary, {"calls": estimate.calls, "provider_cost_usd": cost})


def _job(estimate: Estimate) -> ExplanationStep:
    """What the job has cost the customer so far, with the calls before these."""
    profile = estimate.profile
    before, total = (exact_usd(job_cost(job, profile)) for job in (estimate.before, estimate.job))
    summary = f"{dollar_text(total)}, of it {dollar_text(before)} before"
    return ExplanationStep("job", summary, {"before_usd": before, "client_cost_usd": total})


def _credits(mode: ModeCredits, estimate: Estimate) -> ExplanationStep:
    profile = estimate.profile
    client_usd = exact_usd(job_cost(estimate.job, profile))
    is_longer = estimate.calls > 1 or estimate.before.used
    rows = list(running_totals(estimate, mode.mode)) if is_longer else []
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
