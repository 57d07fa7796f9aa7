"""A summary of a usage log: small, without names of accounts, and as exact as it says."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.changes.bill import BillChange
from pricectl.core import Catalog, Profile
from pricectl.replay.bill import bill_of_calls
from pricectl.replay.bill_side import BillSide
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.summarize import summarize
from pricectl.replay.summary_bill import bill_of_summary
from pricectl.replay.usage_summary import (
    MAX_ROWS,
    OTHER_ACCOUNTS,
    UsageSummary,
    read_summary,
    summary_text,
)
from tests.conftest import ROOT
from tests.replay.random_logs import calls_table

SCHEMA = json.loads((ROOT / "schemas/usage-summary.schema.json").read_text(encoding="utf-8"))
AT = datetime(2026, 11, 27, tzinfo=UTC)
# Tiers above 200k and from 128k on, marginal tiers, off-peak hours, batch, a price for a search.
OLD = """{"openai": {
  "tiered": {"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06,
    "input_cost_per_token_above_200k_tokens": 2e-06, "input_cost_per_token_batches": 5e-07,
    "cache_read_input_token_cost": 1e-07},
  "marginal": {"input_cost_per_token": 3e-06, "output_cost_per_token": 9e-06,
    "input_cost_per_token_above_128k_tokens": 5e-06,
    "context_tier": {"scope": "marginal", "boundary": "gte"}},
  "plain": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}}}"""
NEW = OLD.replace("2e-06", "3e-06").replace(
    '"input_cost_per_token": 3e-06, "output_cost_per',
    ('"input_cost_per_token": 3.3e-06, "output_cost_per'),
)
PROFILE = Profile(markup_percent=Fraction(30), credits_per_dollar=Fraction(1000))
RULES = Profile.read(
    {
        "markup_percent": 10,
        "rules": [
            {"model": "plain", "markup_percent": 50},
            {"model": "tiered", "fee_usd": "0.001"},
        ],
    }
)


def random_calls(seed: int, calls: int = 600) -> list[dict[str, Any]]:
    rng = random.Random(f"summary {seed}")  # noqa: S311 - test data
    lengths = (10, 5_000, 127_999, 128_000, 128_001, 199_999, 200_000, 200_001, 400_000)
    return [
        {
            "row": number,
            "job": f"job {rng.randint(1, 150)}",
            "at": datetime(2026, 10, rng.randint(1, 20), rng.randint(0, 23)),  # noqa: DTZ001 - UTC
            "name": rng.choice(("tiered", "marginal", "plain", "unknown")),
            "service": rng.choice((None, None, "batch")),
            "account": rng.choice(
                (None, "acme", "globex", *(f"user {n}@x.example" for n in range(9)))
            ),
            "input": rng.choice(lengths) + rng.randint(0, 1),
            "cache_read": rng.choice((0, 0, 3_000)),
            "output": rng.randint(0, 4_000),
        }
        for number in range(calls)
    ]


def read(calls: list[dict[str, Any]]) -> ReadLog:
    times = [call["at"] for call in calls]
    none: dict[str, int] = {}
    log = ReadLog("calls", len(calls), 0, none, none, none, none)
    return log._replace(first=min(times), last=max(times))


def sides(profile: Profile) -> tuple[BillSide, BillSide]:
    return BillSide(Catalog.load(OLD), profile), BillSide(Catalog.load(NEW), profile)


def both(
    calls: list[dict[str, Any]], profile: Profile, max_rows: int = MAX_ROWS
) -> tuple[UsageSummary, BillChange, BillChange]:
    """The summary of a log, and the bills by it and by the whole log."""
    base, new = sides(profile)
    with calls_table(calls) as database:
        whole = bill_of_calls(
            database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
        )
        summary = summarize(database, read(calls), base.catalog, max_rows)
    return summary, bill_of_summary(summary, "summary", base, new, at=AT), whole


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("profile", [PROFILE, RULES], ids=["markup", "rules"])
def test_a_summary_costs_what_its_log_costs(seed: int, profile: Profile) -> None:
    """To the picodollar, also at the edges of tiers; credits within what the summary states."""
    summary, by_summary, by_log = both(random_calls(seed), profile)
    assert by_summary.old_pico_usd == by_log.old_pico_usd
    assert by_summary.new_pico_usd == by_log.new_pico_usd
    assert by_summary.monthly_pico_usd == by_log.monthly_pico_usd
    assert by_summary.days == by_log.days
    for found, right in (
        (by_summary.old_credits, by_log.old_credits),
        (by_summary.new_credits, by_log.new_credits),
    ):
        assert abs(found - right) <= summary.jobs
    amounts = [
        sorted((one.old_pico_usd, one.new_pico_usd) for one in bill.accounts)
        for bill in (by_summary, by_log)
    ]
    assert amounts[0] == amounts[1]
    assert len(by_summary.accounts_over(Fraction(5))) == len(by_log.accounts_over(Fraction(5)))


def test_a_summary_names_no_account_and_has_the_same_bytes_each_time() -> None:
    summary, _, _ = both(random_calls(1), PROFILE)
    again, _, _ = both(random_calls(1), PROFILE)
    text = summary_text(summary)
    assert text == summary_text(again)
    for name in ("acme", "globex", "user", "@", "job"):
        assert name not in text.replace('"jobs"', ""), name
    jsonschema.validate(json.loads(text), SCHEMA)


def test_a_summary_is_read_as_it_was_written(tmp_path: Path) -> None:
    summary, bill, _ = both(random_calls(2), PROFILE)
    path = tmp_path / "usage.json"
    path.write_text(summary_text(summary), encoding="utf-8")
    base, new = sides(PROFILE)
    assert (
        bill_of_summary(read_summary(path.read_bytes(), path.name), "summary", base, new, at=AT)
        == bill
    )


def test_a_full_summary_folds_the_smallest_accounts_and_keeps_the_whole_bill() -> None:
    summary, by_summary, by_log = both(random_calls(3), PROFILE, max_rows=120)
    assert len(summary.rows) <= 120
    assert 0 < summary.folded_accounts < summary.accounts
    assert summary.left_out_calls == 0
    assert by_summary.new_pico_usd == by_log.new_pico_usd
    kept = {row.account for row in summary.rows} - {OTHER_ACCOUNTS}
    assert len(kept) == summary.accounts - summary.folded_accounts


def test_too_many_names_are_left_out_and_counted() -> None:
    calls = [{**call, "name": f"name {call['row']}"} for call in random_calls(4)]
    summary, _, _ = both(calls, PROFILE, max_rows=100)
    assert len(summary.rows) <= 100
    assert summary.left_out_calls == 600 - 50
    assert sum(row.calls for row in summary.rows) == 50


def test_hours_decide_the_share_of_off_peak_prices() -> None:
    """Half price from 0 to 12 UTC; 3 of 4 calls of 1,000 tokens are then: 0.625 of $4.00."""
    text = """{"x": {"m": {"input_cost_per_token": 1e-03, "off_peak_pricing": {
      "windows": [{"hours_utc": "00:00-12:00"}], "input_cost_per_token": 5e-04}}}}"""
    calls = [
        {"row": n, "at": datetime(2026, 10, 5, hour), "name": "m", "input": 1_000}  # noqa: DTZ001
        for n, hour in enumerate((1, 2, 3, 20))
    ]
    side = BillSide(Catalog.load(text), Profile())
    with calls_table(calls) as database:
        summary = summarize(database, read(calls), side.catalog)
    found = bill_of_summary(summary, "summary", side, side, at=AT)
    assert found.old_pico_usd == 2_500_000_000_000


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(BadLog, match="is not a summary of usage"):
        yield


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "pricectl.usage-summary/2"},
        {"calls": -1},
        {"days": 0},
        {"jobs": 1.5},
        {"jobs": True},
        {"rows": [{"account": 1, "calls": 1, "counts": {"input": 1}}]},
        {"rows": [{"name": "m", "account": 1, "calls": 0, "counts": {"input": 1}}]},
        {"rows": [{"name": "m", "account": 1, "calls": 1, "counts": {"inputs": 1}}]},
        {"rows": [{"name": 7, "account": 1, "calls": 1, "counts": {"input": 1}}]},
        {"hours": {"": [1] * 23}},
        {"accuracy": {}},
        {"rows": None},
    ],
)
def test_what_is_not_a_summary_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    summary, _, _ = both(random_calls(5, 20), PROFILE)
    path = tmp_path / "usage.json"
    path.write_text(json.dumps(json.loads(summary_text(summary)) | change), encoding="utf-8")
    with refused():
        read_summary(path.read_bytes(), path.name)
