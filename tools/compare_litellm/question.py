"""What a calculator is asked, and a cause as a change of the question.

litellm's deviations are written as readings: each takes a question and gives the one that litellm
in effect answers, the same one where it does not deviate. Our calculator, asked the changed
question, must give litellm's number: a difference is explained only when its causes predict it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from compare_litellm.cases import BATCHES
from compare_litellm.rows import Case, Entry
from pricectl.core import Catalog, Quote, Usage, quote
from pricectl.core.money import PICO_PER_USD
from pricectl.core.units import UNITS

Right = Literal["pricectl", "litellm", "neither", "both"]
TOLERANCE = Fraction(1, 10**9)
NO_ENTRY: Entry = MappingProxyType({})


class Question(NamedTuple):
    """A case and the entry that answers it.

    `answered_by` is the row that litellm finds under the name ("" if none), `members` those of its
    members that litellm reads, `other_entry` that row's entry.
    """

    case: Case
    entry: Entry
    answered_by: str
    members: frozenset[str]
    other_entry: Entry = NO_ENTRY

    def without(self, *names: str) -> "Question":
        """The question without some details of the usage."""
        amounts = tuple(pair for pair in self.case.amounts if pair[0] not in names)
        return self._replace(case=self.case._replace(amounts=amounts))

    def using(self, **amounts: int | Decimal) -> "Question":
        """The question with these details of the usage in place of its own."""
        kept = {**dict(self.case.amounts), **amounts}
        return self._replace(case=self.case._replace(amounts=tuple(kept.items())))

    def pricing(self, **prices: Any) -> "Question":
        """The question with these prices in place of the row's own."""
        return self._replace(entry={**self.entry, **prices})

    def of(self, **fields: Any) -> "Question":
        """The question with another service, region or number of tokens."""
        return self._replace(case=self.case._replace(**fields))

    @property
    def batch(self) -> bool:
        """Whether it is a batch of tokens, which litellm prices by a calculator of its own."""
        return self.case.service == BATCHES and self.case.route != "pages"


class Example(NamedTuple):
    """A difference worked out by hand: a row's prices, what was used, both figures in USD."""

    entry: str
    case: Case
    our_usd: str
    their_usd: str
    working: str


class Cause(NamedTuple):
    """Why the figures differ: `says` what litellm does, `why` who is right."""

    id: str
    reading: Callable[[Question], Question]
    right: Right
    says: str
    why: str
    source: str
    example: Example


def ask(catalog: Catalog, case: Case) -> Quote:
    """Our price of a case."""
    usage = Usage(case.input_tokens, case.output_tokens, **dict(case.amounts))
    name = f"{case.provider}/{case.row}"
    service, region = case.service or None, case.region or None
    return quote(catalog, name, usage, service=service, region=region, at=case.at)


def usd(answer: Quote) -> Fraction:
    """A quote's total."""
    return Fraction(answer.pico_usd, PICO_PER_USD)


def unrounded_usd(answer: Quote) -> Fraction:
    """A quote's total by the prices as they are written, before loading rounds them."""
    return sum((_unrounded(answer.prices.entry, *line) for line in _priced(answer)), Fraction())


def same(one: Fraction, other: Fraction) -> bool:
    """Whether both are the same number, to a billionth of it."""
    return abs(one - other) <= TOLERANCE * max(one, other)


def _priced(answer: Quote) -> list[tuple[str, str, Fraction]]:
    return [
        (line.unit, line.key, Fraction(line.quantity) * (1000 if UNITS[line.unit].divisible else 1))
        for line in answer.lines
        if line.priced
    ]


def _unrounded(entry: Entry, unit: str, key: str, count: Fraction) -> Fraction:
    value: Any = entry
    for step in key.replace(".search_", "/search_").split("/"):
        value = value[step] if isinstance(value, Mapping) else value[int(step)]
    return count * Fraction(value) / UNITS[unit].priced_by
