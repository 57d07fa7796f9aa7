"""Single prices by what they buy: a token, a second, a thousand searches."""

from datetime import date

import pytest

from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.core.labels import short_rate
from pricectl.policy import Policy


def found(entry: str, rule: str) -> list[Finding]:
    report = validate(f'{{"x": {{"m": {entry}}}}}', "f", Policy(critical=()), date(2026, 12, 1))
    return [finding for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("key", "value", "dirty"),
    [
        ("input_cost_per_second", "0.000066666667", False),
        ("input_cost_per_second", "0.0000666666667", True),
        ("input_cost_per_character", "0.000000000001", False),
        ("input_cost_per_character", "0.0000000000015", True),
        ("file_search_cost_per_1k_calls", "0.0000000025", False),
    ],
)
def test_digits_beyond_the_picodollar_are_found(key: str, value: str, *, dirty: bool) -> None:
    assert bool(found(f'{{"{key}": {value}}}', "float-dirt")) is dirty


def test_a_price_with_too_many_digits_shows_the_loaded_value() -> None:
    table = '{"search_context_size_low": 1.2345678901234e-3}'
    entry = f'{{"search_context_cost_per_query": {table}, "cost_per_second": 0.0000666666667}}'
    search, second = found(entry, "float-dirt")
    assert search.message == "$0.0012345678901234 has more than twelve decimals"
    assert search.hint.startswith("it is loaded as $0.00123456789 / small web search;")
    assert second.hint == "it is loaded as $0.000066666667 / second; write the published price"


@pytest.mark.parametrize(
    ("key", "value", "outside"),
    [
        ("cost_per_second", "100", False),
        ("cost_per_second", "100.1", True),
        ("file_search_cost_per_1k_calls", "2.5", False),
        ("computer_use_input_cost_per_1k_tokens", "0.003", False),
        ("computer_use_input_cost_per_1k_tokens", "3", True),
    ],
)
def test_bounds_apply_to_the_price_of_one_unit(key: str, value: str, *, outside: bool) -> None:
    """$3 for 1,000 tokens is $3,000 / 1M; $0.003 is $3 / 1M."""
    assert bool(found(f'{{"{key}": {value}}}', "price-out-of-bounds")) is outside


def test_messages_show_prices_per_unit_or_per_1m_tokens() -> None:
    assert short_rate(3_000_000_000, "computer_use_input") == "$3.00 / 1M"
    assert short_rate(2_500_000_000_000, "file_search") == "$0.0025 / file search"
    assert short_rate(66_666_667, "input_second") == "$0.000066666667 / input second"


@pytest.mark.parametrize(
    ("write", "severity"), [("0.49e-06", "error"), ("0.5e-06", "warning"), ("0.999e-06", "warning")]
)
def test_a_cache_write_far_below_input_is_an_error(write: str, severity: str) -> None:
    entry = f'{{"input_cost_per_token": 1e-06, "cache_creation_input_token_cost": {write}}}'
    assert [one.severity for one in found(entry, "cache-write-below-input")] == [severity]


@pytest.mark.parametrize(
    ("key", "highest"),
    [
        ("input_cost_per_token", 200),
        ("cache_read_input_token_cost", 200),
        ("cache_creation_input_token_cost", 250),
        ("cache_creation_input_token_cost_above_1hr", 400),
        ("cache_creation_input_token_cost_above_12hr", 500),
    ],
)
def test_a_cache_write_may_cost_its_multiple_of_the_dearest_input(key: str, highest: int) -> None:
    """GPT-6 Astra writes a long prompt for twelve hours at 300 per 1M, with an input of 120."""
    assert not found(f'{{"{key}": {highest}e-06}}', "price-out-of-bounds")
    assert found(f'{{"{key}": {highest + 1}e-06}}', "price-out-of-bounds")
