"""Who sells a model, and at what price; a model is known by several names.

`us.anthropic.claude-haiku-4-5-20251001-v1:0` and `claude-haiku-4-5` are one model. Prices of one
model are compared, names never decide a price.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from statistics import median_low
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD

# The members of a row that say who compared its prices with the seller.
VOUCHERS = ("verified_on", "evidence")

INPUT: RateKey = ("input", 0, STANDARD)
OUTPUT: RateKey = ("output", 0, STANDARD)
CACHE_READ: RateKey = ("cache_read", 0, STANDARD)
# Sections that one seller goes by.
SELLERS = MappingProxyType(
    {
        "amazon": "bedrock",
        "bedrock_converse": "bedrock",
        "azure_ai": "azure",
        "fireworks_ai": "fireworks",
        "gemini": "google",
        "moonshotai": "moonshot",
        "together_ai": "together",
        "vertex_ai": "vertex",
        "x-ai": "xai",
        "z-ai": "zai",
    }
)
# Who makes the models they sell, and the clouds that sell them at the maker's price; all others
# are resellers, who choose their own.
CLOUDS = frozenset({"azure", "bedrock", "vertex"})
_MAKERS = """
    ai21 anthropic cohere deepseek google meta minimax mistral moonshot openai perplexity qwen
    voyage xai xiaomi zai
"""
MAKERS = frozenset(_MAKERS.split())
_REGIONS = "ap apac au ca eu global in jp latam me sa uk us us-gov"
REGIONS = frozenset(_REGIONS.split())
# What Bedrock puts before a model's name; a name such as deepseek.v3 would lose all it says.
_VENDORS = f"{_MAKERS} amazon moonshotai nvidia stability twelvelabs writer"
_PREFIX = re.compile(
    rf"(?:(?:{'|'.join(_REGIONS.split())})\.)?"
    rf"(?:(?:{'|'.join(_VENDORS.split())})\.(?=.*[a-z]{{3}}))?"
)
# A day, a revision, a platform's suffix: what names a version of the model, not another one.
_VERSION = re.compile(
    r"""(?:-v\d(?::\d+)?(?::\w+)? | @.* | -maas | -latest | -preview | -00\d
      | -20\d\d-?[01]\d-?[0-3]\d | -[01]\d-20\d\d | -exp)+$""",
    re.VERBOSE,
)
_POINT = re.compile(r"(?<=\d)[p.](?=\d)")
_WORD = re.compile(r"(?<=[a-z])(?=\d)|[^a-z0-9]+")


@lru_cache(maxsize=16_384)
def identity(name: str) -> str:
    """The model that a row's name means, whoever sells it and in whichever version.

    >>> identity("us.anthropic.claude-haiku-4-5-20251001-v1:0"), identity("azure/us/gpt-4o")
    ('claude-haiku-4-5', 'gpt-4o')
    >>> identity("us-gov.anthropic.claude-haiku-4-5-20251001-v1:0")
    'claude-haiku-4-5'
    >>> identity("accounts/fireworks/models/glm-5p3"), identity("GLM-5.3")
    ('glm-5-3', 'glm-5-3')
    """
    last = name.lower().rpartition("/")[2]
    plain = _VERSION.sub("", last[_end_of_prefix(last) :]) or last
    return _WORD.sub("-", _POINT.sub("-", plain))


@lru_cache(maxsize=16_384)
def exact_name(name: str) -> str:
    """The name without the words for its seller; region, date and revision stay.

    >>> exact_name("azure/us/gpt-4o"), exact_name("groq/openai/gpt-oss-120b")
    ('us/gpt-4o', 'gpt-oss-120b')
    """
    *path, last = name.lower().split("/")
    return "/".join([*(word for word in path if word in REGIONS), _POINT.sub("-", last)])


def _end_of_prefix(name: str) -> int:
    found = _PREFIX.match(name)
    return found.end() if found else 0


def seller_of(model: Model) -> str:
    """Who sells a row, by the one name of the seller."""
    section = model.provider.lower()
    return SELLERS.get(section, section)


def is_reseller(model: Model) -> bool:
    """Whether the seller sets prices of its own for models that others make."""
    return seller_of(model) not in MAKERS | CLOUDS


def is_same_row(one: Model, other: Model) -> bool:
    """Whether two rows say the same, apart from who vouches for them."""
    if one.entry == other.entry:
        return True
    keys = (one.entry.keys() | other.entry.keys()) - set(VOUCHERS)
    return all(
        key in one.entry and key in other.entry and one.entry[key] == other.entry[key]
        for key in keys
    )


def called(model: Model) -> str:
    """What messages call a row: its section stands there once, also if its name begins with it."""
    doubled = model.name.lower().startswith(f"{model.provider.lower()}/")
    return f"{model.name if doubled else model.full_name:.120}"


class Offer(NamedTuple):
    """A row that sells a model, and what messages call it; `factor` is a negotiated one."""

    model: Model
    name: str
    in_reference: bool
    factor: Fraction = Fraction(1)

    def prices(self, key: RateKey) -> Iterator[int]:
        """What it costs in every price list of the row, today's first; picodollars."""
        for prices in (self.model.prices, *self.model.price_lists):
            own = prices.rates.get(key)
            if own:
                yield round(own[0] * self.factor)

    def nearest_price(self, key: RateKey, pico_usd: int) -> int:
        """What it costs at the date whose price is nearest to another one; 0 if it has none."""
        known = [price for price in self.prices(key) if price]
        return min(
            known,
            key=lambda price: Fraction(max(price, pico_usd), min(price, pico_usd) or 1),
            default=0,
        )

    def price(self, key: RateKey) -> int:
        """What it costs today; 0 if the row has no such price, or gives it away."""
        own = self.model.prices.rates.get(key)
        return round(own[0] * self.factor) if own else 0


def median_price(offers: Iterable[Offer], key: RateKey) -> int:
    """The median of what the offers ask; 0 if none has a price above zero."""
    prices = [price for offer in offers if (price := offer.price(key))]
    return median_low(prices) if prices else 0
