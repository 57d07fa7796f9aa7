import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricectl.core import (
    BadUsage,
    Catalog,
    DocumentError,
    PricingError,
    UnknownModel,
    UnpricedUnit,
    Usage,
    quote,
    usd,
)
from pricectl.core.calculator import quantity, sum_of_quotes
from pricectl.core.catalog import build
from pricectl.core.document import parse
from pricectl.core.labels import region_word, service_word
from pricectl.core.prices import PriceList
from pricectl.explain import explain


def of(entry: dict[str, Any]) -> Catalog:
    return Catalog.load(json.dumps({"acme": {"m": entry}}))


PLAIN = of({"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05})


def test_a_plain_call() -> None:
    answer = quote(PLAIN, "m", Usage(1000, 500))
    # 1000 x 2.5e-6 + 500 x 10e-6 = 0.0025 + 0.005 USD
    assert answer.pico_usd == 7_500_000_000
    assert [line[:4] for line in answer.lines] == [
        ("input", 1000, 2_500_000, 2_500_000_000),
        ("output", 500, 10_000_000, 5_000_000_000),
    ]
    assert (answer.service, answer.above_tokens, answer.period) == ("", 0, "")
    assert not answer.guessed
    assert not answer.assumed
    assert not answer.unpriced
    assert all(line.priced and not line.note for line in answer.lines)


def test_nothing_used_costs_nothing() -> None:
    assert quote(PLAIN, "m", Usage()).pico_usd == 0
    assert quote(PLAIN, "m", Usage()).lines == ()
    assert quote(PLAIN, "m", Usage(), service="batch", strict=True).pico_usd == 0


def test_each_kind_of_token_has_its_own_rate() -> None:
    catalog = of(
        {
            "input_cost_per_token": 3e-06,
            "output_cost_per_token": 15e-06,
            "cache_read_input_token_cost": 0.3e-06,
            "cache_creation_input_token_cost": 3.75e-06,
            "cache_creation_input_token_cost_above_1hr": 6e-06,
            "input_cost_per_audio_token": 40e-06,
            "output_cost_per_reasoning_token": 20e-06,
            "search_context_cost_per_query": {"search_context_size_medium": 0.01},
        }
    )
    usage = Usage(
        1000,
        100,
        cache_read_tokens=500,
        cache_write_tokens=200,
        cache_write_1h_tokens=100,
        input_audio_tokens=50,
        reasoning_tokens=60,
        search=2,
    )
    # 150x3 + 500x0.3 + 200x3.75 + 100x6 + 50x40 = 450+150+750+600+2000 = 3950
    # 40x15 + 60x20 = 600+1200 = 1800; 5750 micro-USD and 2 x 0.01 USD
    answer = quote(catalog, "m", usage, strict=True)
    assert answer.pico_usd == 5750 * 10**6 + 2 * 10**10
    assert not answer.assumed
    assert answer.lines[-1].key == "search_context_cost_per_query.search_context_size_medium"


@pytest.mark.parametrize(
    ("details", "line"),
    [
        (
            {"cache_read_tokens": 10},
            ("cache_read", 2_500_000, "input_cost_per_token", True),
        ),
        (
            {"cache_write_1h_tokens": 10},
            ("cache_write_1h", 2_500_000, "input_cost_per_token", True),
        ),
        (
            {"input_audio_tokens": 10},
            ("input_audio", 2_500_000, "input_cost_per_token", True),
        ),
        (
            {"input_image_tokens": 10},
            ("input_image", 2_500_000, "input_cost_per_token", False),
        ),
        (
            {"reasoning_tokens": 10},
            ("reasoning", 10_000_000, "output_cost_per_token", False),
        ),
        (
            {"output_audio_tokens": 10},
            ("output_audio", 10_000_000, "output_cost_per_token", True),
        ),
    ],
)
def test_a_kind_without_a_price_is_charged_at_its_totals_rate(
    details: dict[str, int], line: tuple[str, int, str, bool]
) -> None:
    answer = quote(PLAIN, "m", Usage(10, 10, **details))
    found = next(each for each in answer.lines if each.unit == line[0])
    assert (found.unit, found.pico_usd_per_unit, found.key, found.assumed) == line
    assert bool(found.note) is found.assumed
    assert bool(answer.assumed) is found.assumed


def test_a_twelve_hour_cache_write_costs_its_own_price_at_each_tier_and_service() -> None:
    # gpt-6-astra by litellm 1.110.2: 2.5 times the input price, half of it in a batch.
    catalog = of(
        {
            "input_cost_per_token": 10e-06,
            "input_cost_per_token_batches": 5e-06,
            "input_cost_per_token_above_272k_tokens": 20e-06,
            "output_cost_per_token": 50e-06,
            "cache_creation_input_token_cost": 12.5e-06,
            "cache_creation_input_token_cost_above_12hr": 25e-06,
            "cache_creation_input_token_cost_above_12hr_batches": 12.5e-06,
            "cache_creation_input_token_cost_above_12hr_above_272k_tokens": 50e-06,
        }
    )
    usage = Usage(1000, cache_write_12h_tokens=400)
    # 600 x 10 + 400 x 25 = 16,000 micro-USD; 600 x 5 + 400 x 12.5 = 8,000 in a batch
    assert quote(catalog, "m", usage, strict=True).pico_usd == 16_000 * 10**6
    assert quote(catalog, "m", usage, service="batch", strict=True).pico_usd == 8_000 * 10**6
    # 272,601 x 20 + 400 x 50
    longer = quote(catalog, "m", Usage(273_001, cache_write_12h_tokens=400))
    assert longer.pico_usd == (272_601 * 20 + 400 * 50) * 10**6


def test_a_twelve_hour_cache_write_without_a_price_costs_the_longest_priced_write() -> None:
    prices = {"input_cost_per_token": 3e-06, "cache_creation_input_token_cost": 3.75e-06}
    usage = Usage(100, cache_write_12h_tokens=100)
    for one_hour, rate in ((None, 3_750_000), (6e-06, 6_000_000)):
        catalog = of({**prices, "cache_creation_input_token_cost_above_1hr": one_hour})
        answer = quote(catalog, "m", usage)
        assert (answer.pico_usd, len(answer.assumed)) == (100 * rate, 1)


def test_a_call_under_fedramp_costs_the_rows_own_factor() -> None:
    catalog = of(
        {
            "input_cost_per_token": 2e-06,
            "fedramp_uplift_multiplier": 1.1,
            "regional_processing_uplift_multiplier_eu": 1.2,
        }
    )
    answer = quote(catalog, "m", Usage(1000), region="FedRAMP")
    assert (answer.pico_usd, answer.missing_region) == (2_200 * 10**6, False)
    assert quote(catalog, "m", Usage(1000), region="eu").pico_usd == 2_400 * 10**6
    assert quote(catalog, "m", Usage(1000)).pico_usd == 2_000 * 10**6


SEARCHES = {"search_low": 0, "search": 1, "search_high": 2}


@pytest.mark.parametrize(
    ("priced", "charged"),
    [
        # The prices of small, medium and large searches, and what each then costs, in cents.
        ((1, None, None), (1, 1, 1)),
        ((None, 2, None), (2, 2, 2)),
        ((None, None, 4), (4, 4, 4)),
        ((1, None, 4), (1, 4, 4)),
        ((1, 2, None), (1, 2, 2)),
        ((None, 2, 4), (2, 2, 4)),
        ((1, 2, 4), (1, 2, 4)),
    ],
)
def test_a_search_of_an_unpriced_size_costs_the_nearest_priced_size(
    priced: tuple[int | None, ...], charged: tuple[int, ...]
) -> None:
    sizes = ("low", "medium", "high")
    prices = {
        f"search_context_size_{size}": cents / 100
        for size, cents in zip(sizes, priced, strict=True)
        if cents
    }
    catalog = of({"input_cost_per_token": 0, "search_context_cost_per_query": prices})
    for unit, index in SEARCHES.items():
        answer = quote(catalog, "m", Usage(**{unit: 3}))
        assert answer.pico_usd == 3 * charged[index] * 10**10
        assert bool(answer.assumed) is (priced[index] is None)
        assert not answer.unpriced


def test_a_video_or_image_of_an_unpriced_size_costs_the_nearest_priced_size() -> None:
    catalog = of(
        {
            "output_cost_per_second_480p": 0.05,
            "output_cost_per_second_1080p": 0.2,
            "output_cost_per_image_1K": 0.04,
            "output_cost_per_image_4K": 0.1,
        }
    )
    cents = {
        "output_second_720p": 5,  # 240 lines from 480p, 360 from 1080p
        "output_second_768p": 5,  # 288 from 480p, 312 from 1080p
        "output_second_4k": 20,
        "output_image_file_512": 4,
        "output_image_file_2K": 4,  # 1,024 from 1K, 2,048 from 4K
        # Without a size, the smallest priced one.
        "output_second": 5,
        "output_image_file": 4,
    }
    for unit, price in cents.items():
        answer = quote(catalog, "m", Usage(**{unit: 1}))
        assert (answer.pico_usd, len(answer.assumed)) == (price * 10**10, 1), unit


def test_a_guess_takes_no_free_size_while_another_costs_something() -> None:
    searches = {"search_context_size_medium": 0, "search_context_size_low": 0.01}
    catalog = of(
        {
            "output_cost_per_second": 0,
            "output_cost_per_second_720p": 0,
            "output_cost_per_second_4k": 0.3,
            "output_cost_per_image_1K": 0,
            "search_context_cost_per_query": searches,
        }
    )
    # In cents: what another size costs; a stated price of zero stays one, and so do zeros only.
    for unit, cents, assumed in (
        ("output_second_768p", 30, 1),
        ("output_second_720p", 0, 0),
        ("output_second", 0, 0),
        ("output_image_file_2K", 0, 1),
        ("output_image_file", 0, 1),
        ("search_high", 1, 1),
        ("search", 0, 0),
    ):
        answer = quote(catalog, "m", Usage(**{unit: 1}))
        assert (answer.pico_usd, len(answer.assumed)) == (cents * 10**10, assumed), unit


def test_a_price_without_a_size_goes_before_that_of_another_size() -> None:
    catalog = of({"output_cost_per_second": 0.1, "output_cost_per_second_480p": 0.05})
    assert quote(catalog, "m", Usage(output_second_720p=1)).pico_usd == 10**11


def test_a_guess_names_the_rate_it_borrows() -> None:
    catalog = of({"input_cost_per_token": 3e-06, "cache_creation_input_token_cost": 3.75e-06})
    answer = quote(
        catalog, "m", Usage(3, cache_read_tokens=1, cache_write_1h_tokens=1), service="batch"
    )
    # 1 x 3 + 1 x 3 + 1 x 3.75
    assert answer.pico_usd == 9_750_000
    assert [line.note for line in answer.lines] == [
        "no batches price; charged at the standard base rate",
        (
            "no cache_read price; charged at the input rate"
            "; no batches price; charged at the standard base rate"
        ),
        (
            "no cache_write_1h price; charged at the cache_write rate"
            "; no batches price; charged at the standard base rate"
        ),
    ]
    assert [line.assumed for line in answer.lines] == [False, True, True]


def test_a_unit_without_a_price_is_unpriced_and_not_free() -> None:
    answer = quote(PLAIN, "m", Usage(10, page=3))
    assert answer.pico_usd == 25_000_000
    assert [(line.unit, line.pico_usd, line.note) for line in answer.unpriced] == [
        ("page", 0, "unpriced")
    ]
    with pytest.raises(UnpricedUnit) as caught:
        quote(PLAIN, "m", Usage(10, page=3, search=1), strict=True)
    assert str(caught.value) == "acme/m: no price for page, search; see 'pricectl show acme/m'"


def test_a_free_unit_is_priced() -> None:
    answer = quote(of({"input_cost_per_token": 0}), "m", Usage(10), strict=True)
    assert answer.pico_usd == 0
    assert not answer.unpriced


def test_strict_refuses_an_unknown_name() -> None:
    assert quote(PLAIN, "who", Usage(1)).guessed
    with pytest.raises(UnknownModel):
        quote(PLAIN, "who", Usage(1), strict=True)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("m", "exact"),
        ("other", "alias"),
        ("M", "case"),
        ("m-latest", "partial"),
        ("who", "default"),
    ],
)
def test_only_the_default_price_is_a_guess(name: str, how: str) -> None:
    answer = quote(of({"input_cost_per_token": 1e-06, "aliases": ["other"]}), name, Usage(1))
    assert answer.match.how == how
    assert answer.guessed is (how == "default")


TIERED = {
    "input_cost_per_token": 1e-06,
    "output_cost_per_token": 4e-06,
    "input_cost_per_token_above_128k_tokens": 2e-06,
    "output_cost_per_token_above_128k_tokens": 8e-06,
    "input_cost_per_token_above_200k_tokens": 3e-06,
}


@pytest.mark.parametrize(
    ("input_tokens", "micro_usd", "above"),
    [
        (127_999, 127_999 + 10 * 4, 0),
        (128_000, 128_000 + 10 * 4, 0),  # the threshold itself is still base
        (128_001, 128_001 * 2 + 10 * 8, 128_000),
        (200_000, 200_000 * 2 + 10 * 8, 128_000),
        # above two thresholds: the highest; output has no price there and keeps its last
        (200_001, 200_001 * 3 + 10 * 8, 200_000),
        (10**9, 10**9 * 3 + 10 * 8, 200_000),
    ],
)
def test_the_whole_request_moves_strictly_above_a_threshold(
    input_tokens: int, micro_usd: int, above: int
) -> None:
    answer = quote(of(TIERED), "m", Usage(input_tokens, 10))
    assert (answer.pico_usd, answer.above_tokens) == (micro_usd * 10**6, above)


def test_cached_tokens_count_towards_the_threshold() -> None:
    answer = quote(of(TIERED), "m", Usage(128_001, cache_read_tokens=128_000))
    # all at the input rate of the tier, the cached ones as a guess
    assert answer.pico_usd == 128_001 * 2_000_000
    assert [line.unit for line in answer.assumed] == ["cache_read"]


def test_output_tokens_do_not_count_towards_the_threshold() -> None:
    assert quote(of(TIERED), "m", Usage(1, 10**6)).above_tokens == 0


def test_a_kind_without_a_tier_price_says_so() -> None:
    answer = quote(of(TIERED), "m", Usage(200_001, 1))
    assert [line.note for line in answer.lines] == [
        "",
        "no price above 200k; charged at the standard rate above 128k",
    ]
    with_base_only = of({**TIERED, "output_cost_per_token_above_128k_tokens": None})
    note = quote(with_base_only, "m", Usage(200_001, 1), service="flex").lines[1].note
    assert note == "no flex price and no price above 200k; charged at the standard base rate"


@pytest.mark.parametrize(
    ("input_tokens", "micro_usd", "above"),
    [(127_999, 127_999, 0), (128_000, 256_000, 128_000), (200_000, 600_000, 200_000)],
)
def test_a_tier_may_begin_at_its_threshold(input_tokens: int, micro_usd: int, above: int) -> None:
    catalog = of({**TIERED, "context_tier": {"boundary": "gte"}})
    answer = quote(catalog, "m", Usage(input_tokens))
    assert (answer.pico_usd, answer.above_tokens) == (micro_usd * 10**6, above)


def test_a_threshold_may_belong_to_its_tier() -> None:
    catalog = of({**TIERED, "context_tier": {"boundary": "gte"}})
    threshold = catalog.models[0].prices.thresholds[0]
    assert quote(catalog, "m", Usage(threshold)).pico_usd == 128_000 * 2_000_000


@pytest.mark.parametrize(
    ("boundary", "input_tokens", "micro_usd"),
    [
        ("gt", 128_000, 128_000),
        ("gt", 128_001, 128_000 + 2),
        # 128,000 x 1 + 72,000 x 2 + 5 x 3
        ("gt", 200_005, 128_000 + 144_000 + 15),
        ("gte", 127_999, 127_999),
        ("gte", 128_000, 127_999 + 2),
        # 127,999 x 1 + 72,000 x 2 + 6 x 3
        ("gte", 200_005, 127_999 + 144_000 + 18),
    ],
)
def test_marginal_tiers_charge_only_the_tokens_above(
    boundary: str, input_tokens: int, micro_usd: int
) -> None:
    catalog = of({**TIERED, "context_tier": {"scope": "marginal", "boundary": boundary}})
    answer = quote(catalog, "m", Usage(input_tokens))
    assert answer.pico_usd == micro_usd * 10**6
    assert sum(line.quantity for line in answer.lines) == input_tokens


def test_marginal_tiers_fill_with_the_cached_prefix_first() -> None:
    catalog = of(
        {
            **TIERED,
            "cache_read_input_token_cost": 1e-07,
            "cache_read_input_token_cost_above_128k_tokens": 2e-07,
            "ocr_cost_per_page": 0.001,
            "context_tier": {"scope": "marginal"},
        }
    )
    answer = quote(catalog, "m", Usage(131_000, 10, cache_read_tokens=129_000, page=1))
    # 128,000 cached at 0.1, then 1,000 cached at 0.2 and 2,000 fresh at 2; output at the tier's 8
    assert [(line.unit, line.quantity, line.pico_usd_per_unit) for line in answer.lines] == [
        ("cache_read", 128_000, 100_000),
        ("cache_read", 1_000, 200_000),
        ("input", 2_000, 2_000_000),
        ("output", 10, 8_000_000),
        ("page", 1, 10**9),
    ]
    assert answer.pico_usd == (12_800 + 200 + 4_000 + 80 + 1_000) * 10**6


def test_explicitly_cached_tokens_lie_in_the_cached_prefix_too() -> None:
    catalog = of(
        {
            **TIERED,
            "explicit_cache_read_input_token_cost": 1e-07,
            "context_tier": {"scope": "marginal"},
        }
    )
    answer = quote(catalog, "m", Usage(131_000, explicit_cache_read_tokens=128_000))
    # the prefix fills the base tier: 128,000 at 0.1; then 3,000 fresh at 2
    assert [(line.unit, line.quantity, line.pico_usd_per_unit) for line in answer.lines] == [
        ("explicit_cache_read", 128_000, 100_000),
        ("input", 3_000, 2_000_000),
    ]
    assert answer.pico_usd == (12_800 + 6_000) * 10**6


def test_ranges_are_tiers() -> None:
    catalog = of(
        {
            "tiered_pricing": [
                {"range": [0, 32_000.0], "input_cost_per_token": 1e-06},
                {"range": [32_000.0, 128_000.0], "input_cost_per_token": 2e-06},
                {"range": [128_000, 1_000_000], "input_cost_per_token_batches": 3e-06},
                {"max_results_range": [0, 25], "input_cost_per_query": 9},
            ]
        }
    )
    for tokens, micro_usd, service in [
        (32_000, 32_000, None),
        (32_001, 64_002, None),
        (128_001, 256_002, None),
        (128_001, 384_003, "batch"),
        (2_000_000, 6_000_000, "batch"),
    ]:
        answer = quote(catalog, "m", Usage(tokens), service=service)
        assert answer.pico_usd == micro_usd * 10**6
    assert quote(catalog, "m", Usage(1)).lines[0].key == "tiered_pricing/0/input_cost_per_token"


def test_ranges_of_null_are_absent() -> None:
    assert quote(of({"tiered_pricing": None}), "m", Usage(1)).unpriced


@pytest.mark.parametrize(
    ("service", "word"),
    [
        (None, ""),
        ("", ""),
        ("standard", ""),
        ("default", ""),
        ("auto", ""),
        ("on_demand", ""),
        ("batch", "batches"),
        ("BATCH", "batches"),
        ("batches", "batches"),
        ("Flex", "flex"),
        ("warp", "warp"),
    ],
)
def test_each_word_for_a_service_is_understood(service: str | None, word: str) -> None:
    assert service_word(service) == word


def test_counts_are_shown_as_people_count_them() -> None:
    assert quantity("page", 12_500) == 12_500
    assert [str(quantity("input_second", count)) for count in (1, 999, 1000, 12_050, 10**15)] == [
        "0.001",
        "0.999",
        "1.000",
        "12.050",
        "1000000000000.000",
    ]
    assert type(quantity("input_second", 1000)) is Decimal
    assert type(quantity("input", 1000)) is int


def test_each_word_for_a_region_is_understood() -> None:
    assert [region_word(word) for word in (None, "", "US", "Global", "eu-west-1")] == [
        "",
        "",
        "us",
        "",
        "eu-west-1",
    ]


def test_a_quote_carries_its_price_list_and_the_catalog_s_hash() -> None:
    entry = {"input_cost_per_token": 1e-06, "input_cost_per_token_above_1k_tokens": 2e-06}
    text = json.dumps({"acme": {"m": entry}})
    catalog, sha256 = Catalog.load(text), hashlib.sha256(text.encode()).hexdigest()
    for usage, asked in (
        (Usage(1), {}),
        (Usage(2000), {}),
        (Usage(1), {"strict": True}),
        (Usage(1), {"region": "us"}),
    ):
        answer = quote(catalog, "m", usage, **asked)
        assert answer.catalog_sha256 == sha256
        assert answer.prices is catalog.models[0].prices
        assert (answer.region, answer.missing_region) == (
            asked.get("region", ""),
            "region" in asked,
        )


SERVED = {
    **TIERED,
    "input_cost_per_token_batches": 5e-07,
    "input_cost_per_token_above_128k_tokens_priority": 7e-06,
}


@pytest.mark.parametrize(
    ("service", "input_tokens", "pico_usd_per_token", "note"),
    [
        ("batch", 1, 500_000, ""),
        ("priority", 1, 1_000_000, "no priority price; charged at the standard base rate"),
        ("priority", 128_001, 7_000_000, ""),
        (
            "priority",
            200_001,
            3_000_000,
            "no priority price; charged at the standard rate above 200k",
        ),
        # the tier goes before the service: batch never silently becomes half
        ("batch", 128_001, 2_000_000, "no batches price; charged at the standard rate above 128k"),
        ("warp", 1, 1_000_000, "no warp price; charged at the standard base rate"),
    ],
)
def test_a_service_without_a_price_falls_back_and_says_so(
    service: str, input_tokens: int, pico_usd_per_token: int, note: str
) -> None:
    catalog = of(SERVED)
    for _ in range(2):  # the second time from the cards already made
        line = quote(catalog, "m", Usage(input_tokens), service=service).lines[0]
        assert (line.pico_usd_per_unit, line.note) == (pico_usd_per_token, note)


def test_the_services_of_a_row_are_listed() -> None:
    catalog = of(SERVED)
    prices = catalog.models[0].prices
    assert prices.services == ("batches", "priority")
    assert prices.thresholds == (128_000, 200_000)


@pytest.mark.parametrize(
    ("entry", "pico_usd"),
    [
        ({"input_cost_per_token_cache_hit": 1e-07}, 100_000),
        (
            {"cache_read_input_token_cost": 3e-07, "input_cost_per_token_cache_hit": 1e-07},
            300_000,
        ),
        (
            {"input_cost_per_token_cache_hit": 1e-07, "cache_read_input_token_cost": 3e-07},
            300_000,
        ),
    ],
)
def test_the_main_spelling_of_a_key_wins_over_the_other(
    entry: dict[str, float], pico_usd: int
) -> None:
    assert quote(of(entry), "m", Usage(1, cache_read_tokens=1)).pico_usd == pico_usd


def test_a_quote_accepts_a_date_and_a_service_together() -> None:
    catalog = of(
        {
            "input_cost_per_token": 1e-06,
            "upcoming": [{"from": "2027-01-01", "input_cost_per_token_flex": 5e-07}],
        }
    )
    answer = quote(catalog, "m", Usage(1), service="flex", at=date(2027, 1, 1))
    assert (answer.pico_usd, answer.period, answer.service) == (500_000, "from 2027-01-01", "flex")
    with pytest.raises(UnpricedUnit):
        quote(catalog, "m", Usage(1), at=date(2027, 1, 1), strict=True)


BY_NAME: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
    (quote, (PLAIN, "m", Usage(1), "batch")),
    (usd, (1, 2)),
    (parse, ("{}", True)),
    (Catalog.from_values, ({}, "x")),
    (build, ({}, [], "x")),
    (PriceList, ({}, {}, True)),
    (PricingError, ("what", "where")),
    (DocumentError, ("what", "rule")),
)


@pytest.mark.parametrize(("function", "arguments"), BY_NAME)
def test_options_are_given_by_name(
    function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    with pytest.raises(TypeError, match="argument"):
        function(*arguments)


@pytest.mark.parametrize(
    ("seconds", "pico"),
    [
        ("12.5", 31_250),  # 12.5 x 2,500
        ("0.001", 2),  # 2.5, a tie, and 2 is even
        ("0.003", 8),  # 7.5, a tie, and 8 is even
        ("0.002", 5),
    ],
)
def test_a_product_of_thousandths_is_charged_to_the_nearest_picodollar(
    seconds: str, pico: int
) -> None:
    """The price of a second stays whole: $0.0000000025, 2,500 picodollars."""
    catalog = of({"input_cost_per_second": 2.5e-09, "file_search_cost_per_1k_calls": 0.0025})
    answer = quote(catalog, "m", Usage(input_second=Decimal(seconds), file_search=3))
    # 3 searches at 2,500,000,000 picodollars a thousand
    assert [line.pico_usd for line in answer.lines] == [pico, 7_500_000]
    assert answer.pico_usd == pico + 7_500_000
    assert [line.pico_usd_per_unit for line in answer.lines] == [2_500, 2_500_000]


FAST = {
    "input_cost_per_token": 4e-06,
    "output_cost_per_token": 20e-06,
    "input_cost_per_token_priority": 8e-06,
    "output_cost_per_token_priority": 40e-06,
}


@pytest.mark.parametrize("tier", [{}, {"input_cost_per_token_above_1k_tokens": 9e-06}])
def test_fast_is_priority_where_the_row_sells_only_that(tier: dict[str, float]) -> None:
    """OpenAI: 1,000 x $8 + 1,000 x $40 per 1M = $0.048."""
    answer = quote(of({**FAST, **tier}), "m", Usage(1000, 1000), service="fast", strict=True)
    assert (answer.pico_usd, answer.service) == (48 * 10**9, "priority")
    assert not answer.missing_service


@pytest.mark.parametrize(
    ("own", "pico_usd"),
    [
        # Its own price for input, the standard one for output: 1,000 x $30 + 1,000 x $20.
        ({"input_cost_per_token_fast": 30e-06}, 50 * 10**9),
        # Anthropic's factor on all tokens: 6 x (1,000 x $4 + 1,000 x $20).
        ({"provider_specific_entry": {"fast": 6}}, 144 * 10**9),
    ],
)
def test_fast_is_its_own_service_where_the_row_prices_it(
    own: dict[str, Any], pico_usd: int
) -> None:
    answer = quote(of({**FAST, **own}), "m", Usage(1000, 1000), service="fast")
    assert (answer.pico_usd, answer.service) == (pico_usd, "fast")


def test_a_service_that_is_not_sold_is_flagged() -> None:
    answer = quote(PLAIN, "m", Usage(1000), service="priority")
    assert (answer.pico_usd, answer.service) == (2_500_000_000, "priority")
    assert answer.missing_service
    assert not quote(PLAIN, "m", Usage(1000), service="default").missing_service
    assert not quote(PLAIN, "m", Usage(), service="priority").missing_service
    with pytest.raises(UnpricedUnit, match="acme/m: no price for service priority"):
        quote(PLAIN, "m", Usage(1000), service="priority", strict=True)


def test_an_unknown_region_is_flagged() -> None:
    catalog = of({"input_cost_per_token": 1e-05, "regional_processing_uplift_multiplier_eu": 1.1})
    for region, missing in (("eu", False), ("moon", True), ("global", False)):
        assert quote(catalog, "m", Usage(10), region=region).missing_region is missing


def test_the_old_explain_method_of_a_quote_works_and_warns() -> None:
    call = quote(Catalog.load('{"acme": {"m": {}}}'), "m", Usage(1))
    with pytest.warns(DeprecationWarning, match=r"call pricectl\.explain\.explain\(quote\)"):
        told = call.explain()
    assert told == explain(call)


@pytest.mark.parametrize("scope", ["request", "marginal"])
def test_a_service_that_is_not_sold_is_in_no_note_of_a_line(scope: str) -> None:
    tier = {"input_cost_per_token_above_1k_tokens": 5e-06, "context_tier": scope}
    row = of({"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05, **tier})
    answer = quote(row, "m", Usage(2000, 10), service="flex")
    assert answer.missing_service
    assert all("flex" in line.note for line in answer.lines)
    assert not any("flex" in note for note in answer.line_notes)
    assert len(answer.line_notes) == len(answer.lines)


def test_the_notes_of_several_requests_are_those_of_each() -> None:
    row = of({"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06})
    plain = quote(row, "m", Usage(10, 1))
    cached = quote(row, "m", Usage(10, cache_read_tokens=10))
    whole = sum_of_quotes([plain, cached], Usage(20, 1, cache_read_tokens=10))
    assert whole.line_notes == ("", "", "no cache_read price; charged at the input rate")


def test_a_datetime_without_a_zone_is_refused() -> None:
    """It may mean any of 26 hours, and at midnight two prices."""
    catalog = Catalog.load('{"o": {"m": {"input_cost_per_token": 2e-06}}}')
    naive = datetime(2026, 12, 1, 0, 30)  # noqa: DTZ001 - what is tested
    with pytest.raises(BadUsage, match="at: the datetime has no time zone"):
        quote(catalog, "m", Usage(1), at=naive)
    assert quote(catalog, "m", Usage(1), at=naive.replace(tzinfo=UTC)).pico_usd == 2 * 10**6
