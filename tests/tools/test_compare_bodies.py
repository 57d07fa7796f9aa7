"""`tools/compare_bodies.py`: recorded bodies, read by two readers and billed by a third party."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import compare_bodies

CHAT = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
# gpt-4o: 1,000 x 2.50 + 500 x 10.00 micro-USD = 0.0075 USD.
BILLED = {"id": "gen-1", "model": "gpt-4o", "usage": {**CHAT, "cost": 0.0075}}


def entry(body: dict[str, Any], **usage: int) -> dict[str, Any]:
    return {"body": {"file": "f.yaml", **body}, "extracted": [{"usage": usage, "extractors": []}]}


def report(tmp_path: Path, capsys: pytest.CaptureFixture[str], *entries: Any) -> tuple[int, str]:
    path = tmp_path / "usages.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    code = compare_bodies.main([str(path), "--show", "1"])
    return code, capsys.readouterr().out


def test_equal_counts_and_bills_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agreed = entry(BILLED, input_tokens=1000, output_tokens=500)
    assert report(tmp_path, capsys, agreed) == (
        0,
        "1 bodies: 1 agree\n1 state a cost, 1 of a model we price: 1 equal to ours\n",
    )


def test_a_difference_names_the_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cached = {"model": "mistral-large-latest", "usage": {**CHAT, "num_cached_tokens": 7}}
    dear = {**BILLED, "usage": {**CHAT, "cost": 0.01}}
    code, said = report(
        tmp_path,
        capsys,
        entry(cached, input_tokens=1000, output_tokens=500),
        entry(dear, input_tokens=1000, output_tokens=500),
    )
    assert code == 0
    assert said.startswith('cache_read_tokens: {"file": "f.yaml", "model": "mistral-large-latest"')
    assert "2 bodies: 1 differ, 1 agree\n     1  cache_read_tokens\n" in said
    assert said.endswith("0 equal to ours\n  gpt-4o: 0.01 stated, 0.0075 by us\n")


def test_an_unreadable_body_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = report(tmp_path, capsys, entry({"model": "m", "usage": {"prompt_tokens": -1}}))
    assert code == 1
    assert said.startswith("refused: usage.prompt_tokens: is negative")


def test_a_missing_file_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_bodies.main(["nowhere.json"]) == 2
    assert "nowhere.json" in capsys.readouterr().err
