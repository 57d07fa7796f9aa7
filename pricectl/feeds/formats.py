"""The table of price lists: how each is recognised and read, and where it is found."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.feeds import (
    genai_prices,
    litellm,
    llm_prices,
    model_prices,
    models_dev,
    openrouter,
    pi_ai,
)
from pricectl.feeds.feed_row import FeedContent


class FeedFormat(NamedTuple):
    """One price list.

    `package` and `file` say where an installed Python package has it, `url` where it is published.
    """

    name: str
    looks_like: Callable[[Json], bool]
    read: Callable[[Json], FeedContent]
    package: str = ""
    file: str = ""
    url: str = ""


_LITELLM = "model_prices_and_context_window"
_TABLE = (
    FeedFormat(
        "litellm",
        litellm.looks_like,
        litellm.read,
        package="litellm",
        file=f"{_LITELLM}_backup.json",
        url=f"https://raw.githubusercontent.com/BerriAI/litellm/main/{_LITELLM}.json",
    ),
    FeedFormat(
        "genai-prices",
        genai_prices.looks_like,
        genai_prices.read,
        package="genai_prices",
        file="data.py",
        url="https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/data.json",
    ),
    FeedFormat(
        "model-prices",
        model_prices.looks_like,
        model_prices.read,
        package="model_prices",
        file="snapshot.json",
    ),
    FeedFormat(
        "models.dev", models_dev.looks_like, models_dev.read, url="https://models.dev/api.json"
    ),
    FeedFormat("pi-ai", pi_ai.looks_like, pi_ai.read),
    FeedFormat(
        "llm-prices",
        llm_prices.looks_like,
        llm_prices.read,
        url="https://www.llm-prices.com/historical-v1.json",
    ),
    FeedFormat(
        "openrouter",
        openrouter.looks_like,
        openrouter.read,
        url="https://openrouter.ai/api/v1/models",
    ),
)
FORMATS: Mapping[str, FeedFormat] = MappingProxyType({one.name: one for one in _TABLE})


def recognise(document: Json) -> FeedFormat | None:
    """The format of a document; None where none of them fits."""
    return next((one for one in _TABLE if one.looks_like(document)), None)
