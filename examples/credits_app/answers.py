"""What customers are told: money as exact decimal strings."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Response

from pricectl.core import client_cost, usd
from pricectl.core.money import divide
from pricectl.runtime import Answer

from .calls import Kept
from .jobs import RunningJob


def response(kept: Kept) -> Response:
    """An answer as it was kept."""
    return Response(kept.text, kept.status, media_type="application/json")


def told(  # noqa: PLR0913, PLR0917 - what an answer says
    model: str,
    job: RunningJob,
    body: object,
    priced: Answer,
    owed: int,
    left: int,
    flags: tuple[str, ...],
) -> str:
    """The answer to a call."""
    cost = client_cost(priced.pico_usd, job.profile)
    members = body if isinstance(body, Mapping) else {}
    return json.dumps(
        {
            "status": "completed",
            "job_id": job.name,
            "response": _text(members),
            "usage": members.get("usage"),
            "model": model,
            "budget_mode": job.mode,
            "provider_cost_usd": usd(priced.pico_usd),
            "client_cost_usd": usd(divide(cost.numerator, cost.denominator, "half-even")),
            "credits_deducted": owed,
            "balance": left,
            "pricing": {
                "sha256": priced.catalog_sha256,
                "generation": priced.generation,
                "match": priced.match.how,
                "service": priced.quote.service,
                "region": priced.quote.region,
                "calculator": priced.calculator_version,
                "flags": list(flags),
            },
        },
        default=str,
    )


def _text(body: Mapping[str, Any]) -> str:
    """The text of a completion; an answer in another shape must not fail a call that was paid."""
    try:
        return str(body["choices"][0]["message"]["content"] or "")
    except (LookupError, TypeError):
        return ""


def totals(job: str, found: RunningJob) -> dict[str, Any]:
    """What a job has come to."""
    return {
        "job_id": job,
        "status": "completed" if found.completed else "open",
        "budget_mode": found.mode,
        "calls": found.calls,
        "provider_cost_usd": usd(found.total.pico_usd),
        "credits_charged": found.charged,
        "credits_held": found.held,
        "credits_refunded": found.refunded,
    }
