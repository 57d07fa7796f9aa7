"""A live API's checklist after a deploy: what to ask, what the answers say, whether it is right.

Floor 1: the calls themselves are made by `pricectl.live`.
"""

from pricectl.smoke.dialects import API_NAMES, DIALECTS, Dialect, Reply
from pricectl.smoke.judging import Check, Judge, Result
from pricectl.smoke.outcome import Smoked
from pricectl.smoke.plan import UNKNOWN_MODEL, Probe, plan, smoke_models

__all__ = [
    "API_NAMES",
    "DIALECTS",
    "UNKNOWN_MODEL",
    "Check",
    "Dialect",
    "Judge",
    "Probe",
    "Reply",
    "Result",
    "Smoked",
    "plan",
    "smoke_models",
]
