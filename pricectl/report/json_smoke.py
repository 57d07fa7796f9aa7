"""A smoke test as JSON; schemas/smoke.schema.json describes it."""

from typing import Any

from pricectl.core.money import usd
from pricectl.operate.smoke import Result, Smoked
from pricectl.report.json import catalog_id, dump


def smoke(smoked: Smoked) -> str:
    """The document of `pricectl smoke`."""
    return dump(
        "smoke",
        {
            "outcome": "fail" if smoked.failed else "pass",
            "url": smoked.url,
            "api": smoked.api,
            "calls": [_call(result) for result in smoked.results],
            "provider_cost_usd": usd(smoked.pico_usd),
            "credits": smoked.credits,
            "profile": smoked.profile.name,
            "catalog": catalog_id(smoked.catalog),
        },
    )


def _call(result: Result) -> dict[str, Any]:
    probe, pico_usd = result.probe, result.pico_usd
    return {
        "name": probe.name,
        "model": probe.model,
        "budget_mode": probe.mode,
        "outcome": result.outcome,
        "reason": probe.skipped,
        "status": result.status or None,
        "provider_cost_usd": None if pico_usd is None else usd(pico_usd),
        "credits": result.credits,
        "checks": [check._asdict() for check in result.checks],
    }
