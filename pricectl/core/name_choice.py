"""Chooses the one row among those that have a model's name: by region, price, day and seller."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from pricectl.core.model import Model
from pricectl.core.naming.parts import NamePart, NameReading, ShorterName
from pricectl.core.naming.sellers import resells, seller_of
from pricectl.core.naming.words import (
    COUNTED,
    HOME_REGIONS,
    WORLDWIDE,
    areas_of,
    day_in,
    model_key,
)
from pricectl.flags import MISSING_REGION, OTHER_SELLER, UNPRICED_VARIANT

# "different-prices": rows have the name, but do not charge the same, so none of them may answer.
# "local": the team's own server.
Reason = Literal["", "different-prices", "local"]


class NamedRow(NamedTuple):
    """A row under one of its names: who sells it by that name, whose model, in which region.

    `technical`: the name was cut short by a platform's own revision, such as -v1:0.
    """

    seller: str
    maker: str
    region: str
    model: Model
    technical: bool = False


class FormMatch(NamedTuple):
    """The row that a reading finds, and what of the name is used, ignored or flagged.

    `region` is left for the quote; it is empty where the row is that region's own.
    """

    model: Model
    shorter: ShorterName
    region: str
    service: str
    flags: tuple[str, ...]


class NoRow(NamedTuple):
    """Why no row answers for a reading."""

    why: str
    reason: Reason = ""


class _RegionRows(NamedTuple):
    """The models for a region, the region left for the quote, whether another region's answer."""

    models: Sequence[Model]
    left: str = ""
    foreign: bool = False


UNKNOWN = NoRow("no row has the model that the name says")
Rows = Sequence[NamedRow]


def choose(
    reading: NameReading, shorter: ShorterName, rows: Rows, first_day: str = ""
) -> FormMatch | NoRow:
    """The one price among rows of one kind of seller.

    `first_day` is the first day among all rows that the seller has of the model.
    """
    rows = [row for row in rows if not row.technical] or rows
    region, service, variant = _said(reading, shorter.endings)
    found = _in_region(rows, region)
    if not found.models:
        return UNKNOWN
    sellers = {row.seller for row in rows}
    # Whether another seller than the name's answers, which is flagged.
    resold = all(resells(seller, shorter.base) for seller in sellers)
    other = reading.seller not in sellers and bool(reading.seller or resold)
    model = (
        agreed(found.models)
        or agreed(_of_platform(reading, found.models))
        or (_alike_at_base(found.models) if other else None)
    )
    if model is None:
        return NoRow(f"{shorter.base!r} fits rows with different prices", "different-prices")
    day = _day_of(shorter)
    days = _days_of(model) if day else []
    if _is_older(day, [*days, first_day] if first_day else days):
        return NoRow(f"{model.full_name} is newer, and never answers for an older generation")
    if _is_other_revision(shorter, model):
        return NoRow(f"{model.full_name} is another revision")
    flags = [MISSING_REGION] if found.foreign else []
    if found.left and reading.seller not in {"", seller_of(model.provider)}:
        flags.append(OTHER_SELLER)  # the factors of a row are its section's own
    elif other:
        if model.prices.is_all_zero:
            why = f"{model.full_name} is free; a free row never answers for another seller's name"
            return NoRow(why)
        if _has_moved(shorter, model):
            return NoRow(f"{model.full_name} may be another generation than the seller's")
        flags.append(OTHER_SELLER)
    if variant or _is_unlisted(day, days) or (model.is_retired and _is_latest(shorter)):
        flags.append(UNPRICED_VARIANT)
    return FormMatch(model, shorter, found.left, service, tuple(flags))


def agreed(models: Iterable[Model]) -> Model | None:
    """The first row by name if all charge the same, else None: with two prices neither applies."""
    listed = sorted(models, key=lambda model: model.full_name)
    if not listed:
        return None
    first = listed[0]
    return first if all(first.charges_like(other) for other in listed) else None


def _of_platform(reading: NameReading, models: Iterable[Model]) -> Iterator[Model]:
    """The models that are called by the platform that the name has: azure_ai/ is not azure/."""
    words = tuple(part.text for part in reading.before if part.kind == "platform")
    for model in models:
        if any(name.lower().startswith(words) for name in (model.name, *model.aliases)):
            yield model


def _alike_at_base(models: Sequence[Model]) -> Model | None:
    """Other sellers' rows that agree on input and output alone: the one with the fewest prices."""
    prices = {
        tuple(model.prices.base_rate(unit) for unit in ("input", "output")) for model in models
    }
    if len(prices) > 1:
        return None
    return min(models, key=lambda model: (len(model.prices.rates), model.full_name))


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


def _in_region(rows: Rows, region: str) -> _RegionRows:
    by_region: dict[str, list[Model]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row.model)
    if region in by_region:
        return _RegionRows(by_region[region])
    if region in HOME_REGIONS and "" in by_region:
        return _RegionRows(by_region[""])
    for area in areas_of(region):
        if area in by_region:
            # The geographies of the home regions and of the government have one price each.
            return _RegionRows(by_region[area], foreign=area not in {"us", "us-gov"})
    bedrock = bool(rows) and rows[0].seller == "bedrock"
    if "" in by_region:
        worldwide = region in WORLDWIDE
        # Bedrock's names without a region are served inside one.
        return _RegionRows(by_region[""], "" if worldwide else region, worldwide and bedrock)
    # Only rows of other regions. Azure's names without a region are served worldwide, at the
    # maker's price.
    if rows and rows[0].seller == "azure" and (not region or region in WORLDWIDE):
        return _RegionRows(())
    nearest = next((area for area in ("us", "global") if area in by_region), None)
    models = by_region[nearest] if nearest else [row.model for row in rows]
    return _RegionRows(models, foreign=True)


def _is_older(day: str, days: Sequence[str]) -> bool:
    """Whether the name has a day before every day of the model's rows: an older generation."""
    return bool(day and days) and day < min(found[: len(day)] for found in days)


def _is_unlisted(day: str, days: Sequence[str]) -> bool:
    """Whether the name has a day, and the row lists days, but not that one: a newer snapshot.

    Its price may be another, as that of gpt-4o-2024-08-06 was.
    """
    return bool(days) and not any(found.startswith(day) for found in days)


def _is_latest(shorter: ShorterName) -> bool:
    """Whether the name asks for the newest version: a retired one may have another's price."""
    return any(ending.text == "-latest" for ending in shorter.endings)


def _day_of(shorter: ShorterName) -> str:
    return day_in("".join(ending.text for ending in shorter.endings))


def _days_of(model: Model) -> list[str]:
    return [found for name in (model.name, *model.aliases) if (found := day_in(name))]


def _is_other_revision(shorter: ShorterName, model: Model) -> bool:
    """Whether the name has a counted revision of the model, and the row only others."""
    ended = "".join(ending.text for ending in shorter.endings)
    counted = COUNTED.search(ended) if ended else None
    if not counted:
        return False
    bases = (name.lower().rsplit("/", 1)[-1] for name in (model.name, *model.aliases))
    counts = {
        found[0][1:]
        for base in bases
        if (found := COUNTED.search(base)) and model_key(base[: found.start()]) == shorter.key
    }
    return bool(counts) and counted[0][1:] not in counts


def _has_moved(shorter: ShorterName, model: Model) -> bool:
    """Whether another seller's first revision is asked for, and the row is a later, dated one."""
    revised = any(":" in ending.text and ending.kind == "revision" for ending in shorter.endings)
    return revised and bool(day_in(model.name)) and not day_in(shorter.base)
