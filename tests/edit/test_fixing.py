"""`fix_text` fixes what has one right answer: no cost changes, other bytes stay, twice is once."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.check.validation import validate
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import DocumentError
from pricectl.core.money import pico_usd
from pricectl.edit import engine, fixing
from pricectl.edit.fixing import FIXED_RULES, NotFixed, fix_text
from pricectl.policy import Policy, Waiver
from tests.conftest import CATALOG, ROOT

DAY = datetime(2026, 11, 23, tzinfo=UTC)
NO_SETTINGS = Policy()
OLD_INPUT = '"input_cost_per_token": 2.5e-06,\n      "output'


def fixed(text: str, policy: Policy = NO_SETTINGS) -> str:
    return fix_text(text.encode(), policy, DAY).text


def rules_in(text: str) -> set[str]:
    report = validate(text, "f", Policy(), DAY)
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("2.5000000000000002e-06", "2.5e-06"),
        ("0.0000024999999999999998", "0.0000025"),
        ("2.4999999368448e-6", "2.5e-6"),  # a price that was once kept in 32 bits
        ("7.500000000000001e-08", "7.5e-08"),
        ("25000000000000.002E-19", "25000000000000E-19"),
    ],
)
def test_float_dirt_goes_and_the_exponent_stays(dirty: str, clean: str) -> None:
    text = CATALOG.replace(OLD_INPUT, OLD_INPUT.replace("2.5e-06", dirty))
    result = fix_text(text.encode(), Policy(), DAY)
    assert result.text == CATALOG.replace(OLD_INPUT, OLD_INPUT.replace("2.5e-06", clean))
    (fix,) = (one for one in result.fixes if one.rule == "float-dirt")
    assert (fix.pointer, fix.line) == ("/openai/gpt-4o/input_cost_per_token", 5)
    assert (fix.old, fix.new) == (dirty, clean)


@pytest.mark.parametrize("price", ["1.666666666e-10", "3e-13", "1.2345678912e-08"])
def test_a_price_that_has_more_digits_is_left_to_a_person(price: str) -> None:
    text = CATALOG.replace(OLD_INPUT, OLD_INPUT.replace("2.5e-06", price))
    assert "float-dirt" in rules_in(text)
    assert fixed(text) == text


def row(members: str, metadata: str = '"last_updated": "2026-11-20"') -> str:
    return f'{{"metadata": {{{metadata}}}, "x": {{"m": {{{members}}}}}}}'


PRICES = '"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06'
LATER = '"input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06'


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (
            "price-type",
            row('"input_cost_per_token": "1e-06"'),
            row('"input_cost_per_token": 1e-06'),
        ),
        (
            "alias-redundant",
            row(f'{PRICES}, "aliases": ["a", "m", "a", "b"]'),
            row(f'{PRICES}, "aliases": ["a", "b"]'),
        ),
        (
            "last-updated-behind",
            row(f'{PRICES}, "verified_on": "2026-11-22"'),
            row(f'{PRICES}, "verified_on": "2026-11-22"', '"last_updated": "2026-11-22"'),
        ),
        (
            "metadata-missing",
            row(f'{PRICES}, "verified_on": "2026-11-22"', '"currency": "USD"'),
            row(
                f'{PRICES}, "verified_on": "2026-11-22"',
                '"last_updated": "2026-11-22", "currency": "USD"',
            ),
        ),
        (
            "metadata-missing",
            f'{{"x": {{"m": {{{PRICES}, "verified_on": "2026-11-22"}}}}}}',
            row(
                f'{PRICES}, "verified_on": "2026-11-22"',
                '"last_updated": "2026-11-22", "currency": "USD", "schema_version": "1.0"',
            ),
        ),
        (
            "currency",
            row(PRICES, '"last_updated": "2026-11-20", "currency": "usd"'),
            row(PRICES, '"last_updated": "2026-11-20", "currency": "USD"'),
        ),
        (
            "sources-missing",
            row(f'{PRICES}, "source": "https://a.b/c"'),
            row(
                f'{PRICES}, "source": "https://a.b/c"',
                '"last_updated": "2026-11-20", "sources": ["https://a.b/c"]',
            ),
        ),
        (
            "periods-out-of-order",
            row(f'{PRICES}, "previous": [{{"until": "2026-02-01"}}, {{"until":  "2026-01-01"}}]'),
            row(f'{PRICES}, "previous": [{{"until":  "2026-01-01"}}, {{"until": "2026-02-01"}}]'),
        ),
        (
            "duplicate-key",
            row(f'{PRICES}, "mode": "a", "mode": "a"'),
            row(f'{PRICES}, "mode": "a"'),
        ),
        ("json-syntax", row(f"{PRICES},"), row(PRICES)),
        (
            "json-syntax",
            row(f'{PRICES}, "free": False, "max_input_tokens": 1_000'),
            row(f'{PRICES}, "free": false, "max_input_tokens": 1000'),
        ),
        (
            "json-syntax",
            row('"input_cost_per_token": .5e-6'),
            row('"input_cost_per_token": 0.5e-6'),
        ),
        ("encoding", "\ufeff" + row(PRICES), row(PRICES)),
        (
            "upcoming-begun",
            row(f'{PRICES}, "upcoming": [{{"from": "2026-11-01", {LATER}}}]'),
            row(f'{LATER}, "previous": [{{"until": "2026-11-01", {PRICES}}}]'),
        ),
    ],
)
def test_each_rule_is_fixed(rule: str, before: str, after: str) -> None:
    assert rule in rules_in(before)
    result = fix_text(before.encode(), Policy(), DAY)
    assert rule in {fix.rule for fix in result.fixes}
    assert result.text == after
    assert rule not in rules_in(result.text)
    assert fixed(result.text) == result.text


def test_every_rule_that_is_fixed_has_a_case() -> None:
    (mark,) = test_each_rule_is_fixed.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} | {"float-dirt"} == set(FIXED_RULES)


def test_the_page_lists_every_rule_that_is_fixed() -> None:
    page = (ROOT / "docs" / "validate.md").read_text(encoding="utf-8")
    table = page.partition("## Fix what has one right answer")[2].partition("\n## ")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {rule for cell in first for rule in re.findall(r"`([\w-]+)`", cell)} == set(FIXED_RULES)


@pytest.mark.parametrize(
    "text",
    [
        row('"input_cost_per_token": "free"'),
        row('"input_cost_per_token": "1e-06 USD"'),
        row('"input_cost_per_token": "\\uff11"'),
        row('"input_cost_per_token": true'),
        row('"input_cost_per_token": 1e-06, "input_cost_per_token": 2e-06'),
        row('"free": true, "free": 1'),
        row('"input_cost_per_token": 1,000'),
        row('"input_cost_per_token": $2.50'),
        row(PRICES, '"last_updated": "2026-11-20", "currency": "EUR"'),
        row(f'{PRICES}, "verified_on": "2026-12-22"'),  # in the future
        f'{{"x": {{"m": {{{PRICES}}}}}}}',
        "[1]",
        "{",
        '{"metadata": []}',
        row(f'{PRICES}, "previous": [{{"until": "x"}}, {{"until": "2026-01-01"}}]'),
    ],
)
def test_what_a_person_must_decide_stays(text: str) -> None:
    assert fixed(text) == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentError):
        fix_text(b"\xff", Policy(), DAY)


def test_an_accepted_finding_is_not_fixed() -> None:
    text = row(f'{PRICES}, "aliases": ["m"]')
    waiver = Waiver("alias-redundant", "callers look for it", "/x/m/aliases/0")
    assert fixed(text, Policy(waivers=(waiver,))) == text


def test_a_fix_that_would_change_a_price_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof does not rest on the fixers: here one does something else, too."""
    apply = engine.edited_text
    monkeypatch.setattr(
        fixing, "edited_text", lambda *given: apply(*given).replace("2e-06", "3e-06")
    )
    with pytest.raises(NotFixed):
        fixed(row(f'{PRICES}, "aliases": ["m"]'))


def test_the_shipped_catalog_has_nothing_to_fix() -> None:
    data = (ROOT / "llm_pricing_current.json").read_bytes()
    policy = Policy()
    fixes = fix_text(data, policy, datetime(2026, 11, 24, tzinfo=UTC)).fixes
    assert [fix for fix in fixes if fix.rule != "alias-redundant"] == []


# Random catalogs in random layouts, with dirt

NUMBERS = st.one_of(
    st.integers(1, 10**7).map(lambda pico: f"{Decimal(pico).scaleb(-12)}"),
    st.floats(1e-9, 1e-3).map(repr),
    st.integers(1, 999).map(lambda n: repr(n * 0.1 * 1e-7)),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)
ROWS = st.fixed_dictionaries(
    {"input_cost_per_token": NUMBERS, "output_cost_per_token": NUMBERS},
    optional={
        "aliases": st.lists(NAMES, max_size=4).map(json.dumps),
        "verified_on": st.just('"2026-11-01"'),
        "mode": st.just('"chat"'),
        "note": NAMES.map(json.dumps),
    },
)
CATALOGS = st.dictionaries(NAMES, st.dictionaries(NAMES, ROWS, min_size=1, max_size=3), max_size=3)


@given(
    CATALOGS,
    st.sampled_from(["\n", "\r\n", ""]),
    st.sampled_from(["  ", "\t", ""]),
    st.sampled_from(["", "\n"]),
)
def test_fixing_a_random_catalog_changes_no_price(
    catalog: dict[str, Any], end: str, indent: str, final: str
) -> None:
    """Every price stays within its picodollar, and a second time nothing is fixed."""
    rows = (
        f"{indent}{json.dumps(section)}: {{{end}"
        + f",{end}".join(
            f"{indent * 2}{json.dumps(name)}: {{"
            + ", ".join(f"{json.dumps(key)}: {value}" for key, value in entry.items())
            + "}"
            for name, entry in models.items()
        )
        + f"{end}{indent}}}"
        for section, models in catalog.items()
        if section not in {"metadata", "pricing_notes", "$schema"}
    )
    text = f"{{{end}" + f",{end}".join(rows) + f"{end}}}" + final
    try:
        before = Catalog.load(text)
    except Exception:  # noqa: BLE001 - a random catalog may be refused; then nothing is proved
        return
    result = fix_text(text.encode(), Policy(), DAY)
    after = Catalog.load(result.text)
    for model in before.models:
        other = after.by_full_name[model.full_name]
        assert model.charges_like(other)
        assert list(model.entry)[:2] == list(other.entry)[:2]
    assert fix_text(result.text.encode(), Policy(), DAY).fixes == ()
    touched = {fix.pointer for fix in result.fixes}
    if not touched:
        assert result.text == text
    assert ("\r\n" in result.text) == ("\r\n" in text)
    for fix in result.fixes:
        if fix.rule == "float-dirt":
            assert pico_usd(Decimal(fix.old)) == pico_usd(Decimal(fix.new))
    assert document.parse(result.text)
