"""What a job costs the team by contract, and the customer, in words: the rules that decide it."""

from collections.abc import Iterator
from typing import Any

from pricectl.core.customer_price import CustomerPrice
from pricectl.core.estimate import Estimate
from pricectl.core.labels import clean, dollar_text
from pricectl.core.money import exact_usd, usd
from pricectl.core.profile_rules import Effect
from pricectl.explain.steps import ExplanationStep


def has_contract_line(estimate: Estimate) -> bool:
    """Whether the profile can make the contract price another one than the list price."""
    return bool(estimate.profile.rules) or estimate.profile.prefer_stated_cost


def contract(estimate: Estimate) -> Iterator[ExplanationStep]:
    """What the team pays for the job, where the profile has rules or prefers a stated cost."""
    if not has_contract_line(estimate):
        return
    price = estimate.price
    cost = exact_usd(estimate.exact_contract_pico_usd)
    facts = {
        "list_cost_usd": usd(estimate.pico_usd),
        "contract_cost_usd": cost,
        "is_stated": price.is_stated,
        "rules": decided(price, "cost"),
    }
    summary = f"{dollar_text(cost)}, {contract_reason(price)}"
    if estimate.quote.nothing_priced and not price.is_stated:
        summary = "no price"
    yield ExplanationStep("contract", summary, facts)


def contract_reason(price: CustomerPrice) -> str:
    """Why the team pays what it pays."""
    if price.is_stated:
        return "as the response states"
    by_rules = "; ".join(rule["text"] for rule in decided(price, "cost"))
    return by_rules or "the list price"


def customer_label(markup_percent: str | None, *, has_fee: bool) -> str:
    """What stands before the customer's price; without a percentage there are several.

    >>> customer_label("30", has_fee=False), customer_label(None, has_fee=True)
    ('with 30% markup', 'with several markups and fee')
    """
    markup = "several markups" if markup_percent is None else f"{markup_percent}% markup"
    return f"with {markup} and fee" if has_fee else f"with {markup}"


def customer_remarks(estimate: Estimate) -> Iterator[str]:
    """The account, the fee and the rules that decide the customer's price."""
    if estimate.account:
        yield f"account {clean(estimate.account)}"
    if estimate.fees_pico_usd:
        yield f"of it fees {dollar_text(usd(estimate.fees_pico_usd))}"
    for effect in ("markup", "fee"):
        yield from (rule["text"] for rule in decided(estimate.price, effect))


def decided(price: CustomerPrice, effect: Effect | None = None) -> list[dict[str, Any]]:
    """The rules that decide an effect (None: each), as facts; `rule` counts from 0."""
    return [
        {
            "effect": found.effect,
            "rule": found.position,
            "text": f"rules[{found.position}] ({clean(found.rule.conditions_text)}): "
            f"{clean(found.rule.effects_text)}",
        }
        for found in price.rules
        if effect in {None, found.effect}
    ]
