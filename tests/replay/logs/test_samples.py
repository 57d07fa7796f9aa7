"""The readers on files that the released software wrote itself, where they are at hand."""

import pytest

from pricectl.replay.logs.spans import CACHE_MISSING, CACHE_UNTOLD
from tests.replay.logs.conftest import SAMPLES, Reader
from tests.replay.logs.test_ten_things import CLAUDE_COUNTS, OPENAI_COUNTS

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
GEMINI_COUNTS = {"input": 50_000, "cache_read": 200_000, "output": 100, "reasoning": 900}
SEARCHED = CLAUDE_COUNTS | {"search": 2}


@pytest.mark.parametrize(
    "name",
    [
        "litellm_spendlogs/spendlogs.jsonl",
        "litellm_spendlogs/spendlogs_postgres_copy.csv",
        "litellm_slp/standard_logging_payload.jsonl",
    ],
)
def test_the_spend_logs_of_litellm(read: Reader, name: str) -> None:
    found = read(SAMPLES / name)
    assert found.log.formats == {"LiteLLM's spend logs": 1}
    # Two gpt-4o-mini calls and an unmapped fine-tune have the counts of gpt-5's three.
    assert found.counts == [
        *([OPENAI_COUNTS] * 3),
        *([SEARCHED] * 2),
        GEMINI_COUNTS,
        OPENAI_COUNTS,
        {"input": 1_000},
        *([OPENAI_COUNTS] * 2),
    ]
    assert [call["service"] for call in found.calls[:3]] == [None, "priority", "flex"]
    # The stream without usage, the failure, the gateway's own cache.
    assert (sum(found.log.rejected.values()), len(found.log.left_out)) == (1, 2)
    assert {call["at"].date().isoformat() for call in found.calls} == {"2026-11-27"}


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("logfire-5.4", [OPENAI_COUNTS, OPENAI_COUNTS, CLAUDE_COUNTS]),
        ("openinference-0.1.66", [OPENAI_COUNTS, OPENAI_COUNTS, CLAUDE_COUNTS]),
        ("openllmetry-0.62", [OPENAI_COUNTS, OPENAI_COUNTS, CLAUDE_COUNTS]),
        ("pydantic-ai-2.68", [OPENAI_COUNTS]),
        ("contrib-openai-v2-2.2b0", [{"input": 2_006, "output": 300}]),
    ],
)
def test_the_spans_of_each_instrumentation(
    read: Reader, name: str, counts: list[dict[str, int]]
) -> None:
    """One call each, whatever spans stand around it or beside it."""
    found = read(SAMPLES / f"otel_otlp/{name}.otlp.jsonl")
    assert sorted(map(str, found.counts)) == sorted(map(str, counts))
    assert found.log.rejected == {}


def test_older_spans_without_cache_counts_say_so(read: Reader) -> None:
    found = read(SAMPLES / "otel_otlp/openllmetry-0.33-old.otlp.jsonl")
    assert found.counts == [{"input": 2_006, "output": 300}, {"input": 86, "output": 400}]
    assert found.log.remarks == {CACHE_UNTOLD: 1, CACHE_MISSING: 1}


@pytest.mark.parametrize("version", ["4.3.19", "5.0.277"])
def test_the_spans_of_the_ai_sdk(read: Reader, version: str) -> None:
    (call,) = read(SAMPLES / f"vercel_ai_sdk/ai-{version}.otlp.jsonl").counts
    assert call == CLAUDE_COUNTS


def test_the_spans_of_the_ai_sdk_without_a_lifetime(read: Reader) -> None:
    found = read(SAMPLES / "vercel_ai_sdk/ai-7.0.173.otlp.jsonl")
    assert found.counts == [
        {"input": 86, "cache_read": 10_000, "cache_write": 1_500, "output": 400}
    ]
    assert found.log.unsplit_cache_write == 1_500


@pytest.mark.parametrize(
    "name",
    ["observations_api.jsonl", "observations_blob_export.jsonl", "observations_batch_export.csv"],
)
def test_the_exports_of_langfuse_say_the_same(read: Reader, name: str) -> None:
    found = read(SAMPLES / "langfuse" / name)
    assert (found.log.calls, found.log.rejected) == (18, {})
    assert sum(call["output"] for call in found.calls) == 1_938
    assert found.log.left_out == {"observations of another type than a generation": 27}


def test_the_ingestion_of_langfuse(read: Reader) -> None:
    (call,) = read(SAMPLES / "langfuse/ingestion_from_litellm.json").calls
    assert (call["name"], call["region"], call["input"]) == (
        "bedrock/anthropic.claude-haiku-4-5-20251001-v1:0",
        "us-east-1",
        10,
    )


def test_results_of_batches(read: Reader) -> None:
    openai = read(SAMPLES / "openai_batch/output.jsonl")
    assert openai.counts == [OPENAI_COUNTS, OPENAI_COUNTS, {"input": 1_000}]
    assert read(SAMPLES / "openai_batch/errors.jsonl").log.calls == 0
    claude = read(SAMPLES / "anthropic_batch/results.jsonl")
    assert claude.counts == [CLAUDE_COUNTS, {"input": 10, "output": 34}]
    assert {call["service"] for call in (*openai.calls, *claude.calls)} == {"batch"}


def test_usage_exports(read: Reader) -> None:
    openai = read(SAMPLES / "openai_bill/usage_completions_api.json")
    assert [(call["requests"], call["service"]) for call in openai.calls] == [
        (1_000, "default"),
        (500, "batch"),
        (10, "flex"),
    ]
    claude = read(SAMPLES / "anthropic_bill/usage_report_messages.json")
    assert [(call["service"], call["search"]) for call in claude.calls] == [
        ("standard", 10),
        ("batch", 10),
        ("priority", 10),
    ]


def test_a_folder_of_every_format(read: Reader) -> None:
    names = ("otel_otlp", "vercel_ai_sdk", "claude_code", "codex", "openai_batch")
    found = read(*(SAMPLES / name for name in names))
    assert found.log.files == 13
    assert found.log.formats["OpenTelemetry spans"] == 9
