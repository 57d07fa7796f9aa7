"""What typical jobs cost before and after, for every row that a change touches. Floor 1."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.changes.periods import MOMENT
from pricectl.changes.rates import in_force
from pricectl.changes.values import Change, Impact, Move, PricedAt
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import Profile
from pricectl.core.lookup import find
from pricectl.core.units import UNITS
from pricectl.core.usage import DETAILS, Usage
from pricectl.core.windows import as_instant, read_instant
from pricectl.estimate import Estimate
from pricectl.policy import Workload

PROBE_TOKENS, PROBE_OUTPUT, PROBE_COUNT = 10_000, 1_000, 1_000
# A row of dozens of prices is shown by this many jobs of its own at most.
MAX_PROBES = 6
_DETAIL = {unit: detail for detail, unit in DETAILS.items()}


class Terms(NamedTuple):
    """How the jobs are charged: the sample workloads, the credit profile, the day (None: as is)."""

    workloads: tuple[Workload, ...]
    profile: Profile
    at: date | None


class Asked(NamedTuple):
    """The name a job asks for, which was another one where the row was renamed, and the period."""

    provider: str
    model: str
    old: str
    new: str
    period: str


def impacts(
    old: Catalog, new: Catalog, changes: Sequence[Change], terms: Terms
) -> Iterator[Impact]:
    """The cost of the sample workloads for each touched row, once for each pair of rows.

    Prices that no sample uses (a batch rate, images) get a job of their own, so that no price
    change is without its effect; a dated price is shown on its day.
    """
    for asked, touched in _by_name(old, new, changes, terms.at).items():
        sides = (old, asked.old), (new, asked.new)
        then = terms._replace(at=_instant(asked.period, terms.at))
        for workload in (*terms.workloads, *_probes(sides, touched, then)):
            before, after = (_estimate(*side, workload, then) for side in sides)
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


def _by_name(
    old: Catalog, new: Catalog, changes: Sequence[Change], at: date | None
) -> dict[Asked, list[PricedAt]]:
    """The names to ask for and the prices that changed behind each."""
    found: dict[Asked, list[PricedAt]] = {}
    pairs: dict[tuple[str, str, str], Asked] = {}
    former = {change.full_name: change.old for change in changes if change.kind == "renamed"}
    for change in changes:
        if change.kind in ("metadata", "renamed"):
            continue
        name, period = _name_for(old, new, change), change.period
        was = former.get(change.full_name)
        before = f"{change.provider}/{was}" if was else name
        rows = find(old, before).model.full_name, find(new, name).model.full_name, period
        asked = Asked(change.provider, change.model, before, name, period)
        prices = found.setdefault(pairs.setdefault(rows, asked), [])
        if change.kind == "repriced":
            prices += [change.price] if change.price else _tiers(new, change, at)
    return found


def _name_for(old: Catalog, new: Catalog, change: Change) -> str:
    """The plain name where it means the row, as production asks; else `provider/model`."""
    if change.kind == "resolution":
        return change.model
    owner = old if change.kind == "removed" else new
    meant = find(owner, change.model).model.full_name == change.full_name
    return change.model if meant else change.full_name


def _tiers(new: Catalog, change: Change, at: date | None) -> list[PricedAt]:
    row, instant = new.by_full_name.get(change.full_name), _instant(change.period, at)
    if row is None:
        return []
    prices = in_force(row, None if instant is None else as_instant(instant))
    return [PricedAt("input", above) for above in prices.thresholds]


def _estimate(catalog: Catalog, asked: str, workload: Workload, terms: Terms) -> Estimate:
    found = quote(catalog, asked, workload.usage, service=workload.service, at=terms.at)
    return Estimate(found, workload.calls, terms.profile)


def _probes(
    sides: Iterable[tuple[Catalog, str]], touched: Sequence[PricedAt], terms: Terms
) -> tuple[Workload, ...]:
    used = {
        place
        for side in sides
        for workload in terms.workloads
        for place in _places(_estimate(*side, workload, terms))
    }
    probes: dict[str, Workload] = {}
    for price in touched:
        if (price.unit, price.above_tokens, price.service) not in used:
            probe = probe_for(price)
            probes.setdefault(probe.name, probe)
            used |= {(unit, price.above_tokens, price.service) for unit, _ in probe.usage.counts}
    return tuple(probes.values())[:MAX_PROBES]


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
