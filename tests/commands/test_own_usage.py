"""`diff --usage` in review: an edit cannot choose the usage, its reading or the day of its bill."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_diff_usage import EDITED, HEAD, LOG, git
from tests.conftest import CATALOG, Run

pytest.importorskip("duckdb")
GATES = '[gates]\nmax_bill_increase = "14%"\nmax_account_increase = "100%"\n'
# What the edit would rather be judged by: no call of gpt-4o, whose price it raises by 20%.
SMALL = HEAD + LOG.splitlines()[-1] + "\n"
WHOLE_BILL = "limit max-bill-increase exceeded: ~14.29%, limit 14%"
NAME = "llm_pricing_current.json"


@pytest.fixture
def base(run: Run, home: Path) -> Path:
    """A repository with a log, its summary, a link to its folder and no edit yet."""
    (home / NAME).write_text(CATALOG, encoding="utf-8")
    (home / "usage").mkdir()
    (home / "usage" / "log.csv").write_text(LOG, encoding="utf-8")
    assert run("replay", "usage/log.csv", "--summary", "usage/usage.json").exit_code == 0
    (home / "linked").symlink_to("usage")
    (home / "small.csv").write_text(SMALL, encoding="utf-8")
    git(home, "init", "-q")
    (home / "pricectl.toml").write_text(settings("usage/usage.json"), encoding="utf-8")
    git(home, "add", NAME, "pricectl.toml", "usage", "linked")
    git(home, "commit", "-q", "-m", "prices")
    return home


def settings(usage: str, more: str = "") -> str:
    return f'usage_file = "{usage}"\n{more}{GATES}'


def use(home: Path, usage: str, more: str = "") -> None:
    """Let the base name this usage, and edit the price."""
    (home / "pricectl.toml").write_text(settings(usage, more), encoding="utf-8")
    git(home, "commit", "-q", "-a", "--allow-empty", "-m", "usage")
    (home / NAME).write_text(EDITED, encoding="utf-8")


def judged(run: Run, code: int = 1) -> str:
    found = run("diff", "--base", "HEAD", "--at", "2026-11-27")
    assert found.exit_code == code, found.output
    return found.stdout


@pytest.mark.parametrize("usage", ["usage/usage.json", "linked/usage.json"])
def test_a_folder_that_becomes_a_link_does_not_change_the_usage(
    run: Run, base: Path, usage: str
) -> None:
    use(base, usage)
    (base / "other").mkdir()
    assert run("replay", "small.csv", "--summary", "other/usage.json").exit_code == 0
    folder = base / Path(usage).parent
    folder.rename(base / "gone")
    folder.symlink_to("other")
    assert WHOLE_BILL in judged(run)


def test_a_summary_that_becomes_a_link_out_of_the_repository_does_not_count(
    run: Run, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    use(base, "usage/usage.json")
    other = tmp_path_factory.mktemp("elsewhere") / "usage.json"
    assert run("replay", "small.csv", "--summary", str(other)).exit_code == 0
    (base / "usage/usage.json").unlink()
    (base / "usage/usage.json").symlink_to(other)
    assert WHOLE_BILL in judged(run)


@pytest.mark.parametrize("edit", ["a log", "gone"])
def test_a_summary_that_is_no_summary_any_more_does_not_count(
    run: Run, base: Path, edit: str
) -> None:
    use(base, "usage/usage.json")
    summary = base / "usage/usage.json"
    summary.unlink() if edit == "gone" else summary.write_text(SMALL, encoding="utf-8")
    said = judged(run)
    assert WHOLE_BILL in said
    assert "in usage.json of " in said


def test_a_log_of_the_base_counts_like_a_summary(run: Run, base: Path) -> None:
    use(base, "usage/log.csv")
    (base / "usage/log.csv").write_text(SMALL, encoding="utf-8")
    said = judged(run)
    assert WHOLE_BILL in said
    assert "110 calls of 2 accounts in log.csv of " in said


def test_an_edit_on_standard_input_has_the_usage_of_the_base(
    base: Path,
) -> None:
    use(base, "usage/usage.json")
    assert run_summary(base)
    words = [sys.executable, "-m", "pricectl", "diff", "--base", "HEAD", "--file", "-"]
    found = subprocess.run(
        words, cwd=base, input=EDITED, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, found.stderr
    assert WHOLE_BILL in found.stdout


def run_summary(home: Path) -> bool:
    """Replace the summary by one of the small log."""
    words = [sys.executable, "-m", "pricectl", "replay", "small.csv"]
    words += ["--summary", "usage/usage.json", "-q"]
    return subprocess.run(words, cwd=home, check=True, capture_output=True).returncode == 0


def test_a_log_that_git_keeps_elsewhere_must_be_the_same(run: Run, base: Path) -> None:
    """Git has only its hash (LFS)."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 1\n"
    digest = subprocess.run(
        ["sha256sum", "usage/log.csv"], cwd=base, check=True, capture_output=True, text=True
    ).stdout[:64]
    (base / "usage/log.csv").write_text(pointer.format(digest), encoding="utf-8")
    use(base, "usage/log.csv")
    (base / "usage/log.csv").write_text(LOG, encoding="utf-8")
    assert WHOLE_BILL in judged(run)
    (base / "usage/log.csv").write_text(SMALL, encoding="utf-8")
    refused = run("diff", "--base", "HEAD")
    assert refused.exit_code == 2
    assert "differs from that of the base" in refused.stderr


def test_an_edit_cannot_read_a_column_of_accounts_as_models(run: Run, base: Path) -> None:
    use(base, "usage/log.csv")
    columns = settings("usage/log.csv") + '[replay.columns]\nname = "customer"\n'
    (base / "pricectl.toml").write_text(columns, encoding="utf-8")
    said = judged(run)
    assert WHOLE_BILL in said
    assert "`replay.columns` is name customer instead of not set" in said


@pytest.mark.parametrize("usage", ["usage/usage.json", "usage/log.csv"])
def test_a_price_of_a_later_day_is_held_against_the_limits(
    run: Run, base: Path, usage: str
) -> None:
    """From 2027 on gpt-4o's input costs $3.00 instead of $2.50: $7 becomes $8."""
    use(base, usage)
    catalog = json.loads(CATALOG)
    later = {**catalog["openai"]["gpt-4o"], "from": "2027-01-01", "input_cost_per_token": 3e-06}
    catalog["openai"]["gpt-4o"]["upcoming"] = [later]
    (base / NAME).write_text(json.dumps(catalog), encoding="utf-8")
    said = judged(run)
    assert "limit max-bill-increase exceeded: ~14.29% from 2027-01-01, limit 14%" in said
    assert "Bill     $0 a month, 0% credits" in said
    assert "0 accounts over 5%; from 2027-01-01 +$2.00 a month" in said
    # Announced on both sides, it is not what the edit does.
    git(base, "commit", "-q", "-a", "-m", "announced")
    assert "limit max-bill-increase kept: 0%" in judged(run, code=0)


def test_a_rule_of_a_later_day_is_held_against_the_limits(run: Run, base: Path) -> None:
    use(base, "usage/usage.json")
    (base / NAME).write_text(CATALOG, encoding="utf-8")
    rule = (
        '[[profiles.default.rules]]\nmodel = "gpt-4o"\nmarkup_percent = 20\nfrom = "2027-01-01"\n'
    )
    (base / "pricectl.toml").write_text(settings("usage/usage.json") + rule, encoding="utf-8")
    assert "exceeded: ~14.29% from 2027-01-01" in judged(run)


def test_a_summary_cannot_confirm_an_edit_of_rules_for_accounts(run: Run, base: Path) -> None:
    """A summary does not name acme, whose markup rises; the log does."""
    use(base, "usage/usage.json")
    (base / NAME).write_text(CATALOG, encoding="utf-8")
    rule = '[[profiles.default.rules]]\naccount = "acme"\nmarkup_percent = 20\n'
    (base / "pricectl.toml").write_text(settings("usage/usage.json") + rule, encoding="utf-8")
    said = judged(run)
    why = "cannot be confirmed: the bills are without rules for single accounts"
    assert f"limit max-bill-increase {why}" in said
    assert f"limit max-account-increase {why}" in said
    by_log = run("diff", "--base", "HEAD", "--usage", "usage/log.csv").stdout
    assert WHOLE_BILL in by_log
