"""`pricectl logs`: the command, in a file and at the end of a pipe."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import CHILD_PATH, ROOT, Run

GOOD = '2026-11-20 12:00:00,001 INFO x pricing data loaded: models=5 sha256="ab" generation=1\n'
BAD = '2026-11-20 12:00:01,123 WARNING x fallback pricing: kind="unknown-model" model="gpt-9"\n'
ESCAPES = BAD.replace("gpt-9", "[/x]\\u001b[31m\\u202e:free:")
REFUSED = 'ERROR pricing reload refused: kind="refused" reason="2 of 4 models are gone"\n'


@pytest.fixture
def log(home: Path) -> Path:
    path = home / "app.log"
    path.write_text(GOOD + BAD * 3 + ESCAPES + REFUSED + "other\n", encoding="utf-8")
    return path


def test_the_whole_report(run: Run, log: Path) -> None:
    result = run("logs", log.name, "--top", "2")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "5 bad signs in 7 lines"
    assert [line.split("  ")[0] for line in lines[4:7]] == [
        "+ pricing data loaded",
        "! fallback pricing",
        "! pricing reload refused",
    ]
    assert lines[5].split()[3:6] == ["4", "2026-11-20", "12:00:01,123"]
    assert lines[-2:] == [
        '  3  gpt-9                     add a row "gpt-9"; near it: gpt-4o',
        '  1  [/x]\\x1b[31m\\u202e:free:  add a row "[/x]\\u001b[31m\\u202e:free:"',
    ]
    assert "2 of 4 models are gone; 'pricectl deploy-check' shows why" in result.stdout


def test_a_clean_log(run: Run, home: Path) -> None:
    del home
    result = run("logs", "-", stdin=GOOD)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "ok: no bad signs in 1 line")
    assert run("logs", "-q", stdin=GOOD).stdout == "ok: no bad signs in 1 line\n"


def test_a_log_without_pricing_lines_says_so(run: Run) -> None:
    result = run("logs", "-", stdin="a\nb\n")
    assert result.exit_code == 0
    assert "nothing about prices in 2 lines; is this the log of the service?" in result.stdout


def test_an_empty_log_was_not_checked(run: Run, home: Path) -> None:
    (home / "empty.log").touch()
    for words, said in (
        ((), "standard input is empty, so nothing was checked; check the pipe"),
        (("-",), "standard input is empty, so nothing was checked; check the pipe"),
        (("empty.log",), "empty.log: is empty, so nothing was checked; check the path"),
    ):
        result = run("logs", *words, stdin="")
        assert result.exit_code == 2
        assert result.stderr == f"pricectl: {said}\n"


def test_names_are_escaped_for_the_terminal(run: Run, log: Path) -> None:
    for words in ((), ("--follow",), ("--color", "always")):
        shown = run("logs", log.name, *words).stdout
        assert "\x1b[31m\u202e" not in shown
        assert "\u202e" not in shown
        assert "[/x]\\x1b[31m\\u202e:free:" in shown


def test_json_fits_its_schema(run: Run, log: Path) -> None:
    result = run("logs", log.name, "--top", "1", "-o", "json")
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, json.loads((ROOT / "schemas/logs.schema.json").read_text()))
    assert (found["outcome"], found["lines"], found["more_models"]) == ("fail", 7, 1)
    assert found["models"] == [
        {
            "model": "gpt-9",
            "kind": "unknown-model",
            "lines": 3,
            "suggestion": {
                "action": "row",
                "row": "",
                "words": 'add a row "gpt-9"; near it: gpt-4o',
            },
        }
    ]
    assert found["fallbacks"] == [{"kind": "unknown-model", "lines": 4}]


def test_without_a_catalog_logs_lists_names_without_suggestions(run: Run, log: Path) -> None:
    (log.parent / "llm_pricing_current.json").write_text("{")
    result = run("logs", log.name)
    assert result.exit_code == 1
    assert "  3  gpt-9\n" in result.stdout
    assert "no suggestions: llm_pricing_current.json: line 1, column 2" in result.stdout
    assert run("logs", log.name, "--file", "gone.json").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone.log",), "no such file"),
        (("."), "Is a directory"),
        (("packed.gz",), "run 'gzip -dc packed.gz | pricectl logs -'"),
        (("wide.log",), "run 'iconv -f utf-16 -t utf-8 wide.log | pricectl logs -'"),
        (("app.log", "-o", "yaml"), "unknown format"),
        (("app.log", "--top", "-1"), "--top"),
    ],
)
def test_an_unreadable_file_exits_2(run: Run, log: Path, words: tuple[str, ...], said: str) -> None:
    (log.parent / "packed.gz").write_bytes(b"\x1f\x8b\x08rest")
    (log.parent / "wide.log").write_bytes(BAD.encode("utf-16"))
    result = run("logs", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_follow_with_json_writes_one_valid_document(run: Run, log: Path) -> None:
    result = run("logs", log.name, "--follow", "-o", "json")
    assert json.loads(result.stdout)["lines"] == 7
    assert result.stderr.splitlines()[0] == (
        "line 2: 2026-11-20 12:00:01,123  fallback pricing  unknown-model  gpt-9"
    )
    assert result.stderr.splitlines()[-1].startswith(
        "line 6: pricing reload refused  refused  2 of"
    )


def follower(home: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "pricectl", "logs", "-", "--follow"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": CHILD_PATH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=listen_to_interrupts,  # noqa: PLW1509 - no thread of ours holds a lock
    )


def listen_to_interrupts() -> None:
    """A shell that runs the tests in the background has them ignore interrupts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def write(process: "subprocess.Popen[bytes]", text: str) -> None:
    assert process.stdin
    process.stdin.write(text.encode())
    process.stdin.flush()


def next_line(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout
    return process.stdout.readline().decode()


def test_an_ascii_terminal_gets_escaped_characters(log: Path) -> None:
    log.write_text(BAD.replace("gpt-9", "modèle-9"), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pricectl", "logs", log.name, "--follow"],
        cwd=log.parent,
        env={**os.environ, "PYTHONPATH": CHILD_PATH, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.count("mod\\xe8le-9") >= 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.timeout(20)
def test_a_pipe_is_followed_line_by_line_until_it_is_interrupted(home: Path) -> None:
    process = follower(home)
    write(process, GOOD + BAD)
    assert next_line(process).startswith("line 2: 2026-11-20 12:00:01,123  fallback pricing")
    write(process, BAD[:50])
    write(process, BAD[50:])
    assert next_line(process).startswith("line 3: ")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, err) == (130, b"")
    assert out.decode().splitlines()[0] == "2 bad signs in 3 lines"


@pytest.mark.timeout(20)
def test_a_pipe_that_ends_is_summed_up(home: Path) -> None:
    process = follower(home)
    out, _ = process.communicate((GOOD + BAD.rstrip("\n")).encode())
    assert process.returncode == 1
    assert out.decode().splitlines()[1] == "1 bad sign in 2 lines"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX's")
@pytest.mark.timeout(20)
def test_a_closed_pipe_ends_the_command_quietly(home: Path) -> None:
    process = follower(home)
    write(process, BAD)
    next_line(process)
    assert process.stdout
    process.stdout.close()
    write(process, BAD * 10)
    assert process.stdin
    process.stdin.close()
    assert process.wait() == 0
    assert process.stderr
    assert process.stderr.read() == b""
    process.stderr.close()
