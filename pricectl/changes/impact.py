"""What sample jobs cost before and after, for every row that a change touches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.change import Change, Impact, Move, PricedAt
from pricectl.changes.limits import MAX_PRICE_JOBS
from pricectl.changes.names import NameLookups
from pricectl.changes.periods import in_force
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import Profile
from pricectl.core.estimate import Estimate
from pricectl.core.model import Model
from pricectl.core.prices import At
from pricectl.core.units import UNITS
from pricectl.core.usage import DETAILS, Usage
from pricectl.policy import Workload

PRICE_JOB_TOKENS, PRICE_JOB_OUTPUT, PRICE_JOB_COUNT = 10_000, 1_000, 1_000
# Steps that a job takes, in rows looked at.
JOB_STEPS = 50
_DETAIL = {unit: detail for detail, unit in DETAILS.items()}


class JobSettings(NamedTuple):
    """How jobs are charged: the sample workloads, the credit profile, an instant by period."""

    workloads: tuple[Workload, ...]
    profile: Profile
    instants: Mapping[str, datetime | None]


class _Target(NamedTuple):
    """A row to try in one period, by the names that its jobs ask for, old and new.

    The names differ where the row was renamed.
    """

    provider: str
    model: str
    old_name: str
    new_name: str
    period: str


_ChangesByTarget = Mapping[_Target, Sequence[Change]]


def impacts(
    lookups: NameLookups, changes: Sequence[Change], settings: JobSettings
) -> Iterator[Impact]:
    """The cost of the sample workloads for each touched row, once for each pair of rows.

    Prices that no workload uses (a batch rate, images) get a job of their own, so that no price
    change is without its effect. A dated price is shown on its day.
    """
    by_target = _by_target(lookups, changes)
    tried = _affordable(lookups, by_target, len(settings.workloads))
    for target in (target for target in by_target if target in tried):
        for workload, before, after in _jobs(lookups, target, by_target[target], settings):
            move = Move(_cost(before), _cost(after))
            if move.old_pico_usd or move.new_pico_usd:
                provider, model, _, name, period = target
                yield Impact(provider, model, name, workload, before, after, move, period)


def _cost(job: Estimate) -> int | None:
    cost = job.pico_usd
    return None if not cost and job.quote.unpriced else cost


def _by_target(lookups: NameLookups, changes: Sequence[Change]) -> _ChangesByTarget:
    """The names to try and the changes behind each, once for each pair of rows."""
    by_target: dict[_Target, list[Change]] = {}
    by_rows: dict[tuple[str, ...], _Target] = {}
    former = {change.full_name: change.old for change in changes if change.kind == "renamed"}
    for change in changes:
        if change.kind in ("metadata", "renamed"):
            continue
        name, old_name = _job_name(lookups, change), former.get(change.full_name)
        target = _Target(
            change.provider,
            change.model,
            f"{change.provider}/{old_name}" if old_name else name,
            name,
            change.period,
        )
        rows = tuple(model.full_name for model in _rows(lookups, target))
        key = (*(rows or (target.old_name, target.new_name)), change.period)
        by_target.setdefault(by_rows.setdefault(key, target), []).append(change)
    return by_target


def _job_name(lookups: NameLookups, change: Change) -> str:
    """The model's name where it means the row, as clients send it; else `provider/model`."""
    if change.kind == "resolution":
        return change.model
    matches = lookups.both(change.model)
    match = matches and (matches.old if change.kind == "removed" else matches.new)
    means_row = match and match.model.full_name == change.full_name
    return change.model if means_row else change.full_name


def _rows(lookups: NameLookups, target: _Target) -> tuple[Model, ...]:
    """The rows that answered and answer; none if looking them up would take too long."""
    before, after = lookups.both(target.old_name), lookups.both(target.new_name)
    return (before.old.model, after.new.model) if before and after else ()


def _affordable(
    lookups: NameLookups, by_target: _ChangesByTarget, workloads: int
) -> frozenset[_Target]:
    """The names to try while the allowance lasts, the most important first.

    Those are the changes that only a job shows, such as how tiers apply, then the largest.
    """

    def is_shown_by_jobs_only(target: _Target) -> bool:
        return any(change.kind == "repriced" and not change.moves for change in by_target[target])

    def importance(target: _Target) -> tuple[bool, float]:
        moves = (change.largest for change in by_target[target])
        largest = max(float(move.weight) if move else 0 for move in moves)
        return not is_shown_by_jobs_only(target), -largest

    allowance, tried = lookups.allowance, set()
    for target in sorted(by_target, key=importance):
        rows = _rows(lookups, target)
        jobs = workloads + min(MAX_PRICE_JOBS, len(by_target[target]))
        names = lookups.steps(target.old_name) + lookups.steps(target.new_name)
        lists = (len(row.prices.rates) + len(row.previous) + len(row.upcoming) for row in rows)
        if rows and allowance.take("jobs", jobs * JOB_STEPS + names + sum(lists) // 8):
            tried.add(target)
        else:
            allowance.leave_out("jobs", hides=is_shown_by_jobs_only(target))
    return frozenset(tried)


def _jobs(
    lookups: NameLookups, target: _Target, changes: Sequence[Change], settings: JobSettings
) -> Iterator[tuple[Workload, Estimate, Estimate]]:
    """The workloads on both sides, then a job for every changed price that none of them used."""
    at = settings.instants[target.period]

    def estimate(catalog: Catalog, name: str, workload: Workload) -> Estimate:
        call = quote(catalog, name, workload.usage, service=workload.service, at=at)
        return Estimate(call, workload.calls, settings.profile)

    def both(workload: Workload) -> tuple[Workload, Estimate, Estimate]:
        before = estimate(lookups.old, target.old_name, workload)
        return workload, before, estimate(lookups.new, target.new_name, workload)

    used: set[At] = set()
    for workload in settings.workloads:
        job = both(workload)
        for call in (job[1].quote, job[2].quote):
            used |= {(unit, call.above_tokens, call.service) for unit, _ in call.usage.counts}
        yield job
    yield from map(both, _price_jobs(used, _prices(lookups.new, changes, settings)))


def _prices(new: Catalog, changes: Sequence[Change], settings: JobSettings) -> Iterator[PricedAt]:
    """Every price that the changes move, or may move by how tiers apply."""
    with_tiers: set[tuple[str, str]] = set()
    for change in (change for change in changes if change.kind == "repriced"):
        row_and_period = change.full_name, change.period
        if change.price:
            yield change.price
        elif row_and_period not in with_tiers:
            with_tiers.add(row_and_period)
            row = new.by_full_name.get(change.full_name)
            if row:
                prices = in_force(row, settings.instants[change.period])
                yield from (PricedAt("input", above_tokens) for above_tokens in prices.thresholds)


def _price_jobs(used: set[At], prices: Iterator[PricedAt]) -> tuple[Workload, ...]:
    jobs: dict[str, Workload] = {}
    for price in prices:
        if price.key not in used:
            job = price_job(price)
            jobs.setdefault(job.name, job)
            used |= {(unit, price.above_tokens, price.service) for unit, _ in job.usage.counts}
        if len(jobs) == MAX_PRICE_JOBS:
            break
    return tuple(jobs.values())


def price_job(price: PricedAt) -> Workload:
    """A job that is charged by one price, named after what is in it."""
    # A tenth above the threshold, so that the tier is passed whatever its boundary.
    size = max(PRICE_JOB_TOKENS, price.above_tokens * 11 // 10)
    unit = UNITS[price.unit]
    service = f", {price.service}" if price.service else ""
    if not unit.side:
        name = f"{PRICE_JOB_COUNT:,} x {unit.counts}{service}"
        usage = Usage(size if price.above_tokens else 0, 0, **{unit.name: PRICE_JOB_COUNT})
    elif unit.name in ("input", "output"):
        name = f"{size:,} in, {PRICE_JOB_OUTPUT:,} out{service}"
        usage = Usage(size, PRICE_JOB_OUTPUT)
    else:
        name = f"{size:,} {unit.counts}s{service}"
        output = PRICE_JOB_TOKENS if unit.side == "output" else 0
        # A token of two kinds, such as cached audio, is counted in both of their totals too.
        parts = [part for part in unit.fallbacks if part in _DETAIL]
        counted = (unit.name, *(parts if len(parts) > 1 else ()))
        details = {_DETAIL[part]: output or size for part in counted}
        usage = Usage(size if price.above_tokens or not output else 0, output, **details)
    return Workload(name, usage, service=price.service or None)
