"""Off-peak prices are judged like all others, and what they take from the whole day is not."""

import json
from datetime import date
from typing import Any

import pytest

from pricectl.check.validation import validate
from pricectl.policy import Policy

PRICES = {
    "input_cost_per_token": 2e-06,
    "output_cost_per_token": 8e-06,
    "cache_read_input_token_cost": 2e-07,
    "input_cost_per_token_above_200k_tokens": 4e-06,
    "output_cost_per_token_above_200k_tokens": 16e-06,
    "cache_read_input_token_cost_above_200k_tokens": 4e-07,
    "input_cost_per_token_batches": 1e-06,
    "output_cost_per_token_batches": 4e-06,
}
HERE = "/x/m/off_peak_pricing/"


def row(**off_peak: float) -> dict[str, Any]:
    return {**PRICES, "off_peak_pricing": {"windows": [{"hours_utc": "00:00-08:00"}], **off_peak}}


def found(entry: dict[str, Any]) -> set[tuple[str, str]]:
    text = json.dumps({"x": {"m": entry | {"source": "https://example.com/prices"}}})
    report = validate(text, "f", Policy(critical=()), date(2026, 12, 1))
    return {(one.rule, one.pointer) for one in report.findings if one.pointer.startswith("/x/m/")}


@pytest.mark.parametrize(
    ("off_peak", "rule", "key"),
    [
        ({"input_cost_per_token": 2.5}, "price-out-of-bounds", "input_cost_per_token"),
        ({"input_cost_per_token": 2e-09}, "unit-slip", "input_cost_per_token"),
        ({"output_cost_per_token": 1e-06}, "output-below-input", "output_cost_per_token"),
        ({"input_cost_per_token": 9e-06}, "output-below-input", "input_cost_per_token"),
        (
            {"cache_read_input_token_cost": 3e-06},
            "cache-read-above-input",
            "cache_read_input_token_cost",
        ),
        ({"input_cost_per_token": 1e-07}, "cache-read-above-input", "input_cost_per_token"),
        (
            {"input_cost_per_token_batches": 3e-06},
            "batch-above-base",
            "input_cost_per_token_batches",
        ),
        ({"input_cost_per_token_priority": 1e-06}, "priority-below-base", "input_cost_per_token"),
        ({"input_cost_per_token_flexx": 1e-06}, "misspelt-service", "input_cost_per_token_flexx"),
        (
            {"input_cost_per_token_above_200k_tokens": 1e-06},
            "tier-lowers-price",
            "input_cost_per_token_above_200k_tokens",
        ),
        (
            {"input_cost_per_token_above_500k_tokens": 5e-06},
            "tier-incomplete",
            "input_cost_per_token_above_500k_tokens",
        ),
    ],
)
def test_a_wrong_off_peak_price_is_found_where_it_stands(
    off_peak: dict[str, float], rule: str, key: str
) -> None:
    places = [pointer for name, pointer in found(row(**off_peak)) if name == rule]
    assert len(places) == 1
    assert places[0].startswith(HERE + key)


def test_a_tier_beyond_the_window_is_found() -> None:
    entry = row(input_cost_per_token_above_200k_tokens=3e-06) | {"max_input_tokens": 128_000}
    key = "input_cost_per_token_above_200k_tokens"
    assert {("tier-above-window", HERE + key), ("tier-above-window", f"/x/m/{key}")} <= found(entry)


def test_a_discount_gives_no_finding() -> None:
    half = {key: price / 2 for key, price in PRICES.items()}
    assert found(row(**half)) == found(row(input_cost_per_token=1.5e-06)) == found(PRICES) == set()


def test_prices_of_the_whole_day_are_judged_once() -> None:
    wrong = row() | {"input_cost_per_token": 9e-06}
    assert found(wrong) == found(PRICES | {"input_cost_per_token": 9e-06})
    report = validate(json.dumps({"x": {"m": wrong}}), "f", Policy(critical=()), date(2026, 12, 1))
    places = [(one.rule, one.pointer) for one in report.findings]
    assert len(places) == len(set(places))


def test_off_peak_prices_are_compared_with_those_of_other_periods() -> None:
    until = {"until": "2026-10-01", **row(input_cost_per_token=1e-06)}
    entry = row(input_cost_per_token=1.1e-06) | {"previous": [until]}
    assert not {rule for rule, _ in found(entry)} & {"price-jump", "unit-slip"}
    entry["off_peak_pricing"]["input_cost_per_token"] = 1.9e-07
    assert ("price-jump", f"{HERE}input_cost_per_token") in found(entry)
    # Before there were off-peak hours, there was no off-peak price that could have moved.
    entry["previous"] = [{"until": "2026-10-01", **PRICES}]
    assert ("price-jump", f"{HERE}input_cost_per_token") not in found(entry)


def test_an_off_peak_list_without_hours_is_not_judged() -> None:
    entry = PRICES | {"off_peak_pricing": {"windows": [], "output_cost_per_token": 1e-06}}
    assert not [rule for rule, _ in found(entry) if rule == "output-below-input"]
