"""Which row of a price list is which of ours: by seller, region and the model's own name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import GATEWAY, LOCAL, seller_of
from pricectl.core.naming.words import WORLDWIDE, model_key

# Throughput that is bought for months, which no call is charged by.
_COMMITMENT = "-month-commitment/"


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
    # A name with a form of its own, such as "ft:gpt-4o", is not read behind another word.
    reading = read_name(name if ":" in name[:4] else f"{seller}/{name}")
    region = "" if seller == "azure" and reading.region in WORLDWIDE else reading.region
    return NameKey(seller, region, model_key(reading.base))


class OfferIndex:
    """The rows of one list by what their names speak of."""

    def __init__(self, catalog: Catalog) -> None:
        self._rows: dict[NameKey, list[Model]] = {}
        self._keys: dict[str, set[NameKey]] = {}
        sold = [model for model in catalog.models if _COMMITMENT not in model.name]
        for model in sold:
            self._add(_listed_key(model.provider, model.name), model)
        own = frozenset(self._rows)
        for model in sold:
            for alias in model.aliases:
                key = _listed_key(model.provider, alias)
                if key not in own:
                    self._add(key, model)

    def _add(self, key: NameKey, model: Model) -> None:
        self._rows.setdefault(key, []).append(model)
        self._keys.setdefault(model.full_name, set()).add(key)

    def find(self, model: Model) -> Iterator[Listed]:
        """The list's rows for a row of ours: for its own name first, then for its aliases."""
        seen: set[str] = set()
        for name in (model.name, *model.aliases):
            rows = self._rows.get(name_key(model.provider, name))
            found = _nearest(rows, name) if rows else None
            if found is not None and found.full_name not in seen:
                seen.add(found.full_name)
                yield Listed(name, found)

    def without(self, ours: Iterable[Model]) -> Iterator[Model]:
        """The list's rows that none of our rows or aliases stands for, by none of their names."""
        known = {
            name_key(model.provider, name)
            for model in ours
            for name in (model.name, *model.aliases)
        }
        seen: set[str] = set()
        for rows in self._rows.values():
            for model in rows:
                if model.full_name not in seen and known.isdisjoint(self._keys[model.full_name]):
                    yield model
                seen.add(model.full_name)


def _nearest(rows: Sequence[Model], name: str) -> Model:
    """Of rows whose names speak of the same: the one that is spelled alike, else the shortest."""
    spelled = name.lower()
    return min(rows, key=lambda row: (row.name.lower() != spelled, len(row.name), row.name))
