"""Comparisons with the reference go on against what a team has negotiated."""

from typing import Any

import pytest

from tests.check.evidence.gate import Document, findings, of, prices, severities

# The list price is $2.50 and $10.00; nine tenths of it are $2.25 and $9.00.
LIST = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05), "gpt-5": prices(1.25e-06, 1e-05)}}
TENTH_OFF = {"provider": "openai", "factor": 0.9, "reason": "contract of May"}


def file(*terms: dict[str, Any], **rows: Document) -> Document:
    named = {name.replace("_", "-"): row for name, row in rows.items()}
    return {"metadata": {"negotiated": list(terms)}, "openai": named}


def test_a_negotiated_price_is_no_difference_from_the_reference() -> None:
    paid = prices(2.25e-06, 9e-06)
    assert severities("reference-differs", findings(file(gpt_4o=paid), None, LIST)) == ["warning"]
    assert not of("reference-differs", findings(file(TENTH_OFF, gpt_4o=paid), None, LIST))


def test_a_slip_is_found_against_what_was_negotiated() -> None:
    slipped = file(TENTH_OFF, gpt_4o=prices(2.25e-05, 9e-06))
    assert of("reference-differs", findings(slipped, None, LIST)) == [
        (
            "error",
            "/openai/gpt-4o/input_cost_per_token",
            "input $22.50 / 1M; negotiated (0.9 of reference) $2.25 (x10)",
        )
    ]


def test_prices_of_one_row_and_a_rows_own_terms() -> None:
    agreed = {"prices": {"input_cost_per_token": 2e-06}, "reason": "contract of May"}
    of_one_row = {"provider": "openai", "model": "gpt-4o", **agreed}
    paid = prices(2e-06, 1e-05)
    for terms, row in (([of_one_row], paid), ([], {**paid, "negotiated": agreed})):
        assert not of("reference-differs", findings(file(*terms, gpt_4o=row), None, LIST))
    own_first = {**paid, "negotiated": agreed}
    assert not of("reference-differs", findings(file(TENTH_OFF, gpt_4o=own_first), None, LIST))


def test_a_new_row_at_the_negotiated_price_is_believed() -> None:
    base = file(TENTH_OFF, gpt_4o=prices(2.25e-06, 9e-06))
    edited = file(TENTH_OFF, gpt_4o=prices(2.25e-06, 9e-06), gpt_5=prices(1.125e-06, 9e-06))
    assert not of("price-unlike-reference", findings(edited, base, LIST))
    assert of("price-unlike-reference", findings(file(gpt_5=LIST["openai"]["gpt-4o"]), base, LIST))


# Both would hide a slipped exponent that the same edit makes.
@pytest.mark.parametrize(
    "terms",
    [
        {"provider": "openai", "factor": 10, "reason": "slipped"},
        {
            "provider": "openai",
            "model": "gpt-4o",
            "prices": {"input_cost_per_token": 2.5e-05},
            "reason": "slipped",
        },
    ],
)
def test_terms_cannot_explain_a_slipped_exponent(terms: dict[str, Any]) -> None:
    found = findings(file(terms, gpt_4o=prices(2.5e-05, 1e-04)), None, LIST)
    assert severities("negotiated-malformed", found) == ["error"]
    assert "error" in severities("reference-differs", found)


def test_terms_lower_no_finding_about_a_move_that_the_reference_does_not_know() -> None:
    agreed = {"prices": {"input_cost_per_token": 4e-05}, "reason": "slipped"}
    base = {"x": {"own": prices(4e-06, 8e-06)}}
    edited = {"x": {"own": {**prices(4e-05, 8e-05), "negotiated": agreed}}}
    assert severities("row-moved", findings(edited, base, LIST)) == ["error"]


def test_terms_that_are_over_hold_for_comparisons_and_are_due() -> None:
    over = {**TENTH_OFF, "until": "2026-11-30"}
    found = findings(file(over, gpt_4o=prices(2.25e-06, 9e-06)), None, LIST)
    assert not of("reference-differs", found)
    assert of("negotiated-ended", found) == [
        (
            "warning",
            "/metadata/negotiated/0/until",
            "the prices of 'openai' were negotiated until 2026-11-30",
        )
    ]


@pytest.mark.parametrize("terms", [{"factor": "0.9"}, {"prices": []}, "0.9", {"factor": True}])
def test_terms_of_another_type_are_a_finding_of_the_schema(terms: object) -> None:
    item = {"provider": "openai", "reason": "r", **terms} if isinstance(terms, dict) else terms
    document = {**file(gpt_4o=prices(2.5e-06, 1e-05)), "metadata": {"negotiated": [item]}}
    assert severities("wrong-shape", findings(document, None, LIST)) == ["error"]
