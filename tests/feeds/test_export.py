"""Exports read back: import(export(x)) = x for what each format can hold."""

import csv
import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.naming.sellers import SELLER_OF, seller_of
from pricectl.edit.edit_files import read_edits
from pricectl.feeds.drift import find_drift
from pricectl.feeds.export import LITELLM_WORDS, MEMBERS, edit_lines, litellm_map
from pricectl.feeds.feed import FeedOrigin, read_feed
from pricectl.feeds.matching import name_key
from pricectl.operate.editing import EditableCatalog, EditOptions
from pricectl.operate.set import set_fields
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy
from pricectl.report.export import ExportResult
from pricectl.report.formats import exports

AT = datetime(2026, 11, 27, tzinfo=UTC)
UNITS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "input_cost_per_token_above_200k_tokens",
    "output_cost_per_token_batches",
    "input_cost_per_audio_token_flex",
    "output_cost_per_second",
    "ocr_cost_per_page",
    "file_search_cost_per_1k_calls",
)
NAMES = ("gpt-4o", "openai/o3", "m[1m]", "azure/eu/x", "x", "Y-2", "a b", "'q", "=1", "ünï")
SELLERS = ("openai", "azure", "google", "together", "bedrock")
prices = st.integers(1, 10**12).map(lambda pico: float(f"{pico}e-12"))
rows = st.fixed_dictionaries(
    {"input_cost_per_token": prices},
    optional={
        **dict.fromkeys(UNITS[1:], prices),
        "search_context_cost_per_query": st.fixed_dictionaries(
            {"search_context_size_low": prices, "search_context_size_medium": prices}
        ),
        "mode": st.sampled_from(["chat", "embedding"]),
        "max_input_tokens": st.integers(1, 10**7),
        "deprecation_date": st.dates().map(str),
        "regional_processing_uplift_multiplier_eu": st.just(1.1),
        "retired": st.booleans(),
        "upcoming": st.just([{"from": "2027-01-01", "input_cost_per_token": 3e-06}]),
    },
)
catalogs = st.dictionaries(
    st.sampled_from(SELLERS),
    st.dictionaries(st.sampled_from(NAMES), rows, min_size=1, max_size=4),
    min_size=1,
)


def result(catalog: Catalog, format_name: str = "litellm") -> ExportResult:
    return ExportResult(format_name, catalog.models, AT, "here")


def held(model: Model) -> tuple[Any, ...]:
    """What litellm's format holds of a row: the prices of the day, factors, mode, limits, dates."""
    found = model.list_at(AT)
    rates = {key: pico for key, (pico, _) in found.rates.items()}
    members = {key: model.entry.get(key) for key in MEMBERS}
    return rates, dict(found.uplifts), members


def own_name(model: Model) -> tuple[str, str]:
    """A row's name without the seller before it, which litellm may write and we may not."""
    word, slash, rest = model.name.partition("/")
    seller = seller_of(model.provider)
    if name_key(seller, model.name).seller == "bedrock":
        seller = "bedrock"  # litellm has Bedrock's names of Amazon's models there
    return seller, rest if slash and seller_of(word) == seller else model.name


def check_litellm(catalog: Catalog) -> int:
    """Read back every row that was not left out; how many those are."""
    exported = litellm_map(catalog.models, AT)
    if not any("alias_of" not in row for row in exported.rows.values()):
        return 0
    feed = read_feed(exports.litellm(result(catalog)).encode(), FeedOrigin("here"), "litellm")
    read = {own_name(model): held(model) for model in feed.catalog.models}
    # Of azure/x and azure_ai/x, two names of one seller for litellm's reader, the first stays.
    ours: dict[tuple[str, str], Model] = {}
    for model in catalog.models:
        if not model.is_retired:
            ours.setdefault(own_name(model), model)
    left_out = sum(
        number
        for reason, number in exported.left_out.items()
        if reason.startswith("a row") and "litellm" in reason
    )
    same = [name for name, model in ours.items() if read.get(name) == held(model)]
    assert len(read) == len(same)
    assert len(same) >= len(ours) - left_out
    return len(same)


@given(catalogs)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_litellms_map_of_any_catalog_reads_back(document: dict[str, Any]) -> None:
    check_litellm(Catalog.load(json.dumps(document)))


def test_litellms_map_of_the_shipped_catalog_reads_back() -> None:
    catalog = Catalog.load(packaged_catalog().read_bytes())
    names = {own_name(model) for model in catalog.models if not model.is_retired}
    assert check_litellm(catalog) == len(names)
    assert not [why for why in litellm_map(catalog.models, AT).left_out if "litellm" in why]


def test_our_own_map_lacks_none_of_our_models_and_has_no_other() -> None:
    catalog = Catalog.load(packaged_catalog().read_bytes())
    feed = read_feed(exports.litellm(result(catalog)).encode(), FeedOrigin("here"), "litellm")
    drift = find_drift(catalog, [feed], AT)
    assert [one.model.full_name for one in drift.gone] == []
    assert [one.model.full_name for one in drift.new] == []


def test_litellms_words_are_names_of_the_same_seller() -> None:
    assert {seller: seller_of(word) for seller, word in LITELLM_WORDS.items()} == {
        seller: seller for seller in LITELLM_WORDS
    }
    assert all(word in SELLER_OF for word in LITELLM_WORDS.values())


def edited(file: Path, document: str, lines: str) -> Catalog:
    """A catalog after `set --edits` with the lines of an export."""
    file.write_text(document, encoding="utf-8")
    opened = EditableCatalog.read(str(file), Policy(reference="none"))
    requests = read_edits(lines.encode(), "export.csv")
    done = set_fields(opened, requests, EditOptions(AT, dry_run=True))
    return done.edit.edited.after.catalog


def listed(catalog: Catalog) -> dict[str, Any]:
    """What the lines of an export say of a catalog: every list's prices, and members of rows."""
    return {
        model.full_name: (
            [{key: pico for key, (pico, _) in one.rates.items()} for one in lists(model)],
            [day for day, _ in model.upcoming],
            {key: model.entry.get(key) for key in MEMBERS},
        )
        for model in catalog.models
        if not set("*?[") & set(model.full_name)
    }


def lists(model: Model) -> list[Any]:
    return [model.prices, *(later for _, later in model.upcoming)]


def lines_of(catalog: Catalog) -> str:
    return exports.csv_edits(result(catalog, "csv"))


def without_values(document: dict[str, Any]) -> str:
    """The same rows with other prices and limits."""
    other = json.loads(json.dumps(document))
    for section in other.values():
        for row in section.values():
            for key in list(row):
                if key in UNITS:
                    row[key] = 7e-06
                elif key in {"max_input_tokens", "mode", "deprecation_date"}:
                    del row[key]
    return json.dumps(other, indent=2)


@given(catalogs)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_the_lines_of_any_catalog_make_another_one_alike(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    catalog = Catalog.load(json.dumps(document))
    lines = lines_of(catalog)
    if lines.count("\n") > 1:
        after = edited(tmp_path / "prices.json", without_values(document), lines)
        assert listed(after) == listed(catalog)


def test_the_lines_of_the_shipped_catalog_change_nothing_in_it(tmp_path: Path) -> None:
    data = packaged_catalog().read_bytes()
    catalog = Catalog.load(data)
    after = edited(tmp_path / "prices.json", data.decode(), lines_of(catalog))
    assert listed(after) == listed(catalog)
    exported = edit_lines(catalog.models)
    assert len(exported.lines) > 3 * len(catalog.models)


@pytest.mark.parametrize("name", ["gpt\x1b[31m", "=cmd()", "a\nb", "x,y", 'q"', "m[1m]", "+1"])
def test_hostile_names_come_out_harmless(name: str) -> None:
    row = {"input_cost_per_token": 1e-06, "source": "=HYPERLINK(1)", "mode": "\x7fchat"}
    catalog = Catalog.load(json.dumps({"openai": {name: row}, "=x": {name: row}}))
    written = lines_of(catalog)
    cells = [cell for line in csv.reader(StringIO(written)) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert all(sign.isprintable() or sign == "\n" for sign in written)
    mapped = exports.litellm(result(catalog))
    assert all(sign.isprintable() or sign == "\n" for sign in mapped)
    assert json.loads(mapped)


def test_a_dated_row_is_exported_with_the_prices_of_the_day() -> None:
    row = {
        "input_cost_per_token": 1e-06,
        "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 3e-06}],
    }
    catalog = Catalog.load(json.dumps({"openai": {"m": row}}))
    for day, price in ((date(2026, 12, 31), 1e-06), (date(2027, 1, 1), 3e-06)):
        found = litellm_map(catalog.models, day)
        assert float(str(found.rows["m"]["input_cost_per_token"])) == price
        assert found.left_out == {"a dated price list": 1}
