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


@pytest.mark.parametrize(
    ("word", "rule", "hint"),
    [
        ("batch", "misspelt-service", "did you mean batches?"),
        ("Fast", "misspelt-service", "did you mean fast?"),
        ("priorty", "misspelt-service", "did you mean priority?"),
        ("US", "misspelt-service", "did you mean us?"),
        ("turbo", "unknown-service", "check the word; known are"),
        ("default", "unknown-service", "write it into the prices"),
        ("Global", "unknown-service", "write it into the prices"),
    ],
)
def test_a_word_of_a_factor_that_no_call_asks_for_is_reported(
    word: str, rule: str, hint: str
) -> None:
    later = {"from": "2027-01-20", **PLAIN, "provider_specific_entry": {word: 1.5}}
    for row in ({"provider_specific_entry": {word: 1.5}}, {"upcoming": [later]}):
        found = [
            one
            for one in findings({"x": {"m": {**ROW, **row}}})
            if one.rule in ("misspelt-service", "unknown-service")
        ]
        assert [one.rule for one in found] == [rule]
        assert found[0].pointer.endswith(f"/provider_specific_entry/{word}")
        assert found[0].hint.startswith(hint)


@pytest.mark.parametrize(
    "factors",
    [
        {"us": 1.1, "fast": 2, "eu": 1.1, "eu-west-1": 1.05, "regional": 1.1, "fedramp": 1.2},
        {"global": 1, "realtime_ga_only": True, "turbo": "on request"},
    ],
)
def test_a_known_word_of_a_factor_is_not_reported(factors: dict[str, object]) -> None:
    rows = {"x": {"m": {**ROW, "provider_specific_entry": factors}}}
    assert not of("misspelt-service", findings(rows))
    assert not of("unknown-service", findings(rows))


@pytest.mark.parametrize(
    ("block", "where"),
    [
        ({"hours_utc": []}, "/hours_utc"),
        ({"windows": []}, ""),
        ({"windows": [{"hours_utc": []}]}, "/windows/0/hours_utc"),
        ({"windows": [{**WINDOW, "weekdays": []}]}, "/windows/0/weekdays"),
    ],
)
def test_off_peak_prices_without_hours_are_an_error(block: dict[str, Any], where: str) -> None:
    row = {**ROW, "off_peak_pricing": {**PLAIN, **block}}
    assert [pointer for _, pointer, _ in of("unread-pricing", findings({"x": {"m": row}}))] == [
        f"/x/m/off_peak_pricing{where}"
    ]
