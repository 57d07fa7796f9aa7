"""The page for a new team: its blocks run one after the other, and end as it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHILD_PATH, ROOT

pytestmark = pytest.mark.long

PAGE = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
NAME = "llm_pricing_current.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository after all blocks of the page; its origin is a bare repository beside it."""
    home = tmp_path_factory.mktemp("team")
    (home / "bin").mkdir()
    command = home / "bin" / "pricectl"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pricectl "$@"\n')
    command.chmod(0o755)
    origin = home / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    dropped = {"PRICECTL_FILE", "PRICECTL_SETTINGS", "PRICECTL_DEBUG"}
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    environment |= {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": CHILD_PATH,
        "PRICES_REPOSITORY": str(origin),
    }
    script = "\n".join(["set -eu", *BLOCKS])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return home / "prices"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_price_file_and_the_settings_are_on_the_main_branch(folder: Path) -> None:
    files = git(folder, "ls-tree", "-r", "--name-only", "origin/main").split()
    assert files == [".github/workflows/prices.yml", NAME, "pricectl.toml"]
    catalog = json.loads(git(folder, "show", f"origin/main:{NAME}"))
    assert {"gpt-4o", "gpt-4o-mini"} == catalog["openai"].keys()
    settings = git(folder, "show", "origin/main:pricectl.toml")
    assert '\ncritical = ["gpt-4o"]\n' in settings
    assert '\nfallback = "reference"\n' in settings


def test_the_price_change_is_a_branch_with_the_lines_that_it_names(folder: Path) -> None:
    before, after = (
        json.loads(git(folder, "show", f"origin/{branch}:{NAME}"))
        for branch in ("main", "gpt-4o-input")
    )
    old, new = before["openai"].pop("gpt-4o"), after["openai"].pop("gpt-4o")
    assert new["input_cost_per_token"] == 2.4e-06
    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    assert changed == {"input_cost_per_token", "evidence", "verified_on"}
    for catalog in (before, after):
        del catalog["metadata"]["last_updated"]
    assert before == after


def test_the_models_of_the_last_step_are_committed(folder: Path) -> None:
    rows = json.loads(git(folder, "show", f"models:{NAME}"))["openai"]
    assert rows["o3"]["retired"] is True
    assert rows["our-gpt"]["aliases"] == ["gpt-4o-eu"]
    assert git(folder, "status", "--short") == ""


def test_the_page_shows_every_verb_that_edits() -> None:
    shown = {
        found
        for block in BLOCKS
        for found in re.findall(r"^pricectl ([\w-]+)", block, re.MULTILINE)
    }
    assert {"init", "set", "add", "remove", "rename", "validate", "diff"} <= shown
