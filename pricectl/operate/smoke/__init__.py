"""A live API's checklist after a deploy: what to ask, what the answers say, whether it is right.

Floor 1: the calls themselves are made by `pricectl.operate.live_api`.
"""

from pricectl.operate.smoke.dialects import API_NAMES, DIALECTS, Dialect, Reply
from pricectl.operate.smoke.judging import Check, Judge, Result
from pricectl.operate.smoke.outcome import Smoked
from pricectl.operate.smoke.plan import UNKNOWN_MODEL, Probe, plan, smoke_models

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
