"""What is new since the base: each finding says what was deployed and what others ask."""

import pytest

from pricectl.check.evidence.base_rules import BY_ID
from pricectl.core.sanity.verdict import RULES as SANITY_RULES
from tests.check.evidence.gate import findings, of, prices, severities

BASE = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05)}}
INPUT = "/openai/gpt-4o/input_cost_per_token"


def test_every_rule_of_the_comparison_can_be_explained() -> None:
    assert set(BY_ID) == set(SANITY_RULES)


def test_a_row_ten_times_as_high_is_an_error_with_its_evidence_in_one_line() -> None:
    edited = {"openai": {"gpt-4o": prices(2.5e-05, 1e-04)}}
    reference = {**BASE, "azure": {"azure/gpt-4o": prices(2.5e-06, 1e-05)}}
    ((severity, pointer, message),) = of("row-moved", findings(edited, BASE, reference))
    assert (severity, pointer) == ("error", INPUT)
    assert message.startswith(
        "input $25.00 / 1M; deployed $2.50 (x10), reference $2.50, azure/gpt-4o $2.50; "
    )


# 2.5 to 23.75 is 9.5 times, to 7.75 is 3.1 times, to 4 is 1.6 times.
@pytest.mark.parametrize(
    ("price", "severity"), [(2.375e-05, "error"), (7.75e-06, "warning"), (4e-06, "info")]
)
def test_a_moved_price_is_judged_by_how_far_it_moved(price: float, severity: str) -> None:
    edited = {"openai": {"gpt-4o": prices(price, 1e-04)}}
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-04)}}
    assert severities("price-moved", findings(edited, base)) == [severity]


def test_a_move_that_the_reference_has_made_too_is_a_note() -> None:
    edited = {"openai": {"gpt-4o": prices(2.5e-07, 1e-06)}}
    assert severities("row-moved", findings(edited, BASE, edited)) == ["info"]


def test_a_move_of_a_hundred_times_is_an_error_whatever_the_reference_has() -> None:
    edited = {"openai": {"gpt-4o": prices(2.5e-08, 1e-07)}}
    assert severities("row-moved", findings(edited, BASE, edited)) == ["error"]


def test_an_acknowledged_price_is_no_finding() -> None:
    entry = {
        "rule": "price-moved",
        "pointer": INPUT,
        "value": 2.5e-05,
        "reason": "announced",
        "date": "2026-11-30",
    }
    edited = {
        "metadata": {"acknowledged": [entry]},
        "openai": {"gpt-4o": prices(2.5e-05, 2.6e-05)},
    }
    found = findings(edited, BASE)
    assert INPUT not in [pointer for _, pointer, _ in of("price-moved", found)]


def test_what_the_file_alone_shows_too_is_said_once() -> None:
    edited = {"openai": {"gpt-4o": prices(2.5e-06, 2e-06)}}
    assert severities("output-below-input", findings(edited, BASE)) == ["error"]


def test_an_unchanged_file_has_no_finding_of_the_base() -> None:
    assert not {one.rule for one in findings(BASE, BASE)} & set(BY_ID)
