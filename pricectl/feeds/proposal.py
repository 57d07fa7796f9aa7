"""What is proposed of the differences from price lists, and what is left to people.

A person's word is never overwritten: a row verified after the lists' days, an acknowledged price, a
negotiated one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from pricectl.check.evidence import ACKNOWLEDGED_RULES
from pricectl.check.evidence.negotiated import NegotiatedTerms
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.sanity.acknowledgements import Acknowledgement, read_acknowledged
from pricectl.core.windows import read_day
from pricectl.feeds.claims import AGREEING_LISTS
from pricectl.feeds.differences import MemberDrift, PriceDrift
from pricectl.feeds.known import acknowledged_value
from pricectl.feeds.rows import LIMITS, SUCCESSOR

Difference = PriceDrift | MemberDrift
# What a list may name a model or a page, so that nothing else reaches the file.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}", re.ASCII)
PAGE = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/%?#=&+,:-]*)?", re.ASCII)
MAX_PAGE = 300
# A limit so many times the old one is not a new limit of the same model.
FAR_LIMIT = 10


class Selection(NamedTuple):
    """Which differences are wanted.

    `only` are names of rows or patterns, `members` units of prices or keys of a row; empty is all.
    `agreeing`: so many independent lists at least have to say the same. `new`: models, too, that
    lists have and the catalog does not.
    """

    only: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    agreeing: int = AGREEING_LISTS
    new: bool = False

    def takes_row(self, model: Model) -> bool:
        """Whether a row is wanted, by its name, an alias or a pattern."""
        names = (model.full_name, model.name, *model.aliases)
        return not self.only or any(
            word in names or any(fnmatchcase(name, word) for name in names[:2])
            for word in self.only
        )

    def takes_member(self, drift: Difference) -> bool:
        """Whether a price or another member is wanted."""
        word = drift.key[0] if isinstance(drift, PriceDrift) else drift.member
        return not self.members or word in self.members


class HeldValue(NamedTuple):
    """A difference on which lists agree, and why it is left to a person.

    `waits`: a person can let it through with a reason; else it is the person's own word.
    """

    drift: Difference
    reason: str
    waits: bool = False


class Proposal(NamedTuple):
    """The differences that are wanted: what would be written, and what would not.

    `too_few` counts those on which not enough lists agree.
    """

    values: tuple[Difference, ...]
    held: tuple[HeldValue, ...]
    too_few: int


def propose(ours: Catalog, differences: Iterable[Difference], wanted: Selection) -> Proposal:
    """Choose what to write of the differences. What somebody has accepted is not among them."""
    words = PersonsWords(ours)
    values: list[Difference] = []
    held: list[HeldValue] = []
    too_few = 0
    for drift in differences:
        if drift.known_because or drift.alias:
            continue  # a price by an alias is another model's, or nobody knows which one is right
        if not (wanted.takes_row(drift.model) and wanted.takes_member(drift)):
            continue
        if not enough(drift, wanted.agreeing):
            too_few += 1
            continue
        own_word = words.about(drift, wanted.agreeing)
        if own_word:
            held.append(HeldValue(drift, own_word))
        elif reason := doubt(ours, drift):
            held.append(HeldValue(drift, reason, waits=True))
        else:
            values.append(drift)
    return Proposal(*_whole_rows(values, held), too_few)


def _whole_rows(
    values: Iterable[Difference], held: Iterable[HeldValue]
) -> tuple[tuple[Difference, ...], tuple[HeldValue, ...]]:
    """A row with a doubtful value waits as a whole: its lists may be wrong about the rest, too."""
    kept = list(held)
    waiting = {one.drift.model.full_name for one in kept if one.waits}
    passing: list[Difference] = []
    for drift in values:
        if drift.model.full_name in waiting:
            kept.append(HeldValue(drift, "waits with it", waits=True))
        else:
            passing.append(drift)
    return tuple(passing), tuple(kept)


def enough(drift: Difference, agreeing: int) -> bool:
    """Whether so many independent lists say the same, and more than say anything else."""
    chosen = drift.majority
    others: dict[int | str, int] = {}
    for claim in (*drift.differing, *drift.accepted):
        if claim.value != chosen.value:
            others[claim.value] = others.get(claim.value, 0) + 1
    behind_others = max([len(drift.agreeing), *others.values()])
    return len(chosen.votes) >= max(1, agreeing) and len(chosen.votes) > behind_others


def doubt(ours: Catalog, drift: Difference) -> str:
    """Why lists that agree may be wrong all the same; "" for no doubt."""
    if isinstance(drift, PriceDrift):
        return drift.mistake and f"looks like a slip: {drift.mistake}"
    value = drift.majority.value
    if drift.member in LIMITS and drift.ours:
        low, high = sorted((int(drift.ours), int(value)))
        return "looks like a slip: ten times or more apart" if high >= FAR_LIMIT * low else ""
    if drift.member == SUCCESSOR:
        if value not in ours.names and value not in ours.by_full_name:
            return "the successor is not a row of the catalog"
        if not NAME.fullmatch(value):
            return "the successor has signs that no name has"
    return ""


class PersonsWords:
    """What people have said of a catalog's prices that no list may overwrite."""

    def __init__(self, catalog: Catalog) -> None:
        self._terms = NegotiatedTerms(catalog)
        found: dict[str, list[Acknowledgement]] = {}
        for one in read_acknowledged(catalog.metadata, ACKNOWLEDGED_RULES).entries.values():
            found.setdefault(one.pointer, []).append(one)
        self._acknowledged: Mapping[str, list[Acknowledgement]] = found

    def about(self, drift: Difference, agreeing: int) -> str:
        """Whose word holds against the lists, in words; "" for nobody's."""
        model, ours = drift.model, drift.ours
        if self.is_negotiated(model):
            return "its prices are negotiated"
        value = None if ours is None else acknowledged_value(ours)
        for one in self._acknowledged.get(drift.pointer, ()):
            if one.value == value:
                return f"acknowledged on {one.day}: {one.reason}"
        verified = read_day(model.entry.get("verified_on"))
        if verified:
            newer = {
                claim.vote
                for claim in drift.differing
                if claim.value == drift.majority.value and claim.day > f"{verified}"
            }
            if len(newer) < max(1, agreeing):
                return f"verified on {verified}, and too few of the lists are newer"
        return ""

    def is_negotiated(self, model: Model) -> bool:
        """Whether a team has agreed on other prices for a row, or for all of its provider."""
        return self._terms.of(model) is not None

    def about_new(self, model: Model) -> str:
        """Why a row is left to a person that is not in the catalog; "" for no reason."""
        if self.is_negotiated(model):
            return f"prices of {model.provider} are negotiated"
        # Somebody took it out, and said why.
        pointer = pointer_to(model.provider, model.name)
        gone = (one for one in self._acknowledged.get(pointer, ()) if one.value is None)
        return next((f"acknowledged on {one.day}: {one.reason}" for one in gone), "")


def by_provider(differences: Iterable[Difference]) -> Iterator[tuple[str, list[Difference]]]:
    """The differences of each provider, in the catalog's order."""
    found: dict[str, list[Difference]] = {}
    for drift in differences:
        found.setdefault(drift.model.provider, []).append(drift)
    yield from found.items()
