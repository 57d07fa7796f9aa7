"""Whether a price file may follow the one in use: one pure comparison for review and process.

A review stops what a person must have seen, a process refuses what looks like a broken file. Both
read one list of findings, so whatever a process refuses is an error of the review. The limits come
from 257 real mistakes and 246 true changes of public price lists.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pricectl.core.catalog import DEFAULT_PRICING, Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.sanity.acknowledgements import Acknowledgements, read_acknowledged
from pricectl.core.sanity.bounds import BOUNDS, Bounds
from pricectl.core.sanity.rows import SIDES, judge_row
from pricectl.core.sanity.shares import (
    GONE_ERROR,
    GONE_LEAST,
    GONE_REFUSED,
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

# Critical where the settings name no model: those of them that the prices in use know. They are the
# default of the setting, too, so naming exactly these three cannot be told from naming none.
SEED_MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5")
OWN_ROW_MATCHES = ("exact", "alias", "case")
# Where a known row takes over a removed name, the row itself is not new, only what the name costs.
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
        critical: names that must have a price. None, or exactly `SEED_MODELS`, counts as unset:
            then those seed models are critical that `before` prices.
        bounds: the lowest and highest believable prices, from `bounds.widen`.
        today: the day by which acknowledgements expire in a review; None, as in a process: never.
        at: the instant (UTC) from which on calls are priced: a critical model must have a price in
            the list in force then, too.
    """
    changed = tuple(_changed_rows(before, after)) if before else ()
    found = [*_row_findings(before, after, changed, bounds)]
    found += _alias_findings(before, after, bounds) if before else ()
    found += _default_price_findings(before, after, bounds)
    found += _critical_model_findings(before, after, critical, at)
    if not after.models:
        found.append(SanityFinding("empty-catalog", "refused", "", None, "there are no models"))
    acknowledgements = read_acknowledged(after.metadata, ACKNOWLEDGEABLE)
    open_findings, accepted = _split_by_acknowledgement(found, acknowledgements)
    if before:
        gone = sum(row.new is None for row in changed)
        open_findings += share_findings(before, gone, tuple(open_findings), accepted)
    expired = [_expired_finding(one) for one in accepted if today and one.has_expired(today)]
    return Verdict(
        tuple(sorted([*open_findings, *expired], key=lambda one: one.rank)), tuple(accepted)
    )


class _ChangedRow(NamedTuple):
    """A row that is not what it was, and the row that answers for its name now."""

    old: Model
    new: Model | None


def _row_findings(
    before: Catalog | None, after: Catalog, changed: Sequence[_ChangedRow], bounds: Bounds
) -> Iterator[SanityFinding]:
    """What is found row by row: changed ones, then new ones."""
    known = set(before.by_full_name) if before else set()
    for old, new in changed:
        if new is None:
            yield from _model_gone_findings(old)
            continue
        judged = judge_row(old, new, bounds)
        taken_over = new.full_name in known and new.full_name != old.full_name
        yield from (
            one for one in judged if not taken_over or one.rule in RULES_FOR_TAKEN_OVER_NAMES
        )
    known.update(new.full_name for _, new in changed if new)
    for name, model in after.by_full_name.items():
        if name not in known:
            yield from judge_row(None, model, bounds)


def _changed_rows(before: Catalog, after: Catalog) -> Iterator[_ChangedRow]:
    missing = []
    for name, old in before.by_full_name.items():
        new = after.by_full_name.get(name)
        if new is None:
            missing.append(old)
        elif old.entry != new.entry:
            yield _ChangedRow(old, new)
    for old in missing:
        yield _ChangedRow(old, _row_of_that_name(after, old))


def _row_of_that_name(after: Catalog, old: Model) -> Model | None:
    """The row that has a removed row's name: exactly, as an alias or in another case."""
    matches = (find(after, name) for name in (old.full_name, old.name))
    return next((match.model for match in matches if match.how in OWN_ROW_MATCHES), None)


def _model_gone_findings(old: Model) -> list[SanityFinding]:
    """A removed row; one that was retired before was gone already."""
    if old.entry.get("retired") is True:
        return []
    message = "the model is gone and no row answers for its name"
    return [SanityFinding("model-gone", "warning", old.pointer, None, message, old.full_name)]


def _alias_findings(before: Catalog, after: Catalog, bounds: Bounds) -> Iterator[SanityFinding]:
    """Aliases that another row answers at a far other price, and too many that none answers."""
    gone, sold = [], 0
    for alias, rows in before.aliases.items():
        if all(row.entry.get("retired") is True for row in rows):
            continue
        sold += 1
        if _is_unmoved(alias, rows, after):
            continue
        was, now = find(before, alias), find(after, alias)
        if was.how != "alias":
            continue
        if now.how == "default":
            gone.append(alias)
        elif now.model.full_name != was.model.full_name:
            for one in judge_row(was.model, now.model, bounds):
                if one.rule in RULES_FOR_TAKEN_OVER_NAMES:
                    yield one._replace(message=f"of the alias {alias:.80}, {one.message}")
    if len(gone) >= GONE_LEAST and len(gone) * GONE_ERROR >= sold:
        level: Level = "refused" if len(gone) * GONE_REFUSED >= sold else "error"
        some = f"{', '.join(gone[:NAMED_MODELS]):.200}"
        message = f"{len(gone):,} of {sold:,} aliases are answered by no row, such as {some}"
        yield SanityFinding("many-aliases-gone", level, "", None, message)


def _is_unmoved(alias: str, rows: Sequence[Model], after: Catalog) -> bool:
    """Whether the same rows have an alias, and no row has it as its name; asked before a lookup."""
    if alias in after.names or alias in after.by_full_name:
        return False
    followers = after.aliases.get(alias, ())
    return [row.full_name for row in rows] == [row.full_name for row in followers]


def _default_price_findings(
    before: Catalog | None, after: Catalog, bounds: Bounds
) -> tuple[SanityFinding, ...]:
    """The price of unknown models, which is judged like a row."""
    old = before.default if before else None
    if (old.entry if old else DEFAULT_PRICING) == after.default.entry:
        return ()
    return judge_row(old, after.default, bounds)


def _critical_model_findings(
    before: Catalog | None, after: Catalog, names: Sequence[str], at: datetime | None
) -> Iterator[SanityFinding]:
    """Critical models without a price; an error if the prices in use lack it too."""
    if tuple(names or SEED_MODELS) == SEED_MODELS:
        names = [name for name in SEED_MODELS if before and priced_units(before, name)]
    for name in names:
        had = priced_units(before, name, at) if before else frozenset()
        has = priced_units(after, name, at)
        lost = sorted(had & frozenset(SIDES) - has)
        if has and not lost:
            continue
        level: Level = "error" if before and not had else "refused"
        row = find(before, name) if had and before else find(after, name)
        where = row.model.pointer if row.how in OWN_ROW_MATCHES else ""
        which = f"no {' and no '.join(lost)} price" if has else "no price"
        message = f"the critical model {name!r:.80} has {which}"
        yield SanityFinding("critical-model-missing", level, where, None, message)


def priced_units(catalog: Catalog, name: str, at: datetime | None = None) -> frozenset[str]:
    """The units that a name has a base price for; of a retired row its successor's.

    Empty unless a row has the name itself, as an alias or in another case. What an announced list
    lacks is not counted, nor what the list in force at `at` (UTC) lacks.
    """
    match = find(catalog, name)
    units = _base_units(match.model, at) if match.how in OWN_ROW_MATCHES else frozenset()
    successor = match.model.entry.get("successor")
    if not units and match.model.entry.get("retired") is True and isinstance(successor, str):
        follower = find(catalog, successor)
        return _base_units(follower.model, at) if follower.how in OWN_ROW_MATCHES else frozenset()
    return units


def _base_units(model: Model, at: datetime | None) -> frozenset[str]:
    in_force = model.list_at(at) if at else model.prices
    lists = (model.prices, in_force, *(prices for _, prices in model.upcoming))
    return frozenset.intersection(
        *(
            frozenset(unit for unit, tier, service in prices.rates if not tier and not service)
            for prices in lists
        )
    )


def _split_by_acknowledgement(
    found: Iterable[SanityFinding], acknowledgements: Acknowledgements
) -> tuple[list[SanityFinding], list[AcceptedFinding]]:
    """The findings that stay, and those that a person has acknowledged.

    Prices that moved by one factor are acknowledged by the value of any of them.
    """
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


def _expired_finding(accepted: AcceptedFinding) -> SanityFinding:
    finding, entry = accepted
    message = f"{finding.message}; it was acknowledged until {entry.expires}"
    return finding._replace(level="warning", message=message)
