"""Which rows a person asks to see, and in what order."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.labels import service_word
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.units import STANDARD
from pricectl.core.windows import day_text


class Filter(NamedTuple):
    """What a row must be like; prices are picodollars per input token."""

    pattern: str | None = None
    provider: str | None = None
    service: str | None = None
    min_input_pico_usd: int | None = None
    max_input_pico_usd: int | None = None
    retired: bool = False


class Priced(NamedTuple):
    """A row with the prices in force at an instant, and their period ("" is the row's own)."""

    model: Model
    prices: PriceList
    period: str = ""

    @classmethod
    def at(cls, model: Model, at: date | None) -> "Priced":
        """The row at a day or instant (UTC); without one, as it stands."""
        return cls(model, *model.prices_at(at))

    @property
    def others(self) -> tuple[tuple[str, PriceList], ...]:
        """The row's prices of other hours and, in order, of other times."""
        return (*self._other_hours(), *self._other_times())

    def _holds(self, prices: PriceList) -> bool:
        """Whether a list is in force, at some hour of the day at least."""
        cheaper = prices.off_peak or prices
        return self.prices is prices or self.prices is cheaper

    def _other_hours(self) -> Iterator[tuple[str, PriceList]]:
        for _, prices in _times(self.model):
            if prices.off_peak and self._holds(prices):
                calm = self.prices is prices.off_peak
                yield ("other hours", prices) if calm else ("off-peak hours", prices.off_peak)

    def _other_times(self) -> Iterator[tuple[str, PriceList]]:
        return (time for time in _times(self.model) if not self._holds(time[1]))


def _times(model: Model) -> Iterator[tuple[str, PriceList]]:
    """Every price list of a row in the order of time; its own by the days around it."""
    yield from ((f"until {day_text(end)}", prices) for end, prices in model.previous)
    ends = [f"from {day_text(end)}" for end, _ in model.previous[-1:]]
    starts = [f"until {day_text(start)}" for start, _ in model.upcoming[:1]]
    yield f"{' '.join((*ends, *starts))} (the row's own)".strip(), model.prices
    yield from ((f"from {day_text(start)}", prices) for start, prices in model.upcoming)


def base_rate(prices: PriceList, unit: str, service: str = STANDARD) -> int | None:
    """A list's own price of a unit without a tier, in picodollars; None if it has none."""
    own = prices.rates.get((unit, 0, service))
    return own[0] if own else None


def _by_rate(unit: str) -> Callable[[Priced], tuple[object, ...]]:
    def key(row: Priced) -> tuple[object, ...]:
        rate = base_rate(row.prices, unit)
        return (rate is None, rate or 0, row.model.full_name)

    return key


SORTS: Mapping[str, Callable[[Priced], tuple[object, ...]]] = MappingProxyType(
    {
        "name": lambda row: (row.model.provider, row.model.name),
        "input": _by_rate("input"),
        "output": _by_rate("output"),
        "cached": _by_rate("cache_read"),
    }
)


def select(
    catalog: Catalog, wanted: Filter, sort: str, at: date | None = None
) -> tuple[Priced, ...]:
    """The rows that fit at a day or instant, sorted; rows without the price come last."""
    rows = (Priced.at(model, at) for model in catalog.models if _is_meant(model, wanted))
    return tuple(sorted((row for row in rows if _fits(row.prices, wanted)), key=SORTS[sort]))


def _is_meant(model: Model, wanted: Filter) -> bool:
    return (
        (wanted.retired or model.entry.get("retired") is not True)
        and (wanted.provider is None or model.provider == wanted.provider.lower())
        and (wanted.pattern is None or _named(model, wanted.pattern))
    )


def _fits(prices: PriceList, wanted: Filter) -> bool:
    service = None if wanted.service is None else service_word(wanted.service)
    sold = service is None or service in (STANDARD, *prices.services)
    return sold and _in_range(base_rate(prices, "input"), wanted)


def _named(model: Model, pattern: str) -> bool:
    folded = pattern.lower()
    names = [name.lower() for name in (model.name, model.full_name, *model.aliases)]
    if any(character in folded for character in "*?["):
        return any(fnmatchcase(name, folded) for name in names)
    return any(folded in name for name in names)


def _in_range(rate: int | None, wanted: Filter) -> bool:
    low, high = wanted.min_input_pico_usd, wanted.max_input_pico_usd
    if low is None and high is None:
        return True
    return rate is not None and (low is None or rate >= low) and (high is None or rate <= high)
