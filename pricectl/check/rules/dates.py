"""Rules about days."""

from collections.abc import Iterator
from datetime import date

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, pointer_of
from pricectl.core.document import Json
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.windows import read_instant

DATE_INVALID = Rule(
    "date-invalid",
    "error",
    "a date is no day of the calendar",
    "The price or the shutdown it belongs to never takes effect.",
    '{"x": {"m": {"deprecation_date": "2026-02-30"}}}',
    '{"x": {"m": {"deprecation_date": "2027-02-28", "input_cost_per_token": 1e-06}}}',
    "Write YYYY-MM-DD.",
)
RULES = (DATE_INVALID,)
PERIODS = (("previous", "until"), ("upcoming", "from"))
DAYS = ("deprecation_date", "verified_on")


def check(context: Context) -> Iterator[Finding]:
    """Every day of every row and of its dated prices."""
    for model in context.catalog.models:
        for key in DAYS:
            if key in model.entry:
                yield from _valid(model.entry[key], f"{pointer_of(model)}/{key}")
        for key, bound in PERIODS:
            for index, period in enumerate(_items(model.entry.get(key))):
                where = f"{pointer_of(model)}/{key}/{index}/{bound}"
                yield from _valid(period.get(bound) if isinstance(period, dict) else None, where)
    yield from _valid(
        context.catalog.metadata.get("last_updated"), f"{METADATA_POINTER}/last_updated"
    )


def read_day(value: Json) -> date | None:
    """A value as a day; None if it is none."""
    instant = read_instant(value)
    return instant.date() if instant else None


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _valid(value: Json, pointer: str) -> Iterator[Finding]:
    if isinstance(value, str) and read_instant(value) is None:
        yield DATE_INVALID.at(pointer, f"{value!r} is no day", DATE_INVALID.hint)


def ahead(days: int) -> str:
    """How far a coming day is, as people say it.

    >>> ahead(0), ahead(1), ahead(30)
    ('today', 'tomorrow', 'in 30 days')
    """
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")
