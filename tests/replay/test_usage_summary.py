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
from pricectl.replay.errors import BadLog, ReplayRefused
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.summarize import MAX_KEY_BYTES, summarize
from pricectl.replay.summary_bill import bill_of_summary
from pricectl.replay.summary_file import read_summary
from pricectl.replay.usage_summary import (
    LEAST_CALLS,
    UsageSummary,
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
    calls: list[dict[str, Any]], profile: Profile, max_key_bytes: int = MAX_KEY_BYTES
) -> tuple[UsageSummary, BillChange, BillChange]:
    """The summary of a log, and the bills by it and by the whole log."""
    base, new = sides(profile)
    with calls_table(calls) as database:
        whole = bill_of_calls(
            database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
        )
        summary = summarize(database, read(calls), base.catalog, max_key_bytes=max_key_bytes)
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


def test_sellers_services_and_regions_are_known_words_or_other() -> None:
    """What a gateway writes there can hold an address, a key or a name; it is charged alike."""
    known = {"seller": "openai", "service": "Batch", "region": "eu-central-1"}
    said = (
        known,
        {"seller": "http://10.0.0.1/sk-secret", "service": "Bob", "region": "https://sk-secret@h"},
        {**known, "seller": "openai.sk-secret"},
        {"seller": "azure_openai", "service": "flex", "region": "EU"},
    )
    calls = [call | said[call["row"] % 4] for call in random_calls(7)]
    summary, by_summary, by_log = both(calls, PROFILE)
    assert {(one.key.seller, one.key.service, one.key.region) for one in summary.keys} == {
        ("openai", "Batch", "eu-central-1"),
        ("other", "other", "other"),
        ("azure", "flex", "EU"),
    }
    assert (by_summary.old_pico_usd, by_summary.new_pico_usd) == (
        by_log.old_pico_usd,
        by_log.new_pico_usd,
    )
    for word in ("secret", "Bob", "10.0.0"):
        assert word not in summary_text(summary)


@pytest.mark.parametrize(
    ("price", "tokens", "fits"),
    [
        ("1e7", 1, True),
        ("1e9", 10**6, True),
        ("900000", 10**12, False),
        ("0", 10**15, False),
        ("1e13", 1, False),
    ],
)
def test_a_summary_of_huge_numbers_is_right_or_refused(
    price: str, tokens: int, *, fits: bool
) -> None:
    rows = f'{{"input_cost_per_token": {price}, "output_cost_per_token": 1e-05}}'
    side = BillSide(Catalog.load(f'{{"o": {{"m": {rows}}}}}'), PROFILE)
    calls = [call | {"name": "m", "input": tokens} for call in random_calls(1, 60)]
    with calls_table(calls) as database:
        if not fits:
            with pytest.raises(ReplayRefused, match="more than a summary can state"):
                summarize(database, read(calls), side.catalog)
            return
        by_log = bill_of_calls(
            database, read(calls), "log", side, side, at=AT, progress=lambda *_: None
        )
        written = summary_text(summarize(database, read(calls), side.catalog))
    by_summary = bill_of_summary(read_summary(written.encode(), "f"), "f", side, side, at=AT)
    assert by_summary.old_pico_usd == by_log.old_pico_usd


@pytest.mark.parametrize("region", ["eastus2", "EastUS2", "global-standard", "elsewhere"])
def test_regions_that_names_of_rows_begin_with_are_known(region: str) -> None:
    rows = ", ".join(
        f'"{name}": {{"input_cost_per_token": {price}e-06, "output_cost_per_token": 4e-06}}'
        for name, price in (("gpt-4o", 1), ("eastus2/gpt-4o", 2), ("global-standard/gpt-4o", 3))
    )
    side = BillSide(Catalog.load(f'{{"azure": {{{rows}}}}}'), PROFILE)
    own = {"name": "gpt-4o", "seller": "azure", "region": region}
    calls = [call | own for call in random_calls(8, 30)]
    with calls_table(calls) as database:
        by_log = bill_of_calls(
            database, read(calls), "log", side, side, at=AT, progress=lambda *_: None
        )
        summary = summarize(database, read(calls), side.catalog)
    by_summary = bill_of_summary(summary, "summary", side, side, at=AT)
    assert by_summary.old_pico_usd == by_log.old_pico_usd
    assert {one.key.region for one in summary.keys} == {
        "other" if region == "elsewhere" else region
    }


def test_a_summary_is_read_as_it_was_written(tmp_path: Path) -> None:
    summary, bill, _ = both(random_calls(2), PROFILE)
    path = tmp_path / "usage.json"
    path.write_text(summary_text(summary), encoding="utf-8")
    base, new = sides(PROFILE)
    assert (
        bill_of_summary(read_summary(path.read_bytes(), path.name), "summary", base, new, at=AT)
        == bill
    )


def test_too_many_names_are_left_out_and_counted() -> None:
    calls = [{**call, "name": f"name {call['row']}"} for call in random_calls(4)]
    summary, bill, _ = both(calls, PROFILE, max_key_bytes=5_000)
    assert 20 < len(summary.keys) < 60
    assert summary.left_out_calls == 600 - len(summary.keys)
    assert f"; without {summary.left_out_calls} calls of rare names" in bill.basis


def test_accounts_with_few_calls_are_only_in_the_sum() -> None:
    """Of five accounts the two with fewer than 5 calls have no line; one may rise by 50%."""
    calls = [
        {**random_calls(7)[0], "row": row, "account": f"a{row % 5 if row < 23 else 0}", "input": 10}
        for row in range(24)
    ]
    calls = [call for call in calls if call["account"] in {"a0", "a1", "a2"} or call["row"] < 20]
    summary, bill, _ = both(calls, PROFILE)
    assert (summary.accounts, len(summary.by_account)) == (5, 3)
    assert summary.folded_accounts == 2
    assert sum(key.folded_calls for key in summary.keys) == 8
    assert LEAST_CALLS == 5
    assert "3 accounts with" in bill.basis


OFF_PEAK = """{"x": {"m": {"input_cost_per_token": 1e-03, "off_peak_pricing": {
  "windows": [{"hours_utc": "00:00-12:30", "weekdays": [1, 2, 3, 4, 5]}],
  "input_cost_per_token": 5e-04}}}}"""


def off_peak_bills(summarized_by: str) -> tuple[BillChange, BillChange]:
    """10 and 1,000 tokens on Monday at 12:15 and 12:45, 100 on Saturday at 01:00."""
    texts = ("2026-10-05 12:15", "2026-10-05 12:45", "2026-10-10 01:00")
    times = map(datetime.fromisoformat, texts)
    calls = [
        {"row": n, "at": at, "name": "m", "input": tokens, "account": None}
        for n, (at, tokens) in enumerate(zip(times, (10, 1_000, 100), strict=True))
    ]
    side = BillSide(Catalog.load(OFF_PEAK), Profile())
    with calls_table(calls) as database:
        summary = summarize(database, read(calls), Catalog.load(summarized_by))
        log = bill_of_calls(
            database, read(calls), "log", side, side, at=AT, progress=lambda *_: None
        )
    return bill_of_summary(summary, "summary", side, side, at=AT), log


def test_off_peak_prices_cost_what_the_log_costs() -> None:
    """Also at half past an hour and on a weekend: 10 x $0.0005 + 1,100 x $0.001 = $1.105."""
    found, log = off_peak_bills(OFF_PEAK)
    assert found.old_pico_usd == log.old_pico_usd == 1_105_000_000_000
    assert found.accuracy
    assert found.accuracy.old_off_by_pico_usd == 0


def test_off_peak_prices_that_came_later_go_by_the_hours_within_what_is_stated() -> None:
    """All tokens are between half and the whole price: $0.555 to $1.11."""
    found, log = off_peak_bills(OFF_PEAK.replace("12:30", "12:30").replace('"m"', '"other"'))
    assert found.accuracy
    off = found.accuracy.old_off_by_pico_usd
    assert off
    assert abs(found.old_pico_usd - log.old_pico_usd) <= off
    assert 555_000_000_000 < found.old_pico_usd < 1_110_000_000_000
    # The prices do not change, so that their difference is known.
    assert found.accuracy.difference_off_by_pico_usd == 0


@contextmanager
def refused(why: str = "") -> Iterator[None]:
    with pytest.raises(BadLog, match=f"is not a summary of usage: {why}"):
        yield


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "pricectl.usage-summary/2"},
        {"calls": -1},
        {"days": 0},
        {"jobs": 1.5},
        {"jobs": True},
        {"keys": [{"sums": [1, 1], "weights": [0, 1]}]},
        {"keys": [{"name": "m", "sums": [0, 1], "weights": [0, 1]}]},
        {"keys": [{"name": "m", "sums": [1] * 20, "weights": []}]},
        {"keys": [{"name": 7, "sums": [1, 1], "weights": [0, 1]}]},
        {"keys": [{"name": "m", "week_part": 9, "sums": [1, 1], "weights": []}]},
        {"columns": ["calls", "inputs"]},
        {"columns": ["input", "calls"]},
        # Fewer requests than calls, or none; more tokens than the calculator counts.
        {
            "columns": ["calls", "requests", "input"],
            "keys": [{"name": "m", "sums": [2, 1, 5], "weights": []}],
            "by_account": [],
        },
        {
            "columns": ["calls", "requests", "input"],
            "keys": [{"name": "m", "sums": [2], "weights": []}],
            "by_account": [],
        },
        {
            "columns": ["calls", "input"],
            "keys": [{"name": "m", "sums": [2, 10**15 + 1], "weights": []}],
            "by_account": [],
        },
        # More than all calls have.
        {
            "columns": ["calls", "input"],
            "keys": [{"name": "m", "sums": [9, 5], "weights": []}],
            "by_account": [[[1, 5, 3]], [[1, 4, 3]]],
        },
        {"by_account": {"": [1] * 24}},
        {"keys": {"": 1}},
        {"by_account": [[[False, 1, 1, 5]]]},
        {"by_account": [[[0, 1, 1, 5], [0, 1, 1, 5]]]},
        {"by_account": [[[0, 1, 1, 5, 1, 10, 1, 10]]]},
        {"by_account": [[[9_999, 1, 1]]]},
        {"by_account": [[[1, 1, 1], [1, 1, 1]]]},
        {"by_account": [[[0, 1, 1]]]},
        {"by_account": [[[0, 1, 1, 5, 1]]]},
        {"by_account": [[[0, 1, 1, 5, 9_999, 1]]]},
        {"by_account": [[[0, 1, 1, 5, 1, 10_001]]]},
        {"by_account": [[]] * 40},
        {"hours": {"": [1] * 23}},
        {"accuracy": {}},
        {"keys": None},
    ],
)
def test_what_is_not_a_summary_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    summary, _, _ = both(random_calls(5, 20), PROFILE)
    path = tmp_path / "usage.json"
    path.write_text(json.dumps(json.loads(summary_text(summary)) | change), encoding="utf-8")
    with refused("(?!its lines)"):
        read_summary(path.read_bytes(), path.name)
