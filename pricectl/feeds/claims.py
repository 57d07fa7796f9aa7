"""What price lists say of one thing, and how many independent lists say the same."""

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

# A price in picodollars, or another member of a row as text.
Stated = TypeVar("Stated", int, str)
# So many lists that do not copy from one another outweigh what we have.
AGREEING_LISTS = 2


class Claim(NamedTuple, Generic[Stated]):
    """What one list says, and under which name of ours it has the row.

    `vote` is the list whose word it is: two claims with one vote are one opinion. `day` is the
    list's own day, "" where nobody knows it.
    """

    feed: str
    vote: str
    name: str
    value: Stated
    day: str = ""

    @property
    def is_copied(self) -> bool:
        """Whether the list has it from another list."""
        return self.vote != self.feed


def one_per_vote(claims: Iterable[Claim[Stated]]) -> tuple[Claim[Stated], ...]:
    """One claim for each independent list: the newest; of two as new its own before a copy."""
    chosen: dict[str, Claim[Stated]] = {}
    for claim in claims:
        known = chosen.get(claim.vote)
        if known is None or _rank(claim) > _rank(known):
            chosen[claim.vote] = claim
    return tuple(chosen.values())


def _rank(claim: Claim[Stated]) -> tuple[str, bool]:
    """A copy is older than its list where either has no day."""
    return claim.day or ("" if claim.is_copied else "9999"), not claim.is_copied


class Majority(NamedTuple, Generic[Stated]):
    """The value that most independent lists have instead of ours, and those lists.

    `wins`: at least two of them, and more than have ours.
    """

    value: Stated
    votes: tuple[str, ...]
    wins: bool


def majority(
    differing: Iterable[Claim[Stated]], agreeing: Iterable[Claim[Stated]]
) -> Majority[Stated]:
    """What is proposed instead of our value; of two with as many votes the newest."""
    days: dict[Stated, dict[str, str]] = {}
    for claim in differing:
        days.setdefault(claim.value, {})[claim.vote] = claim.day
    best = max(days, key=lambda value: (len(days[value]), max(days[value].values())))
    votes = tuple(sorted(days[best]))
    behind_ours = len({claim.vote for claim in agreeing})
    return Majority(best, votes, len(votes) >= AGREEING_LISTS and len(votes) > behind_ours)
