"""`pricectl models`, `show` and `explain`."""

import json

import jsonschema
import pytest

from tests.conftest import ROOT, Run


def names(run: Run, *words: str) -> list[str]:
    return run("models", "-q", *words).stdout.split()


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


def test_models_shows_prices_aligned_at_the_point(run: Run) -> None:
    lines = run("models").stdout.splitlines()
    points = {line.index(".", 30) for line in lines if line.startswith(("google", "openai"))}
    assert len(points) == 1
    assert lines[-1] == "3 models. Prices in USD per 1M tokens."


def test_models_exits_1_when_nothing_matches(run: Run) -> None:
    result = run("models", "llama")
    assert (result.exit_code, result.stdout) == (1, "No model matches.\n")


@pytest.mark.parametrize("words", [["--sort", "age"], ["--max-input", "cheap"]])
def test_models_refuses_bad_filters(run: Run, words: list[str]) -> None:
    assert run("models", *words).exit_code == 2


def test_show_has_every_rate_of_a_model(run: Run) -> None:
    text = run("show", "gpt-4o-2024-08-06").stdout
    assert text.startswith("openai/gpt-4o  gpt-4o-2024-08-06, by alias")
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert rows["input"] == ["2.50", "1.25"]
    assert rows["cache_read"] == ["1.25"]
    assert rows["output"] == ["10.00", "5.00"]
    assert rows["search"] == ["$0.01", "a", "web", "search"]
    assert "128,000" in text


def test_show_has_tiers_and_dated_prices(run: Run) -> None:
    text = run("show", "gemini-2.5-pro").stdout
    assert "standard >200k" in text
    assert "from 2027-01-01" in text
    assert "retired" in run("show", "o1-retired").stdout


def test_show_of_an_unknown_model_exits_1_with_near_names(run: Run) -> None:
    result = run("show", "gpt-4p")
    assert result.exit_code == 1
    assert "did you mean gpt-4o?" in result.stderr


def test_explain_shows_each_layer(run: Run) -> None:
    text = run("explain", "azure/GPT-4o-2024-08-06").stdout
    marks = {
        line.split()[0]: line.split()[1] for line in text.splitlines() if line.startswith("  ")
    }
    assert marks == {"exact": "no", "alias": "no", "case": "no", "partial": "yes", "default": "-"}
    assert "answered by openai/gpt-4o: input $2.50, output $10.00 per 1M tokens" in text


def test_explain_with_tokens_goes_all_the_way(run: Run) -> None:
    # 250,000 are above 200k: x $2.50 / 1M = $0.625
    text = " ".join(run("explain", "gemini-2.5-pro", "250k").stdout.split())
    assert "250,000 input tokens pass 200,000: the whole request moves" in text
    assert "input: 250,000 x $0.0000025 ($2.50 / 1M) = $0.625" in text
    assert "total $0.625, the exact sum" in text


def test_explain_of_a_guess(run: Run) -> None:
    result = run("explain", "gpt-4o-huge")
    assert result.exit_code == 0
    assert "answered by the default price: input $1.00, output $2.00" in result.stdout
    assert run("explain", "gpt-4o-huge", "--strict").exit_code == 1
    assert run("explain", "gpt-4o", "-q").stdout == "openai/gpt-4o\n"


@pytest.mark.parametrize(
    ("schema", "words"),
    [("models", ["models"]), ("show", ["show", "gemini-2.5-pro"]), ("explain", ["explain", "x"])],
)
def test_json_holds_its_schema(run: Run, schema: str, words: list[str]) -> None:
    text = (ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(run(*words, "-o", "json").stdout), json.loads(text))


def test_help_lists_every_verb(run: Run) -> None:
    text = run("--help").stdout
    for verb in ("quote", "models", "show", "explain", "validate", "rule", "diff"):
        assert verb in text
    assert run("--version").stdout.startswith("pricectl ")
