"""The smoke test of a live API after a deploy: what to call and what the answers must show."""

from pricectl.operate.smoke.apis import API_NAMES, APIS, ApiKind, Reply
from pricectl.operate.smoke.calls import (
    UNKNOWN_MODEL,
    CallResult,
    Probe,
    SmokeCheck,
    SmokeResult,
    plan,
    smoke_models,
)
from pricectl.operate.smoke.checks import AnswerChecker

__all__ = [
    "APIS",
    "API_NAMES",
    "UNKNOWN_MODEL",
    "AnswerChecker",
    "ApiKind",
    "CallResult",
    "Probe",
    "Reply",
    "SmokeCheck",
    "SmokeResult",
    "plan",
    "smoke_models",
]
