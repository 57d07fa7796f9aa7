"""Reads a policy from settings: all of it, or the part that can be read.

Apart from the table of settings, which says what each key is.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pricectl.core.errors import BadProfile, PricingError
from pricectl.core.near import near
from pricectl.core.profile import Profile
from pricectl.policy import readers
from pricectl.policy.table import keys_of, unknown_setting
from pricectl.policy.values import BadSettings, Policy


def read_policy(settings: Mapping[str, Any], source: str = "") -> Policy:
    """A policy from settings as read from TOML, with Decimal for numbers with a point.

    Raises BadSettings or BadProfile, which name the setting; also for an unknown setting and for a
    chosen profile that does not exist.
    """
    policy, problems = usable_policy(settings, source)
    if problems:
        raise problems[0]
    policy.profile_named(None)
    return policy


def usable_policy(
    settings: Mapping[str, Any], source: str = ""
) -> tuple[Policy, tuple[PricingError, ...]]:
    """The policy of those settings that can be read, and the problems of the others.

    A setting that cannot be read has its default, a profile that cannot be read is left out. If the
    profile is uncertain, none is chosen: `profile` and `profiles` are empty. So nobody is charged
    by a profile that the team did not mean.
    """
    problems: list[PricingError] = []
    values: dict[str, Any] = {}
    # All unknown keys in one problem: a typo in a heading would repeat for each key.
    unknown = sorted(settings.keys() - keys_of("").keys())
    if unknown:
        problems.append(unknown_setting(unknown, "", source))
    unread = set()
    for name, setting in keys_of("").items():
        if name not in settings:
            continue
        where = f"{source}: {name}"
        try:
            if name == "profiles":  # the one setting whose parts are kept or left out one by one
                values[name] = _profiles(settings[name], where, problems)
            elif setting.read:
                values[name] = setting.read(settings[name], where)
        except (PricingError, ValueError) as error:
            problems.append(_as_problem(error, "is too long a number", where))
            unread.add(name)
    # In the settings as written: a profile that is defined but unreadable was still meant.
    tables = settings.get("profiles")
    defined = isinstance(tables, dict) and values.get("profile", "default") in tables
    # A profile that is misspelt or stands below another heading must not fall back to the default
    # profile: that would resell at cost.
    known = ("profile", "profiles", *Profile._fields)
    misspelt = any(isinstance(settings[name], dict) or near(name, known) for name in unknown)
    misplaced = bool(problems) and (bool(tables) or _has_nested_profile(settings))
    uncertain = not defined and (misspelt or misplaced)
    if uncertain or not unread.isdisjoint({"profile", "profiles"}):
        values |= {"profile": "", "profiles": {}}
    return Policy(**values, source=source, defines_profile=defined), tuple(problems)


def _as_problem(error: PricingError | ValueError, too_long: str, where: str) -> PricingError:
    """The error as a PricingError; a ValueError means an int with too many digits to print."""
    return error if isinstance(error, PricingError) else BadSettings(too_long, where=where)


def _has_nested_profile(value: Any) -> bool:
    """True if `profile` is under a wrong heading, so that TOML reads it into an inner table."""
    members = value.values() if isinstance(value, dict) else value
    tables = [member for member in members if isinstance(member, (dict, list))]
    misplaced = any(
        {"profile", "profiles"} & set(table) for table in tables if isinstance(table, dict)
    )
    return misplaced or any(map(_has_nested_profile, tables))


def _profiles(value: Any, where: str, problems: list[PricingError]) -> Mapping[str, Profile]:
    """The profiles that can be read; the faults of the others are added to `problems`.

    One wrong setting takes its whole profile away: charging by the rest of it would be a guess.
    """
    profiles = {"default": Profile()}
    tables = readers.table(value, where)
    spellings = Counter(name.lower() for name in {"default", *tables})
    for name, item in tables.items():
        try:
            if spellings[name.lower()] > 1:
                what = f"two profiles are called {name!r} but for capital letters"
                raise BadSettings(what, where=where)
            profiles[name] = Profile.read(_profile_table(item, name, where), name)
        except (PricingError, ValueError) as error:
            for known in [other for other in profiles if other.lower() == name.lower()]:
                del profiles[known]
            problem = _as_problem(error, "has too long a number", f"{where}.{name}")
            if isinstance(problem, BadProfile):
                # It says where in the profile, and not in which file.
                located = f"{where.removesuffix('profiles')}{problem.where}"
                problem = BadProfile(problem.what, where=located, next_step=problem.next_step)
            problems.append(problem)
    return profiles


def _profile_table(item: Any, name: str, where: str) -> dict[str, Any]:
    """The settings of one profile; a key that stands in place of a name is told its heading."""
    if not isinstance(item, dict):
        heading = "[[profiles.NAME.rules]]" if name == "rules" else "[profiles.NAME]"
        step = f"write it below {heading}" if name in keys_of("profiles") else ""
        what = f"{item!r:.60} is not a table"
        raise BadSettings(what, where=f"{where}.{name:.60}", next_step=step)
    return item
