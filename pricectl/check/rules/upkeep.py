"""Rules about upkeep: shutdowns, stale prices, missing sources."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, ahead
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.windows import read_day

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
    "Compare the row with its source and set verified_on to that day.",
    due=True,
)
VERIFIED_IN_FUTURE = Rule(
    "verified-in-future",
    "warning",
    "verified_on is in the future",
    "A wrong date hides that the price is stale.",
    '{"x": {"m": {"verified_on": "2027-11-20"}}}',
    '{"x": {"m": {"verified_on": "2026-11-20"}}}',
    "Correct the day.",
    passes=True,
)
VERIFIED_MISSING = Rule(
    "verified-missing",
    "info",
    "a row has no verified_on date",
    "Without a date, a reviewer does not know how old the price is.",
    '{"x": {"m": {"source": "https://example.com/pricing"}}}',
    '{"x": {"m": {"source": "https://example.com/pricing", "verified_on": "2026-11-20"}}}',
    "Compare the row with its source and set verified_on to that day.",
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
    VERIFIED_IN_FUTURE,
    VERIFIED_MISSING,
    SOURCE_MISSING,
)


def check(context: Context) -> Iterator[Finding]:
    """Every row's shutdown, the age of its prices and their source."""
    for model in context.catalog.models:
        yield from _shutdown(context, model)
        yield from _in_future(context, model)
    yield from _stale(context)
    sections: dict[str, list[Model]] = {}
    for model in context.catalog.models:
        if not model.is_retired:
            sections.setdefault(model.provider, []).append(model)
    for section, sold in sections.items():
        yield from _lacking(SOURCE_MISSING, "source", section, sold)
        yield from _lacking(VERIFIED_MISSING, "verified_on", section, sold)


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
    day = read_day(model.entry.get("verified_on"))
    # Tomorrow may be today already where the reviewer lives.
    if day and not model.is_retired and (day - context.today).days > 1:
        yield VERIFIED_IN_FUTURE.finding(f"{model.pointer}/verified_on", f"{day} is in the future")


def _stale(context: Context) -> Iterator[Finding]:
    """One finding for all rows that nobody compared for a while, at the oldest of them.

    A row that a waiver or a severity of the settings names has its own, so that it hides no other.
    """
    limit, together = context.policy.limits.stale_days, []
    for model in context.catalog.models:
        day = read_day(model.entry.get("verified_on"))
        age = (context.today - day).days if day and not model.is_retired else 0
        if age <= limit:
            continue
        if _is_singled_out(context, f"{model.pointer}/verified_on"):
            yield _stale_row(model, age)
        else:
            together.append((age, model))
    if not together:
        return
    age, oldest = max(together, key=lambda pair: pair[0])
    if len(together) == 1:
        yield _stale_row(oldest, age)
        return
    message = (
        f"{len(together):,} rows were last compared more than {limit} days ago; "
        f"the oldest is {oldest.full_name!r:.200}, {age:,} days ago"
    )
    hint = "compare the rows with their sources and set verified_on to that day"
    yield VERIFIED_STALE.finding(f"{oldest.pointer}/verified_on", message, hint)


def _stale_row(model: Model, age: int) -> Finding:
    message = f"the prices of {model.name!r} were last compared {age:,} days ago"
    return VERIFIED_STALE.finding(f"{model.pointer}/verified_on", message)


def _is_singled_out(context: Context, pointer: str) -> bool:
    waivers, severities = context.policy.waivers, context.policy.severities
    named = [one.pointer for one in waivers if one.rule == VERIFIED_STALE.id]
    named += [one.pointer for one in severities if one.rule == VERIFIED_STALE.id]
    return any(f"{pointer}/".startswith(f"{start.rstrip('/')}/") for start in named)


def _lacking(rule: Rule, key: str, section: str, models: list[Model]) -> Iterator[Finding]:
    """One finding a row, or one for the section if none of its rows has the key."""
    without = [model for model in models if not model.entry.get(key)]
    if len(without) == len(models) > 1:
        message = f"none of the {len(models)} models of {section!r} has {key}"
        yield rule.finding(pointer_to(section), message, on_key=True)
        return
    for model in without:
        yield rule.finding(model.pointer, f"{model.name!r} has no {key}", on_key=True)
