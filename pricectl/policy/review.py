"""Which settings hold while an edit is under review: an edit cannot loosen its own gate.

What the edit makes stricter counts at once. What it adds or loosens is listed, and counts only once
it is merged. The exception is a waiver that names rule, place and accepted value.
"""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, TypeVar

from pricectl.policy.values import GateSettings, Policy, RuleLimits, SeverityOverride, Waiver

T = TypeVar("T")


class Loosening(NamedTuple):
    """Something that an edit adds to the gate or loosens in it, in words.

    `counts`: it counts at once.
    """

    message: str
    counts: bool = False


class ReviewedPolicy(NamedTuple):
    """The settings that an edit is judged by, and what it changes in them.

    `base_severities` are the severities before the edit; None without a base.
    """

    policy: Policy
    loosened: tuple[Loosening, ...] = ()
    base_severities: tuple[SeverityOverride, ...] | None = None


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
    )
    found += _severities(edited.severities, base.severities)
    if base.source and edited.file != base.file:
        was, now = base.file or "the usual name", edited.file or "the usual name"
        found.append(Loosening(f"`file` names {now} instead of {was}", counts=True))
    return ReviewedPolicy(policy, tuple(found), base.severities)


def describe(waiver: Waiver) -> str:
    """A waiver in words."""
    value = "" if waiver.value is None else f", value {waiver.value}"
    return f"the waiver of {waiver.rule} at {waiver.pointer or 'every place'}{value}"


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
        found.append(Loosening(f"{describe(waiver)} is new{until}: {waiver.reason}", exact))
        # One that was widened or renewed holds as it was before.
        counted += [old for old in base.waivers if _includes(waiver, old)]
    return tuple(dict.fromkeys(counted))


def _includes(wide: Waiver, narrow: Waiver) -> bool:
    """Whether a waiver accepts all that another one does."""
    start = wide.pointer.rstrip("/")
    later = wide.expires is None or (
        narrow.expires is not None and narrow.expires <= wide.expires
    )
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
        found.append(Loosening(f"`critical` no longer names {', '.join(gone)}"))
    return (*edited.critical, *gone)


def _limits(edited: RuleLimits, base: RuleLimits, found: list[Loosening]) -> RuleLimits:
    """The stricter of both, limit by limit."""
    strict: dict[str, object] = {}
    # The more days before a shutdown, the earlier it is reported.
    for name, stricter in (
        ("max_input_usd_per_mtok", min),
        ("max_output_usd_per_mtok", min),
        ("stale_days", min),
        ("deprecation_days", max),
    ):
        was, now = getattr(base, name), getattr(edited, name)
        strict[name] = stricter(was, now)
        if strict[name] != now:
            found.append(Loosening(f"`limits.{name}` is {now} instead of {was}"))
    # A bound that is not set is the built-in one, which these two only widen.
    for name, stricter in (("highest", min), ("lowest", max)):
        was, now = getattr(base, name), getattr(edited, name)
        strict[name] = {unit: stricter(now[unit], was[unit]) for unit in now if unit in was}
        for unit, bound in now.items():
            if strict[name].get(unit) != bound:  # type: ignore[attr-defined]
                old = was.get(unit, "the built-in bound")
                found.append(Loosening(f"`limits.{name}.{unit}` is {bound} instead of {old}"))
    return edited._replace(**strict)


def _gates(edited: GateSettings, base: GateSettings, found: list[Loosening]) -> GateSettings:
    def percent(name: str) -> Decimal | None:
        was, now = getattr(base, name), getattr(edited, name)
        if was is not None and (now is None or now > was):
            found.append(Loosening(f"`gates.{name}` is {now or 'not set'} instead of {was}"))
            return Decimal(was)
        return None if now is None else Decimal(now)

    def kinds(name: str) -> tuple[str, ...]:
        was, now = getattr(base, name), getattr(edited, name)
        gone = [kind for kind in was if kind not in now]
        if gone:
            found.append(Loosening(f"`gates.{name}` no longer names {', '.join(gone)}"))
        return (*now, *gone)

    return GateSettings(
        kinds("fail_on"),
        kinds("fail_on_changes"),
        percent("max_increase_percent"),
        percent("max_decrease_percent"),
    )


def _kept(
    name: str, edited: tuple[str, ...], base: tuple[str, ...], found: list[Loosening]
) -> tuple[str, ...]:
    gone = [each for each in base if each not in edited]
    if gone:
        found.append(Loosening(f"`{name}` no longer names {', '.join(gone)}"))
    return (*edited, *gone)


def _kept_workloads(edited: Policy, base: Policy, found: list[Loosening]) -> tuple[T, ...]:
    gone = [job for job in base.workloads if job not in edited.workloads] if base.source else []
    for job in gone:
        found.append(Loosening(f"the workload {job.name!r:.80} is changed or gone"))
    return (*edited.workloads, *gone)  # type: ignore[arg-type]


def _unchanged(
    name: str, edited: str | None, base: str | None, found: list[Loosening]
) -> str | None:
    if edited != base:
        was, now = base or "not set", edited or "not set"
        found.append(Loosening(f"`{name}` is {now} instead of {was}"))
    return base


def _severities(
    edited: Iterable[SeverityOverride], base: tuple[SeverityOverride, ...]
) -> Iterator[Loosening]:
    edited = tuple(edited)
    for one in edited:
        if one not in base:
            word = "note" if one.severity == "info" else one.severity
            where = one.pointer or "every place"
            yield Loosening(f"{one.rule} at {where} is set to the severity {word}")
    for one in base:
        if one not in edited:
            where = one.pointer or "every place"
            yield Loosening(f"the severity of {one.rule} at {where} is no longer {one.severity}")
