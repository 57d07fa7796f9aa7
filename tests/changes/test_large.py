"""Files that are too large to compare in full: one bound on the work, and the report says so."""

import json
from collections.abc import Callable, Mapping
from string import ascii_lowercase
from typing import Any

import pytest

from pricectl.changes import CatalogVersion, Comparison, compare, names, rate_moves, renames, rows
from pricectl.changes.gates import FailOnChange, GateLimits, check_gates
from pricectl.changes.limits import MAX_STEPS
from pricectl.core.lookup import find
from pricectl.core.usage import Usage
from pricectl.policy import Workload
from pricectl.report.changes import left_out

ROW = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
DEARER = ROW | {"output_cost_per_token": 9e-06}
TIER = ROW | {"input_cost_per_token_above_200k_tokens": 4e-06}
MARGINAL = TIER | {"context_tier": {"scope": "marginal"}}
TURN = Workload("turn", Usage(1_000, 500))
EVERY_GATE = GateLimits.read(FailOnChange, "900%", "99%", exit_code=True)

Rows = Mapping[str, Any]
SetBound = Callable[[int], None]


def version(catalog_rows: Rows) -> CatalogVersion:
    return CatalogVersion.read(json.dumps({"o": catalog_rows}).encode())


def between(old: Rows, new: Rows, **options: Any) -> Comparison:
    options.setdefault("workloads", (TURN,))
    return compare(version(old), version(new), **options)


def numbered(count: int, row: Rows, name: str = "m{}") -> dict[str, Any]:
    return {name.format(number): row for number in range(count)}


def tiers(count: int, unit: str, price: float = 4e-06) -> dict[str, Any]:
    keys = (f"{unit}_cost_per_token_above_{number}k_tokens" for number in range(1, count + 1))
    return dict.fromkeys(keys, price)


def notes(value: int, size: int) -> dict[str, Any]:
    return {"m": ROW | {"notes": {f"k{number}": value for number in range(size)}}}


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> SetBound:
    """Sets the bound, so that small files are too large."""
    return lambda steps: monkeypatch.setattr("pricectl.changes.limits.MAX_STEPS", steps)


def calls_of(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    real = getattr(module, name)

    def counting(*arguments: Any) -> Any:
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(module, name, counting)
    return calls


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    looked_up_names: list[object] = []

    def counting(catalog: Any, name: object) -> Any:
        looked_up_names.append(name)
        return find(catalog, name)

    monkeypatch.setattr(names, "find", counting)
    return looked_up_names


# Two files that differ in everything that is compared.
OLD = {
    **numbered(6, ROW, "old-name-{}"),
    **numbered(6, ROW, "edited-{}"),
    "tier": TIER,
    "long": ROW | tiers(40, "input"),
    "dated": ROW | {"previous": [{"until": f"20{year}-01-01"} | ROW for year in range(10, 20)]},
    "notes": notes(1, 5)["m"],
    "first": ROW | {"aliases": ["x"]},
    "second": DEARER,
}
NEW = {
    **numbered(6, ROW, "old-name-{}-x"),
    **numbered(6, DEARER, "edited-{}"),
    "tier": MARGINAL,
    "long": ROW | tiers(40, "input") | tiers(40, "output"),
    "dated": ROW | {"previous": [{"until": f"20{year}-01-01"} | DEARER for year in range(10, 20)]},
    "notes": notes(2, 5)["m"],
    "first": ROW,
    "second": DEARER | {"aliases": ["x"]},
}


def _costs(found: Comparison) -> list[object]:
    return [(job.name, job.period, job.workload, job.move) for job in found.impact]


@pytest.mark.parametrize("steps", [0, *(2**power for power in range(20))])
def test_a_result_is_the_whole_one_or_says_what_was_left_out(bound: SetBound, steps: int) -> None:
    whole = between(OLD, NEW)
    assert whole.left_out == ()
    bound(steps)
    found = between(OLD, NEW)
    if found.left_out:
        assert "not everything was compared" in found.summary
        assert left_out(found).startswith("Too large to compare in full. Left out: ")
        assert {gate.tripped for gate in check_gates(found, EVERY_GATE)} == {True}
    else:
        assert found.changes == whole.changes
        assert _costs(found) == _costs(whole)
    # Rows are added, removed and edited in any case: finding them is one look at each.
    edited = {change.model for change in whole.of("repriced")}
    assert edited <= {change.model for change in found.of("repriced")}


def test_each_thing_that_was_left_out_is_counted(bound: SetBound) -> None:
    bound(0)
    found = {part.thing: part.number for part in between(OLD, NEW).left_out}
    assert found["removed row"] == 6
    assert found["large member"] == 1
    assert found["row"] == len(OLD) - 6  # every row but the renamed ones differs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ROW, DEARER),
        (TIER, MARGINAL),
        (ROW, ROW | {"regional_processing_uplift_multiplier_eu": 1.1}),
        (ROW, ROW | {"previous": [{"until": "2020-01-01"} | DEARER]}),
    ],
)
def test_prices_that_were_not_compared_are_not_called_the_same(
    bound: SetBound, old: Rows, new: Rows
) -> None:
    bound(0)
    (change,) = between({"m": old}, {"m": new}).changes
    assert (change.kind, change.field, change.note) == ("repriced", "prices", "not compared")
    assert not change.only_text


def test_a_file_of_which_nothing_was_compared_is_not_called_unchanged(bound: SetBound) -> None:
    bound(0)
    found = between({"m": ROW}, {"m": ROW}, names=("m",))
    assert found.summary == "No changes"  # the same bytes
    spaced = CatalogVersion.read(json.dumps({"o": {"m": ROW}}, indent=1).encode())
    found = compare(version({"m": ROW}), spaced, names=("m", "n"))
    assert found.summary == "No changes found; not everything was compared"
    assert left_out(found) == (
        "Too large to compare in full. Left out: 2 names not looked up. Every limit fails"
    )


def test_a_gate_that_trips_for_what_was_left_out_says_so(bound: SetBound) -> None:
    bound(0)
    found = between(notes(1, 3), notes(2, 3))
    (gate,) = check_gates(found, GateLimits.read([FailOnChange.INCREASE], None, None))
    assert (
        gate.text
        == "limit fail-on-increase cannot be confirmed: 0, limit 0; not everything was compared"
    )


def test_a_catalog_of_4000_repriced_rows_is_compared_in_full() -> None:
    found = between(numbered(4_000, ROW), numbered(4_000, DEARER))
    assert (found.left_out, len(found.changed_jobs)) == ((), 4_000)


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


def test_looking_up_long_names_ends_at_the_bound(bound: SetBound, looked_up: list[object]) -> None:
    # each is 255 characters in 127 parts: 255 x 127 / 8, or some 4,000 steps
    old, new = (numbered(50, ROW, "x-" * 125 + end + "{}") for end in ("a", "b"))
    bound(100_000)
    found = between(old, new, workloads=())
    assert {part.thing for part in found.left_out} == {"removed row", "name"}
    assert len(looked_up) / 2 <= 100_000 / 4_000


def test_comparing_names_ends_at_the_bound(
    bound: SetBound, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = calls_of(renames, "similarity", monkeypatch)
    # the same 250 characters in another order
    old = numbered(30, ROW, "{:03}" + "ab" * 123 + "c")
    new = numbered(30, ROW, "{:03}" + "c" + "ba" * 123)
    bound(1_000_000)
    found = between(old, new, workloads=())
    # a pair takes 10 + 250 x 250 / 16 steps, each row 30 of them
    assert len(pairs) == 30 * (1_000_000 // (30 * 10 + 250 * 250 * 30 // 16))
    removed = {part.thing: part.number for part in found.left_out}["removed row"]
    assert removed == 30 - len(pairs) // 30


def test_names_that_have_nothing_in_common_are_not_a_rename() -> None:
    old, new = (numbered(100, ROW, "{:03}" + end * 20) for end in "ab")
    assert not between(old, new, workloads=()).of("renamed")


def test_a_long_past_ends_at_the_bound(bound: SetBound, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = calls_of(rate_moves, "charged", monkeypatch)
    days = [f"{1900 + number}-01-01" for number in range(100)]
    past = {"previous": [{"until": day} | DEARER for day in days]}
    bound(160)
    # each of 100 stretches looks at two prices on both sides: 16 steps, of which one price differs
    found = between({"m": ROW}, {"m": ROW | past}, workloads=())
    changes = found.of("repriced")
    assert [change.note for change in changes].count("not compared") == 1
    assert len(compared) <= 2 * 10
    assert left_out(found).startswith(
        "Too large to compare in full. Left out: 1 row not compared price by price"
    )


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


def test_a_row_of_many_tiers_is_compared_with_its_fallback_prices() -> None:
    found = between({"m": ROW | tiers(40, "input")}, {"m": ROW | tiers(41, "input")})
    (change,) = found.of("repriced")
    assert (change.note, found.left_out) == ("charged at 4.00 before", ())


def test_looking_prices_up_in_every_tier_ends_at_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = calls_of(rate_moves, "charged", monkeypatch)
    # 6,000 prices in 4,000 tiers of both sides: over 12 million steps
    old = {"m": ROW | tiers(2_000, "input")}
    new = {"m": ROW | tiers(2_000, "input") | tiers(2_000, "output")}
    assert MAX_STEPS < (2 * 2_000 + 2_000) * 2_000
    found = between(old, new, workloads=())
    assert compared == []
    assert [part.thing for part in found.left_out] == ["row"]


def test_a_large_object_is_compared_as_one_value(
    bound: SetBound, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = calls_of(rows, "_nested_differences", monkeypatch)
    assert len(between(notes(1, 3), notes(2, 3)).changes) == 3
    assert len(inside) == 1
    bound(8 * rows.MEMBER_STEPS - 1)  # on each side an object and its three values
    found = between(notes(1, 3), notes(2, 3))
    assert [change.field for change in found.changes] == ["notes"]
    assert len(inside) == 1
    assert [(part.thing, part.number) for part in found.left_out] == [("large member", 1)]


def test_the_jobs_go_to_the_changes_that_only_they_show_then_to_the_largest(
    bound: SetBound,
) -> None:
    old = numbered(110, ROW) | {"twice": ROW, "tier": TIER}
    new = numbered(110, DEARER) | {"twice": ROW | {"input_cost_per_token": 4e-06}, "tier": MARGINAL}
    bound(20_000)  # a job takes 100; each row gets 20, and a few for its prices
    found = between(old, new, workloads=(TURN,) * 20)
    tried = {job.model for job in found.impact}
    assert {"twice", "tier"} < tried
    assert len(tried) <= 20_000 / 100 / 20
    assert [(part.thing, part.number) for part in found.left_out] == [
        ("changed row", 112 - len(tried))
    ]
    # every price is compared in any case: $8 -> $9 is +12.5%, $2 -> $4 +100%
    assert len(found.of("repriced")) == 112


def test_a_name_that_moves_between_two_rows_shows_the_largest_moves() -> None:
    def rows(holder: str) -> dict[str, Any]:
        words = [f"{a}{b}" for a in ascii_lowercase for b in ascii_lowercase[:10]]
        plain = {f"input_cost_per_token_{word}": 1e-06 for word in words}
        dear = plain | {"input_cost_per_token_aa": 3e-06, "input_cost_per_token_ab": 0.25e-06}
        dear |= {f"input_cost_per_token_{word}": 1.1e-06 for word in words[2:]}
        both: dict[str, dict[str, Any]] = {"plain": ROW | plain, "dear": ROW | dear}
        both[holder] |= {"aliases": ["x"]}
        return both

    (change,) = between(rows("plain"), rows("dear"), workloads=()).of("resolution")
    # $1 -> $3 is +200%, $1 -> $0.25 is -75%, and 258 others +10%
    assert [move.relative for move in change.moves] == [2, -0.75]
