"""Small price lists: rows in the catalog's own keys, read as a list of litellm's format."""

import json
from collections.abc import Mapping
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.feeds.feed import Feed, FeedOrigin, read_feed

Rows = Mapping[str, Mapping[str, Any]]
GPT = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}


def listed(rows: Rows, name: str = "litellm", date: str = "", copied_from: str = "") -> Feed:
    """A list of some name and day with rows by seller; all of it copied where that is said."""
    flat = {
        f"{seller}/{model}": {"litellm_provider": seller, **row}
        for seller, section in rows.items()
        for model, row in section.items()
    }
    feed = read_feed(json.dumps(flat).encode(), FeedOrigin("here", date))
    copies = {model.full_name: copied_from for model in feed.catalog.models if copied_from}
    return feed._replace(name=name, copied_from=copies)


def catalog(rows: Mapping[str, Any]) -> Catalog:
    """A catalog of ours."""
    return Catalog.load(json.dumps(rows))
