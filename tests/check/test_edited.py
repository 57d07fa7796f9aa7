"""What an edit brings is what `validate` finds new when the base is the file before the edit."""

import json
from datetime import UTC, datetime

import pytest

from pricectl.changes import CatalogVersion
from pricectl.check.edited import BuiltCatalog, brought_findings
from pricectl.check.evidence import Evidence
from pricectl.check.positions import Positions
from pricectl.check.validation import validate
from pricectl.edit.engine import edit_catalog
from pricectl.edit.splice import Edit, Insert, Remove, Replace
from pricectl.policy import Policy
from tests.conftest import ROOT

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TEXT = (ROOT / "llm_pricing_current.json").read_text(encoding="utf-8")
VERSION, POSITIONS = CatalogVersion.read(TEXT.encode()), Positions(TEXT)
GPT = "/openai/gpt-4o"
EDITS: list[list[Edit]] = [
    [Replace(f"{GPT}/input_cost_per_token", "2e-06"), Remove(f"{GPT}/evidence")],
    [Replace(f"{GPT}/input_cost_per_token", "2e-06")],
    [Replace(f"{GPT}/input_cost_per_token", "20e-06")],
    [Replace(f"{GPT}/input_cost_per_token", "0.0000029999900000000002")],
    [Replace(f"{GPT}/input_cost_per_token", "2.5")],
    [Replace(f"{GPT}/input_cost_per_token", "0")],
    [Replace(f"{GPT}/input_cost_per_token_batches", "9e-06")],
    [Replace(f"{GPT}/cache_read_input_token_cost", "9e-06")],
    [Replace(f"{GPT}/mode", '"chatt"')],
    [Replace(f"{GPT}/supports_vision", "1")],
    [Replace(f"{GPT}/source", '"nowhere"')],
    [Replace(f"{GPT}/aliases", '["o3", "gpt-4o-2024-08-06"]')],
    [Insert(GPT, "2e-06", "input_cost_per_tokens")],
    [Insert(GPT, "true", "retired")],
    [Insert(GPT, "2e-06", "input_cost_per_token_above_128k_tokens")],
    [Insert(GPT, "2e-06", "input_cost_per_token_fles")],
    [Insert(GPT, '[{"from": "2027-01-01", "input_cost_per_token": 2e-06}]', "upcoming")],
    [Insert(GPT, '[{"until": "2020-01-01", "input_cost_per_token": 0}]', "previous")],
    [Remove(GPT)],
    [Remove("/deepseek")],
    [Insert("/openai", '{"input_cost_per_token": 1e-06}', "gpt-9")],
    [Insert("/openai", '{"mode": "chat"}', "gpt-9")],
    [Insert("", '{"m": {"input_cost_per_token": 1e-06}}', "new-seller")],
    [Replace("/metadata/last_updated", '"2026-11-27"')],
    [Replace("/metadata/last_updated", '"2027-11-27"')],
    [Replace("/metadata/last_updated", '"soon"')],
    [Replace("/metadata/sources", '"none"')],
    [Replace("/azure/azure~1us~1gpt-4o/input_cost_per_token", "2.5e-06")],
]


@pytest.mark.parametrize("edits", EDITS, ids=lambda edits: json.dumps(edits)[:60])
def test_the_fast_check_of_an_edit_finds_what_validate_does(edits: list[Edit]) -> None:
    edited = edit_catalog(VERSION, edits, POSITIONS)
    evidence = Evidence(
        VERSION.catalog,
        "base",
        VERSION.catalog,
        "packaged",
        base_policy=Policy(),
        base_data=VERSION.data,
        base_values=dict(VERSION.values),
    )
    report = validate(edited.text, "f", Policy(), NOW, evidence=evidence)
    brought = brought_findings(
        BuiltCatalog(VERSION.values, VERSION.catalog),
        BuiltCatalog(edited.after.values, edited.after.catalog),
        Policy(),
        NOW,
        evidence,
        Positions(edited.text),
    )
    assert set(brought.findings) == set(report.new)
    failing = {one for one in report.new if one.severity == "error"}
    assert set(brought.failing) == failing
