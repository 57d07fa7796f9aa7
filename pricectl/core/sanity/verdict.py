"""What a comparison of two price files found, and the sentence that refuses one."""

from collections import Counter
from fractions import Fraction
from typing import Literal, NamedTuple

from pricectl.core.labels import catalog_number
from pricectl.core.sanity.acknowledgements import Acknowledgement, Value

# "refused" stops a process; with "error" it stops a merge. The others are for a reviewer.
Level = Literal["refused", "error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("refused", "error", "warning", "note")


class RuleName(NamedTuple):
    """What one and several findings of a rule are called."""

    one: str
    several: str = ""


# Every rule, the most telling first. Rules about the whole file have at most one finding.
RULES = {
    "empty-catalog": RuleName("empty catalog"),
    "many-models-gone": RuleName("share of models gone"),
    "many-aliases-gone": RuleName("share of aliases gone"),
    "many-prices-moved": RuleName("share of rows moved"),
    "critical-model-missing": RuleName(
        "critical model without a price", "critical models without a price"
    ),
    "row-moved": RuleName("row moved as a whole", "rows moved as a whole"),
    "zero-price": RuleName("price of zero", "prices of zero"),
    "price-out-of-bounds": RuleName("price out of bounds", "prices out of bounds"),
    "factor-out-of-bounds": RuleName("factor out of bounds", "factors out of bounds"),
    "price-moved": RuleName("moved price", "moved prices"),
    "factor-moved": RuleName("moved factor", "moved factors"),
    "output-below-input": RuleName("output below input", "outputs below input"),
    "cache-price-off": RuleName("cache price out of relation", "cache prices out of relation"),
    "batch-above-base": RuleName("batch price above standard", "batch prices above standard"),
    "price-lost": RuleName("lost price", "lost prices"),
    "model-gone": RuleName("model gone", "models gone"),
    "unit-without-bounds": RuleName("unit without bounds", "units without bounds"),
}
# A person can accept what is at one place, not a share of the whole file.
ACKNOWLEDGEABLE = tuple(
    rule
    for rule in RULES
    if not rule.startswith("many-") and rule not in {"empty-catalog", "unit-without-bounds"}
)
_RANKS = {rule: rank for rank, rule in enumerate(RULES)}


def size(ratio: Fraction) -> Fraction:
    """How many times something moved, up or down.

    >>> size(Fraction(1, 5)), size(Fraction(5))
    (Fraction(5, 1), Fraction(5, 1))
    """
    return max(ratio, 1 / ratio)


class SanityFinding(NamedTuple):
    """One reason to doubt a price file, with the JSON Pointer and the value it is about.

    `value` is the number as written, None where a row or price is gone. `moved` is the new price
    over the old one, 0 where it became zero. `alike` holds pointer and value of every price of the
    row that moved by the same factor: the finding speaks for all of them. In a
    finding about a share of the rows, `example` is the finding about the row named first.
    `remark` is what the message says beside the price and where it moved from, for readers who
    see both; None if the message is needed as a whole.
    """

    rule: str
    level: Level
    pointer: str
    value: Value
    message: str
    model: str = ""
    moved: Fraction | None = None
    alike: tuple[tuple[str, Value], ...] = ()
    example: "SanityFinding | None" = None
    remark: str | None = None

    @property
    def times(self) -> Fraction:
        """How many times the price moved, up or down; 1 if it is not about a move."""
        return size(self.moved) if self.moved else Fraction(1)

    @property
    def sentence(self) -> str:
        """The message with the row it is about."""
        return f"{self.model:.200}: {self.message}" if self.model else self.message

    @property
    def acknowledgement(self) -> str:
        """What an acknowledgement of it must name, for a message."""
        value = "null" if self.value is None else catalog_number(self.value)
        return f"{self.rule} at {self.pointer:.200}, value {value}"

    @property
    def remedy(self) -> str:
        """What to do other than fix the file; empty if it cannot be acknowledged."""
        if self.example:
            each = "acknowledge the rows one by one in metadata.acknowledged"
            return f"{each} (the first: {self.example.acknowledgement})"
        if not self.pointer:
            return ""
        return f"acknowledge what is right in metadata.acknowledged ({self.acknowledgement})"

    @property
    def rank(self) -> tuple[int, int, Fraction]:
        """Sort key: the worst level first, then the most telling rule, then the largest move."""
        return LEVELS.index(self.level), _RANKS[self.rule], -self.times


class AcceptedFinding(NamedTuple):
    """A finding that a person has acknowledged."""

    finding: SanityFinding
    by: Acknowledgement


class Verdict(NamedTuple):
    """What a comparison found, the worst first, and what of it is acknowledged."""

    findings: tuple[SanityFinding, ...] = ()
    accepted: tuple[AcceptedFinding, ...] = ()

    def of(self, *levels: Level) -> tuple[SanityFinding, ...]:
        """The findings of some levels."""
        return tuple(finding for finding in self.findings if finding.level in levels)

    @property
    def refused(self) -> bool:
        """Whether a process keeps the prices it has."""
        return bool(self.of("refused"))

    @property
    def errors(self) -> tuple[SanityFinding, ...]:
        """What fails a review."""
        return self.of("refused", "error")

    @property
    def refusal(self) -> str:
        """Why a process refuses, in one sentence: the most telling reason, then how many others."""
        reasons = self.of("refused")
        if not reasons:
            return ""
        first, counts = reasons[0], Counter(finding.rule for finding in reasons[1:])
        other_reasons = ", ".join(
            f"{count:,} {RULES[rule].several if count > 1 else RULES[rule].one}"
            for rule, count in counts.items()
        )
        return f"{first.sentence}{f' (besides: {other_reasons})' if other_reasons else ''}"

    @property
    def next_step(self) -> str:
        """What to do about a refusal, for the reason that `refusal` names."""
        reasons = self.of("refused")
        if not reasons:
            return ""
        steps = ", ".join(filter(None, ("fix the file", reasons[0].remedy)))
        comma = "," if reasons[0].remedy else ""
        return f"{steps}{comma} or force; a process several versions behind may need force"
