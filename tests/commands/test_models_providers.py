"""`pricectl models --providers`: a table of contents, a line a provider."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from tests.conftest import Run

PRICE = {"input_cost_per_token": 1e-06}


def row(*days: str, **members: object) -> dict[str, object]:
    return {**PRICE, "evidence": [{"list": f"l{day}", "date": day} for day in days], **members}


@pytest.fixture
def two_providers(home: Path) -> None:
    """Ours in the file's order: zeta before acme."""
    sections = {
        "zeta": {
            "z-1": row("2026-11-20", "2026-10-01", aliases=["z", "zed"]),
            "z-2": row("2026-11-10", "2026-09-01"),
            "z-3": {**PRICE, "aliases": ["zzz"]},
            "z-old": row("2026-01-01", retired=True),
        },
        "acme": {"a-1": PRICE},
    }
    (home / "llm_pricing_current.json").write_text(json.dumps(sections), encoding="utf-8")


# Of each provider: rows, aliases, rows sold that have evidence, the oldest, retired rows. Of z-2
# the newest list is of 2026-11-10; the retired row does not count.
EXPECTED = [
    ("zeta", 4, 3, 2, "2026-11-10", 1),
    ("acme", 1, 0, 0, None, 0),
]
FIELDS = ("provider", "rows", "aliases", "with_evidence", "oldest_evidence", "retired")


@pytest.mark.usefixtures("two_providers")
def test_each_provider_is_counted_in_the_order_of_the_file(run: Run) -> None:
    found = json.loads(run("models", "--providers", "-o", "json").stdout)
    assert found["schema"] == "pricectl.models/1"
    assert found["models"] == []
    assert [tuple(one[field] for field in FIELDS) for one in found["providers"]] == EXPECTED


@pytest.mark.usefixtures("two_providers")
def test_the_text_has_a_line_a_provider_and_their_sum(run: Run) -> None:
    lines = run("models", "--providers").stdout.splitlines()
    assert [line.split() for line in lines if line.startswith(("zeta", "acme"))] == [
        ["zeta", "4", "3", "1", "2", "2026-11-10"],
        ["acme", "1", "0", "0", "0"],
    ]
    assert lines[-2:] == [
        "2 providers, 5 rows and 3 aliases.",
        "Of 4 rows still sold 2 have evidence, the oldest of 2026-11-10.",
    ]
    assert run("models", "--providers", "-q").stdout == "zeta\nacme\n"


@pytest.mark.usefixtures("two_providers")
def test_csv_has_the_same_numbers(run: Run) -> None:
    head, *lines = csv.reader(StringIO(run("models", "--providers", "-o", "csv").stdout))
    assert tuple(head) == FIELDS
    assert lines == [["" if cell is None else str(cell) for cell in one] for one in EXPECTED]


@pytest.mark.usefixtures("two_providers")
def test_filters_choose_the_rows_that_count(run: Run) -> None:
    found = json.loads(run("models", "z-*", "--providers", "-o", "json").stdout)["providers"]
    assert [(one["provider"], one["rows"]) for one in found] == [("zeta", 4)]
    nothing = run("models", "q-*", "--providers")
    assert (nothing.exit_code, nothing.stdout) == (1, "No model matches.\n")
    assert run("models", "--providers", "--sort", "input").exit_code == 2


def test_models_as_csv_have_their_prices_per_million(run: Run) -> None:
    found = csv.DictReader(StringIO(run("models", "--retired", "-o", "csv").stdout))
    rows = {line["model"]: line for line in found}
    assert rows["gpt-4o"] == {
        "provider": "openai",
        "model": "gpt-4o",
        "input_usd_per_mtok": "2.50",
        "cached_usd_per_mtok": "1.25",
        "output_usd_per_mtok": "10.00",
        "max_input_tokens": "128000",
        "period": "",
        "retired": "",
    }
    assert rows["o1-retired"]["retired"] == "yes"
    batch = csv.DictReader(StringIO(run("models", "--service", "batch", "-o", "csv").stdout))
    assert [line["input_usd_per_mtok"] for line in batch] == ["1.25"]
