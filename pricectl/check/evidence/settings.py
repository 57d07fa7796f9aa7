"""The settings against those beside the base: one number there re-prices every customer."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Rule
from pricectl.core.labels import short_decimal
from pricectl.core.profile import Profile
from pricectl.policy import Policy
from pricectl.policy.comparison import profile_pairs

Amount: TypeAlias = int | Decimal | Fraction
# From so many times on a move is an error; nobody raises a markup from 20 to 100 percent at once.
TIMES = 5
AMOUNTS = (
    "markup_percent",
    "credits_per_dollar",
    "tokens_per_credit",
    "credits_per_job",
    "minimum_credits",
)
SETTING_MOVED = Rule(
    "setting-moved",
    "error",
    "a markup, the worth of a credit or a local price moved five times or more",
    "It multiplies what every customer pays; a slipped digit looks like this.",
    "[profiles.default]\nmarkup_percent = 200",
    "[profiles.default]\nmarkup_percent = 25",
    "Check the number; move it in smaller steps if it is right.",
    base="[profiles.default]\nmarkup_percent = 20",
)
RULES = (SETTING_MOVED,)


def check(before: Policy | None, after: Policy) -> Iterator[Finding]:
    """Each amount that moved far: of a profile, of the chosen profile, of a local price.

    A team that had no settings chooses its credits for the first time, so that only the factor of
    the markup is compared with the defaults.
    """
    if before is None:
        return
    amounts = AMOUNTS if before.source else AMOUNTS[:1]
    for pair in profile_pairs(before, after):
        old, new = pair.old, pair.new
        if old and new:
            which = f"the profile {new.name!r:.40}"
            if pair.is_chosen and old.name != new.name:
                which = f"the chosen profile, now {new.name!r:.40}"
            yield from _moved(which, old, new, amounts)
    for unit, now in after.local_price.items():
        was = before.local_price.get(unit, now)
        if _is_far(was, now):
            values = f"{short_decimal(now)}; deployed {short_decimal(was)}"
            yield SETTING_MOVED.finding("", f"local_price.{unit} is {values}")


def _moved(which: str, old: Profile, new: Profile, amounts: Sequence[str]) -> Iterator[Finding]:
    for amount in amounts:
        was, now = getattr(old, amount), getattr(new, amount)
        far = _is_far(was, now)
        if amount == "markup_percent":
            # A markup of zero has no multiple, but a price with it has.
            far = (was and far) or _is_far(100 + was, 100 + now)
        elif amount == "minimum_credits":
            # No minimum is close to the smallest one.
            far = _is_far(max(was, 1), max(now, 1))
        if far:
            values = f"{short_decimal(now)}; deployed {short_decimal(was)}"
            yield SETTING_MOVED.finding("", f"{amount} of {which} is {values}")


def _is_far(was: Amount, now: Amount) -> bool:
    """Whether one is so many times the other; anything is far from zero."""
    return was != now and max(was, now) >= TIMES * min(was, now)
