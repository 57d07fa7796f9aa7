"""Three laws of sanity over many pairs of files, made by chance."""

import json
import random
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pricectl.core.sanity.bounds import BOUNDS
from pricectl.core.sanity.verdict import ACKNOWLEDGEABLE
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.core.sanity_cases import IN, OUT, SECOND, Row, accept, verdict

# Below is a slow and simple reading of what a process refuses, to judge the same pairs by.
JUDGED = {IN: "input", OUT: "output", SECOND: "output_second", f"{IN}_batches": "input"}
PRICES = tuple(
    Fraction(digit) * Fraction(10) ** power for digit in (1, 2, 5) for power in (-7, -6, -5, -3)
)
ZERO = Fraction(0)
Prices = dict[str, Fraction]


def charged(row: Prices, key: str) -> Fraction | None:
    return row.get(key, row.get(key.removesuffix("_batches")))


def outside(key: str, price: Fraction) -> bool:
    bound, pico = BOUNDS[JUDGED[key]], price * 10**12
    return price > 0 and not bound.lowest <= pico <= (bound.highest or 0)


def breaks(old: Prices | None, new: Prices) -> bool:
    """Whether one row alone is refused: bounds, zeros and moves of fifty times."""
    for key in {**new, **(old or {})}:
        price = charged(new, key)
        was = charged(old, key) if old is not None else None
        if price is None or was == price:
            continue
        if key in new and outside(key, price) and not (was is not None and outside(key, was)):
            return True
        if price == 0 and (was or (was is None and key in {IN, OUT})):
            return True
        if was and price and max(was / price, price / was) >= 50:
            return True
    return False


def far(old: Prices, new: Prices) -> bool:
    pairs = [(charged(old, key), charged(new, key)) for key in {**new, **old}]
    return any(was and now and max(was / now, now / was) >= 5 for was, now in pairs)


def broken_file(before: dict[str, Prices], after: dict[str, Prices]) -> bool:
    kept = before.keys() & after.keys()
    lost = [
        key
        for key in before
        if key not in after
        or any(side in before[key] and side not in after[key] for side in (IN, OUT))
    ]
    critical = "c" in before and before["c"].keys() & {IN, OUT}
    return (
        not after
        or any(breaks(before.get(name), row) for name, row in after.items())
        or (len(lost) >= 3 and len(lost) * 5 >= len(before))
        or (
            len(moved := [name for name in kept if far(before[name], after[name])]) >= 2
            and len(moved) * 3 >= len(kept) + 1
        )
        or bool(critical and not critical <= after.get("c", {}).keys())
    )


def price_rows() -> st.SearchStrategy[Prices]:
    return st.dictionaries(
        st.sampled_from(list(JUDGED)), st.sampled_from((*PRICES, ZERO)), min_size=1
    ).filter(lambda row: IN in row or OUT in row)


@st.composite
def file_pairs(draw: st.DrawFn) -> tuple[dict[str, Prices], dict[str, Prices]]:
    """Two files: some rows of the first moved, replaced, deleted, and some new ones."""
    names = [*"abcdefg"]
    before = draw(st.dictionaries(st.sampled_from(names), price_rows(), min_size=1, max_size=7))
    factors = st.sampled_from(
        [
            Fraction(1),
            Fraction(1),
            Fraction(2),
            Fraction(5),
            Fraction(9),
            Fraction(10),
            Fraction(60),
            Fraction(1, 49),
            Fraction(1, 50),
        ]
    )
    after: dict[str, Prices] = {}
    for name, row in before.items():
        edit = draw(st.sampled_from(["keep", "keep", "move", "one", "other", "delete"]))
        if edit in {"keep", "move"}:
            factor = draw(factors) if edit == "move" else Fraction(1)
            after[name] = {key: price * factor for key, price in row.items()}
        elif edit == "one":
            after[name] = {
                **row,
                draw(st.sampled_from(sorted(row))): draw(st.sampled_from((*PRICES, ZERO))),
            }
        elif edit == "other":
            after[name] = draw(price_rows())
    new = draw(st.dictionaries(st.sampled_from(names), price_rows(), max_size=2))
    gone = [row for name, row in before.items() if name not in after]
    return before, after | {
        name: row for name, row in new.items() if name not in before and row not in gone
    }


def as_rows(prices: dict[str, Prices]) -> dict[str, Row]:
    return {
        name: {**{key: float(price) for key, price in row.items()}, "mode": "chat"}
        for name, row in prices.items()
    }


@settings(max_examples=400)
@given(file_pairs())
def test_the_process_refuses_exactly_what_the_design_says(
    pair: tuple[dict[str, Prices], dict[str, Prices]],
) -> None:
    before, after = pair
    found = verdict(as_rows(before), as_rows(after), critical=["c"])
    assert found.refused is broken_file(before, after)


@given(file_pairs(), st.randoms(use_true_random=False))
def test_whatever_the_process_refuses_is_an_error_of_the_review(
    pair: tuple[dict[str, Prices], dict[str, Prices]], chance: random.Random
) -> None:
    """With any acknowledgements, expired ones included."""
    before, after = map(as_rows, pair)
    found = verdict(before, after, critical=["c"]).findings
    days = (None, date(2026, 11, 25), date(2026, 12, 25))
    entries = [
        accept(one, chance.choice(days))
        for one in found
        if one.rule in ACKNOWLEDGEABLE and one.pointer and chance.random() < 0.7
    ]
    process = verdict(before, after, critical=["c"], acknowledged=entries)
    review = verdict(before, after, critical=["c"], acknowledged=entries, today=date(2026, 12, 1))
    assert not process.refused or review.errors
    assert set(process.of("refused")) <= set(review.errors)
    assert bool(process.refusal) is process.refused


@settings(max_examples=60)
@given(file_pairs(), st.randoms(use_true_random=False))
def test_a_file_that_passed_review_is_loaded_by_a_process_with_the_base_prices(
    tmp_path_factory: pytest.TempPathFactory,
    pair: tuple[dict[str, Prices], dict[str, Prices]],
    chance: random.Random,
) -> None:
    """Whatever a person has acknowledged for it, however long ago that has expired."""
    before, after = map(as_rows, pair)
    days = (None, date(2025, 11, 25), date(2027, 12, 25))
    # Warnings and notes, too: a share goes with the rows that make it.
    entries = [
        accept(one, chance.choice(days))
        for one in verdict(before, after, critical=["c"]).findings
        if one.rule in ACKNOWLEDGEABLE and one.pointer
    ]
    review = verdict(before, after, critical=["c"], acknowledged=entries, today=date(2026, 12, 1))
    assume(after and not review.errors)
    folder = tmp_path_factory.mktemp("reviewed")
    file = folder / "llm_pricing_current.json"
    file.write_text(json.dumps({"x": before}))
    pricing = Pricing.load(file, policy=Policy(critical=("c",)), state=folder / "state")
    assert pricing.snapshot.layer == "file"
    file.write_text(json.dumps({"metadata": {"acknowledged": entries}, "x": after}))
    result = pricing.reload()
    assert (result.status, result.reason) == ("reloaded", "")
    assert {model.name for model in pricing.snapshot.catalog.models} == after.keys()
