"""Two versions of the settings compared: `diff` shows it, `validate` and the review judge by it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import NamedTuple

from pricectl.core.labels import short_decimal
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import ProfileRule
from pricectl.policy.values import (
    DEFAULT_WORKLOADS,
    Policy,
    SeverityOverride,
    Waiver,
    Workload,
)

# Settings that change what every customer is charged, without a price.
CHARGING = ("profile", "profiles", "fallback", "local_price")
TEXTS = (
    "file",
    "deployed",
    "reference",
    "profile",
    "fallback",
    "service",
    "changelog",
    "usage_file",
)
PATHS = ("file", "reference", "changelog", "usage_file")


class SettingChange(NamedTuple):
    """One setting whose value differs; the texts are None where it is not set.

    `name` is its place, such as "profiles.default.markup_percent". `note` says what else there is
    to say. `loosens`: the edit adds it to its own gate or loosens the gate by it. `counts`: it
    counts already before it is merged.
    """

    name: str
    old: str | None
    new: str | None
    note: str = ""
    loosens: bool = False
    counts: bool = True

    @property
    def charges(self) -> bool:
        """Whether customers may be charged otherwise by it."""
        return self.name.partition(".")[0] in CHARGING


class ProfilePair(NamedTuple):
    """A profile before and after an edit; None where it does not exist.

    `is_chosen`: it is the one that customers are charged by. Its name may differ then, as it may
    where a profile was renamed.
    """

    old: Profile | None
    new: Profile | None
    is_chosen: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether a job may be charged otherwise: the names aside, a value differs."""
        return self.old is None or self.new is None or self.old[1:] != self.new[1:]

    @property
    def name(self) -> str:
        """The name that it has now; of one that is gone, the one that it had."""
        either = self.new or self.old
        return either.name if either else ""


def profile_pairs(old: Policy, new: Policy) -> tuple[ProfilePair, ...]:
    """Every profile with what it was: the chosen one first, then by name, then renamed ones.

    What has no counterpart of its name is paired with what is most like it, because a new name
    must not hide what the customers of the old one are charged.
    """
    chosen = ProfilePair(
        old.profiles.get(old.profile), new.profiles.get(new.profile), is_chosen=True
    )
    pairs = [chosen] if chosen.old or chosen.new else []
    both = [name for name in old.profiles if name in new.profiles]
    by_name = (ProfilePair(old.profiles[name], new.profiles[name]) for name in both)
    pairs += [pair for pair in by_name if pair[:2] != chosen[:2]]
    removed = [old.profiles[name] for name in old.profiles if name not in both]
    added = [new.profiles[name] for name in new.profiles if name not in both]
    # The chosen profile was renamed: it has its counterpart already.
    if chosen.old in removed and chosen.new in added:
        removed.remove(chosen.old)
        added.remove(chosen.new)
    for was in removed:
        like = max(added, key=lambda now: _equal_values(was, now), default=None)
        if like:
            added.remove(like)
        pairs.append(ProfilePair(was, like))
    return (*pairs, *(ProfilePair(None, profile) for profile in added))


def _equal_values(one: Profile, other: Profile) -> int:
    return sum(a == b for a, b in zip(one[1:], other[1:], strict=True))


def setting_changes(old: Policy, new: Policy) -> tuple[SettingChange, ...]:
    """Every setting that differs, in the order of the settings, what charges customers first."""
    changes = [*_profile_changes(old, new)]
    before, after = _values(old), _values(new)
    changes += [
        SettingChange(name, before.get(name), after.get(name))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]
    return tuple(sorted(changes, key=lambda change: not change.charges))


def loosening_first(
    changes: Collection[SettingChange], loosened: Mapping[str, bool]
) -> tuple[SettingChange, ...]:
    """The changes with what they loosen, that first.

    `loosened` says by the name of a setting whether what it loosens counts before it is merged.
    """
    marked = (
        change._replace(loosens=True, counts=loosened[change.name])
        if change.name in loosened
        else change
        for change in changes
    )
    return tuple(sorted(marked, key=lambda change: not change.loosens))


def _profile_changes(old: Policy, new: Policy) -> Iterator[SettingChange]:
    for pair in profile_pairs(old, new):
        was, now = pair.old, pair.new
        place = f"profiles.{pair.name}"
        if was is None or now is None:
            old_text, new_text = (each and described(each) for each in (was, now))
            yield SettingChange(place, old_text, new_text)
            continue
        renamed = was.name != now.name
        if renamed and was.name not in new.profiles:
            yield SettingChange(place, f"profile {was.name}", f"profile {now.name}", "renamed")
        note = f"the profile {was.name} before" if renamed else ""
        for field in Profile._fields[1:]:
            old_value, new_value = getattr(was, field), getattr(now, field)
            if field == "rules":
                yield from _rule_changes(f"{place}.rules", old_value, new_value, note)
            elif old_value != new_value:
                texts = amount_text(old_value), amount_text(new_value)
                yield SettingChange(f"{place}.{field}", *texts, note)


def _rule_changes(
    place: str, old: Sequence[ProfileRule], new: Sequence[ProfileRule], note: str
) -> Iterator[SettingChange]:
    """The rules that only one side has, those for the same calls as one change; then the order."""
    gone = [rule for rule in old if rule not in new]
    brought = [rule for rule in new if rule not in old]
    for rule in gone:
        same_calls = (other for other in brought if other.conditions_text == rule.conditions_text)
        like = next(same_calls, None)
        if like:
            brought.remove(like)
        name = f"{place}: {rule.conditions_text}"
        yield SettingChange(name, rule.effects_text, like and like.effects_text, note)
    for rule in brought:
        yield SettingChange(f"{place}: {rule.conditions_text}", None, rule.effects_text, note)
    kept = [[rule for rule in rules if rule in old and rule in new] for rules in (old, new)]
    if kept[0] != kept[1]:
        was, now = ("; ".join(rule.conditions_text for rule in rules) for rules in kept)
        yield SettingChange(f"{place}: their order", was, now, note)


def moved_rules(old: Sequence[ProfileRule], new: Sequence[ProfileRule]) -> tuple[ProfileRule, ...]:
    """The rules of both sides that stand before or after others than they did."""
    both = set(old).intersection(new)
    kept = [[rule for rule in rules if rule in both] for rules in (old, new)]
    return tuple(dict.fromkeys(kept[1])) if kept[0] != kept[1] else ()


def described(profile: Profile) -> str:
    """All values of a profile, in one text."""
    numbers = [f"{field} {amount_text(value)}" for field, value in profile.numbers.items()]
    rules = [f"{rule.conditions_text}: {rule.effects_text}" for rule in profile.rules]
    words = [f"rounding {profile.rounding}", *rules]
    words += ["prefer_stated_cost true"] if profile.prefer_stated_cost else []
    return ", ".join((*numbers, *words))


def amount_text(value: object) -> str:
    """A number or a word of the settings as people read it."""
    return (
        short_decimal(Fraction(value))
        if isinstance(value, int | Fraction | Decimal) and not isinstance(value, bool)
        else str(value)
    )


def waiver_name(waiver: Waiver) -> str:
    """A waiver in words: its rule, its place and the value that it accepts."""
    value = "" if waiver.value is None else f", value {waiver.value}"
    return f"the waiver of {waiver.rule} at {waiver.pointer or 'every place'}{value}"


def severity_name(override: SeverityOverride) -> str:
    """Which severity is set: its rule and its place."""
    return f"the severity of {override.rule} at {override.pointer or 'every place'}"


def workload_name(workload: Workload) -> str:
    """Which workload, in words."""
    return f"the workload {workload.name!r:.80}"


def _values(policy: Policy) -> dict[str, str]:
    """Every setting but profiles, by its place; what is not set is left out."""
    values = {
        name: _near(value, policy.source) if name in PATHS else str(value)
        for name in TEXTS
        if (value := getattr(policy, name)) is not None
    }
    values |= {
        name: ", ".join(texts)
        for name in ("critical", "names", "feeds")
        if (texts := getattr(policy, name))
    }
    values |= {
        f"local_price.{unit}": amount_text(price) for unit, price in policy.local_price.items()
    }
    for section in ("gates", "limits"):
        for key, value in getattr(policy, section)._asdict().items():
            name = f"{section}.{key}"
            if isinstance(value, Mapping):
                values |= {f"{name}.{unit}": amount_text(bound) for unit, bound in value.items()}
            elif value not in (None, ()):
                values[name] = ", ".join(value) if isinstance(value, tuple) else amount_text(value)
    values |= {f"replay.columns.{role}": name for role, name in policy.replay.columns.items()}
    values |= {"replay.cache": policy.replay.cache} if policy.replay.cache else {}
    # The built-in workloads are not of the settings.
    workloads = () if policy.workloads == DEFAULT_WORKLOADS else policy.workloads
    items = [(workload_name(job), _workload_text(job)) for job in workloads]
    for waiver in policy.waivers:
        until = f" until {waiver.expires}" if waiver.expires else ""
        items.append((waiver_name(waiver), f"{waiver.reason}{until}"))
    items += [(severity_name(one), one.word) for one in policy.severities]
    for name, item in items:  # a list may have two of one name
        values[name] = f"{values[name]}; {item}" if name in values else item
    return values


def _near(path: str, source: str) -> str:
    """A path as seen from the settings file, without the folders of this machine."""
    folder = PurePath(source).parent
    inside = source and PurePath(path).is_relative_to(folder)
    return PurePath(path).relative_to(folder).as_posix() if inside else path


def _workload_text(job: Workload) -> str:
    counts = ", ".join(f"{unit} {quantity}" for unit, quantity in job.usage.counts)
    words = "".join(f", {word}" for word in (job.service, job.region) if word)
    return f"{amount_text(job.calls)} x ({counts}){words}"
