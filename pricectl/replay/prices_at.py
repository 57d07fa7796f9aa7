"""A catalog as of one day: what it would charge if only the prices of then were known."""

from datetime import UTC, datetime, time
from typing import NamedTuple

from pricectl.core.catalog import Catalog, build
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.profile import Profile
from pricectl.core.windows import as_instant, day_text, read_instant


class RetiredModel(NamedTuple):
    """A row that is retired on the day: since when, and who answers in its place ("" nobody).

    `of_reference`: the one that answers is not in the file, so its list price is charged.
    """

    full_name: str
    since: str
    successor: str
    of_reference: bool = False


class CatalogAt(NamedTuple):
    """The catalog of a day, and the rows that are retired then."""

    catalog: Catalog
    retired: tuple[RetiredModel, ...] = ()


def read_month_or_day(word: str) -> datetime | None:
    """A day or instant, or the first day of a month such as "2027-01"; None if it is neither."""
    is_month = len(word) == len("2027-01") and word[4:5] == "-"
    return read_instant(f"{word}-01" if is_month else word)


class LaterMove(NamedTuple):
    """What changes again in the rest of a month: in words, on which day, of which row ("" any)."""

    words: str
    day: str
    full_name: str = ""


def moves_within_month(catalog: Catalog, at: datetime) -> tuple[LaterMove, ...]:
    """The rows whose prices change, or that retire, in the rest of a month."""
    found = []
    for model in catalog.models:
        turns = {turn for turn, _ in (*model.previous, *model.upcoming)}
        name = model.full_name
        found += [
            LaterMove(f"the price of {name} changes again", day_text(turn), name)
            for turn in sorted(turns)
            if _is_later(turn, at)
        ]
        day = model.entry.get("deprecation_date")
        ends = read_instant(day) if isinstance(day, str) else None
        if ends and _is_later(as_instant(ends), at):
            found.append(LaterMove(f"{name} is retired", day_text(as_instant(ends)), name))
    return tuple(found)


def rules_within_month(profile: Profile, at: datetime) -> tuple[LaterMove, ...]:
    """The days on which a rule of the profile begins or ends in the rest of a month."""
    days = {day for rule in profile.rules for day in (rule.from_day, rule.until_day) if day}
    turns = sorted(datetime.combine(day, time(), UTC) for day in days)
    words = f"rules of the profile {profile.name} change"
    return tuple(LaterMove(words, day_text(turn)) for turn in turns if _is_later(turn, at))


def _is_later(turn: datetime, at: datetime) -> bool:
    return (turn.year, turn.month) == (at.year, at.month) and turn > at


def catalog_at(catalog: Catalog, at: datetime) -> Catalog:
    """The same rows with the prices of an instant at all times; off-peak hours stay."""
    return _with_models(catalog, tuple(_fixed(model, at) for model in catalog.models), at)


def retiring_catalog_at(
    catalog: Catalog, at: datetime, fallback: Fallback | None = None
) -> CatalogAt:
    """The same, where rows that are retired by then charge as their successors.

    A retired row without a successor that has a row has no price: nobody serves its calls.
    """
    own = {model.full_name for model in catalog.models}
    models, retired = [], []
    for model in catalog.models:
        since = retired_since(model, at)
        if not since:
            models.append(_fixed(model, at))
            continue
        found = _successor(catalog, model, at, fallback)
        prices = found.list_at(at) if found else _no_prices()
        models.append(_fixed(model, at)._replace(prices=prices, dated=bool(prices.off_peak)))
        name = found.full_name if found else ""
        is_own = not name or name in own
        retired.append(RetiredModel(model.full_name, since, name, of_reference=not is_own))
    return CatalogAt(_with_models(catalog, tuple(models), at), tuple(retired))


def retired_since(model: Model, at: datetime) -> str:
    """The day since which a row is retired at an instant; "" where it still answers."""
    day = model.entry.get("deprecation_date")
    ends = read_instant(day) if isinstance(day, str) else None
    if ends and as_instant(ends) <= at:
        return str(day)
    return "now" if model.is_retired else ""


def _successor(
    catalog: Catalog, model: Model, at: datetime, fallback: Fallback | None
) -> Model | None:
    """The row that takes over: the successor's successor where that is retired by then, too."""
    seen = {model.full_name}
    while isinstance(name := model.entry.get("successor"), str):
        match = find(catalog, name, fallback)
        model = match.model
        if match.is_guess or model.full_name in seen:
            return None
        if not retired_since(model, at):
            return model
        seen.add(model.full_name)
    return None


def _fixed(model: Model, at: datetime) -> Model:
    prices = model.list_at(at)
    return model._replace(prices=prices, previous=(), upcoming=(), dated=bool(prices.off_peak))


def _with_models(catalog: Catalog, models: tuple[Model, ...], at: datetime) -> Catalog:
    default = _fixed(catalog.default, at)
    return Catalog(models, default, catalog.metadata, f"{catalog.sha256} at {at.isoformat()}")


def _no_prices() -> PriceList:
    return build({"none": {"none": {}}}, []).models[0].prices
