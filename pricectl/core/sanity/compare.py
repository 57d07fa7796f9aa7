"""Compares a catalog with the one in use: its rows, aliases, default price and critical models.

The limits come from 257 real mistakes and 246 true changes of public price lists.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.catalog_rows import DEFAULT_PRICING
from pricectl.core.lookup import find
from pricectl.core.model import SEED_MODELS, Model
from pricectl.core.sanity.acknowledgements import read_acknowledged
from pricectl.core.sanity.bounds import BOUNDS, Bounds
from pricectl.core.sanity.rows import SIDES, judge_row
from pricectl.core.sanity.shares import (
    GONE_AT_LEAST,
    GONE_ERROR_ONE_IN,
    GONE_REFUSED_ONE_IN,
    MOVE_RULES,
    NAMED_MODELS,
    share_findings,
)
from pricectl.core.sanity.verdict import (
    ACKNOWLEDGEABLE,
    AcceptedFinding,
    Level,
    SanityFinding,
    Verdict,
)

# Where a known row takes over a removed name, only what the name costs can be new.
RULES_FOR_TAKEN_OVER_NAMES = (*MOVE_RULES, "factor-moved", "zero-price")


def check(  # noqa: PLR0913 - all but the two catalogs by keyword
    before: Catalog | None,
    after: Catalog,
    *,
    critical: Sequence[str] = (),
    bounds: Bounds = BOUNDS,
    today: date | None = None,
    at: datetime | None = None,
) -> Verdict:
    """Compare a catalog with the one in use. Never raises.

    Args:
        before: the prices in use, or the base of a review; None: everything is new.
        after: the catalog that is to follow.
        critical: names that must have a price. Without any, those of `SEED_MODELS` must have one
            that `before` prices.
        bounds: the lowest and highest believable prices, from `bounds.widen`.
        today: the day by which acknowledgements expire in a review; None, as in a process: never.
        at: the instant (UTC) from which on calls are priced: a critical model must have a price in
            the list in force then, too.
    """
    changed = tuple(_changed_rows(before, after)) if before else ()
    found = [*_row_findings(before, after, changed, bounds)]
    found += _alias_findings(before, after, bounds) if before else ()
    # The price of unknown models is judged like a row.
    old_default = before.default if before else None
    if (old_default.entry if old_default else DEFAULT_PRICING) != after.default.entry:
        found += judge_row(old_default, after.default, bounds)
    found += _critical_model_findings(before, after, critical, at)
    if not after.models:
        found.append(SanityFinding("empty-catalog", "refused", "", None, "there are no models"))
    open_findings, accepted = _split_by_acknowledgement(found, after)
    if before:
        gone = sum(row.new is None for row in changed)
        open_findings += share_findings(before, gone, tuple(open_findings), accepted)
    for finding, entry in accepted:
        if today and entry.expires and entry.expires < today:
            message = f"{finding.message}; it was acknowledged until {entry.expires}"
            open_findings.append(finding._replace(level="warning", message=message))
    return Verdict(tuple(sorted(open_findings, key=lambda finding: finding.rank)), tuple(accepted))


class _ChangedRow(NamedTuple):
    """A changed row and its successor: the row that answers for its name now, if any."""

    old: Model
    new: Model | None


def _changed_rows(before: Catalog, after: Catalog) -> Iterator[_ChangedRow]:
    """Edited rows, then removed ones with the row that has taken over their name."""
    missing = []
    for name, old in before.by_full_name.items():
        new = after.by_full_name.get(name)
        if new is None:
            missing.append(old)
        elif old.entry != new.entry:
            yield _ChangedRow(old, new)
    for old in missing:
        yield _ChangedRow(old, own_row(after, old.full_name) or own_row(after, old.name))


def own_row(catalog: Catalog, name: str) -> Model | None:
    """The row that has a name itself, as an alias or in another case."""
    match = find(catalog, name)
    return match.model if match.is_own_row else None


def _row_findings(
    before: Catalog | None, after: Catalog, changed: Sequence[_ChangedRow], bounds: Bounds
) -> Iterator[SanityFinding]:
    """What is found row by row: changed ones, then new ones."""
    known = set(before.by_full_name) if before else set()
    for old, new in changed:
        if new:
            taken_over = new.full_name in known and new.full_name != old.full_name
            for finding in judge_row(old, new, bounds):
                if not taken_over or finding.rule in RULES_FOR_TAKEN_OVER_NAMES:
                    yield finding
        elif not old.is_retired:  # a retired row was gone already
            message = f"{old.full_name!r:.200} is gone and no row answers for its name"
            yield SanityFinding("model-gone", "warning", old.pointer, None, message, old.full_name)
    known.update(new.full_name for _, new in changed if new)
    for name, model in after.by_full_name.items():
        if name not in known:
            yield from judge_row(None, model, bounds)


def _alias_findings(before: Catalog, after: Catalog, bounds: Bounds) -> Iterator[SanityFinding]:
    """Aliases that now find a row at a far other price, and too many that were lost.

    Those of a row whose removal was acknowledged are not counted: it went with its names.
    """
    gone, sold = [], 0
    acknowledged = read_acknowledged(after.metadata, ACKNOWLEDGEABLE)
    for alias, rows in before.aliases.items():
        if all(
            row.is_retired
            or (
                row.full_name not in after.by_full_name
                and acknowledged.find("model-gone", row.pointer, None)
            )
            for row in rows
        ):
            continue
        sold += 1
        # Before two lookups: most aliases stay with their rows, and no row has them as its name.
        kept = [row.full_name for row in rows]
        moved = kept != [row.full_name for row in after.aliases.get(alias, ())]
        if not (moved or alias in after.names or alias in after.by_full_name):
            continue
        was, now = find(before, alias), find(after, alias)
        if was.how != "alias":
            continue
        if now.is_guess:
            gone.append(alias)
        elif now.model.full_name != was.model.full_name:
            for finding in judge_row(was.model, now.model, bounds):
                if finding.rule in RULES_FOR_TAKEN_OVER_NAMES:
                    yield finding._replace(message=f"of the alias {alias:.80}, {finding.message}")
    if len(gone) >= GONE_AT_LEAST and len(gone) * GONE_ERROR_ONE_IN >= sold:
        level: Level = "refused" if len(gone) * GONE_REFUSED_ONE_IN >= sold else "error"
        some = f"{', '.join(gone[:NAMED_MODELS]):.200}"
        message = f"no row answers for {len(gone):,} of {sold:,} aliases, such as {some}"
        yield SanityFinding("many-aliases-gone", level, "", None, message)


def _critical_model_findings(
    before: Catalog | None, after: Catalog, names: Sequence[str], at: datetime | None
) -> Iterator[SanityFinding]:
    """Critical models without a price; an error if the prices in use lack it too."""
    unset = not names
    for name in names or SEED_MODELS:
        old, new = own_row(before, name) if before else None, own_row(after, name)
        had = _units_of(before, old, at) if before else frozenset()
        # A seed model counts if it is priced at any time, which `had` says for most of them.
        if unset and not had and not (before and at and _units_of(before, old, None)):
            continue
        has = _units_of(after, new, at)
        lost = sorted(had & frozenset(SIDES) - has)
        if has and not lost:
            continue
        level: Level = "error" if before and not had else "refused"
        row = old if had else new
        which = f"no {' and no '.join(lost)} price" if has else "no price"
        message = f"the critical model {name!r:.80} has {which}"
        where = row.pointer if row else ""
        yield SanityFinding("critical-model-missing", level, where, None, message)


def priced_units(catalog: Catalog, name: str, at: datetime | None = None) -> frozenset[str]:
    """The units that a name has a base price for; of a retired row its successor's.

    Empty unless a row has the name itself, as an alias or in another case. What an announced list
    lacks is not counted, nor what the list in force at `at` (UTC) lacks.
    """
    return _units_of(catalog, own_row(catalog, name), at)


def _units_of(catalog: Catalog, row: Model | None, at: datetime | None) -> frozenset[str]:
    rows = [row]
    successor = row.entry.get("successor") if row and row.is_retired else None
    if isinstance(successor, str):
        rows.append(own_row(catalog, successor))
    for each in filter(None, rows):
        in_force = each.list_at(at) if at else each.prices
        units = frozenset.intersection(
            *(
                frozenset(unit for unit, tier, service in prices.rates if not tier and not service)
                for prices in (
                    each.prices,
                    in_force,
                    *(announced for _, announced in each.upcoming),
                )
            )
        )
        if units:
            return units
    return frozenset()


def _split_by_acknowledgement(
    found: Iterable[SanityFinding], after: Catalog
) -> tuple[list[SanityFinding], list[AcceptedFinding]]:
    """The findings that stay, and those that a person has acknowledged.

    Prices that moved by one factor are acknowledged by the value of any of them.
    """
    acknowledgements = read_acknowledged(after.metadata, ACKNOWLEDGEABLE)
    left: list[SanityFinding] = []
    accepted: list[AcceptedFinding] = []
    for finding in found:
        values = finding.alike or ((finding.pointer, finding.value),)
        entries = (acknowledgements.find(finding.rule, *value) for value in values)
        entry = next(filter(None, entries), None)
        if entry:
            accepted.append(AcceptedFinding(finding, entry))
        else:
            left.append(finding)
    return left, accepted
