"""A whole file against the one in use: what a review stops, and what a process refuses."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog, Match, document, lookup, sanity
from pricectl.core.catalog import build
from pricectl.core.sanity import check, compare, rows
from pricectl.core.sanity.bounds import widen
from pricectl.core.sanity.verdict import ACKNOWLEDGEABLE, LEVELS, RULES, Verdict
from pricectl.edit.formatting import format_text
from tests.conftest import read_catalog
from tests.core.costs import cost_of
from tests.core.sanity_cases import (
    IN,
    OUT,
    READ,
    ROW,
    SECOND,
    WRITE,
    Row,
    accept,
    catalog,
    edited,
    many,
    verdict,
)

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "llm_pricing_current.json").read_bytes()
DATA = ROOT.parent / "shared" / "data"
RELOADS = ROOT / "tests/cases/reloads"
NO_ROWS = ("metadata", "pricing_notes")


def shipped() -> Row:
    document: Row = json.loads(SHIPPED)
    return document


def loaded(values: Row) -> Catalog:
    return build(document.parse(json.dumps(values)), [])


def rows_of(values: Row) -> list[Row]:
    return [row for name, rows in values.items() if name not in NO_ROWS for row in rows.values()]


def scaled(factor: float) -> Catalog:
    values = shipped()
    for row in rows_of(values):
        row.update({key: value * factor for key, value in row.items() if type(value) is float})
    return loaded(values)


BASE = Catalog.load(SHIPPED)


def rules(found: Verdict, *levels: Any) -> list[str]:
    return [one.rule for one in (found.of(*levels) if levels else found.findings)]


@pytest.mark.parametrize("factor", [1000, 1_000_000, 0.001, 0.0])
@pytest.mark.parametrize("before", [BASE, None], ids=["reload", "start"])
def test_a_file_of_slipped_exponents_is_refused(before: Catalog | None, factor: float) -> None:
    assert check(before, scaled(factor)).refused


def test_a_file_without_a_critical_row_is_refused() -> None:
    values = shipped()
    del values["openai"]["gpt-4o"]
    found = check(BASE, loaded(values))
    assert found.refusal == "the critical model 'gpt-4o' has no price"
    assert found.next_step == (
        "fix the file, acknowledge what is right in metadata.acknowledged"
        " (critical-model-missing at /openai/gpt-4o, value null), or force;"
        " a process several versions behind may need force"
    )


def test_a_shrunken_file_is_refused() -> None:
    seeded, values = random.Random(2), shipped()  # noqa: S311 - the same rows every time
    for name, section in values.items():
        for model in [model for model in section if seeded.random() < 0.45]:
            if name not in NO_ROWS:
                del section[model]
    assert 0.5 < len(rows_of(values)) / len(rows_of(shipped())) < 0.6  # 421 of 758 rows
    found = check(BASE, loaded(values))
    assert "many-models-gone" in rules(found, "refused")


def test_an_empty_file_is_refused() -> None:
    assert check(BASE, loaded({})).refusal.startswith("there are no models (besides: 1 share of ")
    assert rules(check(None, loaded({}))) == ["empty-catalog"]
    assert rules(verdict({"m": ROW}, {}), "refused") == ["empty-catalog"]


@pytest.mark.parametrize("factor", [50, 1 / 50])
def test_one_price_of_another_unit_that_slips_is_refused(factor: float) -> None:
    values = shipped()
    values["mistral"]["mistral-ocr-4-1"]["ocr_cost_per_page"] *= factor
    assert check(BASE, loaded(values)).refused


@pytest.mark.parametrize("factor", [50, 1 / 50])
def test_one_factor_that_slips_is_refused(factor: float) -> None:
    key, values = "regional_processing_uplift_multiplier_eu", shipped()
    row = next(row for row in rows_of(values) if key in row)
    row[key] *= factor
    assert rules(check(BASE, loaded(values))) == ["factor-out-of-bounds", "factor-moved"]


def test_the_same_file_has_no_findings() -> None:
    assert check(BASE, Catalog.load(SHIPPED)) == Verdict()
    assert check(None, BASE).errors == ()
    assert check(BASE, BASE).refusal == check(BASE, BASE).next_step == ""


@pytest.mark.parametrize("at", [date(2026, 12, 2), date(2028, 1, 1)])
def test_a_file_with_promoted_prices_has_no_findings(at: date) -> None:
    promoted = format_text(SHIPPED, at)
    assert promoted.promoted
    assert check(BASE, Catalog.load(promoted.text)).findings == ()


def test_the_file_of_a_year_ago_may_be_followed_by_todays() -> None:
    path = DATA / "deployed-2025-10-23.json"
    if not path.exists():
        pytest.skip("the file of a year ago is not here")
    old = Catalog.load(path.read_bytes())
    assert not check(old, BASE).refused
    assert "many-models-gone" in rules(check(BASE, old), "refused")


def test_a_small_file_of_a_year_ago_may_be_followed_by_todays() -> None:
    """The same kinds of moves: 3 to 9 times on some rows, new services, a rename, many new rows."""
    old, new = (
        Catalog.load(read_catalog(RELOADS / name)) for name in ("year-ago.json", "today.json")
    )
    found = check(old, new)
    assert rules(found, "refused") == []
    assert "price-moved" in rules(found, "error")
    assert check(new, old).refusal.startswith("9 of 22 models are gone or lost their price")


def test_a_true_cut_to_a_fifth_is_a_warning() -> None:
    """GPT-5.6 Luna went from $1/$6 to $0.20/$1.20 per 1M tokens, its cache from $0.10 to $0.02."""
    before = {IN: 1e-06, OUT: 6e-06, READ: 1e-07, WRITE: 1.25e-06, "mode": "chat"}
    after = {IN: 2e-07, OUT: 1.2e-06, READ: 2e-08, WRITE: 2.5e-07, "mode": "chat"}
    found = verdict({**many(4), "gpt-5.6-luna": before}, {**many(4), "gpt-5.6-luna": after})
    assert [(one.rule, one.level) for one in found.findings] == [("price-moved", "warning")]


def test_one_removed_model_of_five_is_accepted() -> None:
    five = many(5)
    gone = {name: row for name, row in five.items() if name != "m3"}
    found = verdict(five, gone)
    assert [(one.rule, one.level, one.pointer) for one in found.findings] == [
        ("model-gone", "warning", "/x/m3")
    ]
    assert verdict(five, {**gone, "m3": {**five["m3"], "retired": True}}).findings == ()


def test_an_added_model_gives_no_finding() -> None:
    assert verdict(many(5), many(6)).findings == ()


@pytest.mark.parametrize(
    ("count", "gone", "level"),
    [
        (10, 2, None),
        (15, 3, "refused"),
        (16, 3, "error"),
        (30, 3, "error"),
        (31, 3, None),
        (2, 2, None),
    ],
)
def test_the_severity_depends_on_the_share_of_removed_models(
    count: int, gone: int, level: str | None
) -> None:
    left = {f"m{number}": many(count)[f"m{number}"] for number in range(gone, count)}
    found = verdict(many(count), {**left, "new": ROW})
    shares = [one.level for one in found.findings if one.rule == "many-models-gone"]
    assert shares == ([level] if level else [])


def test_a_row_that_loses_its_price_counts_as_removed() -> None:
    after = {name: {key: row[key] for key in row if key != OUT} for name, row in many(5).items()}
    found = verdict(many(5), after)
    assert rules(found, "refused") == ["many-models-gone"]
    assert "5 of 5 models are gone or lost their price, such as x/m0" in found.refusal


@pytest.mark.parametrize("mark", ["free", "retired"])
def test_rows_that_lose_every_price_count_as_removed_even_if_marked(
    mark: str,
) -> None:
    found = verdict(many(5), {name: {"mode": "chat", mark: True} for name in many(5)})
    assert "5 of 5 models are gone or lost their price" in found.refusal


def test_a_share_of_the_rows_made_free_is_refused() -> None:
    """One row may become free; a third of the rows at once is an edit that went wrong."""

    def made_free(count: int) -> dict[str, Row]:
        zeros = {IN: 0, OUT: 0, READ: 0, WRITE: 0, SECOND: 0, "free": True}
        free = {name: row | zeros for name, row in many(count).items()}
        return {**many(9), **free}

    assert not verdict(many(9), made_free(3)).refused
    found = verdict(many(9), made_free(4))
    assert found.refusal == (
        "4 of 9 rows moved 5 times or more, such as x/m0: input became zero,"
        " it was $2.00 per 1M tokens; the row is marked free"
    )
    cache_free = {name: row | {READ: 0, WRITE: 0} for name, row in many(9).items()}
    assert verdict(many(9), cache_free).refused


def test_a_retired_row_may_be_deleted() -> None:
    retired = {f"r{number}": {**ROW, "retired": True} for number in range(9)}
    assert verdict({**many(5), **retired}, many(5)).findings == ()


@pytest.mark.parametrize(
    "rename",
    [
        lambda name, row: (name, {**row, "retired": True}),
        lambda name, row: (f"{name}-v2", {**row, "aliases": [name]}),
        lambda name, row: (f"{name}-v2", {**row, "aliases": [f"x/{name}"]}),
    ],
    ids=["retired", "alias", "full alias"],
)
def test_a_renamed_row_does_not_count_as_removed(
    rename: Callable[[str, Row], tuple[str, Row]],
) -> None:
    after = dict(rename(name, row) for name, row in many(5).items())
    assert verdict(many(5), after).findings == ()


def test_a_row_moved_to_another_seller_does_not_count_as_removed() -> None:
    moved = loaded({"y": many(5)})
    assert check(catalog(many(5)), moved).findings == ()


def test_a_name_that_became_ambiguous_counts_as_removed() -> None:
    """The alias layer does not choose between them."""
    two = {"a": edited(aliases=["m0"]), "b": edited(**{IN: 3e-06}, aliases=["m0"])}
    assert rules(verdict({"m0": edited(**{IN: 4e-06})}, two)) == ["model-gone"]


def test_a_name_that_another_row_answers_is_compared_with_it() -> None:
    before = {**many(5), "old": edited(**{IN: 2.2e-06})}
    before["new"] = edited(**{IN: 1e-04, OUT: 4e-04})
    after = {**many(5), "new": {**before["new"], "aliases": ["old"]}}
    found = verdict(before, after)
    assert [(one.rule, one.level, one.pointer) for one in found.findings] == [
        ("price-moved", "refused", f"/x/new/{OUT}"),
        ("price-moved", "error", f"/x/new/{IN}"),
    ]


@pytest.mark.parametrize(
    ("count", "moved", "refused"), [(9, 3, False), (8, 3, True), (3, 1, False), (3, 2, True)]
)
def test_a_third_of_the_rows_moved_five_times_is_refused(
    count: int,
    moved: int,
    refused: bool,  # noqa: FBT001
) -> None:
    """The default price counts like a row, so 3 of 8 rows are 3 of 9; the message says rows."""
    after = many(count)
    for number in range(moved):
        after[f"m{number}"] |= {IN: 1e-05, OUT: 4e-05}
    found = verdict(many(count), after)
    assert found.refused is refused
    if refused:
        assert found.refusal.startswith(
            f"{moved} of {count} rows moved 5 times or more, such as x/m"
        )


def test_the_default_price_is_judged_like_a_row() -> None:
    one = catalog(many(3), default_pricing={IN: 1e-06, OUT: 2e-06})
    low = catalog(many(3), default_pricing={IN: 1e-06, OUT: 1.3e-04})
    found = check(one, low)
    assert [(one.rule, one.level, one.pointer) for one in found.findings] == [
        ("price-moved", "refused", f"/metadata/default_pricing/{OUT}")
    ]
    assert rules(check(one, catalog(many(3)))) == []  # the built-in price is the same
    assert rules(check(None, low)) == []
    zero = catalog(many(3), default_pricing={IN: 0, OUT: 0})
    assert rules(check(None, zero)) == ["zero-price", "zero-price"]


def test_a_share_says_which_rows_moved_and_whether_the_default_price_did() -> None:
    after = {**many(4), "m0": many(4)["m0"] | {IN: 1.2e-05, OUT: 4.8e-05}}
    before = catalog(many(4), default_pricing={IN: 1e-06, OUT: 2e-06})
    found = check(before, catalog(after, default_pricing={IN: 5e-06, OUT: 1e-05}))
    assert found.refusal.startswith(
        "1 of 4 rows and the default price moved 5 times or more, such as x/m0: input went up 6x"
    )


ONE = "what is right in metadata.acknowledged ("
EACH = "the rows one by one in metadata.acknowledged (the first: "


@pytest.mark.parametrize(
    ("after", "what", "first"),
    [
        (
            {name: row | {IN: 3e-08, OUT: 1.2e-07} for name, row in many(3).items()},
            EACH,
            f"price-moved at /x/m0/{IN}, value 0.03e-06",
        ),
        (
            {"new": ROW},
            EACH,
            "model-gone at /x/m0, value null",
        ),
        (
            {**many(3), "m1": many(3)["m1"] | {SECOND: 0}},
            ONE,
            f"zero-price at /x/m1/{SECOND}, value 0",
        ),
        (
            {**many(3), "m1": many(3)["m1"] | {IN: 1e-04, OUT: 4e-04}},
            ONE,
            f"price-moved at /x/m1/{IN}, value 100e-06",
        ),
    ],
    ids=["rows moved", "models gone", "a zero", "a price"],
)
def test_the_next_step_names_what_can_be_acknowledged(
    after: dict[str, Row], what: str, first: str
) -> None:
    found = verdict(many(3), after)
    assert found.refused
    assert found.next_step == (
        f"fix the file, acknowledge {what}{first}), or force;"
        " a process several versions behind may need force"
    )


def test_acknowledging_each_row_as_the_next_step_says_ends_in_a_file_that_loads() -> None:
    after = {name: row | {IN: 3e-07, OUT: 1.2e-06} for name, row in many(9).items()}
    entries: list[Row] = []
    while (found := verdict(many(9), after, acknowledged=entries)).refused:
        example = found.of("refused")[0].example
        assert example is not None
        assert example.acknowledgement in found.next_step
        entries.append(accept(example))
    # 3 of the 4 rows left, the default price among them, are a third; 2 of 3, too; 1 is not.
    assert len(entries) == 8


def test_the_next_step_for_an_unacknowledgeable_finding_is_fix_or_force() -> None:
    step = "fix the file or force; a process several versions behind may need force"
    assert verdict(many(3), {}).next_step == step
    assert verdict(None, many(3), critical=["unheard-of"]).next_step == step


def test_the_seed_models_are_asked_of_a_file_that_never_had_them_only_if_they_are_named() -> None:
    assert verdict(many(3), many(3)).findings == ()
    assert verdict(None, many(3)).findings == ()
    for before in (many(3), None):
        found = verdict(before, many(3), critical=sanity.SEED_MODELS)
        assert rules(found) == ["critical-model-missing"] * len(sanity.SEED_MODELS)


def test_the_units_of_a_name_are_those_with_a_base_price() -> None:
    rows = {"m": edited(**{f"{IN}_batches": 1e-06}), "free": {"mode": "chat"}}
    known = catalog({**rows, "old": {"retired": True, "successor": "m"}})
    units = {"input", "output", "cache_read", "cache_write"}
    assert sanity.priced_units(known, "m") == sanity.priced_units(known, "M") == units
    assert sanity.priced_units(known, "old") == units
    assert sanity.priced_units(known, "free") == sanity.priced_units(known, "m-2025-01-01") == set()


@pytest.mark.parametrize("critical", [(), ("gpt-4o", "m0")])
def test_a_critical_model_is_looked_up_once_in_each_catalog(
    monkeypatch: pytest.MonkeyPatch, critical: tuple[str, ...]
) -> None:
    looked_up: list[str] = []
    find = lookup.find

    def counted(catalog: Catalog, name: str) -> Match:
        looked_up.append(name)
        return find(catalog, name)

    monkeypatch.setattr(compare, "find", counted)
    catalogs = catalog({**many(3), "gpt-4o": ROW}), catalog({**many(3), "gpt-4o": {"mode": "chat"}})
    found = check(*catalogs, critical=critical, at=datetime(2026, 12, 1, tzinfo=UTC))
    assert rules(found)[0] == "critical-model-missing"
    assert sorted(looked_up) == sorted(2 * (critical or sanity.SEED_MODELS))


def test_a_critical_model_must_be_answered_by_its_own_name() -> None:
    names = ["m0"]
    assert rules(verdict(many(3), {**many(3), "m0": ROW}, critical=names)) == []
    alias = {"m1": many(3)["m1"], "m2": {**many(3)["m2"], "aliases": ["M0"]}}
    assert "critical-model-missing" not in rules(verdict(many(3), alias, critical=names))
    renamed = {"m1": many(3)["m1"], "m2": many(3)["m2"], "m0-v2": many(3)["m0"]}
    found = verdict(many(3), renamed, critical=names)
    assert [(one.rule, one.level, one.pointer) for one in found.findings] == [
        ("critical-model-missing", "refused", "/x/m0"),
        ("model-gone", "warning", "/x/m0"),
    ]


def test_a_critical_model_needs_the_prices_that_it_had() -> None:
    without = {**many(3), "m0": {IN: 2e-06, "mode": "chat"}}
    found = verdict(many(3), without, critical=["m0"])
    assert found.refusal == "the critical model 'm0' has no output price"
    unpriced = {**many(3), "m0": {"mode": "chat"}}
    assert "'m0' has no price" in verdict(many(3), unpriced, critical=["m0"]).refusal
    seconds = {"v": {SECOND: 0.05, "mode": "video_generation"}}
    assert verdict(seconds, seconds, critical=["v"]).findings == ()


def test_a_critical_model_needs_its_prices_in_every_announced_list() -> None:
    without = {**many(3)["m0"], "upcoming": [{"from": "2026-01-01", IN: 2e-06}]}
    found = verdict(many(3), {**many(3), "m0": without}, critical=["m0"])
    assert found.refusal == "the critical model 'm0' has no output price"
    whole = {**many(3)["m0"], "upcoming": [{"from": "2026-01-01", IN: 2e-06, OUT: 8e-06}]}
    assert not verdict(many(3), {**many(3), "m0": whole}, critical=["m0"]).refused


def test_a_critical_model_already_without_a_price_is_reported_in_review_only() -> None:
    found = verdict(many(3), many(3), critical=["unheard-of"])
    assert [(one.rule, one.level, one.pointer) for one in found.findings] == [
        ("critical-model-missing", "error", "")
    ]
    assert verdict(None, many(3), critical=["unheard-of"]).refused


def test_without_named_critical_models_the_seed_models_in_use_are_critical() -> None:
    rows = {**many(3), "gpt-4o": ROW}
    assert verdict(rows, rows).findings == ()
    assert verdict(None, many(3)).findings == ()
    assert "critical-model-missing" in rules(verdict(rows, many(3)), "refused")


@pytest.mark.parametrize(
    ("successor", "refused"), [("m1", False), ("x/m1", False), ("nothing", True), (5, True)]
)
def test_a_retired_critical_model_with_a_priced_successor_has_a_price(
    successor: object,
    refused: bool,  # noqa: FBT001
) -> None:
    row = {"retired": True, "successor": successor, "mode": "chat"}
    found = verdict(many(3), {**many(3), "m0": row}, critical=["m0"])
    assert found.refused is refused


def test_bounds_may_be_a_teams_own() -> None:
    after = {**many(3), "new": edited(**{OUT: 0.002})}
    assert verdict(many(3), after).refused
    assert not verdict(many(3), after, bounds=widen({}, {"output": 3 * 10**9})).refused


FIND = edited(**{IN: 2e-05, OUT: 8e-05, READ: 2e-07, WRITE: 2.5e-06})


def test_an_acknowledged_finding_is_accepted() -> None:
    before, after = {**many(9), "m": ROW}, {**many(9), "m": FIND}
    errors = verdict(before, after).errors
    assert [one.rule for one in errors] == ["price-moved", "cache-price-off"]
    found = verdict(before, after, acknowledged=list(map(accept, errors)))
    assert found.errors == ()
    assert {one.finding for one in found.accepted} == set(errors)
    assert {one.by.reason for one in found.accepted} == {"checked"}


def test_one_acknowledgement_is_enough_for_prices_that_moved_alike() -> None:
    before, after = {**many(9), "m": ROW}, {**many(9), "m": {**FIND, READ: 1e-06, WRITE: 2e-05}}
    (moved,) = verdict(before, after).errors
    for pointer, value in moved.alike:
        place = moved._replace(pointer=pointer, value=value)
        assert verdict(before, after, acknowledged=[accept(place)]).errors == ()


def test_an_acknowledgement_covers_only_its_value() -> None:
    before = {**many(9), "m": ROW}
    (moved,) = verdict(before, {**many(9), "m": edited(**{OUT: 8e-05})}).errors
    other = {**many(9), "m": edited(**{OUT: 8.1e-05})}
    assert len(verdict(before, other, acknowledged=[accept(moved)]).errors) == 1


def test_an_expired_acknowledgement_is_a_warning_of_the_review() -> None:
    before, after = {**many(9), "m": ROW}, {**many(9), "m": edited(**{OUT: 8e-04})}
    (moved,) = verdict(before, after).of("refused")
    entry = accept(moved, date(2026, 11, 25))
    assert verdict(before, after, acknowledged=[entry]).findings == ()
    last = verdict(before, after, acknowledged=[entry], today=date(2026, 11, 25))
    assert last.findings == ()
    (late,) = verdict(before, after, acknowledged=[entry], today=date(2026, 11, 26)).findings
    assert (late.level, late.rule) == ("warning", "price-moved")
    assert late.message.endswith("; it was acknowledged until 2026-11-25")


def test_acknowledged_rows_do_not_count() -> None:
    gone = {"m9": many(10)["m9"], "new": ROW}
    found = verdict(many(10), gone)
    entries = [accept(one) for one in found.findings if one.rule == "model-gone"]
    assert verdict(many(10), gone, acknowledged=entries).findings == ()
    assert verdict(many(10), gone, acknowledged=entries[:7]).errors == ()
    # 3 of the 4 rows that nobody has acknowledged
    (share,) = verdict(many(10), gone, acknowledged=entries[:6]).errors
    assert share.message.startswith("3 of 4 unacknowledged models are gone")


def test_acknowledged_moves_do_not_count() -> None:
    after = {name: {**row, IN: 1.2e-05, OUT: 4.8e-05} for name, row in many(4).items()}
    found = verdict(many(4), after)
    entries = [accept(one) for one in found.findings if one.rule == "price-moved"]
    refusal = verdict(many(4), after, acknowledged=entries[:2]).refusal
    assert refusal.startswith("2 of 2 unacknowledged rows moved")  # 2 of 3 with the default price
    assert not verdict(many(4), after, acknowledged=entries[:3]).refused


def test_a_malformed_acknowledgement_is_ignored() -> None:
    before, after = {**many(9), "m": ROW}, {**many(9), "m": edited(**{OUT: 8e-04})}
    (moved,) = verdict(before, after).of("refused")
    broken = {**accept(moved), "reason": ""}
    assert verdict(before, after, acknowledged=[broken, 5]).refused
    assert verdict(before, after, acknowledged="all").refused


def test_the_most_severe_finding_comes_first() -> None:
    after = {**many(9), "m0": edited(**{IN: 3e-05}), "m": edited(**{IN: 0, OUT: 4e-03})}
    found = verdict({**many(9), "m": ROW}, after)
    assert found.findings == tuple(sorted(found.findings, key=lambda one: one.rank))
    assert found.refusal == (
        "x/m: input became zero, it was $2.00 per 1M tokens; it is not marked free"
        " (besides: 1 price out of bounds, 1 moved price)"
    )


def test_an_equal_file_is_not_compared_price_by_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reload costs in a process: rows that did not change are compared as they stand."""
    seen: list[str] = []
    real = rows.judge_row

    def counted(before: Any, after: Any, *rest: Any) -> Any:
        seen.append(after.name)
        return real(before, after, *rest)

    monkeypatch.setattr(compare, "judge_row", counted)
    values = shipped()
    values["openai"]["gpt-4o"][IN] = 2.6e-06
    check(BASE, loaded(values))
    assert seen == ["gpt-4o"]


def test_the_work_grows_no_faster_than_the_lists_of_a_row() -> None:
    def compare(size: int) -> Callable[[], Verdict]:
        days = [f"{1000 + year}-01-{day:02}" for year in range(size // 10) for day in range(1, 11)]
        prices = {IN: 2e-06, OUT: 8e-06}
        before = catalog({"m": edited(previous=[{"until": day, **prices} for day in days])})
        later = [{"from": f"9{day[1:]}", **prices, READ: 1e-07} for day in days]
        after = catalog({"m": edited(**{READ: 3e-07}, upcoming=later)})
        return lambda: check(before, after)

    small, large = cost_of(compare(100)), cost_of(compare(800))
    assert large.calls < small.calls * 10


def test_every_rule_has_a_name_for_one_and_several() -> None:
    assert set(ACKNOWLEDGEABLE) < set(RULES)
    assert all(
        one and (several or rule not in ACKNOWLEDGEABLE) for rule, (one, several) in RULES.items()
    )
    assert LEVELS == ("refused", "error", "warning", "note")


def test_a_renamed_row_without_alias_counts_as_removed() -> None:
    """Its prices are those of before, but the old name gets the default price."""
    found = verdict(many(15), {f"{name}-x9": row for name, row in many(15).items()})
    assert "15 of 15 models are gone" in found.refusal


def aliased(to: str) -> dict[str, Row]:
    """One cheap and one dear row of five, one of which has the alias `team-default`."""
    rows = {**many(5), "dear": edited(**{IN: 150e-06, OUT: 600e-06})}
    return {
        name: {**row, "aliases": ["team-default"]} if name == to else row
        for name, row in rows.items()
    }


def test_an_alias_that_moves_to_a_far_dearer_row_is_refused() -> None:
    assert "of the alias team-default, " in verdict(aliased("m0"), aliased("dear")).refusal
    assert verdict(aliased("m0"), aliased("m1")).findings == ()


def test_many_aliases_that_no_row_answers_are_refused() -> None:
    before = {name: {**row, "aliases": [f"team-{name}-x"]} for name, row in many(5).items()}
    found = verdict(before, many(5))
    assert "no row answers for 5 of 5 aliases, such as team-m0-x" in found.refusal
    two = {name: row if name in {"m0", "m1"} else before[name] for name, row in many(5).items()}
    assert verdict(before, two).findings == ()
    three = {**two, "m2": many(5)["m2"]}
    assert verdict(before, three).refused


def test_aliases_of_a_row_whose_removal_was_acknowledged_do_not_count() -> None:
    aliased_rows = {**many(5), "m0": {**many(1)["m0"], "aliases": ["a", "b", "c"]}}
    after = {name: row for name, row in many(5).items() if name != "m0"}
    assert verdict(aliased_rows, after).refused
    entry = {"rule": "model-gone", "pointer": "/x/m0", "value": None}
    entry |= {"reason": "not sold", "date": "2026-11-20"}
    accepted = {"acknowledged": [entry]}
    found = check(catalog(aliased_rows), loaded({"metadata": accepted, "x": after}))
    assert not found.errors
    # The row is there, so its removal explains no lost alias.
    assert check(catalog(aliased_rows), loaded({"metadata": accepted, "x": many(5)})).refused


def test_an_alias_still_answered_by_its_row_does_not_count_as_removed() -> None:
    before = {name: {**row, "aliases": [f"azure/{name}"]} for name, row in many(5).items()}
    assert verdict(before, many(5)).findings == ()


def test_a_critical_model_needs_a_price_in_the_list_in_force() -> None:
    """A list until 2099 without an output price makes the output of today free."""
    until = {"previous": [{"until": "2099-01-01", IN: 2e-06}]}
    before, after = catalog(many(5)), catalog({**many(5), "m0": edited(**until)})
    now = datetime(2026, 11, 27, tzinfo=UTC)
    assert check(before, after, critical=["m0"], at=now).refused
    later = datetime(2099, 6, 1, tzinfo=UTC)
    assert not check(before, after, critical=["m0"], at=later).refused


def test_a_new_row_that_takes_over_an_alias_is_compared_with_the_row_before() -> None:
    before = {"m0": {**many(1)["m0"], "aliases": ["team"]}}
    dear = edited(**{IN: 150e-06, OUT: 600e-06})
    assert "of the alias team, " in verdict(before, {**before, "team": dear}).refusal


def test_a_row_renamed_by_letter_case_is_compared_with_the_row_before() -> None:
    dear = edited(**{IN: 150e-06, OUT: 600e-06})
    after = {**many(5), "M0": dear}
    del after["m0"]
    assert "x/M0: " in verdict(many(5), after).refusal
    assert verdict(many(5), {**many(5), "M0": many(5)["m0"]}).findings == ()


def test_an_alias_that_answered_nothing_before_may_be_removed() -> None:
    """Two rows at two prices had it, so that the alias layer did not choose."""
    dear = edited(**{IN: 3e-06})
    before = {**many(5), "a": {**many(1)["m0"], "aliases": ["team"]}}
    before["b"] = {**dear, "aliases": ["team"]}
    after = {**many(5), "a": many(1)["m0"], "b": dear}
    assert verdict(before, after).findings == ()
