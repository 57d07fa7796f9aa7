"""Rows with several tiers, periods and factors: which of them the explanation speaks of."""

import json
from datetime import date
from typing import Any

import pytest

from pricectl.core import Catalog, Quote, Usage, quote
from pricectl.explain import ExplanationStep, chain

IN = "input_cost_per_token"
TIERED = {IN: 1e-06, f"{IN}_above_1k_tokens": 2e-06, f"{IN}_above_2k_tokens": 3e-06}


def answer(entry: dict[str, Any], usage: Usage, **asked: Any) -> Quote:
    return quote(Catalog.load(json.dumps({"acme": {"m": entry}})), "m", usage, **asked)


def links(found: Quote, step: str) -> list[ExplanationStep]:
    return [link for link in chain(found) if link.step == step]


def test_a_short_request_is_compared_with_the_lowest_threshold() -> None:
    (tier,) = links(answer(TIERED, Usage(1000)), "tier")
    assert tier.summary == "1,000 input tokens are not above 1,000: base rates"


@pytest.mark.parametrize(
    ("tokens", "tiers"),
    [(1000, [0]), (1500, [0, 1000]), (2500, [0, 1000, 2000])],
)
def test_each_line_is_of_a_tier_that_was_reached(tokens: int, tiers: list[int]) -> None:
    found = answer({**TIERED, "context_tier": "marginal"}, Usage(tokens))
    lines = links(found, "line")
    assert [link.facts["above_tokens"] for link in lines] == tiers
    assert sum(link.facts["quantity"] for link in lines) == tokens


@pytest.mark.parametrize(("name", "place"), [("from", "upcoming/1"), ("until", "previous/0")])
def test_of_two_equal_periods_the_applied_one_is_shown(name: str, place: str) -> None:
    """Of those that have begun the last applies, of those that have not ended the first."""
    period = {name: "2027-01-01", IN: 5e-06}
    at = date(2027, 1, 1) if name == "from" else date(2026, 1, 1)
    found = answer({IN: 1e-06, place.partition("/")[0]: [period, period]}, Usage(1), at=at)
    (line,) = links(found, "line")
    assert (line.facts["usd"], line.facts["pointer"]) == ("0.000005", f"/acme/m/{place}/{IN}")


def test_a_rounding_is_listed_at_the_line_whose_rate_was_rounded() -> None:
    # 5 x 1.1 = 5.5 picodollars, half to even 6; 10 x 1.1 = 11
    entry = {
        "cache_read_input_token_cost": 5e-12,
        IN: 1e-11,
        "provider_specific_entry": {"us": 1.1},
    }
    fresh, cached = links(answer(entry, Usage(2, cache_read_tokens=1), region="us"), "line")
    assert (fresh.of, fresh.facts["roundings"]) == ("input", [])
    assert cached.facts["roundings"] == [{"at": "uplift", "exact_usd": "0.0000000000055"}]
