"""Which rows a person asks to see, and in what order. Floor 1."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.calculator import service_word
from pricectl.core.catalog import Catalog, Model
from pricectl.core.units import STANDARD


class Filter(NamedTuple):
    """What a row must be like; prices are picodollars per input token."""

    pattern: str | None = None
    provider: str | None = None
    service: str | None = None
    min_input_pico_usd: int | None = None
    max_input_pico_usd: int | None = None
    retired: bool = False


def base_rate(model: Model, unit: str, service: str = STANDARD) -> int | None:
    """The row's own price of a unit without a tier, in picodollars; None if it has none."""
    own = model.prices.rates.get((unit, 0, service))
    return own[0] if own else None


def _by_rate(unit: str) -> Callable[[Model], tuple[object, ...]]:
    def key(model: Model) -> tuple[object, ...]:
        rate = base_rate(model, unit)
        return (rate is None, rate or 0, model.full_name)

    return key


SORTS: Mapping[str, Callable[[Model], tuple[object, ...]]] = MappingProxyType(
    {
        "name": lambda model: (model.provider, model.name),
        "input": _by_rate("input"),
        "output": _by_rate("output"),
        "cached": _by_rate("cache_read"),
    }
)


def select(catalog: Catalog, wanted: Filter, sort: str) -> tuple[Model, ...]:
    """The rows that fit, sorted; rows without the price sorted by come last."""
    rows = [model for model in catalog.models if _fits(model, wanted)]
    return tuple(sorted(rows, key=SORTS[sort]))


def _fits(model: Model, wanted: Filter) -> bool:
    return (
        (wanted.retired or model.entry.get("retired") is not True)
        and (wanted.provider is None or model.provider == wanted.provider.lower())
        and (wanted.service is None or service_word(wanted.service) in _services(model))
        and (wanted.pattern is None or _named(model, wanted.pattern))
        and _in_range(base_rate(model, "input"), wanted)
    )


def _services(model: Model) -> tuple[str, ...]:
    return (STANDARD, *model.prices.services)


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
