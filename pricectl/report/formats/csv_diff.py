"""A comparison as CSV for a spreadsheet: a line for each setting, change, sample job and gate."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.changes.diff import DiffResult
from pricectl.core.credits import BUDGET_MODES
from pricectl.report.diff import document
from pricectl.report.formats.csv_lines import written

COLUMNS = (
    *("kind", "severity", "provider", "model", "item", "period", "unit", "above_tokens", "service"),
    *("usd_per", "old", "new", "old_charged", "new_charged", "percent"),
    *("old_client_usd", "new_client_usd", "note", "pointer"),
)


def diff(result: DiffResult) -> str:
    """Every difference; amounts are in USD for what `usd_per` says, credits by budget mode."""
    # The modes are read at each call, so that the table of modes decides.
    modes = [f"{side}_{mode}" for mode in BUDGET_MODES for side in ("old", "new")]
    return written((*COLUMNS, *modes), _lines(document(result)))


def _lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for change in found["settings"]["changes"]:
        yield {**change, "kind": "setting", "item": change["name"]}
    for change in found["changes"]:
        price = change["price"] or {}
        yield {**change, **price, "item": change["field"]}
    for kind, jobs in (("job", found["impact"]), ("charge", found["charges"])):
        for job in jobs:
            yield {**job, "kind": kind, "item": job["workload"], **_costs(job)}
    for gate in found["gates"]:
        state = "exceeded" if gate["tripped"] else "kept"
        yield {"kind": "gate", "item": gate["id"], "old": gate["limit"], "new": gate["actual"]} | {
            "note": state
        }


def _costs(job: Mapping[str, Any]) -> dict[str, Any]:
    """What a job costs before and now: the provider's price, the customer's, the credits."""
    costs: dict[str, Any] = {"usd_per": "job"}
    for side in ("old", "new"):
        costs[side] = job[side]["provider_cost_usd"]
        costs[f"{side}_client_usd"] = job[side]["client_cost_usd"]
        costs |= {f"{side}_{mode}": count for mode, count in job[side]["credits"].items()}
    return costs
