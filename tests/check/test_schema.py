"""The catalog's schema: one with the price vocabulary, and asked so that nothing is missed."""

import importlib.resources
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pricectl.check import schema
from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.units import NESTED_KEYS, SYNONYMS, UNCOUNTED_KEYS, UNIT_BY_KEY, parse_key
from tests.conftest import ROOT, read_catalog
from tests.test_cases import INVALID, VALID

pytestmark = pytest.mark.long

# Keywords whose verdict on an object is the sum of their verdicts on its members.
PER_MEMBER = {"properties", "patternProperties", "additionalProperties", "propertyNames"}
ABOUT_ALL = {"type", "title", "description", "$ref"}
SUFFIXES = ("", "_above_200k_tokens", "_batches", "_above_1k_tokens_priority", "_anyword")


def make_schema() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_schema", ROOT / "tools/make_schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def definitions() -> dict[str, Any]:
    found: dict[str, Any] = schema.load()["$defs"]
    return found


def accepts(key: str) -> bool:
    return not list(schema.check({"x": {"m": {key: 1}}}))


def test_the_files_are_what_the_tool_writes() -> None:
    for path, text in make_schema().rendered().items():
        assert path.read_text(encoding="utf-8") == text, path.name


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda p: p.stem)
def test_every_schema_file_is_a_valid_json_schema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_validators_are_built_once_a_process() -> None:
    """One for what holds for the whole file, one for rows; many files are checked in a run."""
    schema.validator.cache_clear()
    for price in (1, -1, "1"):
        list(schema.check({"metadata": {}, "x": {"m": {"input_cost_per_token": price}}}))
    assert schema.validator.cache_info().misses == 2


def test_every_price_key_of_the_vocabulary_is_allowed_with_tier_and_service() -> None:
    keys = [key for key in (*UNIT_BY_KEY, *SYNONYMS) if not key.startswith(NESTED_KEYS)]
    refused = [key + end for key in keys for end in SUFFIXES if not accepts(key + end)]
    assert refused == []
    assert all(accepts(key) for key in UNCOUNTED_KEYS)


def test_the_schema_and_the_calculator_agree_on_what_a_price_key_is() -> None:
    words = ("input_cost", "input_cost_per_token_", "input_cost_per_token_above_0k_tokens")
    odd = [*words, "output_cost_per_token_Batches", "cache_read_input_token_costs", "PRICE"]
    assert [key for key in odd if accepts(key) or parse_key(key)] == []


@pytest.mark.parametrize("key", ["supports_vision", "remark", "Notes", "x-y", ""])
def test_a_key_without_money_words_may_have_any_value(key: str) -> None:
    assert list(schema.check({"x": {"m": {key: True}}})) == []


def test_every_field_is_described() -> None:
    bare = []

    def walk(value: Any, where: str) -> None:
        for key, field in value.get("properties", {}).items():
            if "description" not in field and "$ref" not in field:
                bare.append(f"{where}/{key}")
            walk(field, f"{where}/{key}")

    for name, definition in {**definitions(), "": schema.load()}.items():
        assert definition.get("description"), name
        walk(definition, name)
    assert bare == []


def test_the_row_schema_judges_each_member_alone() -> None:
    """What lets `schema.check` ask about each distinct member once."""
    for name in ("model", "prices"):
        assert set(definitions()[name]) <= PER_MEMBER | ABOUT_ALL, name
    assert definitions()["model"]["$ref"] == "#/$defs/prices"
    assert definitions()["prices"]["type"] == "object"


@pytest.mark.parametrize(
    "path", [*VALID, *INVALID], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_checking_distinct_members_once_agrees_with_jsonschema(path: Path) -> None:
    try:
        values = document.parse(read_catalog(path), allow_duplicates=True)
    except DocumentError:
        return
    whole: Any = schema._readable(values)  # noqa: SLF001
    errors = list(schema.validator("").iter_errors(whole))
    found = [finding for finding in schema.check(values) if finding.rule != "number-not-finite"]
    said_elsewhere = {("metadata", name) for name in ("currency", "schema_version", "acknowledged")}
    expected = [error for error in errors if tuple(error.absolute_path)[:2] not in said_elsewhere]
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "true"), ("0", "false"), ("1", "1.5"), ("1", '"1"'), ("[1]", "[true]")]
)
def test_true_and_one_are_checked_separately(one: str, other: str) -> None:
    """True == 1 == 1.0 in Python; the verdict on one must not be reused for the other."""
    for first, second in ((one, other), (other, one)):
        text = f'{{"x": {{"m": {{"max_tokens": {first}}}, "n": {{"max_tokens": {second}}}}}}}'
        found = list(schema.check(document.parse(text)))
        wrong = {finding.pointer for finding in found}
        alone = {
            pointer
            for pointer, value in (("/x/m/max_tokens", first), ("/x/n/max_tokens", second))
            if list(schema.check(document.parse(f'{{"x": {{"y": {{"max_tokens": {value}}}}}}}')))
        }
        assert wrong == alone


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert not list(schema.check(document.parse('{"x": {"m": {"max_tokens": 2048.0}}}')))
    assert list(schema.check(document.parse('{"x": {"m": {"max_tokens": 2048.5}}}')))


def litellm_rows() -> Json:
    """LiteLLM's own price map, put under its providers, from the installed package."""
    if importlib.util.find_spec("litellm") is None:
        pytest.skip("litellm is not installed")
    name = "model_prices_and_context_window_backup.json"
    data = importlib.resources.files("litellm").joinpath(name).read_bytes()
    rows = document.parse(data, allow_duplicates=True)
    assert isinstance(rows, dict)
    sections: dict[str, Json] = {}
    for model, entry in rows.items():
        if model not in ("sample_spec", "fallback_generalizations") and isinstance(entry, dict):
            section = sections.setdefault(str(entry.get("litellm_provider")), {})
            assert isinstance(section, dict)
            section[model] = entry
    return sections


def test_all_litellm_rows_pass_the_schema() -> None:
    assert list(schema.check(litellm_rows())) == []


def test_schema_patterns_use_no_python_only_syntax() -> None:
    """Editors read them as ECMAScript."""
    patterns = re.findall(r'"(\^.*?)": \{', (ROOT / "schemas/catalog.schema.json").read_text())
    assert len(patterns) > 5
    assert not [pattern for pattern in patterns if "(?P" in pattern or "(?i" in pattern]
