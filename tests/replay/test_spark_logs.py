"""Which words are engines, and that Spark is asked for only where it is named."""

import pytest

from pricectl.replay.errors import BadLog
from pricectl.replay.spark_logs import check_engine
from tests.conftest import Run


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


def test_rated_calls_are_not_written_to_an_address(run: Run) -> None:
    """Each worker would take it for a folder of its own machine, and the calls would be lost."""
    result = run("replay", "s3a://b/calls", "--engine", "local", "--rows", "s3a://b/rated")
    assert result.exit_code == 2
    assert "is an address" in result.stderr
