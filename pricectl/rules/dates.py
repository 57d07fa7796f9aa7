"""Rules about days and dated prices. Floor 1."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from pricectl.core.catalog import Model
from pricectl.core.document import Json
from pricectl.core.windows import as_instant, read_instant
from pricectl.findings import Finding
from pricectl.rules.base import Context, Rule, period_places, pointer_of

DATE_INVALID = Rule(
    "date-invalid",
    "error",
    "a date is no day of the calendar",
    "The price or the shutdown it belongs to never takes effect.",
    '{"x": {"m": {"deprecation_date": "2026-02-30"}}}',
    '{"x": {"m": {"deprecation_date": "2027-02-28", "input_cost_per_token": 1e-06}}}',
    "Write YYYY-MM-DD.",
)
UPCOMING_BEGUN = Rule(
    "upcoming-begun",
    "error",
    "an announced price has begun and is not yet the row's own",
    "Readers that know no dates still charge the old price.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2026-11-01", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "previous": [{"until": "2026-11-01", "input_cost_per_token": 1e-06}]}}}',
    "Move its prices into the row, and the row's into `previous` with that day as `until`.",
)
UPCOMING_SOON = Rule(
    "upcoming-soon",
    "info",
    "an announced price begins soon",
    "It has to be moved into the row on that day.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2026-12-10", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2027-12-10", "input_cost_per_token": 2e-06}]}}}',
    "Nothing to do before that day.",
)
PREVIOUS_NOT_OVER = Rule(
    "previous-not-over",
    "error",
    "a previous price ends in the future",
    "Today's calls would be charged the price that is said to be over.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "previous": [{"until": "2027-01-01", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 1e-06}]}}}',
    "Keep today's price in the row and the coming one in `upcoming`.",
)
PERIOD_REPEATED = Rule(
    "period-repeated",
    "error",
    "two dated prices have the same day",
    "Only one of them is ever charged, and which one depends on the reader.",
    '{"x": {"m": {"previous": [{"until": "2026-01-01", "input_cost_per_token": 2e-06},\n'
    '                          {"until": "2026-01-01", "input_cost_per_token": 3e-06}]}}}',
    '{"x": {"m": {"previous": [{"until": "2025-01-01", "input_cost_per_token": 2e-06},\n'
    '                          {"until": "2026-01-01", "input_cost_per_token": 3e-06}]}}}',
    "Correct the day of one of them.",
)
RULES = (
    DATE_INVALID,
    UPCOMING_BEGUN,
    UPCOMING_SOON,
    PREVIOUS_NOT_OVER,
    PERIOD_REPEATED,
)
PERIODS = (("previous", "until"), ("upcoming", "from"))
DAYS = ("deprecation_date", "verified_on")


def check(context: Context) -> Iterator[Finding]:
    """Every day of every row, against today."""
    for model in context.catalog.models:
        for key in DAYS:
            if key in model.entry:
                yield from _valid(model.entry[key], f"{pointer_of(model)}/{key}")
        for key, bound in PERIODS:
            for index, period in enumerate(_items(model.entry.get(key))):
                where = f"{pointer_of(model)}/{key}/{index}/{bound}"
                yield from _valid(period.get(bound) if isinstance(period, dict) else None, where)
        if model.previous or model.upcoming:
            yield from _periods(context, model)
    yield from _valid(context.catalog.metadata.get("last_updated"), "/metadata/last_updated")


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
    """How far a coming day is, as people say it."""
    return "tomorrow" if days == 1 else f"in {days:,} days"


def _periods(context: Context, model: Model) -> Iterator[Finding]:
    now = as_instant(context.today)
    soon = now + timedelta(days=context.policy.limits.deprecation_days)
    for start, pointer in period_places(model, "upcoming", "from"):
        if start <= now:
            message = f"the price of {model.name!r} from {start.date()} is not yet the row's own"
            yield UPCOMING_BEGUN.at(f"{pointer}/from", message, UPCOMING_BEGUN.hint)
        elif start <= soon:
            days = (start.date() - context.today).days
            message = f"{model.name!r} changes its price {ahead(days)}, on {start.date()}"
            yield UPCOMING_SOON.at(f"{pointer}/from", message, "move it into the row on that day")
    for end, pointer in period_places(model, "previous", "until"):
        if end > now:
            message = f"the previous price of {model.name!r} holds until {end.date()}"
            yield PREVIOUS_NOT_OVER.at(f"{pointer}/until", message, PREVIOUS_NOT_OVER.hint)
    for key, bound in PERIODS:
        places = period_places(model, key, bound)
        for before, after in pairwise(places):
            if before[0] == after[0]:
                message = f"two {key} prices have the day {after[0].date()}"
                yield PERIOD_REPEATED.at(f"{after[1]}/{bound}", message, PERIOD_REPEATED.hint)
