"""Aliases and announced prices that an edit lost."""

from tests.check.evidence.gate import findings, of, prices


def test_an_alias_that_is_gone_is_found_if_another_price_is_charged() -> None:
    base = {"x": {"m": prices(2.5e-06, 1e-05, aliases=["sold-as", "x/m"])}}
    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    assert of("alias-gone", findings(edited, base)) == [
        ("warning", "/x/m", "the alias 'sold-as' is gone; no row answers for it")
    ]
    moved = {"x": {"m": prices(2.5e-06, 1e-05), "sold-as": prices(2.5e-06, 1e-05)}}
    assert not of("alias-gone", findings(moved, base))


def test_an_announced_price_that_is_gone_is_found_until_its_day() -> None:
    def row(day: str) -> object:
        later = {"from": day, "input_cost_per_token": 5e-06, "output_cost_per_token": 2e-05}
        return prices(2.5e-06, 1e-05, upcoming=[later])

    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    assert of("upcoming-gone", findings(edited, {"x": {"m": row("2027-01-01")}})) == [
        ("warning", "/x/m", "the prices announced for 2027-01-01 are gone")
    ]
    assert not of("upcoming-gone", findings(edited, {"x": {"m": row("2026-11-01")}}))
    # They began early: the row has them now.
    begun = {"x": {"m": prices(5e-06, 2e-05)}}
    assert not of("upcoming-gone", findings(begun, {"x": {"m": row("2027-01-01")}}))
