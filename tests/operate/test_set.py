"""`set` on random catalogs in random layouts: named prices change exactly, nothing else does."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core.catalog import Catalog
from pricectl.core.units import UNITS
from pricectl.edit.assignments import BadEdit, RowRequest, read_assignment
from pricectl.edit.engine import edit_catalog
from pricectl.edit.price_words import price_literal, read_price
from pricectl.edit.row_plan import plan_row
from pricectl.edit.row_text import RowText
from tests.operate.test_editing import DAY

KEYS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "input_cost_per_token_batches",
    "output_cost_per_token_batches",
    "input_cost_per_token_above_200k_tokens",
    "ocr_cost_per_page",
)
NAMES = st.sampled_from(["m", "a/b", "c~d", "ü", 'q"'])
PICO = st.integers(1, 10**9)


def literals(pico: int) -> st.SearchStrategy[str]:
    """The same price in the notations that files have."""
    number = Decimal(pico).scaleb(-12)
    return st.sampled_from(
        [
            f"{number:f}",
            f"{number.scaleb(6):f}e-06",
            f"{number.scaleb(6):f}E-6",
            f"{number.scaleb(6) + Decimal('0.00'):f}e-06",
            f"{number.scaleb(7):f}e-07",
        ]
    )


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    """A catalog with rows on one line or on many, in one of the layouts that editors leave."""
    unit, end = draw(st.sampled_from(["  ", "    ", "\t"])), draw(st.sampled_from(["\n", "\r\n"]))
    rows = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
        members = [f'"{key}": {draw(literals(draw(PICO)))}' for key in keys]
        members += draw(
            st.lists(
                st.sampled_from(
                    [
                        '"mode": "chat"',
                        '"verified_on": "2026-11-01"',
                        '"max_tokens": 1e3',
                        '"x": {}',
                    ]
                ),
                unique=True,
            )
        )
        if draw(st.booleans()):
            row = "{" + ", ".join(members) + "}"
        else:
            inner = f",{end}{unit * 3}".join(members)
            row = f"{{{end}{unit * 3}{inner}{end}{unit * 2}}}"
        rows.append(f"{json.dumps(name)}: {row}")
    section = f",{end}{unit * 2}".join(rows)
    last = draw(st.sampled_from(["", end]))
    return f'{{{end}{unit}"o": {{{end}{unit * 2}{section}{end}{unit}}}{end}}}{last}'


def planned(text: str, name: str, *words: str) -> str:
    version, positions = CatalogVersion.read(text.encode()), Positions(text)
    row = RowText(text, positions, version.catalog.by_full_name[f"o/{name}"])
    request = RowRequest(name, tuple(map(read_assignment, words)))
    plan = plan_row(row, version.catalog, request, DAY.date())
    return edit_catalog(version, plan.edits, positions).text


def exactly(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@given(st.data())
def test_a_price_becomes_what_was_written_and_all_else_stays(data: st.DataObject) -> None:
    text = data.draw(catalogs())
    rows = exactly(text)["o"]
    name, key = data.draw(st.sampled_from(sorted(rows))), data.draw(st.sampled_from(KEYS))
    new = data.draw(PICO)
    after = planned(text, name, f"{key}={Decimal(new).scaleb(-12):f}/1")
    expected = exactly(text)
    row = expected["o"][name]
    if row.get(key) != Decimal(new).scaleb(-12):
        row[key] = Decimal(new).scaleb(-12)
        row.pop("verified_on", None)
    assert exactly(after) == expected
    if key in rows[name] and "verified_on" not in rows[name]:
        old_lines, new_lines = text.split("\n"), after.split("\n")
        assert len(old_lines) == len(new_lines)
        assert sum(one != other for one, other in zip(old_lines, new_lines, strict=True)) <= 1


@given(st.data())
def test_a_percentage_is_exact_in_every_notation(data: st.DataObject) -> None:
    text = data.draw(catalogs())
    rows = exactly(text)["o"]
    name = data.draw(st.sampled_from(sorted(rows)))
    key = data.draw(st.sampled_from([key for key in KEYS if key in rows[name]]))
    percent = data.draw(st.integers(-99, 400).filter(bool))
    after = exactly(planned(text, name, f"{key}={percent:+d}%"))["o"][name][key]
    wanted = Fraction(rows[name][key]) * (100 + percent) / 100
    # Half a picodollar at most is rounded away, and only what is finer than one.
    assert abs(Fraction(after) - wanted) * 2 <= Fraction(1, 10**12)
    assert (Fraction(after) == wanted) == ((wanted * 10**12).denominator == 1)


@given(st.data())
def test_a_removed_price_and_the_same_price_again_keep_the_other_members(
    data: st.DataObject,
) -> None:
    text = data.draw(catalogs())
    rows = exactly(text)["o"]
    name = data.draw(st.sampled_from(sorted(rows)))
    keys = [key for key in KEYS if key in rows[name]]
    key = data.draw(st.sampled_from(keys))
    if len(rows[name]) == 1:
        return  # an empty row loses the notation of its price
    without = planned(text, name, f"{key}=none")
    assert key not in exactly(without)["o"][name]
    again = planned(without, name, f"{key}={rows[name][key]:f}/1")
    kept = {one: value for one, value in rows[name].items() if one != "verified_on"}
    assert exactly(again)["o"][name] == kept


@given(st.text(max_size=40))
def test_no_word_brings_more_than_a_refusal(word: str) -> None:
    """Whatever is typed, it is an edit or a refusal with a reason."""
    text = '{"o": {"m": {"input_cost_per_token": 1e-06, "aliases": ["x"]}}}'
    for written in (word, f"input={word}", f"aliases+={word}", f"{word}=1", f"batch={word}"):
        try:
            after = planned(text, "m", written)
        except BadEdit:
            continue
        assert exactly(after)["o"].keys() == {"m"}
        assert Catalog.load(after).models


@given(PICO, st.sampled_from(["input", "page", "second"]), st.data())
def test_a_literal_is_the_number_in_any_notation(pico: int, unit: str, data: st.DataObject) -> None:
    like = data.draw(literals(data.draw(PICO)) | st.just("0") | st.none())
    written = price_literal(pico, like, UNITS[unit])
    assert Decimal(written).scaleb(12) == pico
    if like and Decimal(like):
        assert ("e" in written, "E" in written) == ("e" in like, "E" in like)


@pytest.mark.parametrize(
    ("unit", "word", "pico"),
    [
        # $2.50 per 1M is 2.5 millionths of a dollar: 2,500,000 picodollars.
        ("input", "2.50/M", 2_500_000),
        ("input", "0.0025/k", 2_500_000),
        ("input", "0.0000025/token", 2_500_000),
        ("page", "0.004", 4 * 10**9),
        ("page", "4/K", 4 * 10**9),
        ("page", "0.004/page", 4 * 10**9),
        ("second", "0.006/second", 6 * 10**9),
        ("second", "6/K", 6 * 10**9),
        # A thousand file searches cost $2.50: its key says per 1k calls.
        ("file_search", "2.50/K", 25 * 10**11),
        ("file_search", "0.0025/1", 25 * 10**11),
    ],
)
def test_a_price_is_read_by_what_it_is_for(unit: str, word: str, pico: int) -> None:
    assert read_price(word, UNITS[unit], unit).value == pico


def test_every_unit_has_a_clear_spelling() -> None:
    for name, unit in UNITS.items():
        assert read_price("1/K", unit, name).kind == "amount"
        with_key = read_price("0.00001", unit, unit.key)
        assert with_key.value == 10**7


def test_the_shipped_catalog_is_edited_row_by_row() -> None:
    """+10% and back by exact prices, for one row in ten: every byte is as it was."""
    path = Path(__file__).parents[2] / "llm_pricing_current.json"
    text = path.read_text(encoding="utf-8")
    version, positions = CatalogVersion.read(text.encode()), Positions(text)
    for model in version.catalog.models[::10]:
        rate = model.prices.rates.get(("input", 0, ""))
        if (
            not rate
            or not rate[0]
            or "/" in rate[1]
            or {"verified_on", "evidence"} & model.entry.keys()
        ):
            continue
        row = RowText(text, positions, model)
        request = RowRequest(model.full_name, (read_assignment("input=+10%"),))
        plan = plan_row(row, version.catalog, request, DAY.date())
        after = edit_catalog(version, plan.edits, positions)
        row = RowText(
            after.text, Positions(after.text), after.after.catalog.by_full_name[model.full_name]
        )
        back = RowRequest(
            model.full_name, (read_assignment(f"input={Decimal(rate[0]).scaleb(-12):f}/1"),)
        )
        plan = plan_row(row, after.after.catalog, back, DAY.date())
        assert edit_catalog(after.after, plan.edits).text == text
