"""`diff --usage`: what an edit does to real bills, in every format alike, and limits on it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import CATALOG, ROOT, Run

pytest.importorskip("duckdb")
SCHEMA = json.loads((ROOT / "schemas/diff.schema.json").read_text(encoding="utf-8"))
SUMMARY = json.loads((ROOT / "schemas/usage-summary.schema.json").read_text(encoding="utf-8"))
# Two accounts in 15 days. acme: 100 calls of 20,000 gpt-4o tokens at $2.50 = $5.00, of which each
# call is a job. globex: o3, 1,000,000 tokens at $2 = $2.00.
HEAD = "model,time,session,customer,prompt_tokens,completion_tokens,total_tokens\n"
LOG = HEAD + "".join(
    [f"gpt-4o,2026-10-01T10:00:00Z,a{n},acme,20000,0,20000\n" for n in range(100)]
    + [f"o3,2026-10-15T10:00:00Z,b{n},globex,100000,0,100000\n" for n in range(10)]
)
# gpt-4o's input 2.50 -> 3.00: +$1.00 for acme, +20%; twice that in a month.
EDITED = CATALOG.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 3e-06')
assert EDITED != CATALOG
# Jobs of acme are 0.5 credits, later 0.6: 1 each. Jobs of globex 2.
LINE = "+$2.00 a month, 0% credits, 1 account over 5%"
BASIS = "110 calls of 2 accounts in log.csv: 15 days, scaled by 2.00 to a month of 30 days"


@pytest.fixture
def edited(home: Path) -> Path:
    (home / "old.json").write_text(CATALOG, encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(EDITED, encoding="utf-8")
    (home / "log.csv").write_text(LOG, encoding="utf-8")
    return home


def bill(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("diff", "--base", "old.json", *words, "-o", "json")
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return dict(found["overview"]["bill"])


@pytest.mark.usefixtures("edited")
def test_the_first_line_is_from_real_traffic_in_every_format(run: Run) -> None:
    for name in ("text", "markdown", "html"):
        said = run("diff", "--base", "old.json", "--usage", "log.csv", "-o", name).stdout
        plain = said.replace("`", "")
        assert LINE in plain, name
        assert BASIS in plain, name
        assert "sample jobs" not in plain, name
    found = bill(run, "--usage", "log.csv")
    assert (found["text"], found["basis"]) == (LINE, BASIS)
    assert (found["old_usd"], found["new_usd"]) == ("7.00", "8.00")
    assert (found["old_credits"], found["new_credits"]) == ("120", "120")
    assert [(one["account"], one["percent"]) for one in found["largest_rises"]] == [("acme", "20")]


@pytest.mark.usefixtures("edited")
def test_the_accounts_that_pay_most_more_are_named(run: Run) -> None:
    """Whoever reads that a limit on accounts is exceeded must know whose bill it is."""
    for name in ("text", "markdown", "html"):
        said = run("diff", "--base", "old.json", "--usage", "log.csv", "-o", name).stdout
        assert "acme +20%" in said, name
    run("replay", "log.csv", "--summary", "usage.json")
    said = run("diff", "--base", "old.json", "--usage", "usage.json").stdout
    assert "account 1 +20%" in said
    assert "acme" not in said


@pytest.mark.usefixtures("edited")
def test_the_quiet_report_has_the_bill(run: Run) -> None:
    said = run("diff", "--base", "old.json", "--usage", "log.csv", "-q").stdout
    assert LINE in said
    assert "acme" not in said
    assert "Bill" not in run("diff", "--base", "old.json", "-q").stdout


def test_rows_that_cannot_be_read_are_told(run: Run, edited: Path) -> None:
    (edited / "log.csv").write_text(f"{LOG}gpt-4o,,x,acme,many,0,0\n", encoding="utf-8")
    said = run("diff", "--base", "old.json", "--usage", "log.csv").stdout
    assert "the bill lacks 1 row of the usage that cannot be read" in " ".join(said.split())


def test_a_file_that_is_no_log_is_refused_with_a_step_that_diff_has(run: Run, edited: Path) -> None:
    (edited / "log.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    refused = run("diff", "--base", "old.json", "--usage", "log.csv")
    assert refused.exit_code == 2
    assert "--column" not in refused.stderr
    assert "pricectl replay log.csv" in refused.stderr
    (edited / "other.json").write_text("{}", encoding="utf-8")
    refused = run("diff", "--base", "old.json", "--usage", "other.json")
    assert refused.exit_code == 2
    assert "neither a usage log nor the summary of one" in refused.stderr


@pytest.mark.usefixtures("edited")
def test_without_usage_the_sample_jobs_are_named(run: Run) -> None:
    said = run("diff", "--base", "old.json").stdout
    assert "Money    sample jobs: openai/gpt-4o" in said
    assert bill_or_none(run) is None


def bill_or_none(run: Run) -> object:
    return json.loads(run("diff", "--base", "old.json", "-o", "json").stdout)["overview"]["bill"]


@pytest.mark.usefixtures("edited")
def test_limits_on_real_money(run: Run) -> None:
    """$1 on $7 is 14.2857%; acme pays 20% more."""
    words = ("diff", "--base", "old.json", "--usage", "log.csv")
    assert run(*words, "--max-bill-increase", "15%", "--max-account-increase", "20%").exit_code == 0
    whole = run(*words, "--max-bill-increase", "14%")
    assert whole.exit_code == 1
    assert "limit max-bill-increase exceeded: ~14.29%, limit 14%" in whole.stdout
    one = run(*words, "--max-account-increase", "19%")
    assert one.exit_code == 1
    assert "limit max-account-increase exceeded: 20%, limit 19%" in one.stdout


@pytest.mark.usefixtures("edited")
def test_a_limit_without_usage_cannot_be_confirmed(run: Run) -> None:
    found = run("diff", "--base", "old.json", "--max-bill-increase", "15%")
    assert found.exit_code == 1
    assert "cannot be confirmed: no usage was given, see --usage" in found.stdout


def test_settings_name_the_usage_and_the_limits(run: Run, edited: Path) -> None:
    settings = 'usage_file = "log.csv"\n[gates]\nmax_bill_increase = "14%"\n'
    (edited / "pricectl.toml").write_text(settings, encoding="utf-8")
    found = run("diff", "--base", "old.json")
    assert found.exit_code == 1
    assert LINE in found.stdout
    assert "limit max-bill-increase exceeded" in found.stdout


def test_a_usage_file_that_is_missing_says_who_named_it(run: Run, edited: Path) -> None:
    (edited / "pricectl.toml").write_text('usage_file = "sums.json"\n', encoding="utf-8")
    refused = run("diff", "--base", "old.json")
    assert refused.exit_code == 2
    assert "sums.json: no such file; --usage or the setting usage_file names it" in refused.stderr


@pytest.mark.usefixtures("edited")
def test_the_report_says_where_the_summary_is_and_what_for(run: Run) -> None:
    said = " ".join(run("replay", "log.csv", "--summary", "usage.json").stdout.split())
    assert "usage.json: the summary, without names of accounts; diff --usage and" in said
    assert "the summary" not in run("replay", "log.csv").stdout


def test_a_summary_has_no_names_and_costs_the_same(
    run: Run, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("replay", "log.csv", "--summary", "usage.json")
    assert made.exit_code == 0, made.output
    text = (edited / "usage.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(text), SUMMARY)
    assert "acme" not in text
    assert "globex" not in text
    monkeypatch.setitem(sys.modules, "duckdb", None)  # as if it were not installed
    found = bill(run, "--usage", "usage.json")
    assert (found["old_usd"], found["new_usd"]) == ("7.00", "8.00")
    # Before rounding: 70 credits of $7 at 10 credits a dollar, and 80.
    assert (found["old_credits"], found["new_credits"]) == ("70", "80")
    assert found["text"] == "+$2.00 a month, +14.3% credits before rounding, 1 account over 5%"
    assert found["is_summary"]
    refused = run("diff", "--base", "old.json", "--usage", "log.csv")
    assert refused.exit_code == 2
    assert "pip install 'pricectl[replay]'" in refused.stderr


def test_a_change_of_the_markup_is_in_the_bill(run: Run, edited: Path) -> None:
    """The same prices, 10% markup instead of none: $7.00 -> $7.70, $1.40 more in a month."""
    (edited / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    (edited / "before").mkdir()
    (edited / "before" / "old.json").write_text(CATALOG, encoding="utf-8")
    profile = "[profiles.default]\nmarkup_percent = {}\n"
    (edited / "before" / "pricectl.toml").write_text(profile.format(0), encoding="utf-8")
    (edited / "pricectl.toml").write_text(profile.format(10), encoding="utf-8")
    result = run("diff", "--base", "before/old.json", "--usage", "log.csv", "-o", "json")
    found = json.loads(result.stdout)["overview"]["bill"]
    assert (found["old_usd"], found["new_usd"]) == ("7.00", "7.70")
    assert found["text"].startswith("+$1.40 a month")


@pytest.mark.parametrize(
    ("at", "new_usd"), [("2026-11-30", "8.00"), ("2026-12-01", "16.00"), ("2027-01-01", "8.00")]
)
def test_rules_of_a_profile_are_those_of_the_day(
    run: Run, edited: Path, at: str, new_usd: str
) -> None:
    """The calls are of October, the doubled price is December's; a log and its summary agree."""
    rule = "[[profiles.default.rules]]\nmarkup_percent = 100\n"
    dated = f'{rule}from = "2026-12-01"\nuntil = "2027-01-01"\n'
    (edited / "pricectl.toml").write_text(dated, encoding="utf-8")
    assert run("replay", "log.csv", "--summary", "usage.json").exit_code == 0
    for usage in ("log.csv", "usage.json"):
        assert bill(run, "--usage", usage, "--at", at)["new_usd"] == new_usd


def test_rows_that_are_left_out_and_calls_of_nobody_are_no_accounts(run: Run, edited: Path) -> None:
    nobody = "o3,2026-10-15T10:00:00Z,,,1000,0,1000\n"
    bad = "o3,2026-10-15T10:00:00Z,,acme,many,0,1000\n"
    (edited / "log.csv").write_text(LOG + nobody + bad, encoding="utf-8")
    assert run("replay", "log.csv", "--summary", "usage.json").exit_code == 0
    for usage in ("log.csv", "usage.json"):
        found = bill(run, "--usage", usage)
        assert (found["calls"], found["accounts"], found["left_out_rows"]) == (111, 2, 1)
        for name in ("text", "markdown", "html"):
            said = run("diff", "--base", "old.json", "--usage", usage, "-o", name).stdout
            assert "the bill lacks 1 row of the usage that cannot be read" in said, name
    (edited / "log.csv").write_text(HEAD, encoding="utf-8")
    refused = run("diff", "--base", "old.json", "--usage", "log.csv")
    assert refused.exit_code == 2
    assert "has no calls that can be read" in refused.stderr


def test_names_that_the_reference_answers_cost_what_they_cost_in_replay(
    run: Run, edited: Path
) -> None:
    """The price file has no claude-opus-4-1; the default price would be $1."""
    (edited / "pricectl.toml").write_text('fallback = "reference"\n', encoding="utf-8")
    call = "claude-opus-4-1,2026-10-15T10:00:00Z,,acme,1000000,0,1000000\n"
    (edited / "log.csv").write_text(HEAD + call, encoding="utf-8")
    assert run("replay", "log.csv", "--summary", "usage.json").exit_code == 0
    for usage in ("log.csv", "usage.json"):
        assert bill(run, "--usage", usage)["new_usd"] == "15.00"


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def test_an_edit_cannot_choose_the_usage_that_it_is_judged_by(run: Run, edited: Path) -> None:
    """The base has 100 calls of gpt-4o, the edit's own summary none, and names another file."""
    assert run("replay", "log.csv", "--summary", "usage.json").exit_code == 0
    settings = 'usage_file = "usage.json"\n[gates]\nmax_bill_increase = "14%"\n'
    (edited / "pricectl.toml").write_text(settings, encoding="utf-8")
    (edited / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    git(edited, "init", "-q")
    git(edited, "add", "llm_pricing_current.json", "pricectl.toml", "usage.json")
    git(edited, "commit", "-q", "-m", "prices")
    (edited / "llm_pricing_current.json").write_text(EDITED, encoding="utf-8")
    (edited / "small.csv").write_text(HEAD + LOG.splitlines()[-1] + "\n", encoding="utf-8")
    for name in ("usage.json", "other.json"):
        assert run("replay", "small.csv", "--summary", name).exit_code == 0
    (edited / "pricectl.toml").write_text(settings.replace("usage.json", "other.json"), "utf-8")
    found = run("diff", "--base", "HEAD")
    assert found.exit_code == 1
    assert "limit max-bill-increase exceeded: ~14.29%" in found.stdout
    assert "in usage.json of" in found.stdout
    assert "`usage_file` is" in found.stdout


def test_usage_that_cannot_be_read_ends_with_2(run: Run, edited: Path) -> None:
    assert run("diff", "--base", "old.json", "--usage", "gone.csv").exit_code == 2
    broken = '{"schema": "pricectl.usage-summary/1", "days": -1}'
    (edited / "broken.json").write_text(broken, encoding="utf-8")
    refused = run("diff", "--base", "old.json", "--usage", "broken.json")
    assert refused.exit_code == 2
    assert "is not a summary of usage" in refused.stderr
