"""Which row answers for a reading: by seller, region, day and price."""

import json
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, find, quote, trace
from pricectl.core.lookup import name_parts
from pricectl.core.model import Model


def entry(usd_per_mtok: float, *aliases: str, **more: Any) -> dict[str, Any]:
    row = {"input_cost_per_token": usd_per_mtok / 10**6, **more}
    return {**row, "aliases": list(aliases)} if aliases else row


ROWS = {
    "openai": {
        "gpt-5": entry(
            1, "gpt-5-2025-08-07", "azure/gpt-5", regional_processing_uplift_multiplier_eu=1.1
        ),
        "gpt-4o": entry(2.5, "gpt-4o-2024-08-06", input_cost_per_token_batches=1.25e-6),
        "gpt-3.5-turbo": entry(0.5),
        "magi-small": entry(0.5, retired=True),
        "ft:gpt-4o-2024-08-06": entry(3.75),
        "dated": entry(5, "azure/dated", "azure/dated-2025-11-13"),
        "counted-001": entry(2),
        "twice": entry(9),
        "twice-preview": entry(8),
    },
    "mistral": {"deepseek-v9": entry(3)},
    "xai": {"twice-preview": entry(7)},
    "anthropic": {"claude-x": entry(3, provider_specific_entry={"us": 1.1})},
    "deepseek": {"deepseek-v3.2": entry(0.28)},
    "cohere": {"command-r-plus-08-2024": entry(2.5, "command-r-plus")},
    "qwen": {"qwen3-max": entry(1.2, litellm_provider="dashscope"), "qwen-7": entry(1)},
    "bedrock": {
        "us.anthropic.claude-x": entry(3.3),
        "meta.llama3-8b-v1:0": entry(0.3),
        "us-gov.meta.llama3-8b-v1:0": entry(0.36),
        "eu.meta.llama3-8b-v1:0": entry(0.4),
        "global.xai.grok-9": entry(2),
        "jp.xai.grok-8": entry(2),
        "amazon.titan-text-v1": entry(0.1),
    },
    "azure": {
        "azure/us/only-us": entry(7),
        "azure/eu/dated": entry(6),
        "azure/listed": entry(3),
        "azure_ai/listed": entry(4),
        "azure_ai/shared": entry(5, input_cost_per_token_flex=1e-6),
    },
    "fireworks": {
        "deepseek-r1": entry(3),
        "glm-5p3": entry(1.4),
        "fireworks-ai-above-16b": entry(0.9),
        "shared": entry(5),
    },
    "together": {
        "together/free-1": entry(0, free=True),
        "together/shared": entry(5),
        "together/two": entry(1),
    },
    "groq": {"groq/two": entry(2)},
}
CATALOG = Catalog.load(json.dumps(ROWS))


@pytest.mark.parametrize(
    ("name", "row", "flags", "micro_usd"),
    [
        ("gpt-5-latest", "openai/gpt-5", (), 1_000_000),
        ("azure/eu/gpt-5", "openai/gpt-5", ("other-seller",), 1_100_000),
        ("azure/global/gpt-5", "openai/gpt-5", (), 1_000_000),
        ("azure/only-us", "default/default", (), 1_000_000),
        ("azure/eu/only-us", "azure/azure/us/only-us", ("missing-region",), 7_000_000),
        ("openai/gpt-4o:batch", "openai/gpt-4o", (), 1_250_000),
        ("gpt-4o-2024-05-13", "default/default", (), 1_000_000),
        # A newer snapshot than the row lists may have another price.
        ("gpt-4o-2024-11-20", "openai/gpt-4o", ("unpriced-variant",), 2_500_000),
        # What is the latest of a retired model may be another one, at another price.
        ("magi-small-latest", "openai/magi-small", ("unpriced-variant",), 500_000),
        ("azure/gpt-35-turbo", "openai/gpt-3.5-turbo", ("other-seller",), 500_000),
        ("ft:gpt-4o-2024-08-06:acme::id", "openai/ft:gpt-4o-2024-08-06", (), 3_750_000),
        ("ft:gpt-4o:acme::id", "openai/ft:gpt-4o-2024-08-06", (), 3_750_000),
        ("ft:gpt-4o-2024-08-06:my/team::id", "openai/ft:gpt-4o-2024-08-06", (), 3_750_000),
        ("openai/ft:gpt-4o-2024-08-06:acme::id", "openai/ft:gpt-4o-2024-08-06", (), 3_750_000),
        (
            "azure/ft:gpt-4o-2024-08-06:acme::id",
            "openai/ft:gpt-4o-2024-08-06",
            ("other-seller",),
            3_750_000,
        ),
        ("nobody/ft:gpt-4o-2024-08-06:acme::id", "default/default", (), 1_000_000),
        ("ft:gpt-5:acme::id", "openai/gpt-5", ("unpriced-variant",), 1_000_000),
        ("ft:nobody:acme::id", "default/default", (), 1_000_000),
        ("anthropic/claude-x:thinking", "anthropic/claude-x", ("unpriced-variant",), 3_000_000),
        ("anthropic.claude-x", "bedrock/us.anthropic.claude-x", ("missing-region",), 3_300_000),
        ("bedrock/us-east-1/anthropic.claude-x", "bedrock/us.anthropic.claude-x", (), 3_300_000),
        ("eu.anthropic.claude-x", "bedrock/us.anthropic.claude-x", ("missing-region",), 3_300_000),
        ("bedrock/us-west-2/meta.llama3-8b-v1:0", "bedrock/meta.llama3-8b-v1:0", (), 300_000),
        ("bedrock/us-gov-west-1/meta.llama3-8b", "bedrock/us-gov.meta.llama3-8b-v1:0", (), 360_000),
        (
            "bedrock/eu-west-1/meta.llama3-8b-v1:0",
            "bedrock/eu.meta.llama3-8b-v1:0",
            ("missing-region",),
            400_000,
        ),
        ("global.meta.llama3-8b-v1:0", "bedrock/meta.llama3-8b-v1:0", ("missing-region",), 300_000),
        ("xai.grok-9", "bedrock/global.xai.grok-9", ("missing-region",), 2_000_000),
        ("xai.grok-8", "bedrock/jp.xai.grok-8", ("missing-region",), 2_000_000),
        (
            (
                "bedrock/converse/arn:aws:bedrock:us-gov-west-1:1:inference-profile/"
                "us-gov.meta.llama3-8b-v1:0"
            ),
            "bedrock/us-gov.meta.llama3-8b-v1:0",
            (),
            360_000,
        ),
        (
            "bedrock/arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
            "default/default",
            (),
            1_000_000,
        ),
        # The region's row has no day in its names; the row that has the day is another region's.
        ("azure/eu/dated-2025-11-13", "azure/azure/eu/dated", (), 6_000_000),
        ("azure/us/dated-2025-11-13", "openai/dated", ("other-seller",), 5_000_000),
        ("azure/us/eu/dated", "default/default", (), 1_000_000),
        # azure/ and azure_ai/ are one seller with two price lists.
        ("azure/global/listed", "azure/azure/listed", (), 3_000_000),
        ("azure_ai/listed-high", "azure/azure_ai/listed", (), 4_000_000),
        # A name that two rows price differently is not answered by a part of it.
        ("twice-preview", "default/default", (), 1_000_000),
        # Another counted revision is another model.
        ("counted-002", "default/default", (), 1_000_000),
        ("counted", "openai/counted-001", (), 2_000_000),
        ("counted-001-high", "openai/counted-001", (), 2_000_000),
        # The maker's name decides which row answers.
        ("bedrock/cohere.llama3-8b-v1:0", "default/default", (), 1_000_000),
        ("publishers/acme/models/gpt-5", "default/default", (), 1_000_000),
        # Mistral sells models of other makers, too.
        ("deepseek-v9", "mistral/deepseek-v9", ("other-seller",), 3_000_000),
        ("deepseek-v9-high", "mistral/deepseek-v9", ("other-seller",), 3_000_000),
        ("mistral/deepseek-v9", "mistral/deepseek-v9", (), 3_000_000),
        ("counted-001:latest", "default/default", ("local-model",), 1_000_000),
        # v1:0 is the first revision, the maker's row a later one.
        ("cohere.command-r-plus-v1:0", "default/default", (), 1_000_000),
        ("amazon.titan-text-v2:0", "default/default", (), 1_000_000),
        ("deepseek-r1", "fireworks/deepseek-r1", ("other-seller",), 3_000_000),
        ("deepseek/deepseek-r1:free", "default/default", (), 1_000_000),
        ("deepseek-ai/deepseek-r1", "fireworks/deepseek-r1", ("other-seller",), 3_000_000),
        ("together_ai/deepseek-r1", "default/default", (), 1_000_000),
        ("glm-5p3", "fireworks/glm-5p3", (), 1_400_000),
        ("fireworks_ai/glm-5p3-fast", "fireworks/glm-5p3", ("unpriced-variant",), 1_400_000),
        ("bedrock/ap-east-2/xai.grok-8", "bedrock/jp.xai.grok-8", ("missing-region",), 2_000_000),
        (
            "accounts/fireworks/models/llama-34b",
            "fireworks/fireworks-ai-above-16b",
            ("size-class",),
            900_000,
        ),
        ("accounts/fireworks/models/llama-8x7b", "default/default", (), 1_000_000),
        ("vendor/shared", "default/default", (), 1_000_000),
        ("openrouter/shared", "fireworks/shared", ("other-seller",), 5_000_000),
        ("openrouter/two", "default/default", (), 1_000_000),
        ("openrouter/free-1", "default/default", (), 1_000_000),
        ("qwen/qwen3-max", "qwen/qwen3-max", ("other-seller",), 1_200_000),
        ("qwen/qwen-7", "qwen/qwen-7", (), 1_000_000),
        ("dashscope/qwen3-max", "qwen/qwen3-max", (), 1_200_000),
        ("ollama/deepseek-r1", "default/default", ("local-model",), 1_000_000),
        ("deepseek-r1:14b", "default/default", ("local-model",), 1_000_000),
    ],
)
def test_a_name_is_charged(name: str, row: str, flags: tuple[str, ...], micro_usd: int) -> None:
    found = quote(CATALOG, name, Usage(1_000_000))
    match = found.match
    assert (match.model.full_name, match.flags) == (row, flags)
    assert found.pico_usd == micro_usd * 10**6
    assert match.is_plain == (match.is_own_row and not flags)


def test_a_region_at_the_end_of_a_name_is_the_quotes_region() -> None:
    found = quote(CATALOG, "accounts/fireworks/routers/glm-5p3-us", Usage(1))
    assert (found.region, found.missing_region, found.match.ignored) == (
        "us",
        True,
        ("accounts/fireworks/routers/",),
    )


def test_a_region_without_a_factor_is_flagged_by_the_quote() -> None:
    found = quote(CATALOG, "azure/eu/gpt-4o", Usage(1))
    assert (found.region, found.missing_region) == ("eu", True)
    # What the caller says goes before the name.
    assert quote(CATALOG, "azure/eu/gpt-5", Usage(1), region="us").region == "us"
    assert quote(CATALOG, "openai/gpt-4o:batch", Usage(1), service="flex").service == "flex"


def test_what_is_set_aside_around_a_fine_tuned_model_is_two_parts() -> None:
    match = find(CATALOG, "openai/ft:gpt-4o-2024-08-06:Acme:my/team:x")
    assert match.ignored == ("openai/", ":Acme:my/team:x")


def test_the_trace_says_why_no_row_answers() -> None:
    def why(name: str) -> str:
        return trace(CATALOG, name)[3].why

    assert "never answers for an older generation" in why("gpt-4o-2024-05-13")
    assert "may be another generation" in why("cohere.command-r-plus-v1:0")
    assert "fits rows with different prices" in why("openrouter/two")
    assert "is free" in why("openrouter/free-1")
    assert "local server" in why("ollama/m")


def test_each_part_of_a_name_is_told() -> None:
    def parts(name: str) -> list[tuple[str, str]]:
        return [(it.text, it.kind) for it in name_parts(CATALOG, find(CATALOG, name))]

    assert parts("gpt-5") == [("gpt-5", "model")]
    assert parts("azure/eu/GPT-5-high") == [
        ("azure/", "platform"),
        ("eu/", "region"),
        ("gpt-5", "model"),
        ("-high", "effort"),
    ]
    assert parts("ft:gpt-4o-2024-08-06:acme") == [
        ("ft:gpt-4o-2024-08-06", "model"),
        (":acme", "path"),
    ]
    assert parts("x-nobody-latest") == [("x-nobody", "model"), ("-latest", "revision")]


def test_an_index_that_is_built_at_once_reads_each_row_once_and_answers_the_same() -> None:
    passed: list[Model] = []

    def watched(rows: Iterable[Model]) -> Iterator[Model]:
        for row in rows:
            passed.append(row)
            yield row

    catalog = Catalog.load(json.dumps(ROWS))
    assert catalog.with_index(watched) is catalog
    assert passed == list(catalog.models)
    for name in ("azure/eu/GPT-5-high", "together/nobody", "ft:gpt-4o-2024-08-06:acme"):
        by_both = find(catalog, name), find(CATALOG, name)
        assert len({(it.model.full_name, it.how, it.flags) for it in by_both}) == 1


def test_a_part_of_a_name_never_answers_where_the_sellers_prices_for_the_name_differ() -> None:
    rows = {"azure/both-preview": entry(3), "azure_ai/both-preview": entry(4)}
    catalog = Catalog.load(json.dumps({"azure": {**rows, "azure/both": entry(5)}}))
    match = find(catalog, "azure_text/both-preview")
    assert match.is_guess
    assert trace(catalog, "azure_text/both-preview")[3].why == (
        "'both-preview' fits rows with different prices"
    )
    assert find(catalog, "azure_text/both").model.full_name == "azure/azure/both"


def test_neither_order_nor_an_unrelated_row_changes_an_answer() -> None:
    names = [name for rows in ROWS.values() for name in rows]
    names += [f"{section}/{name}" for section, rows in ROWS.items() for name in rows]
    names += ["azure/eu/gpt-5", "deepseek-r1", "gpt-4o-latest", "xai.grok-9"]
    before = {name: find(CATALOG, name) for name in names}
    rng = random.Random(17)  # noqa: S311 - test data
    for _ in range(10):
        sections = {
            section: dict(rng.sample([*rows.items()], len(rows)))
            for section, rows in rng.sample([*ROWS.items()], len(ROWS))
        }
        sections["together"]["another-model"] = entry(9)
        catalog = Catalog.load(json.dumps(sections))
        for name, match in before.items():
            again = find(catalog, name)
            assert again.model.full_name == match.model.full_name
            assert again[1:] == match[1:]


def test_a_day_before_every_row_of_the_model_is_an_older_generation() -> None:
    rows = {"azure": {"azure/m": entry(2), "azure/m-2024-08-06": entry(2.5)}}
    catalog = Catalog.load(json.dumps(rows))
    assert find(catalog, "azure/m-2024-05-13").how == "default"
    assert find(catalog, "azure/m-2024-11-20").model.name == "azure/m"


def test_a_new_row_of_a_reseller_does_not_change_the_answer_of_the_maker() -> None:
    rows = {"deepseek": {"m": entry(1)}, "together": {"m": entry(2)}}
    assert find(Catalog.load(json.dumps(rows)), "m").model.full_name == "deepseek/m"
