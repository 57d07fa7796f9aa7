"""Runs `validate` or `diff` as a step of the action, in a process of its own.

The files that a check writes are what the last step makes the comment and the outputs of.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pricectl.action.inputs import ActionInputs
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS

Verb = Literal["validate", "diff"]
SECONDS = 900


class PriceCheck(NamedTuple):
    """A command as it ended. `document` is its JSON, None where it could not run."""

    verb: Verb
    code: int
    document: dict[str, Any] | None
    markdown: str
    problem: str


class CheckFolders(NamedTuple):
    """Where a command runs, and where its documents are written."""

    checked: Path
    results: Path


class CheckOutput(NamedTuple):
    """What a command said: its exit code, its standard output, its text and its messages.

    `problem` is why it could not run; empty where it could.
    """

    code: int
    printed: str
    text: str
    messages: str
    problem: str


def run_check(
    verb: Verb, inputs: ActionInputs, base: str, folders: CheckFolders, printed: str = ""
) -> CheckOutput:
    """Run a command, with the format `printed` on its standard output.

    `read_check` finds the documents that it writes.
    """
    results = folders.results
    paths = {name: results / f"{verb}.{name}" for name in ("json", "markdown", "text")}
    # Isolated, so that no module of the repository is imported in place of one of pricectl.
    words = [sys.executable, "-I", "-m", "pricectl", verb, *inputs.options(verb, base)]
    words += [f"--output={printed}"] if printed else []
    words += (f"--output={name}={path}" for name, path in paths.items())
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, without a shell
            words,
            cwd=folders.checked,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        code, said, told = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        code, said, told = FAILED, b"", f"took longer than {SECONDS} seconds".encode()
    messages, problem = told.decode("utf-8", "replace"), ""
    if code not in {CLEAN, FINDINGS}:
        problem = _reason(messages).replace("--file FILE", "the input `file`")
        (results / f"{verb}.problem").write_text(problem, encoding="utf-8")
    printed_text = said.decode("utf-8", "replace")
    return CheckOutput(code, printed_text, _read(paths["text"]), messages, problem)


def read_check(verb: Verb, code: int, results: Path) -> PriceCheck:
    """What a check has written. One that could not run has no document."""
    ran = code in {CLEAN, FINDINGS}
    document = json.loads(_read(results / f"{verb}.json")) if ran else None
    markdown = _read(results / f"{verb}.markdown") if ran else ""
    return PriceCheck(verb, code, document, markdown, _read(results / f"{verb}.problem"))


def _reason(messages: str) -> str:
    """The message that a command ended with, without what it says about its usage."""
    lines = [line for line in messages.splitlines() if line.startswith("pricectl")]
    return clean(lines[-1].removeprefix("pricectl: ")) if lines else "ended without a message"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
