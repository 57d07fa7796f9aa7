"""The program itself: its way in and its ways out."""

import subprocess
import sys
from pathlib import Path

import pytest

from pricectl import __main__, cli
from tests.conftest import CATALOG, Run

FULL = Path("/dev/full")
QUOTE = [sys.executable, "-m", "pricectl", "quote", "gpt-4o", "1000", "500"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    return tmp_path


def test_an_interrupt_at_any_moment_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 130


def test_a_closed_output_ends_the_command_quietly(folder: Path) -> None:
    words = ["sh", "-c", 'exec "$@" >&-', "sh", *QUOTE]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    said = "pricectl: standard output is closed, so nothing can be answered\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is full")
def test_a_full_disk_is_reported(folder: Path) -> None:
    with FULL.open("w", encoding="utf-8") as full:
        done = subprocess.run(
            QUOTE, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "pricectl: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_help_lists_every_verb(run: Run) -> None:
    text = run("--help").stdout
    for verb in ("quote", "models", "show", "explain", "validate", "rule", "diff"):
        assert verb in text
    assert run("--version").stdout.startswith("pricectl ")
