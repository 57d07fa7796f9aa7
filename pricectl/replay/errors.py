"""The errors of a log or a request that cannot be read, or not be rated exactly."""

from pricectl.core.errors import PricingError


class BadLog(PricingError):
    """A log that cannot be read as a whole."""


class ReplayRefused(PricingError):
    """The log cannot be rated exactly, so it is not rated at all."""


class RatingDiffers(PricingError):
    """The engine and `core` disagree about a call, so that no number of the run can be trusted."""
