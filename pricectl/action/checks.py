"""Runs `validate` or `diff` as a step of the action, in a process of its own.

The files that a check writes are what the last step makes the comment and the outputs of.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pricectl.action import runner
from pricectl.action.inputs import ActionInputs
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS

Verb = Literal["validate", "diff"]
VERBS: tuple[Verb, ...] = ("validate", "diff")
SECONDS = 900


class PriceCheck(NamedTuple):
    """A command as it ended. `document` is its JSON, None where it could not run."""

    verb: Verb
    code: int
    document: dict[str, Any] | None
    markdown: str
    problem: str


def run_check(verb: Verb, inputs: ActionInputs, base: str, workspace: Path, results: Path) -> int:
    """Run a command, show its annotations and its text, and return its exit code.

    Its documents are written into the folder `results`.
    """
    folder = inputs.folder(workspace)
    paths = {name: results / f"{verb}.{name}" for name in ("json", "markdown", "text")}
    # Isolated, so that no module of the repository is imported in place of one of pricectl.
    words = [sys.executable, "-I", "-m", "pricectl", verb, *inputs.options(verb, base)]
    words += ["--output=github", *(f"--output={name}={path}" for name, path in paths.items())]
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, without a shell
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        code, said, told = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        code, said, told = FAILED, b"", f"took longer than {SECONDS} seconds".encode()
    annotations, messages = (text.decode("utf-8", "replace") for text in (said, told))
    inside = folder.relative_to(workspace.resolve()).as_posix()
    runner.print_annotations(annotations, "" if inside == "." else inside)
    runner.print_text(_read(paths["text"]), messages)
    if code not in {CLEAN, FINDINGS}:
        problem = _reason(messages).replace("--file FILE", "the input `file`")
        (results / f"{verb}.problem").write_text(problem, encoding="utf-8")
        runner.print_error(f"pricectl {verb}", problem)
    return code


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
