"""A file without a base beside the reference."""

from tests.check.evidence.gate import findings, of, prices, severities

KNOWN = {
    "metadata": {"last_updated": "2026-11-23"},
    "openai": {"gpt-4o": prices(2.5e-06, 1e-05), "gpt-5": prices(1.25e-06, 1e-05)},
}


def edited(day: str, **rows: object) -> dict[str, object]:
    return {"metadata": {"last_updated": day}, "openai": rows}


def test_a_price_ten_times_off_is_an_error() -> None:
    file = edited("2026-11-23", **{"gpt-4o": prices(2.5e-05, 1e-04)})
    assert of("reference-differs", findings(file, None, KNOWN)) == [
        (
            "error",
            "/openai/gpt-4o/input_cost_per_token",
            "input $25.00 / 1M; reference $2.50 (x10)",
        ),
        (
            "error",
            "/openai/gpt-4o/output_cost_per_token",
            "output $100.00 / 1M; reference $10.00 (x10)",
        ),
    ]


def test_other_differences_are_one_warning_a_provider() -> None:
    file = edited("2026-11-23", **{"gpt-4o": prices(5e-06, 1e-05), "gpt-5": prices(2.5e-06, 3e-05)})
    ((severity, pointer, message),) = of("reference-differs", findings(file, None, KNOWN))
    assert (severity, pointer) == ("warning", "/openai")
    assert message == (
        "3 prices in 2 rows differ from reference, in the median 2 times its own; "
        "most in gpt-5: output $30.00 / 1M; reference $10.00 (x3)"
    )


def test_they_are_a_note_if_the_file_is_newer() -> None:
    file = edited("2026-11-30", **{"gpt-4o": prices(5e-06, 1e-05)})
    assert severities("reference-differs", findings(file, None, KNOWN)) == ["info"]


def test_the_same_prices_are_no_finding() -> None:
    assert not of("reference-differs", findings(KNOWN, None, KNOWN))


def test_with_a_base_an_old_difference_is_no_finding() -> None:
    file = edited("2026-11-23", **{"gpt-4o": prices(5e-06, 2e-05)})
    assert not of("reference-differs", findings(file, file, KNOWN))


def test_a_slip_that_is_deployed_already_is_a_warning() -> None:
    file = edited("2026-11-23", **{"gpt-4o": prices(2.5e-05, 1e-04)})
    assert of("reference-differs", findings(file, file, KNOWN)) == [
        (
            "warning",
            "/openai/gpt-4o/input_cost_per_token",
            "input $25.00 / 1M; reference $2.50 (x10)",
        )
    ]


def test_a_row_that_is_free_here_alone_is_a_warning() -> None:
    file = edited("2026-11-23", **{"gpt-4o": prices(0, 0, free=True)})
    assert of("reference-differs", findings(file, None, KNOWN)) == [
        ("warning", "/openai/gpt-4o", "the row is free; reference $2.50 / 1M")
    ]
    assert not of("reference-differs", findings(file, None, file))
