"""Where published price lists and our catalog differ, member by member, with who says what."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from statistics import median_low
from types import MappingProxyType

from pricectl.check.evidence.negotiated import Negotiated, NegotiatedTerms
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.labels import count
from pricectl.core.model import Model
from pricectl.core.money import divide
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import PriceList
from pricectl.core.sanity.moves import ERROR_TIMES_DOUBLED
from pricectl.feeds.differences import (
    Agreement,
    Drift,
    GoneModel,
    IndexedFeeds,
    MemberDrift,
    NewModel,
    PriceDrift,
)
from pricectl.feeds.feed import Feed, FeedError
from pricectl.feeds.known import KnownDifferences
from pricectl.feeds.matching import OfferIndex
from pricectl.feeds.rows import ListedRow, RowComparison

Wanted = Callable[[Model], bool]
# So far off in the median, a list has another unit or currency than it says; real changes of all
# prices of a list do not exist.
MISTAKEN_LIST = Fraction(ERROR_TIMES_DOUBLED, 2)
# Of fewer shared prices nothing can be said about the whole list.
FEWEST_SHARED = 3


class ListOffByFactor(FeedError):
    """A price list whose prices are, as a whole, in another unit than ours."""


def find_drift(
    ours: Catalog,
    feeds: Sequence[Feed],
    at: date,
    wanted: Wanted = lambda _: True,
    notes: Mapping[str, Json] = MappingProxyType({}),
) -> Drift:
    """Compare the prices of a day with those of all lists.

    Retired rows are left out, and those that are not `wanted`. A model is gone where lists have
    others of its seller, and none has it. What a team has negotiated is compared with what that
    makes of the list's price. `notes` are the `pricing_notes`, whose decisions are known.

    Raises ListOffByFactor for a list that is as a whole 9.5 times or more off.
    """
    indexes = [(feed, OfferIndex(feed.catalog)) for feed in feeds]
    for feed, index in indexes:
        check_unit(ours, feed, index, at)
    known = KnownDifferences(ours, at, notes)
    new = tuple(_new(ours, indexes, known, wanted))
    return compare_rows(ours, indexes, at, wanted, known)._replace(new=new)


def compare_rows(
    ours: Catalog,
    indexes: IndexedFeeds,
    at: date,
    wanted: Wanted = lambda _: True,
    known: KnownDifferences | None = None,
) -> Drift:
    """Compare rows with lists that were compared before: no new models, no check of their unit."""
    known = known or KnownDifferences(ours, at, {})
    terms = NegotiatedTerms(ours)
    sellers = [(feed, _votes_by_seller(feed)) for feed, _ in indexes]
    prices: list[PriceDrift] = []
    members: list[MemberDrift] = []
    gone: list[GoneModel] = []
    agreements: list[Agreement] = []
    compared = 0
    for model in ours.models:
        if model.is_retired or not wanted(model):
            continue
        agreed = terms.of(model)
        listed = list(_listed(model, indexes, agreed, at))
        asked = frozenset(vote for _, votes in sellers for vote in votes.get(_seller(model), ()))
        if not listed:
            selling = tuple(feed.name for feed, sold in sellers if _seller(model) in sold)
            if selling:
                gone.append(GoneModel(model, selling, known.row_reason(model)))
                if agreed is None:
                    agreements.append(Agreement(model, {}, asked))
            continue
        row = RowComparison(model, listed, at)
        prices += map(known.marked, row.prices())
        members += map(known.marked, row.members())
        compared += row.compared
        if agreed is None:
            agreements.append(row.agreement()._replace(asked=asked))
    return Drift(
        tuple(prices),
        tuple(members),
        (),
        tuple(gone),
        tuple(agreements),
        compared,
        indexes,
    )


def check_unit(ours: Catalog, feed: Feed, index: OfferIndex, at: date) -> None:
    """Check that a list's prices are not, in the median, a multiple of ours.

    Raises ListOffByFactor.
    """
    ratios = sorted(_ratios(ours, index, at))
    if len(ratios) < FEWEST_SHARED:
        return
    middle = median_low(ratios)
    if 1 / MISTAKEN_LIST < middle < MISTAKEN_LIST:
        return
    times = count(round(middle)) if middle > 1 else f"1/{count(round(1 / middle))}"
    raise ListOffByFactor(
        f"its prices are in the median {times} times ours, so one of both is in a wrong unit",
        where=f"{feed.name} ({feed.origin.where})",
        next_step="nothing was compared; look at a price that you know",
    )


def _ratios(ours: Catalog, index: OfferIndex, at: date) -> Iterator[Fraction]:
    for model in ours.models:
        for found in () if model.is_retired else index.find(model):
            own = model.prices_at(at)[0].rates
            for key, (pico_usd, _) in found.model.prices_at(at)[0].rates.items():
                if pico_usd and key in own and own[key][0]:
                    yield Fraction(pico_usd, own[key][0])


def _listed(
    model: Model, indexes: Iterable[tuple[Feed, OfferIndex]], agreed: Negotiated | None, at: date
) -> Iterator[ListedRow]:
    for number, (feed, index) in enumerate(indexes):
        for name, row in index.find(model):
            vote, is_own = feed.vote(row.full_name), name == model.name
            expected = row if agreed is None else _expected(model, row, agreed)
            day = feed.day_by(at)
            yield ListedRow(feed.name, vote, day, name, is_own, expected, number)


def _expected(model: Model, row: Model, agreed: Negotiated) -> Model:
    """A list's row as it would cost a team with negotiated prices."""
    known = agreed.listed(model, row)
    factor = agreed.factor
    if known is not None or factor is None:
        return known or row
    lists = [_times(prices, factor) for prices in (row.prices, *(it for _, it in row.upcoming))]
    days = [day for day, _ in row.upcoming]
    later = tuple(zip(days, lists[1:], strict=True))
    return row._replace(prices=lists[0], upcoming=later)


def _times(prices: PriceList, factor: Fraction) -> PriceList:
    """A price list with every rate times a factor, rounded to the picodollar."""
    rates = {
        key: (divide(pico * factor.numerator, factor.denominator, "half-even"), member)
        for key, (pico, member) in prices.rates.items()
    }
    return PriceList(
        rates,
        prices.entry,
        marginal=prices.marginal,
        inclusive=prices.inclusive,
        off_peak=prices.off_peak and _times(prices.off_peak, factor),
        windows=prices.windows,
        uplifts=prices.uplifts,
    )


def _votes_by_seller(feed: Feed) -> dict[str, set[str]]:
    """Whose word a list has on the models of each seller."""
    found: dict[str, set[str]] = {}
    for model in feed.catalog.models:
        found.setdefault(_seller(model), set()).add(feed.vote(model.full_name))
    return found


def _seller(model: Model) -> str:
    return seller_of(model.provider)


def _new(
    ours: Catalog,
    indexes: Sequence[tuple[Feed, OfferIndex]],
    known: KnownDifferences,
    wanted: Wanted,
) -> Iterator[NewModel]:
    """The models of our sellers that a list has and we do not, each once."""
    sections = {seller_of(provider): provider for provider in sorted(ours.providers)}
    found: dict[str, tuple[Model, list[str], list[str]]] = {}
    for feed, index in indexes:
        for model in index.without(ours.models):
            section = sections.get(_seller(model))
            if section is None or not model.prices.rates or model.is_retired:
                continue
            here = model._replace(provider=section)
            _, names, votes = found.setdefault(here.full_name.lower(), (here, [], []))
            names.append(feed.name)
            votes.append(feed.vote(model.full_name))
    for model, names, votes in found.values():
        if wanted(model):
            reason = known.row_reason(model)
            yield NewModel(model, tuple(names), tuple(sorted(set(votes))), reason)


__all__ = ["Drift", "ListOffByFactor", "check_unit", "compare_rows", "find_drift"]
