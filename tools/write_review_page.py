"""Write the outputs of docs/review.md: what reviewers see of real changes of the price file.

    python tools/write_review_page.py

Each block of the page names the command that it shows. The changes are commits of this repository;
October 2025 is a sample beside it, and one change is of the examples. A block whose versions are
not here, or whose usage log cannot be read without DuckDB, stays as it is.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "review.md"
# The comment that names a command, then the block that shows what it prints.
BLOCK = re.compile(
    r"<!-- (?P<command>pricectl [^\n]*) -->\n```(?P<kind>\w+)\n(?P<shown>.*?)```\n", re.DOTALL
)
ENVIRONMENT = {"COLUMNS": "100", "PYTHONUTF8": "1", "NO_COLOR": "1"}
# So many lines are shown: a reader sees the top.
SHOWN = {"text": 26, "markdown": 22}
FAILED = 2
# The sample and the price file of this commit are compared in a folder of their own, since settings
# beside them would count.
SAMPLE = ROOT.parent / "shared" / "data" / "deployed-2025-10-23.json"
CATALOG, CATALOG_COMMIT = "llm_pricing_current.json", "3a47e0be6"


def can_run(command: str) -> bool:
    """Whether the versions that a command compares are here: not in a shallow clone."""
    old, new = shlex.split(command)[2:4]
    if new == CATALOG:
        return SAMPLE.exists() and _is_commit(CATALOG_COMMIT)
    if "--usage" in command and not find_spec("duckdb"):
        return False
    return all((ROOT / version).is_file() or _is_commit(version) for version in (old, new))


def _is_commit(ref: str) -> bool:
    words = ["git", "rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def output(command: str, kind: str) -> str:
    """The first lines that a command prints. Ends the program if it could not run."""
    with folder_of(command) as folder:
        return _printed(command, kind, folder)


@contextmanager
def folder_of(command: str) -> Iterator[Path]:
    """Where a command runs: in this repository, or beside the two files that it compares."""
    with TemporaryDirectory() as name:
        folder = ROOT
        if CATALOG in command:
            folder = Path(name)
            shutil.copy(SAMPLE, folder)
            words = ["git", "show", f"{CATALOG_COMMIT}:{CATALOG}"]
            shown = subprocess.run(words, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
            (folder / CATALOG).write_bytes(shown.stdout)
        yield folder


def _printed(command: str, kind: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - a command of our own page
        [sys.executable, "-m", "pricectl", *shlex.split(command)[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **ENVIRONMENT},
    )
    if done.returncode >= FAILED:
        sys.exit(f"{command}: {done.stderr}")
    lines = [line.rstrip() for line in done.stdout.rstrip().splitlines()]
    more = len(lines) - SHOWN[kind]
    if more > 0:
        lines = [*lines[: SHOWN[kind]], f"... ({more:,} more lines)"]
    return "\n".join(lines) + "\n"


def anew(found: re.Match[str]) -> str:
    """A block of the page with what its command prints now."""
    command, kind = found["command"], found["kind"]
    shown = output(command, kind) if can_run(command) else found["shown"]
    return f"<!-- {command} -->\n```{kind}\n{shown}```\n"


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(anew, text), encoding="utf-8")


if __name__ == "__main__":
    main()
