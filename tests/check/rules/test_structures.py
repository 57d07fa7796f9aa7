"""Keys inside tiers, off-peak hours and dated lists that nobody reads."""

import json
from typing import Any

import pytest

from tests.check.evidence.gate import findings, of, prices

ROW = prices(1e-06, 4e-06)
PLAIN = {"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06}
WINDOW = {"hours_utc": "16:30-00:30"}


@pytest.mark.parametrize(
    ("member", "value", "where"),
    [
        ("tiered_pricing", [{"range": [0, 1000], **PLAIN, "surcharge": 2}], "0/surcharge"),
        ("off_peak_pricing", {"windows": [WINDOW], **PLAIN, "discount": 0.5}, "discount"),
        ("off_peak_pricing", {"windows": [{**WINDOW, "zone": "UTC"}], **PLAIN}, "windows/0/zone"),
        ("upcoming", [{"from": "2027-01-20", **PLAIN, "untill": "2027-02-01"}], "0/untill"),
        ("previous", [{"until": "2026-01-20", **PLAIN, "uplift": 2}], "0/uplift"),
        (
            "upcoming",
            [{"from": "2027-01-20", "tiered_pricing": [{"range": [0, 9], **PLAIN, "unit": 1}]}],
            "0/tiered_pricing/0/unit",
        ),
    ],
)
def test_a_key_inside_a_structure_that_nobody_reads_is_an_error(
    member: str, value: Any, where: str
) -> None:
    found = of("unread-pricing", findings({"x": {"m": {**ROW, member: value}}}))
    assert [(severity, pointer) for severity, pointer, _ in found] == [
        ("error", f"/x/m/{member}/{where}")
    ]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("tiered_pricing", [{"max_results_range": [0, 25], "input_cost_per_query": 0.005}]),
        ("off_peak_pricing", {"windows": [WINDOW], "weekday_timezone": "UTC", **PLAIN}),
        ("upcoming", [{"from": "2027-01-20", **PLAIN, "verified_on": "2026-11-30"}]),
        ("previous", [{"until": "2026-01-20", **PLAIN, "context_tier": {"scope": "request"}}]),
    ],
)
def test_a_key_that_is_read_there_is_none(member: str, value: Any) -> None:
    row = json.loads(json.dumps({**ROW, member: value}))
    assert not of("unread-pricing", findings({"x": {"m": row}}))
