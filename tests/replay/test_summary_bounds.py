"""The bill of a summary is within what it states of the bill of its log.

Random logs and random edits of prices, tiers, hours, steps of counts and rules of customers: in
all, and for each account, whatever of it the summary keeps.
"""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from pricectl.changes.bill import BillChange
from pricectl.core import Catalog, Profile
from pricectl.replay.bill import bill_of_calls
from pricectl.replay.bill_side import BillSide
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.summarize import summarize
from pricectl.replay.summary_bill import bill_of_summary
from pricectl.replay.usage_summary import LEAST_CALLS, UsageSummary, summary_text
from tests.replay.random_logs import calls_table, usage_of_row

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
NAMES = tuple(f"{gateway}model-{n}" for gateway in ("", "gateway/") for n in range(8))
HOURS = ("00:00-12:30", "16:30-00:30", ["01:00-02:00", "10:00-14:45"])
ZONES = (None, "Asia/Shanghai", "Europe/Paris")


def random_row(rng: random.Random) -> dict[str, Any]:
    """A row with some of what makes a cost depend on more than its counts."""

    def price() -> float:
        return rng.choice((0, 1, 3, 25, 333)) * 1e-8

    row: dict[str, Any] = {"input_cost_per_token": price(), "output_cost_per_token": price()}
    if rng.random() < 0.5:
        row["cache_read_input_token_cost"] = price()
    if rng.random() < 0.4:
        row[f"input_cost_per_token_above_{rng.choice((128, 150, 200))}k_tokens"] = price()
        row["context_tier"] = {
            "scope": rng.choice(("request", "marginal")),
            "boundary": rng.choice(("gt", "gte")),
        }
    if rng.random() < 0.3:
        row["input_cost_per_token_batches"] = price()
    if rng.random() < 0.4:
        window: dict[str, Any] = {"hours_utc": rng.choice(HOURS)}
        row["off_peak_pricing"] = {"input_cost_per_token": price(), "windows": [window]}
        if rng.random() < 0.6:
            window["weekdays"] = rng.sample(range(1, 8), 4)
            zone = rng.choice(ZONES)
            row["off_peak_pricing"] |= {"weekday_timezone": zone} if zone else {}
    if rng.random() < 0.5:
        row["input_cost_per_second"] = rng.choice((0.0001, 0.00033333))
        if rng.random() < 0.7:
            steps = {"step": 1, "minimum": 10, "free": 2}
            kept = rng.sample(sorted(steps), rng.randint(1, 3))
            row["billed_counts"] = {"input_second": {key: steps[key] for key in kept}}
    if rng.random() < 0.3:
        row["file_search_cost_per_1k_calls"] = 0.0025000001
    return row


def edited(rows: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same rows with a few, or all, at other prices, or wholly others."""
    kind = rng.choice(("one", "some", "all", "others"))
    found = {}
    for name, row in rows.items():
        if kind == "others" and rng.random() < 0.4:
            found[name] = random_row(rng)
        elif kind == "all" or (kind == "some" and rng.random() < 0.4) or name == "model-0":
            factor = 1.1 if kind == "all" else rng.choice((0.5, 1.2, 3))
            found[name] = {
                key: value * factor if isinstance(value, float) else value
                for key, value in row.items()
            }
        else:
            found[name] = row
    return found


def random_profile(rng: random.Random) -> Profile:
    rules = rng.sample(
        [
            {"account": "account 3", "markup_percent": 80},
            {"account": "account 1*", "fee_usd": "0.0003", "model": "model-1"},
            {"model": "model-2", "factor": "0.7"},
            {
                "model": "model-3",
                "prices": {
                    "input_cost_per_token": "0.000001",
                    "input_cost_per_token_above_140k_tokens": "0.000002",
                },
            },
            {"model": "model-4", "fee_usd": "0.001", "markup_percent": 5},
        ],
        rng.randint(0, 3),
    )
    return Profile.read({"markup_percent": rng.choice((0, 10, "33.333")), "rules": rules})


def random_calls(rng: random.Random, calls: int, accounts: int) -> list[dict[str, Any]]:
    """Accounts with few names each, some of them with few calls."""
    lengths = (10, 5_000, 127_999, 128_000, 150_001, 199_999, 200_001, 400_000)
    own = {n: rng.sample(NAMES, rng.randint(1, 6)) for n in range(accounts)}
    several = rng.random() < 0.5
    found = []
    for row in range(calls):
        account = int(accounts * rng.random() ** 2)
        at = datetime(2026, 10, 1) + timedelta(minutes=rng.randint(0, 30 * 1440))  # noqa: DTZ001
        found.append(
            {
                "row": row,
                "job": f"job {rng.randint(1, 150)}",
                "at": at if rng.random() < 0.9 else None,
                "name": rng.choice(own[account]),
                "service": rng.choice((None, None, None, "batch")),
                "account": f"account {account}" if rng.random() < 0.95 else None,
                "requests": rng.choice((1, 1, 3)) if several else 1,
                "input": rng.choice((*lengths, 0)) + rng.randint(0, 1),
                "cache_read": rng.choice((0, 0, 3_000, 190_000)),
                "output": rng.choice((0, rng.randint(0, 4_000))),
                "input_second": rng.choice((0, 0, rng.randint(1, 90_000))),
                "file_search": rng.choice((0, 0, 0, 7)),
            }
        )
    return found


def assert_bounds_hold(
    summary: UsageSummary, bill: BillChange, log: BillChange, calls: list[dict[str, Any]]
) -> None:
    """The log is within what the summary states, in all and of each account."""
    assert bill.accuracy
    moved = bill.new_pico_usd - bill.old_pico_usd, log.new_pico_usd - log.old_pico_usd
    for found, right, off in (
        (bill.old_pico_usd, log.old_pico_usd, bill.accuracy.old_off_by_pico_usd),
        (bill.new_pico_usd, log.new_pico_usd, bill.accuracy.new_off_by_pico_usd),
        (*moved, bill.accuracy.difference_off_by_pico_usd),
    ):
        assert off is not None
        assert abs(found - right) <= off
    rises = {account.account: account.rise_percent for account in log.accounts}
    kept = numbered(calls, len(summary.by_account))
    for name, account in zip(kept, bill.accounts, strict=True):
        sure, right_rise = account.sure_rise, rises[name]
        if right_rise is None:
            assert sure.highest is None, name
        else:
            assert sure.lowest is not None, name
            assert sure.lowest <= right_rise, name
            assert sure.highest is None or right_rise <= sure.highest, name
    highest = bill.accuracy.folded_highest_percent
    for name in rises.keys() - set(kept):
        assert highest is None or (rises[name] or 0) <= highest, name


def numbered(calls: list[dict[str, Any]], accounts: int) -> list[str]:
    """The accounts that have a line, in order: those with most tokens of all with enough calls."""
    tokens: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for call in calls:
        usage = usage_of_row(call)
        if call["account"] and usage.counts:
            used[call["account"]] += 1
            tokens[call["account"]] += usage.total_tokens
    enough = [name for name in used if used[name] >= LEAST_CALLS]
    return sorted(enough, key=lambda name: (-tokens[name], name))[:accounts]


def read(calls: list[dict[str, Any]]) -> ReadLog:
    times = [call["at"] for call in calls if call["at"]]
    none: dict[str, int] = {}
    log = ReadLog("calls", len(calls), 0, none, none, none, none)
    return log._replace(first=min(times), last=max(times))


@pytest.mark.parametrize("seed", range(10))
def test_a_log_is_within_what_its_summary_states(seed: int) -> None:
    """Also for a summary that was made by older prices, and with room for a part of it only."""
    rng = random.Random(f"bounds {seed}")  # noqa: S311 - test data
    calls = random_calls(rng, 500, rng.choice((3, 30)))
    rows = {f"model-{n}": random_row(rng) for n in range(7)}
    older = edited(rows, rng) if rng.random() < 0.5 else rows
    profile = random_profile(rng)
    changed = random_profile(rng) if rng.random() < 0.3 else profile
    base = BillSide(Catalog.load(json.dumps({"o": rows})), profile)
    new = BillSide(Catalog.load(json.dumps({"o": edited(rows, rng)})), changed)
    with calls_table(calls) as database:
        log = bill_of_calls(
            database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
        )
        then = Catalog.load(json.dumps({"o": older}))
        whole = summarize(database, read(calls), then)
        least = len(summary_text(whole._replace(by_account=())))
        most = len(summary_text(whole))
        for share in (0, 30, 60, 100):
            room = least + (most - least) * share // 100
            summary = summarize(database, read(calls), then, room)
            assert summary.left_out_calls == 0
            # Keys say how many of their calls are of accounts that found no room.
            assert len(summary_text(summary)) <= max(room, least + 20 * len(summary.keys))
            bill = bill_of_summary(summary, "summary", base, new, at=AT)
            assert_bounds_hold(summary, bill, log, calls)


TOKENS = {"input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}
# One reason each why a cost is not linear in sums, on its own, so that no other hides it.
REASONS: dict[str, dict[str, Any]] = {
    "minimum": {
        "input_cost_per_second": 0.0001,
        "billed_counts": {"input_second": {"minimum": 60}},
    },
    "step": {"input_cost_per_second": 0.0001, "billed_counts": {"input_second": {"step": 30}}},
    "free": {"input_cost_per_second": 0.0001, "billed_counts": {"input_second": {"free": 40}}},
    "thousand": {"file_search_cost_per_1k_calls": 0.0025000001},
    "marginal": TOKENS
    | {
        "cache_read_input_token_cost": 1e-7,
        "input_cost_per_token_above_150k_tokens": 3e-6,
        "context_tier": {"scope": "marginal", "boundary": "gt"},
    },
    "tier": TOKENS | {"input_cost_per_token_above_150k_tokens": 3e-6},
    "hours": TOKENS
    | {"off_peak_pricing": {"hours_utc": "03:10-20:50", "input_cost_per_token": 5e-7}},
    "always": TOKENS
    | {"off_peak_pricing": {"hours_utc": "00:00-00:00", "input_cost_per_token": 5e-7}},
    "zone": TOKENS
    | {
        "off_peak_pricing": {
            "windows": [{"hours_utc": "22:00-23:30", "weekdays": [1, 2, 6]}],
            "weekday_timezone": "Europe/Paris",
            "input_cost_per_token": 5e-7,
        }
    },
}


@pytest.mark.parametrize("is_known_then", [True, False], ids=["known then", "later"])
@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_alone_is_within_its_bounds(reason: str, *, is_known_then: bool) -> None:
    """Also where the summary was made before the row had it."""
    base = BillSide(Catalog.load(json.dumps({"o": {"m": REASONS[reason]}})), Profile())
    dearer = json.dumps({"o": {"m": REASONS[reason]}}).replace("0.0001", "0.0002")
    dearer = dearer.replace("0.0025", "0.0035").replace("e-07", "e-06")
    new = BillSide(Catalog.load(dearer), Profile())
    then = base.catalog if is_known_then else Catalog.load(json.dumps({"o": {"m": TOKENS}}))
    for seed in range(4):
        rng = random.Random(f"{reason} {seed}")  # noqa: S311 - test data
        # The most extreme calls: all alike, or one that is unlike all others.
        calls = random_calls(rng, 60, 4)
        # Of one band, so that the one call is summed with the others.
        counts = {"input": 10, "cache_read": 0, "input_second": (400, 45_000)[seed // 2]}
        first = calls[0]["input_second"]
        same = {"name": "m", "requests": 1, "service": None, "file_search": rng.choice((1, 7))}
        calls = [call | same | (counts if seed % 2 else {}) for call in calls]
        calls[0]["input_second"] = max(first, 3_600_000)
        if seed == 3:  # all calls at the same time, or none of them
            calls = [call | {"at": None} for call in calls[1:]] + calls[:1]
            calls[-1]["at"] = datetime(2026, 10, 3, 23, 15)  # noqa: DTZ001
        with calls_table(calls) as database:
            log = bill_of_calls(
                database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
            )
            summary = summarize(database, read(calls), then)
        bill = bill_of_summary(summary, "summary", base, new, at=AT)
        assert_bounds_hold(summary, bill, log, calls)


def test_costs_that_responses_state_are_not_known_from_a_summary() -> None:
    """A row varies by upstream and the profile prefers what is stated: any amount is possible."""
    row = {"input_cost_per_token": 1e-6, "varies_by_upstream": True}
    call = {"row": 1, "at": datetime(2026, 10, 1), "name": "m", "input": 9, "account": "a"}  # noqa: DTZ001
    calls = [call | {"row": row} for row in range(6)]
    base = BillSide(Catalog.load(json.dumps({"o": {"m": row}})), Profile(prefer_stated_cost=True))
    with calls_table(calls) as database:
        summary = summarize(database, read(calls), base.catalog)
    bill = bill_of_summary(summary, "summary", base, base, at=AT)
    assert bill.accuracy
    assert bill.accuracy.difference_off_by_pico_usd is None
    assert bill.accounts_maybe_over(Fraction(5)) == 1
    assert "without what responses state as their cost" in bill.basis


def test_plain_prices_agree_to_the_picodollar_and_accounts_with_all_of_their_names() -> None:
    rng = random.Random("plain")  # noqa: S311 - test data
    calls = random_calls(rng, 400, 8)
    text = json.dumps({"o": {f"model-{n}": {"input_cost_per_token": 1e-6} for n in range(7)}})
    base = BillSide(Catalog.load(text), Profile())
    new = BillSide(Catalog.load(text.replace("1e-06", "1.3e-06", 2)), Profile())
    with calls_table(calls) as database:
        log = bill_of_calls(
            database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
        )
        summary = summarize(database, read(calls), base.catalog)
    bill = bill_of_summary(summary, "summary", base, new, at=AT)
    assert bill.accuracy
    assert bill.accuracy[:3] == (Fraction(0), Fraction(0), Fraction(0))
    assert_bounds_hold(summary, bill, log, calls)
    rises = {account.account: account.rise_percent for account in log.accounts}
    for name, account in zip(numbered(calls, len(bill.accounts)), bill.accounts, strict=True):
        assert account.rise_percent == rises[name]
        assert account.sure_rise == (rises[name], rises[name])


def test_fewer_bytes_make_wider_bounds_and_never_wrong_ones() -> None:
    """One model after the other at twice its price: bytes narrow what is known of accounts."""
    rng = random.Random("bytes")  # noqa: S311 - test data
    calls = [
        {**call, "name": f"model-{int(7 * rng.random() ** 2)}", "service": None}
        for call in random_calls(rng, 700, 12)
    ]
    rows = {f"model-{n}": {"input_cost_per_token": 1e-6 * (n + 1)} for n in range(7)}
    base = BillSide(Catalog.load(json.dumps({"o": rows})), Profile())
    widths: dict[int, Fraction] = dict.fromkeys((600, 900, 1_400, 100_000), Fraction(0))
    with calls_table(calls) as database:
        whole = summarize(database, read(calls), base.catalog)
        least = len(summary_text(whole._replace(by_account=())))
        summaries = {
            more: summarize(database, read(calls), base.catalog, least + more) for more in widths
        }
        for name, row in rows.items():
            dearer = rows | {name: {"input_cost_per_token": row["input_cost_per_token"] * 2}}
            new = BillSide(Catalog.load(json.dumps({"o": dearer})), Profile())
            log = bill_of_calls(
                database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
            )
            for more, summary in summaries.items():
                bill = bill_of_summary(summary, "summary", base, new, at=AT)
                assert_bounds_hold(summary, bill, log, calls)
                sure = [account.sure_rise for account in bill.accounts]
                widths[more] += sum((one.highest or 0) - (one.lowest or 0) for one in sure)
    assert all(len(summary.by_account) > 3 for summary in summaries.values())
    assert widths[600] > widths[1_400] > widths[100_000] == Fraction(0)


def test_a_fee_for_each_call_is_in_the_bounds_of_every_account() -> None:
    """Calls of 10 tokens, of which the fee is nearly all: the rest of an account has calls, too."""
    rng = random.Random("fee")  # noqa: S311 - test data
    small = {"input": 10, "output": 0, "cache_read": 0, "input_second": 0, "service": None}
    calls = [{**call, **small, "requests": 1} for call in random_calls(rng, 500, 9)]
    rows = {f"model-{n}": {"input_cost_per_token": 1e-6 * (n + 1)} for n in range(7)}
    catalog = Catalog.load(json.dumps({"o": rows}))
    fees = [{"model": f"model-{n}", "fee_usd": "0.001"} for n in range(7)]
    base, new = BillSide(catalog, Profile()), BillSide(catalog, Profile.read({"rules": fees}))
    with calls_table(calls) as database:
        log = bill_of_calls(
            database, read(calls), "log", base, new, at=AT, progress=lambda *_: None
        )
        whole = summarize(database, read(calls), catalog)
        least = len(summary_text(whole._replace(by_account=())))
        summary = summarize(database, read(calls), catalog, least + 500)
    assert any(account.rest_calls for account in summary.by_account)
    bill = bill_of_summary(summary, "summary", base, new, at=AT)
    assert_bounds_hold(summary, bill, log, calls)
