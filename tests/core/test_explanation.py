"""The whole chain of a quote, asserted line by line; figures by hand."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pricectl.core import Catalog, Usage, quote

PLAIN = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}


def chain(
    entry: dict[str, Any], usage: Usage, name: str = "m", **asked: Any
) -> tuple[tuple[str, ...], str]:
    """The explanation without its last line, which is told apart: the catalog's hash."""
    text = json.dumps({"acme": {"m": entry}})
    *steps, last = quote(Catalog.load(text), name, usage, **asked).explain()
    assert last == f"catalog: sha256 {hashlib.sha256(text.encode()).hexdigest()}"
    return tuple(steps), last


def steps(entry: dict[str, Any], usage: Usage, name: str = "m", **asked: Any) -> tuple[str, ...]:
    return chain(entry, usage, name, **asked)[0]


def test_a_plain_call() -> None:
    # 1,000 x 2.5 and 500 x 10 micro-dollars: 2,500 + 5,000
    assert steps(PLAIN, Usage(1000, 500)) == (
        "name: m is answered by acme/m, by its name",
        "price list: the row as it stands",
        "context: one rate for every length",
        "service: standard",
        "usage: 1,000 in and 500 out, each token once: input 1,000, output 500",
        "line: input: 1,000 x $0.0000025 ($2.50 / 1M) = $0.0025 by input_cost_per_token",
        "line: output: 500 x $0.00001 ($10.00 / 1M) = $0.005 by output_cost_per_token",
        "total: $0.0075, the exact sum; only credits are rounded, once a job",
    )


def test_a_partial_match_above_a_tier_on_a_service_without_a_price_there() -> None:
    entry = {
        **PLAIN,
        "input_cost_per_token_batches": 1.25e-06,
        "input_cost_per_token_above_200k_tokens": 5e-06,
    }
    usage = Usage(250_000, 10, cache_read_tokens=50_000)
    # 250,000 x 5 = 1,250,000 and 10 x 10 = 100 micro-dollars
    assert steps(entry, usage, "azure/m-2026-01-31", service="batch") == (
        (
            "name: azure/m-2026-01-31 is answered by acme/m, in part, setting aside azure/"
            " and -2026-01-31"
        ),
        "price list: the row as it stands",
        "context: 250,000 input tokens pass 200,000: the whole request moves",
        "service: batches",
        (
            "usage: 250,000 in and 10 out, each token once:"
            " input 200,000, cache_read 50,000, output 10"
        ),
        (
            "line: input: 200,000 x $0.000005 ($5.00 / 1M) = $1.00"
            " by input_cost_per_token_above_200k_tokens"
            "; no batches price: standard above 200k rate"
        ),
        (
            "line: cache_read: 50,000 x $0.000005 ($5.00 / 1M) = $0.25"
            " by input_cost_per_token_above_200k_tokens"
            "; no cache_read price: input rate assumed, no batches price: standard above 200k rate"
        ),
        (
            "line: output: 10 x $0.00001 ($10.00 / 1M) = $0.0001 by output_cost_per_token"
            "; no batches price and no price above 200k: standard base rate"
        ),
        "total: $1.2501, the exact sum; only credits are rounded, once a job",
    )


def test_a_row_with_tiers_says_when_none_is_passed() -> None:
    entry = {**PLAIN, "input_cost_per_token_above_200k_tokens": 5e-06}
    assert steps(entry, Usage(200_000))[2] == "context: 200,000 input tokens pass no threshold"


def test_a_period_and_its_off_peak_hours() -> None:
    entry = {
        **PLAIN,
        "previous": [{"until": "2026-06-01", "input_cost_per_token": 4e-06}],
        "upcoming": [
            {
                "from": "2027-01-01",
                "input_cost_per_token": 3e-06,
                "off_peak_pricing": {
                    "windows": [{"hours_utc": "16:30-00:30"}],
                    "input_cost_per_token": 0.0000015000000000004,
                },
            }
        ],
    }
    assert steps(entry, Usage(1000), at=date(2026, 5, 31)) == (
        "name: m is answered by acme/m, by its name",
        "price list: the one until 2026-06-01",
        "context: one rate for every length",
        "service: standard",
        "usage: 1,000 in and 0 out, each token once: input 1,000",
        "line: input: 1,000 x $0.000004 ($4.00 / 1M) = $0.004 by input_cost_per_token",
        "total: $0.004, the exact sum; only credits are rounded, once a job",
    )
    night = steps(entry, Usage(1000), at=datetime(2027, 1, 1, 17, tzinfo=UTC))
    assert night[1] == "price list: the one from 2027-01-01 off-peak"
    assert night[5] == (
        "line: input: 1,000 x $0.0000015 ($1.50 / 1M) = $0.0015"
        " by off_peak_pricing/input_cost_per_token"
        "; rounded half-even at load from 0.0000015000000000004"
    )


def test_a_guess_says_that_it_is_one() -> None:
    assert steps(PLAIN, Usage(1000, 10), "no-such") == (
        "name: no row answers for no-such, so the default price does: a guess",
        "price list: the row as it stands",
        "context: one rate for every length",
        "service: standard",
        "usage: 1,000 in and 10 out, each token once: input 1,000, output 10",
        "line: input: 1,000 x $0.000001 ($1.00 / 1M) = $0.001 by input_cost_per_token",
        "line: output: 10 x $0.000002 ($2.00 / 1M) = $0.00002 by output_cost_per_token",
        "total: $0.00102, the exact sum; only credits are rounded, once a job",
    )
    nothing: Any = None
    assert steps(PLAIN, Usage(), nothing)[0] == (
        "name: no row answers for that, so the default price does: a guess"
    )


def test_marginal_tiers() -> None:
    entry = {
        **PLAIN,
        "input_cost_per_token_above_1k_tokens": 5e-06,
        "context_tier": {"scope": "marginal"},
    }
    # 1,000 x 2.5 and 200 x 5 and 10 x 10: 2,500 + 1,000 + 100 micro-dollars
    assert steps(entry, Usage(1200, 10))[2:] == (
        "context: 1,200 input tokens pass 1,000: the tokens above it move",
        "service: standard",
        "usage: 1,200 in and 10 out, each token once: input 1,200, output 10",
        "line: input: 1,000 x $0.0000025 ($2.50 / 1M) = $0.0025 by input_cost_per_token",
        (
            "line: input: 200 x $0.000005 ($5.00 / 1M) = $0.001"
            " by input_cost_per_token_above_1k_tokens"
        ),
        (
            "line: output: 10 x $0.00001 ($10.00 / 1M) = $0.0001 by output_cost_per_token"
            "; no price above 1k: standard base rate"
        ),
        "total: $0.0036, the exact sum; only credits are rounded, once a job",
    )


def test_a_region_lifts_the_token_rates() -> None:
    entry = {**PLAIN, "ocr_cost_per_page": 0.01, "provider_specific_entry": {"us": 1.1}}
    # 1,000 x 2.75 micro-dollars, and the page at its price
    assert steps(entry, Usage(1000, page=1), region="US")[3:] == (
        "service: standard, region us: token rates x 1.1",
        "usage: 1,000 in and 0 out, each token once: input 1,000, page 1",
        "line: input: 1,000 x $0.00000275 ($2.75 / 1M) = $0.00275 by input_cost_per_token",
        "line: page: 1 x $0.01 = $0.01 by ocr_cost_per_page",
        "total: $0.01275, the exact sum; only credits are rounded, once a job",
    )
    assert steps(entry, Usage(1), region="global")[3] == "service: standard"
    assert steps(entry, Usage(1), region="eu", service="flex")[3] == (
        "service: flex, region eu, for which the row has no price"
    )


def test_a_service_that_is_a_factor() -> None:
    entry = {**PLAIN, "provider_specific_entry": {"fast": 2, "us": 1.1}}
    fast = steps(entry, Usage(1000), service="fast")
    assert fast[3] == "service: fast: token rates x 2"
    assert fast[5] == "line: input: 1,000 x $0.000005 ($5.00 / 1M) = $0.005 by input_cost_per_token"
    # 2.5 x 2 x 1.1 = 5.5
    both = steps(entry, Usage(1000), service="fast", region="us")
    assert both[3] == "service: fast: token rates x 2, region us: token rates x 1.1"
    assert both[5].startswith("line: input: 1,000 x $0.0000055 ($5.50 / 1M) = $0.0055 by")


def test_a_service_with_prices_of_its_own_is_no_factor() -> None:
    entry = {
        **PLAIN,
        "input_cost_per_token_fast": 9e-06,
        "provider_specific_entry": {"fast": 2},
    }
    assert steps(entry, Usage(1), service="fast")[3] == "service: fast"


def test_a_price_rounded_at_load_says_from_what() -> None:
    entry = {
        "input_cost_per_token": 0.0000029999900000000002,
        "tiered_pricing": [
            {"range": [0, 1000], "cache_read_input_token_cost": 1e-06},
            {"range": [1000, 9000], "cache_read_input_token_cost": 0.00000010000051},
        ],
        "search_context_cost_per_query": {"search_context_size_high": 1.00000000000004},
        "input_cost_per_second": 0.0002777778,
    }
    usage = Usage(2000, cache_read_tokens=1000, search_high=1, input_second=Decimal("1.5"))
    assert steps(entry, usage)[5:] == (
        (
            "line: input: 1,000 x $0.00000299999 ($2.99999 / 1M) = $0.00299999"
            " by input_cost_per_token"
            "; no price above 1k: standard base rate"
            "; rounded half-even at load from 0.0000029999900000000002"
        ),
        (
            "line: cache_read: 1,000 x $0.000000100001 ($0.100001 / 1M) = $0.000100001"
            " by tiered_pricing/1/cache_read_input_token_cost"
            "; rounded half-even at load from 1.0000051E-7"
        ),
        (
            "line: input_second: 1.500 x $0.0002777778 = $0.0004166667 by input_cost_per_second"
            "; no price above 1k: standard base rate"
        ),
        (
            "line: search_high: 1 x $1.00 = $1.00"
            " by search_context_cost_per_query.search_context_size_high"
            "; no price above 1k: standard base rate"
            "; rounded half-even at load from 1.00000000000004"
        ),
        "total: $1.0035166577, the exact sum; only credits are rounded, once a job",
    )


def test_a_unit_without_a_price() -> None:
    usage = Usage(1000, page=1200, input_second=Decimal("12.5"))
    assert steps(PLAIN, usage)[4:] == (
        "usage: 1,000 in and 0 out, each token once: input 1,000, input_second 12.500, page 1,200",
        "line: input: 1,000 x $0.0000025 ($2.50 / 1M) = $0.0025 by input_cost_per_token",
        "line: input_second: 12.500 have no price and add nothing",
        "line: page: 1,200 have no price and add nothing",
        "total: $0.0025, the exact sum; only credits are rounded, once a job",
    )


def test_a_free_unit_is_told_from_an_unpriced_one() -> None:
    free = steps({"input_cost_per_token": 0}, Usage(1000))
    assert free[5] == "line: input: 1,000 x $0.00 ($0.00 / 1M) = $0.00 by input_cost_per_token"


def test_nothing_used() -> None:
    assert steps(PLAIN, Usage())[4:] == (
        "usage: 0 in and 0 out, each token once: nothing",
        "total: $0.00, the exact sum; only credits are rounded, once a job",
    )


def test_the_other_ways_a_name_is_found() -> None:
    entry = {**PLAIN, "aliases": ["nick"]}
    assert steps(entry, Usage(), "nick")[0] == "name: nick is answered by acme/m, by an alias"
    assert steps(entry, Usage(), "M")[0] == "name: M is answered by acme/m, by case"


def test_a_catalog_without_bytes_has_no_hash() -> None:
    catalog = Catalog.from_values({"acme": {"m": {}}})
    assert quote(catalog, "m", Usage()).explain()[-1] == "catalog: sha256 unknown"
