"""The shipped catalog's evidence, held against the lists that `make lists` downloads."""

import json
from datetime import UTC, datetime

import pytest

from pricectl.core.catalog import Catalog
from pricectl.core.windows import read_day
from pricectl.edit.evidence import evidence_changes, read_evidence
from pricectl.feeds.claims import AGREEING_LISTS
from pricectl.feeds.drift import compare_rows
from pricectl.feeds.feed import Feed
from pricectl.feeds.known import KnownDifferences
from pricectl.feeds.matching import OfferIndex
from pricectl.files.feed_source import parse_source
from pricectl.files.settings import load_policy
from pricectl.operate.drift import days_read, read_lists
from tests.conftest import ROOT

PATH = ROOT / "llm_pricing_current.json"
LISTS = load_policy(catalog=str(PATH)).feeds
CATALOG = Catalog.load(PATH.read_bytes())


@pytest.fixture(scope="module")
def feeds() -> tuple[Feed, ...]:
    """The pinned lists."""
    if not all((ROOT / parse_source(word).place).is_dir() for word in LISTS):
        pytest.skip("'make lists' downloads the price lists")
    return read_lists(LISTS, ROOT)


def at() -> datetime:
    """The day of the catalog, so that the test says the same on any date."""
    day = read_day(CATALOG.metadata.get("last_updated"))
    assert day
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_a_row_has_evidence_exactly_where_two_pinned_lists_agree(feeds: tuple[Feed, ...]) -> None:
    found = compare_rows(CATALOG, [(feed, OfferIndex(feed.catalog)) for feed in feeds], at())
    days = days_read(feeds, at().date())
    wrong = evidence_changes(found.agreements, days, f"{at().date()}")
    assert [(one.model.full_name, one.before, one.after) for one in wrong] == []
    pinned = days.keys()
    for model in CATALOG.models:
        named = {one.name for one in read_evidence(model.entry.get("evidence"))}
        if named and not model.is_retired:
            assert len(named & pinned) >= AGREEING_LISTS, model.full_name


def test_evidence_has_the_day_of_the_pinned_list(feeds: tuple[Feed, ...]) -> None:
    """An entry of another day was made with another list, which nobody can repeat."""
    days = days_read(feeds, at().date())
    other = [
        (model.full_name, one)
        for model in CATALOG.models
        if not model.is_retired
        for one in read_evidence(model.entry.get("evidence"))
        if days.get(one.name) != one.date
    ]
    assert other == []


def test_no_two_pinned_lists_agree_on_another_price(feeds: tuple[Feed, ...]) -> None:
    """What they agree on is written, or has its decision or acknowledgement."""
    notes = json.loads(PATH.read_text(encoding="utf-8"))["pricing_notes"]
    known = KnownDifferences(CATALOG, at(), notes)
    indexes = [(feed, OfferIndex(feed.catalog)) for feed in feeds]
    found = compare_rows(CATALOG, indexes, at(), known=known)
    open_ones = [one for one in found.prices if one.is_agreed and not one.known_because]
    assert [(one.model.full_name, one.what) for one in open_ones] == []


def test_every_list_has_rows_that_it_vouches_for(feeds: tuple[Feed, ...]) -> None:
    """A list that no row names is cut off, or its name has changed."""
    named = {
        one.name for model in CATALOG.models for one in read_evidence(model.entry.get("evidence"))
    }
    assert {feed.name for feed in feeds} <= named
