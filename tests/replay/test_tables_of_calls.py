"""Tables of calls, which either engine reads where they lie."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")

# 1,000 fresh and 500 cached input tokens at $2.50 and $1.25 per 1M, 100 of output at $10.
COST = "0.004125"
CACHED = "500::BIGINT AS cache_read, "
CALL = f"""1::BIGINT AS row, 'gpt-4o' AS name, TIMESTAMP '2026-10-01 12:00:00' AS at, 'j' AS job,
    'acme' AS account, 1000::BIGINT AS input, {CACHED}100::BIGINT AS output"""


def write(home: Path, name: str, columns: str) -> None:
    path = home / "calls" / name
    path.parent.mkdir(exist_ok=True)
    duckdb.sql(f"SELECT {columns}").write_parquet(str(path))


def replayed(run: Run, *words: str) -> dict[str, Any]:
    result = run("replay", "calls", *words, "-o", "json", "--file", "packaged")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_a_table_of_calls_is_read_as_it_is(run: Run, home: Path) -> None:
    """Its counts are those of the units: nothing is taken off the input."""
    write(home, "a.parquet", CALL)
    (home / "calls" / "_SUCCESS").touch()
    found = replayed(run)
    assert found["log"]["formats"] == [{"format": "tables of calls", "files": 1}]
    assert found["total"]["new"]["list_cost_usd"] == COST
    assert (found["total"]["calls"], found["total"]["input_tokens"]) == (1, 1500)


def test_files_with_other_units_are_read_with_all_of_them(run: Run, home: Path) -> None:
    """The second file has no cached tokens: $0.0025 + $0.001."""
    write(home, "b.parquet", CALL)
    write(
        home, "a.parquet", CALL.replace("1::BIGINT AS row", "2::BIGINT AS row").replace(CACHED, "")
    )
    assert replayed(run)["total"]["new"]["list_cost_usd"] == "0.007625"


def test_another_column_groups_and_a_period_limits(run: Run, home: Path) -> None:
    write(home, "a.parquet", f"{CALL}, 'blue' AS product")
    [group] = replayed(run, "--by", "product", "--until", "2026-11-01")["groups"]
    assert (group["key"], group["calls"]) == ("blue", 1)
    assert replayed(run, "--from", "2026-11-01")["total"]["calls"] == 0


def test_a_number_that_two_calls_have_refuses_the_run(run: Run, home: Path) -> None:
    """Each file numbered from 1: the calls could not be told apart."""
    write(home, "a.parquet", CALL)
    write(home, "b.parquet", CALL)
    result = run("replay", "calls", "--file", "packaged")
    assert result.exit_code == 2
    assert "2 calls have only 1 number; give each call" in result.stderr


def test_a_table_that_names_its_model_elsewhere_is_a_log_of_plain_columns(
    run: Run, home: Path
) -> None:
    """Priced by `name`, which is a person's here, it would be charged the default price."""
    write(
        home,
        "a.parquet",
        "1::BIGINT AS row, 'Ann' AS name, 'gpt-4o' AS model, 1000::BIGINT AS "
        "input, 1000::BIGINT AS prompt_tokens, 100::BIGINT AS completion_tokens",
    )
    found = replayed(run)
    assert found["log"]["formats"] == [{"format": "plain columns", "files": 1}]
    assert found["coverage"][0]["found_by"] == "exact"
