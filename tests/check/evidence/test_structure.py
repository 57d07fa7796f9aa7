"""New rows whose parts do not fit together; the bad examples of the rules are cases, too."""

import pytest

from tests.check.evidence.gate import Document, findings, of, prices, severities

BASE = {"x": {"m-0": prices(1e-06, 4e-06)}}


def added(row: Document, reference: Document | None = None) -> list[str]:
    edited = {"x": {**BASE["x"], "m": row}}
    return [one.rule for one in findings(edited, BASE, reference)]


def test_a_row_that_the_base_has_just_so_is_not_judged_again() -> None:
    odd = {"x": {"m": prices(1e-06, 4e-06, provider_specific_entry={"fast": 6})}}
    assert not of("factor-odd", findings(odd, odd))


def test_a_row_that_the_reference_has_just_so_is_believed() -> None:
    row = prices(1e-06, 4e-06, provider_specific_entry={"fast": 6})
    assert "factor-odd" in added(row)
    assert "factor-odd" not in added(row, {"x": {"m": row}})


def test_a_factor_of_ten_and_more_is_an_error_without_a_base() -> None:
    row = prices(1e-06, 4e-06, provider_specific_entry={"us": 11})
    known = {"x": {"m": prices(1e-06, 4e-06)}}
    assert severities("factor-odd", findings({"x": {"m": row}}, None, known)) == ["error"]
    row["provider_specific_entry"] = {"us": 6}
    assert severities("factor-odd", findings({"x": {"m": row}}, None, known)) == ["warning"]


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        ("cache_read_input_token_cost", True),
        ("input_cost_per_token_batches", True),
        ("input_cost_per_audio_token", True),
        ("input_cost_per_video_per_second", False),
    ],
)
def test_what_pays_for_input(key: str, missing: bool) -> None:  # noqa: FBT001 - a case
    row = {"mode": "chat", key: 1e-07, "output_cost_per_token": 4e-06}
    assert ("output-without-input" in added(row)) is missing


def test_a_factor_that_contradicts_the_rows_own_price_is_found() -> None:
    row = prices(1e-06, 4e-06, provider_specific_entry={"fast": 2})
    assert "factor-odd" not in added({**row, "input_cost_per_token_fast": 2e-06})
    assert "factor-odd" in added({**row, "input_cost_per_token_fast": 3e-06})


@pytest.mark.parametrize("source", ["see the page", "ftp://x.example/prices", "https://"])
def test_a_source_that_is_no_web_page_is_found(source: str) -> None:
    assert "source-odd" in added(prices(1e-06, 4e-06, source=source))


def test_a_page_that_nobody_else_names_is_believed() -> None:
    assert "source-odd" not in added(prices(1e-06, 4e-06, source="https://new.example/p"), BASE)


def test_an_audio_model_needs_no_input_price() -> None:
    row = {"mode": "audio_speech", "output_cost_per_token": 4e-06}
    assert "output-without-input" not in added(row)


def test_a_factor_of_a_region_and_of_a_dated_list_is_judged_too() -> None:
    base = {"x": {"n": prices(1e-06, 4e-06)}}
    later = {"from": "2027-01-20", "provider_specific_entry": {"us": 6}}
    lists = {"upcoming": [{**prices(1e-06, 4e-06), **later}]}
    row = prices(1e-06, 4e-06, regional_processing_uplift_multiplier_eu=6, **lists)
    del lists["upcoming"][0]["mode"]
    found = of("factor-odd", findings({"x": {**base["x"], "m": row}}, base))
    assert found == [
        (
            "warning",
            "/x/m/regional_processing_uplift_multiplier_eu",
            "the factor 'eu' is 6, not 0.5 to 3",
        ),
        (
            "warning",
            "/x/m/upcoming/0/provider_specific_entry/us",
            "the factor 'us' is 6, not 0.5 to 3",
        ),
    ]
