"""Prices are spelled so that a slip shows, and stay the numbers they were."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.units import UNITS, Unit
from pricectl.edit import notation
from pricectl.edit.notation import Respelled, respellings


def spelled(literal: str, unit: Unit) -> str:
    return notation.spelled(literal, document.parse(literal), unit)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("0.0000025", "2.5e-06"),
        ("2.5e-6", "2.5e-06"),
        ("2.5E-06", "2.5e-06"),
        ("25e-7", "2.5e-06"),
        ("1e-05", "10e-06"),
        ("7.5e-8", "0.075e-06"),
        ("1e-12", "0.000001e-06"),
        ("0.00000250", "2.5e-06"),
        # A forgotten exponent is plain to see.
        ("2.5", "2500000e-06"),
        ("2", "2000000e-06"),
        # Digits that nobody meant are a matter for a person.
        ("0.0000029999900000000002", "2.9999900000000002e-06"),
        # Spelled so already, or nothing to spell.
        ("2.50e-06", "2.50e-06"),
        ("10e-06", "10e-06"),
        ("0", "0"),
        ("0.0", "0.0"),
        ("0e-06", "0e-06"),
        ("0e-9", "0"),
        ("-0.0", "0"),
        # Left alone: no price, and what would grow too long to be read back.
        ("-1e-06", "-1e-06"),
        ("1e-99", "1e-99"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
    ],
)
def test_a_token_price_is_dollars_per_million(literal: str, expected: str) -> None:
    assert spelled(literal, UNITS["input"]) == expected


@pytest.mark.parametrize(
    ("unit", "literal", "expected"),
    [
        ("output_image_file", "4e-2", "0.04"),
        ("output_image_file", "1.4E-2", "0.014"),
        ("page", "0.0010", "0.0010"),
        ("search", "1e1", "10"),
        ("second", "2.5e-05", "0.000025"),
        # Tokens sold by the thousand.
        ("computer_use_input", "3e-3", "0.003"),
    ],
)
def test_other_prices_are_plain_decimals(unit: str, literal: str, expected: str) -> None:
    assert spelled(literal, UNITS[unit]) == expected


@given(st.decimals(0, 1000, places=12) | st.decimals(0, 1), st.sampled_from(list(UNITS)))
def test_the_number_is_the_same_and_so_is_its_second_spelling(price: Decimal, unit: str) -> None:
    """Respelling changes no number, and nothing is respelled twice."""
    literal = str(price)
    new = spelled(literal, UNITS[unit])
    assert document.parse(new) == document.parse(literal)
    assert float(new) == float(literal)
    assert spelled(new, UNITS[unit]) == new


def test_exactly_the_prices_of_a_row_are_found() -> None:
    text = """{
      "metadata": {"default_pricing": {"input_cost_per_token": 1E-6}, "share": 1e-6},
      "pricing_notes": {"o": {"input_cost_per_token": 1e-6}},
      "o/p": {"m~": {
        "input_cost_per_token_above_200k_tokens_batches": 2e-6,
        "output_cost_per_image": 3e-2,
        "max_input_tokens": 1e6,
        "metadata": {"input_cost_per_token": 1e-6},
        "search_context_cost_per_query": {"search_context_size_low": 1e-2},
        "tiered_pricing": [{"range": [0, 1e3], "output_cost_per_token": 4e-6}],
        "off_peak_pricing": {"windows": [], "input_cost_per_token": 5e-7},
        "previous": [{"until": "2026-01-01", "input_cost_per_token": 6e-6}],
        "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 7e-6,
          "guardrail_cost_per_unit": {"wordPolicyUnits": 8e-3}}]
      }}}"""
    row = "/o~1p/m~0"
    assert list(respellings(text, Positions(text), document.parse(text))) == [
        Respelled("/metadata/default_pricing/input_cost_per_token", "1E-6", "1e-06"),
        Respelled(f"{row}/input_cost_per_token_above_200k_tokens_batches", "2e-6", "2e-06"),
        Respelled(f"{row}/output_cost_per_image", "3e-2", "0.03"),
        Respelled(f"{row}/search_context_cost_per_query/search_context_size_low", "1e-2", "0.01"),
        Respelled(f"{row}/tiered_pricing/0/output_cost_per_token", "4e-6", "4e-06"),
        Respelled(f"{row}/off_peak_pricing/input_cost_per_token", "5e-7", "0.5e-06"),
        Respelled(f"{row}/previous/0/input_cost_per_token", "6e-6", "6e-06"),
        Respelled(f"{row}/upcoming/0/input_cost_per_token", "7e-6", "7e-06"),
        Respelled(f"{row}/upcoming/0/guardrail_cost_per_unit/wordPolicyUnits", "8e-3", "0.008"),
    ]
