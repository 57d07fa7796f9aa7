"""Rows for models that price lists have and the catalog does not: what enough lists agree on."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from pricectl.core import catalog as catalogs
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.labels import label, short_decimal
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import FAMILIES, seller_of
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.windows import as_instant, read_day
from pricectl.feeds.differences import IndexedFeeds, MemberDrift, NewModel, PriceDrift
from pricectl.feeds.drift import compare_rows
from pricectl.feeds.feed import Feed
from pricectl.feeds.matching import name_key
from pricectl.feeds.proposal import MAX_PAGE, NAME, PAGE, PersonsWords, Selection, enough
from pricectl.feeds.rows import LIMITS, MAIN_UNITS, RETIREMENT

# A row without a price that one list has would bill its calls short by more than this.
BILLED_SHORT = Fraction(3, 2)


class AgreedRow(NamedTuple):
    """A row that would be added.

    `prices` and `members` are what enough lists agree on, `left_out` prices that too few have.
    `mode` and `source` are those of the first list that states them, "" where none does.
    """

    model: Model
    prices: tuple[PriceDrift, ...]
    members: tuple[MemberDrift, ...] = ()
    left_out: tuple[PriceDrift, ...] = ()
    mode: str = ""
    source: str = ""


class HeldModel(NamedTuple):
    """A new model that is left to a person, and why."""

    model: Model
    reason: str


class AgreedRows(NamedTuple):
    """The new models that are wanted; `too_few` counts those that not enough lists have."""

    rows: tuple[AgreedRow, ...] = ()
    held: tuple[HeldModel, ...] = ()
    too_few: int = 0


def new_rows(
    ours: Catalog, new: Iterable[NewModel], lists: IndexedFeeds, wanted: Selection, at: date
) -> AgreedRows:
    """Make rows of the new models that enough lists price alike."""
    feeds = [feed for feed, _ in lists]
    names = _RowNames(ours)
    chosen = [names.named(one.model) for one in _chosen(new, wanted)]
    if not chosen:
        return AgreedRows()
    words = PersonsWords(ours)
    prices, members = _claims(chosen, lists, at)
    rows: list[AgreedRow] = []
    held: list[HeldModel] = []
    too_few = 0
    for model in chosen:
        listed = prices.get(model.full_name, [])
        stated = members.get(model.full_name, [])
        agreed = tuple(drift for drift in listed if enough(drift, wanted.agreeing))
        others = tuple(drift for drift in listed if drift not in agreed)
        kept = tuple(
            drift
            for drift in stated
            if enough(drift, wanted.agreeing) and drift.member in (*LIMITS, RETIREMENT)
        )
        if not any(drift.key[1:] == (0, STANDARD) for drift in agreed):
            too_few += 1
            continue
        reason = (
            words.about_new(model)
            or _strange_name(model)
            or _end(stated, at)
            or _doubt(agreed, others)
        )
        if reason:
            held.append(HeldModel(model, reason))
        else:
            page = _source(ours, feeds, model)
            rows.append(AgreedRow(model, agreed, kept, others, _mode(feeds, model), page))
    return AgreedRows(tuple(rows), tuple(held), too_few)


def _chosen(new: Iterable[NewModel], wanted: Selection) -> Iterator[NewModel]:
    """The models that are wanted, each under one name; its maker's row first."""
    seen = set()
    for one in sorted(new, key=lambda each: (-len(each.votes), not _is_makers(each.model))):
        key = name_key(one.model.provider, one.model.name)
        if one.known_because or key in seen or not wanted.takes_row(one.model):
            continue
        seen.add(key)
        yield one


def _is_makers(model: Model) -> bool:
    """Whether a row is sold by who made the model, as far as its name says."""
    family = read_name(model.name).base.split("-", 1)[0]
    return FAMILIES.get(family) == seller_of(model.provider)


class _RowNames:
    """The names that new rows get: with the seller before it where another row has the name."""

    def __init__(self, ours: Catalog) -> None:
        self._taken = {name.lower() for name in (*ours.names, *ours.aliases)}
        words: dict[str, Counter[str]] = {}
        for row in ours.models:
            word, slash, _ = row.name.partition("/")
            is_seller = slash and seller_of(word) == seller_of(row.provider)
            words.setdefault(row.provider, Counter())[word if is_seller else ""] += 1
        self._usual = {provider: most.most_common(1)[0][0] for provider, most in words.items()}

    def named(self, model: Model) -> Model:
        """The model under its name in the catalog, as most rows of its section are called."""
        word = self._usual.get(model.provider, "")
        if not word and model.name.lower() in self._taken:
            word = model.provider
        begins = seller_of(model.name.partition("/")[0]) == seller_of(model.provider)
        name = f"{word}/{model.name}" if word and not begins else model.name
        self._taken.add(name.lower())
        return model._replace(name=name)


def _claims(
    models: Iterable[Model], lists: IndexedFeeds, at: date
) -> tuple[Mapping[str, list[PriceDrift]], Mapping[str, list[MemberDrift]]]:
    """What the lists say of the models, as differences from rows that say nothing."""
    sections: dict[str, Json] = {}
    for model in models:
        section = sections.setdefault(model.provider, {})
        assert isinstance(section, dict)  # noqa: S101 - written two lines above
        section[model.name] = {}
    drift = compare_rows(catalogs.build(sections, []), lists, at)
    prices: dict[str, list[PriceDrift]] = {}
    members: dict[str, list[MemberDrift]] = {}
    for price in drift.prices:
        if not price.alias and not price.period:
            prices.setdefault(price.model.full_name, []).append(price)
    for member in drift.members:
        if not member.alias:
            members.setdefault(member.model.full_name, []).append(member)
    return prices, members


def _strange_name(model: Model) -> str:
    if not NAME.fullmatch(model.name):
        return "its name has signs that no model's name has"
    if name_key(model.provider, model.name).seller != seller_of(model.provider):
        # The lists' rows of that seller would be found for it, and their prices are others.
        return "its name begins with another seller's"
    return ""


def _end(stated: Iterable[MemberDrift], at: date) -> str:
    ends = [read_day(one.majority.value) for one in stated if one.member == RETIREMENT]
    is_over = any(day and day <= as_instant(at).date() for day in ends)
    return "a list says that it is retired" if is_over else ""


def _doubt(agreed: Iterable[PriceDrift], others: Iterable[PriceDrift]) -> str:
    """What speaks against the prices, beside the rules for every edit."""
    for drift in others:
        if drift.key[0] in MAIN_UNITS and drift.key[1:] == (0, STANDARD):
            several = len({claim.value for claim in drift.differing}) > 1
            return f"lists {'differ on' if several else 'do not all state'} {label(*drift.key)}"
    rates = {drift.key: drift.majority.value for drift in agreed}
    for drift in others:
        charged = _charged_without(drift.key, rates)
        if charged and drift.majority.value > charged * BILLED_SHORT:
            times = short_decimal(Fraction(drift.majority.value, charged), 1)
            return (
                f"one list alone has {label(*drift.key)}, {times} times what the row would charge"
            )
    low, high = (rates.get((unit, 0, STANDARD)) for unit in MAIN_UNITS)
    return "output is cheaper than input" if low and high and high < low else ""


def _charged_without(key: RateKey, rates: Mapping[RateKey, int]) -> int:
    """What a row charges for a price that it does not state: that of the kind it is a part of."""
    unit, above_tokens, _ = key
    tiers = sorted({tier for _, tier, _ in rates if tier <= above_tokens}, reverse=True)
    kinds = (unit, *UNITS[unit].fallbacks)
    found = (rates.get((kind, tier, STANDARD)) for kind in kinds for tier in tiers)
    return next(filter(None, found), 0)


def _rows_of(feeds: Iterable[Feed], model: Model) -> Iterator[Model]:
    """The lists' rows of a model, by its name with or without the seller before it."""
    names = {model.name, model.name.partition("/")[2]}
    for feed in feeds:
        for row in feed.catalog.models:
            if row.name in names and seller_of(row.provider) == seller_of(model.provider):
                yield row


def _mode(feeds: Iterable[Feed], model: Model) -> str:
    stated = (row.entry.get("mode") for row in _rows_of(feeds, model))
    return next((mode for mode in stated if isinstance(mode, str) and NAME.fullmatch(mode)), "")


def _source(ours: Catalog, feeds: Iterable[Feed], model: Model) -> str:
    """The seller's page: the one that most rows of the section name, else that of a list."""
    pages: dict[str, int] = {}
    for row in ours.models:
        page = row.entry.get("source")
        if row.provider == model.provider and isinstance(page, str):
            pages[page] = pages.get(page, 0) + 1
    if pages:
        return max(pages, key=lambda page: (pages[page], page))
    stated = (page_of(row) for row in _rows_of(feeds, model))
    return next(filter(None, stated), "")


def page_of(row: Model) -> str:
    """The page that a list's row names as its source; "" where it is not a plain address."""
    page = row.entry.get("source")
    plain = isinstance(page, str) and len(page) <= MAX_PAGE and PAGE.fullmatch(page)
    return str(page) if plain else ""
