"""Finds rows by what a name says: seller, model, region. Built once from a catalog's names."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.naming.reading import (
    FINE_TUNED,
    GATEWAY,
    LOCAL,
    NamePart,
    NameReading,
    ShorterName,
    is_maker,
    is_reseller,
    read_name,
    seller_of,
)
from pricectl.core.naming.sizes import size_class
from pricectl.core.naming.words import (
    HOME_REGIONS,
    TECHNICAL,
    WORLDWIDE,
    areas_of,
    day_in,
    model_key,
)
from pricectl.flags import (
    LOCAL_MODEL,
    MISSING_REGION,
    OTHER_SELLER,
    SIZE_CLASS,
    UNPRICED_VARIANT,
)


class NamedRow(NamedTuple):
    """A row under one of its names: who sells it by that name, and in which region.

    `technical`: the name was cut short by a platform's own revision, such as -v1:0.
    """

    seller: str
    region: str
    technical: bool
    model: Model


class FormMatch(NamedTuple):
    """The row that a reading finds, and what of the name is used, set aside or flagged."""

    model: Model
    shorter: ShorterName
    region: str
    service: str
    flags: tuple[str, ...]


class NameIndex:
    """Every row by the key of its model's name; immutable."""

    __slots__ = ("_rows", "_sections")

    def __init__(self, models: Iterable[Model], sections: frozenset[str]) -> None:
        rows: dict[str, list[NamedRow]] = {}
        for model in models:
            section = seller_of(model.provider)
            for name in (model.name, *model.aliases):
                reading = read_name(name, sections)
                told = reading.seller if reading.seller not in {"", GATEWAY, LOCAL} else section
                region = "" if reading.region in WORLDWIDE and told == "azure" else reading.region
                short = TECHNICAL.sub("", reading.base)
                for base in {reading.base, short}:
                    row = NamedRow(told, region, base != reading.base, model)
                    rows.setdefault(model_key(base), []).append(row)
        self._rows = MappingProxyType({key: tuple(found) for key, found in rows.items()})
        self._sections = sections

    def read(self, name: str) -> NameReading:
        """What a name says, where this catalog's sections count as sellers."""
        return read_name(name, self._sections)

    def find(self, reading: NameReading) -> FormMatch | None:
        """The row for a reading: the seller's own, else the maker's, else a reseller's."""
        shorter_names = tuple(reading.shorter_names())
        keyed = [(shorter, self._rows.get(shorter.key, ())) for shorter in shorter_names]
        for shorter, rows in keyed:
            for mine in (_own(reading, rows), _makers(reading, rows)):
                found = mine and _chosen(reading, shorter, mine)
                if found:
                    return found
        for shorter, rows in keyed:
            found = _chosen(reading, shorter, [row for row in rows if is_reseller(row.seller)])
            if found:
                return found
        return self._stand_in(reading, shorter_names)

    def _stand_in(
        self, reading: NameReading, shorter_names: Sequence[ShorterName]
    ) -> FormMatch | None:
        """The base model of a fine-tuned one; the price class of a size at Fireworks."""
        if reading.base.startswith(FINE_TUNED):
            base = reading._replace(base=reading.base.removeprefix(FINE_TUNED))
            found = self.find(base)
            return found and found._replace(flags=(*found.flags, UNPRICED_VARIANT))
        if reading.seller != "fireworks":
            return None
        shorter = shorter_names[-1]
        rows = self._rows.get(model_key(size_class(shorter.base)), ())
        found = _chosen(reading, shorter, _own(reading, rows))
        return found and found._replace(flags=(*found.flags, SIZE_CLASS))


def _own(reading: NameReading, rows: Sequence[NamedRow]) -> list[NamedRow]:
    return [row for row in rows if row.seller == reading.seller]


def _makers(reading: NameReading, rows: Sequence[NamedRow]) -> list[NamedRow]:
    """The rows of the maker that the name says, else of any seller that is no reseller."""
    if reading.maker:
        return [row for row in rows if row.seller == reading.maker]
    return [row for row in rows if not is_reseller(row.seller)]


def _chosen(
    reading: NameReading, shorter: ShorterName, rows: Sequence[NamedRow]
) -> FormMatch | None:
    """The one price among rows of one kind of seller; None without rows or with two prices."""
    if not rows:
        return None
    rows = [row for row in rows if not row.technical] or rows
    region, service, variant = _said(reading, shorter.endings)
    models, left, foreign = _in_region(rows, region)
    model = agreed(models)
    if model is None or _is_older(shorter, model):
        return None
    flags = [MISSING_REGION] if foreign else []
    own = reading.seller in {"", rows[0].seller}
    if not own or (not reading.seller and is_reseller(rows[0].seller)):
        if model.prices.is_all_zero or _has_moved(shorter, model):
            return None
        flags.append(OTHER_SELLER)
    if variant:
        flags.append(UNPRICED_VARIANT)
    return FormMatch(model, shorter, left, service, tuple(flags))


def _said(reading: NameReading, endings: Iterable[NamePart]) -> tuple[str, str, bool]:
    """The region, the service, and whether there is a variant that may change the price."""
    region, service = reading.region, ""
    variant = any(part.kind == "variant" for part in reading.before)
    for ending in endings:
        word = ending.text[1:]
        if ending.kind == "region":
            region = word
        elif ending.kind == "service":
            service = word
        elif ending.kind == "variant":
            variant = True
    return region, service, variant


def _in_region(
    rows: Sequence[NamedRow], region: str
) -> tuple[list[Model], str, bool]:
    """The models for a region, the region left for the quote, whether another region's answer."""
    by_region: dict[str, list[Model]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row.model)
    if region in by_region:
        return by_region[region], "", False
    for area in areas_of(region):
        if area in by_region:
            return by_region[area], "", True
    if "" in by_region:
        return by_region[""], "" if region in WORLDWIDE or region in HOME_REGIONS else region, False
    # Only rows of other regions: the home of most, else the whole world.
    for area in ("us", "global"):
        if area in by_region:
            return by_region[area], "", not (region in HOME_REGIONS and area == "us")
    return [model for models in by_region.values() for model in models], "", True


def agreed(models: Iterable[Model]) -> Model | None:
    """The first row by name if all charge the same, else None: with two prices neither applies."""
    listed = list(models)
    first = min(listed, key=lambda model: model.full_name)
    return first if all(first.charges_like(other) for other in listed) else None


def _is_older(shorter: ShorterName, model: Model) -> bool:
    """Whether the name has a day before every day of the row: an older generation."""
    day = day_in("".join(ending.text for ending in shorter.endings))
    if not day:
        return False
    days = [found for name in (model.name, *model.aliases) if (found := day_in(name))]
    return bool(days) and day < min(found[: len(day)] for found in days)


def _has_moved(shorter: ShorterName, model: Model) -> bool:
    """Whether another seller's first revision is asked for, and the row is a later, dated one."""
    revised = any(":" in ending.text and ending.kind == "revision" for ending in shorter.endings)
    return revised and bool(day_in(model.name)) and not day_in(shorter.base)
