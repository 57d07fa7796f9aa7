import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import compare_litellm
import litellm_calls
import litellm_usages
from compare_litellm import CAUSES, Cause, Question
from litellm_usages import Case

from pricectl.core.document import parse
from pricectl.files import feed_source

ROOT = Path(__file__).parents[2]
BOTH_INSTALLED = all(find_spec(name) for name in ("litellm", "genai_prices"))
FREE: Mapping[str, Any] = {"input_cost_per_token": 0, "output_cost_per_token": 0}
PATTERNS = {"provider", "route", "row", "service"}
OF_ROW = {"has", "lacks", "charged", "free", "equals", "differs"}
CONDITIONS = PATTERNS | OF_ROW | {"batch", "tokens", "uses"}
TEXT = Case("openai", "m", "text", "completion", 1000, 500)


def entry_of(text: str) -> dict[str, Any]:
    parsed = parse(text)
    assert isinstance(parsed, dict)
    return parsed


def example_question(cause: Cause) -> Question:
    """The example as litellm meets it: it reads all but service prices of audio."""
    entry = entry_of(cause.example["row"])
    read = frozenset(key for key in entry if key != "input_cost_per_audio_token_priority")
    found = "another" if cause.name == "other-row" else cause.example_case.row
    return Question(cause.example_case, entry, found, read, FREE)


def usd_of(asked: Question) -> Fraction:
    return compare_litellm.total(compare_litellm.answer(asked))


class FakePeer:
    """A calculator that answers each kind of usage with what a test says."""

    def __init__(self, answers: Mapping[str, str | None]) -> None:
        self.answers = answers

    def price(self, case: Case) -> Fraction | None:
        answer = self.answers.get(case.kind, "0")
        return None if answer is None else Fraction(answer)

    def source(self, case: Case) -> tuple[str, frozenset[str]]:
        return case.row, frozenset(["input_cost_per_token"])


each_cause = pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))


@each_cause
def test_the_example_of_a_cause_costs_what_was_worked_out_by_hand(cause: Cause) -> None:
    assert usd_of(example_question(cause)) == Fraction(cause.example["ours"])


@each_cause
def test_the_changes_of_a_cause_turn_its_example_into_litellms_figure(cause: Cause) -> None:
    asked = example_question(cause)
    theirs = Fraction(cause.example["litellm"])
    if cause == compare_litellm.ROUNDING:
        assert compare_litellm.unrounded_total(compare_litellm.answer(asked)) == theirs
    else:
        assert usd_of(cause.changed(asked)) == theirs
    assert cause.name in compare_litellm.explain(asked, theirs)


@each_cause
def test_a_cause_says_who_is_right_and_by_what_source(cause: Cause) -> None:
    assert cause.why
    assert cause.says.strip().endswith(".")
    assert cause.source
    assert cause.right in {"pricectl", "litellm", "neither", "both"}


@each_cause
def test_a_cause_has_no_misspelt_condition(cause: Cause) -> None:
    for change in cause.changes:
        assert change.keys() <= {"when", *compare_litellm.CHANGES}
        assert change.get("when", {}).keys() <= CONDITIONS


def test_a_difference_that_no_cause_predicts_stays_unexplained() -> None:
    asked = Question(TEXT, {"input_cost_per_token": Decimal("1e-6")}, "m", frozenset(), {})
    assert compare_litellm.explain(asked, Fraction("0.002")) == ()


def test_the_batch_cause_explains_half_price_only() -> None:
    asked = Question(
        TEXT._replace(service="batches"),
        {"input_cost_per_token": Decimal("3e-6")},
        "m",
        frozenset(["input_cost_per_token"]),
        {},
    )
    assert compare_litellm.explain(asked, Fraction("0.0015")) == ("batch-half",)
    assert compare_litellm.explain(asked, Fraction("0.001")) == ()


def test_figures_equal_within_a_billionth_agree() -> None:
    assert compare_litellm.same(Fraction(10**9), Fraction(10**9 + 1))
    assert not compare_litellm.same(Fraction(10**9), Fraction(10**9 + 2))
    assert compare_litellm.same(Fraction(0), Fraction(0))


def test_every_tier_and_service_of_a_row_is_asked_about() -> None:
    entry = entry_of(
        '{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,'
        ' "input_cost_per_token_above_200k_tokens": 2e-06, "input_cost_per_token_priority": 3e-06}'
    )
    asked = litellm_usages.cases_of(litellm_usages.row_of("openai", "m", entry))
    assert {case.input_tokens for case in asked} == {1000, 200_000, 200_001}
    # fast is another name of priority
    assert {case.service for case in asked} == {"", "priority", "fast", "flex", "batches"}
    assert len(asked) == len(set(asked))


def test_ranges_are_tiers() -> None:
    text = '{"tiered_pricing": [{"range": [0, 32000], "input_cost_per_token": 1e-06}'
    text += ', {"range": [32000, 1000000], "input_cost_per_token": 2e-06}]}'
    assert litellm_usages.row_of("dashscope", "m", entry_of(text)).thresholds == (32_000,)


def test_providers_go_by_the_name_litellm_calls_them() -> None:
    names = ("vertex_ai-language-models", "bedrock_converse", "bedrock_mantle", "openai")
    assert [litellm_calls.family(name) for name in names] == [
        "vertex_ai",
        "bedrock",
        "bedrock_mantle",
        "openai",
    ]


def compared(answers: Mapping[str, str | None]) -> compare_litellm.Comparison:
    entry = entry_of('{"input_cost_per_query": 0.002, "mode": "rerank"}')
    rows = [litellm_usages.row_of("openai", "m", entry)]
    return compare_litellm.compare({"openai": {"m": entry}}, rows, FakePeer(answers))


def test_agreement_refusal_and_difference_are_distinguished() -> None:
    assert compared({"queries": "0.006"}).agreed == 1
    assert len(compared({"queries": None}).refused) == 1
    differing = compared({"queries": "0.004"})
    assert [each.our_usd for each in differing.unexplained] == [Fraction("0.006")]


def test_the_document_is_the_same_every_time_and_names_both_figures() -> None:
    versions = {"litellm": "1.2.3", "genai-prices": "4.5.6"}
    written = [compare_litellm.document(compared({"queries": "0"}), (), versions) for _ in range(2)]
    assert written[0] == written[1]
    assert "litellm 1.2.3" in written[0]
    for name, cause in CAUSES.items():
        assert f"## {name}\n" in written[0]
        assert f"costs {cause.example['ours']} with us" in written[0]


def test_the_committed_document_has_every_cause() -> None:
    text = (ROOT / "docs" / "differences.md").read_text("utf-8")
    assert [f"## {cause}\n" in text for cause in CAUSES] == [True] * len(CAUSES)
    assert "0 are unexplained." in text


@pytest.mark.parametrize(("unexplained", "code"), [("0.006", 0), ("0.004", 1)])
def test_an_unexplained_difference_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unexplained: str, code: int
) -> None:
    monkeypatch.setattr(compare_litellm, "run", lambda _: (compared({"queries": unexplained}), ()))
    monkeypatch.setattr(compare_litellm, "version", lambda _: "0")
    target = tmp_path / "differences.md"
    assert compare_litellm.main(["--output", str(target)]) == code
    assert target.exists()


def test_without_litellm_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(feed_source, "find_spec", lambda _: None)
    assert compare_litellm.main([]) == 2
    assert "pip install 'pricectl[lists]'" in capsys.readouterr().err


def test_the_sample_row_of_the_map_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    row = {"litellm_provider": "openai", "input_cost_per_token": 1e-06}
    path.write_text(json.dumps({"sample_spec": {"mode": "x"}, "m": row}))
    assert list(litellm_usages.read_sections(path)) == ["openai"]


@pytest.mark.skipif(not BOTH_INSTALLED, reason="needs litellm and genai-prices")
def test_a_sample_of_the_installed_map_agrees_or_is_explained() -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "compare_litellm.py"), "--rows", "300"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rows loaded              300" in done.stdout
    assert time.monotonic() - begun < 60
