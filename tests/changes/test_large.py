"""Files at the limits of a document: what a comparison looks at is bounded, and it says so."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pricectl.changes import CatalogVersion, Comparison, compare, names, renames
from pricectl.changes.gates import FailOnChange, GateLimits, check_gates
from pricectl.changes.limits import LIMITS, Allowance, LeftOut, StepLimit
from pricectl.changes.names import LOOKUP_STEPS, NameLookups
from pricectl.changes.rates import repricings
from pricectl.core.lookup import find
from pricectl.core.usage import Usage
from pricectl.policy import Workload

pytestmark = pytest.mark.long

ROW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
DEARER = ROW | {"output_cost_per_token": 9e-06}
TURN = Workload("turn", Usage(1_000, 500))
# A name counts for 50 rows a job, so that 300 jobs a name leave room for fewer than 100 names.
MANY_JOBS = (TURN,) * 300


def version(rows: Mapping[str, Any]) -> CatalogVersion:
    return CatalogVersion.read(json.dumps({"o": rows}).encode())


def between(old: Mapping[str, Any], new: Mapping[str, Any], **options: Any) -> Comparison:
    options.setdefault("workloads", (TURN,))
    return compare(version(old), version(new), **options)


def numbered(count: int, row: Mapping[str, Any], name: str = "m{}") -> dict[str, Any]:
    return {name.format(number): row for number in range(count)}


def left_out(comparison: Comparison) -> dict[str, int]:
    return {part.what.split(":")[0]: part.number for part in comparison.left_out}


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    looked_up_names: list[object] = []

    def counting(catalog: Any, name: object) -> Any:
        looked_up_names.append(name)
        return find(catalog, name)

    monkeypatch.setattr(names, "find", counting)
    return looked_up_names


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    real = renames.similarity

    def counting(old: str, new: str) -> float:
        pairs.append((old, new))
        return real(old, new)

    monkeypatch.setattr(renames, "similarity", counting)
    return pairs


def test_an_ordinary_comparison_leaves_nothing_out() -> None:
    comparison = between({"a": ROW, "b": ROW}, {"a": DEARER, "c": ROW})
    assert (comparison.left_out, comparison.hides) == ((), False)


def test_aliases_that_one_row_keeps_are_not_looked_up(looked_up: list[object]) -> None:
    aliases = {"aliases": [f"alias-{number}" for number in range(5_000)]}
    comparison = between({"m": ROW | aliases}, {"m": DEARER | aliases})
    assert [change.kind for change in comparison.changes] == ["repriced"]
    # the row's full name in the comparison of names, its short one for the jobs
    assert len(looked_up) <= 4


def test_a_name_that_many_rows_share_is_looked_up_once(looked_up: list[object]) -> None:
    old = numbered(300, ROW | {"aliases": ["x", "X"]})
    between(old, numbered(300, DEARER | {"aliases": ["x", "X"]}))
    assert looked_up.count("x") == looked_up.count("X") == 2
    assert len(set(looked_up)) * 2 == len(looked_up)


def test_names_that_would_take_too_long_are_left_out_and_trip_the_gates() -> None:
    # each is 255 characters in 128 parts, or some 4,000 rows' worth: enough for 295
    old, new = (numbered(250, ROW, "x-" * 125 + end + "{}") for end in ("a", "b"))
    comparison = between(old, new, workloads=())
    (part,) = (part for part in comparison.left_out if part.what.startswith("names not looked up"))
    assert part.hides
    assert part.number > 2 * 250
    limits = GateLimits.read([FailOnChange.DECREASE], "900%", None)
    assert {gate.tripped for gate in check_gates(comparison, limits)} == {True}


def test_the_cost_of_a_lookup_grows_with_name_parts_and_matching_rows() -> None:
    catalog = version(numbered(40, ROW | {"aliases": ["shared"]})).catalog
    lookups = NameLookups(catalog, catalog, Allowance())
    assert lookups.steps("o/m1") == LOOKUP_STEPS
    assert lookups.steps("m1") == LOOKUP_STEPS + 2
    assert lookups.steps("shared") == LOOKUP_STEPS + 2 * 40
    assert lookups.steps("unknown") < lookups.steps("un-known") < lookups.steps("un-kn-own" * 20)


def test_rows_of_one_price_are_not_compared_by_name_when_they_are_too_many(
    compared: list[tuple[str, str]],
) -> None:
    comparison = between(numbered(101, ROW), numbered(101, ROW, "m{}x"), workloads=())
    assert compared == []
    assert len(comparison.of("removed")) == len(comparison.of("added")) == 101
    assert left_out(comparison) == {"removed rows not compared by name": 101}
    assert not comparison.hides


def test_comparing_long_names_stops_at_a_limit(compared: list[tuple[str, str]]) -> None:
    # the same 250 characters in another order: 123 x 123 pairs of a and as many of b
    old = numbered(100, ROW, "{:03}" + "ab" * 123 + "c")
    new = numbered(100, ROW, "{:03}" + "c" + "ba" * 123)
    comparison = between(old, new, workloads=())
    assert 300 < len(compared) < 20_000_000 / (2 * 123 * 123)
    assert left_out(comparison)["removed rows not compared by name"] == 100 - len(compared) // 100


def test_names_without_common_parts_are_not_compared(
    compared: list[tuple[str, str]],
) -> None:
    old, new = (numbered(100, ROW, "{:03}" + end * 247) for end in "ab")
    assert not between(old, new, workloads=()).of("renamed")
    assert compared == []


def test_the_jobs_go_to_the_changes_that_only_they_show_then_to_the_largest() -> None:
    tier = ROW | {"input_cost_per_token_above_200k_tokens": 4e-06}
    marginal = tier | {"context_tier": {"scope": "marginal"}}
    old = numbered(110, ROW) | {"twice": ROW, "tier": tier}
    new = numbered(110, DEARER) | {"twice": ROW | {"input_cost_per_token": 4e-06}, "tier": marginal}
    comparison = between(old, new, workloads=MANY_JOBS)
    tried = {job.model for job in comparison.impact}
    assert {"twice", "tier"} < tried
    assert len(tried) < 100
    assert left_out(comparison) == {
        "changed rows and names not tried with sample jobs": 112 - len(tried)
    }
    # every price is compared in any case: $8 -> $9 is +12.5%, $2 -> $4 +100%
    assert len(comparison.of("repriced")) == 112
    assert not comparison.hides


def test_changes_that_only_jobs_show_trip_the_gates_where_they_are_left_out() -> None:
    tier = ROW | {"input_cost_per_token_above_200k_tokens": 4e-06}
    marginal = tier | {"context_tier": {"scope": "marginal"}}
    comparison = between(numbered(110, tier), numbered(110, marginal), workloads=MANY_JOBS)
    assert comparison.hides
    limits = GateLimits.read([FailOnChange.INCREASE, FailOnChange.REMOVED], None, None)
    rise, removed = check_gates(comparison, limits)
    assert (rise.tripped, removed.tripped) == (True, False)


def test_many_previous_lists_are_compared_one_by_one() -> None:
    days = [f"{1900 + number // 12}-{number % 12 + 1:02}-01" for number in range(1_200)]
    old, new = (
        {"m": ROW | {"previous": [{"until": day} | prices for day in days]}}
        for prices in (ROW, DEARER)
    )
    comparison = between(old, new, workloads=())
    assert len(comparison.of("repriced")) == 1_200
    assert comparison.left_out == ()
    places = {change.field: change.pointer for change in comparison.changes}
    key = "output_cost_per_token"
    assert places[f"previous/1901-02-01/{key}"] == f"/o/m/previous/13/{key}"


def test_comparing_many_previous_lists_stops_at_a_limit() -> None:
    # each of 100 stretches looks at the row's two prices once more, and 40 are allowed
    days = [f"{1900 + number}-01-01" for number in range(100)]
    past = {"previous": [{"until": day} | DEARER for day in days]}
    (old,), (new,) = (version({"m": row}).catalog.models for row in (ROW, ROW | past))
    periods = StepLimit(40, "periods not compared")
    allowance = Allowance({**LIMITS, "periods": periods})
    assert len(list(repricings(old, new, None, allowance))) == 20
    assert allowance.left_out == (LeftOut(80, "periods not compared", hides=True),)


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def test_a_row_of_many_tiers_is_compared_by_its_own_prices() -> None:
    def tiers(numbers: range) -> dict[str, Any]:
        keys = (f"input_cost_per_token_above_{number}k_tokens" for number in numbers)
        return {"m": ROW | dict.fromkeys(keys, 4e-06)}

    comparison = between(tiers(range(1, 31)), tiers(range(1, 32)))
    (change,) = comparison.of("repriced")
    assert (change.note, comparison.left_out) == ("charged at 4.00 before", ())
    comparison = between(tiers(range(1, 41)), tiers(range(1, 42)))
    (change,) = comparison.of("repriced")
    assert change.note == "unpriced before"
    assert comparison.hides


def test_a_large_object_is_compared_as_one_value() -> None:
    def notes(value: int, size: int) -> dict[str, Any]:
        return {"m": ROW | {"notes": {f"k{number}": value for number in range(size)}}}

    assert len(between(notes(1, 3), notes(2, 3)).changes) == 3
    comparison = between(notes(1, 10_000), notes(2, 10_000))
    (change,) = comparison.changes
    assert change.field == "notes"
    assert comparison.left_out == (LeftOut(1, "large members compared as one value"),)


def test_a_name_between_two_rows_of_many_prices_shows_the_largest_moves() -> None:
    def rows(holder: str) -> dict[str, Any]:
        words = [f"{a}{b}" for a in LETTERS for b in LETTERS[:10]]
        plain = {f"input_cost_per_token_{word}": 1e-06 for word in words}
        dear = plain | {"input_cost_per_token_aa": 3e-06, "input_cost_per_token_ab": 0.25e-06}
        dear |= {f"input_cost_per_token_{word}": 1.1e-06 for word in words[2:]}
        both: dict[str, dict[str, Any]] = {"plain": ROW | plain, "dear": ROW | dear}
        both[holder] |= {"aliases": ["x"]}
        return both

    (change,) = between(rows("plain"), rows("dear"), workloads=()).of("resolution")
    # $1 -> $3 is +200%, $1 -> $0.25 is -75%, and 258 others +10%
    assert [move.relative for move in change.moves] == [2, -0.75]
