"""Rules about upkeep: shutdowns, stale prices, missing sources."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pricectl.check.evidence.offers import VOUCHERS
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, ahead
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.windows import read_day
from pricectl.models import evidence_days, newest_evidence

DEPRECATION_PASSED = Rule(
    "deprecation-passed",
    "warning",
    "a model is past its shutdown and not marked retired",
    "Calls to it fail, or the provider sends them to another model at another price.",
    '{"x": {"m": {"deprecation_date": "2026-06-30"}}}',
    '{"x": {"m": {"deprecation_date": "2026-06-30", "retired": true}}}',
    'Add "retired": true; the row stays for old logs.',
    due=True,
)
DEPRECATION_NEAR = Rule(
    "deprecation-near",
    "warning",
    "a model is about to be shut down",
    "Its callers need another model before that day.",
    '{"x": {"m": {"deprecation_date": "2026-12-10"}}}',
    '{"x": {"m": {"deprecation_date": "2027-12-10"}}}',
    "Move the callers; `limits.deprecation_days` in the settings says how early this is reported.",
    due=True,
    passes=True,
)
RETIRED_EARLY = Rule(
    "retired-early",
    "warning",
    "a model is marked retired before its shutdown",
    "The mark and the date cannot both be right.",
    '{"x": {"m": {"retired": true, "deprecation_date": "2027-12-10"}}}',
    '{"x": {"m": {"retired": true, "deprecation_date": "2026-06-30"}}}',
    "Delete the mark, or correct the date.",
    passes=True,
)
VERIFIED_STALE = Rule(
    "verified-stale",
    "warning",
    "a price has not been checked against its source for a while",
    "Providers change prices without notice; an old price may be wrong.",
    '{"x": {"m": {"verified_on": "2026-01-01"}}}',
    '{"x": {"m": {"verified_on": "2026-11-20"}}}',
    "Compare each row with its source and set verified_on to that day.",
    due=True,
)
EVIDENCE_STALE = Rule(
    "evidence-stale",
    "warning",
    "no price list has confirmed a price for a while",
    "The lists agreed with the row on an earlier day; its price may have changed since.",
    '{"x": {"m": {"evidence": [{"list": "litellm", "date": "2026-01-01"}]}}}',
    '{"x": {"m": {"evidence": [{"list": "litellm", "date": "2026-11-20"}]}}}',
    "Run 'pricectl drift --renew' with price lists of this week.",
    due=True,
)
VERIFIED_IN_FUTURE = Rule(
    "verified-in-future",
    "warning",
    "verified_on or a day of evidence is in the future",
    "A wrong date hides that the price is stale.",
    '{"x": {"m": {"verified_on": "2027-11-20"}}}',
    '{"x": {"m": {"verified_on": "2026-11-20"}}}',
    "Correct the day.",
    passes=True,
)
VERIFIED_MISSING = Rule(
    "verified-missing",
    "info",
    "a row has neither verified_on nor evidence",
    "Without a date, a reviewer does not know how old the price is.",
    '{"x": {"m": {"source": "https://example.com/pricing"}}}',
    '{"x": {"m": {"source": "https://example.com/pricing", "verified_on": "2026-11-20"}}}',
    "Compare the row with its source and set verified_on to that day, or run "
    "'pricectl drift --renew', which writes evidence where price lists agree with the row.",
)
SOURCE_MISSING = Rule(
    "source-missing",
    "warning",
    "a row has no source",
    "The next reviewer cannot check it.",
    '{"x": {"m": {"input_cost_per_token": 1e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "source": "https://example.com/pricing"}}}',
    "Add the provider's page as `source`.",
)
RULES = (
    DEPRECATION_PASSED,
    DEPRECATION_NEAR,
    RETIRED_EARLY,
    VERIFIED_STALE,
    EVIDENCE_STALE,
    VERIFIED_IN_FUTURE,
    VERIFIED_MISSING,
    SOURCE_MISSING,
)


def check(context: Context) -> Iterator[Finding]:
    """Every row's shutdown, the age of its prices and their source."""
    for model in context.catalog.models:
        yield from _shutdown(context, model)
        yield from _in_future(context, model)
    for dated in DATED_BY:
        yield from _stale(context, dated)
    sections: dict[str, list[Model]] = {}
    for model in context.catalog.models:
        if not model.is_retired:
            sections.setdefault(model.provider, []).append(model)
    for section, sold in sections.items():
        yield from _lacking(SOURCE_MISSING, ("source",), section, sold)
        yield from _lacking(VERIFIED_MISSING, VOUCHERS, section, sold)


def _shutdown(context: Context, model: Model) -> Iterator[Finding]:
    day = read_day(model.entry.get("deprecation_date"))
    if day is None:
        return
    pointer = f"{model.pointer}/deprecation_date"
    left = (day - context.today).days
    if model.is_retired:
        if left > 0:
            message = f"{model.name!r} is marked retired and shuts down {ahead(left)}, on {day}"
            yield RETIRED_EARLY.finding(pointer, message)
    elif left <= 0:
        ago = {0: "today", -1: "yesterday"}.get(left, f"{-left:,} days ago")
        message = f"{model.name!r} shut down {ago}, on {day}"
        yield DEPRECATION_PASSED.finding(pointer, message)
    elif left <= context.policy.limits.deprecation_days:
        message = f"{model.name!r} shuts down {ahead(left)}, on {day}"
        yield DEPRECATION_NEAR.finding(pointer, message, "move its callers to another model")


def _in_future(context: Context, model: Model) -> Iterator[Finding]:
    if model.is_retired:
        return
    days = [(f"evidence/{index}/date", day) for index, day in evidence_days(model)]
    verified = read_day(model.entry.get("verified_on"))
    for member, day in [("verified_on", verified), *days] if verified else days:
        if day > _tomorrow(context.today):
            message = f"{day} is in the future"
            yield VERIFIED_IN_FUTURE.finding(f"{model.pointer}/{member}", message)


def _tomorrow(today: date) -> date:
    """Tomorrow may be today already where the reviewer lives."""
    return today + timedelta(days=1) if today < date.max else today


def _verified_day(model: Model, _last: date) -> date | None:
    return read_day(model.entry.get("verified_on"))


class _DatedBy(NamedTuple):
    """A member that says when a row was compared, and how a message says that."""

    rule: Rule
    key: str
    was_compared: str
    day_of: Callable[[Model, date], date | None]


DATED_BY = (
    _DatedBy(VERIFIED_STALE, "verified_on", "compared", _verified_day),
    _DatedBy(EVIDENCE_STALE, "evidence", "confirmed by a price list", newest_evidence),
)


def _stale(context: Context, dated: _DatedBy) -> Iterator[Finding]:
    """One finding for all rows that nobody compared for a while, at the oldest of them.

    A row that a waiver or a severity of the settings names has its own, so that it hides no other.
    """
    limit, together = context.policy.limits.stale_days, []
    last = _tomorrow(context.today)
    for model in context.catalog.models:
        day = None if model.is_retired else dated.day_of(model, last)
        age = (context.today - day).days if day else 0
        if age <= limit:
            continue
        if _is_singled_out(context, dated.rule, f"{model.pointer}/{dated.key}"):
            yield _stale_row(dated, model, age)
        else:
            together.append((age, model))
    if not together:
        return
    age, oldest = max(together, key=lambda pair: pair[0])
    if len(together) == 1:
        yield _stale_row(dated, oldest, age)
        return
    message = (
        f"{len(together):,} rows were last {dated.was_compared} more than {limit} days ago; "
        f"the oldest is {oldest.full_name!r:.200}, {age:,} days ago"
    )
    yield dated.rule.finding(f"{oldest.pointer}/{dated.key}", message)


def _stale_row(dated: _DatedBy, model: Model, age: int) -> Finding:
    message = f"the prices of {model.name!r} were last {dated.was_compared} {age:,} days ago"
    return dated.rule.finding(f"{model.pointer}/{dated.key}", message)


def _is_singled_out(context: Context, rule: Rule, pointer: str) -> bool:
    waivers, severities = context.policy.waivers, context.policy.severities
    named = [one.pointer for one in waivers if one.rule == rule.id]
    named += [one.pointer for one in severities if one.rule == rule.id]
    return any(f"{pointer}/".startswith(f"{start.rstrip('/')}/") for start in named)


def _lacking(
    rule: Rule, keys: tuple[str, ...], section: str, models: list[Model]
) -> Iterator[Finding]:
    """One finding a row without any of the keys, or one for the section if all are without."""
    without = [model for model in models if not any(model.entry.get(key) for key in keys)]
    if len(without) == len(models) > 1:
        message = f"none of the {len(models)} models of {section!r} has {' or '.join(keys)}"
        yield rule.finding(pointer_to(section), message, on_key=True)
        return
    lacks = f"has no {keys[0]}" if len(keys) == 1 else f"has neither {' nor '.join(keys)}"
    for model in without:
        yield rule.finding(model.pointer, f"{model.name!r} {lacks}", on_key=True)
