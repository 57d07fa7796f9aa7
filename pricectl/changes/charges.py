"""What customers are charged for sample jobs where a profile of the settings changed.

Such a change reaches every model, so every row is tried, not only those that an edit touches.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from pricectl.changes.call_kinds import CallKind, call_kinds
from pricectl.changes.change import Impact, Move, PriceRef
from pricectl.changes.impact import cost_of, job_quote, price_job
from pricectl.changes.names import NameLookups, NameMatches
from pricectl.changes.periods import in_force
from pricectl.changes.settings import ComparedSettings
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import LOCAL_PRICE
from pricectl.core.model import Match, Model
from pricectl.core.naming.sellers import LOCAL
from pricectl.core.priced_call import Quote
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

    A model that no workload has a price for, such as one of images, gets a job of its own. A rule
    that changed for a service, an account or later days is tried by such calls. Models on the
    team's own servers are tried by the profile that is `viewed`.
    """
    jobs = _SampleJobs(lookups, workloads)
    take, steps = lookups.allowance.take, CHARGE_STEPS * len(workloads)
    kinds = [
        (pair, call_kinds(pair, at, partial(take, "rule")))
        for pair in settings.profiles
        if pair.old and pair.new
    ]
    for row in (*lookups.new.models, lookups.new.default) if kinds else ():
        for pair, each in kinds:
            fitting = [kind for kind in each if kind.concerns(row)]
            matches = _matches(lookups, row) if take("model", steps * len(fitting)) else None
            if matches:
                for kind in fitting:
                    yield from jobs.impacts(row, matches, pair, kind)
    if settings.local:
        old, new = (
            Match(row, "partial", LOCAL_PRICE, LOCAL_PRICE)
            if row
            else Match(catalog.default, "default", LOCAL_PRICE, "")
            for row, catalog in zip(settings.local, (lookups.old, lookups.new), strict=True)
        )
        priced = new.model if settings.local[1] else old.model
        row = Model(LOCAL, LOCAL_PRICE, priced.entry, priced.prices)
        pair = settings.pair_of(viewed)
        yield from jobs.impacts(row, NameMatches(old, new), pair, CallKind(at))


def _matches(lookups: NameLookups, row: Model) -> NameMatches | None:
    """What answered for a row and what answers now; of the default price itself."""
    if row is lookups.new.default:
        old, new = (
            Match(each.default, "default", row.name, "") for each in (lookups.old, lookups.new)
        )
        return NameMatches(old, new)
    return lookups.both(row.full_name)


class _SampleJobs(NamedTuple):
    """The workloads that every model is tried with."""

    lookups: NameLookups
    workloads: tuple[Workload, ...]

    def impacts(
        self, row: Model, matches: NameMatches, pair: ProfilePair, kind: CallKind
    ) -> Iterator[Impact]:
        """The jobs of one model by a profile before and now."""
        if pair.old is None or pair.new is None:
            return
        calls = [(job, *self._calls(matches, kind.job(job), kind)) for job in self.workloads]
        if not any(before.pico_usd or after.pico_usd for _, before, after in calls):
            first = next(iter(in_force(row, kind.at).rates), None)
            own = price_job(PriceRef(*first)) if first else None
            calls += [(own, *self._calls(matches, kind.job(own), kind))] if own else []
        for job, before, after in calls:
            old = Estimate(before, job.calls, pair.old, account=kind.account, at=kind.at)
            new = Estimate(after, job.calls, pair.new, account=kind.account, at=kind.at)
            move = Move(cost_of(old), cost_of(new))
            if old.exact_client_pico_usd or new.exact_client_pico_usd:
                names = row.provider, row.name, row.full_name
                is_made = job not in self.workloads
                yield Impact(*names, kind.job(job), old, new, move, kind.period, is_made)

    def _calls(self, matches: NameMatches, job: Workload, kind: CallKind) -> tuple[Quote, Quote]:
        """A call of the job before and now; priced once where the row is the same."""
        old, new = matches
        before = job_quote(self.lookups.old, old, job, kind.at)
        if old.model is new.model:
            return before, before
        return before, job_quote(self.lookups.new, new, job, kind.at)


def by_importance(
    jobs: Collection[Impact], pairs: Sequence[ProfilePair], critical: Collection[str]
) -> tuple[Impact, ...]:
    """The jobs of critical models, and all others that are charged otherwise.

    Profile by profile, the critical models first, then the largest difference. Jobs of a model
    stay together, and of those the ones of a later day. A critical model is shown also where its
    charge stays, but not once more for each account and day of a rule.
    """
    places = {pair.name: number for number, pair in enumerate(pairs)}

    def model_of(job: Impact) -> tuple[int, bool, str]:
        is_other = job.model not in critical and job.name not in critical
        return places.get(job.new.profile.name, 0), is_other, job.name

    shown = [
        (*model_of(job), job.weight, job)
        for job in jobs
        if job.is_charged_otherwise or not (model_of(job)[1] or job.old.account or job.period)
    ]
    largest: dict[tuple[int, bool, str], Fraction] = {}
    for place, is_other, name, weight, _ in shown:
        model = place, is_other, name
        largest[model] = max(largest.get(model, weight), weight)
    shown.sort(key=lambda one: (*one[:2], -largest[one[:3]], one[2], one[-1].period, -one[3]))
    return tuple(job for *_, job in shown)
