"""Which row of a price list is which of ours: by seller, region and the model's own name."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import GATEWAY, LOCAL, seller_of
from pricectl.core.naming.words import WORLDWIDE, model_key


class NameKey(NamedTuple):
    """What makes two names the same offer: who sells, where, and the model's name."""

    seller: str
    region: str
    model: str


class Listed(NamedTuple):
    """A row of a list that one of our names stands for, and that name."""

    name: str
    model: Model


def name_key(provider: str, name: str, sections: frozenset[str] = frozenset()) -> NameKey:
    """What a name of a provider's row speaks of; another seller in the name itself goes first.

    >>> name_key("openai", "azure/eu/gpt-5.1"), name_key("openai", "GPT-5.1")[2]
    (NameKey(seller='azure', region='eu', model='gpt-5-1'), 'gpt-5-1')
    """
    reading = read_name(name, sections)
    seller = reading.seller if reading.seller not in {"", GATEWAY, LOCAL} else seller_of(provider)
    region = "" if seller == "azure" and reading.region in WORLDWIDE else reading.region
    return NameKey(seller, region, model_key(reading.base))


def _listed_key(seller: str, name: str) -> NameKey:
    """The key of a list's row, whose seller the list says, whatever the name begins with."""
    reading = read_name(f"{seller}/{name}")
    region = "" if seller == "azure" and reading.region in WORLDWIDE else reading.region
    return NameKey(seller, region, model_key(reading.base))


class OfferIndex:
    """The rows of one list by what their names speak of."""

    def __init__(self, catalog: Catalog) -> None:
        self._rows: dict[NameKey, Model] = {}
        for model in catalog.models:
            self._rows.setdefault(_listed_key(model.provider, model.name), model)
        for model in catalog.models:
            for alias in model.aliases:
                self._rows.setdefault(_listed_key(model.provider, alias), model)

    def find(self, model: Model) -> Iterator[Listed]:
        """The list's rows for a row of ours: for its own name first, then for its aliases."""
        seen: set[str] = set()
        for name in (model.name, *model.aliases):
            found = self._rows.get(name_key(model.provider, name))
            if found is not None and found.full_name not in seen:
                seen.add(found.full_name)
                yield Listed(name, found)

    def without(self, ours: Iterable[Model]) -> Iterator[Model]:
        """The list's rows that none of our rows or aliases stands for."""
        known = {
            name_key(model.provider, name)
            for model in ours
            for name in (model.name, *model.aliases)
        }
        seen: set[str] = set()
        for key, model in self._rows.items():
            if key not in known and model.full_name not in seen:
                seen.add(model.full_name)
                yield model
