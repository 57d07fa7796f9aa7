"""Tokens and prices to a cost, and a cost to credits, by the functions that production calls."""

import math
import operator
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from pricectl.core.money import TOKENS_PER_MTOK, divide, is_bounded
from pricectl.production.never_raises import never_raises
from pricectl.production.prices import DEFAULT_PRICES, get_model_pricing

COST_DECIMALS = 8
# As MAX_COUNT of a usage; far beyond any bill, and exact to calculate with.
MAX_AMOUNT = 10**15
JOB_CREDITS = 1
# An iterable of the caller may be endless.
MAX_MESSAGES = 100_000
# An estimated answer is a fifth as long as its prompt.
INPUT_PER_OUTPUT = 5

_NO_COSTS = {"input_cost_usd": 0.0, "output_cost_usd": 0.0, "provider_cost_usd": 0.0}
_NO_MARKUP = {"provider_cost_usd": 0.0, "client_cost_usd": 0.0}
_NO_ESTIMATE: dict[str, Any] = {
    "estimated_input_tokens": 0,
    "estimated_output_tokens": 0,
    "estimated_input_cost_usd": 0.0,
    "estimated_output_cost_usd": 0.0,
    "estimated_total_cost_usd": 0.0,
    "model": "",
    "pricing_input_per_1m": DEFAULT_PRICES["input"],
    "pricing_output_per_1m": DEFAULT_PRICES["output"],
}


@never_raises(_NO_COSTS)
def calculate_token_costs(
    prompt_tokens: float,
    completion_tokens: float,
    input_price_per_million: float,
    output_price_per_million: float,
) -> dict[str, float]:
    """The cost of a call in USD, to 8 decimals, half to even; the total is rounded once, too.

    >>> calculate_token_costs(1000, 500, 2.5, 10.0)
    {'input_cost_usd': 0.0025, 'output_cost_usd': 0.005, 'provider_cost_usd': 0.0075}
    """
    input_usd = _cost(prompt_tokens, input_price_per_million)
    output_usd = _cost(completion_tokens, output_price_per_million)
    return {
        "input_cost_usd": rounded(input_usd),
        "output_cost_usd": rounded(output_usd),
        "provider_cost_usd": rounded(input_usd + output_usd),
    }


@never_raises(_NO_MARKUP)
def apply_markup(provider_cost_usd: float, markup_percentage: float) -> dict[str, float]:
    """The provider's cost and the client's with markup, in USD; nothing is rounded.

    >>> apply_markup(0.29, 100)
    {'provider_cost_usd': 0.29, 'client_cost_usd': 0.58}
    """
    cost = exact(provider_cost_usd)
    return {
        "provider_cost_usd": float(cost),
        "client_cost_usd": float(cost * (1 + exact(markup_percentage) / 100)),
    }


@never_raises(JOB_CREDITS)
def calculate_credits_to_deduct(  # noqa: PLR0913, PLR0917 - as production calls it
    cost_usd: float,
    total_tokens: float,
    budget_mode: str,
    credits_per_dollar: float = 1.0,
    tokens_per_credit: float = 10_000,
    minimum_credits: int = 1,
) -> int:
    """Whole credits for one call, rounded down, at least the minimum; an unknown mode is job_based.

    >>> calculate_credits_to_deduct(0.29, 0, "consumption_usd", credits_per_dollar=100)
    29
    """
    # Spelled out here, though core.credits has the same modes: callers pass floats, and an unknown
    # mode must not raise.
    credits_exact = Fraction(JOB_CREDITS)
    if budget_mode == "consumption_usd":
        credits_exact = exact(cost_usd) * exact(credits_per_dollar)
    elif budget_mode == "consumption_tokens":
        credits_exact = exact(total_tokens) / (exact(tokens_per_credit) or 10_000)
    whole = divide(credits_exact.numerator, credits_exact.denominator, "down")
    return max(whole, math.floor(exact(minimum_credits)))


@never_raises(None)
def extract_cost_from_litellm_response(response: object) -> dict[str, float] | None:
    """The cost that LiteLLM wrote into its response, if it did.

    It is in `_hidden_params.response_cost` or in `usage.total_cost`.
    """
    for path in (("_hidden_params", "response_cost"), ("usage", "total_cost")):
        cost = _member(_member(response, path[0]), path[1])
        if type(cost) in (int, float, Decimal) and math.isfinite(cost) and cost >= 0:
            return {"provider_cost_usd": float(cost)}
    return None


@never_raises(_NO_ESTIMATE)
def estimate_cost_for_conversation(
    model_name: str, messages: Iterable[object], average_chars_per_token: float = 4
) -> dict[str, Any]:
    """What a conversation may cost before it is sent: tokens guessed from its characters.

    The output is taken to be 20% of the input.
    """
    prices = get_model_pricing(model_name)
    characters = 0
    for message in _listed(messages):
        content = _member(message, "content")
        parts = content if isinstance(content, list) else []
        texts = [content, *(_member(part, "text") for part in parts)]
        characters += sum(len(text) for text in texts if isinstance(text, str))
    input_tokens = math.floor(characters / (exact(average_chars_per_token) or 4))
    output_tokens = input_tokens // INPUT_PER_OUTPUT
    costs = calculate_token_costs(input_tokens, output_tokens, prices["input"], prices["output"])
    return {
        "estimated_input_tokens": input_tokens,
        "estimated_output_tokens": output_tokens,
        "estimated_input_cost_usd": costs["input_cost_usd"],
        "estimated_output_cost_usd": costs["output_cost_usd"],
        "estimated_total_cost_usd": costs["provider_cost_usd"],
        "model": model_name,
        "pricing_input_per_1m": prices["input"],
        "pricing_output_per_1m": prices["output"],
    }


def exact(value: Any) -> Fraction:
    """A caller's number as the value it is written as, at most 1e15 either way; 0 for others.

    A float means the shortest decimal that reads back as it: 0.29 is 29/100.
    """
    amount: int | Fraction = 0
    try:
        if isinstance(value, Decimal):
            amount = Fraction(value) if is_bounded(value) else 0
        elif hasattr(value, "__index__"):
            amount = operator.index(value)
        elif hasattr(value, "__float__") and math.isfinite(value):
            amount = Fraction(float.__repr__(float(value)))
    except Exception:  # noqa: BLE001 - a number of the caller's making
        return Fraction(0)
    return Fraction(max(-MAX_AMOUNT, min(amount, MAX_AMOUNT)))


def rounded(usd: Fraction) -> float:
    """USD at 8 decimals, half to even, as the replaced module rounded."""
    units: int = 10**COST_DECIMALS
    return divide(usd.numerator * units, usd.denominator, "half-even") / units


def _cost(tokens: object, price_per_million: object) -> Fraction:
    zero = Fraction(0)
    return max(zero, exact(tokens)) * max(zero, exact(price_per_million)) / TOKENS_PER_MTOK


def _member(holder: object, name: str) -> Any:
    try:
        return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
    except Exception:  # noqa: BLE001 - a response of another library
        return None


def _listed(messages: object) -> list[object]:
    try:
        return list(islice(messages, MAX_MESSAGES)) if isinstance(messages, Iterable) else []
    except Exception:  # noqa: BLE001 - an iterable of the caller's making
        return []
