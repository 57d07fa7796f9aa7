"""What a step tells the runner: outputs, the job summary, and lines of the log.

The runner reads commands out of the log. It trims a line before it looks for `::`, and it finds
`##[` anywhere in a line, so text with names from a catalog is printed while commands are stopped.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from pricectl.core.labels import clean
from pricectl.report.formats.github import command

_PLACED = re.compile(r"::(error|warning|notice) file=")


def print_error(title: str, message: str) -> None:
    """An annotation that says why a step failed."""
    sys.stdout.write(command("error", clean(message), title=title) + "\n")


def print_annotations(lines: str, folder: str) -> None:
    """The annotations of a command that ran in a folder, with paths from the repository's root."""
    for line in lines.splitlines():
        placed = _PLACED.match(line)
        if placed and folder:
            head, rest = line[: placed.end()], line[placed.end() :]
            prefix = command("notice", "", file=folder).removeprefix("::notice file=")[:-2]
            sys.stdout.write(f"{head}{_joined(prefix, rest)}\n")
        else:
            sys.stdout.write(f"{line}\n")


def _joined(folder: str, rest: str) -> str:
    """The path at the beginning of an annotation's properties, behind the folder it starts from."""
    end = re.match(r"[^,:]*", rest)
    path = end.group() if end else ""
    parts: list[str] = []
    for part in PurePosixPath(folder, path).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts) + rest[len(path) :]


def print_text(*texts: str) -> None:
    """Text for the log, in which the runner sees no commands."""
    word = secrets.token_hex(16)
    inside = "".join(text if text.endswith("\n") else f"{text}\n" for text in texts if text)
    sys.stdout.write(f"::stop-commands::{word}\n{inside}::{word}::\n")


def set_outputs(path: str, outputs: Mapping[str, str]) -> None:
    """Add to the outputs of the step; `path` is the file that the runner reads them from."""
    with Path(path).open("a", encoding="utf-8") as file:
        # One line each: a line break would begin another output.
        file.writelines(f"{name}={clean(value)}\n" for name, value in outputs.items())


def add_to_summary(path: str, markdown: str) -> None:
    """Add to the job summary; `path` is the file that the runner reads it from."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{markdown}\n")
