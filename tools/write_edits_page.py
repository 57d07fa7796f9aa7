"""Write the outputs of docs/edit.md anew, as after a change of the shipped catalog.

    python tools/write_edits_page.py

Each command runs in its own copy of the catalog, committed in a new repository, as the test of the
page runs it. An output that is shown in part keeps its form: its first lines up to an empty one,
`...`, and the last line.
"""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "edit.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<shown>.*?)```\n", re.DOTALL)
CATALOG = "llm_pricing_current.json"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
FAILED = 2


def output(command: str) -> list[str]:
    """The lines that a command prints in a new clone. Ends the program if it could not run."""
    with TemporaryDirectory() as folder:
        shutil.copy(ROOT / CATALOG, folder)
        (Path(folder) / "examples").mkdir()
        for path in (ROOT / "examples").glob("*.json"):
            shutil.copy(path, Path(folder) / "examples")
        for words in (
            ["init", "--quiet", "--initial-branch", "main"],
            ["add", "."],
            ["commit", "--quiet", "--message", "prices"],
            ["update-ref", "refs/remotes/origin/main", "HEAD"],
        ):
            subprocess.run([*GIT, *words], cwd=folder, check=True)  # noqa: S603 - our own words
        words = shlex.split(command)[1:]
        done = subprocess.run(  # noqa: S603 - a command of our own page
            [sys.executable, "-m", "pricectl", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
    if done.returncode >= FAILED:
        sys.exit(f"{command}: {done.stderr}")
    return [line.rstrip() for line in done.stdout.rstrip().splitlines()]


def anew(found: re.Match[str]) -> str:
    """A block of the page with what its command prints now, in the form that it had.

    A block of several commands without outputs stays as it is.
    """
    if found["shown"].startswith("$ "):
        return found[0]
    lines = output(found["command"])
    if "\n...\n" in found["shown"]:
        end = lines.index("") if "" in lines else len(lines) - 1
        lines = [*lines[:end], "...", lines[-1]]
    return "```console\n" + "\n".join((f"$ {found['command']}", *lines)) + "\n```\n"


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(anew, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.name}")
