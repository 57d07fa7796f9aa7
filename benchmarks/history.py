"""How long `pricectl history` takes over 500 commits of the shipped catalog.

    python benchmarks/history.py [COMMITS]

Builds a repository in a temporary folder: each commit edits one price and `last_updated` of the
catalog with its 16,000 lines. Every tenth commit also adds a row, and every twentieth edits the
model that is asked for. Measured are whole commands, from the start of the process to its end, once
with git's objects packed and once loose, as before `git gc`. The prices of the model are checked.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

from pricectl.packaged import packaged_catalog

NAME = "llm_pricing_current.json"
MODEL = "gpt-4o"
RUNS = 5
# The first commit; the others follow day by day.
FIRST_SECOND, DAY_SECONDS = 1_700_000_000, 86_400
_PRICE = re.compile(r'("input_cost_per_token": )[0-9.]+')
_DATE = re.compile(r'("last_updated": )"[^"]*"')


def edits(text: str, commits: int) -> Iterator[str]:
    """The text of each version."""
    row_starts = [found.start() for found in re.finditer(r"\n    \"", text)]
    model_start = text.index(f'"{MODEL}": {{')
    for number in range(commits):
        is_model = number % 20 == 0
        start = model_start if is_model else row_starts[number * 37 % len(row_starts)]
        found = _PRICE.search(text, start) or _PRICE.search(text)
        if found is None:
            raise ValueError("the catalog has no input price")
        price = f"{found[1]}{1 + number / 1000:.3f}"
        text = text[: found.start()] + price + text[found.end() :]
        day = f"{2024 + number // 336}-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
        text = _DATE.sub(rf'\1"{day}"', text, count=1)
        if number % 10 == 0:
            row = f'"bench-{number}": {{"input_cost_per_token": 1e-06}},'
            text = text.replace('"openai": {\n', f'"openai": {{\n    {row}\n', 1)
            model_start = text.index(f'"{MODEL}": {{')
        yield text


def git(folder: Path, *words: str, stdin: IO[bytes] | None = None) -> None:
    """Run git in a folder."""
    command = ["git", "-C", str(folder), *words]
    subprocess.run(command, stdin=stdin, check=True)  # noqa: S603 - our own words


def build(folder: Path, commits: int) -> int:
    """Write the repository; how many commits changed the model's price."""
    git(folder, "init", "-q", "-b", "main")
    words = ["git", "-C", str(folder), "fast-import", "--quiet"]
    prices = []
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:  # noqa: S603 - our own words
        if process.stdin is None:
            raise OSError("git has no input")
        text = packaged_catalog().read_text(encoding="utf-8")
        for number, version in enumerate(edits(text, commits)):
            data = version.encode()
            second = FIRST_SECOND + number * DAY_SECONDS
            process.stdin.write(
                f"commit refs/heads/main\ncommitter A <a@example.org> {second} +0000\n"
                f"data 4\nedit\nM 100644 inline {NAME}\ndata {len(data)}\n".encode()
            )
            process.stdin.write(data + b"\n")
            row = version[version.index(f'"{MODEL}": {{') :]
            found = _PRICE.search(row)
            prices.append(found[0] if found else "")
    git(folder, "reset", "-q", "--hard")
    return 1 + sum(old != new for old, new in pairwise(prices))


def unpack(folder: Path) -> None:
    """Make every object loose, as they are before git packs them."""
    packs = folder / ".git" / "objects" / "pack"
    aside = folder / "packs"
    packs.rename(aside)
    packs.mkdir()
    for pack in aside.glob("*.pack"):
        with pack.open("rb") as data:
            git(folder, "unpack-objects", "-q", stdin=data)
    shutil.rmtree(aside)


class Measured(NamedTuple):
    """The seconds of each run, and of its processes on a processor; what the last one printed."""

    seconds: list[float]
    processor_seconds: list[float]
    printed: str


def measure(folder: Path, *words: str) -> Measured:
    """Run the command a few times."""
    found = Measured([], [], "")
    command = [sys.executable, "-m", "pricectl", "history", *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(RUNS):
        begun, used = time.perf_counter(), os.times()
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        ended = os.times()
        found.seconds.append(time.perf_counter() - begun)
        found.processor_seconds.append(
            ended.children_user + ended.children_system - used.children_user - used.children_system
        )
        found = found._replace(printed=done.stdout)
    return found


def main() -> None:
    """Build, measure, check, print."""
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changed = build(folder, commits)
        for state in ("packed", "loose"):
            if state == "loose":
                unpack(folder)
            for words in ((MODEL,), (MODEL, "-o", "json"), ("-q",)):
                measured = measure(folder, *words)
                if "json" in words:
                    check(measured.printed, commits, changed)
                middle, worst = statistics.median(measured.seconds), max(measured.seconds)
                processor = statistics.median(measured.processor_seconds)
                label = " ".join(("history", *words))
                print(
                    f"{state:6}  {commits} commits  {label:22}  "
                    f"median {middle:.2f} s, worst {worst:.2f} s of {RUNS}; "
                    f"{processor:.2f} s of a processor"
                )


def check(printed: str, commits: int, changed: int) -> None:
    """Whether the history has every version and every change of the model."""
    found: dict[str, Any] = json.loads(printed)
    told = found["versions"], len(found["steps"])
    if told != (commits, changed):
        raise AssertionError(f"{told} versions and steps instead of {(commits, changed)}")


if __name__ == "__main__":
    main()
