"""Gates: which changes trip which, with the percentages worked out beside each test."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from pricectl.changes import CatalogVersion, compare
from pricectl.changes.gates import (
    BadLimit,
    FailOnChange,
    Gate,
    GateLimits,
    check_gates,
    read_percent,
)

ROW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
Rows = Mapping[str, Mapping[str, Any]]


def gates(old: Rows, new: Rows, *fail_on: FailOnChange, **options: Any) -> tuple[Gate, ...]:
    versions = (CatalogVersion.read(json.dumps({"o": rows}).encode()) for rows in (old, new))
    comparison = compare(*versions)
    increase, decrease = options.pop("increase", None), options.pop("decrease", None)
    return check_gates(comparison, GateLimits.read(fail_on, increase, decrease, **options))


def tripped(old: Rows, new: Rows, *fail_on: FailOnChange, **options: Any) -> list[bool]:
    return [gate.tripped for gate in gates(old, new, *fail_on, **options)]


SAME = {"m": ROW}
UP = {"m": ROW | {"input_cost_per_token": 2.4e-06}}  # $2 -> $2.40 is +20%
DOWN = {"m": ROW | {"output_cost_per_token": 6e-06}}  # $8 -> $6 is -25%
TIER = {"m": ROW | {"input_cost_per_token_above_200k_tokens": 4e-06}}  # charged $2 before: +100%
ADDED = {"m": ROW, "pro": {"input_cost_per_token": 150e-06}}
NOTED = {"m": ROW | {"mode": "chat"}}


def test_without_gates_nothing_is_checked() -> None:
    assert gates(SAME, UP) == ()


@pytest.mark.parametrize(
    ("new", "increase", "decrease", "removed", "any_"),
    [
        (SAME, False, False, False, False),
        (UP, True, False, False, True),
        (DOWN, False, True, False, True),
        (UP | DOWN, False, True, False, True),
        (TIER, True, False, False, True),
        (ADDED, False, False, False, True),
        (NOTED, False, False, False, True),
        ({"m": ROW | {"output_cost_per_reasoning_token": 8e-06}}, False, False, False, True),
    ],
)
def test_fail_on_trips_on_the_named_changes_only(
    new: Rows, *, increase: bool, decrease: bool, removed: bool, any_: bool
) -> None:
    expected = [increase, decrease, removed, any_]
    assert tripped(SAME, new, *FailOnChange) == expected


def test_a_removed_row_fails_by_removal_and_by_what_its_name_costs_now() -> None:
    # m falls to the default: $2 -> $1 and $8 -> $2 are decreases
    assert tripped(SAME | {"x": ROW}, {"x": ROW}, *FailOnChange) == [False, True, True, True]


def test_the_limit_itself_is_allowed() -> None:
    assert tripped(SAME, UP, increase="20%") == [False]
    assert tripped(SAME, UP, increase="19.99") == [True]
    assert tripped(SAME, DOWN, decrease="25%") == [False]
    assert tripped(SAME, DOWN, decrease="24.9%") == [True]
    assert tripped(SAME, DOWN, increase="0") == [False]


def test_a_gate_says_what_it_found() -> None:
    (gate,) = gates(SAME, TIER, increase="20%")
    assert gate == Gate("max-increase", Fraction(20), Fraction(100), tripped=True, percent=True)
    (gate,) = gates(SAME, UP, FailOnChange.ANY)
    assert gate == Gate("fail-on-any", Fraction(0), Fraction(1), tripped=True)


def test_a_rise_from_zero_exceeds_every_limit() -> None:
    (gate,) = gates(SAME, {"m": ROW | {"ocr_cost_per_page": 0.01}}, increase="1000%")
    assert (gate.actual, gate.tripped) == (None, True)


def test_a_guess_replaced_by_a_price_is_not_an_increase_but_a_new_alias_is() -> None:
    assert tripped(SAME, ADDED, increase="0%") == [False]
    # the name a went from the default $1 / $2 to $2 / $8
    assert tripped(SAME, {"m": ROW | {"aliases": ["a"]}}, increase="299%") == [True]
    assert tripped(SAME, {"m": ROW | {"aliases": ["a"]}}, increase="300%") == [False]


def test_a_change_of_how_tiers_apply_counts_by_its_cost() -> None:
    old = {"m": TIER["m"] | {"context_tier": {"scope": "marginal", "boundary": "gt"}}}
    # 220,000 in + 1,000 out: $0.488 marginal, $0.888 whole: +81.97%
    assert tripped(old, TIER, increase="81%") == [True]
    assert tripped(old, TIER, increase="82%") == [False]
    assert tripped(old, TIER, FailOnChange.INCREASE) == [True]


def test_the_default_price_counts() -> None:
    def version(price: float) -> CatalogVersion:
        default = {"input_cost_per_token": price, "output_cost_per_token": 2e-06}
        data = {"metadata": {"default_pricing": default}, "o": {"m": ROW}}
        return CatalogVersion.read(json.dumps(data).encode())

    limits = GateLimits(max_increase_percent=Fraction(50))
    (gate,) = check_gates(compare(version(1e-06), version(2e-06)), limits)
    assert (gate.actual, gate.tripped) == (Fraction(100), True)


def test_exit_code_trips_on_any_change() -> None:
    assert tripped(SAME, NOTED, exit_code=True) == [True]
    assert tripped(SAME, SAME, exit_code=True) == [False]


@pytest.mark.parametrize("text", ["", "twenty", "-5", "1_0", "nan", "1e999", "%", "5%%"])
def test_a_limit_that_is_not_a_percentage_is_refused(text: str) -> None:
    with pytest.raises(BadLimit, match="is not a percentage; write 20%"):
        read_percent(text, "--max-increase")
