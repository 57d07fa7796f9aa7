"""The models of a catalog with their prices at a date: filtered and sorted, for `pricectl models`.

It is apart from the core, which answers for one name, and below the reports, which show rows.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.labels import service_word
from pricectl.core.model import Match, Model
from pricectl.core.prices import PriceList
from pricectl.core.units import STANDARD
from pricectl.core.windows import as_instant, day_text, read_day


class Filter(NamedTuple):
    """What a row must be like; prices are picodollars per input token."""

    pattern: str | None = None
    provider: str | None = None
    service: str | None = None
    min_input_pico_usd: int | None = None
    max_input_pico_usd: int | None = None
    retired: bool = False

    def accepts(self, row: "PricedRow") -> bool:
        """Whether a row fits."""
        model, prices, service = (
            row.model,
            row.prices,
            row.prices.sold_as(service_word(self.service)),
        )
        return (
            (self.retired or not model.is_retired)
            and (self.provider is None or model.provider == self.provider.lower())
            and (self.pattern is None or _matches(model, self.pattern))
            and (service == STANDARD or prices.sells(service))
            and self._in_range(prices.base_rate("input"))
        )

    def _in_range(self, rate: int | None) -> bool:
        """Whether an input price is in the range; a row without one is in none."""
        low, high = self.min_input_pico_usd, self.max_input_pico_usd
        if low is None and high is None:
            return True
        return rate is not None and (low is None or rate >= low) and (high is None or rate <= high)


class PricedRow(NamedTuple):
    """A row with the prices in force at an instant.

    `whole_day` is the list that `prices` is the off-peak part of, else `prices` itself.
    """

    model: Model
    prices: PriceList
    whole_day: PriceList

    @classmethod
    def at(cls, model: Model, at: date | None) -> "PricedRow":
        """The row at a day or instant (UTC); without one, as it stands."""
        if at is None:
            return cls(model, model.prices, model.prices)
        instant = as_instant(at)
        whole_day = model.list_at(instant)
        return cls(model, whole_day.at_hour(instant), whole_day)

    @property
    def period(self) -> str:
        """When the prices in force apply; "" is the row's own."""
        return self.prices.period

    @property
    def other_lists(self) -> tuple[tuple[str, PriceList], ...]:
        """The lists of the day's other hours, then of other times in order, each with its time."""
        hours = []
        if self.prices.windows:
            hours.append(("other hours", self.whole_day))
        elif self.whole_day.off_peak:
            hours.append(("off-peak hours", self.whole_day.off_peak))
        lists = (prices for prices in self.model.price_lists if prices is not self.whole_day)
        return (*hours, *((_time(prices), prices) for prices in lists))


def _time(prices: PriceList) -> str:
    """When a list applies; the row's own by the days of its neighbours."""
    if prices.kind != "own":
        return prices.period
    bounds = (("from", prices.start), ("until", prices.end))
    days = [f"{word} {day_text(day)}" for word, day in bounds if day]
    return f"{' '.join(days)} (the row's own)"


def _by_rate(unit: str) -> Callable[[PricedRow], tuple[object, ...]]:
    def key(row: PricedRow) -> tuple[object, ...]:
        rate = row.prices.base_rate(unit)
        return (rate is None, rate or 0, row.model.full_name)

    return key


SORTS: Mapping[str, Callable[[PricedRow], tuple[object, ...]]] = MappingProxyType(
    {
        "name": lambda row: (row.model.provider, row.model.name),
        "input": _by_rate("input"),
        "output": _by_rate("output"),
        "cached": _by_rate("cache_read"),
    }
)


class FoundRow(NamedTuple):
    """The row that answers for a name, with its prices, and how it was found.

    `file` and `line` say where the row begins; line 0 is a row of another file.
    """

    catalog: Catalog
    match: Match
    row: PricedRow
    file: str = ""
    line: int = 0


class ModelList(NamedTuple):
    """The rows of a catalog that fit; `service` is the tier that was asked for."""

    catalog: Catalog
    rows: tuple[PricedRow, ...]
    service: str | None = None


class ProviderSummary(NamedTuple):
    """What a catalog has of one provider, in numbers.

    `rows` includes the `retired` ones, whose prices nobody renews: they are not counted among those
    `with_evidence`. `oldest_evidence` is the day of the row that no list has confirmed for longest.
    """

    provider: str
    rows: int
    aliases: int
    with_evidence: int
    oldest_evidence: date | None
    retired: int


class ProviderList(NamedTuple):
    """A table of contents: the providers of the rows that fit, in the catalog's order."""

    catalog: Catalog
    providers: tuple[ProviderSummary, ...]


def summarise_providers(catalog: Catalog, wanted: Filter, at: date | None = None) -> ProviderList:
    """Count the rows that fit at a day or instant, provider by provider; retired ones, too."""
    sections: dict[str, list[Model]] = {}
    fits = wanted._replace(retired=True).accepts
    for model in catalog.models:
        if fits(PricedRow.at(model, at)):
            sections.setdefault(model.provider, []).append(model)
    return ProviderList(catalog, tuple(_summary(name, own) for name, own in sections.items()))


def _summary(provider: str, models: list[Model]) -> ProviderSummary:
    confirmed = [newest_evidence(model) for model in models if not model.is_retired]
    days = [day for day in confirmed if day]
    return ProviderSummary(
        provider,
        len(models),
        sum(len(model.aliases) for model in models),
        len(days),
        min(days, default=None),
        sum(model.is_retired for model in models),
    )


def newest_evidence(model: Model, last: date = date.max) -> date | None:
    """The last day on which a price list had the row's prices; None without evidence.

    Its other lists may have no newer version, so that their days cannot be renewed. A day after
    `last` is a slip.
    """
    days = (day for _, day in evidence_days(model))
    return max((day for day in days if day <= last), default=None)


def evidence_days(model: Model) -> Iterator[tuple[int, date]]:
    """The days of a row's evidence, each with its place in the list."""
    listed = model.entry.get("evidence")
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        day = read_day(item.get("date")) if isinstance(item, dict) else None
        if day:
            yield index, day


def select(catalog: Catalog, wanted: Filter, sort: str, at: date | None = None) -> ModelList:
    """The rows that fit at a day or instant, sorted; rows without the price come last."""
    rows = (PricedRow.at(model, at) for model in catalog.models)
    fitting = sorted(filter(wanted.accepts, rows), key=SORTS[sort])
    return ModelList(catalog, tuple(fitting), wanted.service)


def _matches(model: Model, pattern: str) -> bool:
    folded = pattern.lower()
    names = [name.lower() for name in (model.name, model.full_name, *model.aliases)]
    if any(character in folded for character in "*?["):
        return any(fnmatchcase(name, folded) for name in names)
    return any(folded in name for name in names)
