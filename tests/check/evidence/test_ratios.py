"""Tiers, services and reasoning beside the prices of the same row."""

from tests.check.evidence.gate import findings, of, prices, severities


def test_a_new_batch_price_equal_to_the_standard_one_is_found() -> None:
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05)}}
    edited = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, output_cost_per_token_batches=1e-05)}}
    assert of("batch-equals-base", findings(edited, base)) == [
        (
            "warning",
            "/openai/gpt-4o/output_cost_per_token_batches",
            "output (batches) $10.00 / 1M; standard $10.00",
        )
    ]


# Standard $2.50: batch at $0.125 is a twentieth, at $0.50 a fifth.
def test_a_service_far_off_the_standard_price_is_an_error() -> None:
    far = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, input_cost_per_token_batches=1.25e-07)}}
    near = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, input_cost_per_token_batches=5e-07)}}
    assert of("price-off-standard", findings(far)) == [
        (
            "error",
            "/openai/gpt-4o/input_cost_per_token_batches",
            "input (batches) $0.125 / 1M; input $2.50 (/20)",
        )
    ]
    assert not of("price-off-standard", findings(near))
    assert not of("price-off-standard", findings(far, None, far))


def test_reasoning_at_twice_the_output_is_believed() -> None:
    base = {"x": {"m-0": prices(1e-06, 4e-06)}}
    for price, expected in ((8e-06, []), (4e-05, ["error"])):
        row = prices(1e-06, 4e-06, output_cost_per_reasoning_token=price)
        found = findings({"x": {**base["x"], "m": row}}, base)
        assert severities("reasoning-off-output", found) == expected
