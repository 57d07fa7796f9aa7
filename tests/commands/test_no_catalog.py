"""A check without a catalog is never green: it ends with 2 and says where was looked."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pricectl.cli import VERBS
from tests.conftest import CATALOG, CHILD_PATH, ROOT, Run

FILE = "llm_pricing_current.json"
CHECKS = ("validate", "diff", "status", "deploy-check", "rollback", "fmt", "smoke")


@pytest.fixture
def nowhere(home: Path) -> Path:
    """A folder without a catalog; the team's has another name than it had."""
    (home / FILE).rename(home / "prices.json")
    return home


def words_of(check: str) -> tuple[str, ...]:
    return (check, "http://127.0.0.1:9") if check == "smoke" else (check,)


@pytest.mark.parametrize("check", CHECKS)
def test_a_missing_catalog_never_passes_a_check(run: Run, nowhere: Path, check: str) -> None:
    result = run(*words_of(check))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no {FILE} in {nowhere} or a folder above it" in result.stderr
    assert "name it with --file FILE" in result.stderr


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("how", ["option", "environment", "settings"])
def test_a_file_that_is_named_and_missing_is_not_replaced_by_another(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, check: str, how: str
) -> None:
    words: tuple[str, ...] = ()
    if how == "option":
        words = ("--file", "missing.json")
    elif how == "environment":
        monkeypatch.setenv("PRICECTL_FILE", "missing.json")
    else:
        (home / "pricectl.toml").write_text('file = "missing.json"\n', encoding="utf-8")
    result = run(*words_of(check), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    # A missing file can be rolled back, but only to what git has.
    said = "is not in a git repository" if check == "rollback" else "missing.json: no such file"
    assert said in result.stderr
    origin = {"environment": "from PRICECTL_FILE", "settings": "from the setting `file`"}.get(how)
    assert check == "rollback" or (origin or "check the path") in result.stderr


@pytest.mark.parametrize("how", ["environment", "settings"])
@pytest.mark.parametrize("words", [("quote", "gpt-4o", "1"), ("models",), ("show", "o3")])
def test_an_error_about_a_missing_file_says_which_setting_names_it(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], how: str
) -> None:
    (home / "pricectl.toml").write_text('file = "missing.json"\n', encoding="utf-8")
    if how == "environment":
        monkeypatch.setenv("PRICECTL_FILE", "gone.json")
    name, origin = {
        "environment": ("gone.json", "PRICECTL_FILE"),
        "settings": ("missing.json", "the setting `file`"),
    }[how]
    said = f"{name}: no such file; the name comes from {origin}; correct it there\n"
    assert run(*words).stderr.endswith(said)


@pytest.mark.parametrize("verb", VERBS)
def test_an_empty_name_is_bad_usage(run: Run, verb: str) -> None:
    if verb == "rule":
        return
    words = {"quote": ("gpt-4o", "1"), "show": ("o3",), "explain": ("o3",)}.get(verb, ())
    words = ("http://127.0.0.1:9",) if verb == "smoke" else words
    result = run(verb, *words, "--file", "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the name is empty" in result.stderr


def test_validate_packaged_is_refused_with_an_explanation(run: Run) -> None:
    result = run("validate", "packaged")
    assert result.exit_code == 2
    assert "packaged: no such file; write --file packaged for the catalog" in result.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="POSIX terminals")
@pytest.mark.parametrize("words", [("quote",), ("nope",), ("quote", "--help")])
def test_without_colour_a_terminal_gets_no_codes(home: Path, words: tuple[str, ...]) -> None:
    def shown(**variables: str) -> bytes:
        reader, terminal = os.openpty()
        environment = {**os.environ, "PYTHONPATH": CHILD_PATH, "TERM": "xterm", **variables}
        subprocess.run(
            [sys.executable, "-m", "pricectl", *words],
            cwd=home,
            env=environment,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            timeout=60,
            check=False,
        )
        os.close(terminal)
        text = b""
        with suppress(OSError):
            while block := os.read(reader, 65536):
                text += block
        os.close(reader)
        return text

    assert (b"\x1b[" in shown()) is ("--help" in words)
    assert b"\x1b" not in shown(NO_COLOR="1")
    assert b"Usage: " in shown(NO_COLOR="1")


@pytest.mark.parametrize("check", ["validate", "fmt"])
def test_two_ways_to_name_the_file_are_refused(run: Run, home: Path, check: str) -> None:
    (home / "a.json").write_text(CATALOG, encoding="utf-8")
    result = run(check, "a.json", "--file", "missing.json")
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", "").split())
    assert "'missing.json' and 'a.json' are both given; name one file" in said


@pytest.mark.parametrize(
    "words", [("validate", "-q"), ("deploy-check", "--base", "copy.json", "-q")]
)
def test_the_packaged_catalog_is_checked_when_it_is_asked_for(
    run: Run, nowhere: Path, words: tuple[str, ...]
) -> None:
    (nowhere / "copy.json").write_bytes((ROOT / FILE).read_bytes())
    result = run(*words, "--file", "packaged")
    assert result.exit_code == 0, result.output


def test_a_file_called_packaged_comes_first(run: Run, home: Path) -> None:
    (home / "packaged").write_text(CATALOG, encoding="utf-8")
    assert "in 4 models" in run("validate", "--file", "packaged", "--at", "2026-11-20").stdout


def test_questions_are_answered_from_the_packaged_catalog(run: Run, nowhere: Path) -> None:
    assert nowhere.exists()
    for words in (("quote", "gpt-4o", "1000"), ("models",), ("show", "gpt-4o")):
        assert run(*words).exit_code == 0


def test_two_versions_of_git_need_no_working_file(run: Run, nowhere: Path) -> None:
    (nowhere / "old.json").write_text(CATALOG, encoding="utf-8")
    result = run("diff", "--base", "old.json", "--head", "prices.json")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("check", ["diff", "deploy-check"])
def test_the_packaged_catalog_is_a_base_by_its_word(run: Run, nowhere: Path, check: str) -> None:
    assert nowhere.exists()
    result = run(check, "--base", "packaged", "--file", "packaged", "-o", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert run("status", "packaged", "packaged", "-q").exit_code == 0


@pytest.mark.parametrize("check", ["diff", "deploy-check"])
@pytest.mark.parametrize("name", [FILE, f"./{FILE}", "link.json"])
def test_the_settings_cannot_have_a_file_compared_with_itself(
    run: Run, home: Path, check: str, name: str
) -> None:
    """No gate could ever fail."""
    (home / "link.json").symlink_to(FILE)
    (home / "pricectl.toml").write_text(f'deployed = "{name}"\n', encoding="utf-8")
    result = run(check)
    assert (result.exit_code != 0, "is compared with itself" in result.output) == (True, True)
