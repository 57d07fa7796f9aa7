"""Where published price lists and our catalog differ: each price, who agrees with whom."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD, UNITS
from pricectl.feeds.feed import Feed
from pricectl.feeds.matching import OfferIndex


class Claim(NamedTuple):
    """What one list asks for one price, and under which name.

    `vote` is the list whose word it is: two claims with one vote are one opinion. `day` is the
    list's own day, "" where it does not say.
    """

    feed: str
    vote: str
    name: str
    pico_usd: int
    day: str = ""


class PriceDrift(NamedTuple):
    """One price of a row that at least one list has otherwise.

    `ours_pico_usd` is None where the row has no such price. `agreeing` claims have our price,
    `differing` ones another.
    """

    model: Model
    key: RateKey
    pointer: str
    ours_pico_usd: int | None
    agreeing: tuple[Claim, ...]
    differing: tuple[Claim, ...]

    @property
    def proposed(self) -> tuple[int, tuple[str, ...]]:
        """The price with the most votes among those that differ, and who votes for it.

        Of two with as many votes the one of the newest list.
        """
        votes: dict[int, dict[str, str]] = {}
        for claim in self.differing:
            votes.setdefault(claim.pico_usd, {})[claim.vote] = claim.day
        best = max(votes, key=lambda pico: (len(votes[pico]), max(votes[pico].values())))
        return best, tuple(sorted(votes[best]))

    @property
    def votes_for_ours(self) -> tuple[str, ...]:
        """Who says what we say, each list once."""
        return tuple(sorted({claim.vote for claim in self.agreeing}))


class NewModel(NamedTuple):
    """A model that lists have and our catalog does not, by the list's row."""

    model: Model
    feeds: tuple[str, ...]


class Agreement(NamedTuple):
    """What the lists say of one row: the votes that agree on all of its base prices.

    `days` are the lists' own days, by vote.
    """

    model: Model
    days: dict[str, str]


class Drift(NamedTuple):
    """Everything that the lists say otherwise, the rows in the catalog's order."""

    prices: tuple[PriceDrift, ...]
    new: tuple[NewModel, ...]
    gone: tuple[Model, ...]
    agreements: tuple[Agreement, ...]
    compared: int


def find_drift(ours: Catalog, feeds: Sequence[Feed], at: date) -> Drift:
    """Compare the prices of a day with those of all lists.

    A row that is retired is left out. A model is gone where a list has others of its seller, and
    none has it.
    """
    indexes = [(feed, OfferIndex(feed.catalog)) for feed in feeds]
    found: list[PriceDrift] = []
    gone: list[Model] = []
    agreements: list[Agreement] = []
    compared = 0
    for model in ours.models:
        if model.is_retired:
            continue
        rows = _RowClaims(model, at)
        for feed, index in indexes:
            for listed in index.find(model):
                rows.add(feed, listed.name, listed.model)
        if not rows.feeds:
            gone.append(model)
            continue
        differences = list(rows.differences())
        compared += rows.compared
        found += differences
        agreements.append(Agreement(model, rows.agreeing_on_base_prices()))
    return Drift(tuple(found), tuple(_new(ours, indexes)), tuple(gone), tuple(agreements), compared)


class _RowClaims:
    """What all lists ask for one row, collected by price."""

    def __init__(self, model: Model, at: date) -> None:
        self._model, self._at = model, at
        self._prices, _ = model.prices_at(at)
        self._claims: dict[RateKey, list[Claim]] = {}
        self.feeds: set[str] = set()
        self.compared = 0

    def add(self, feed: Feed, name: str, listed: Model) -> None:
        """Add the prices of a list's row."""
        prices, _ = listed.prices_at(self._at)
        self.feeds.add(feed.name)
        for key, (pico_usd, _) in prices.rates.items():
            claim = Claim(feed.name, feed.vote(listed.full_name), name, pico_usd, feed.date)
            known = self._claims.setdefault(key, [])
            if not any(it[:2] == claim[:2] and it.pico_usd == pico_usd for it in known):
                known.append(claim)

    def differences(self) -> Iterator[PriceDrift]:
        """Every price that a list has otherwise; one that our fallback charges alike is none."""
        for key, claims in self._claims.items():
            own = self._prices.rates.get(key)
            ours = own[0] if own else None
            self.compared += 1
            if own is None and _says_nothing_new(self._prices, key, claims):
                continue
            agreeing = tuple(claim for claim in claims if claim.pico_usd == ours)
            differing = tuple(claim for claim in claims if claim.pico_usd != ours)
            if differing:
                pointer = self._prices.pointer_to(own[1]) if own else self._prices.pointer
                yield PriceDrift(self._model, key, pointer, ours, agreeing, differing)

    def agreeing_on_base_prices(self) -> dict[str, str]:
        """The votes that have each base price that they know as we have it, at least one of them.

        A list counts only by the row's own name, since another seller's copy proves nothing.
        """
        days: dict[str, str] = {}
        against: set[str] = set()
        for (unit, tier, service), claims in self._claims.items():
            own = self._prices.rates.get((unit, tier, service))
            if own is None or tier or service != STANDARD:
                continue
            for claim in claims:
                if claim.name != self._model.name:
                    continue
                if claim.pico_usd == own[0]:
                    days[claim.vote] = max(days.get(claim.vote, ""), claim.day)
                else:
                    against.add(claim.vote)
        return {vote: day for vote, day in sorted(days.items()) if vote not in against}


def _says_nothing_new(prices: PriceList, key: RateKey, claims: Iterable[Claim]) -> bool:
    """Whether a price that we do not state is what our row charges for it anyway, or nothing."""
    unit, tier, service = key
    charged = prices.charged_pico_usd(key)
    if charged is None:
        fallbacks = (prices.charged_pico_usd((it, tier, service)) for it in UNITS[unit].fallbacks)
        charged = next((it for it in fallbacks if it is not None), None)
    return all(claim.pico_usd in {0, charged} for claim in claims)


def _new(ours: Catalog, indexes: Sequence[tuple[Feed, OfferIndex]]) -> Iterator[NewModel]:
    """The models of our sellers that a list has and we do not, each once."""
    found: dict[str, tuple[Model, list[str]]] = {}
    for feed, index in indexes:
        for model in index.without(ours.models):
            if model.provider in ours.providers and model.prices.rates and not model.is_retired:
                found.setdefault(model.full_name.lower(), (model, []))[1].append(feed.name)
    for model, names in found.values():
        yield NewModel(model, tuple(names))
