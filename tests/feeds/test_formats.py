"""Each published price list by a small sample, its prices worked out from its own units."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricectl.core.catalog import MAX_MODELS
from pricectl.core.entries import MAX_NAME
from pricectl.feeds import pi_ai
from pricectl.feeds.feed import (
    BAD_NAME,
    BAD_SELLER,
    REPEATED_KEY,
    REPEATED_NAME,
    REPEATED_OTHERWISE,
    Feed,
    FeedError,
    FeedOrigin,
    read_feed,
)
from pricectl.feeds.formats import FORMATS

HERE = FeedOrigin("here")

LITELLM = {
    "sample_spec": {"litellm_provider": "one of ...", "input_cost_per_token": 0.0},
    "gpt-4o": {
        "litellm_provider": "openai",
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "regional_processing_uplift_multiplier_eu": 1.1,
        "max_input_tokens": 128000,
        "deprecation_date": "2027-01-31",
        "successor_model": "gpt-5",
        "supports_vision": True,
    },
    "openai/o3": {"litellm_provider": "openai", "input_cost_per_token": 2e-06},
    "vertex_ai/claude-x": {
        "litellm_provider": "vertex_ai-anthropic_models",
        "input_cost_per_token": 3e-06,
    },
    "gpt-4o-latest": {"litellm_provider": "openai", "alias_of": "gpt-4o"},
    "no-seller": {"input_cost_per_token": 1e-06},
    "no-row": 7,
}
GENAI_PRICES = [
    {
        "id": "openai",
        "models": [
            {
                "id": "gpt-5",
                "match": {"or": [{"equals": "gpt-5"}, {"starts_with": "gpt-5-2025"}]},
                "context_window": 400000,
                "prices": {
                    "input_mtok": {"base": 1.25, "tiers": [{"start": 272000, "price": 2.5}]},
                    "output_mtok": 10,
                    "cache_read_mtok": 0.125,
                    "web_searches_kcount": 10,
                    "made_up_unit": 4,
                },
                "price_variants": [
                    {"when": {"service_tier": "flex"}, "prices": {"input_mtok": 0.625}},
                    {"when": {"route": "somewhere"}, "prices": {"input_mtok": 9}},
                ],
            },
            {"id": "without", "match": {"equals": "without"}, "prices": {}},
            {
                "id": "whisper",
                "match": {"equals": "whisper"},
                "prices": {"audio_hours": 0.36},
            },
        ],
    },
    {
        "id": "deepseek",
        "models": [
            {
                "id": "deepseek-chat",
                "match": {"equals": "deepseek-chat"},
                "prices": [
                    {"prices": {"input_mtok": 0.27}},
                    {
                        "constraint": {"start_date": "2026-09-05"},
                        "prices": {"input_mtok": 0.56},
                    },
                    {
                        "constraint": {
                            "start_date": "2027-01-01",
                        },
                        "prices": {"input_mtok": 0.60},
                    },
                ],
            }
        ],
    },
    {
        "id": "huggingface_together",
        "models": [
            {"id": "o/m", "match": {"equals": "o/m"}, "prices": {"input_mtok": 1}},
        ],
    },
    {
        "id": "openrouter",
        "models": [{"id": "o/m", "match": {"equals": "o/m"}, "prices": {"input_mtok": 1}}],
    },
]
GENAI_PACKAGE = """
from decimal import Decimal
from .types import *
providers: list[Provider] = [
    Provider(
        id='openai',
        name='OpenAI',
        models=[
            ModelInfo(
                id='gpt-5',
                match=ClauseOr(or_=[ClauseEquals(equals='gpt-5')]),
                prices=ModelPrice(
                    input_mtok=TieredPrices(
                        base=Decimal('1.25'), tiers=[Tier(start=272000, price=Decimal('2.5'))]
                    ),
                    output_mtok=Decimal('10'),
                ),
            ),
            ModelInfo(
                id='dated',
                prices=[
                    ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('1'))),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=date(2026, 9, 5)),
                        prices=ModelPrice(input_mtok=Decimal('2')),
                    ),
                ],
            ),
        ],
    ),
]
"""
MODELS_DEV = {
    "openai": {
        "models": {
            "gpt-5": {
                "cost": {
                    "input": 1.25,
                    "output": 10,
                    "cache_read": 0.125,
                    "tiers": [{"input": 2.5, "output": 15, "tier": {"size": 272000}}],
                    "context_over_200k": {"input": 99},
                },
                "limit": {"context": 400000, "input": 272000, "output": 128000},
                "last_updated": "2026-06-30",
            },
            "gift": {"limit": {"context": 1000}},
        }
    },
    "zai-coding-plan": {"models": {"glm": {"cost": {"input": 0}, "limit": {}}}},
    "google-vertex-anthropic": {
        "models": {"claude-x@20260101": {"cost": {"input": 3}, "last_updated": "2026-01-02"}}
    },
    "amazon-bedrock": {"models": {"eu.amazon.nova-pro-v1:0": {"cost": {"input": 0.92}}}},
    "openrouter": {"models": {"openai/gpt-5": {"cost": {"input": 1.25}, "limit": {}}}},
}
LLM_PRICES = {
    "updated_at": "2026-08-05",
    "prices": [
        {"id": "gpt-5", "vendor": "openai", "input": 1.25, "output": 10, "input_cached": 0.125},
        {"id": "gemini-x", "vendor": "google", "input": 1.25, "output": 10, "input_cached": None},
        {"id": "gemini-x-200k", "vendor": "google", "input": 2.5, "output": 15},
        {"id": "nobody"},
    ],
}
LLM_PRICES_VENDOR = {
    "vendor": "openai",
    "models": [
        {
            "id": "o3",
            "price_history": [
                {"input": 2, "output": 8, "from_date": "2025-06-10", "to_date": None},
                {"input": 10, "output": 40, "from_date": None, "to_date": "2025-06-10"},
            ],
        }
    ],
}
OPENROUTER = {
    "data": [
        {
            "id": "openai/gpt-5",
            "canonical_slug": "openai/gpt-5-2025-08-07",
            "context_length": 400000,
            "top_provider": {"max_completion_tokens": 128000},
            "pricing": {
                "prompt": "0.00000125",
                "completion": "0.00001",
                "input_cache_read": "0.000000125",
                "web_search": "0.01",
                "image": "0",
                "discount": "0",
            },
        },
        {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "broken", "pricing": {"prompt": "one"}},
        {"id": "no-prices"},
    ]
}
MODEL_PRICES = {
    "updated_at": "2026-10-26T18:46:35Z",
    "models_dev": {"commit": "4a77c90"},
    "prices": {
        "openai": {
            "gpt-5.6-sol": {
                "standard": [
                    {
                        "start": None,
                        "rates": {
                            "input": 5,
                            "output": 30,
                            "valid_from_basis": "models.dev commit",
                        },
                    },
                    {
                        "start": "2026-08-21T00:00:00Z",
                        "rates": {
                            "input": 4,
                            "output": 20,
                            "cache_write": 5,
                            "cache_write_1h_multiple": 2.5,
                            "tiers": [{"above": 272000, "input": 8, "cache_write": 10}],
                            "valid_from_basis": "documented",
                        },
                    },
                ],
                "batch": [{"start": "2026-08-21T00:00:00Z", "rates": {"input": 2, "output": 10}}],
                "somewhere": [{"start": None, "rates": {"input": 1}}],
            }
        },
        "anthropic": {
            "claude-x": {
                "standard": [
                    {
                        "start": None,
                        "rates": {
                            "input": 3,
                            "output": 15,
                            "cache_write": 3.75,
                            "cache_write_1h_multiple": 2.0,
                            "valid_from_basis": "models.dev commit",
                        },
                    }
                ]
            }
        },
    },
}
PI_AI = pi_ai.in_one(
    json.dumps({"schemaVersion": 6, "generatedAt": "2026-11-10T12:05:37.628Z"}).encode(),
    {
        "openai": json.dumps(
            {
                "openai-responses": {
                    "chat:gpt-5": {
                        "id": "gpt-5",
                        "type": "chat",
                        "cost": {
                            "input": 1.25,
                            "output": 10,
                            "cacheRead": 0.125,
                            "cacheWrite": 0,
                            "tiers": [{"inputTokensAbove": 272000, "input": 2.5, "output": 15}],
                        },
                        "contextWindow": 400000,
                        "maxTokens": 128000,
                    },
                    "classifier:x": {"id": "x", "type": "classifier", "cost": {"input": 0.1}},
                    "chat:free": {"id": "free", "cost": {"input": 0, "output": 0}},
                    "chat:broken": {"id": 3},
                }
            }
        ).encode()
    },
)


def read(document: Any, name: str = "", **origin: str) -> Feed:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_feed(data, FeedOrigin("here", **origin), name)


def usd(feed: Feed, row: str) -> dict[str, str]:
    """The own prices of a row, in USD per unit."""
    prices = feed.catalog.by_full_name[row].prices
    return {
        key: f"{Decimal(pico).scaleb(-12).normalize():f}" for pico, key in prices.rates.values()
    }


def test_a_row_of_litellm_keeps_its_keys_under_its_seller() -> None:
    feed = read(LITELLM, date="2026-11-24")
    assert (feed.name, feed.date) == ("litellm", "2026-11-24")
    assert {model.full_name for model in feed.catalog.models} == {
        "openai/gpt-4o",
        "openai/o3",
        "vertex/claude-x",
    }
    own = feed.catalog.by_full_name["openai/gpt-4o"]
    assert usd(feed, "openai/gpt-4o") == {
        "input_cost_per_token": "0.0000025",
        "output_cost_per_token": "0.00001",
    }
    assert own.aliases == ("gpt-4o-latest",)
    assert own.prices.uplifts == {"eu": Decimal("1.1")}
    assert own.entry["deprecation_date"] == "2027-01-31"
    assert own.entry["successor"] == "gpt-5"
    assert "supports_vision" not in own.entry
    assert feed.skipped == {
        "explains the format": 1,
        "another name of a row": 1,
        "no litellm_provider": 1,
        "not an object": 1,
    }


def test_prices_of_genai_prices_are_per_million_and_per_thousand() -> None:
    feed = read(GENAI_PRICES)
    assert (feed.name, feed.date) == ("genai-prices", "")
    assert usd(feed, "openai/gpt-5") == {
        "input_cost_per_token": "0.00000125",
        "input_cost_per_token_above_272k_tokens": "0.0000025",
        "output_cost_per_token": "0.00001",
        "cache_read_input_token_cost": "0.000000125",
        "input_cost_per_token_flex": "0.000000625",
        # 10 dollars for a thousand searches
        "search_context_cost_per_query.search_context_size_low": "0.01",
        "search_context_cost_per_query.search_context_size_medium": "0.01",
        "search_context_cost_per_query.search_context_size_high": "0.01",
    }
    assert feed.catalog.by_full_name["openai/gpt-5"].aliases == ("gpt-5-2025",)
    # 0.36 an hour is 0.0001 a second
    assert usd(feed, "openai/whisper") == {"input_cost_per_second": "0.0001"}
    assert feed.skipped == {"no prices": 1}
    assert feed.unread == {"made_up_unit is not a known unit": 1, "prices when route=somewhere": 1}


def test_dated_prices_begin_on_their_day() -> None:
    feed = read(GENAI_PRICES)
    lists = feed.catalog.by_full_name["deepseek/deepseek-chat"].price_lists
    inputs = [(prices.period, prices.rates["input", 0, ""][0]) for prices in lists]
    assert inputs == [("", 270_000), ("from 2026-09-05", 560_000), ("from 2027-01-01", 600_000)]


def test_a_provider_that_copies_another_list_has_no_vote_of_its_own() -> None:
    feed = read(GENAI_PRICES)
    assert feed.vote("openai/gpt-5") == "genai-prices"
    assert feed.vote("huggingface_together/o/m") == "huggingface"
    assert feed.vote("openrouter/o/m") == "openrouter"
    assert feed.copied_lists == ("huggingface", "openrouter")


def test_the_python_package_of_genai_prices_is_read_and_not_run(tmp_path: Path) -> None:
    feed = read(GENAI_PACKAGE.encode(), version="0.2.3")
    assert (feed.name, feed.age_name) == ("genai-prices", "genai-prices 0.2.3")
    assert usd(feed, "openai/gpt-5") == {
        "input_cost_per_token": "0.00000125",
        "input_cost_per_token_above_272k_tokens": "0.0000025",
        "output_cost_per_token": "0.00001",
    }
    assert [prices.period for prices in feed.catalog.by_full_name["openai/dated"].price_lists] == [
        "",
        "from 2026-09-05",
    ]
    hostile = f"{GENAI_PACKAGE}\nopen({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"
    assert len(read(hostile.encode()).catalog.models) == len(feed.catalog.models)
    assert not (tmp_path / "ran").exists()
    with pytest.raises(FeedError, match="cut off"):
        read(GENAI_PACKAGE[:-40].encode())


def test_tiers_of_models_dev_are_read_and_its_summary_of_them_is_not() -> None:
    feed = read(MODELS_DEV)
    assert (feed.name, feed.date) == ("models.dev", "2026-06-30")
    assert usd(feed, "openai/gpt-5") == {
        "input_cost_per_token": "0.00000125",
        "input_cost_per_token_above_272k_tokens": "0.0000025",
        "output_cost_per_token": "0.00001",
        "output_cost_per_token_above_272k_tokens": "0.000015",
        "cache_read_input_token_cost": "0.000000125",
    }
    entry = feed.catalog.by_full_name["openai/gpt-5"].entry
    assert (entry["max_input_tokens"], entry["max_output_tokens"]) == (272000, 128000)
    assert "vertex/claude-x@20260101" in feed.catalog.by_full_name
    assert "bedrock/eu.amazon.nova-pro-v1:0" in feed.catalog.by_full_name
    assert feed.vote("openrouter/openai/gpt-5") == "openrouter"
    assert feed.skipped == {"no cost": 1, "sold by subscription": 1}


def test_a_larger_context_of_llm_prices_is_a_tier_of_its_model() -> None:
    feed = read(LLM_PRICES)
    assert (feed.name, feed.date) == ("llm-prices", "2026-08-05")
    assert usd(feed, "google/gemini-x") == {
        "input_cost_per_token": "0.00000125",
        "input_cost_per_token_above_200k_tokens": "0.0000025",
        "output_cost_per_token": "0.00001",
        "output_cost_per_token_above_200k_tokens": "0.000015",
    }
    cached = usd(feed, "openai/gpt-5")["cache_read_input_token_cost"]
    assert cached == "0.000000125"
    assert feed.skipped == {"a larger context of another row": 1, "no id or vendor": 1}


def test_a_vendors_file_of_llm_prices_has_a_history() -> None:
    feed = read(LLM_PRICES_VENDOR)
    lists = feed.catalog.by_full_name["openai/o3"].price_lists
    inputs = [(prices.period, prices.rates["input", 0, ""][0]) for prices in lists]
    assert inputs == [("", 10_000_000), ("from 2025-06-10", 2_000_000)]


def test_prices_of_openrouter_are_texts() -> None:
    feed = read(OPENROUTER)
    assert usd(feed, "openrouter/openai/gpt-5") == {
        "input_cost_per_token": "0.00000125",
        "output_cost_per_token": "0.00001",
        "cache_read_input_token_cost": "0.000000125",
        "search_context_cost_per_query.search_context_size_low": "0.01",
        "search_context_cost_per_query.search_context_size_medium": "0.01",
        "search_context_cost_per_query.search_context_size_high": "0.01",
    }
    assert feed.catalog.by_full_name["openrouter/openai/gpt-5"].aliases == (
        "openai/gpt-5-2025-08-07",
    )
    assert feed.skipped == {"priced call by call": 1, "no id or no pricing": 1}
    assert feed.unread == {"pricing.discount": 1, "pricing.prompt": 1}


def test_a_long_cache_write_of_openai_lives_twelve_hours() -> None:
    feed = read(MODEL_PRICES)
    assert (feed.name, feed.date) == ("model-prices", "2026-10-26")
    (*_, now) = feed.catalog.by_full_name["openai/gpt-5.6-sol"].price_lists
    prices = {key: pico for pico, key in now.rates.values()}
    # 2.5 times 4, 8 dollars per 1M
    assert prices["cache_creation_input_token_cost_above_12hr"] == 10_000_000
    assert prices["cache_creation_input_token_cost_above_12hr_above_272k_tokens"] == 20_000_000
    assert "cache_creation_input_token_cost_above_1hr" not in prices
    assert prices["input_cost_per_token_batches"] == 2_000_000
    # the one-hour write of Anthropic is twice 3
    written = usd(feed, "anthropic/claude-x")["cache_creation_input_token_cost_above_1hr"]
    assert written == "0.000006"
    assert feed.unread == {"service somewhere": 1}


def test_a_price_that_model_prices_read_on_the_sellers_page_is_its_own_word() -> None:
    feed = read(MODEL_PRICES)
    assert feed.vote("openai/gpt-5.6-sol") == "model-prices"
    assert feed.vote("anthropic/claude-x") == "models.dev"


def test_pi_ai_is_a_copy_of_models_dev() -> None:
    feed = read(PI_AI)
    assert (feed.name, feed.date, feed.copied_lists) == ("pi-ai", "2026-11-10", ("models.dev",))
    assert usd(feed, "openai/gpt-5") == {
        "input_cost_per_token": "0.00000125",
        "input_cost_per_token_above_272k_tokens": "0.0000025",
        "output_cost_per_token": "0.00001",
        "output_cost_per_token_above_272k_tokens": "0.000015",
        "cache_read_input_token_cost": "0.000000125",
    }
    assert feed.skipped == {
        "not a chat model": 1,
        "sold by subscription or free": 1,
        "no id or no cost": 1,
    }


SAMPLES = {
    "litellm": LITELLM,
    "genai-prices": GENAI_PRICES,
    "models.dev": MODELS_DEV,
    "llm-prices": LLM_PRICES,
    "openrouter": OPENROUTER,
    "model-prices": MODEL_PRICES,
    "pi-ai": PI_AI,
}


def test_every_format_has_a_sample() -> None:
    assert SAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_list_is_recognised_and_named_as_it_is(name: str) -> None:
    assert read(SAMPLES[name]).name == name
    assert read(SAMPLES[name], name).name == name
    other = next(one for one in SAMPLES if one != name)
    with pytest.raises(FeedError, match=f"not the price list {other}"):
        read(SAMPLES[name], other)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_row_of_a_list_disappears_in_silence(name: str) -> None:
    feed = read(SAMPLES[name])
    rows = {"litellm": 7, "genai-prices": 6, "models.dev": 6, "llm-prices": 4, "openrouter": 4}
    rows |= {"model-prices": 2, "pi-ai": 4}
    read_rows = len(feed.catalog.models) + sum(feed.skipped.values())
    assert read_rows == rows[name]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_list_that_is_cut_off_is_refused(name: str, share: float) -> None:
    sample = SAMPLES[name]
    data = sample if isinstance(sample, bytes) else json.dumps(sample).encode()
    with pytest.raises(FeedError, match="cut off"):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"\n<html><body>log in", "a web page"),
        (b"{}", "not a known price list"),
        (b"[]", "not a known price list"),
        (b"null", "not a known price list"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * 100_000, "deep"),
        (b'{"gpt-4o": {"litellm_provider": "openai"}}', "no row of litellm has a price"),
        (b'{"data": [{"id": "a", "pricing": {"prompt": "-1"}}]}', "no row of openrouter"),
    ],
)
def test_what_is_not_a_price_list_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read(data)


def test_a_list_with_too_many_models_is_refused() -> None:
    row = {"litellm_provider": "x", "input_cost_per_token": 1}
    with pytest.raises(FeedError, match="more than 20,000 models"):
        read({f"m{number}": row for number in range(MAX_MODELS + 1)})


def test_a_key_that_stands_twice_is_told_and_the_last_counts() -> None:
    rows = [
        json.dumps({"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": price}})[1:-1]
        for price in (1e-06, 2e-06)
    ]
    feed = read(f"{{{', '.join(rows)}}}".encode())
    assert usd(feed, "openai/gpt-4o") == {"input_cost_per_token": "0.000002"}
    assert feed.unread == {REPEATED_KEY: 1}


def test_of_rows_with_one_name_the_first_stays_and_the_other_is_counted() -> None:
    row = {"litellm_provider": "openai", "input_cost_per_token": 1e-06}
    other = {**row, "input_cost_per_token": 2e-06}
    feed = read({"a": row, "openai/a": row, "b": row, "openai/b": other})
    assert usd(feed, "openai/b") == {"input_cost_per_token": "0.000001"}
    assert feed.skipped == {REPEATED_NAME: 1, REPEATED_OTHERWISE: 1}


def test_names_that_no_catalog_can_have_are_counted() -> None:
    row = {"litellm_provider": "openai", "input_cost_per_token": 1e-06}
    rows = {"ok": row, "": row, "x" * (MAX_NAME + 1): row}
    rows["y"] = {**row, "litellm_provider": "metadata"}
    feed = read(rows)
    assert [model.name for model in feed.catalog.models] == ["ok"]
    assert feed.skipped == {BAD_NAME: 2, BAD_SELLER: 1}


@pytest.mark.parametrize(
    "value", ["true", '"2e-06"', "-1", "NaN", "1e400", "[]", "{}", "null", "9" * 5000]
)
def test_a_value_that_is_not_a_price_is_left_out_and_the_row_stays(value: str) -> None:
    text = json.dumps({"o": {"models": {"m": {"cost": {"input": "?", "output": 8}, "limit": {}}}}})
    feed = read(text.replace('"?"', value).encode())
    assert usd(feed, "o/m") == {"output_cost_per_token": "0.000008"}
    assert feed.unread == ({} if value == "null" else {"input is not a price": 1})


def test_a_module_that_would_fill_the_memory_is_refused() -> None:
    data = b"providers: list[Provider] = [" + b"0," * 1_000_000 + b"]"
    with pytest.raises(FeedError, match="too large for the data of genai-prices"):
        read_feed(data, FeedOrigin("here"))


def test_a_row_in_another_currency_is_left_out_and_counted() -> None:
    row = {"litellm_provider": "openai", "input_cost_per_token": 1e-05}
    rows = {"a": row, "b": {**row, "currency": "CNY"}, "c": {**row, "currency": "usd"}}
    feed = read_feed(json.dumps(rows).encode(), FeedOrigin("here"))
    assert sorted(model.name for model in feed.catalog.models) == ["a", "c"]
    assert feed.skipped == {"priced in another currency": 1}


def test_a_list_in_another_currency_is_refused() -> None:
    price = {"id": "m", "vendor": "openai", "input": 1, "output": 2}
    text = json.dumps({"currency": "CNY", "prices": [price]})
    with pytest.raises(FeedError, match="no row of llm-prices has a price"):
        read_feed(text.encode(), FeedOrigin("here"))
