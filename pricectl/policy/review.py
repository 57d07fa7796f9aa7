"""Which settings hold while an edit is under review: an edit cannot loosen its own gate.

What the edit makes stricter counts at once. What it adds or loosens is listed, and counts only once
it is merged. The exception is a waiver that names rule, place and accepted value.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from pricectl.policy.comparison import (
    SettingChange,
    setting_changes,
    severity_name,
    waiver_name,
    workload_name,
)
from pricectl.policy.values import (
    GateSettings,
    Policy,
    ReplaySettings,
    RuleLimits,
    SeverityOverride,
    Waiver,
    Workload,
)

# Such a change has no reason beside it that could be compared.
AT_ONCE = "it counts at once, so confirm that it is meant"


class Loosening(NamedTuple):
    """Something that an edit adds to the gate or loosens in it, in words.

    `counts`: it counts at once. `hint`: what a reviewer does about it, where that of the rule does
    not fit. `setting` is what `comparison` calls the setting.
    """

    message: str
    counts: bool = False
    hint: str = ""
    setting: str = ""


class ReviewedPolicy(NamedTuple):
    """The settings that an edit is judged by, and what it changes in them.

    `base_severities` are the severities before the edit; None without a base. `changes` are all
    settings that differ.
    """

    policy: Policy
    loosened: tuple[Loosening, ...] = ()
    base_severities: tuple[SeverityOverride, ...] | None = None
    changes: tuple[SettingChange, ...] = ()


def review(
    edited: Policy,
    base: Policy | None,
    *,
    seeds: Collection[str] = (),
    acknowledged_in_catalog: Collection[str] = (),
) -> ReviewedPolicy:
    """The settings that hold for an edit.

    Args:
        edited: the settings as the edit has them.
        base: those before the edit; None where they are not known, then the edited ones hold.
        seeds: the models that are critical where the settings name none.
        acknowledged_in_catalog: rules whose findings are accepted in the catalog, so that a new
            waiver of them never counts at once.
    """
    if base is None:
        return ReviewedPolicy(edited)
    found: list[Loosening] = []
    policy = edited._replace(
        waivers=_waivers(edited, base, acknowledged_in_catalog, found),
        critical=_critical(edited, base, seeds, found),
        limits=_limits(edited.limits, base.limits, found),
        gates=_gates(edited.gates, base.gates, found),
        names=_kept("names", edited.names, base.names, found),
        workloads=_kept_workloads(edited, base, found),
        reference=_unchanged("reference", edited.reference, base.reference, found),
        deployed=_unchanged("deployed", edited.deployed, base.deployed, found),
        usage_file=_kept_usage(edited, base, found),
        replay=_kept_replay(edited, base, found),
    )
    found += _severities(edited.severities, base.severities)
    changes = setting_changes(base, edited)
    for change in changes:
        # What changes a customer's charge, or names the file, counts at once, but never unseen.
        if change.charges or change.name == "file":
            words = _in_words(change)
            found.append(Loosening(words, counts=True, hint=AT_ONCE, setting=change.name))
    return ReviewedPolicy(policy, tuple(found), base.severities, changes)


def _in_words(change: SettingChange) -> str:
    unset = "the usual name" if change.name == "file" else ""
    was, now = change.old or unset, change.new or unset
    note = f" ({change.note})" if change.note else ""
    if not was:
        return f"`{change.name}` is new: {now}{note}"
    if not now:
        return f"`{change.name}` is removed; it was {was}{note}"
    verb = "names" if change.name == "file" else "is"
    return f"`{change.name}` {verb} {now} instead of {was}{note}"


def _waivers(
    edited: Policy, base: Policy, by_catalog: Collection[str], found: list[Loosening]
) -> tuple[Waiver, ...]:
    counted = []
    for waiver in edited.waivers:
        if any(_includes(old, waiver) for old in base.waivers):
            counted.append(waiver)
            continue
        exact = waiver.value is not None and bool(waiver.pointer)
        exact = exact and waiver.rule not in by_catalog
        if exact:
            counted.append(waiver)
        until = f" until {waiver.expires}" if waiver.expires else ""
        message = f"{waiver_name(waiver)} is new{until}: {waiver.reason}"
        found.append(Loosening(message, exact, setting=waiver_name(waiver)))
        # One that was widened or renewed holds as it was before.
        counted += [old for old in base.waivers if _includes(waiver, old)]
    return tuple(dict.fromkeys(counted))


def _includes(wide: Waiver, narrow: Waiver) -> bool:
    """Whether a waiver accepts all that another one does."""
    start = wide.pointer.rstrip("/")
    later = wide.expires is None or (narrow.expires is not None and narrow.expires <= wide.expires)
    return (
        wide.rule == narrow.rule
        and f"{narrow.pointer}/".startswith(f"{start}/")
        and later
        and wide.value in (None, narrow.value)
    )


def _critical(
    edited: Policy, base: Policy, seeds: Collection[str], found: list[Loosening]
) -> tuple[str, ...]:
    named = edited.critical or seeds
    gone = [name for name in base.critical or seeds if name not in named]
    if gone:
        message = f"`critical` no longer names {', '.join(gone)}"
        found.append(Loosening(message, setting="critical"))
    return (*edited.critical, *gone)


def _limits(edited: RuleLimits, base: RuleLimits, found: list[Loosening]) -> RuleLimits:
    """The stricter of both, limit by limit."""
    strict = edited._replace(
        max_input_usd_per_mtok=min(edited.max_input_usd_per_mtok, base.max_input_usd_per_mtok),
        max_output_usd_per_mtok=min(edited.max_output_usd_per_mtok, base.max_output_usd_per_mtok),
        stale_days=min(edited.stale_days, base.stale_days),
        # The more days before a shutdown, the earlier it is reported.
        deprecation_days=max(edited.deprecation_days, base.deprecation_days),
        # A bound that is not set is the built-in one, which these two only widen.
        highest=_both(edited.highest, base.highest, min),
        lowest=_both(edited.lowest, base.lowest, max),
    )
    for name in RuleLimits._fields:
        now, kept, was = (getattr(limits, name) for limits in (edited, strict, base))
        if now == kept:
            continue
        if name not in ("highest", "lowest"):
            message = f"`limits.{name}` is {now} instead of {was}"
            found.append(Loosening(message, setting=f"limits.{name}"))
            continue
        for unit, bound in now.items():
            if kept.get(unit) != bound:
                old = was.get(unit, "the built-in bound")
                message = f"`limits.{name}.{unit}` is {bound} instead of {old}"
                found.append(Loosening(message, setting=f"limits.{name}.{unit}"))
    return strict


def _both(
    edited: Mapping[str, Decimal],
    base: Mapping[str, Decimal],
    stricter: Callable[[Decimal, Decimal], Decimal],
) -> Mapping[str, Decimal]:
    """The stricter bound of each unit that both have one for."""
    return {unit: stricter(bound, base[unit]) for unit, bound in edited.items() if unit in base}


def _gates(edited: GateSettings, base: GateSettings, found: list[Loosening]) -> GateSettings:
    def percent(name: str) -> Decimal | None:
        was, now = getattr(base, name), getattr(edited, name)
        if was is not None and (now is None or now > was):
            message = f"`gates.{name}` is {'not set' if now is None else now} instead of {was}"
            found.append(Loosening(message, setting=f"gates.{name}"))
            return Decimal(was)
        return None if now is None else Decimal(now)

    def kinds(name: str) -> tuple[str, ...]:
        return _kept(f"gates.{name}", getattr(edited, name), getattr(base, name), found)

    return GateSettings(
        kinds("fail_on"),
        kinds("fail_on_changes"),
        percent("max_increase_percent"),
        percent("max_decrease_percent"),
        percent("max_credit_change_percent"),
        percent("max_bill_increase_percent"),
        percent("max_account_increase_percent"),
    )


def _kept(
    name: str, edited: tuple[str, ...], base: tuple[str, ...], found: list[Loosening]
) -> tuple[str, ...]:
    gone = [each for each in base if each not in edited]
    if gone:
        found.append(Loosening(f"`{name}` no longer names {', '.join(gone)}", setting=name))
    return (*edited, *gone)


def _kept_workloads(edited: Policy, base: Policy, found: list[Loosening]) -> tuple[Workload, ...]:
    gone = [job for job in base.workloads if job not in edited.workloads]
    # The first settings of a team do not loosen what it wrote, but its gate has the built-in jobs.
    found += [
        Loosening(f"{workload_name(job)} is changed or gone", setting=workload_name(job))
        for job in gone
        if base.source
    ]
    return (*edited.workloads, *gone)


def _unchanged(
    name: str, edited: str | None, base: str | None, found: list[Loosening]
) -> str | None:
    if edited != base:
        was, now = base or "not set", edited or "not set"
        found.append(Loosening(f"`{name}` is {now} instead of {was}", setting=name))
    return base


def _kept_usage(edited: Policy, base: Policy, found: list[Loosening]) -> str | None:
    """The usage of the base, by which its limits on bills are held; a first one counts at once."""
    if base.usage_file is None:
        return edited.usage_file
    return _unchanged("usage_file", edited.usage_file, base.usage_file, found)


def _kept_replay(edited: Policy, base: Policy, found: list[Loosening]) -> ReplaySettings:
    """How usage is read: as before the edit, where its bills or its columns were known then."""
    if edited.replay == base.replay:
        return base.replay
    is_kept = base.usage_file is not None or base.replay != ReplaySettings()
    for name, was, now in (
        ("replay.columns", _columns(base.replay), _columns(edited.replay)),
        ("replay.cache", base.replay.cache or "", edited.replay.cache or ""),
    ):
        if was != now:
            message = f"`{name}` is {now or 'not set'} instead of {was or 'not set'}"
            hint = "" if is_kept else AT_ONCE
            found.append(Loosening(message, counts=not is_kept, hint=hint, setting=name))
    return base.replay if is_kept else edited.replay


def _columns(replay: ReplaySettings) -> str:
    return ", ".join(f"{role} {column}" for role, column in sorted(replay.columns.items()))


def _severities(
    edited: tuple[SeverityOverride, ...], base: tuple[SeverityOverride, ...]
) -> Iterator[Loosening]:
    for one in edited:
        if one not in base:
            where = one.pointer or "every place"
            message = f"{one.rule} at {where} is set to the severity {one.word}"
            yield Loosening(message, setting=severity_name(one))
    for one in base:
        if one not in edited:
            message = f"{severity_name(one)} is no longer {one.word}"
            yield Loosening(message, setting=severity_name(one))
