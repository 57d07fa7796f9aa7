"""Who else sells a model, and at what price: the rows of the file and of the reference together.

A row is known by several names: `us.anthropic.claude-haiku-4-5-20251001-v1:0` and
`claude-haiku-4-5` are one model. Prices of one model are compared, names never decide a price.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from statistics import median_low
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check.evidence import Evidence
from pricectl.check.evidence.negotiated import Negotiated, read_negotiated
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.money import exact
from pricectl.core.rates import RateKey

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
_REGIONS = "ap apac au ca eu global jp latam me sa uk us"
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


def _called(model: Model) -> str:
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


class Market:
    """All offers of the reference, then those of the file that the reference does not have."""

    def __init__(self, catalog: Catalog, evidence: Evidence) -> None:
        self.evidence = evidence
        self._negotiated, _ = read_negotiated(catalog)
        self._by_identity: dict[str, list[Offer]] = {}
        self._exact: dict[tuple[str, str], list[Offer]] = {}
        self._by_seller: dict[str, list[Offer]] = {}
        reference = evidence.reference
        for model in reference.models if reference else ():
            self._add(Offer(model, _called(model), in_reference=True))
        known = reference.by_full_name if reference else {}
        for model in catalog.models:
            if model.full_name not in known and not self.negotiated(model):
                self._add(Offer(model, _called(model), in_reference=False))

    def _add(self, offer: Offer) -> None:
        seller, model = seller_of(offer.model), offer.model
        self._by_identity.setdefault(identity(model.name), []).append(offer)
        self._by_seller.setdefault(seller, []).append(offer)
        if offer.in_reference:
            for name in dict.fromkeys(map(exact_name, (model.name, *model.aliases))):
                self._exact.setdefault((seller, name), []).append(offer)

    def negotiated(self, model: Model) -> Negotiated | None:
        """What the team has negotiated for a row; its own entry counts before those of metadata."""
        return next((one for one in self._negotiated if one.is_about(model)), None)

    def listed(self, model: Model) -> Offer | None:
        """What a row is expected to cost: the reference's row for it, or what is negotiated.

        None if the reference has no such row, and no prices are negotiated.
        """
        own, agreed = self._in_reference(model), self.negotiated(model)
        if agreed is None:
            return own
        expected = agreed.listed(model, own.model if own else None)
        if expected:
            return Offer(expected, "negotiated", in_reference=own is not None)
        if own is None or agreed.factor is None:
            return own
        name = f"negotiated ({exact(agreed.factor)} of {own.name})"
        return own._replace(name=name, factor=agreed.factor)

    def _in_reference(self, model: Model) -> Offer | None:
        """The reference's own row for what a row sells; None if it has none."""
        reference = self.evidence.reference
        same = reference.by_full_name.get(model.full_name) if reference else None
        if same:
            return Offer(same, self.evidence.reference_name, in_reference=True)
        found = self._exact.get((seller_of(model), exact_name(model.name)))
        if not found:
            return None
        own = min(found, key=lambda offer: exact_name(offer.model.name) != exact_name(model.name))
        return own._replace(name=self.evidence.reference_name)

    def judges_structure(self, model: Model) -> bool:
        """Whether a row is neither as the base has it nor as the reference; False without either.

        Without a base, rows that the reference has are old ones, too.
        """
        known = self.evidence.base or self.evidence.reference
        same = known.by_full_name.get(model.full_name) if known else None
        if known is None or (same is not None and same.entry == model.entry):
            return False
        listed = self.listed(model)
        return listed is None or listed.model.entry != model.entry

    def others(self, model: Model) -> tuple[Offer, ...]:
        """Other rows of the same model: its snapshots, its regions, other sellers."""
        found = self._by_identity.get(identity(model.name), ())
        return tuple(offer for offer in found if offer.model.full_name != model.full_name)

    def siblings(self, model: Model) -> tuple[Offer, ...]:
        """Rows of the same seller for other models."""
        own = identity(model.name)
        found = self._by_seller.get(seller_of(model), ())
        return tuple(offer for offer in found if identity(offer.model.name) != own)


def median_price(offers: Iterable[Offer], key: RateKey) -> int:
    """The median of what the offers ask; 0 if none has a price above zero."""
    prices = [price for offer in offers if (price := offer.price(key))]
    return median_low(prices) if prices else 0
