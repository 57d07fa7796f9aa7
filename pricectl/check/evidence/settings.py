"""The settings against those beside the base: one number there re-prices every customer."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Rule
from pricectl.core.labels import short_decimal
from pricectl.core.profile import Profile
from pricectl.policy import Policy

# From so many times on a move is an error; nobody raises a markup from 20 to 100 percent at once.
TIMES = 5
AMOUNTS = ("markup_percent", "credits_per_dollar", "tokens_per_credit")
SETTING_MOVED = Rule(
    "setting-moved",
    "error",
    "a markup or the worth of a credit moved five times or more",
    "It multiplies what every customer pays; a slipped digit looks like this.",
    "[profiles.default]\nmarkup_percent = 200",
    "[profiles.default]\nmarkup_percent = 25",
    "Check the number; move it in smaller steps if it is right.",
    base="[profiles.default]\nmarkup_percent = 20",
)
RULES = (SETTING_MOVED,)


def check(before: Policy | None, after: Policy) -> Iterator[Finding]:
    """Each amount of a profile that moved far; of a new profile nothing is known."""
    for name, profile in after.profiles.items():
        old = before.profiles.get(name) if before else None
        if old is not None:
            yield from _moved(name, old, profile)


def _moved(name: str, old: Profile, new: Profile) -> Iterator[Finding]:
    for amount in AMOUNTS:
        was, now = getattr(old, amount), getattr(new, amount)
        # A markup that is set for the first time was zero; one that became zero resells at cost.
        if was and max(was, now) >= TIMES * min(was, now):
            values = f"{short_decimal(now)}; deployed {short_decimal(was)}"
            message = f"{amount} of the profile {name!r:.40} is {values}"
            yield SETTING_MOVED.finding("", message)
