"""One row of the catalog, its prices over time, and how a name found it."""

from bisect import bisect_right
from datetime import date, datetime
from typing import Literal, NamedTuple

from pricectl.core.prices import Entry, PriceList
from pricectl.core.units import STANDARD
from pricectl.core.windows import as_instant

# Price lists with the UTC instant they end before (previous) or begin at (upcoming), in order.
Periods = tuple[tuple[datetime, PriceList], ...]
How = Literal["exact", "alias", "case", "partial", "reference", "default"]

# Critical where the settings name no model: those of them that the prices in use know.
SEED_MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5")


class Model(NamedTuple):
    """One row: who sells it, its names, and what it costs now, before and from a date on.

    `dated` says that the price depends on when the call was made. `pointer` is the row's JSON
    Pointer ("" for the built-in default price).
    """

    provider: str
    name: str
    entry: Entry
    prices: PriceList
    aliases: tuple[str, ...] = ()
    previous: Periods = ()
    upcoming: Periods = ()
    dated: bool = False
    pointer: str = ""

    @property
    def full_name(self) -> str:
        """`provider/name`, which is unique in a catalog."""
        return f"{self.provider}/{self.name}"

    @property
    def is_retired(self) -> bool:
        """Whether the row is marked as retired: its provider does not serve it any more."""
        return self.entry.get("retired") is True

    @property
    def is_free(self) -> bool:
        """Whether the row is marked as free, so that its zero prices are meant."""
        return self.entry.get("free") is True

    @property
    def price_lists(self) -> tuple[PriceList, ...]:
        """Every price list in the order of time; off-peak lists are inside their list."""
        if not (self.previous or self.upcoming):
            return (self.prices,)
        return (
            *(prices for _, prices in self.previous),
            self.prices,
            *(prices for _, prices in self.upcoming),
        )

    @property
    def all_lists(self) -> tuple[PriceList, ...]:
        """Every price list in the order of time, each followed by those of off-peak and outputs."""
        lists = ((prices, prices.off_peak) for prices in self.price_lists)
        return tuple(
            by_length
            for whole_day, off_peak in lists
            for prices in (whole_day, off_peak)
            if prices
            for by_length in (prices, *prices.by_output)
        )

    def list_at(self, instant: datetime) -> PriceList:
        """The price list in force at an instant in UTC, ignoring off-peak hours."""
        ended = bisect_right(self.previous, instant, key=_instant_of)
        if ended < len(self.previous):
            return self.previous[ended][1]
        begun = bisect_right(self.upcoming, instant, key=_instant_of)
        return self.upcoming[begun - 1][1] if begun else self.prices

    def prices_at(self, at: date | None) -> tuple[PriceList, str]:
        """The price list in force at a day or instant (UTC) and the period's name ("" is today's).

        Without `at`, the row itself, which is what every reader of the file sees.
        """
        if at is None:
            return self.prices, ""
        instant = as_instant(at)
        prices = self.list_at(instant).at_hour(instant)
        return prices, prices.period

    def charges_like(self, other: "Model") -> bool:
        """Whether both rows charge the same for everything at every date."""
        if self is other:
            return True
        days, other_days = (
            ([day for day, _ in model.previous], [day for day, _ in model.upcoming])
            for model in (self, other)
        )
        return days == other_days and all(
            mine.same_prices(theirs)
            for mine, theirs in zip(self.price_lists, other.price_lists, strict=True)
        )


def _instant_of(period: tuple[datetime, PriceList]) -> datetime:
    return period[0]


class Match(NamedTuple):
    """Which row answers, and how it was found.

    `name` is the catalog's spelling that fitted, `ignored` the parts of the requested name that
    were ignored. `region` and `service` are what the name says of them, for the quote. `flags`
    say why the row's price may not be the name's; `is_plain` that the answer needs no flag and the
    name says neither region nor service. `reference_sha256` is the hash of the reference catalog
    where that answered.
    """

    model: Model
    how: How
    asked: str
    name: str
    ignored: tuple[str, ...] = ()
    is_plain: bool = False
    flags: tuple[str, ...] = ()
    region: str = ""
    service: str = ""
    reference_sha256: str = ""

    @property
    def is_guess(self) -> bool:
        """Whether the default price answers because no row does."""
        return self.how == "default"

    @property
    def input_and_output(self) -> tuple[int | None, int | None]:
        """What the row charges for input and output in picodollars, by the region of the name."""
        card = self.model.prices.card(0, STANDARD, self.region)
        first, second = card["input"], card["output"]
        return first.pico_usd if first.key else None, second.pico_usd if second.key else None

    @property
    def is_own_row(self) -> bool:
        """Whether a row has the name itself, as an alias or in another case."""
        return self.how in {"exact", "alias", "case"}

    @property
    def is_as_written(self) -> bool:
        """Whether a row has the name or an alias exactly as it was asked."""
        return self.how in {"exact", "alias"}
