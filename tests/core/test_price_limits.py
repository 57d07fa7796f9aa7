"""The bounds of every unit: the shipped prices lie inside, and settings only widen them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pricectl.core import Catalog
from pricectl.core.prices import PriceList
from pricectl.core.sanity.bounds import BOUNDS, PACKAGED, Bound, rate_of, widen
from pricectl.core.units import UNITS

SHIPPED = Path(__file__).parents[2] / "llm_pricing_current.json"


def price_lists(catalog: Catalog) -> Iterator[PriceList]:
    for model in (*catalog.models, catalog.default):
        dated = (prices for _, prices in (*model.previous, *model.upcoming))
        for prices in (model.prices, *dated):
            yield prices
            if prices.off_peak:
                yield prices.off_peak


def shipped_range() -> dict[str, tuple[int, int]]:
    """The lowest and highest shipped price above zero of each unit."""
    found: dict[str, tuple[int, int]] = {}
    for prices in price_lists(Catalog.load(SHIPPED.read_bytes())):
        for (unit, _, _), (pico, _) in prices.rates.items():
            if pico:
                low, high = found.get(unit, (pico, pico))
                found[unit] = min(low, pico), max(high, pico)
    return found


def test_every_shipped_price_lies_inside_the_bounds() -> None:
    """If this fails: check the price, then put the pair that it prints into PACKAGED."""
    outside = {
        unit: pair
        for unit, pair in shipped_range().items()
        if unit not in BOUNDS or not all(map(BOUNDS[unit].contains, pair))
    }
    assert outside == {}


def test_the_bounds_are_three_times_wider_than_the_packaged_prices() -> None:
    # o1-pro at $150 in and $600 out; pplx-embed at $0.004, voxtral-mini at $0.02 per 1M tokens.
    assert PACKAGED["input"] == (4_000, 150_000_000)
    assert BOUNDS["input"] == Bound(1_333, 450_000_000)
    assert BOUNDS["output"] == Bound(6_666, 1_800_000_000)
    assert PACKAGED.keys() <= UNITS.keys()
    assert all(0 < low <= high for low, high in PACKAGED.values())


@pytest.mark.parametrize(
    ("pico_usd", "crossed"),
    [(0, None), (1_332, 1_333), (1_333, None), (450_000_000, None), (450_000_001, 450_000_000)],
)
def test_a_price_outside_the_bounds_names_the_limit(pico_usd: int, crossed: int | None) -> None:
    assert BOUNDS["input"].exceeded_limit(pico_usd) == crossed
    assert BOUNDS["input"].contains(pico_usd) is (crossed is None)


def test_both_limits_are_written_in_the_unit() -> None:
    assert BOUNDS["input"].range_text("input") == "$0.001333 to $450.00 per 1M tokens"
    assert BOUNDS["page"].range_text("page") == "$0.000333333333 to $0.012 per page"
    assert Bound(10**9, None).range_text("ocr_credit") == "at least $0.001 per parsing credit"


@pytest.mark.parametrize(
    ("price", "unit", "pico_usd"),
    [
        ("2.50", "input", 2_500_000),
        ("0.04", "output_image_file", 40_000_000_000),
        ("0.006", "input_second", 6_000_000_000),
        ("0.0025", "file_search", 2_500_000_000_000),
        ("3", "computer_use_input", 3_000_000_000),
        ("0.10", "vector_store_gb_day", 100_000_000_000),
    ],
)
def test_a_price_per_million_becomes_the_price_of_its_key(
    price: str, unit: str, pico_usd: int
) -> None:
    assert rate_of(Decimal(price), unit) == pico_usd


def test_a_limit_inside_the_bounds_changes_nothing() -> None:
    assert widen({"input": 5_000}, {"input": 10_000_000}) == BOUNDS
    assert widen({}, {}) == BOUNDS


def test_a_limit_outside_the_bounds_widens_them() -> None:
    wider = widen({"input": 10}, {"input": 10**9, "output": 1})
    assert wider["input"] == Bound(10, 10**9)
    assert {unit: bound for unit, bound in wider.items() if unit != "input"} == {
        unit: bound for unit, bound in BOUNDS.items() if unit != "input"
    }


def test_a_unit_without_bounds_gets_the_limits_given() -> None:
    wider = widen({"ocr_credit": 7, "second": 3}, {"ocr_credit": 9, "output_pixel": 5})
    assert wider["ocr_credit"] == Bound(7, 9)
    assert wider["second"] == Bound(3, None)
    assert wider["second"].contains(10**30)
    assert wider["output_pixel"] == Bound(0, 5)
