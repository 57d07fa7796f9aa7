"""`replay` of logs that are tables of calls, and `--engine`: the same report from both engines.

Spark runs where the extra spark is installed and Java is found.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pricectl.replay.engines import check_engine
from pricectl.replay.errors import BadLog
from tests.conftest import CATALOG, Run

duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")
LOCAL_SPARK = "local[2]"
# Six calls of 1,000 fresh, 500 cached and 100 output tokens: gpt-4o at $2.50, $1.25 and $10 per
# million is $0.004125 each, $0.02475 in all.
COLUMNS = """number AS row, 'gpt-4o' AS name,
TIMESTAMP '2026-10-01 22:00:00' + (number % 6) * INTERVAL 1 HOUR AS at,
'job ' || number % 4 AS job, 'acme' AS account, if(number % 2 = 0, 'chat', 'search') AS feature,
1000::BIGINT AS input, 500::BIGINT AS cache_read, 100::BIGINT AS output"""


def write(path: Path, columns: str = COLUMNS, numbers: str = "range(6)") -> str:
    """A Parquet file of calls."""
    query = f"SELECT {columns} FROM {numbers} AS r(number)"  # noqa: S608 - our own words
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.name


@pytest.fixture
def calls(home: Path) -> str:
    (home / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    return write(home / "calls.parquet")


def document(run: Run, *words: str) -> dict[str, Any]:
    result = run("replay", *words, "-o", "json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def costs(found: dict[str, Any]) -> dict[str, str]:
    return {group["key"]: group["new"]["provider_cost_usd"] for group in found["groups"]}


def test_a_table_of_calls_is_read_as_it_is(run: Run, calls: str) -> None:
    """Each token stands in one column, so nothing is guessed about the cache."""
    found = document(run, calls)
    assert found["total"]["new"]["provider_cost_usd"] == "0.02475"
    assert (found["total"]["calls"], found["total"]["jobs"]) == (6, 4)
    assert found["log"]["formats"] == [{"format": "tables of calls", "files": 1}]
    assert found["log"]["columns"] == []


@pytest.mark.parametrize("kind", ["INTEGER", "UBIGINT", "DECIMAL(18,0)", "DECIMAL(38,0)"])
def test_numbers_of_any_whole_type_are_each_once(
    run: Run, home: Path, calls: str, kind: str
) -> None:
    typed = COLUMNS.replace("number AS row", f"CAST(number + 1 AS {kind}) AS row")
    found = document(run, write(home / "typed.parquet", typed))
    assert found["total"] == document(run, calls)["total"]
    repeated = typed.replace("number + 1", "number // 2")
    refused = run("replay", write(home / "repeated.parquet", repeated))
    assert (refused.exit_code, "only 3 numbers" in refused.stderr) == (2, True)


def test_calls_with_an_empty_job_are_jobs_alone(run: Run, calls: str, home: Path) -> None:
    """Like calls without a job: six of 0.4125 credits are six jobs of one credit."""
    del calls
    write(home / "alone.parquet", COLUMNS.replace("'job ' || number % 4 AS job", "'' AS job"))
    write(home / "without.parquet", COLUMNS.replace("'job ' || number % 4 AS job, ", ""))
    totals = [document(run, name)["total"] for name in ("alone.parquet", "without.parquet")]
    assert totals[0] == totals[1]
    assert totals[0]["jobs"] == 6


def test_its_own_columns_group_the_calls(run: Run, calls: str) -> None:
    assert costs(document(run, calls, "--by", "feature")) == {
        "chat": "0.012375",
        "search": "0.012375",
    }
    refused = run("replay", calls, "--by", "featur")
    assert refused.exit_code == 2
    assert "has no column 'featur'; did you mean feature?" in refused.stderr


def test_calls_outside_the_period_are_counted(run: Run, calls: str) -> None:
    found = document(run, calls, "--from", "2026-10-02")
    assert (found["total"]["calls"], found["log"]["calls_outside_period"]) == (4, 2)
    assert (
        "no call of the log is in the period"
        in run("replay", calls, "--until", "2026-09-01").stderr
    )


def test_counts_that_only_some_files_have_are_charged(run: Run, calls: str, home: Path) -> None:
    """The second file also counts images; nobody may leave its 1,000 tokens out."""
    wider = "number AS row, 'gpt-4o' AS name, 1000::BIGINT AS input, 1000::BIGINT AS output_image"
    write(home / "wider.parquet", wider, "range(6, 7)")
    found = document(run, calls, "wider.parquet")
    assert found["total"]["calls"] == 7
    assert found["total"]["output_tokens"] == 6 * 100 + 1000


def test_calls_of_two_files_need_numbers_of_their_own(run: Run, calls: str, home: Path) -> None:
    write(home / "again.parquet")
    refused = run("replay", calls, "again.parquet")
    assert refused.exit_code == 2
    assert "calls have only 6 numbers in the column 'row'" in refused.stderr


@pytest.mark.parametrize("numbers", ["(VALUES (1), (1), (3))", "(VALUES (-1), (NULL), (9))"])
def test_each_call_needs_a_number_of_its_own(run: Run, home: Path, numbers: str) -> None:
    write(home / "numbers.parquet", numbers=numbers)
    refused = run("replay", "numbers.parquet")
    assert refused.exit_code == 2
    assert "3 calls have only 2 numbers in the column 'row'" in refused.stderr


def test_numbers_may_be_negative_and_far_apart(run: Run, home: Path) -> None:
    numbers = "(VALUES (-33), (-1), (0), (31), (32), (8589934592), (-9000000000000000000))"
    write(home / "numbers.parquet", numbers=numbers)
    assert document(run, "numbers.parquet")["total"]["calls"] == 7


def test_a_table_with_local_times_is_refused_with_the_reason(run: Run, calls: str) -> None:
    local = "number AS row, 'o3' AS name, now() AS at, 1::BIGINT AS input"
    write(Path(calls), local)
    refused = run("replay", calls)
    assert refused.exit_code == 2
    assert "the column 'at' is TIMESTAMP WITH TIME ZONE; write UTC times" in refused.stderr


def test_a_table_that_names_its_model_otherwise_has_plain_columns(run: Run, home: Path) -> None:
    """`name` is then somebody's, and no model's."""
    (home / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    columns = "number AS row, 'Ann' AS name, 'o3' AS model, 1::BIGINT AS input, 1::BIGINT AS output"
    found = document(run, write(home / "log.parquet", columns))
    assert costs(found).keys() == {"o3"}
    assert found["log"]["formats"] == [{"format": "plain columns", "files": 1}]


def test_an_address_needs_a_cluster(run: Run, calls: str) -> None:
    refused = run("replay", "s3a://bucket/calls")
    assert refused.exit_code == 2
    assert "only Spark's workers read addresses" in refused.stderr
    assert run("replay", calls, "s3a://bucket/calls").exit_code == 2


@pytest.mark.timeout(900)
def test_the_report_is_the_same_from_spark(run: Run, calls: str, home: Path) -> None:
    """A table of calls, which the workers read, and a log that is read here and staged for them."""
    pytest.importorskip("pyspark", reason="needs the extra spark")
    if not shutil.which("java"):
        pytest.skip("needs Java 17")
    wider = "number AS row, 'gpt-4o' AS name, 1000::BIGINT AS input, 1000::BIGINT AS output_image"
    write(home / "wider.parquet", wider, "range(6, 7)")
    log = "model,time,customer,prompt_tokens,completion_tokens,total_tokens\n"
    (home / "log.csv").write_text(log + "o3,2026-10-01T10:00:00Z,acme,1000,10,1010\n", "utf-8")
    for words in (
        (calls, "wider.parquet", "--by", "feature", "--from", "2026-10-02"),
        ("log.csv", "--by", "account", "--base", "packaged"),
    ):
        spark = document(run, *words, "--engine", LOCAL_SPARK, "--rows", f"{words[0]}-rated")
        assert spark == document(run, *words)
        rows = duckdb.read_parquet(f"{home}/{words[0]}-rated/*.parquet")
        assert len(rows) == spark["total"]["calls"]
    refused = run("replay", calls, "--engine", LOCAL_SPARK, "--rows", "log.csv-rated")
    assert refused.exit_code == 2
    assert "exists already" in refused.stderr


def test_spark_neither_sums_up_nor_compares_charges(run: Run, calls: str) -> None:
    for words in (("--charged", calls), (calls, "--summary", "usage.json")):
        refused = run("replay", *words, "--engine", LOCAL_SPARK)
        assert refused.exit_code == 2
        assert "only DuckDB" in refused.stderr


@pytest.mark.parametrize(
    "word", ["duckdb", "spark://node-1.example:7077", "local", "local[4]", "local[*]", "yarn"]
)
def test_duckdb_and_masters_of_spark_are_engines(word: str) -> None:
    assert check_engine(word) == word


@pytest.mark.parametrize("word", ["", "spark", "spark://node", "sc://node:1", "local[a]", "DuckDB"])
def test_another_word_is_not_an_engine(word: str) -> None:
    with pytest.raises(BadLog, match="is not an engine"):
        check_engine(word)


def test_the_command_says_which_engines_there_are(run: Run) -> None:
    result = run("replay", "log.csv", "--engine", "postgres")
    assert result.exit_code == 2
    assert "spark://HOST:PORT" in result.stderr
