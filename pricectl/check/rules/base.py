"""Shared by all families of rules: a rule and its context."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from pricectl.check.evidence import NO_EVIDENCE, Evidence
from pricectl.check.findings import Finding, Severity
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.sanity import rows
from pricectl.core.sanity.bounds import BOUNDS, Bounds
from pricectl.policy import Policy

# Modes in which a model writes text, so that both directions are charged.
TEXT_MODES = rows.TEXT_MODES
# How the keys of the prices that an off-peak list states itself begin.
OFF_PEAK_PREFIX = "off_peak_pricing/"


class Rule(NamedTuple):
    """One check: why it matters, a wrong and a right example, how to fix it.

    `due`: a file gets the finding when a date comes, without an edit; such a rule is never an
    error. `passes`: the finding goes away when a date comes. `base` and `reference` are the files
    that the examples are compared with, where one alone shows nothing.
    """

    id: str
    severity: Severity
    title: str
    why: str
    bad: str
    good: str
    fix: str
    due: bool = False
    passes: bool = False
    base: str = ""
    reference: str = ""

    @property
    def hint(self) -> str:
        """The fix as a hint under a finding."""
        return self.fix[:1].lower() + self.fix[1:].rstrip(".")

    def finding(
        self,
        pointer: str,
        message: str,
        hint: str | None = None,
        *,
        on_key: bool = False,
        other: str = "",
    ) -> Finding:
        """A finding of this rule, with the rule's own hint unless another one is given.

        `other` is the pointer of the row that states the same first.
        """
        hint = self.hint if hint is None else hint
        return Finding(
            self.id, self.severity, pointer, message, hint, on_key, other=other, due=self.due
        )


class Context(NamedTuple):
    """What a check may look at; the keys are those the schema describes by name.

    `now` is the instant of the check, in UTC. `bounds` are the lowest and highest believable
    prices, as the limits of the settings have them. `evidence` is what the file is compared with.
    `only_rows` are the full names of the rows that rules about a row alone look at; None is all.
    """

    values: dict[str, Json]
    catalog: Catalog
    policy: Policy
    now: datetime
    known_keys: frozenset[str]
    metadata_keys: frozenset[str]
    bounds: Bounds = BOUNDS
    evidence: Evidence = NO_EVIDENCE
    only_rows: frozenset[str] | None = None

    @property
    def rows_alone(self) -> Iterable[Model]:
        """The rows for rules whose findings about a row depend on no other row."""
        if self.only_rows is None:
            return self.catalog.models
        return [self.catalog.by_full_name[name] for name in self.only_rows]

    @property
    def today(self) -> date:
        """The day of the check, in UTC."""
        return self.now.date()


def mode_of(model: Model) -> str | None:
    """What kind of call the row answers; None if it does not say so."""
    mode = model.entry.get("mode")
    return mode if isinstance(mode, str) else None


def aliases_of(model: Model) -> Iterator[tuple[str, str]]:
    """The row's aliases as written, each after its JSON Pointer."""
    written = model.entry.get("aliases")
    for index, alias in enumerate(written if isinstance(written, list) else ()):
        if isinstance(alias, str):
            yield f"{model.pointer}/aliases/{index}", alias


def own_key(prices: PriceList, *keys: str) -> str:
    """The first of some price keys that the list states itself; "" if it states none of them.

    An off-peak list takes all other prices from the whole day, and a list of long outputs from that
    of shorter ones, where they are judged: no price gets the same finding twice.
    """
    if prices.above_output_tokens:
        return next((key for key in keys if key in prices.own_keys), "")
    prefix = OFF_PEAK_PREFIX if prices.windows else ""
    return next((key for key in keys if key.startswith(prefix)), "")


def ahead(days: int) -> str:
    """How far a coming day is, as people say it.

    >>> ahead(0), ahead(1), ahead(30)
    ('today', 'tomorrow', 'in 30 days')
    """
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")
