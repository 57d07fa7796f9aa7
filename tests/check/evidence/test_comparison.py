"""What the families of evidence say together: each thing once, and what may be accepted."""

from pricectl.check.evidence import ACKNOWLEDGEABLE
from pricectl.check.families import RULES
from tests.check.evidence.gate import findings, of, prices


def test_everything_that_can_be_acknowledged_is_a_rule_with_its_name() -> None:
    assert set(ACKNOWLEDGEABLE) <= set(RULES)
    assert len(ACKNOWLEDGEABLE) == len(set(ACKNOWLEDGEABLE))


def test_a_jump_that_the_reference_has_just_so_is_not_doubted() -> None:
    past = [{"until": "2026-06-01", **prices(1e-06, 4e-06)}]
    row = {"x": {"m": prices(8e-06, 3.2e-05, previous=past)}}
    other = {"x": {"m": prices(8.1e-06, 3.2e-05, previous=past)}}
    assert len(of("price-jump", findings(row))) == 2
    assert not of("price-jump", findings(row, row, row))
    # the input is another one there; the output is the same and so believed
    assert [one[1] for one in of("price-jump", findings(row, row, other))] == [
        "/x/m/input_cost_per_token"
    ]


def test_a_cache_price_above_input_is_said_once() -> None:
    base = {"x": {"m": prices(1e-06, 4e-06, cache_read_input_token_cost=1e-07)}}
    edited = {"x": {"m": prices(1e-06, 4e-06, cache_read_input_token_cost=2e-06)}}
    found = findings(edited, base)
    said = [*of("cache-read-above-input", found), *of("cache-price-off", found)]
    assert [severity for severity, _, _ in said] == ["error"]


def test_one_fact_is_not_told_by_two_rules() -> None:
    base = {"x": {"n": prices(1e-06, 4e-06)}}
    silent = {"mode": "chat", "output_cost_per_token": 4e-06}
    factor = prices(1e-06, 4e-06, provider_specific_entry={"us": 11})
    found = findings({"x": {**base["x"], "silent": silent, "factor": factor}}, base)
    rules = [one.rule for one in found]
    assert "output-without-input" in rules
    assert "price-missing" not in rules
    assert "factor-out-of-bounds" in rules
    assert "factor-odd" not in rules
