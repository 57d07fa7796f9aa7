"""The rows that are compared: litellm's price map as a catalog, one section a provider."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.core.catalog import Catalog, build
from pricectl.core.document import parse
from pricectl.core.prices import Problem
from pricectl.core.units import UNITS, PriceKey, parse_key

MAP_NAME = "model_prices_and_context_window_backup.json"
# Members of the map that describe it and are no models.
NO_MODELS = ("sample_spec", "fallback_generalizations")

Entry = Mapping[str, Any]
Amounts = tuple[tuple[str, int | Decimal], ...]


class Row(NamedTuple):
    """One model of the map; `keys` are its prices, taken apart, and `thresholds` its tiers."""

    provider: str
    name: str
    entry: Entry
    keys: tuple[PriceKey, ...]
    thresholds: tuple[int, ...]

    @property
    def mode(self) -> str:
        """What the model does: chat, embedding ..."""
        return str(self.entry.get("mode") or "chat")

    @property
    def services(self) -> tuple[str, ...]:
        """The service words that the row's keys end in."""
        return tuple(dict.fromkeys(key.service for key in self.keys if key.service))

    @property
    def units(self) -> frozenset[str]:
        """What the row has a price for."""
        return frozenset(key.unit.name for key in self.keys)

    def price(self, unit: str) -> Decimal:
        """The standard price of a unit; 0 if it has none."""
        return Decimal(self.entry.get(UNITS[unit].key) or 0)

    @property
    def counts_tokens(self) -> bool:
        """Whether some kind of token has a price."""
        return any(key.unit.side for key in self.keys)


class Case(NamedTuple):
    """One usage of one row: what both calculators are asked.

    `amounts` are the details of `pricectl.core.Usage`, `route` the way litellm prices such a call,
    `size` an image's or video's, in words.
    """

    provider: str
    row: str
    kind: str
    route: str
    input_tokens: int = 0
    output_tokens: int = 0
    amounts: Amounts = ()
    service: str = ""
    region: str = ""
    at: datetime | None = None
    size: str = ""

    def amount(self, name: str) -> int | Decimal:
        """How much of one detail the case uses; 0 if none."""
        return dict(self.amounts).get(name, 0)


def map_path() -> Path:
    """Where the installed litellm keeps its map. Raises ModuleNotFoundError."""
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("litellm is not installed", name="litellm")
    return Path(spec.origin).with_name(MAP_NAME)


def read_sections(path: Path) -> dict[str, Entry]:
    """Every model's entry by provider and name, its prices as they are written."""
    sections: dict[str, dict[str, Any]] = {}
    models: dict[str, Any] = parse(path.read_bytes())  # type: ignore[assignment]
    for name, entry in models.items():
        if name not in NO_MODELS:
            sections.setdefault(entry["litellm_provider"], {})[name] = entry
    return dict(sections)


def catalog_of(sections: Mapping[str, Entry]) -> tuple[Catalog, tuple[Problem, ...]]:
    """The catalog of these entries, and what of it could not be read."""
    problems: list[Problem] = []
    values: Any = {provider: dict(entries) for provider, entries in sections.items()}
    return build(values, problems), tuple(problems)


def rows_of(sections: Mapping[str, Entry]) -> tuple[Row, ...]:
    """Every row, by provider and name."""
    return tuple(
        row_of(provider, name, entry)
        for provider, entries in sorted(sections.items())
        for name, entry in sorted(entries.items())
    )


def row_of(provider: str, name: str, entry: Entry) -> Row:
    """An entry with its prices taken apart, those of its ranges included."""
    keys = tuple(_keys(entry))
    tiers = {key.above_tokens for key in keys if key.above_tokens} | set(_starts(entry))
    return Row(provider, name, entry, keys, tuple(sorted(tiers)))


def _keys(entry: Entry) -> Iterator[PriceKey]:
    ranges = entry.get("tiered_pricing") or ()
    for prices in (entry, *ranges):
        for key, price in prices.items():
            for name in [f"{key}.{part}" for part in price] if isinstance(price, dict) else [key]:
                parsed = parse_key(name)
                if parsed and price is not None:
                    yield parsed


def _starts(entry: Entry) -> Iterator[int]:
    for prices in entry.get("tiered_pricing") or ():
        start = int(prices.get("range", [0])[0])
        if start:
            yield start
