"""Lists as they were published: read without a loss, where they lie on this machine."""

import pytest

from pricectl.feeds.feed import Feed
from pricectl.feeds.feed_row import FeedError
from pricectl.files.feed_source import FeedSource, installed_sources, load
from tests.conftest import ROOT

DATA = ROOT.parent / "shared" / "data"
# A file, its format, at least how many models it has, and a price to know it by: gpt-4o's input.
FILES = {
    "genai-prices-v2-2026-08-21.json": ("genai-prices", 1_000, "openai/gpt-4o"),
    "llm-prices-2026-08-05/openai.json": ("llm-prices", 20, "openai/gpt-4o"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_is_read(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the published lists are not on this machine")
    form, least, known = FILES[name]
    feed = load(FeedSource("", str(path)))
    assert feed.name == form
    assert len(feed.catalog.models) >= least
    assert feed.catalog.by_full_name[known].prices.rates["input", 0, ""][0] == 2_500_000


@pytest.mark.parametrize(
    "name", ["langfuse-2026-08-22.json", "portkey-openai-2026-08-21.json", "names.tsv"]
)
def test_a_list_of_another_format_is_not_taken_for_one_of_ours(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the published lists are not on this machine")
    with pytest.raises(FeedError):
        load(FeedSource("", str(path)))


def _installed() -> list[FeedSource]:
    return list(installed_sources())


@pytest.mark.parametrize("source", _installed() or [None])
def test_an_installed_list_is_read(source: FeedSource | None) -> None:
    if source is None:
        pytest.skip("no package with a price list is installed")
    feed: Feed = load(source)
    assert feed.name == source.format_name
    assert len(feed.catalog.models) > 100
    assert feed.origin.version
