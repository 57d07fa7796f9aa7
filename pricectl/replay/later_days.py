"""The later days on which two versions of prices and settings may differ otherwise than now."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

from pricectl.changes.bill import BillChange
from pricectl.core.catalog import Catalog
from pricectl.core.windows import day_text
from pricectl.replay.bill_side import BillSide

# Usage is priced again for each of them.
MAX_LATER = 12
TOO_MANY = f"what changes after {MAX_LATER} later days"


def with_later(
    bill_at: Callable[[datetime], BillChange], base: BillSide, new: BillSide, at: datetime
) -> BillChange:
    """The bill of an instant, with those of the later days on which the versions may differ."""
    bill = bill_at(at)
    turns = later_instants(base, new, at)
    later = tuple((day_text(turn), bill_at(turn)) for turn in turns[:MAX_LATER])
    unknown = ", ".join(filter(None, (bill.unknown, TOO_MANY if turns[MAX_LATER:] else "")))
    return bill._replace(later=later, unknown=unknown)


def later_instants(base: BillSide, new: BillSide, at: datetime) -> tuple[datetime, ...]:
    """When prices of rows that differ, or rules that differ, change after `at`; the first first."""
    turns = {*_price_turns(base.catalog, new.catalog), *_rule_turns(base, new)}
    return tuple(sorted(turn for turn in turns if turn > at))


def _price_turns(old: Catalog, new: Catalog) -> Iterator[datetime]:
    rows = [
        {model.full_name: model for model in (*catalog.models, catalog.default)}
        for catalog in (old, new)
    ]
    for name in rows[0].keys() | rows[1].keys():
        versions = [by_name[name] for by_name in rows if name in by_name]
        if len(versions) == len(rows) and versions[0].entry == versions[1].entry:
            continue
        for model in versions:
            yield from (turn for turn, _ in (*model.previous, *model.upcoming))


def _rule_turns(base: BillSide, new: BillSide) -> Iterator[datetime]:
    old, now = base.profile.rules, new.profile.rules
    # The first rule that fits decides, so that another order may charge otherwise.
    rules = (*old, *now) if set(old) == set(now) and old != now else {*old} ^ {*now}
    for rule in rules:
        for day in (rule.from_day, rule.until_day):
            if day:
                yield datetime.combine(day, time(), UTC)
