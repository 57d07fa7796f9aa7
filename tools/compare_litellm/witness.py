"""The second witness: genai-prices on the models that both lists have.

A figure may differ because the lists do. So our calculator is also asked with genai-prices' own
prices: if it then gives genai-prices' figure, only the prices differ, not the calculation.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

from witnesses import Figures, GenaiPrices

from compare_litellm.cases import CACHED, OUTPUT, SHORT, TEXT
from compare_litellm.peer import MOMENT
from compare_litellm.question import ask, same, usd
from compare_litellm.rows import Case, Entry, Row, catalog_of
from pricectl.core import Catalog

# litellm's provider -> the catalog's section, genai-prices' provider, the prefix of its names.
MAKERS = MappingProxyType(
    {
        "openai": ("openai", "openai", "openai/"),
        "anthropic": ("anthropic", "anthropic", "anthropic/"),
        "gemini": ("google", "google", "gemini/"),
    }
)


VERDICTS = AGREE, PRICES, CALCULATION = "agree", "differ in price", "differ in calculation"


class Testimony(NamedTuple):
    """One case by both lists; `same_prices` is our figure with genai-prices' prices."""

    case: Case
    our_usd: Fraction
    their_usd: Fraction
    same_prices_usd: Fraction

    @property
    def verdict(self) -> str:
        """Whether the figures agree, the lists differ or the calculators do."""
        if same(self.our_usd, self.their_usd):
            return AGREE
        return PRICES if same(self.same_prices_usd, self.their_usd) else CALCULATION


class Genai:
    """The installed genai-prices, at one moment."""

    def __init__(self) -> None:
        self._api: Any = import_module("genai_prices")
        self._figures = GenaiPrices()

    def figures(self, row: Row) -> Figures:
        """Its prices of a row's model in the catalog's keys; empty if it does not know it."""
        section, _, prefix = MAKERS[row.provider]
        return self._figures.figures(section, row.name.removeprefix(prefix), MOMENT.date())

    def price(self, row: Row, case: Case) -> Fraction:
        """What it says a case costs in USD."""
        _, provider, prefix = MAKERS[row.provider]
        usage = self._api.Usage(
            input_tokens=case.input_tokens,
            output_tokens=case.output_tokens,
            cache_read_tokens=case.amount("cache_read_tokens"),
        )
        answer = self._api.calc_price(
            usage,
            model_ref=row.name.removeprefix(prefix),
            provider_id=provider,
            genai_request_timestamp=MOMENT,
        )
        return Fraction(answer.total_price)


def testify(rows: Iterable[Row], catalog: Catalog, genai: Genai) -> Iterator[Testimony]:
    """Text and cached usage, short and around the tiers, of every model that both know."""
    for row in rows:
        figures = genai.figures(row) if row.provider in MAKERS else {}
        if "input_cost_per_token" in figures and row.price("input"):
            theirs, _ = catalog_of({row.provider: {row.name: as_entry(figures)}})
            for case in _cases(row):
                usds = usd(ask(catalog, case)), genai.price(row, case), usd(ask(theirs, case))
                yield Testimony(case, *usds)


def _cases(row: Row) -> Iterator[Case]:
    for length in (SHORT, *(threshold + 1 for threshold in row.thresholds)):
        for kind in (TEXT, CACHED):
            amounts = kind.amounts(length)
            yield Case(row.provider, row.name, kind.name, "", length, OUTPUT, amounts)


def as_entry(figures: Mapping[str, Decimal]) -> Entry:
    """The figures of text and cached tokens as a row, without services."""
    bases = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    plain = {base for base in bases if base in figures}
    tiers = {key for key in figures if key.startswith(bases) and key.endswith("k_tokens")}
    return {key: figures[key] for key in sorted(plain | tiers)}
