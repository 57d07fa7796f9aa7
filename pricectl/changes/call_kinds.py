"""The kinds of calls that sample jobs are tried as, where a profile of the settings changed.

A change must not hide behind a rule that decides the plain call today: one of another service,
account or day may be charged otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from pricectl.core.labels import service_word
from pricectl.core.model import Model
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import EFFECTS, ProfileRule, RuleCall, day_of
from pricectl.core.units import KNOWN_SERVICES, STANDARD
from pricectl.core.windows import as_instant
from pricectl.policy import Workload
from pricectl.policy.comparison import ProfilePair, moved_rules

# Fields of a profile that are not how it charges every call.
_NOT_OWN = ("name", "rules")
# In place of a star: nothing, and something that hardly any name has.
_FILLERS = ("", "-other")
# Steps to look at a rule, or to ask whether it fits a call.
STEPS = 4


class CallKind(NamedTuple):
    """The calls that a sample job stands for; `period` says when, "" is the comparison's own day.

    `rules` are those that this kind is tried for; none: it is tried for every model.
    """

    at: datetime | None
    service: str = ""
    account: str = ""
    period: str = ""
    rules: tuple[ProfileRule, ...] = ()

    def job(self, workload: Workload) -> Workload:
        """A workload as a call of this kind, named after it."""
        account = f"account {self.account}" if self.account else ""
        words = [word for word in (self.service, account) if word]
        name = ", ".join((workload.name, *words))
        return workload._replace(name=name, service=self.service or workload.service)

    def concerns(self, row: Model) -> bool:
        """Whether one of the rules may decide something for a model, on whatever day."""
        call = RuleCall(row.provider, row.name, service_word(self.service), self.account)
        undated = (rule._replace(from_day=None, until_day=None) for rule in self.rules)
        return not self.rules or any(rule.fits(call) for rule in undated)


Rules = Sequence[ProfileRule]


def call_kinds(
    pair: ProfilePair, at: datetime | None, take: Callable[[int], bool]
) -> tuple[CallKind, ...]:
    """The plain calls, then those that a change of the profile may be about.

    Calls that the same rules decide are one kind. `take` takes the steps for the search; where they
    are not left, what it would have found is left out.
    """
    plain = CallKind(at)
    if pair.old is None or pair.new is None:
        return (plain,)
    old, new = pair.old.rules, pair.new.rules
    kinds: dict[CallKind, list[ProfileRule]] = {plain: []}
    moved, every = set(moved_rules(old, new)), tuple(dict.fromkeys((*old, *new)))
    for rules, others in ((new, set(old)), (old, set(new))):
        for place, rule in enumerate(rules):
            if rule not in others or rule in moved:
                found = _kinds_of(rule, rules[place + 1 :], every, at, take)
                for kind in found:
                    kinds.setdefault(kind, []).append(rule)
    if _own(pair.old) != _own(pair.new):
        every_call = _kinds_of(ProfileRule(), (), every, at, take)
        kinds |= {kind: [] for kind in every_call}
    del kinds[plain]
    return (plain, *(kind._replace(rules=tuple(rules)) for kind, rules in kinds.items()))


def _own(profile: Profile) -> list[object]:
    return [value for name, value in profile._asdict().items() if name not in _NOT_OWN]


def _kinds_of(
    rule: ProfileRule, later: Rules, rules: Rules, at: datetime | None, take: Callable[[int], bool]
) -> Iterator[CallKind]:
    """One kind of call for each set of other rules that fit what a rule fits.

    `later` are those that the rule goes before. Each account that one of them names may be charged
    otherwise; a rule that goes before this one hides it from no account but its own.
    """
    if not take(STEPS * (len(rules) + len(later) + 1)):
        return
    effects = [effect for effect in EFFECTS if rule.has(effect)]
    # The rule without effects is the profile itself, which each rule goes before.
    beside = [each for each in rules if not effects or any(map(each.has, effects))]
    after = [each for each in later if any(map(each.has, effects))]
    accounts = _examples(
        [rule.account] if rule.account else [("",), *(one.account for one in after)]
    )
    written = [one.service for one in beside if one.service]
    words = _examples([rule.service] if rule.service else [(STANDARD,), *written])
    if any("*" in pattern for pattern in rule.service) or (written and not rule.service):
        words += KNOWN_SERVICES
    services = dict.fromkeys(map(service_word, words))
    days = sorted({day for one in beside for day in (one.from_day, one.until_day) if day})
    times: list[tuple[datetime | None, str]] = [(at, "")]
    times += [
        (as_instant(day), f"from {day}") for day in days if at is None or as_instant(day) > at
    ]
    if not take(STEPS * len(accounts) * len(services) * len(times) * (len(beside) + 1)):
        return
    others = [each._replace(provider=(), model=()) for each in beside]
    own, seen = rule._replace(provider=(), model=()), set()
    for (when, period), service, account in product(times, services, accounts):
        call = RuleCall("", "", service_word(service), account, day_of(when))
        if not own.fits(call):
            continue
        fitting = tuple(each.fits(call) for each in others)
        if fitting not in seen:
            seen.add(fitting)
            yield CallKind(when, service, account, period)


def _examples(conditions: Sequence[Sequence[str]]) -> list[str]:
    """Names that the patterns fit, those of the first condition first."""
    patterns = dict.fromkeys(pattern for patterns in conditions for pattern in patterns)
    found = (pattern.replace("*", filler) for filler in _FILLERS for pattern in patterns)
    return list(dict.fromkeys(found))
