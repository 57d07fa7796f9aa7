"""Rules about the team's own exceptions, so that none outlives its reason."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule

WAIVER_UNUSED = Rule(
    "waiver-unused",
    "warning",
    "a waiver that matches no finding",
    "It would hide the next mistake at that place.",
    '[[waivers]]\nrule = "output-below-input"\npointer = "/x/gone"\nreason = "see the source"',
    "",
    "Delete the waiver from the settings.",
)
WAIVER_EXPIRED = Rule(
    "waiver-expired",
    "warning",
    "a waiver whose day has passed",
    "It no longer hides anything; the finding is back, as a warning at most.",
    '[[waivers]]\nrule = "zero-price"\nreason = "preview"\nexpires = 2026-06-30',
    "",
    "Fix the finding, or renew the waiver with a new day and reason.",
    due=True,
)
RULES = (WAIVER_UNUSED, WAIVER_EXPIRED)


def check(context: Context) -> Iterator[Finding]:
    """Nothing yet: which waivers are used is known when all other findings are."""
    del context
    yield from ()
