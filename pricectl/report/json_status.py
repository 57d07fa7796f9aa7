"""Where which prices stand, as JSON; schemas/status.schema.json describes it."""

from collections.abc import Sequence
from typing import Any

from pricectl.operate.status import Standing, outcome
from pricectl.report import json


def status(standings: Sequence[Standing]) -> str:
    """Every place with its version, and whether they agree."""
    return json.dump(
        "status", {"outcome": outcome(standings), "places": [_place(each) for each in standings]}
    )


def _place(standing: Standing) -> dict[str, Any]:
    """Null stands for what a place does not have, or did not tell."""
    return {name: None if value == "" else value for name, value in standing._asdict().items()}
