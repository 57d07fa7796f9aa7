"""`pricectl export ratebook`: every rate with what decides it, and the cost of a call by it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from pricectl.core import Catalog, Usage, quote
from pricectl.core.money import divide
from pricectl.packaged import CATALOG, packaged_bytes
from pricectl.replay.ratebook_rows import RateRow, rate_rows
from tests.conftest import Run

ROW = """{"o": {"m": {
  "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
  "input_cost_per_token_above_200k_tokens": 3e-06, "output_cost_per_token_batches": 1e-06,
  "regional_processing_uplift_multiplier_eu": 1.1,
  "off_peak_pricing": {"input_cost_per_token": 5e-07,
    "windows": [{"hours_utc": "16:30-00:30", "weekdays": [1, 2]}]},
  "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 9e-06}]}}}"""


def rows_of(text: str) -> list[RateRow]:
    return list(rate_rows(Catalog.load(text).models))


def test_each_condition_stands_in_its_column() -> None:
    found = {
        (row.service, row.region, row.from_time, row.hours, row.from_tokens): row.pico_usd
        for row in rows_of(ROW)
        if row.unit == "input"
    }
    assert found["", "", "", "", 0] == 1_000_000
    assert found["", "", "", "", 200_001] == 3_000_000
    assert found["", "eu", "", "", 0] == 1_100_000
    assert found["", "", "", "12 16:30-00:30", 0] == 500_000
    # The whole batch list: input costs what it costs without a batch price.
    assert found["batches", "", "", "", 0] == 1_000_000
    assert found["", "", "2027-01-01T00:00:00", "", 0] == 9_000_000


def test_a_unit_without_any_price_has_no_row() -> None:
    assert {row.unit for row in rows_of(ROW)}.isdisjoint({"search", "page", "input_second"})


def test_marginal_tiers_say_so() -> None:
    text = """{"o": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06,
      "input_cost_per_token_above_128k_tokens": 2e-06,
      "context_tier": {"scope": "marginal", "boundary": "gte"}}}}"""
    found = [
        (row.scope, row.above_tokens, row.from_tokens, row.pico_usd)
        for row in rows_of(text)
        if row.unit == "input"
    ]
    # The tier begins at the threshold itself: token 128,000 is the first at the higher rate.
    assert found == [("request", 0, 0, 1_000_000), ("marginal", 128_000, 128_000, 2_000_000)]


def test_a_call_priced_by_the_rows_costs_what_a_quote_says() -> None:
    """Each packaged row, for a short and a long prompt, as docs/ratebook.md describes it."""
    catalog = Catalog.load(packaged_bytes(CATALOG))
    models = catalog.models[::4]
    rows: dict[tuple[str, str], list[RateRow]] = {}
    for row in rate_rows(models):
        if not (row.service or row.region or row.hours):
            rows.setdefault((row.name, row.unit), []).append(row)
    compared = 0
    for model in models:
        if model.dated or model.prices.marginal or model.prices.counting:
            continue
        for usage in (Usage(1000, 50, cache_read_tokens=400), Usage(900_000, 10)):
            total = 0
            for unit, count in usage.counts:
                fitting = [
                    row
                    for row in rows.get((model.full_name, unit), ())
                    if row.from_tokens <= usage.input_tokens
                    and row.above_output_tokens < max(usage.output_tokens, 1)
                ]
                best = max(
                    fitting,
                    key=lambda row: (row.above_output_tokens, row.from_tokens),
                    default=None,
                )
                if best:
                    total += divide(count * best.pico_usd, best.priced_by, "half-even")
            assert total == quote(catalog, model.full_name, usage).pico_usd
            compared += 1
    assert compared > 300


def test_the_command_writes_csv_json_and_parquet(run: Run) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")
    lines = list(csv.DictReader(StringIO(run("export", "ratebook", "o3").stdout)))
    document = json.loads(run("export", "ratebook", "o3", "-o", "json").stdout)
    assert run("export", "ratebook", "o3", "-o", "parquet=rates.parquet").exit_code == 0
    stored = duckdb.sql("SELECT name, unit, pico_usd, is_assumed FROM 'rates.parquet'").fetchall()
    assert len(lines) == len(document["rates"]) == len(stored) > 0
    for line, rate, row in zip(lines, document["rates"], stored, strict=True):
        assert (line["name"], line["unit"], int(line["pico_usd"])) == row[:3]
        assert (rate["name"], rate["unit"], rate["pico_usd"]) == row[:3]
        assert line["is_assumed"] == str(row[3]).lower()
    types = duckdb.sql("DESCRIBE SELECT pico_usd FROM 'rates.parquet'").fetchall()
    assert types[0][1] == "BIGINT"
    assert Path("rates.parquet").exists()
