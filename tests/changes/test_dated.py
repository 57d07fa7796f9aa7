"""Comparisons by the day: what is in force counts, and not where in the row it stands."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from pricectl.changes import CatalogVersion, Change, Comparison, Move, compare
from pricectl.changes.gates import FailOnChange, GateLimits, check_gates
from pricectl.changes.metadata import SAME_CHARGES
from pricectl.core import Usage, quote
from pricectl.edit.formatting import format_text
from pricectl.policy import Workload
from tests.edit.test_formatting import calls, instants, layouts, rows, starts, written

pytestmark = pytest.mark.long

TURN = Workload("turn", Usage(1_000, 500))
DAY = date(2026, 12, 1)
EVERY_GATE = GateLimits.read(FailOnChange, "0%", "0%", exit_code=True)
OLD = {"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06}
NEW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
# From DAY on at twice the price, as announced and as promoted.
ANNOUNCED = OLD | {"upcoming": [{"from": "2026-12-01"} | NEW]}
PROMOTED = NEW | {"previous": [{"until": "2026-12-01"} | OLD]}


def between(old: dict[str, Any], new: dict[str, Any], at: date | None = DAY) -> Comparison:
    versions = (CatalogVersion.read(json.dumps({"o": {"m": row}}).encode()) for row in (old, new))
    return compare(*versions, workloads=(TURN,), at=at)


def shown(change: Change) -> tuple[object, ...]:
    return change.kind, change.field, change.old, change.new, change.period


def tripped(comparison: Comparison) -> list[str]:
    return [gate.id for gate in check_gates(comparison, EVERY_GATE) if gate.tripped]


def test_a_promotion_is_one_line_that_trips_no_gate() -> None:
    comparison = between(ANNOUNCED, PROMOTED)
    (change,) = comparison.changes
    assert shown(change)[:2] == ("metadata", "previous, upcoming")
    assert shown(change)[2:4] == ("from 2026-12-01", "until 2026-12-01")
    assert (change.note, change.severity, change.pointer) == (SAME_CHARGES, "info", "/o/m")
    assert comparison.impact == ()
    assert tripped(comparison) == []


@pytest.mark.parametrize("at", [date(2025, 1, 1), DAY, datetime(2027, 6, 1, 13, tzinfo=UTC)])
def test_a_promotion_trips_no_gate_at_any_date(at: date) -> None:
    assert tripped(between(ANNOUNCED, PROMOTED, at)) == []
    assert tripped(between(PROMOTED, ANNOUNCED, at)) == []


def test_an_edited_price_that_has_begun_is_a_repricing() -> None:
    # in force since DAY: input $2 -> $3; the turn costs 1,000 x $2 + 500 x $8 = $0.006, then $0.007
    dearer = OLD | {"upcoming": [{"from": "2026-12-01"} | NEW | {"input_cost_per_token": 3e-06}]}
    comparison = between(ANNOUNCED, dearer)
    (change,) = comparison.changes
    field = "upcoming/2026-12-01/input_cost_per_token"
    assert shown(change) == ("repriced", field, "2.00", "3.00", "")
    assert change.pointer == "/o/m/upcoming/0/input_cost_per_token"
    (job,) = comparison.impact
    assert (job.move, job.period) == (Move(6_000_000_000, 7_000_000_000), "")
    assert {"fail-on-increase", "max-increase"} <= set(tripped(comparison))


def test_the_base_price_is_in_the_past_once_an_upcoming_one_began() -> None:
    comparison = between(ANNOUNCED, ANNOUNCED | {"input_cost_per_token": 1.5e-06})
    (change,) = comparison.changes
    assert shown(change) == ("repriced", "input_cost_per_token", "1.00", "1.50", "until 2026-12-01")
    # the day before: 1,000 x $1 + 500 x $4 = $0.003, then $0.0035
    (job,) = comparison.impact
    assert (job.move, job.period) == (Move(3_000_000_000, 3_500_000_000), "until 2026-12-01")


def test_a_promotion_with_an_edit_shows_only_the_edit() -> None:
    comparison = between(ANNOUNCED, PROMOTED | {"input_cost_per_token": 2.5e-06})
    (change,) = comparison.of("repriced")
    assert shown(change) == ("repriced", "input_cost_per_token", "2.00", "2.50", "")
    assert change.pointer == "/o/m/input_cost_per_token"
    assert [other.note for other in comparison.of("metadata")] == [SAME_CHARGES]


def test_a_dropped_price_that_has_begun_is_a_repricing() -> None:
    comparison = between(ANNOUNCED, OLD)
    assert [shown(change) for change in comparison.changes] == [
        ("repriced", "input_cost_per_token", "2.00", "1.00", ""),
        ("repriced", "output_cost_per_token", "8.00", "4.00", ""),
    ]


def test_an_announced_price_is_compared_from_its_start() -> None:
    comparison = between(OLD, ANNOUNCED, date(2026, 11, 1))
    assert [shown(change)[1:] for change in comparison.changes] == [
        ("upcoming/2026-12-01/input_cost_per_token", "1.00", "2.00", "from 2026-12-01"),
        ("upcoming/2026-12-01/output_cost_per_token", "4.00", "8.00", "from 2026-12-01"),
    ]
    assert comparison.changes[0].pointer == "/o/m/upcoming/0/input_cost_per_token"
    begun = between(OLD, ANNOUNCED)
    assert {change.period for change in begun.changes} == {""}


def test_a_start_time_within_the_day_is_used() -> None:
    noon = OLD | {"upcoming": [{"from": "2026-12-01T12:00"} | NEW]}
    before, after = (
        between(OLD, noon, datetime(2026, 12, 1, hour, tzinfo=UTC)) for hour in (11, 13)
    )
    assert {change.period for change in before.changes} == {"from 2026-12-01T12:00:00"}
    assert {change.period for change in after.changes} == {""}


def test_how_an_announced_price_applies_is_shown_from_its_day() -> None:
    def row(scope: str) -> dict[str, Any]:
        tiers = NEW | {
            "input_cost_per_token_above_200k_tokens": 4e-06,
            "context_tier": {"scope": scope},
        }
        return OLD | {"upcoming": [{"from": "2027-01-01"} | tiers]}

    comparison = between(row("request"), row("marginal"))
    (change,) = comparison.changes
    assert shown(change)[:2] == ("repriced", "upcoming/2027-01-01/context_tier")
    assert (change.period, change.note) == ("from 2027-01-01", "how the prices apply")
    # 220,000 in: all at $4 = $0.88; marginal 200,000 x $2 + 20,000 x $4 = $0.48; 1,000 out $0.008
    (job,) = [job for job in comparison.impact if job.move.difference_pico_usd]
    assert (job.move, job.period) == (Move(888_000_000_000, 488_000_000_000), "from 2027-01-01")


def test_a_factor_promoted_with_its_prices_is_not_a_change() -> None:
    factor = {"provider_specific_entry": {"us": 1.1}}
    old = ANNOUNCED | factor
    new = NEW | {"previous": [{"until": "2026-12-01"} | OLD | factor]}
    assert not between(old, new).of("repriced")
    # without the dated list, the factor is gone today: $1.1 -> $1 a dollar
    (change,) = between(OLD | factor, OLD).changes
    assert shown(change)[:4] == ("repriced", "provider_specific_entry/us", "1.1", None)


def test_an_equal_tier_rule_written_differently_is_not_a_change() -> None:
    comparison = between(OLD, OLD | {"context_tier": {"scope": "request", "boundary": "gt"}})
    (change,) = comparison.changes
    assert (change.kind, change.note, tripped(comparison)) == ("metadata", SAME_CHARGES, [])


def test_a_source_promoted_with_its_prices_is_not_a_change() -> None:
    def dated(prices: dict[str, Any], source: str) -> dict[str, Any]:
        return prices | {"source": source}

    old = dated(OLD, "a") | {"upcoming": [dated({"from": "2026-12-01"} | NEW, "b")]}
    new = dated(NEW, "b") | {"previous": [dated({"until": "2026-12-01"} | OLD, "a")]}
    assert tripped(between(old, new)) == []
    other = new | {"source": "c"}
    assert [change.field for change in between(old, other).changes if not change.only_text] == [
        "source"
    ]


def test_a_row_renamed_while_it_is_promoted_is_the_same_row() -> None:
    old = CatalogVersion.read(json.dumps({"o": {"model-1": ANNOUNCED}}).encode())
    new = CatalogVersion.read(json.dumps({"o": {"model-1a": PROMOTED}}).encode())
    comparison = compare(old, new, at=DAY)
    assert [(change.old, change.new) for change in comparison.of("renamed")] == [
        ("model-1", "model-1a")
    ]
    assert not comparison.of("repriced", "added", "removed")


def test_an_added_row_shows_the_price_in_force() -> None:
    old, new = ({"o": {"z": OLD}}, {"o": {"z": OLD, "m": ANNOUNCED}})
    versions = (CatalogVersion.read(json.dumps(rows).encode()) for rows in (old, new))
    (change,) = compare(*versions, at=DAY).of("added")
    assert change.new == "input 2.00, output 8.00"


def test_a_previous_price_that_ended_on_the_first_calendar_day_is_accepted() -> None:
    beginning = OLD | {"previous": [{"until": "0001-01-01"} | NEW]}
    (change,) = between(OLD, beginning).changes
    assert (change.kind, change.note) == ("metadata", SAME_CHARGES)


@settings(max_examples=200, deadline=None)
@given(rows, layouts, instants | starts)
def test_formatting_changes_no_price_at_any_instant(
    row: dict[str, object], layout: int | str | None, now: datetime
) -> None:
    """What `pricectl fmt` writes reprices nothing, renames nothing and trips no gate."""
    data = written(row, layout).encode()
    after = format_text(data, now).text.encode()
    comparison = compare(CatalogVersion.read(data), CatalogVersion.read(after), at=now)
    assert not comparison.of("repriced", "resolution")
    assert (comparison.impact, tripped(comparison)) == ((), [])


@settings(max_examples=200, deadline=None)
@given(rows, rows, instants | starts, instants | starts, calls)
def test_rows_without_a_repricing_cost_the_same_at_every_instant(
    one: dict[str, object], other: dict[str, object], now: datetime, then: datetime, usage: Usage
) -> None:
    """Two rows whose comparison has no price change charge a call of any instant alike."""
    # As likely to be alike as not: half of the members of the other row.
    mixed = one | {key: other[key] for key in sorted(other)[::2]}
    old, new = (CatalogVersion.read(written(row, None).encode()) for row in (one, mixed))
    comparison = compare(old, new, workloads=(), at=now)
    if not comparison.of("repriced"):
        for service in (None, "batch"):
            before, after = (
                quote(version.catalog, "m", usage, service=service, region="eu", at=then).pico_usd
                for version in (old, new)
            )
            assert before == after
