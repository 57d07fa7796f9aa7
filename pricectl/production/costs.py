"""Tokens and prices to a cost, and a cost to credits, by the functions that production calls."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

from pricectl.core.money import TOKENS_PER_MTOK, divide
from pricectl.production.never_raises import never_raises
from pricectl.production.numbers import amount_in_text, exact, rounded
from pricectl.production.price_table import DEFAULT_PRICES
from pricectl.production.prices import get_model_pricing

COST_DECIMALS = 8
ESTIMATE_DECIMALS = 6
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
        "input_cost_usd": rounded(input_usd, COST_DECIMALS),
        "output_cost_usd": rounded(output_usd, COST_DECIMALS),
        "provider_cost_usd": rounded(input_usd + output_usd, COST_DECIMALS),
    }


@never_raises(_NO_MARKUP)
def apply_markup(provider_cost_usd: float, markup_percentage: float) -> dict[str, float]:
    """The provider's cost and the client's with markup, in USD to 8 decimals, half to even.

    >>> apply_markup(0.29, 100)
    {'provider_cost_usd': 0.29, 'client_cost_usd': 0.58}
    """
    cost = exact(provider_cost_usd)
    client_cost = cost * (1 + exact(markup_percentage) / 100)
    return {
        "provider_cost_usd": rounded(cost, COST_DECIMALS),
        "client_cost_usd": rounded(client_cost, COST_DECIMALS),
    }


@never_raises(1)
def calculate_credits_to_deduct(  # noqa: PLR0913, PLR0917 - as production calls it
    cost_usd: float,
    total_tokens: float,
    budget_mode: str,
    credits_per_dollar: float = 1.0,
    tokens_per_credit: float = 10_000,
    minimum_credits: int = 1,
) -> int:
    """Whole credits for one call, rounded down, at least the minimum.

    job_based, and an unknown mode, is the minimum itself.

    >>> calculate_credits_to_deduct(0.29, 0, "consumption_usd", credits_per_dollar=100)
    29
    """
    # Spelled out here, though core.credits has the same modes: callers pass floats, an unknown mode
    # must not raise, and the replaced module charged a job the minimum.
    minimum = math.floor(exact(minimum_credits))
    if budget_mode == "consumption_usd":
        credits_exact = exact(cost_usd) * exact(credits_per_dollar)
    elif budget_mode == "consumption_tokens":
        credits_exact = exact(total_tokens) / (exact(tokens_per_credit) or 10_000)
    else:
        return minimum
    return max(minimum, divide(credits_exact.numerator, credits_exact.denominator, "down"))


@never_raises(None)
def extract_cost_from_litellm_response(response: object) -> dict[str, float] | None:
    """The cost that LiteLLM wrote into its response, if it did.

    It is in `_hidden_params.response_cost` or in `usage.total_cost`, as a number or in text; the
    result has 8 decimals.
    """
    for path in (("_hidden_params", "response_cost"), ("usage", "total_cost")):
        stated = _member(_member(response, path[0]), path[1])
        cost = _cost_stated(stated)
        if cost is not None:
            return {"provider_cost_usd": rounded(cost, COST_DECIMALS)}
    return None


def _cost_stated(stated: object) -> Fraction | None:
    """A cost as a number or in text, which may be zero; None for anything else."""
    if isinstance(stated, str):
        cost = amount_in_text(stated)
    elif hasattr(stated, "__float__") and math.isfinite(stated):
        cost = exact(stated)
    else:
        return None
    return cost if cost is not None and cost >= 0 else None


@never_raises(_NO_ESTIMATE)
def estimate_cost_for_conversation(
    model_name: str, messages: Iterable[object], average_chars_per_token: float = 4
) -> dict[str, Any]:
    """What a conversation may cost before it is sent: tokens guessed from its characters.

    The output is taken to be 20% of the input. Costs have 6 decimals.
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
    input_usd = _cost(input_tokens, prices["input"])
    output_usd = _cost(output_tokens, prices["output"])
    return {
        "estimated_input_tokens": input_tokens,
        "estimated_output_tokens": output_tokens,
        "estimated_input_cost_usd": rounded(input_usd, ESTIMATE_DECIMALS),
        "estimated_output_cost_usd": rounded(output_usd, ESTIMATE_DECIMALS),
        "estimated_total_cost_usd": rounded(input_usd + output_usd, ESTIMATE_DECIMALS),
        "model": model_name,
        "pricing_input_per_1m": prices["input"],
        "pricing_output_per_1m": prices["output"],
    }


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
