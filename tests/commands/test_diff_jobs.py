# ruff: noqa: F811 - fixtures of other tests are imported by name
"""The sample jobs of `diff` for a factor, a region or a service that an edit touches."""

import json
from typing import Any

import pytest

from tests.commands.test_diff_settings import (
    document,
)
from tests.commands.test_own_gate import Edit, edit  # noqa: F401 - a fixture
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME

pytestmark = pytest.mark.usefixtures("three_modes")


def row_edit(edit_files: Edit, old: dict[str, Any], new: dict[str, Any]) -> None:
    def catalog(more: dict[str, Any]) -> str:
        values = json.loads(CATALOG)
        values["openai"]["o3"] |= more
        return json.dumps(values)

    edit_files({NAME: catalog(old)}, {NAME: catalog(new)})


@pytest.mark.parametrize(
    ("old", "new", "name", "costs"),
    [
        # 10,000 x $2 + 1,000 x $8 = $0.028, x 1.1 = $0.0308 and x 2.2 = $0.0616.
        (
            {"regional_processing_uplift_multiplier_eu": 1.1},
            {"regional_processing_uplift_multiplier_eu": 2.2},
            "10,000 in, 1,000 out, eu",
            ("0.0308", "0.0616"),
        ),
        (
            {"provider_specific_entry": {"us": 1.1}},
            {"provider_specific_entry": {"us": 2.2}},
            "10,000 in, 1,000 out, us",
            ("0.0308", "0.0616"),
        ),
        (
            {"provider_specific_entry": {"flex": 0.5}},
            {"provider_specific_entry": {"flex": 0.25}},
            "10,000 in, 1,000 out, flex",
            ("0.014", "0.007"),
        ),
        # 10,000 x $1 + 1,000 x $8 = $0.018, then $0.013: there is no output price of flex.
        (
            {"input_cost_per_token_flex": 1e-06},
            {"input_cost_per_token_flex": 5e-07},
            "10,000 in, 1,000 out, flex",
            ("0.018", "0.013"),
        ),
    ],
)
def test_a_factor_or_a_service_that_changes_has_a_sample_job(  # noqa: PLR0913, PLR0917
    run: Run,
    edit: Edit,
    old: dict[str, Any],
    new: dict[str, Any],
    name: str,
    costs: tuple[str, str],
) -> None:
    row_edit(edit, old, new)
    (job,) = (job for job in document(run)["impact"] if job["workload"] == name)
    assert tuple(job[side]["provider_cost_usd"] for side in ("old", "new")) == costs


def test_each_service_of_a_row_has_a_job_however_many_prices_changed(
    run: Run,
    edit: Edit,
) -> None:
    services = ("batches", "flex", "priority")
    keys = (
        "input_cost_per_token",
        "output_cost_per_token",
        "cache_read_input_token_cost",
        "cache_creation_input_token_cost",
        "input_cost_per_audio_token",
    )
    old, new = (
        {f"{key}_{service}": price for key in keys for service in services}
        for price in (1e-06, 2e-06)
    )
    row_edit(edit, old, new)
    shown = {job["service"] for job in document(run)["impact"]}
    assert {"batches", "flex", "priority"} <= shown
