"""What the rows of one seller have in common, and that asking all of them stays cheap."""

import sys
from fractions import Fraction

import pytest

from pricectl.check.evidence.offers import Offer
from pricectl.check.evidence.sellers import Seller
from tests.check.evidence.gate import Document, catalog, findings, prices


def seller(rows: Document) -> Seller:
    found = catalog({"x": rows})
    assert found
    return Seller([Offer(model, model.name, in_reference=True) for model in found.models])


@pytest.mark.parametrize(
    ("share", "expected"),
    [("0.1", True), ("0.1004", True), ("0.25", True), ("0.11", False), ("0.5", False)],
)
def test_a_share_is_one_that_another_row_has_within_half_a_percent(
    share: str,
    expected: bool,  # noqa: FBT001
) -> None:
    rows = {
        "a": prices(1e-06, 4e-06, cache_read_input_token_cost=1e-07),
        "b": prices(2e-06, 4e-06, cache_read_input_token_cost=5e-07),
        "own": prices(1e-06, 4e-06, cache_read_input_token_cost=5e-07),
    }
    found = catalog({"x": rows})
    assert found
    own = found.by_full_name["x/own"]
    assert seller(rows).has_share(own, Fraction(share)) is expected
    assert seller({"own": rows["own"]}).has_share(own, Fraction(share)) is None


def calls_of(count: int) -> int:
    """The function calls that it takes to check so many new rows of one seller."""
    cached = {"cache_read_input_token_cost": 2.8e-07}
    rows = {f"m-{number}-v{number}": prices(1e-06, 1.1e-06, **cached) for number in range(count)}
    base: Document = {"x": {"m-0": prices(1e-06, 4e-06)}}
    calls = 0

    def counting(_frame: object, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call"

    document = {"x": {**base["x"], **rows}}
    findings(document, base, base)  # what is cached at first use
    sys.setprofile(counting)
    try:
        findings(document, base, base)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.long
def test_the_work_for_many_new_rows_of_one_seller_grows_with_their_number_only() -> None:
    assert calls_of(800) < 5 * calls_of(200)
