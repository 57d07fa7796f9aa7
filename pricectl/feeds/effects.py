"""What the prices of other lists would change: the cost of the sample jobs, before and after."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.change import Move, PriceRef
from pricectl.changes.impact import price_job
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.model import Match, Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.windows import as_instant
from pricectl.feeds.differences import PriceDrift
from pricectl.policy import Workload


class JobEffect(NamedTuple):
    """What a job costs by our prices, and by those of the lists.

    `is_sample`: it is one of the team's sample jobs, not made for a price that none of them uses.
    """

    workload: Workload
    move: Move
    is_sample: bool = True

    @property
    def size_pico_usd(self) -> int:
        """How far the costs are apart."""
        return abs(self.move.difference_pico_usd)


class ModelDrift(NamedTuple):
    """The prices of one row that lists have otherwise, and the job that they change most.

    `effect` is None where no job shows one, such as for prices of other hours.
    """

    model: Model
    prices: tuple[PriceDrift, ...]
    effect: JobEffect | None

    @property
    def weight(self) -> tuple[bool, int, str]:
        """Sort key: sample jobs before others, the largest effect in money first, then by name."""
        is_sample = self.effect is not None and self.effect.is_sample
        size = self.effect.size_pico_usd if self.effect else 0
        return not is_sample, -size, self.model.full_name


def by_model(
    catalog: Catalog, drifts: Iterable[PriceDrift], workloads: Sequence[Workload], at: datetime
) -> list[ModelDrift]:
    """The differences row by row, the largest effect on a sample job first."""
    rows: dict[str, list[PriceDrift]] = {}
    for drift in drifts:
        rows.setdefault(drift.model.full_name, []).append(drift)
    found = []
    for own in rows.values():
        model = own[0].model
        effects = job_effects(catalog, model, own, workloads, at)
        moved = [one for one in effects if one.size_pico_usd]
        shown = max(moved, key=lambda one: (one.is_sample, one.size_pico_usd), default=None)
        found.append(ModelDrift(model, tuple(own), shown))
    return sorted(found, key=lambda one: one.weight)


def job_effects(
    catalog: Catalog,
    model: Model,
    drifts: Sequence[PriceDrift],
    workloads: Sequence[Workload],
    at: datetime,
) -> list[JobEffect]:
    """The sample jobs by our prices and by the proposed ones.

    A price that no sample job uses, such as an image's, has a job of its own, as in `diff`. Prices
    of other hours and days, and those of aliases, are left out.
    """
    prices = model.list_at(as_instant(at))
    proposed = {
        drift.key: drift.majority.value for drift in drifts if not drift.period and not drift.alias
    }
    if not proposed:
        return []
    before, after = _plain(model, _with(prices, {})), _plain(model, _with(prices, proposed))
    effects = []
    used: set[RateKey] = set()

    def add(workload: Workload, *, is_sample: bool) -> None:
        old, new = (_cost(catalog, row, workload) for row in (before, after))
        used.update(old.keys | new.keys)
        effects.append(JobEffect(workload, Move(old.pico_usd, new.pico_usd), is_sample))

    for workload in workloads:
        add(workload, is_sample=True)
    for key in proposed:
        if key not in used:
            add(price_job(PriceRef(*key)), is_sample=False)
    return effects


class _JobCost(NamedTuple):
    """A job's cost, None where nothing of it has a price, and the prices that it uses."""

    pico_usd: int | None
    keys: frozenset[RateKey]


def _cost(catalog: Catalog, row: Model, workload: Workload) -> _JobCost:
    match = Match(row, "exact", row.name, row.name)
    call = quote(catalog, match, workload.usage, service=workload.service, region=workload.region)
    pico = call.pico_usd * workload.calls
    keys = frozenset((unit, call.above_tokens, call.service) for unit, _ in call.usage.counts)
    return _JobCost(pico if pico or not call.unpriced else None, keys)


def _plain(model: Model, prices: PriceList) -> Model:
    """The row with one price list at all times."""
    return model._replace(prices=prices, previous=(), upcoming=(), dated=False)


def _with(prices: PriceList, proposed: Mapping[RateKey, int]) -> PriceList:
    """A price list with other rates; without its off-peak hours and lists for long outputs."""
    rates = {**prices.rates}
    for key, pico_usd in proposed.items():
        rates[key] = (pico_usd, rates[key][1] if key in rates else "proposed")
    return PriceList(
        rates,
        prices.entry,
        marginal=prices.marginal,
        inclusive=prices.inclusive,
        uplifts=prices.uplifts,
        counting=prices.counting,
    )
