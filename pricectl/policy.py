"""What a team has decided about its prices: the values of its settings."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pricectl.core.credits import Profile
from pricectl.core.errors import BadUsage, PricingError
from pricectl.core.sanity import SEED_MODELS
from pricectl.core.sanity.bounds import Bounds, rate_of, widen
from pricectl.core.units import UNITS, is_token
from pricectl.core.usage import Usage

Value = TypeVar("Value")
MAX_DAYS = 36_500


class BadSettings(PricingError):
    """A setting that cannot be meant as written."""


class Waiver(NamedTuple):
    """A finding that the team accepts, why, and until when (None: for good).

    `pointer` is a JSON Pointer or the start of one; empty waives the rule everywhere.
    """

    rule: str
    reason: str
    pointer: str = ""
    expires: date | None = None


class Workload(NamedTuple):
    """A typical job, for showing what a price change means: `calls` equal calls."""

    name: str
    usage: Usage
    calls: int = 1
    service: str | None = None


class Limits(NamedTuple):
    """Where the rules begin to doubt; ages in days.

    `highest` and `lowest` are prices by unit, in USD per 1M tokens for units of tokens and else in
    USD per unit. They only widen the built-in bounds.
    """

    max_input_usd_per_mtok: Decimal = Decimal(200)
    max_output_usd_per_mtok: Decimal = Decimal(700)
    stale_days: int = 30
    deprecation_days: int = 30
    highest: Mapping[str, Decimal] = MappingProxyType({})
    lowest: Mapping[str, Decimal] = MappingProxyType({})

    @property
    def bounds(self) -> Bounds:
        """The lowest and highest believable price of each unit, for `core.sanity`."""
        sides = {
            "input": rate_of(self.max_input_usd_per_mtok, "input"),
            "output": rate_of(self.max_output_usd_per_mtok, "output"),
        }
        return self.widened(widen({}, sides))

    def widened(self, bounds: Bounds) -> Bounds:
        """Bounds with the limits by unit."""
        lowest = {unit: rate_of(price, unit) for unit, price in self.lowest.items()}
        highest = {unit: rate_of(price, unit) for unit, price in self.highest.items()}
        return widen(lowest, highest, bounds)


DEFAULT_WORKLOADS = (
    Workload("chat turn (1,000 in, 500 out)", Usage(1_000, 500)),
    Workload("long document (100,000 in, 2,000 out)", Usage(100_000, 2_000)),
    Workload(
        "cached agent, 20 calls (30,000 in of them 27,000 cached, 800 out)",
        Usage(30_000, 800, cache_read_tokens=27_000),
        calls=20,
    ),
)


class Policy(NamedTuple):
    """Everything a team has decided, with the defaults of one that has not.

    `defines_profile` says that the chosen profile is written down, and not the default one.
    """

    file: str | None = None
    deployed: str | None = None
    critical: tuple[str, ...] = SEED_MODELS
    names: tuple[str, ...] = ()
    profile: str = "default"
    profiles: Mapping[str, Profile] = {"default": Profile()}
    workloads: tuple[Workload, ...] = DEFAULT_WORKLOADS
    waivers: tuple[Waiver, ...] = ()
    limits: Limits = Limits()
    source: str = ""
    defines_profile: bool = False

    def profile_named(self, name: str | None) -> Profile:
        """The profile asked for, else the team's own. Raises BadSettings."""
        wanted = name or self.profile
        if wanted not in self.profiles:
            raise BadSettings(
                f"no profile is called {wanted!r}",
                where=self.source,
                next_step=f"one of {', '.join(self.profiles)}",
            )
        return self.profiles[wanted]


# What a customer is charged is not known: it chooses a profile that does not exist.
NO_PROFILE = Policy(profile="", profiles={})


def read_policy(settings: Mapping[str, Any], source: str = "") -> Policy:
    """Settings as read from TOML (numbers with a point as Decimal) to a policy.

    Raises BadSettings or BadProfile with the setting's name, also for an unknown setting and for a
    profile that does not exist.
    """
    policy, problems = usable_policy(settings, source)
    if problems:
        raise problems[0]
    policy.profile_named(None)
    return policy


def usable_policy(
    settings: Mapping[str, Any], source: str = ""
) -> tuple[Policy, tuple[PricingError, ...]]:
    """The settings that can be used, each by itself, and what is wrong with the others.

    A setting that cannot be used has its default. A profile that cannot be used is left out, and
    with it the right to charge by it: if it is the chosen one, `profile` names none of `profiles`.
    """
    problems: list[PricingError] = []
    values: dict[str, Any] = {"profiles": {"default": Profile()}}
    unknown = sorted(settings.keys() - _READERS.keys())
    if unknown:
        known = f"one of {', '.join(_READERS)}"
        what = f"unknown setting {', '.join(unknown)}"
        problems.append(BadSettings(what, where=source, next_step=known))
    unread = set()
    for name, read in _READERS.items():
        if name in settings:
            try:
                values[name] = read(settings[name], f"{source}: {name}", problems)
            except PricingError as error:
                problems.append(error)
                unread.add(name)
            except ValueError:  # an int of so many digits that no message can show it
                problems.append(BadSettings("is too long a number", where=f"{source}: {name}"))
                unread.add(name)
    # Where the chosen profile is not known for sure, none is chosen rather than the default one:
    # that would resell at cost.
    tables = settings.get("profiles")
    defined = isinstance(tables, dict) and values.get("profile", "default") in tables
    misspelt = any(_may_be_a_profile(name, settings[name]) for name in unknown)
    misplaced = bool(problems) and (bool(tables) or _mentions_a_profile(settings))
    if (not defined and (misspelt or misplaced)) or not unread.isdisjoint({"profile", "profiles"}):
        values |= {"profile": "", "profiles": {}}
    return Policy(**values, source=source, defines_profile=defined), tuple(problems)


def _mentions_a_profile(value: Any) -> bool:
    """Whether `profile` is a key below the top, as it is when it follows a table's heading."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    below = [each for each in inner if isinstance(each, (dict, list))]
    named = any(isinstance(each, dict) and {"profile", "profiles"} & each.keys() for each in below)
    return named or any(map(_mentions_a_profile, below))


def _may_be_a_profile(name: str, value: Any) -> bool:
    """Whether an unknown setting may be a misspelt profile, or the choice of one."""
    from difflib import get_close_matches

    known = ("profile", "profiles", *Profile._fields)
    return isinstance(value, dict) or bool(get_close_matches(name.lower(), known, n=1))


def _is(kind: type[Value], words: str) -> Callable[[Any, str], Value]:
    def read(value: Any, where: str) -> Value:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadSettings(f"{value!r:.60} is not {words}", where=where)
        return value

    return read


_text = _is(str, "a text")
_table = _is(dict, "a table")
_list = _is(list, "a list")


def _count(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_DAYS:
        shown = "it" if type(value) is int else f"{value!r:.60}"  # an int may be too long to show
        days = f"a number of days, 0 to {MAX_DAYS}"
        raise BadSettings(f"{shown} is not a whole number of days", where=where, next_step=days)
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_text(item, where) for item in _list(value, where))


def _members(
    value: Any, where: str, known: Mapping[str, Callable[[Any, str], Any]]
) -> dict[str, Any]:
    table = _table(value, where)
    unknown = sorted(table.keys() - known.keys())
    if unknown:
        raise BadSettings(
            f"unknown setting {', '.join(unknown)}",
            where=where,
            next_step=f"one of {', '.join(known)}",
        )
    return {name: known[name](item, f"{where}.{name}") for name, item in table.items()}


def _day(value: Any, where: str) -> date:
    if isinstance(value, datetime):
        raise BadSettings(f"{value} is not a valid date", where=where, next_step="2026-12-31")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value, where))
    except ValueError:
        raise BadSettings(
            f"{value!r} is not a valid date", where=where, next_step="2026-12-31"
        ) from None


def _price(value: Any, where: str, unit: str = "USD per 1M tokens") -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value <= 0:
        raise BadSettings(f"{value!r:.60} is no price", where=where, next_step=unit)
    return Decimal(value)


def _waivers(value: Any, where: str) -> tuple[Waiver, ...]:
    known = {"rule": _text, "reason": _text, "pointer": _text, "expires": _day}
    waivers = []
    for index, item in enumerate(_list(value, where)):
        members = _members(item, f"{where}[{index}]", known)
        missing = [name for name in ("rule", "reason") if not members.get(name, "").strip()]
        if missing:
            what = f"a waiver needs a rule and a reason; missing: {' and '.join(missing)}"
            raise BadSettings(what, where=f"{where}[{index}]")
        waivers.append(Waiver(**members))
    return tuple(waivers)


def _workloads(value: Any, where: str) -> tuple[Workload, ...]:
    workloads = []
    for index, item in enumerate(_list(value, where)):
        here = f"{where}[{index}]"
        counts = dict(_table(item, here))
        name, calls = counts.pop("name", None), counts.pop("calls", 1)
        service = counts.pop("service", None)
        if not isinstance(name, str) or type(calls) is not int or calls < 1:
            raise BadSettings("a workload needs a name, and calls of 1 or more", where=here)
        if service is not None and not isinstance(service, str):
            raise BadSettings(f"service {service!r:.60} is not a text", where=here)
        try:
            usage = Usage(**counts)
        except (BadUsage, TypeError) as error:
            raise BadSettings(str(error), where=here) from None
        workloads.append(Workload(name, usage, calls, service))
    return tuple(workloads)


def _profiles(value: Any, where: str, problems: list[PricingError]) -> Mapping[str, Profile]:
    """The profiles that can be used; one with a fault is not charged by its other settings."""
    profiles = {"default": Profile()}
    tables = _table(value, where)
    folded = Counter(name.lower() for name in {"default", *tables})
    for name, item in tables.items():
        try:
            if folded[name.lower()] > 1:
                raise BadSettings(
                    f"two profiles are called {name!r} but for capital letters", where=where
                )
            profiles[name] = Profile.read(_table(item, where), name)
        except (PricingError, ValueError) as found:
            error = (
                found
                if isinstance(found, PricingError)
                else BadSettings("has too long a number", where=f"{where}.{name}")
            )
            for known in [each for each in profiles if each.lower() == name.lower()]:
                del profiles[known]
            problems.append(error)
    return profiles


def _limits(value: Any, where: str) -> Limits:
    known: Mapping[str, Callable[[Any, str], Any]] = {
        "max_input_usd_per_mtok": _price,
        "max_output_usd_per_mtok": _price,
        "stale_days": _count,
        "deprecation_days": _count,
        "highest": _unit_prices,
        "lowest": _unit_prices,
    }
    limits = Limits(**_members(value, where, known))
    for unit in limits.lowest.keys() & limits.highest.keys():
        if limits.lowest[unit] > limits.highest[unit]:
            raise BadSettings(
                f"the lowest price of {unit} is above the highest", where=f"{where}.lowest.{unit}"
            )
    return limits


def _unit_prices(value: Any, where: str) -> Mapping[str, Decimal]:
    table = _table(value, where)
    for name in table:
        if name not in UNITS:
            near = get_close_matches(name, UNITS, n=1)
            raise BadSettings(
                f"unknown unit {name!r:.60}",
                where=where,
                next_step=f"did you mean {near[0]}?" if near else f"one of {', '.join(UNITS)}",
            )
    return {name: _price(price, f"{where}.{name}", _per(name)) for name, price in table.items()}


def _per(unit: str) -> str:
    return "USD per 1M tokens" if is_token(unit) else f"USD per {UNITS[unit].counts}"


def _alone(read: Callable[[Any, str], Any]) -> "_Reader":
    """A reader of a setting that is right or wrong as a whole."""
    return lambda value, where, _: read(value, where)


# A reader gets the value, where it stands, and a list for the problems of parts that it leaves out.
_Reader = Callable[[Any, str, list[PricingError]], Any]
_READERS: Mapping[str, _Reader] = {
    "file": _alone(_text),
    "deployed": _alone(_text),
    "critical": _alone(_texts),
    "names": _alone(_texts),
    "profile": _alone(_text),
    "profiles": _profiles,
    "workloads": _alone(_workloads),
    "waivers": _alone(_waivers),
    "limits": _alone(_limits),
}
