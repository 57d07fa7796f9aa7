"""What customers are charged for sample jobs where a profile of the settings changed.

Such a change reaches every model, so every row is tried, not only those that an edit touches.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.change import Impact, Move, PriceRef
from pricectl.changes.impact import cost_of, job_quote, price_job
from pricectl.changes.names import NameLookups, NameMatches
from pricectl.changes.periods import in_force
from pricectl.changes.settings import ComparedSettings
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import LOCAL_PRICE
from pricectl.core.labels import service_word
from pricectl.core.model import Match, Model
from pricectl.core.naming.sellers import LOCAL
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import ProfileRule, RuleCall, day_of
from pricectl.core.windows import as_instant
from pricectl.policy import Workload
from pricectl.policy.comparison import ProfilePair

# Steps that a job takes for each profile.
CHARGE_STEPS = 50


class CallKind(NamedTuple):
    """The calls that a sample job stands for; `period` says when, "" is the comparison's own day.

    `fits` are the rules that this kind is tried for; none: it is tried for every model.
    """

    at: datetime | None
    service: str = ""
    account: str = ""
    period: str = ""
    fits: tuple[ProfileRule, ...] = ()

    def job(self, workload: Workload) -> Workload:
        """A workload as a call of this kind, named after it."""
        account = f"account {self.account}" if self.account else ""
        words = [word for word in (self.service, account) if word]
        name = ", ".join((workload.name, *words))
        return workload._replace(name=name, service=self.service or workload.service)

    def is_of(self, row: Model) -> bool:
        """Whether one of the rules may decide something for a model, on whatever day."""
        call = RuleCall(row.provider, row.name, service_word(self.service), self.account)
        undated = (rule._replace(from_day=None, until_day=None) for rule in self.fits)
        return not self.fits or any(rule.fits(call) for rule in undated)


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
    kinds = [(pair, call_kinds(pair, at)) for pair in settings.profiles if pair.old and pair.new]
    take, steps = lookups.allowance.take, CHARGE_STEPS * len(workloads)
    for row in (*lookups.new.models, lookups.new.default) if kinds else ():
        for pair, each in kinds:
            fitting = [kind for kind in each if kind.is_of(row)]
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


def call_kinds(pair: ProfilePair, at: datetime | None) -> tuple[CallKind, ...]:
    """The plain calls, then those that the changed rules of a profile are about."""
    kinds: dict[CallKind, list[ProfileRule]] = {CallKind(at): []}
    if pair.old is None or pair.new is None:
        return tuple(kinds)
    old, new = pair.old.rules, pair.new.rules
    changed = [rule for rule in (*old, *new) if not (rule in old and rule in new)]
    # Where none of them differs, but their order, each may decide something else.
    for rule in changed or (new if old != new else ()):
        kind = CallKind(at, _example(rule.service), _example(rule.account))
        if rule.is_in_force(day_of(at)):
            kinds.setdefault(kind, []).append(rule)
        for day in (rule.from_day, rule.until_day):
            if day and (at is None or as_instant(day) > at):
                later = kind._replace(at=as_instant(day), period=f"from {day}")
                kinds.setdefault(later, []).append(rule)
    plain, *others = kinds
    return (plain, *(kind._replace(fits=tuple(kinds[kind])) for kind in others))


def _example(patterns: Sequence[str]) -> str:
    """A name that the first pattern fits; "" without patterns."""
    return patterns[0].replace("*", "") if patterns else ""


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
                name = kind.job(job)
                yield Impact(
                    row.provider, row.name, row.full_name, name, old, new, move, kind.period
                )

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
