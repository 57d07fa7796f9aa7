"""The models that are called most cost what pages say, and docs/prices.md is what the tool makes.

tests/published_prices.tsv was read off the pages by hand. Where the price lists are on this
machine, each of them is held against it, too.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pricectl.core import Catalog, Model, Usage, quote
from pricectl.core.lookup import require
from pricectl.files.feed_source import FeedSource, load

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import write_prices_page  # noqa: E402

CATALOG = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
ROWS = tuple(write_prices_page.read_published())
MOST = 50
AGREEING = 10
# Columns with a service, and the word that a client sends for it.
SERVICES = {
    "": None,
    **{word: word for word in ("batch", "flex", "priority", "fast", "ultrafast")},
}
SHORT, DETAIL = 1_000, 100
DETAILS = {
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "cache_write_12h": "cache_write_12h_tokens",
}
LISTS: dict[str, tuple[Path, ...]] = {
    "litellm": (ROOT / "price_lists" / "litellm",),
    "genai-prices": (ROOT / "price_lists" / "genai-prices",),
    "model-prices": (ROOT / "price_lists" / "model-prices",),
    "llm-prices": tuple(sorted(ROOT.parent.glob("shared/data/llm-prices-2026-08-05/*.json"))),
}
LIST_DAYS = {
    "litellm": "2026-11-20",
    "genai-prices": "2026-11-10",
    "model-prices": "2026-10-26",
    "llm-prices": "2026-08-05",
}
# Where a list has another price than the page, and why the page is right.
LISTS_DIFFER = {
    ("model-prices", "deepseek-v4.1-flash"): "the price outside the peak hours",
    ("model-prices", "deepseek-v4-pro"): "the price outside the peak hours",
    ("llm-prices", "deepseek-v4-pro"): "the list is older than the peak hours",
    ("llm-prices", "gpt-5.6-sol"): "the price before the promotion of 2026-08-21",
    ("llm-prices", "o3"): "the price before OpenAI lowered it to 2 / 8 in June 2025",
}


def usd(usage: Usage, name: str, service: str | None = None) -> Fraction:
    """What a call costs."""
    return Fraction(quote(CATALOG, name, usage, service=service).pico_usd, 10**6)


def charged(name: str, column: str, above_tokens: int) -> Fraction:
    """What the catalog charges for a million tokens of a column, by the difference of two calls."""
    if column in DETAILS:
        with_detail = usd(Usage(SHORT, 0, **{DETAILS[column]: DETAIL}), name)
        return (with_detail - usd(Usage(SHORT - DETAIL), name)) / DETAIL
    prefix, _, side = column.rpartition("_")
    service = None if prefix == "above" else SERVICES[prefix]
    long = above_tokens + 1 if prefix == "above" else SHORT
    if side == "input":
        return usd(Usage(long), name, service) / long
    return (usd(Usage(long, SHORT), name, service) - usd(Usage(long), name, service)) / SHORT


def stated() -> Iterator[tuple[str, str, str, int]]:
    """Each price that a page states."""
    for row in ROWS:
        above_tokens = int(row.prices["above"] or 0) * 1000
        for column, price in row.prices.items():
            if price and column != "above":
                yield row.name, column, price, above_tokens


@pytest.mark.parametrize(("name", "column", "price", "above_tokens"), tuple(stated()))
def test_the_catalog_charges_what_the_page_states(
    name: str, column: str, price: str, above_tokens: int
) -> None:
    assert charged(name, column, above_tokens) == Fraction(price)


def test_fifty_models_each_with_its_page_and_day() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == MOST
    for row in ROWS:
        assert all([row.prices["input"], row.prices["output"], row.pages, row.day]), row.name
        assert write_prices_page.KINDS[row.kind], row.name
        assert all(page.startswith("https://") for page in row.pages), row.name
        assert row.called, row.name
        for day in row.day.split(", "):
            assert date.fromisoformat(day.split()[-1]) < date(2026, 12, 1), row.name


def test_the_page_of_prices_is_current() -> None:
    page = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
    assert page == write_prices_page.page(CATALOG, ROWS), "run 'make prices'"


def test_a_price_that_no_page_states_is_named_as_one_of_lists() -> None:
    row = next(row for row in ROWS if row.name == "gpt-6-luna")
    model = require(CATALOG, row.name).model
    silent = row._replace(prices=row.prices | {"cache_read": "", "batch_input": ""})
    named = write_prices_page.list_only(model, silent)
    assert set(named) - set(write_prices_page.list_only(model, row)) == {"cache read", "batch"}


def test_a_model_that_no_list_has_is_said_to_be_in_none() -> None:
    """Of these no two lists agree on anything, so the page must not say that they do."""
    page = write_prices_page.page(CATALOG, ROWS)
    sentence = page.partition("\nno two lists have")[0].rpartition("\nOf ")[2]
    named = {row.name for row in ROWS if f"`{row.name}`" in sentence}
    without = {row.name for row in ROWS if "evidence" not in require(CATALOG, row.name).model.entry}
    assert named == without


def test_a_later_price_of_a_service_alone_is_told() -> None:
    """The ultrafast price of GPT-6.2 Sol doubles on 2027-03-01; its other prices stay."""
    page = write_prices_page.page(CATALOG, ROWS)
    assert "- `gpt-6.2-sol` from 2027-03-01: fast 12 / 60.\n" in page
    assert "- `gemini-4-carbon` from 2026-12-01: 4 / 20.\n" in page


def same_row(catalog: Catalog, own: Model, name: str) -> Model | None:
    """A list's row of a model, under its maker and under no other name."""
    found = {model.full_name: model for model in catalog.models}
    keys = (f"{own.provider}/{name}", own.full_name)
    return next((found[key] for key in keys if key in found), None)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_prices_of_the_pages(name: str) -> None:
    places = [place for place in LISTS[name] if place.exists()]
    if not places:
        pytest.skip("'make lists' downloads the price lists")
    day = LIST_DAYS[name]
    feeds = [load(FeedSource(name, str(place), day)).catalog for place in places]
    at = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    agreeing: set[str] = set()
    differing: set[tuple[str, str]] = set()
    for row in ROWS:
        own = require(CATALOG, row.name).model
        found = next(filter(None, (same_row(feed, own, row.name) for feed in feeds)), None)
        if found is None:
            continue
        rates = found.list_at(at).rates
        said = [
            (Decimal(rates[column, 0, ""][0]).scaleb(-6), Decimal(row.prices[column]))
            for column in ("input", "output", "cache_read")
            if row.prices[column] and (column, 0, "") in rates
        ]
        if any(theirs != page for theirs, page in said):
            differing.add((name, row.name))
        elif said:
            agreeing.add(row.name)
    assert differing == {key for key in LISTS_DIFFER if key[0] == name}
    assert len(agreeing) >= AGREEING
