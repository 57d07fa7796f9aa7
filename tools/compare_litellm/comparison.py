"""The comparison itself: every case priced by both, the differences explained."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, Protocol

from compare_litellm.cases import token_cases
from compare_litellm.causes import explain
from compare_litellm.counted import counted_cases
from compare_litellm.question import NO_ENTRY, Question, ask, same, usd
from compare_litellm.rows import Case, Entry, Row
from pricectl.core import Catalog


class Seen(NamedTuple):
    """The row that litellm answers a case from and the members of it that its code can read."""

    row: str
    members: frozenset[str]


class Peer(Protocol):
    """The calculator that we are held against."""

    def price(self, case: Case) -> Fraction | None:
        """What a case costs in USD; None if it is refused."""

    def seen(self, case: Case) -> Seen:
        """What the answer comes from."""


class Difference(NamedTuple):
    """A case that both price differently; without causes it is unexplained."""

    case: Case
    our_usd: Fraction
    their_usd: Fraction
    causes: tuple[str, ...]


class Comparison(NamedTuple):
    """All that was compared; `refused` are cases that litellm does not price."""

    rows: int
    problems: int
    cases: int
    agreed: int
    refused: tuple[Case, ...]
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """The differences that no cause predicts."""
        return tuple(each for each in self.differences if not each.causes)


def cases_of(row: Row) -> tuple[Case, ...]:
    """Every usage of a row."""
    return (*token_cases(row), *counted_cases(row))


def compare(
    rows: Iterable[Row], catalog: Catalog, problems: int, peer: Peer, entries: Mapping[str, Entry]
) -> Comparison:
    """Price every case of every row by both and explain what differs."""
    rows = tuple(rows)
    agreed, cases = 0, 0
    refused: list[Case] = []
    differences: list[Difference] = []
    for row in rows:
        for case in cases_of(row):
            cases += 1
            ours, theirs = usd(ask(catalog, case)), peer.price(case)
            if theirs is None:
                refused.append(case)
            elif same(ours, theirs):
                agreed += 1
            else:
                causes = explain(_question(row, case, peer.seen, entries), theirs)
                differences.append(Difference(case, ours, theirs, causes))
    return Comparison(len(rows), problems, cases, agreed, tuple(refused), tuple(differences))


def _question(
    row: Row, case: Case, seen: Callable[[Case], Seen], entries: Mapping[str, Entry]
) -> Question:
    found = seen(case)
    other = entries.get(found.row, NO_ENTRY)
    return Question(case, row.entry, found.row, found.members, other)
