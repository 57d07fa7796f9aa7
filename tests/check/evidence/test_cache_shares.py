"""Cache prices by their share of input."""

from tests.check.evidence.gate import findings, of, prices, severities


def test_a_cache_price_a_tenth_of_what_it_was_is_found_unless_the_reference_has_it() -> None:
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, cache_read_input_token_cost=1.25e-06)}}
    edited = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, cache_read_input_token_cost=1.25e-07)}}
    assert severities("cache-share-moved", findings(edited, base)) == ["warning"]
    assert not of("cache-share-moved", findings(edited, base, edited))


def test_cache_and_input_that_moved_alike_are_no_finding() -> None:
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, cache_read_input_token_cost=1.25e-06)}}
    edited = {"openai": {"gpt-4o": prices(2.5e-07, 1e-06, cache_read_input_token_cost=1.25e-07)}}
    assert not of("cache-share-moved", findings(edited, base))


def test_a_new_cache_price_is_compared_with_the_sellers_usual_shares() -> None:
    known = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, cache_read_input_token_cost=1.25e-06)}}
    odd = prices(1.25e-06, 1e-05, cache_read_input_token_cost=3e-07)
    usual = prices(1.25e-06, 1e-05, cache_read_input_token_cost=6.25e-07)
    for row, expected in ((odd, ["warning"]), (usual, [])):
        edited = {"openai": {**known["openai"], "gpt-5": row}}
        assert severities("cache-share-odd", findings(edited, known, known)) == expected
