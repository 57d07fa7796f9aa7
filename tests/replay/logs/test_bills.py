"""A bill is refused by its name and says what to give instead, in every kind of file."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricectl.replay.errors import BadLog
from tests.replay.logs.conftest import SAMPLES, Reader
from tests.replay.logs.test_ten_things import anthropic_page, openai_page

Row = dict[str, Any]
FOCUS = {
    "BilledCost": "3",
    "ChargePeriodStart": "2026-09-28T00:00:00Z",
    "ConsumedQuantity": "1000000",
    "ConsumedUnit": "Tokens",
    "model": "claude-sonnet-4-5",
    "total_tokens": "1000000",
}
OPENAI = {
    "start_time": "1790553600",
    "amount_value": "0.1075",
    "amount_currency": "usd",
    "line_item": "gpt-5, input",
    "quantity": "86000",
}
ANTHROPIC = {
    "amount": "527.99",
    "currency": "USD",
    "cost_type": "tokens",
    "model": "claude-3-5-haiku",
    "token_type": "uncached_input_tokens",
}
AWS = {"line_item_usage_type": "USE1-Claude4Sonnet-input-tokens", "line_item_unblended_cost": "3"}
AZURE = {"MeterName": "gpt-5 Inp Tokens", "costInBillingCurrency": "3", "quantity": "86"}
GOOGLE = {"billing_account_id": "0", "sku": "s", "usage_start_time": "2026-09-28", "cost": "3"}
# What the message says that it is, and a part of what it says to do.
ROWS: dict[str, tuple[Row, str]] = {
    "a FOCUS export": (FOCUS, "a log of calls"),
    "OpenAI's report of costs": (OPENAI, "organization/usage/completions"),
    "Anthropic's report of costs": (ANTHROPIC, "usage_report/messages"),
    "a cost and usage report of AWS": (AWS, "a log of calls"),
    "a cost export of Azure": (AZURE, "a log of calls"),
    "a billing export of Google Cloud": (GOOGLE, "a log of calls"),
}


def written(path: Path, rows: list[Row]) -> Path:
    """The rows as a file of the kind that its name says."""
    lines = path.with_suffix(".jsonl")
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    if path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".parquet":
        duckdb.sql(f"COPY (FROM read_json('{lines}')) TO '{path}' (FORMAT parquet)")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path)) as database:
            database.execute(f"CREATE TABLE bill AS FROM read_json('{lines}')")
    return path


@pytest.mark.parametrize("title", ROWS)
@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "duckdb"])
@pytest.mark.parametrize("style", [str, str.upper])
def test_a_bill_is_refused_by_its_name(
    read: Reader, tmp_path: Path, title: str, kind: str, style: Any
) -> None:
    row, instead = ROWS[title]
    path = written(tmp_path / f"bill.{kind}", [{style(name): row[name] for name in row}] * 2)
    with pytest.raises(BadLog) as caught:
        read(path)
    assert caught.value.what.startswith(f"is a bill ({title}): it states costs")
    assert (caught.value.where, instead in caught.value.next_step) == (str(path), True)


@pytest.mark.parametrize("value", [1.5, "1.5"])
def test_a_page_of_openais_costs_is_refused(json_log: Reader, value: object) -> None:
    amount = {"amount": {"value": value, "currency": "usd"}, "line_item": None}
    with pytest.raises(BadLog, match="OpenAI's report of costs"):
        json_log(openai_page(amount))
    with pytest.raises(BadLog, match="OpenAI's report of costs"):
        json_log({"object": "bucket", "results": []}, {"results": [{"amount": amount["amount"]}]})


def test_a_page_of_anthropics_costs_is_refused(json_log: Reader) -> None:
    with pytest.raises(BadLog, match="Anthropic's report of costs"):
        json_log(anthropic_page(ANTHROPIC))


def test_a_bill_without_rows_is_refused(csv_log: Reader) -> None:
    with pytest.raises(BadLog, match="a FOCUS export"):
        csv_log(",".join(FOCUS))


def test_a_log_that_states_an_amount_is_not_a_bill(csv_log: Reader, json_log: Reader) -> None:
    found = csv_log("model,prompt_tokens,amount,currency,cost", "m,10,0.5,USD,0.5")
    assert found.counts == [{"input": 10}]
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    assert json_log({"model": "m", "usage": usage, "amount": 0.5}).log.calls == 1
    amount = {"value": 0.5, "currency": "usd"}
    assert json_log({"model": "m", "usage": usage, "amount": amount}).log.calls == 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("focus/*.csv", "a FOCUS export"),
        ("openai_bill/costs_*.json", "OpenAI's report of costs"),
        ("anthropic_bill/cost_report.json", "Anthropic's report of costs"),
    ],
)
def test_the_sample_bills_are_refused(read: Reader, pattern: str, title: str) -> None:
    paths = sorted(SAMPLES.glob(pattern))
    assert paths
    for path in paths:
        with pytest.raises(BadLog, match="is a bill") as caught:
            read(path)
        assert title in caught.value.what
