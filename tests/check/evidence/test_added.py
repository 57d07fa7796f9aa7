"""A new row beside what the model costs elsewhere."""

import pytest

from tests.check.evidence.gate import findings, of, prices, severities

BASE = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05)}}
ELSEWHERE = {
    "azure": {"azure/gpt-5": prices(1.25e-06, 1e-05)},
    "vertex": {"vertex_ai/gpt-5-2026-01-01": prices(1.25e-06, 1e-05)},
}


def test_a_new_row_ten_times_as_high_as_elsewhere_is_an_error() -> None:
    edited = {"openai": {**BASE["openai"], "gpt-5": prices(1.25e-05, 1e-05)}}
    ((severity, pointer, message),) = of("price-off-market", findings(edited, BASE, ELSEWHERE))
    assert (severity, pointer) == ("error", "/openai/gpt-5/input_cost_per_token")
    assert message == (
        "input $12.50 / 1M; median of the model's sellers $1.25 (x10), azure/gpt-5 $1.25, "
        "vertex/vertex_ai/gpt-5-2026-01-01 $1.25"
    )


# Elsewhere $1.25: 3.2 times is $4.00; a reseller may ask five times as much.
@pytest.mark.parametrize(("section", "expected"), [("openai", ["warning"]), ("somebody", [])])
def test_resellers_have_a_looser_scale(section: str, expected: list[str]) -> None:
    edited = {**BASE, section: {**BASE.get(section, {}), "gpt-5": prices(4e-06, 1e-05)}}
    assert severities("price-off-market", findings(edited, BASE, ELSEWHERE)) == expected


def test_a_price_that_the_reference_has_for_the_row_is_believed() -> None:
    reference = {**ELSEWHERE, "openai": {"gpt-5": prices(1.25e-05, 1e-04)}}
    edited = {"openai": {**BASE["openai"], **reference["openai"]}}
    rules = {one.rule for one in findings(edited, BASE, reference)}
    assert not rules & {"price-off-market", "price-unlike-reference", "price-copied"}


def test_an_announced_price_of_the_reference_is_believed_too() -> None:
    announced = {"from": "2026-12-20", **prices(2e-06, 1e-05)}
    reference = {"openai": {"gpt-5": prices(1.25e-06, 1e-05, upcoming=[announced])}}
    edited = {"openai": {**BASE["openai"], "gpt-5": prices(2e-06, 1e-05)}}
    assert not of("price-unlike-reference", findings(edited, BASE, reference))


def test_the_references_own_row_denies_a_small_difference() -> None:
    reference = {"openai": {"gpt-5": prices(1.25e-06, 1e-05)}}
    edited = {"openai": {**BASE["openai"], "gpt-5": prices(1.5e-06, 1.1e-05)}}
    assert of("price-unlike-reference", findings(edited, BASE, reference)) == [
        (
            "warning",
            "/openai/gpt-5/input_cost_per_token",
            "input $1.50 / 1M; reference $1.25 (x1.2); 1 other price of the row differ too",
        )
    ]


def test_a_row_that_is_a_copy_of_a_siblings_is_an_error_if_the_reference_denies_it() -> None:
    reference = {"openai": {"gpt-5": prices(1.25e-06, 1.1e-05), **BASE["openai"]}}
    edited = {"openai": {**BASE["openai"], "gpt-5": prices(2.5e-06, 1e-05)}}
    ((severity, _, message),) = of("price-copied", findings(edited, BASE, reference))
    assert severity == "error"
    assert message.endswith("input and output are those of openai/gpt-4o")


def test_an_acknowledged_new_price_is_no_finding_with_just_that_value() -> None:
    entry = {
        "rule": "price-off-market",
        "pointer": "/openai/gpt-5/input_cost_per_token",
        "value": 1.25e-05,
        "reason": "on the seller's page",
        "date": "2026-11-30",
    }
    for price, expected in ((1.25e-05, []), (1.26e-05, ["error"])):
        edited = {
            "metadata": {"acknowledged": [entry]},
            "openai": {**BASE["openai"], "gpt-5": prices(price, 1.3e-05)},
        }
        found = findings(edited, BASE, ELSEWHERE)
        assert severities("price-off-market", found) == expected
        assert not severities("wrong-shape", found) + severities("acknowledgement-malformed", found)


# The row elsewhere costs $1.25 today; both lists of the new row are ten times that.
@pytest.mark.parametrize("dated", [("upcoming", "from"), ("previous", "until")])
def test_a_dated_list_of_a_new_row_is_judged_too(dated: tuple[str, str]) -> None:
    key, bound = dated
    day = "2027-06-01" if key == "upcoming" else "2026-06-01"
    for price, expected in ((1.25e-05, ["error"]), (2.5e-06, [])):
        row = prices(1.25e-06, 1e-05, **{key: [{bound: day, **prices(price, 2e-05)}]})
        edited = {"openai": {**BASE["openai"], "gpt-5": row}}
        found = findings(edited, BASE, ELSEWHERE)
        assert severities("price-off-market", found) == expected
        assert severities("price-off-market", findings(edited, None, ELSEWHERE)) == expected
        assert not severities("price-off-market", findings(edited, edited, ELSEWHERE))


def test_a_dated_list_that_the_reference_has_is_believed() -> None:
    row = prices(1.25e-06, 1e-05, previous=[{"until": "2026-06-01", **prices(1.25e-05, 2e-05)}])
    known = {"openai": {"gpt-5": row}}
    edited = {"openai": {**BASE["openai"], "gpt-5": row}}
    assert not severities("price-off-market", findings(edited, BASE, known))


def test_a_pair_newly_equal_to_a_siblings_is_a_warning_where_no_list_denies_it() -> None:
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05), "gpt-9": prices(4e-06, 2e-05)}}
    edited = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05), "gpt-9": prices(2.5e-06, 1e-05)}}
    where = "/openai/gpt-9/input_cost_per_token"
    message = "input $2.50 / 1M; input and output are those of openai/gpt-4o"
    assert of("price-copied", findings(edited, base)) == [("warning", where, message)]
    new = {"openai": {"gpt-4o": base["openai"]["gpt-4o"]}}
    assert of("price-copied", findings(edited, new)) == [("warning", where, message)]
    # Nothing is new, the reference agrees, or a reseller has one price for many models.
    assert not of("price-copied", findings(edited, edited))
    assert not of("price-copied", findings(edited, base, edited))
    assert not of("price-copied", findings({"acme": edited["openai"]}, {"acme": base["openai"]}))
