"""The whole chain of a quote, asserted step by step; figures by hand."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import Catalog, Job, Profile, Quote, Usage, quote
from pricectl.core.estimate import Estimate
from pricectl.core.money import exact
from pricectl.core.responses import quote_response, read_response
from pricectl.explain import STEPS, ExplanationStep, chain, explain

PLAIN = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}
LONG = {**PLAIN, "input_cost_per_token_above_200k_tokens": 5e-06}


def answer(entry: dict[str, Any], usage: Usage, name: str = "m", **asked: Any) -> Quote:
    return quote(Catalog.load(json.dumps({"acme": {"m": entry}})), name, usage, **asked)


def links(found: Quote, step: str, **more: Any) -> list[ExplanationStep]:
    return [link for link in chain(found, **more) if link.step == step]


def one(found: Quote, step: str, **more: Any) -> ExplanationStep:
    (link,) = links(found, step, **more)
    return link


def told(found: Quote, step: str) -> list[str]:
    return [line for line in explain(found) if line.startswith(f"{step}: ")]


def test_a_plain_call() -> None:
    found = answer(PLAIN, Usage(1000, 500))
    text = json.dumps({"acme": {"m": PLAIN}})
    # 1,000 x 2.5 and 500 x 10 micro-dollars: 2,500 + 5,000
    assert explain(found) == (
        "name: m is answered by acme/m, by its name",
        "row: has no source",
        "period: one price list for all dates",
        "tier: one rate for every length",
        "service: standard",
        "usage: 1,000 in; 500 out",
        "line: input: 1,000 x $0.0000025 ($2.50 / 1M) = $0.0025 by input_cost_per_token",
        "line: output: 500 x $0.00001 ($10.00 / 1M) = $0.005 by output_cost_per_token",
        "total: $0.0075, the exact sum",
        f"catalog: sha256 {hashlib.sha256(text.encode()).hexdigest()}",
    )


@pytest.mark.usefixtures("three_modes")
def test_the_words_and_the_facts_are_of_one_chain_in_one_order() -> None:
    body = {"model": "m", "usage": {"prompt_tokens": 9, "completion_tokens": 1}}
    catalog = Catalog.load(json.dumps({"acme": {"m": PLAIN}}))
    found = quote_response(catalog, body, region="us")
    reading = read_response(body)
    dear = Profile.read({"rules": [{"fee_usd": 1}]})
    before = Job(10**9, 10, used=True)
    job = Estimate(found, 2, dear, reading, before=before)
    links = chain(found, reading=reading, estimate=job)
    steps = [link.step for link in links]
    assert tuple(dict.fromkeys(steps)) == STEPS
    assert [steps.count(step) for step in ("line", "credits")] == [2, 3]
    assert explain(found) == tuple(f"{link.step}: {link.text}" for link in chain(found))


class TestName:
    def test_each_way_a_name_is_found(self) -> None:
        entry = {**PLAIN, "aliases": ["nick"]}
        assert one(answer(entry, Usage()), "name").summary == "m is answered by acme/m, by its name"
        nick = one(answer(entry, Usage(), "nick"), "name")
        assert nick.summary == "nick is answered by acme/m, by an alias"
        assert (
            one(answer(entry, Usage(), "M"), "name").summary == "M is answered by acme/m, by case"
        )
        partial = one(answer(entry, Usage(), "azure/m-2026-01-31"), "name")
        assert partial.summary == (
            "azure/m-2026-01-31 is answered by acme/m, in part, ignoring azure/ and -2026-01-31"
        )
        assert partial.facts == {
            "asked": "azure/m-2026-01-31",
            "match": "partial",
            "name": "m",
            "ignored": ["azure/", "-2026-01-31"],
            "near_names": [],
        }

    def test_a_guess_says_that_it_is_one(self) -> None:
        catalog = Catalog.load(json.dumps({"acme": {"gpt-4o": PLAIN}}))
        found = quote(catalog, "gpt-4p", Usage(1000, 10))
        # The default price: 1,000 x 1 and 10 x 2 micro-dollars
        assert explain(found)[:2] == (
            (
                "name: no row matches gpt-4p, so the default price was charged (a guess)"
                "; similar names: gpt-4o"
            ),
            "row: the program's default price",
        )
        assert told(found, "line")[1] == (
            "line: output: 10 x $0.000002 ($2.00 / 1M) = $0.00002 by output_cost_per_token"
        )
        assert one(found, "name").facts["near_names"] == ["gpt-4o"]
        assert [link.facts["pointer"] for link in links(found, "line")] == ["", ""]

    def test_a_missing_name_is_explained_as_the_default_price(self) -> None:
        nothing: Any = None
        assert one(answer(PLAIN, Usage(), nothing), "name").text == (
            "no row matches this, so the default price was charged (a guess)"
        )

    def test_the_catalog_s_own_default_price(self) -> None:
        metadata = {"default_pricing": {"input_cost_per_token": 3e-06}}
        catalog = Catalog.load(json.dumps({"metadata": metadata, "acme": {"m": PLAIN}}))
        found = quote(catalog, "zzz", Usage(1))
        assert one(found, "row").summary == "the catalog's default price"
        assert one(found, "line").facts["pointer"] == (
            "/metadata/default_pricing/input_cost_per_token"
        )


class TestRow:
    def test_the_row_step_shows_source_and_dates(self) -> None:
        entry = {
            **PLAIN,
            "verified_on": "2026-11-01",
            "source": "https://acme.example/prices",
            "deprecation_date": "2027-01-01",
            "retired": True,
        }
        row = one(answer(entry, Usage()), "row")
        assert row.summary == (
            "verified on 2026-11-01, source https://acme.example/prices, retirement on 2027-01-01"
        )
        assert row.remarks == ("the provider has retired this model",)
        assert row.facts == {
            "provider": "acme",
            "model": "m",
            "pointer": "/acme/m",
            "verified_on": "2026-11-01",
            "source": "https://acme.example/prices",
            "deprecation_date": "2027-01-01",
            "retired": True,
        }

    def test_a_pointer_escapes_slashes(self) -> None:
        catalog = Catalog.load(json.dumps({"a~b": {"c/m": PLAIN}}))
        assert one(quote(catalog, "c/m", Usage()), "row").facts["pointer"] == "/a~0b/c~1m"


class TestPeriod:
    DATED = PLAIN | {
        "previous": [
            {"until": "2026-06-01", "input_cost_per_token": 4e-06},
            {"until": "2025-01-01", "input_cost_per_token": 6e-06},
        ],
        "upcoming": [
            {
                "from": "2027-01-01T12:30",
                "input_cost_per_token": 3e-06,
                "off_peak_pricing": {
                    "windows": [{"hours_utc": "16:30-00:30"}],
                    "input_cost_per_token": 0.0000015,
                },
            }
        ],
    }

    @pytest.mark.parametrize(
        ("at", "said", "start", "end", "place"),
        [
            ("2024-12-31", "until 2025-01-01", None, "2025-01-01T00:00", "previous/1/"),
            (
                "2025-01-01",
                "from 2025-01-01 until 2026-06-01",
                "2025-01-01T00:00",
                "2026-06-01T00:00",
                "previous/0/",
            ),
            (
                "2026-06-01",
                "from 2026-06-01 until 2027-01-01 12:30",
                "2026-06-01T00:00",
                "2027-01-01T12:30",
                "",
            ),
        ],
    )
    def test_each_price_list_says_from_when_until_when(
        self, at: str, said: str, start: str | None, end: str, place: str
    ) -> None:
        day = date.fromisoformat(at)
        found = answer(self.DATED, Usage(1000), at=day)
        period = one(found, "period", at=day)
        assert period.summary == f"at {at} UTC: prices {said}"
        assert one(found, "period").summary == f"prices {said}"
        assert period.facts["at"] == f"{at}T00:00:00+00:00"
        assert period.facts["from"] == (start and f"{start}:00+00:00")
        assert period.facts["until"] == f"{end}:00+00:00"
        assert period.facts["off_peak"] is None
        assert one(found, "line").facts["pointer"] == f"/acme/m/{place}input_cost_per_token"

    @pytest.mark.parametrize(
        ("hour", "said", "calm", "pointer"),
        [
            (16, "outside off-peak hours", False, "upcoming/0/input_cost_per_token"),
            (17, "in off-peak hours", True, "upcoming/0/off_peak_pricing/input_cost_per_token"),
        ],
    )
    def test_off_peak_hours(self, hour: int, said: str, calm: bool, pointer: str) -> None:  # noqa: FBT001
        instant = datetime(2027, 1, 2, hour, tzinfo=UTC)
        found = answer(self.DATED, Usage(1000), at=instant)
        period = one(found, "period", at=instant)
        assert period.summary == f"at 2027-01-02 {hour}:00 UTC: prices from 2027-01-01 12:30 {said}"
        assert (period.facts["off_peak"], period.facts["until"]) == (calm, None)
        assert one(found, "line").facts["pointer"] == f"/acme/m/{pointer}"

    def test_a_row_that_never_changed(self) -> None:
        found = answer(PLAIN, Usage(), at=date(2026, 1, 1))
        assert one(found, "period", at=date(2026, 1, 1)).facts == {
            "at": "2026-01-01T00:00:00+00:00",
            "period": "",
            "from": None,
            "until": None,
            "off_peak": None,
        }

    def test_empty_dated_lists_are_ignored(self) -> None:
        found = answer({**PLAIN, "previous": None, "upcoming": []}, Usage(1))
        assert one(found, "line").facts["pointer"] == "/acme/m/input_cost_per_token"


class TestTier:
    @pytest.mark.parametrize(
        ("more", "tokens", "said", "above"),
        [
            ({}, 200_000, "200,000 input tokens are not above 200,000: base rates", 0),
            ({}, 200_001, "200,001 input tokens are above 200,000: the whole request moves", 200),
            (
                {"boundary": "gte"},
                199_999,
                "199,999 input tokens are below 200,000: base rates",
                0,
            ),
            (
                {"boundary": "gte"},
                200_000,
                "200,000 input tokens reach 200,000: the whole request moves",
                200,
            ),
            (
                {"scope": "marginal"},
                300_000,
                "300,000 input tokens are above 200,000: only the tokens beyond it move",
                200,
            ),
        ],
    )
    def test_a_threshold_is_passed_or_not(
        self, more: dict[str, str], tokens: int, said: str, above: int
    ) -> None:
        tier = one(answer({**LONG, "context_tier": more}, Usage(tokens)), "tier")
        assert tier.summary == said
        assert tier.facts == {
            "input_tokens": tokens,
            "above_tokens": above * 1000,
            "thresholds": [200_000],
            "boundary": more.get("boundary", "gt"),
            "scope": more.get("scope", "request"),
        }

    def test_a_line_names_its_tier(self) -> None:
        marginal = answer({**LONG, "context_tier": {"scope": "marginal"}}, Usage(300_000, 10))
        # 200,000 x 2.5 and 100,000 x 5 and 10 x 10: 500,000 + 500,000 + 100 micro-dollars
        assert told(marginal, "line") == [
            "line: input: 200,000 x $0.0000025 ($2.50 / 1M) = $0.50 by input_cost_per_token",
            (
                "line: input: 100,000 x $0.000005 ($5.00 / 1M) = $0.50"
                " by input_cost_per_token_above_200k_tokens"
            ),
            (
                "line: output: 10 x $0.00001 ($10.00 / 1M) = $0.0001 by output_cost_per_token"
                "; no price above 200k; charged at the standard base rate"
            ),
        ]
        tiers = [link.facts["above_tokens"] for link in links(marginal, "line")]
        assert tiers == [0, 200_000, 200_000]
        whole = links(answer(LONG, Usage(300_000, 10)), "line")
        assert [link.facts["above_tokens"] for link in whole] == [200_000, 200_000]


class TestServiceAndRegion:
    def test_a_service_without_a_price_in_the_tier(self) -> None:
        entry = {**LONG, "input_cost_per_token_batches": 1.25e-06}
        found = answer(entry, Usage(250_000, cache_read_tokens=50_000), service="batch")
        assert one(found, "service").text == "batches"
        # 50,000 x 5 = 250,000 micro-dollars
        assert told(found, "line")[1] == (
            "line: cache_read: 50,000 x $0.000005 ($5.00 / 1M) = $0.25"
            " by input_cost_per_token_above_200k_tokens"
            "; no cache_read price; charged at the input rate"
            "; no batches price; charged at the standard rate above 200k"
        )
        facts = links(found, "line")[1].facts
        assert facts["assumed"] is True
        assert facts["note"].startswith("no cache_read price")

    def test_a_service_unknown_to_the_row(self) -> None:
        service = one(answer(PLAIN, Usage(), service="flex"), "service")
        assert service.text == "flex, for which the row has no price"
        assert service.facts == {"service": "flex", "factor": None}
        assert one(answer(PLAIN, Usage()), "service").facts["service"] == "standard"

    def test_a_service_and_a_region_that_are_factors(self) -> None:
        entry = {**PLAIN, "provider_specific_entry": {"fast": 2, "us": 1.1}}
        found = answer(entry, Usage(1000), service="fast", region="US")
        assert one(found, "service").text == "fast: token rates x 2"
        assert one(found, "service").facts == {"service": "fast", "factor": "2"}
        assert one(found, "region").text == "us: token rates x 1.1"
        assert one(found, "region").facts == {"region": "us", "factor": "1.1"}
        # 2.5 x 2 x 1.1 = 5.5
        assert told(found, "line") == [
            (
                "line: input: 1,000 x $0.0000055 ($5.50 / 1M = $2.50 x 2.2) = $0.0055"
                " by input_cost_per_token"
            )
        ]
        facts = one(found, "line").facts
        assert (facts["usd_per_unit"], facts["usd_per_mtok"]) == ("0.0000055", "5.50")
        assert (facts["base_usd_per_unit"], facts["base_usd_per_mtok"], facts["factor"]) == (
            "0.0000025",
            "2.50",
            "2.2",
        )

    def test_a_factor_is_written_without_needless_digits(self) -> None:
        entry = {**PLAIN, "provider_specific_entry": {"fast": 6.0}}
        found = answer(entry, Usage(1000), service="fast")
        assert one(found, "service").facts["factor"] == "6"
        assert one(found, "line").facts["factor"] == "6"

    def test_a_factor_of_one_is_not_shown(self) -> None:
        entry = {**PLAIN, "provider_specific_entry": {"us": 1}}
        found = answer(entry, Usage(1000), region="us")
        assert one(found, "region").text == "us: token rates x 1"
        assert one(found, "line").facts["factor"] is None

    def test_a_factor_on_any_region(self) -> None:
        entry = {**PLAIN, "regional_endpoint_uplift_multiplier": 1.2}
        found = answer(entry, Usage(1000), region="asia")
        assert one(found, "region").facts == {"region": "asia", "factor": "1.2"}
        # 2.5 x 1.2 = 3
        assert told(found, "line") == [
            (
                "line: input: 1,000 x $0.000003 ($3.00 / 1M = $2.50 x 1.2) = $0.003"
                " by input_cost_per_token"
            )
        ]

    def test_a_factor_on_a_price_of_a_thousand_tokens(self) -> None:
        entry = {
            "computer_use_input_cost_per_1k_tokens": 1e-12,
            "provider_specific_entry": {"us": 2},
        }
        line = one(answer(entry, Usage(computer_use_input=1000), region="us"), "line")
        # One picodollar buys a thousand tokens: a million cost 1,000, and 2,000 in the region
        assert line.facts["base_usd_per_unit"] == "0.000000000000001"
        assert line.facts["base_usd_per_mtok"] == "0.000000001"
        assert line.facts["usd_per_mtok"] == "0.000000002"

    @pytest.mark.parametrize("scope", ["request", "marginal"])
    def test_a_service_that_is_not_sold_is_reported_once_and_not_on_lines(self, scope: str) -> None:
        entry = {**LONG, "context_tier": {"scope": scope}}
        found = answer(entry, Usage(300_000, 10, cache_read_tokens=1), service="flex")
        assert one(found, "service").text == "flex, for which the row has no price"
        assert [line for line in explain(found) if "flex" in line] == [
            "service: flex, for which the row has no price"
        ]
        remarks = {link.of: link.remarks for link in links(found, "line")}
        assert remarks == {
            "input": (),
            "cache_read": ("no cache_read price; charged at the input rate",),
            "output": ("no price above 200k; charged at the standard base rate",),
        }
        assert all("flex" in link.facts["note"] for link in links(found, "line"))

    def test_a_service_with_its_own_prices_shows_no_factor(self) -> None:
        factors = {"provider_specific_entry": {"fast": 2}}
        entry = {**PLAIN, "input_cost_per_token_fast": 9e-06, **factors}
        assert one(answer(entry, Usage(1), service="fast"), "service").text == "fast"

    def test_an_unknown_region_is_shown_and_the_global_one_is_not(self) -> None:
        region = one(answer(PLAIN, Usage(), region="eu"), "region")
        assert region.text == "eu, for which the row has no price"
        assert region.facts == {"region": "eu", "factor": None}
        assert links(answer(PLAIN, Usage(), region="global"), "region") == []


class TestUsage:
    def test_totals_are_the_sums_of_their_parts(self) -> None:
        usage = Usage(1000, 40, cache_read_tokens=300, reasoning_tokens=40, page=1200)
        link = one(answer(PLAIN, usage), "usage")
        assert link.text == (
            "1,000 in = 700 input + 300 cache_read; 40 out = 40 reasoning; beside them page=1,200"
        )
        assert link.facts == {
            "input_tokens": 1000,
            "output_tokens": 40,
            "parts": [
                {"unit": "input", "quantity": 700, "of": "input"},
                {"unit": "cache_read", "quantity": 300, "of": "input"},
                {"unit": "reasoning", "quantity": 40, "of": "output"},
                {"unit": "page", "quantity": 1200, "of": ""},
            ],
        }

    def test_an_empty_usage_is_explained(self) -> None:
        found = answer(PLAIN, Usage())
        assert one(found, "usage").text == "0 in; 0 out"
        assert one(found, "usage").facts["parts"] == links(found, "line") == []
        assert one(found, "total").text == "$0.00, the exact sum"


class TestLines:
    def test_the_facts_of_a_product(self) -> None:
        assert one(answer(PLAIN, Usage(1000)), "line").facts == {
            "unit": "input",
            "quantity": 1000,
            "above_tokens": 0,
            "usd_per_unit": "0.0000025",
            "usd_per_mtok": "2.50",
            "base_usd_per_unit": None,
            "base_usd_per_mtok": None,
            "factor": None,
            "usd": "0.0025",
            "key": "input_cost_per_token",
            "pointer": "/acme/m/input_cost_per_token",
            "assumed": False,
            "note": "",
            "roundings": [],
        }

    def test_a_unit_without_a_price(self) -> None:
        found = answer(PLAIN, Usage(0, 1, page=1200, input_second=Decimal("12.5")))
        assert told(found, "line")[1:] == [
            "line: input_second: 12.500 have no price and add nothing",
            "line: page: 1,200 have no price and add nothing",
        ]
        assert links(found, "line")[2].facts == {
            "unit": "page",
            "quantity": 1200,
            "above_tokens": 0,
            "usd_per_unit": None,
            "usd_per_mtok": None,
            "base_usd_per_unit": None,
            "base_usd_per_mtok": None,
            "factor": None,
            "usd": None,
            "key": "",
            "pointer": "",
            "assumed": False,
            "note": "unpriced",
            "roundings": [],
        }
        assert one(found, "total").facts["unpriced"] == ["input_second", "page"]
        assert one(found, "total").text == "$0.00001, the exact sum"

    def test_without_any_price_there_is_no_total(self) -> None:
        found = answer(PLAIN, Usage(page=1200))
        total, client = (
            link for link in chain(found, profile=Profile()) if link.step in {"total", "client"}
        )
        assert total.text == "no price for anything that was used"
        assert total.facts["provider_cost_usd"] == "0.00"
        assert client.summary == "no price"

    def test_a_free_unit_and_an_unpriced_unit_read_differently(self) -> None:
        (free,) = told(answer({"input_cost_per_token": 0}, Usage(1000)), "line")
        assert free == "line: input: 1,000 x $0.00 ($0.00 / 1M) = $0.00 by input_cost_per_token"

    def test_every_pointer_leads_to_its_price(self) -> None:
        entry = {
            "input_cost_per_token": 1e-06,
            "tiered_pricing": [{"range": [1000, 9000], "cache_read_input_token_cost": 2e-06}],
            "search_context_cost_per_query": {"search_context_size_high": 0.5},
        }
        document = {"a/b": {"m": entry}}
        found = quote(
            Catalog.load(json.dumps(document)),
            "m",
            Usage(2000, cache_read_tokens=500, search_high=1),
        )
        prices = []
        for link in links(found, "line"):
            value: Any = document
            for token in link.facts["pointer"].split("/")[1:]:
                key = token.replace("~1", "/")
                value = value[int(key) if isinstance(value, list) else key]
            prices.append(value)
        assert prices == [1e-06, 2e-06, 0.5]


class TestRoundings:
    def test_a_price_rounded_at_load_says_from_what(self) -> None:
        entry = {
            "input_cost_per_token": 0.0000029999900000000002,
            "search_context_cost_per_query": {"search_context_size_high": 1.00000000000004},
        }
        found = answer(entry, Usage(1000, search_high=1))
        assert told(found, "line") == [
            (
                "line: input: 1,000 x $0.00000299999 ($2.99999 / 1M) = $0.00299999"
                " by input_cost_per_token"
                "; rate rounded half-even at load from $0.0000029999900000000002"
            ),
            (
                "line: search_high: 1 x $1.00 = $1.00"
                " by search_context_cost_per_query.search_context_size_high"
                "; rate rounded half-even at load from $1.00000000000004"
            ),
        ]
        assert links(found, "line")[0].facts["roundings"] == [
            {"at": "load", "exact_usd": "0.0000029999900000000002"}
        ]

    def test_a_rate_rounded_by_a_region_says_from_what(self) -> None:
        entry = {**PLAIN, "provider_specific_entry": {"us": 1.123, "fast": 2}}
        entry["cache_read_input_token_cost"] = 3.3e-11
        found = answer(entry, Usage(10, cache_read_tokens=10), service="fast", region="us")
        # 33 x 2 x 1.123 = 74.118 picodollars
        assert told(found, "line") == [
            (
                "line: cache_read: 10 x $0.000000000074 ($0.000074 / 1M = $0.000033 x 2.246)"
                " = $0.00000000074"
                " by cache_read_input_token_cost"
                "; rate rounded half-even after x 2.246 from $0.000000000074118"
            )
        ]
        assert one(found, "line").facts["roundings"] == [
            {"at": "uplift", "exact_usd": "0.000000000074118"}
        ]

    def test_a_region_leaves_other_units_alone(self) -> None:
        entry = {"ocr_cost_per_page": 1e-12, "provider_specific_entry": {"us": 1.1}}
        assert told(answer(entry, Usage(page=1), region="us"), "line") == [
            "line: page: 1 x $0.000000000001 = $0.000000000001 by ocr_cost_per_page"
        ]

    def test_a_product_of_a_price_for_a_thousand_may_be_rounded(self) -> None:
        entry = {"file_search_cost_per_1k_calls": 1.5e-9, "input_cost_per_second": 2.777e-7}
        found = answer(entry, Usage(file_search=3))
        # 1,500 picodollars for 1,000: three are 4.5, half to even 4
        (line,) = told(found, "line")
        assert line == (
            "line: file_search: 3 x $0.0000000000015 = $0.000000000004"
            " by file_search_cost_per_1k_calls"
            "; product rounded half-even from $0.0000000000045"
        )
        seconds = answer(entry, Usage(input_second=Decimal("0.001")))
        # 277,700 picodollars x 0.001 = 277.7
        assert one(seconds, "line").facts["roundings"] == [
            {"at": "product", "exact_usd": "0.0000000002777"}
        ]
        assert one(seconds, "line").facts["quantity"] == Decimal("0.001")
        assert one(seconds, "line").facts["usd_per_unit"] == "0.0000002777"


class TestResponse:
    CATALOG = Catalog.load(json.dumps({"openai": {"gpt-4o": PLAIN}}))

    def chain(self, **body: Any) -> dict[str, ExplanationStep]:
        usage = {"prompt_tokens": 1000, "completion_tokens": 500, **body.pop("usage", {})}
        body = {"usage": usage, **body}
        found = quote_response(self.CATALOG, body)
        return {link.step: link for link in chain(found, reading=read_response(body))}

    def test_the_chain_begins_with_what_the_body_said(self) -> None:
        links = self.chain(
            model="gpt-4o",
            service_tier="flex",
            prompt_filter_results=[],
            usage={"total_tokens": 1700, "cost": 0.0076, "inference_geo": "us"},
        )
        assert next(iter(links)) == "response"
        assert links["response"].text == (
            "states model gpt-4o, provider azure, service flex, region us, a cost of $0.0076"
            "; not in the price: unattributed_tokens=200"
        )
        assert links["response"].facts == {
            "model": "gpt-4o",
            "provider": "azure",
            "service": "flex",
            "region": "us",
            "asked_service": "",
            "stated_service": "flex",
            "reported_usd": "0.0076",
            "signals": ["unattributed_tokens=200"],
            "flags": [],
        }
        assert links["row"].remarks == ("azure, who served the call, has no row of its own",)

    def test_a_body_may_state_nothing_but_usage(self) -> None:
        links = self.chain()
        assert links["response"].text == "states only the usage"
        assert links["response"].facts["reported_usd"] is None
        assert links["total"].text == "$0.002, the exact sum"  # the default price: 1,000 + 1,000
        assert links["row"].remarks == ()

    def test_a_row_of_the_same_seller_gets_no_remark(self) -> None:
        assert self.chain(model="gpt-4o")["row"].remarks == ()
        rows = {"openai": {"gpt-4o": {**PLAIN, "aliases": ["azure/gpt-4o"]}}}
        body = {
            "model": "gpt-4o",
            "prompt_filter_results": [],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1},
        }
        found = quote_response(Catalog.load(json.dumps(rows)), body)
        assert one(found, "row", reading=read_response(body)).remarks == ()

    @pytest.mark.parametrize(
        ("cost", "words", "difference"),
        [
            (0.0076, "; $0.0001 less than the response states", "-0.0001"),
            (0.0074, "; $0.0001 more than the response states", "0.0001"),
            (0.0075, ", as the response states", "0.00"),
            (0, "; $0.0075 more than the response states", "0.0075"),
            (
                0.007499999999,
                "; $0.000000000001 more than the response states",
                "0.000000000001",
            ),
        ],
    )
    def test_the_total_is_compared_with_the_stated_cost(
        self, cost: float, words: str, difference: str
    ) -> None:
        total = self.chain(model="gpt-4o", usage={"cost": cost})["total"]
        assert total.text == f"$0.0075, the exact sum{words}"
        assert total.remarks == tuple(filter(None, [words.partition("; ")[2]]))
        assert total.facts["difference_usd"] == difference


@pytest.mark.usefixtures("three_modes")
class TestCredits:
    def charged(self, usage: Usage, **settings: Any) -> list[str]:
        profile = Profile.read(settings, "shop")
        found = chain(answer(PLAIN, usage), profile=profile)
        return [link.text for link in found if link.step in {"client", "credits"}]

    def test_each_mode_from_the_exact_cost_to_whole_credits(self) -> None:
        # $0.0075 + 12.5% = $0.0084375, x 200 = 1.6875; 1,500 / 1,000 = 1.5
        settings = {"markup_percent": "12.5", "credits_per_dollar": 200, "tokens_per_credit": 1000}
        assert self.charged(Usage(1000, 500), **settings) == [
            "$0.0084375 = $0.0075 + 12.5%; profile shop; credits rounded once a job",
            "job_based: 1 credit; 1 credit per completed job",
            "consumption_usd: 2 credits; $0.0084375 x 200 a dollar = 1.6875, rounded up",
            "consumption_tokens: 2 credits; 1,500 tokens / 1,000 = 1.5, rounded up",
        ]

    def test_the_minimum_and_every_rounding_are_explained(self) -> None:
        settings = {"rounding": "down", "credits_per_job": 0, "tokens_per_credit": "0.5"}
        assert self.charged(Usage(1000, 500), **settings) == [
            "$0.0075; profile shop; credits rounded once a job",
            "job_based: 1 credit; 0 credits per completed job, at least 1",
            "consumption_usd: 1 credit; $0.0075 x 10 a dollar = 0.075, rounded down, at least 1",
            "consumption_tokens: 3,000 credits; 1,500 tokens / 0.5 = 3,000, rounded down",
        ]

    def test_a_repeating_decimal_is_shown_as_a_fraction(self) -> None:
        settings = {"tokens_per_credit": 7, "rounding": "half-even"}
        # 1,500 / 7 = 214 2/7
        words = self.charged(Usage(1000, 500), **settings)[-1]
        assert (
            words
            == "consumption_tokens: 214 credits; 1,500 tokens / 7 = 214 2/7, rounded half-even"
        )
        assert self.charged(Usage(3), tokens_per_credit=7)[-1].endswith("/ 7 = 3/7, rounded up")

    def test_nothing_used_costs_no_credit(self) -> None:
        assert self.charged(Usage())[1:] == [
            f"{mode}: 0 credits; nothing was used"
            for mode in ("job_based", "consumption_usd", "consumption_tokens")
        ]

    def test_the_facts_of_a_charge(self) -> None:
        profile = Profile.read({"tokens_per_credit": 7, "credits_per_job": 3}, "shop")
        found = chain(answer(PLAIN, Usage(1000, 500)), profile=profile)
        client, job, _, tokens = (link for link in found if link.step in {"client", "credits"})
        assert client.facts == {
            "profile": "shop",
            "markup_percent": "0",
            "client_cost_usd": "0.0075",
            "account": "",
            "fees_usd": "0.00",
            "rules": [],
        }
        assert (job.facts["exact_credits"], job.facts["credits"]) == ("3", 3)
        assert tokens.facts == {
            "mode": "consumption_tokens",
            "exact_credits": "1500/7",
            "rounding": "up",
            "minimum_credits": 1,
            "credits": 215,
        }


def test_the_catalog_says_when_it_was_edited() -> None:
    catalog = Catalog.load(json.dumps({"metadata": {"last_updated": "2026-11-01"}, "a": {"m": {}}}))
    link = one(quote(catalog, "m", Usage()), "catalog")
    assert link.text == f"updated 2026-11-01, sha256 {catalog.sha256}"
    assert link.facts == {"sha256": catalog.sha256, "last_updated": "2026-11-01"}


def test_a_catalog_without_bytes_has_no_hash() -> None:
    catalog = Catalog.from_values({"acme": {"m": {}}})
    assert explain(quote(catalog, "m", Usage()))[-1] == "catalog: sha256 unknown"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(1, 2**10), "0.0009765625"),
        (Fraction(1, 5**3), "0.008"),
        (Fraction(-3, 20), "-0.15"),
        (Fraction(1, 3 * 10**6), "1/3000000"),
        (Fraction(10**30, 1), "1" + "0" * 30),
    ],
)
def test_an_exact_number_keeps_every_digit(number: Fraction, text: str) -> None:
    assert exact(number) == text
    assert Fraction(text) == number
