"""How a row's entry is read: spellings, nested prices, factors, what is absent."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, quote
from pricectl.core.catalog import build
from pricectl.core.document import Unreadable, parse
from pricectl.core.entry_rates import price_problem
from pricectl.core.model import Model
from pricectl.core.prices import MAX_CARDS, PriceList, Problem

IN = "input_cost_per_token"
CACHED = "cache_read_input_token_cost"
HIT = "input_cost_per_token_cache_hit"


def catalog_of(**entry: Any) -> Catalog:
    return Catalog.load(json.dumps({"acme": {"m": entry}}))


def row(**entry: Any) -> Model:
    return catalog_of(**entry).models[0]


def micro_usd(entry: dict[str, Any], usage: Usage, **asked: Any) -> Fraction:
    return Fraction(quote(catalog_of(**entry), "m", usage, **asked).pico_usd, 10**6)


@pytest.mark.parametrize("suffix", ["", "_batches", "_above_1k_tokens", "_above_1k_tokens_flex"])
@pytest.mark.parametrize("first", [CACHED, HIT])
def test_a_key_wins_over_its_other_spelling_in_any_order(suffix: str, first: str) -> None:
    second = HIT if first == CACHED else CACHED
    prices = {CACHED: 3e-06, HIT: 1e-06}
    entry = {f"{key}{suffix}": prices[key] for key in (first, second)}
    service = suffix.rpartition("_")[2] if suffix.endswith(("batches", "flex")) else None
    usage = Usage(2000, cache_read_tokens=2000)
    assert micro_usd(entry, usage, service=service) == 6000
    del entry[f"{CACHED}{suffix}"]
    assert micro_usd(entry, usage, service=service) == 2000


def test_the_other_spelling_counts_if_the_key_is_null_or_has_another_suffix() -> None:
    cached = Usage(1, cache_read_tokens=1)
    assert micro_usd({CACHED: None, HIT: 1e-06}, cached) == 1
    entry = {CACHED: 3e-06, f"{HIT}_batches": 1e-06}
    assert micro_usd(entry, cached) == 3
    assert micro_usd(entry, cached, service="batch") == 1


def test_explicitly_cached_tokens_have_a_price_of_their_own() -> None:
    usage = Usage(10, cache_read_tokens=3, explicit_cache_read_tokens=5)
    entry = {IN: 1e-05, CACHED: 3e-06, "explicit_cache_read_input_token_cost": 2e-06}
    # 2 x 10 + 3 x 3 + 5 x 2
    assert micro_usd(entry, usage) == 39
    del entry["explicit_cache_read_input_token_cost"]
    # 2 x 10 + 8 x 3, a guess
    assert micro_usd(entry, usage) == 44
    assumed = quote(catalog_of(**entry), "m", usage).assumed
    assert [line.unit for line in assumed] == ["explicit_cache_read"]


@pytest.mark.parametrize(("length", "priced"), [(256, True), (257, False)])
def test_a_price_key_has_at_most_256_characters(length: int, *, priced: bool) -> None:
    word = "x" * (length - len(f"{IN}_"))
    answer = quote(catalog_of(**{f"{IN}_{word}": 1e-06}), "m", Usage(1), service=word)
    assert answer.lines[0].priced is priced


def test_amounts_and_thousands_are_divided() -> None:
    usage = Usage(
        file_search=3,
        input_second=Decimal("12.5"),
        file_search_gb_day=Decimal("0.25"),
        computer_use_input=500,
    )
    entry = {
        "file_search_cost_per_1k_calls": 2.5,
        "input_cost_per_second": 0.0001,
        "file_search_cost_per_gb_per_day": 0.1,
        "computer_use_input_cost_per_1k_tokens": 0.003,
    }
    answer = quote(catalog_of(**entry), "m", usage, strict=True)
    assert [(line.unit, line.quantity, line.pico_usd_per_unit) for line in answer.lines] == [
        ("input_second", Decimal("12.500"), 100_000_000),
        ("file_search", 3, 2_500_000_000),
        ("file_search_gb_day", Decimal("0.250"), 10**11),
        ("computer_use_input", 500, 3_000_000),
    ]
    # 1,250 + 7,500 + 25,000 + 1,500
    assert answer.pico_usd == 35_250 * 10**6


def test_an_empty_range_does_not_stop_the_reading() -> None:
    entry = {
        "tiered_pricing": [
            {"max_results_range": [0, 25], "input_cost_per_query": 9},
            {"range": [0, 1000], IN: 1e-06},
        ]
    }
    problems: list[Problem] = []
    catalog = build(parse(json.dumps({"acme": {"m": entry}})), problems)
    assert problems == []
    assert quote(catalog, "m", Usage(10)).pico_usd == 10 * 10**6


def test_guardrails_are_priced_by_policy() -> None:
    entry = {"guardrail_cost_per_unit": {"contentPolicyUnits": 0.00015, "topicPolicyUnits": 0.0002}}
    usage = Usage(guardrail_content_policy=10, guardrail_topic_policy=1, guardrail_word_policy=2)
    answer = quote(catalog_of(**entry), "m", usage)
    assert answer.pico_usd == 1700 * 10**6
    assert [line.unit for line in answer.unpriced] == ["guardrail_word_policy"]
    assert answer.lines[0].key == "guardrail_cost_per_unit.contentPolicyUnits"


@pytest.mark.parametrize("value", [None, 5, "x", [], {}])
def test_nested_prices_that_are_not_an_object_are_ignored(value: object) -> None:
    answer = quote(catalog_of(search_context_cost_per_query=value), "m", Usage(search=1))
    assert answer.unpriced


def test_structures_of_null_are_absent() -> None:
    names = (
        "tiered_pricing context_tier off_peak_pricing aliases previous upcoming"
        " search_context_cost_per_query provider_specific_entry"
        " regional_processing_uplift_multiplier_eu"
    )
    model = row(**{IN: 1e-06}, **dict.fromkeys(names.split()))
    assert not model.dated
    assert not model.prices.uplifts
    assert (model.prices.marginal, model.prices.inclusive, model.prices.off_peak) == (
        False,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("settings", "marginal", "inclusive"),
    [
        ({}, False, False),
        ("marginal", True, False),
        ("request", False, False),
        ({"scope": "marginal"}, True, False),
        ({"boundary": "gte"}, False, True),
        ({"scope": "request", "boundary": "gt"}, False, False),
        ({"scope": "marginal", "boundary": "gte"}, True, True),
    ],
)
def test_the_rule_of_the_tiers(settings: object, *, marginal: bool, inclusive: bool) -> None:
    prices = row(context_tier=settings).prices
    assert (prices.marginal, prices.inclusive) == (marginal, inclusive)


REGIONS = {
    IN: 1e-05,
    "ocr_cost_per_page": 0.001,
    "regional_processing_uplift_multiplier_eu": 1.1,
    "regional_processing_uplift_multiplier_us": 1.2,
    "regional_endpoint_uplift_multiplier": 1.3,
}


@pytest.mark.parametrize(
    ("region", "word", "expected"),
    [
        # 10 tokens at 10, and a page of 1,000 that no region lifts
        (None, "", 1100),
        ("", "", 1100),
        ("global", "", 1100),
        ("Default", "", 1100),
        ("not_available", "", 1100),
        ("unspecified", "", 1100),
        ("Moon", "moon", 1130),  # every endpoint that is not global, says Google
        ("eu", "eu", 1110),
        ("EU", "eu", 1110),
        ("us", "us", 1120),
        ("regional", "regional", 1130),
    ],
)
def test_a_region_factor_applies_to_token_rates_only(
    region: str | None, word: str, expected: int
) -> None:
    answer = quote(catalog_of(**REGIONS), "m", Usage(10, page=1), region=region)
    assert (answer.pico_usd, answer.region) == (expected * 10**6, word)
    assert not answer.missing_region


def test_provider_specific_factors_win_over_regional_ones() -> None:
    entry = {**REGIONS, "provider_specific_entry": {"us": 2, "apac": 1.5}}
    assert [micro_usd(entry, Usage(10), region=word) for word in ("us", "apac", "eu")] == [
        200,
        150,
        110,
    ]


@pytest.mark.parametrize("factor", [0, -1.1, "1.1", True, None, [1.1], {"a": 1}])
def test_a_factor_must_be_a_positive_number(factor: object) -> None:
    entry = {IN: 1e-05, "provider_specific_entry": {"us": factor}}
    answer = quote(catalog_of(**entry), "m", Usage(10), region="us")
    assert (answer.pico_usd, answer.missing_region) == (100 * 10**6, True)


@pytest.mark.parametrize("own", [5, "x", [], {}])
def test_provider_specific_factors_must_be_an_object(own: object) -> None:
    assert row(provider_specific_entry=own).prices.uplifts == {}


def test_an_uplift_below_a_picodollar_is_rounded_half_even_once() -> None:
    # 5 x 1.1 = 5.5 to 6; 15 x 1.1 = 16.5 to 16; 5 x 1.1 x 1.5 = 8.25 to 8, not 6 x 1.5 = 9
    entry = {
        IN: 5e-12,
        "output_cost_per_token": 1.5e-11,
        "provider_specific_entry": {"us": 1.1, "fast": 1.5},
    }
    catalog = catalog_of(**entry)
    assert [line.pico_usd for line in quote(catalog, "m", Usage(1, 1), region="us").lines] == [
        6,
        16,
    ]
    assert quote(catalog, "m", Usage(10), region="us", service="fast").pico_usd == 80


def test_a_service_may_be_a_factor_on_the_standard_rates() -> None:
    entry: dict[str, Any] = {
        IN: 1e-05,
        f"{IN}_above_1k_tokens": 2e-05,
        "provider_specific_entry": {"fast": 2},
    }
    answer = quote(catalog_of(**entry), "m", Usage(10), service="fast")
    assert (answer.pico_usd, answer.lines[0].note) == (200 * 10**6, "")
    # a service with a price of its own does not use the factor, nor do units other than tokens
    own = {**entry, "output_cost_per_token_fast": 5e-05, "output_cost_per_token": 1e-05}
    answer = quote(catalog_of(**own), "m", Usage(10, 10), service="fast")
    assert [line.pico_usd for line in answer.lines] == [100 * 10**6, 500 * 10**6]
    assert answer.lines[0].note == "no fast price; charged at the standard base rate"


def test_regional_factors_apply_to_off_peak_and_dated_prices() -> None:
    entry = {
        **REGIONS,
        "off_peak_pricing": {"windows": [{"hours_utc": "00:00-01:00"}], IN: 1e-06},
        "upcoming": [{"from": "2027-01-01", IN: 1e-05}],
    }
    night, later = datetime(2026, 11, 23, 0, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert micro_usd(entry, Usage(10), region="eu", at=night) == 11
    assert micro_usd(entry, Usage(10), region="eu", at=later) == 100


def test_rows_that_differ_in_a_factor_have_different_prices() -> None:
    one = row(**REGIONS).prices
    assert one.same_prices(row(**REGIONS).prices)
    assert not one.same_prices(
        row(**{**REGIONS, "regional_endpoint_uplift_multiplier": 1.31}).prices
    )
    assert not one.same_prices(row(**{**REGIONS, IN: 2e-05}).prices)
    for rule in ("marginal", {"boundary": "gte"}):
        other = row(**REGIONS, context_tier=rule).prices
        assert not one.same_prices(other)
        assert not other.same_prices(one)
    night = {"windows": [{"hours_utc": "00:00-01:00"}], IN: 1e-06}
    assert not one.same_prices(row(**REGIONS, off_peak_pricing=night).prices)
    assert row(**REGIONS, off_peak_pricing=night).prices.same_prices(
        row(**REGIONS, off_peak_pricing=night).prices
    )
    assert not row(**REGIONS, off_peak_pricing={**night, IN: 2e-06}).prices.same_prices(
        row(**REGIONS, off_peak_pricing=night).prices
    )


def test_a_tier_begins_above_its_threshold_for_the_whole_request() -> None:
    prices = PriceList({("input", 0, ""): (1, "base"), ("input", 1000, ""): (2, "tier")})
    assert (prices.marginal, prices.inclusive, prices.off_peak) == (False, False, None)
    assert [prices.tiers_passed(tokens) for tokens in (999, 1000, 1001)] == [0, 0, 1]
    assert (prices.first_tier_tokens, dict(prices.uplifts), dict(prices.entry)) == (1000, {}, {})


def test_rate_cards_are_cached_up_to_a_bound() -> None:
    prices = row(**REGIONS).prices
    assert prices.card(0, "batches", "eu") is prices.card(0, "batches", "eu")
    assert prices.card(0, "batches", "eu") is not prices.card(0, "batches", "us")
    for number in range(MAX_CARDS + 10):
        prices.card(0, f"word{number}")
    assert prices.card(0, "word0") is prices.card(0, "word0")
    late = f"word{MAX_CARDS + 9}"
    assert prices.card(0, late) is not prices.card(0, late)
    assert prices.card(0, late)["input"].pico_usd == 10_000_000


def test_the_rate_card_cache_keeps_its_bound() -> None:
    prices = row(**REGIONS).prices
    for number in range(MAX_CARDS):
        prices.card(0, f"word{number}")
    assert prices.card(0, f"word{MAX_CARDS - 1}") is prices.card(0, f"word{MAX_CARDS - 1}")
    assert prices.card(0, "late") is not prices.card(0, "late")
    # Two threads may each remember a card before either looks at the bound.
    prices._cards[0, "of another thread", ""] = prices.base  # noqa: SLF001
    assert prices.card(0, "late") is not prices.card(0, "late")


def test_a_missing_tier_price_is_reported_in_thousands() -> None:
    entry = {
        f"{IN}_above_1000k_tokens": 1e-06,
        "output_cost_per_token_above_999k_tokens": 2e-06,
        "output_cost_per_token": 1e-06,
    }
    lines = quote(catalog_of(**entry), "m", Usage(1_000_001, 1)).lines
    assert lines[1].note == "no price above 1000k; charged at the standard rate above 999k"
    entry = {**entry, f"{IN}_above_1001k_tokens": 2e-06}
    del entry["output_cost_per_token_above_999k_tokens"]
    lines = quote(catalog_of(**entry), "m", Usage(1_001_001, 1), service="flex").lines
    assert [line.note for line in lines] == [
        "no flex price; charged at the standard rate above 1001k",
        "no flex price and no price above 1001k; charged at the standard base rate",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, ""),
        (0, ""),
        (Decimal("2.5e-06"), ""),
        (Decimal(0), ""),
        (-1, "price is negative"),
        (Decimal("-0.1"), "price is negative"),
        (True, "price is a boolean"),
        ("1", "price is a string"),
        ([], "price is a list"),
        ({}, "price is an object"),
        (None, "price is null"),
        (1.5, "price is a float; read the file with Catalog.load"),
        (Unreadable("1e400"), "price is 1e400, not a finite number"),
        (Unreadable("9" * 99), f"price is {'9' * 20}, not a finite number"),
    ],
)
def test_an_invalid_price_gets_a_reason(value: Any, words: str) -> None:
    assert price_problem(value) == words


def test_an_overlong_key_is_not_a_price() -> None:
    (model,) = Catalog.load('{"o": {"m": {"input_cost_per_token_' + "x" * 300 + '": 1}}}').models
    assert model.prices.rates == {}


def test_a_base_rate_is_what_a_service_charges_without_a_tier() -> None:
    rows = {
        "factor": {"input_cost_per_token": 5e-06, "provider_specific_entry": {"fast": 6}},
        "renamed": {"input_cost_per_token": 2e-06, "input_cost_per_token_priority": 3.5e-06},
    }
    catalog = Catalog.load(json.dumps({"acme": rows}))
    factor, renamed = (model.prices for model in catalog.models)
    # $5 x 6 per 1M; fast is sold as priority
    assert [factor.base_rate("input"), factor.base_rate("input", "fast")] == [5_000_000, 30_000_000]
    assert renamed.base_rate("input", "fast") == 3_500_000
    assert (renamed.base_rate("input", "flex"), renamed.base_rate("output")) == (None, None)
