"""What an edit left behind in the row and in its copies."""

from tests.check.evidence.gate import findings, of, prices, severities


def test_a_batch_price_that_stayed_is_found() -> None:
    batches = {"input_cost_per_token_batches": 1.25e-06}
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, **batches)}}
    edited = {"openai": {"gpt-4o": prices(2e-06, 1e-05, **batches)}}
    ((severity, pointer, message),) = of("price-left-behind", findings(edited, base))
    assert (severity, pointer) == ("warning", "/openai/gpt-4o/input_cost_per_token_batches")
    assert message == (
        "input (batches) $1.25 / 1M; deployed $1.25; it stayed when input went down 1.2x, "
        "from $2.50 to $2.00 per 1M tokens"
    )


def test_a_batch_price_that_the_reference_has_too_is_right() -> None:
    batches = {"input_cost_per_token_batches": 1.25e-06}
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, **batches)}}
    edited = {"openai": {"gpt-4o": prices(2e-06, 1e-05, **batches)}}
    assert not of("price-left-behind", findings(edited, base, edited))


def test_a_snapshot_that_kept_the_old_prices_is_found() -> None:
    snapshot = {"gpt-4o-2026-05-01": prices(2.5e-06, 1e-05)}
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05), **snapshot}}
    edited = {"openai": {"gpt-4o": prices(2e-06, 8e-06), **snapshot}}
    assert of("price-left-behind", findings(edited, base)) == [
        (
            "warning",
            "/openai/gpt-4o-2026-05-01/input_cost_per_token",
            "input $2.50 / 1M; openai/gpt-4o $2.00 (x1.2), which had the same prices before",
        )
    ]


def test_a_clouds_row_that_takes_the_makers_price_is_found() -> None:
    base = {
        "openai": {"gpt-4o": prices(2.5e-06, 1e-05)},
        "azure": {"azure/eu/gpt-4o": prices(2.75e-06, 1.1e-05)},
    }
    same = {
        "openai": {"gpt-4o": prices(2e-06, 8e-06)},
        "azure": {"azure/eu/gpt-4o": prices(2e-06, 8e-06)},
    }
    alike = {
        "openai": {"gpt-4o": prices(2e-06, 8e-06)},
        "azure": {"azure/eu/gpt-4o": prices(2.2e-06, 8.8e-06)},
    }
    assert severities("makers-price-copied", findings(same, base)) == ["warning"]
    assert not of("makers-price-copied", findings(alike, base))
