"""The values of a comparison with price lists: where we differ, who says so, what is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, NamedTuple, Self, TypeAlias

from pricectl.core.labels import label
from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.sanity.moves import power_of_ten
from pricectl.feeds.claims import Claim, Majority, Stated, majority
from pricectl.feeds.feed import Feed
from pricectl.feeds.matching import OfferIndex

# Lists, each with its rows by what their names speak of.
IndexedFeeds: TypeAlias = Sequence[tuple[Feed, OfferIndex]]


@dataclass(frozen=True)
class Disagreement(Generic[Stated]):
    """One member of a row that at least one list has otherwise.

    `member` is its key, as a plain member of the row has it, and `pointer` its JSON Pointer, also
    where the row lacks it.
    `ours` is None where the row has nothing. `alias` is the name of ours that the lists have a row
    of its own for, "" for the row's own name. `agreeing` lists have what we have, `differing` ones
    something else, each independent list once. `known_because` says who has accepted the
    difference, "" where nobody has; `accepted` are lists whose value alone is accepted.
    """

    model: Model
    member: str
    pointer: str
    ours: Stated | None
    agreeing: tuple[Claim[Stated], ...]
    differing: tuple[Claim[Stated], ...]
    alias: str = ""
    known_because: str = ""
    accepted: tuple[Claim[Stated], ...] = ()

    @property
    def told(self) -> tuple[Claim[Stated], ...]:
        """What every list says, also those whose value is accepted."""
        return self.agreeing + self.differing + self.accepted

    @cached_property
    def majority(self) -> Majority[Stated]:
        """What most of the lists that differ have."""
        return majority(self.differing, self.agreeing)

    def accepting(self, reason_for: Callable[[int | str], str]) -> Self:
        """Without the lists whose value is accepted; known, with the reason, where all are.

        `reason_for` says why a value is accepted, "" where it is not.
        """
        reasons = [reason_for(claim.value) for claim in self.differing]
        if all(reasons):
            return replace(self, known_because=reasons[0])
        pairs = zip(self.differing, reasons, strict=True)
        told = [(claim, bool(reason)) for claim, reason in pairs]
        kept, accepted = (
            tuple(claim for claim, known in told if known is wanted) for wanted in (False, True)
        )
        return replace(self, differing=kept, accepted=accepted)

    @property
    def is_agreed(self) -> bool:
        """Whether independent lists agree against us, and more than agree with us."""
        return self.majority.wins and not self.alias

    @property
    def decision_names(self) -> tuple[str, ...]:
        """By which names the decisions of `pricing_notes` speak of it."""
        return (self.member,)

    @property
    def what(self) -> str:
        """The member as people say it."""
        return self.member.replace("_", " ")


@dataclass(frozen=True)
class PriceDrift(Disagreement[int]):
    """One price, in picodollars, that at least one list has otherwise.

    `period` says when it applies: "" now, "off-peak", "from DAY" for an announced price, or "until
    DAY" for a former one.
    """

    key: RateKey = ("", 0, "")
    period: str = ""

    @property
    def decision_names(self) -> tuple[str, ...]:
        """The price's key, and for one of a dated list also `previous[DAY].KEY`."""
        word, _, day = self.period.partition(" ")
        dated = {"until": "previous", "from": "upcoming"}.get(word)
        return (self.member, f"{dated}[{day}].{self.member}") if dated else (self.member,)

    @property
    def what(self) -> str:
        """The price as people say it, with its period."""
        return f"{label(*self.key)}{f' {self.period}' if self.period else ''}"

    @property
    def is_agreed(self) -> bool:
        """As of every difference; lists that write 0 for what they do not know never win."""
        return super().is_agreed and bool(self.majority.value)

    @property
    def mistake(self) -> str:
        """What the proposed price looks like if it is a slip of a list or ours; "" for none."""
        value, ours = self.majority.value, self.ours
        if not ours:
            return ""
        if not value:
            return "free or not stated"
        return "unit mistake" if power_of_ten(ours, value) else ""


@dataclass(frozen=True)
class MemberDrift(Disagreement[str]):
    """A limit, a date, a successor or a factor that at least one list has otherwise."""


class NewModel(NamedTuple):
    """A model that lists have and our catalog does not, by the row of the first list.

    `votes` are the independent lists that have it, `known_because` as in a difference.
    """

    model: Model
    feeds: tuple[str, ...]
    votes: tuple[str, ...]
    known_because: str = ""


class GoneModel(NamedTuple):
    """A row of ours that no list has, although lists have others of its seller."""

    model: Model
    feeds: tuple[str, ...]
    known_because: str = ""


class Agreement(NamedTuple):
    """What the lists that were read say of the base prices of one row.

    `days` has the day ("" where unknown) of each independent list that agrees on them all. `asked`
    are the lists that have rows of the seller: what the others once said still stands.
    """

    model: Model
    days: Mapping[str, str]
    asked: frozenset[str] = frozenset()


class Drift(NamedTuple):
    """Everything that the lists say otherwise, the rows in the catalog's order.

    `compared` counts the prices that at least one list has. `lists` are those that were compared,
    for `compare_rows`.
    """

    prices: tuple[PriceDrift, ...] = ()
    members: tuple[MemberDrift, ...] = ()
    new: tuple[NewModel, ...] = ()
    gone: tuple[GoneModel, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    compared: int = 0
    lists: IndexedFeeds = ()
