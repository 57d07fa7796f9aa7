"""What is refused before Spark starts."""

import socket
from pathlib import Path

import pytest

from pricectl.replay.errors import ReplayRefused
from pricectl.replay.spark_engine import session
from tests.conftest import Run


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
    with pytest.raises(ReplayRefused, match="without bin/java; install Java 17"), session("local"):
        pass
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReplayRefused, match="the command java was not found"), session("local"):
        pass


def test_rated_calls_are_not_written_to_an_address(run: Run) -> None:
    """Each worker would take it for a folder of its own machine, and the calls would be lost."""
    result = run("replay", "s3a://b/calls", "--engine", "local", "--rows", "s3a://b/rated")
    assert result.exit_code == 2
    assert "is an address" in result.stderr
