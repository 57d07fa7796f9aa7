"""What the replaced modules calculated, written anew from their description: in floats.

The drop-in is compared with this. Nothing here is of the package.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Prices = dict[str, float]
Table = dict[str, Prices]

DEFAULT: Prices = {"input": 1.0, "output": 2.0}
PROVIDER_WORDS = {
    "openai": ("gpt-", "text-davinci", "o1-", "o3-"),
    "anthropic": ("claude",),
    "gemini": ("gemini",),
    "fireworks": ("llama", "mixtral", "qwen", "yi-"),
}


def table(catalog_text: str) -> Table:
    """Prices per 1M tokens, to cents; of rows with one name the last counts."""
    sections = json.loads(catalog_text)
    rows = {
        name: row
        for section, members in sections.items()
        if section not in {"metadata", "pricing_notes"}
        for name, row in members.items()
        if isinstance(row, dict)
    }
    return {name: _to_cents(row) for name, row in rows.items()} | {"default": dict(DEFAULT)}


def _to_cents(row: Mapping[str, Any]) -> Prices:
    return {
        side: round(row.get(f"{side}_cost_per_token", 0) * 1_000_000, 2)
        for side in ("input", "output")
    }


def token_costs(
    prompt: float, completion: float, input_price: float, output_price: float
) -> Prices:
    """Each side and the sum, rounded to 8 decimals."""
    input_usd, output_usd = prompt / 1e6 * input_price, completion / 1e6 * output_price
    return {
        "input_cost_usd": round(input_usd, 8),
        "output_cost_usd": round(output_usd, 8),
        "provider_cost_usd": round(input_usd + output_usd, 8),
    }


def markup(cost: float, percent: float) -> Prices:
    """The cost and the cost with markup, to 8 decimals."""
    return {
        "provider_cost_usd": round(cost, 8),
        "client_cost_usd": round(cost * (1 + percent / 100), 8),
    }


def credits_due(  # noqa: PLR0913, PLR0917 - the replaced parameters
    cost: float,
    tokens: int,
    mode: object,
    per_dollar: float = 1.0,
    per_credit: float = 10_000,
    minimum: int = 1,
) -> float:
    """Whole credits; a job, and an unknown mode, is the minimum."""
    if mode == "consumption_usd":
        return max(minimum, int(cost * per_dollar))
    if mode == "consumption_tokens":
        return max(minimum, tokens // per_credit)
    return minimum


def row_name(prices: Table, name: str) -> str:
    """The name that answers: itself, else the longest that is contained in it, else default."""
    folded = name.lower().strip()
    for own in (folded, name):
        if own in prices:
            return own
    contained = [known for known in prices if known != "default" and known in folded]
    return max(contained, key=len, default="default")


def provider(name: str) -> str:
    """The seller by words in the name."""
    folded = name.lower()
    for seller, words in PROVIDER_WORDS.items():
        if any(word in folded for word in words):
            return seller
    return "unknown"


def listed(prices: Table, wanted: str) -> list[str]:
    """The names of a seller's models."""
    return sorted(n for n in prices if n != "default" and provider(n) == wanted.lower())


def stated_cost(response: Any) -> Prices | None:
    """The cost in an object's hidden parameters, or in a dict's usage; to 8 decimals."""
    hidden: Any = getattr(response, "_hidden_params", None)
    if hasattr(hidden, "response_cost"):
        return {"provider_cost_usd": round(float(hidden.response_cost), 8)}
    usage = response.get("usage") if isinstance(response, dict) else None
    if isinstance(usage, dict) and "total_cost" in usage:
        return {"provider_cost_usd": round(float(usage["total_cost"]), 8)}
    return None


def estimate(
    prices: Table, name: str, messages: Iterable[Mapping[str, Any]], per_token: float = 4
) -> dict[str, Any]:
    """Tokens by characters, a fifth as many out; costs to 6 decimals."""
    tokens = sum(len(message.get("content", "")) for message in messages) // per_token
    price, output_tokens = prices[row_name(prices, name)], int(tokens * 0.2)
    input_usd = tokens / 1e6 * price["input"]
    output_usd = output_tokens / 1e6 * price["output"]
    return {
        "estimated_input_tokens": tokens,
        "estimated_output_tokens": output_tokens,
        "estimated_input_cost_usd": round(input_usd, 6),
        "estimated_output_cost_usd": round(output_usd, 6),
        "estimated_total_cost_usd": round(input_usd + output_usd, 6),
        "model": name,
        "pricing_input_per_1m": price["input"],
        "pricing_output_per_1m": price["output"],
    }
