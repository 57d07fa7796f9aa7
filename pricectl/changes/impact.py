"""What typical jobs cost before and after, for every row that a change touches."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.changes.answers import Answers
from pricectl.changes.asked import MAX_PROBES, affordable, by_name
from pricectl.changes.effort import Effort
from pricectl.changes.periods import MOMENT, in_force
from pricectl.changes.values import Change, Impact, Move, PricedAt
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import Profile
from pricectl.core.estimate import Estimate
from pricectl.core.token_kinds import USAGE_ARGUMENTS
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.core.windows import as_instant, read_instant
from pricectl.policy import Workload

PROBE_TOKENS, PROBE_OUTPUT, PROBE_COUNT = 10_000, 1_000, 1_000
_DETAIL = {unit: detail for detail, unit in USAGE_ARGUMENTS.items()}


class Terms(NamedTuple):
    """How the jobs are charged: the sample workloads, the credit profile, the day (None: as is)."""

    workloads: tuple[Workload, ...]
    profile: Profile
    at: date | None


def impacts(
    answers: Answers, changes: Sequence[Change], terms: Terms, effort: Effort
) -> Iterator[Impact]:
    """The cost of the sample workloads for each touched row, once for each pair of rows.

    Prices that no sample uses (a batch rate, images) get a job of their own, so that no price
    change is without its effect; a dated price is shown on its day.
    """
    behind = by_name(answers, changes)
    tried = affordable(answers, behind, len(terms.workloads), effort)
    for asked in (asked for asked in behind if asked in tried):
        touched = list(_prices(answers.new, behind[asked], terms.at))
        sides = (answers.old, asked.old), (answers.new, asked.new)
        then = terms._replace(at=_instant(asked.period, terms.at))
        for workload, before, after in _jobs(sides, touched, then):
            move = Move(_cost(before), _cost(after))
            if move.old_pico_usd or move.new_pico_usd:
                provider, model, _, name, period = asked
                yield Impact(provider, model, name, workload, before, after, move, period)


def _cost(job: Estimate) -> int | None:
    cost = job.pico_usd
    return None if not cost and job.quote.unpriced else cost


def _instant(period: str, at: date | None) -> date | None:
    """An instant of a period; of the one without a name, the comparison's own."""
    word, _, day = period.partition(" ")
    instant = read_instant(day)
    if instant is None:
        return at
    return instant - MOMENT if word == "until" else instant


def _prices(new: Catalog, changes: Sequence[Change], at: date | None) -> Iterator[PricedAt]:
    """Every price that a change moves, or may move by how tiers apply."""
    with_tiers: set[tuple[str, str]] = set()
    for change in (change for change in changes if change.kind == "repriced"):
        row = change.full_name, change.period
        if change.price:
            yield change.price
        elif row not in with_tiers:
            with_tiers.add(row)
            yield from _tiers(new, change, at)


def _tiers(new: Catalog, change: Change, at: date | None) -> list[PricedAt]:
    row, instant = new.by_full_name.get(change.full_name), _instant(change.period, at)
    if row is None:
        return []
    prices = in_force(row, None if instant is None else as_instant(instant))
    return [PricedAt("input", above) for above in prices.thresholds]


_Side = tuple[Catalog, str]
_Job = tuple[Workload, Estimate, Estimate]


def _jobs(sides: tuple[_Side, _Side], touched: Sequence[PricedAt], terms: Terms) -> Iterator[_Job]:
    """The sample workloads on both sides, then a job for every price that none of them used."""
    used: set[tuple[str, int, str]] = set()
    for workload in terms.workloads:
        before, after = (_estimate(*side, workload, terms) for side in sides)
        used.update(_places(before), _places(after))
        yield workload, before, after
    for probe in _probes(used, touched):
        before, after = (_estimate(*side, probe, terms) for side in sides)
        yield probe, before, after


def _estimate(catalog: Catalog, asked: str, workload: Workload, terms: Terms) -> Estimate:
    found = quote(catalog, asked, workload.usage, service=workload.service, at=terms.at)
    return Estimate(found, workload.calls, terms.profile)


def _probes(used: set[tuple[str, int, str]], touched: Sequence[PricedAt]) -> tuple[Workload, ...]:
    probes: dict[str, Workload] = {}
    for price in touched:
        if (price.unit, price.above_tokens, price.service) not in used:
            probe = probe_for(price)
            probes.setdefault(probe.name, probe)
            used |= {(unit, price.above_tokens, price.service) for unit, _ in probe.usage.counts}
        if len(probes) == MAX_PROBES:
            break
    return tuple(probes.values())


def _places(estimate: Estimate) -> Iterator[tuple[str, int, str]]:
    found = estimate.quote
    for unit, _ in found.usage.counts:
        yield unit, found.above_tokens, found.service


def probe_for(price: PricedAt) -> Workload:
    """A job that is charged by that price, labelled with what is in it."""
    size = max(PROBE_TOKENS, price.above_tokens * 11 // 10)
    unit = UNITS[price.unit]
    service = f", {price.service}" if price.service else ""
    if not unit.side:
        label = f"{PROBE_COUNT:,} x {unit.counts}{service}"
        usage = Usage(size if price.above_tokens else 0, 0, **{unit.name: PROBE_COUNT})
    elif unit.name in ("input", "output"):
        label = f"{size:,} in, {PROBE_OUTPUT:,} out{service}"
        usage = Usage(size, PROBE_OUTPUT)
    else:
        label = f"{size:,} {unit.counts}s{service}"
        output = PROBE_TOKENS if unit.side == "output" else 0
        details = dict.fromkeys(_details(unit.name), output or size)
        usage = Usage(size if price.above_tokens or not output else 0, output, **details)
    return Workload(label, usage, service=price.service or None)


def _details(unit: str) -> tuple[str, ...]:
    """The arguments that count a unit: its own, and those of the two it is part of."""
    parts = [part for part in UNITS[unit].fallbacks if part in _DETAIL]
    overlapping = parts if len(parts) > 1 else []
    return tuple(_DETAIL[part] for part in (unit, *overlapping))
