"""What a chain is made of."""

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
    "client",
    "credits",
    "catalog",
)


class Link(NamedTuple):
    """One step of the chain: what was decided, in words and as facts.

    `facts` are JSON values; money is a decimal string of USD, and an amount of seconds a Decimal.
    `of` tells links of one step apart: the unit of a line, the mode of credits. `remarks` are what
    a reader should notice beside.
    """

    step: str
    said: str
    facts: Mapping[str, Any]
    of: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole step in words."""
        said = f"{self.of}: {self.said}" if self.of else self.said
        return "; ".join((said, *self.remarks))
