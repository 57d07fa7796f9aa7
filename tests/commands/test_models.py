"""`pricectl models`: filters, order, columns."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run

# Before and after the prices that gemini-2.5-pro has from 2027-01-01 on.
NOW, LATER = ("--at", "2026-11-23"), ("--at", "2027-01-01")


def names(run: Run, *words: str) -> list[str]:
    return run("models", "-q", *words, *NOW).stdout.split()


def test_models_lists_what_is_sold_today(run: Run) -> None:
    assert names(run) == ["gemini-2.5-pro", "gpt-4o", "o3"]
    assert "o1-retired" in names(run, "--retired")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["gpt"], ["gpt-4o"]),
        (["GPT-4O-2024*"], ["gpt-4o"]),
        (["2024-08-06"], ["gpt-4o"]),
        (["-p", "google"], ["gemini-2.5-pro"]),
        (["--service", "batch"], ["gpt-4o"]),
        (["--min-input", "2"], ["gpt-4o", "o3"]),
        (["--max-input", "$2.00"], ["gemini-2.5-pro", "o3"]),
        (["--sort", "input"], ["gemini-2.5-pro", "o3", "gpt-4o"]),
        (["--sort", "output"], ["o3", "gemini-2.5-pro", "gpt-4o"]),
        (["--sort", "cached"], ["gpt-4o", "gemini-2.5-pro", "o3"]),
    ],
)
def test_models_filters_and_sorts(run: Run, words: list[str], found: list[str]) -> None:
    assert names(run, *words) == found


def test_a_service_that_is_a_factor_or_has_another_name_is_listed(run: Run, home: Path) -> None:
    rows = {
        "factor": {"input_cost_per_token": 5e-06, "provider_specific_entry": {"fast": 6}},
        "renamed": {"input_cost_per_token": 2e-06, "input_cost_per_token_priority": 3.5e-06},
        "plain": {"input_cost_per_token": 1e-06},
    }
    (home / "llm_pricing_current.json").write_text(json.dumps({"acme": rows}), encoding="utf-8")
    lines = run("models", "--service", "fast", *NOW).stdout.splitlines()
    # $5 x 6; the fast service of the other row is sold as priority.
    prices = {line.split()[1]: line.split()[2] for line in lines if line.startswith("acme")}
    assert prices == {"factor": "30.00", "renamed": "3.50"}


def test_prices_are_aligned_at_the_decimal_point(run: Run) -> None:
    lines = run("models", *NOW).stdout.splitlines()
    points = {line.index(".", 30) for line in lines if line.startswith(("google", "openai"))}
    assert len(points) == 1
    assert lines[-2:] == [
        "3 models. Prices in USD per 1M tokens.",
        "1 has other prices at other times; 'pricectl show' lists them.",
    ]


def test_columns_are_left_out_before_a_name_is_broken(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "meta-llama/llama-4-maverick-17b-128e-instruct"
    row = {"input_cost_per_token": 1e-06, "max_input_tokens": 128000}
    text = json.dumps({"meta": {name: {**row, "input_cost_per_token_batches": 5e-07}}})
    (home / "llm_pricing_current.json").write_text(text, encoding="utf-8")
    for width, headings, left_out in (
        ("102", ["Provider", "Model", "Input", "Cached", "Output", "Context", "Also"], ""),
        # Columns that say nothing give their room; then one column has provider and name.
        ("101", ["Provider", "Model", "Input", "Context", "Also"], ""),
        ("91", ["Model", "Input", "Context", "Also"], ""),
        ("81", ["Model", "Input", "Context"], "services"),
        ("70", ["Model", "Input"], "services, context"),
    ):
        monkeypatch.setenv("COLUMNS", width)
        lines = run("models").stdout.splitlines()
        assert lines[0].split() == headings
        assert name in lines[2]
        told = f"Left out at this width: {left_out}. -o json has all."
        assert lines[-1] == (told if left_out else "1 model. Prices in USD per 1M tokens.")


def test_models_shows_prices_of_units_other_than_tokens(run: Run, home: Path) -> None:
    text = '{"x": {"picture": {"output_cost_per_image": 0.04}}}'
    (home / "llm_pricing_current.json").write_text(text, encoding="utf-8")
    assert run("models").stdout.splitlines()[2].endswith("$0.04 / generated image")


def test_models_uses_the_prices_in_force(run: Run) -> None:
    (row,) = [line for line in run("models", *LATER).stdout.splitlines() if "gemini" in line]
    assert row.split()[2:4] == ["2.00", "20.00"]
    assert row.endswith("(from 2027-01-01)")
    assert run("models", "-q", "--sort", "output", *LATER).stdout.split()[-1] == "gemini-2.5-pro"
    assert "gemini" not in run("models", "-q", "--max-input", "1.50", *LATER).stdout
    assert "from" not in run("models", *NOW).stdout


def test_models_exits_1_when_nothing_matches(run: Run) -> None:
    result = run("models", "llama")
    assert (result.exit_code, result.stdout) == (1, "No model matches.\n")


@pytest.mark.parametrize("words", [["--sort", "age"], ["--max-input", "cheap"]])
def test_bad_filters_are_refused(run: Run, words: list[str]) -> None:
    assert run("models", *words).exit_code == 2


def test_a_misspelt_provider_or_service_names_the_near_one(run: Run) -> None:
    result = run("models", "--provider", "opnai")
    assert result.exit_code == 1
    assert "no provider is called 'opnai'; did you mean openai?" in result.stderr
    result = run("models", "--service", "bach")
    assert "no service is called 'bach'; did you mean batch?" in result.stderr
    assert run("models", "nothing-like-it").stderr == ""
