"""One step of an explanation, and the order of the steps."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# Every step a chain may have, in the order in which it has them.
STEPS = (
    "response",
    "name",
    "row",
    "period",
    "tier",
    "service",
    "region",
    "usage",
    "line",
    "total",
    "calls",
    "contract",
    "client",
    "job",
    "credits",
    "catalog",
)


class ExplanationStep(NamedTuple):
    """What one step decided, in words and as facts.

    `facts` are JSON values; money is a decimal string of USD, and an amount of seconds a Decimal.
    `of` distinguishes steps of one kind: the unit of a line, the mode of credits. `remarks` are
    warnings and details for a reader, besides what was decided.
    """

    step: str
    summary: str
    facts: Mapping[str, Any]
    of: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole step in words."""
        summary = f"{self.of}: {self.summary}" if self.of else self.summary
        return "; ".join((summary, *self.remarks))
