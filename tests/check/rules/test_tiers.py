"""Rows of many tiers: each is held against its own siblings, and told by its first key."""

import json
from datetime import date
from typing import Any

from pricectl.check.validation import validate
from pricectl.policy import Policy


def found(row: dict[str, Any], rule: str) -> list[tuple[str, str]]:
    text = json.dumps({"x": {"m": row}})
    report = validate(text, "f", Policy(critical=()), date(2026, 12, 1))
    return [(one.pointer, one.message) for one in report.findings if one.rule == rule]


BASE = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
BATCH = {"input_cost_per_token_batches": 1e-06, "output_cost_per_token_batches": 4e-06}


def tiers(numbers: range, unit: str = "input", service: str = "") -> dict[str, float]:
    return {f"{unit}_cost_per_token_above_{n}k_tokens{service}": 4e-06 for n in numbers}


def test_every_tier_without_its_input_or_output_price_is_found() -> None:
    row = BASE | tiers(range(1, 2_001)) | tiers(range(2, 2_001), "output")
    assert found(row, "tier-incomplete") == [
        (
            "/x/m/input_cost_per_token_above_1k_tokens",
            "the tier above 1k has no price for output",
        )
    ]


def test_each_service_of_a_tier_is_compared_with_its_own_prices() -> None:
    row = BASE | BATCH | tiers(range(1, 2)) | tiers(range(1, 2), "output", "_batches")
    key = "/x/m/input_cost_per_token_above_1k_tokens"
    assert found(row, "tier-incomplete") == [
        (key, "the tier above 1k has no price for output"),
        (key, "the tier above 1k (batches) has no price for input"),
    ]


def test_an_unreachable_tier_is_reported_at_its_first_key() -> None:
    row = BASE | tiers(range(1, 4), "output") | tiers(range(1, 4)) | {"max_input_tokens": 2_500}
    assert [pointer for pointer, _ in found(row, "tier-above-window")] == [
        "/x/m/output_cost_per_token_above_3k_tokens"
    ]
