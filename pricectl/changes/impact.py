"""What sample jobs cost before and after, for every row that a change touches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.change import Change, Impact, Move, PriceRef
from pricectl.changes.conditions import FACTOR
from pricectl.changes.names import NameLookups
from pricectl.changes.periods import in_force
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.labels import service_word
from pricectl.core.model import Match
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile
from pricectl.core.rates import RateKey
from pricectl.core.structures import UPLIFT_KEYS
from pricectl.core.token_kinds import OVERLAPS, USAGE_ARGUMENTS
from pricectl.core.units import KNOWN_SERVICES, UNITS
from pricectl.core.usage import Usage
from pricectl.policy import Workload

PRICE_JOB_TOKENS, PRICE_JOB_OUTPUT, PRICE_JOB_COUNT = 10_000, 1_000, 1_000
# Jobs made for the prices of one row that no sample workload uses.
MAX_PRICE_JOBS = 12
# Steps that a job takes.
JOB_STEPS = 100
_DETAIL = {unit: detail for detail, unit in USAGE_ARGUMENTS.items()}
_INSIDE = {kind.unit: kind.inside for kind in OVERLAPS}


class JobSettings(NamedTuple):
    """How jobs are charged: the sample workloads, the credit profile, an instant by period.

    `old_profile` is the profile before the edit.
    """

    workloads: tuple[Workload, ...]
    profile: Profile
    old_profile: Profile
    instants: Mapping[str, datetime | None]


class _Target(NamedTuple):
    """A pair of rows in one period to price jobs on, and the changes behind it.

    The names that jobs ask for differ where the row was renamed. `matches` are what
    answered and answers; none if looking the names up would take too long.
    """

    provider: str
    model: str
    old_name: str
    new_name: str
    period: str
    matches: tuple[Match, ...]
    changes: list[Change]

    @property
    def needs_jobs(self) -> bool:
        """Whether only a job shows what a change does, such as how tiers apply."""
        return any(change.kind == "repriced" and not change.moves for change in self.changes)

    @property
    def weight(self) -> float:
        """The largest relative move among the changes."""
        largest = (change.largest for change in self.changes)
        return max(float(move.weight) if move else 0 for move in largest)


def impacts(
    lookups: NameLookups, changes: Sequence[Change], settings: JobSettings
) -> Iterator[Impact]:
    """The cost of the sample workloads for each touched row, once for each pair of rows.

    Prices that no workload uses (a batch rate, images) get a job of their own: every price change
    shows its effect. A dated price is shown on its day.
    """
    targets = _targets(lookups, changes)
    for target in _affordable(targets, lookups, len(settings.workloads)):
        for workload, before, after in _jobs(lookups, target, settings):
            move = Move(cost_of(before), cost_of(after))
            if move.old_pico_usd or move.new_pico_usd:
                row = target.provider, target.model, target.new_name
                is_made = workload not in settings.workloads
                yield Impact(*row, workload, before, after, move, target.period, is_made)


def cost_of(job: Estimate) -> int | None:
    """What the provider charges for a job; None where nothing in it has a price."""
    cost = job.pico_usd
    return None if not cost and job.quote.unpriced else cost


def _targets(lookups: NameLookups, changes: Sequence[Change]) -> list[_Target]:
    targets: dict[tuple[str, ...], _Target] = {}
    former = {change.full_name: change.old for change in changes if change.kind == "renamed"}
    for change in changes:
        if change.kind in ("metadata", "renamed"):
            continue
        new_name, former_name = _job_name(lookups, change), former.get(change.full_name)
        old_name = f"{change.provider}/{former_name}" if former_name else new_name
        before, after = lookups.both(old_name), lookups.both(new_name)
        matches = (before.old, after.new) if before and after else ()
        names = tuple(match.model.full_name for match in matches) or (old_name, new_name)
        row = change.provider, change.model
        target = _Target(*row, old_name, new_name, change.period, matches, [])
        targets.setdefault((*names, change.period), target).changes.append(change)
    return list(targets.values())


def _job_name(lookups: NameLookups, change: Change) -> str:
    """The model's name where it means the row, as clients send it; else `provider/model`."""
    if change.kind == "resolution":
        return change.model
    matches = lookups.both(change.model)
    match = matches and (matches.old if change.kind == "removed" else matches.new)
    means_row = match and match.model.full_name == change.full_name
    return change.model if means_row else change.full_name


def _affordable(
    targets: Sequence[_Target], lookups: NameLookups, workloads: int
) -> Iterator[_Target]:
    """The targets to try while the allowance lasts, in their order.

    The most important go first: changes that only a job shows, then the largest.
    """
    by_importance = sorted(
        enumerate(targets), key=lambda item: (not item[1].needs_jobs, -item[1].weight)
    )
    tried = set()
    for number, target in by_importance:
        jobs = workloads + min(MAX_PRICE_JOBS, len(target.changes))
        sizes = (
            len(row.prices.rates) + len(row.previous) + len(row.upcoming)
            for row in (match.model for match in target.matches)
        )
        # Without matches, its names were left out before.
        if target.matches and lookups.allowance.take("changed row", jobs * JOB_STEPS + sum(sizes)):
            tried.add(number)
    return (target for number, target in enumerate(targets) if number in tried)


def _jobs(
    lookups: NameLookups, target: _Target, settings: JobSettings
) -> Iterator[tuple[Workload, Estimate, Estimate]]:
    """The workloads on both sides, then one job for each changed price that none of them used."""
    at = settings.instants[target.period]

    def before_and_after(workload: Workload) -> tuple[Estimate, Estimate]:
        before = job_estimate(lookups.old, old, workload, settings.old_profile, at)
        return before, job_estimate(lookups.new, new, workload, settings.profile, at)

    old, new = target.matches
    used: set[RateKey] = set()
    for workload in settings.workloads:
        before, after = before_and_after(workload)
        for call in (before.quote, after.quote):
            used |= {(unit, call.above_tokens, call.service) for unit, _ in call.usage.counts}
        yield workload, before, after
    for job in _price_jobs(used, _prices(target.changes, lookups.new, at)):
        yield job, *before_and_after(job)


def job_estimate(
    catalog: Catalog, match: Match, job: Workload, profile: Profile, at: datetime | None
) -> Estimate:
    """What a sample job costs and is charged."""
    return Estimate(job_quote(catalog, match, job, at), job.calls, profile, at=at)


def job_quote(catalog: Catalog, match: Match, job: Workload, at: datetime | None) -> Quote:
    """What one call of a sample job costs."""
    return quote(catalog, match, job.usage, service=job.service, region=job.region, at=at)


def _prices(changes: Sequence[Change], new: Catalog, at: datetime | None) -> Iterator[PriceRef]:
    """Every price that the changes move, or may move by how tiers apply.

    Factors come first, then the prices that are the first of their service: each service and region
    has a job, however many prices changed.
    """
    yield from filter(None, map(_factor_price, changes))
    prices = [change.price for change in changes if change.price]
    yield from {price.service: price for price in reversed(prices)}.values()
    yield from prices
    for change in changes:
        row = new.by_full_name.get(change.full_name)
        if change.price:
            continue
        if change.kind == "repriced" and row:
            thresholds = in_force(row, at).thresholds
            yield from (PriceRef("input", above_tokens) for above_tokens in thresholds)


def _factor_price(change: Change) -> PriceRef | None:
    """The price that a factor multiplies, in its region or service; None for another change."""
    if change.note != FACTOR:
        return None
    *tables, word = change.field.split("/")
    if word in UPLIFT_KEYS:
        return PriceRef("input", region=UPLIFT_KEYS[word])
    if service_word(word) in KNOWN_SERVICES:
        return PriceRef("input", service=service_word(word))
    return PriceRef("input", region=word) if tables else None


def _price_jobs(used: set[RateKey], prices: Iterator[PriceRef]) -> Sequence[Workload]:
    """A job for each price that is not used yet, up to a bound."""
    jobs: dict[str, Workload] = {}
    for price in prices:
        if price.key not in used or price.region:
            job = price_job(price)
            jobs.setdefault(job.name, job)
            if not price.region:
                used |= {(unit, price.above_tokens, price.service) for unit, _ in job.usage.counts}
        if len(jobs) == MAX_PRICE_JOBS:
            break
    return tuple(jobs.values())


def price_job(price: PriceRef) -> Workload:
    """A job that is charged by one price, named after what is in it."""
    # A tenth above the threshold, so that the tier is passed whatever its boundary.
    size = max(PRICE_JOB_TOKENS, price.above_tokens * 11 // 10)
    unit = UNITS[price.unit]
    service = "".join(f", {word}" for word in (price.service, price.region) if word)
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
        counted = (unit.name, *_INSIDE.get(unit.name, ()))
        details = {_DETAIL[part]: output or size for part in counted}
        usage = Usage(size if price.above_tokens or not output else 0, output, **details)
    return Workload(name, usage, service=price.service or None, region=price.region or None)
