"""The hooks for pre-commit: what they start on, when they end at once, what they show."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CATALOG, CHILD_PATH, ROOT, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
# A repository's own `args` stand in place of the hook's, so that no option is given twice.
ENTRIES = {
    name: entry + "".join(f" {word}" for word in args.split(", ") if word)
    for name, entry, args in re.findall(
        r"- id: (pricectl-\w+)\n.*?  entry: pricectl ([^\n]+)\n(?:  args: \[(.*?)\]\n)?",
        HOOKS,
        re.DOTALL,
    )
}
OLD = '"input_cost_per_token": 2.5e-06,\n      "output'
MOVED = CATALOG.replace(OLD, OLD.replace("2.5e-06", "25e-06"))


@pytest.fixture
def repo(home: Path) -> Path:
    """The catalog, committed."""
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    return home


def hook(run: Run, name: str) -> tuple[int, str]:
    result = run(*shlex.split(ENTRIES[f"pricectl-{name}"]))
    return result.exit_code, result.output


def test_every_hook_shows_what_it_found_and_gets_no_file_names() -> None:
    assert list(ENTRIES) == ["pricectl-validate", "pricectl-diff", "pricectl-fmt"]
    for line in ("pass_filenames: false", "verbose: true", r"files: \.(json|toml)$"):
        assert HOOKS.count(f"  {line}\n") == 3
    for name in ("pricectl-validate", "pricectl-diff"):
        assert "--base HEAD" in ENTRIES[name]
        assert "--new" in ENTRIES[name]


@pytest.mark.parametrize("name", ["validate", "diff", "fmt"])
def test_without_prices_among_the_staged_files_no_catalog_is_parsed(
    run: Run, repo: Path, parsed_texts: list[bytes], name: str
) -> None:
    (repo / "package.json").write_text("{}", encoding="utf-8")
    (repo / NAME).write_text(MOVED, encoding="utf-8")  # edited, but not staged
    git(repo, "add", "package.json")
    assert hook(run, name) == (0, "")
    assert parsed_texts == []


def test_a_staged_slip_fails_and_is_the_first_line(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(MOVED, encoding="utf-8")
    git(repo, "add", NAME)
    code, said = hook(run, "validate")
    assert code == 1
    assert "error[price-moved]" in said.splitlines()[0]
    assert "source-missing" not in said  # known
    code, said = hook(run, "diff")
    assert (code, said.splitlines()[0][:11]) == (0, "1 repriced ")


def test_a_waiver_in_the_same_commit_does_not_help(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(MOVED, encoding="utf-8")
    text = '[[waivers]]\nrule = "price-moved"\nreason = "so it is"\n'
    (repo / "pricectl.toml").write_text(text, encoding="utf-8")
    git(repo, "add", "-A")
    code, said = hook(run, "validate")
    assert code == 1
    assert "gate-loosened" in said.splitlines()[0]
    assert "error[price-moved]" in said.splitlines()[1]
    assert hook(run, "diff")[1].startswith("! in the settings the waiver of price-moved")


@pytest.mark.parametrize(
    ("name", "text", "starts"),
    [
        ("pricectl.toml", "names = []\n", True),
        ("pyproject.toml", "[project]\nname = 'x'\n", True),  # it may have had settings
        ("package.json", "{}", False),
    ],
)
def test_staged_settings_start_the_check(
    run: Run, repo: Path, name: str, text: str, *, starts: bool
) -> None:
    (repo / name).write_text(text, encoding="utf-8")
    git(repo, "add", name)
    assert bool(hook(run, "validate")[1]) is starts


def test_a_repository_without_a_commit_has_no_base(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    code, said = hook(run, "validate")
    assert code == 0
    assert "no base: nothing is committed yet" in said
    assert hook(run, "diff") == (0, f"pricectl: {NAME}: no base: nothing is committed yet\n")
    assert hook(run, "fmt")[0] == 0
    (home / NAME).write_text(CATALOG.replace("2.5e-06", "2.5e-03"), encoding="utf-8")
    git(home, "add", "-A")
    assert hook(run, "validate")[0] == 1


def test_a_repository_without_prices_is_left_alone(run: Run, repo: Path) -> None:
    git(repo, "rm", "-q", NAME)
    git(repo, "commit", "-q", "-m", "no prices")
    (repo / "package.json").write_text("{}", encoding="utf-8")
    git(repo, "add", "package.json")
    for name in ("validate", "diff", "fmt"):
        assert hook(run, name) == (0, "")


def test_fmt_promotes_nothing_so_that_no_date_stops_a_commit(run: Run, repo: Path) -> None:
    text = CATALOG.replace("2027-01-01", "2026-01-01").replace("15e-06", "0.000015")
    (repo / NAME).write_text(text, encoding="utf-8")
    git(repo, "add", NAME)
    assert hook(run, "fmt")[0] == 0
    after = (repo / NAME).read_text(encoding="utf-8")
    assert '"from": "2026-01-01"' in after
    assert "0.000015" not in after


@pytest.mark.parametrize("words", [["-a"], [NAME], []], ids=["all", "named", "staged"])
def test_git_runs_the_hook_with_the_index_of_the_commit(repo: Path, words: list[str]) -> None:
    """`git commit -a` and `git commit FILE` stage into an index of their own."""
    program = f"{shlex.quote(sys.executable)} -m pricectl {ENTRIES['pricectl-validate']}"
    script = f"#!/bin/sh\nexec {program}\n"
    path = repo / ".git" / "hooks" / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    (repo / NAME).write_text(MOVED, encoding="utf-8")
    if not words:
        git(repo, "add", NAME)
    result = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-m", "x", *words],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": CHILD_PATH},
    )
    assert result.returncode == 1
    assert "error[price-moved]" in result.stdout + result.stderr


def test_a_staged_link_that_leads_to_another_catalog_starts_the_check(run: Run, repo: Path) -> None:
    (repo / "other.json").write_text(MOVED, encoding="utf-8")
    (repo / "pricectl.toml").write_text('file = "prices.json"\n', encoding="utf-8")
    (repo / "prices.json").symlink_to(NAME)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "link")
    (repo / "prices.json").unlink()
    (repo / "prices.json").symlink_to("other.json")
    git(repo, "add", "prices.json")
    code, said = hook(run, "validate")
    assert code == 1
    assert "error[price-moved]" in said.splitlines()[0]
