"""A rollback as JSON; schemas/rollback.schema.json describes it."""

import json
from typing import Any

from pricectl.operate.rollback import Plan
from pricectl.report import diff
from pricectl.report.json import dump
from pricectl.report.rollback import Differences, Outcome
from pricectl.report.validate import finding_documents


def rollback(planned: Plan, found: Differences, outcome: Outcome) -> str:
    """The document of `pricectl rollback`."""
    target, committed = planned.target, planned.committed
    return dump(
        "rollback",
        {
            "outcome": outcome.state,
            "file": planned.file,
            "before": {
                "sha256": planned.current_sha256 or None,
                "commit": committed.commit if committed else None,
                "kept_in": (planned.keeps if outcome.state == "restored" else "") or None,
            },
            "target": {
                "name": target.name,
                "commit": target.commit or None,
                "sha256": planned.sha256,
                "models": planned.report.models,
            },
            "skipped": planned.skipped,
            "refusal": planned.refusal,
            "compared_with": planned.compared_with,
            "comparison_note": planned.comparison_note,
            "findings": finding_documents(planned.report),
            "diff": _diff(found),
            "not_compared": found.trouble,
            "reload": _reload(outcome),
        },
    )


def _diff(found: Differences) -> Any:
    if found.compared is None or found.before is None or found.after is None:
        return None
    text = diff.json(found.compared, found.before, found.after, found.profile)
    return json.loads(text)


def _reload(outcome: Outcome) -> dict[str, Any] | None:
    found = outcome.reloaded
    if found is None:
        unreachable = {"outcome": "unreachable", "reason": outcome.unreachable}
        return unreachable if outcome.unreachable else None
    return {
        "outcome": "reloaded" if outcome.follows else "refused",
        "url": found.url,
        "version": found.version,
        "models": found.models,
        "generation": found.generation,
        "reason": found.reason,
    }
