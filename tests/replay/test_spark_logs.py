"""Which words are engines, and that Spark is asked for only where it is named."""

import socket
from pathlib import Path

import pytest

from pricectl.replay.errors import BadLog, ReplayRefused
from pricectl.replay.spark_engine import session
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


def test_a_master_that_does_not_answer_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark itself tries for a minute, and then says that its context was stopped."""
    pytest.importorskip("pyspark")
    monkeypatch.setattr("shutil.which", lambda _: "/bin/java")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{closed.getsockname()[1]}"
    with (
        pytest.raises(ReplayRefused, match=f"{master}: no master of Spark answers: Connection ref"),
        session(master),
    ):
        pass


def test_a_machine_without_java_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ReplayRefused, match="has no bin/java; install Java 17"), session("local"):
        pass
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReplayRefused, match="there is no command java"), session("local"):
        pass


def test_the_command_says_which_engines_there_are(run: Run) -> None:
    result = run("replay", "log.csv", "--engine", "postgres")
    assert result.exit_code == 2
    assert "spark://HOST:PORT" in result.stderr


def test_rated_calls_are_not_written_to_an_address(run: Run) -> None:
    """Each worker would take it for a folder of its own machine, and the calls would be lost."""
    result = run("replay", "s3a://b/calls", "--engine", "local", "--rows", "s3a://b/rated")
    assert result.exit_code == 2
    assert "is an address" in result.stderr
