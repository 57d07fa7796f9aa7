"""The models that a usage log names, in whatever form it has."""

import json
from pathlib import Path

import pytest

from pricectl.core.document import MAX_BYTES
from pricectl.operate.logs import called_models as module
from pricectl.operate.logs.called_models import called_models
from tests.conftest import ROOT

SAMPLES = ROOT.parent / "shared" / "data" / "usage-samples"


def names(log: str | bytes, block: int = 7) -> dict[str, int]:
    data = log if isinstance(log, bytes) else log.encode()
    blocks = [data[start : start + block] for start in range(0, len(data), block)]
    return {each.name: each.records for each in called_models(blocks)}


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ('{"model": "a"}', {"a": 1}),
        ('[{"model": "a"}, {"model": "a"}, {"model": " b "}]', {"a": 2, "b": 1}),
        ('{"model": "a"}\n\n{"model": "a"}\nnoise\n{"x": [{"model": "b"}]}', {"a": 2, "b": 1}),
        ('{"model_id": "hash", "model": "a"}', {"a": 1}),
        ('{"model_id": "hash", "model": ""}', {"hash": 1}),
        ('{"request": {"model": "a"}, "response": {"model": "a-2026"}}', {"a": 1, "a-2026": 1}),
        ("id,model\n1,a\n2,b\n3,a\n", {"a": 2, "b": 1}),
        ('\ufeffid;Model_Name\r\n1;"a;b"\r\n2;\r\n', {"a;b": 1}),
        ("model\na\nb\n", {"a": 1, "b": 1}),
        ("id\tmodel_id\tmodel\n1\tx\ty\n2\tz\t\n", {"y": 1, "z": 1}),
        ('{"model": 5}\n{"model": null}\n{"model": {"id": "a"}}', {}),
        ("", {}),
        ("[1, 2]", {}),
        ("{" * 100, {}),
        ('{"model": "' + "a" * 257 + '"}', {}),
    ],
)
def test_a_log_of_any_form(log: str, expected: dict[str, int]) -> None:
    assert names(log) == expected
    assert names(log, 1000) == expected


def test_bytes_that_are_no_text_are_skipped() -> None:
    assert names(b'{"model": "a"}\n\xff\xfe\x00\n{"model": "b"}') == {"a": 1, "b": 1}


def test_a_log_longer_than_a_document_is_read_line_by_line() -> None:
    line = json.dumps({"model": "a", "text": "x" * 1000}) + "\n"
    count = MAX_BYTES // len(line) + 10
    assert names(line * count + '{"model": "b"}', 1 << 20) == {"a": count, "b": 1}


def test_of_very_many_names_the_rarest_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES", 3)
    log = "".join(f'{{"model": "often"}}\n{{"model": "m{n}"}}\n' for n in range(20))
    found = names(log)
    assert found["often"] == 20
    assert len(found) <= 6


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("litellm_spendlogs/spendlogs.jsonl", {"gpt-4o-mini", "gpt-5", "gemini-2.5-pro"}),
        ("litellm_spendlogs/spendlogs_postgres_copy.csv", {"gpt-4o-mini", "gpt-5"}),
        ("openai_bill/usage_completions_api.json", {"gpt-5-2025-08-07"}),
        ("anthropic_bill/usage_report_messages.json", {"claude-opus-5"}),
        ("openai_batch/output.jsonl", {"gpt-5-2025-08-07", "text-embedding-3-small"}),
        ("otel_otlp/logfire-5.4.otlp.jsonl", {"gpt-5", "claude-sonnet-4-5-20250929"}),
        ("langfuse/observations_batch_export.csv", {"gpt-4o-mini-2024-07-18"}),
    ],
)
def test_logs_of_real_tools(sample: str, expected: set[str]) -> None:
    assert expected <= names(Path(SAMPLES / sample).read_bytes(), 4096).keys()
