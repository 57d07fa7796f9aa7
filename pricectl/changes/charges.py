"""What customers are charged for sample jobs where a profile of the settings changed.

Such a change reaches every model, so every row is tried, not only those that an edit touches.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.change import Impact, Move, PriceRef
from pricectl.changes.impact import cost_of, job_estimate, price_job
from pricectl.changes.names import NameLookups, NameMatches
from pricectl.changes.periods import in_force
from pricectl.changes.settings import ComparedSettings
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import LOCAL_PRICE
from pricectl.core.model import Match, Model
from pricectl.core.naming.sellers import LOCAL
from pricectl.core.profile import Profile
from pricectl.policy import Workload
from pricectl.policy.comparison import ProfilePair

# Steps that a job takes for each profile.
CHARGE_STEPS = 50


def charges(
    lookups: NameLookups,
    settings: ComparedSettings,
    viewed: Profile,
    workloads: tuple[Workload, ...],
    at: datetime | None,
) -> Iterator[Impact]:
    """Every sample job of every model, by each profile that charges otherwise now.

    A model that no workload has a price for, such as one of images, gets a job of its own. Models
    on the team's own servers are tried by the profile that is `viewed`.
    """
    jobs = _SampleJobs(lookups, workloads, at)
    pairs = [pair for pair in settings.profiles if pair.old and pair.new]
    rows = (*lookups.new.models, lookups.new.default) if pairs else ()
    for row in rows:
        steps = CHARGE_STEPS * len(pairs) * len(workloads)
        matches = _matches(lookups, row) if lookups.allowance.take("model", steps) else None
        if matches:
            yield from jobs.impacts(row, matches, pairs)
    if settings.local:
        old, new = (
            Match(row, "partial", LOCAL_PRICE, LOCAL_PRICE)
            if row
            else Match(catalog.default, "default", LOCAL_PRICE, "")
            for row, catalog in zip(settings.local, (lookups.old, lookups.new), strict=True)
        )
        priced = new.model if settings.local[1] else old.model
        row = Model(LOCAL, LOCAL_PRICE, priced.entry, priced.prices)
        yield from jobs.impacts(row, NameMatches(old, new), [settings.pair_of(viewed)])


def _matches(lookups: NameLookups, row: Model) -> NameMatches | None:
    """What answered for a row and what answers now; of the default price itself."""
    if row is lookups.new.default:
        old, new = (
            Match(each.default, "default", row.name, "") for each in (lookups.old, lookups.new)
        )
        return NameMatches(old, new)
    return lookups.both(row.full_name)


class _SampleJobs(NamedTuple):
    """The workloads that every model is tried with, as of an instant."""

    lookups: NameLookups
    workloads: tuple[Workload, ...]
    at: datetime | None

    def impacts(
        self, row: Model, matches: NameMatches, pairs: Collection[ProfilePair]
    ) -> Iterator[Impact]:
        """The jobs of one model by each pair of profiles."""
        calls = [(job, *self._calls(matches, job)) for job in self.workloads]
        if not any(cost_of(before) or cost_of(after) for _, before, after in calls):
            first = next(iter(in_force(row, self.at).rates), None)
            job = price_job(PriceRef(*first)) if first else None
            calls = [(job, *self._calls(matches, job))] if job else []
        for was, now in ((pair.old, pair.new) for pair in pairs):
            if was is None or now is None:
                continue
            for job, before, after in calls:
                move = Move(cost_of(before), cost_of(after))
                if move.old_pico_usd or move.new_pico_usd:
                    old = Estimate(before.quote, job.calls, was)
                    new = Estimate(after.quote, job.calls, now)
                    yield Impact(row.provider, row.name, row.full_name, job, old, new, move)

    def _calls(self, matches: NameMatches, job: Workload) -> tuple[Estimate, Estimate]:
        """A job before and now, without markup; priced once where the row is the same."""
        plain = Profile()
        before = job_estimate(self.lookups.old, matches.old, job, plain, self.at)
        if matches.old.model is matches.new.model:
            return before, before
        return before, job_estimate(self.lookups.new, matches.new, job, plain, self.at)


def by_importance(
    jobs: Collection[Impact], pairs: Sequence[ProfilePair], critical: Collection[str]
) -> tuple[Impact, ...]:
    """The jobs of critical models, and all others that are charged otherwise.

    Profile by profile, the critical models first, then the largest difference. Jobs of a model
    stay together.
    """
    places = {pair.name: number for number, pair in enumerate(pairs)}

    def model_of(job: Impact) -> tuple[int, bool, str]:
        is_other = job.model not in critical and job.name not in critical
        return places.get(job.new.profile.name, 0), is_other, job.name

    shown = [
        (*model_of(job), job.weight, job)
        for job in jobs
        if not model_of(job)[1] or job.is_charged_otherwise
    ]
    largest: dict[tuple[int, bool, str], Fraction] = {}
    for place, is_other, name, weight, _ in shown:
        model = place, is_other, name
        largest[model] = max(largest.get(model, weight), weight)
    shown.sort(key=lambda one: (*one[:2], -largest[one[:3]], one[2], -one[3]))
    return tuple(job for *_, job in shown)
