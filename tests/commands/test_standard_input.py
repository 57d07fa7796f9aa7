"""Standard input has one reader: a second one would find it empty and call that a result."""

from pathlib import Path

import pytest

from tests.conftest import CATALOG, Run

TWICE = "standard input: is named twice, and can be read only once; name a file for one of them"
RESPONSE = '{"model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 5}}'


@pytest.mark.parametrize(
    "words",
    [
        "validate - -",
        "validate - --reference -",
        "validate llm_pricing_current.json --base - --reference -",
        "quote --response - --file -",
        "explain --response - --file -",
        "deploy-check --names - --file -",
        "deploy-check --names - --base -",
        "deploy-check --base - --file -",
        "logs - --file -",
        "status - -",
    ],
)
def test_standard_input_named_twice_is_refused(run: Run, words: str) -> None:
    result = run(*words.split(), stdin=CATALOG)
    assert result.exit_code == 2
    assert TWICE in " ".join(f"{result.stdout} {result.stderr}".split())
    assert "safe to deploy" not in result.stdout.replace("not safe", "")


def test_a_catalog_named_by_the_environment_is_standard_input_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICECTL_FILE", "-")
    result = run("quote", "--response", "-", stdin=RESPONSE)
    assert result.exit_code == 2
    assert "standard input" in result.stderr


@pytest.mark.parametrize(
    "words", ["validate -", "quote gpt-4o 1 --file -", "fmt -", "diff --base - --head packaged"]
)
def test_an_empty_pipe_is_not_restored_by_git(run: Run, words: str) -> None:
    result = run(*words.split(), stdin="")
    said = " ".join(f"{result.stdout} {result.stderr}".split())
    assert result.exit_code == (1 if words.startswith("validate") else 2)
    assert "the document is empty" in said
    assert "standard input" in said
    assert "check the command before the pipe" in said
    assert "git checkout" not in said


@pytest.mark.parametrize("words", ["quote gpt-4o 1", "fmt", "diff --base {}", "validate"])
def test_an_empty_file_is_restored_by_its_name(run: Run, home: Path, words: str) -> None:
    name = "prices of ours.json"
    (home / name).write_text("", encoding="utf-8")
    base = "{}" in words
    more = () if base else ("--file", name)
    result = run(*(word.format(name) for word in words.split()), *more)
    said = " ".join(f"{result.stdout} {result.stderr}".split())
    assert f"git checkout -- '{name}'" in said
    assert "FILE" not in said


def test_a_broken_pipe_is_checked_by_a_pipe(run: Run) -> None:
    said = run("quote", "gpt-4o", "1", "--file", "-", stdin="{").stderr
    assert "pipe it to 'pricectl validate -' to see every finding" in said


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--fail-on", "default"), 2)])
def test_names_that_are_none_are_not_called_priced(
    run: Run, more: tuple[str, ...], code: int
) -> None:
    result = run("deploy-check", "--base", "none", "--names", "-", *more, stdin="# nobody\n")
    assert "not checked: no name in -" in result.stdout
    assert "each has a row of its own" not in result.stdout
    assert result.exit_code == code
