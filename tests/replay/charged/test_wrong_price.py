"""A wrong price put right: what each job of the example's ledger should have been charged."""

import hashlib
import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from examples.credits_app.orders import CreateAndCall
from examples.credits_app.routes import create_and_call
from pricectl.core import Mode
from tests.conftest import ROOT, UNDATED, Run
from tests.examples.shops import shop

pytest.importorskip("duckdb")
SCHEMA = json.loads((ROOT / "schemas/replay.schema.json").read_text(encoding="utf-8"))
# gpt-4o's input was typed ten times too high: $25 instead of $2.50 per 1M tokens.
WRONG = UNDATED.replace('"input_cost_per_token": 2.5e-06,', '"input_cost_per_token": 2.5e-05,')
assert WRONG != UNDATED


class Seller:
    """An upstream whose next answer used what the test says."""

    def __init__(self) -> None:
        self.used: tuple[int, int] | None = None

    def __call__(self, model: str, *_: object) -> dict[str, Any]:
        if self.used is None:
            raise TimeoutError
        prompt, completion = self.used
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        return {"object": "chat.completion", "model": model, "usage": usage}


@pytest.fixture
def ledger(home: Path) -> Path:
    """Calls of four accounts while the price was wrong; the right catalog is now in place."""
    seller = Seller()
    made = shop(home, catalog=WRONG)._replace(upstream=seller)
    keys = iter(range(100))

    def call(
        account: str, job: str, used: tuple[int, int] | None, model: str = "gpt-4o", mode: Mode = ""
    ) -> None:
        seller.used = used
        order = CreateAndCall(
            model=model,
            prompt="x" * 2_000,
            max_tokens=1_000,
            job_id=job,
            idempotency_key=f"key {next(keys)}",
            budget_mode=mode or None,
        )
        assert create_and_call(order, account, made).status_code in {200, 502}

    for account in ("acme", "globex", "initech", "umbrella"):
        modes = ("consumption_usd", "consumption_tokens", "job_based")
        made.ledger.open_account(account, modes)
        made.ledger.grant(account, 100_000, "first")
    call("acme", "a", (1_000, 100))
    call("acme", "a", (333, 7))
    call("acme", "b", (1_000, 100), mode="consumption_tokens")
    call("globex", "a", (500, 200), "o3")
    call("globex", "a", (1, 1))
    call("initech", "lost", None)
    call("initech", "lost", (100, 10))
    call("umbrella", "whole", (1_000, 100), mode="job_based")
    call("umbrella", "unknown", (1_000, 100), "nobodys-model")
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    return Path(made.ledger.path)


def charged(run: Run, ledger: Path, *words: str) -> dict[str, Any]:
    result = run("replay", "--charged", str(ledger), *words, "-o", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return dict(found["charged"])


def differences(found: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int, int]]:
    names = ("charged_credits", "right_credits", "difference_credits")
    return {
        (job["account"], job["job"]): tuple(job[name] for name in names) for job in found["jobs"]
    }


def test_every_difference_is_right_to_the_last_credit(run: Run, ledger: Path) -> None:
    """Markup 30%, 10,000 credits a dollar, rounded up once a job: 13,000 credits a dollar of cost.

    acme a, $25: 1,333 x 25 + 107 x 10 = $0.034395 per million: 447.135 credits, 448.
    At $2.50: 1,333 x 2.50 + 107 x 10 = $0.0044025: 57.2325 credits, 58.
    globex a: o3 500 x 2 + 200 x 8 = $0.0026, right all the time; and one token of each kind at
    25 + 10 = $0.000035: 34.255 credits, 35; at 2.50 + 10 = $0.0000125: 33.9625 credits, 34.
    """
    found = differences(charged(run, ledger))
    assert found["acme", "a"] == (448, 58, -390)
    assert found["globex", "a"] == (35, 34, -1)
    assert found["acme", "b"] == (1, 1, 0)
    assert found["umbrella", "whole"] == (1, 1, 0)


def test_a_call_without_usage_keeps_what_was_booked(run: Run, ledger: Path) -> None:
    """The lost answer was charged its reservation; of 100 x 25 + 10 x 10 only the first is wrong.

    The other call is $0.00225 too dear: 29.25 credits of the job, which is rounded once.
    """
    found = charged(run, ledger)
    [job] = [one for one in found["jobs"] if one["account"] == "initech"]
    assert (job["repriced_calls"], job["kept_calls"]) == (1, 1)
    booked = int(Decimal(job["booked_usd"]) * 10**12)
    right = int(Decimal(job["right_usd"]) * 10**12)
    assert booked - right == 2_250_000_000
    assert job["charged_credits"] == -(-booked * 13_000 // 10**12)
    assert job["right_credits"] == -(-right * 13_000 // 10**12)


def test_a_call_at_the_default_price_is_priced_again(run: Run, ledger: Path) -> None:
    """It is flagged, and so is one that was charged its reservation; 1,000 + 100 x 2 at $1."""
    [job] = [one for one in charged(run, ledger)["jobs"] if one["job"] == "unknown"]
    assert (job["repriced_calls"], job["kept_calls"], job["right_usd"]) == (1, 0, "0.0012")


def test_refunds_and_charges_that_do_not_add_up_are_told(run: Run, ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("UPDATE job SET refunded = 5 WHERE account = 'acme' AND name = 'a'")
        database.execute("UPDATE job SET charged = 36 WHERE account = 'globex'")
    found = charged(run, ledger)
    assert found["not_adding_up"] == 1
    refunded = {
        job["job"]: job["refunded_credits"] for job in found["jobs"] if job["refunded_credits"]
    }
    assert refunded == {"a": 5}
    assert differences(found)["acme", "a"] == (448, 58, -390)
    assert differences(found)["globex", "a"] == (36, 34, -2)
    said = run("replay", "--charged", str(ledger)).stdout
    assert "1 job charged something else than the booked total" in said


def test_a_job_keeps_the_conditions_it_began_with(run: Run, ledger: Path) -> None:
    """A minimum of 100 credits a job, where the right cost comes to 58; and one that is garbled."""
    minimum = "UPDATE job SET profile = json_set(profile, '$.minimum_credits', ?) WHERE name = 'a'"
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(minimum, ("100",))
    assert differences(charged(run, ledger))["acme", "a"] == (448, 100, -348)
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(minimum, ("1e9999999",))
    refused = run("replay", "--charged", str(ledger))
    assert refused.exit_code == 2
    assert "a job whose profile cannot be read: '1e9999999' is not an amount" in refused.stderr


def test_accounts_are_the_sums_of_their_jobs(run: Run, ledger: Path) -> None:
    found = charged(run, ledger)
    accounts = {one["account"]: one for one in found["accounts"]}
    assert accounts["acme"]["jobs"] == 2
    assert accounts["acme"]["charged_credits"] == 449
    assert accounts["acme"]["difference_credits"] == -390
    assert accounts["acme"]["overcharged_jobs"] == 1
    assert accounts["acme"]["undercharged_jobs"] == 0
    total = found["total"]
    assert total["difference_credits"] == sum(job["difference_credits"] for job in found["jobs"])


def test_the_prices_that_were_charged_make_no_difference(
    run: Run, ledger: Path, home: Path
) -> None:
    (home / "llm_pricing_current.json").write_text(WRONG, encoding="utf-8")
    found = charged(run, ledger)
    assert {job["difference_credits"] for job in found["jobs"]} == {0}
    assert found["not_adding_up"] == 0


def test_nothing_is_booked_and_the_bytes_are_the_same_each_time(run: Run, ledger: Path) -> None:
    before = hashlib.sha256(ledger.read_bytes()).digest()
    for name in ("json", "csv", "markdown", "html", "text"):
        words = ("replay", "--charged", str(ledger), "-o", name)
        first = run(*words)
        assert first.exit_code == 0, first.output
        assert first.stdout == run(*words).stdout
        assert "acme" in first.stdout, name
    assert hashlib.sha256(ledger.read_bytes()).digest() == before


def test_the_text_says_what_differs(run: Run, ledger: Path) -> None:
    said = run("replay", "--charged", str(ledger)).stdout
    assert "-390" in said
    assert "nothing is booked" in said
    assert "1 call cannot be priced again" in said


def test_a_log_with_charges_needs_its_mode(run: Run, home: Path) -> None:
    """1,000 x 2.50 + 500 x 10 = $0.0075 at 10 credits a dollar: 0.075, rounded up to 1."""
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    log = home / "log.csv"
    lines = "model,job,account,prompt_tokens,completion_tokens,charged_credits\n"
    log.write_text(lines + "gpt-4o,j,acme,1000,500,3\n", encoding="utf-8")
    words = ("replay", "--charged", str(log), "--column", "job=job", "-o", "json")
    refused = run(*words)
    assert refused.exit_code == 2
    assert "budget mode" in refused.stderr
    found = json.loads(run(*words, "--mode", "consumption_usd").stdout)["charged"]
    assert differences(found) == {("acme", "j"): (3, 1, -2)}
    assert found["jobs"][0]["booked_usd"] is None


def test_jobs_and_calls_that_state_no_charge_are_told_and_not_called_undercharged(
    run: Run, home: Path
) -> None:
    """j states 3 for its first call alone, so its charge is 3; nothing is known of k's charge."""
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    log = home / "log.csv"
    lines = "model,job,account,prompt_tokens,completion_tokens,charged_credits\n"
    rows = ("gpt-4o,j,acme,1000,500,3", "gpt-4o,j,acme,1000,501,", "gpt-4o,k,acme,1000,502,")
    log.write_text(lines + "\n".join(rows) + "\n", encoding="utf-8")
    words = ("--column", "job=job", "--mode", "consumption_usd")
    found = charged(run, log, *words)
    assert differences(found) == {("acme", "j"): (3, 1, -2)}
    assert (found["jobs_without_charge"], found["calls_without_charge"]) == (1, 1)
    said = run("replay", "--charged", str(log), *words).stdout
    assert "1 job states no charge at all and is left out" in said
    assert "1 call of the other jobs states no charge, and counts as charged nothing" in said


@pytest.mark.parametrize(
    "words", [("--at", "2027-01"), ("--base", "packaged"), ("--by", "account")]
)
def test_an_option_that_does_not_apply_to_charges_is_refused(
    run: Run, ledger: Path, words: tuple[str, str]
) -> None:
    refused = run("replay", "--charged", str(ledger), *words)
    assert refused.exit_code == 2
    assert words[0] in refused.stderr
    assert "--charged" in refused.stderr


def test_calls_outside_of_the_period_keep_what_was_booked(run: Run, ledger: Path) -> None:
    result = run("replay", "--charged", str(ledger), "--until", "2001-01-01", "-o", "text")
    assert "outside of --from and --until" in result.stdout
    found = charged(run, ledger, "--until", "2001-01-01")
    assert {job["difference_credits"] for job in found["jobs"]} == {0}
    assert "--from" not in run("replay", "--charged", str(ledger)).stdout


def test_the_text_names_the_conditions_of_the_charges(run: Run, ledger: Path) -> None:
    said = " ".join(run("replay", "--charged", str(ledger)).stdout.split())
    assert "each job by the budget mode, markup and rounding that it began with" in said
    assert "profile default" not in said


def test_rules_of_the_profile_are_in_the_right_charge(run: Run, home: Path) -> None:
    """$0.0075 and a fee of $1 a call: 10.075 credits at 10 a dollar, 11."""
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    rule = '[[profiles.default.rules]]\naccount = "acme"\nfee_usd = "1"\n'
    (home / "pricectl.toml").write_text(rule, encoding="utf-8")
    lines = "model,account,prompt_tokens,completion_tokens,charged_credits\n"
    (home / "log.csv").write_text(f"{lines}gpt-4o,acme,1000,500,1\n", encoding="utf-8")
    found = run("replay", "--charged", "log.csv", "--mode", "consumption_usd", "-o", "json")
    [job] = json.loads(found.stdout)["charged"]["jobs"]
    assert (job["charged_credits"], job["right_credits"]) == (1, 11)


def test_a_ledger_and_another_log_are_not_compared_at_once(
    run: Run, ledger: Path, home: Path
) -> None:
    (home / "log.csv").write_text("model,prompt_tokens\ngpt-4o,1\n", encoding="utf-8")
    refused = run("replay", "--charged", str(ledger), "--charged", "log.csv")
    assert refused.exit_code == 2
    assert "give one kind of log at once" in refused.stderr


def test_a_log_without_charges_is_refused(run: Run, home: Path) -> None:
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    log = home / "log.csv"
    log.write_text("model,prompt_tokens,completion_tokens\ngpt-4o,1,1\n", encoding="utf-8")
    refused = run("replay", "--charged", str(log), "--mode", "consumption_usd")
    assert refused.exit_code == 2
    assert "no call states the credits" in refused.stderr


def test_a_log_and_a_ledger_at_once_are_bad_usage(run: Run, ledger: Path) -> None:
    assert run("replay", str(ledger), "--charged", str(ledger)).exit_code == 2
    assert run("replay").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--mode", "job_based"),
        ("--profile", "default"),
        ("--column", "account=job"),
        ("--cache", "inside"),
        ("--rows", "rows.parquet"),
    ],
)
def test_what_a_ledger_states_itself_cannot_be_said(
    run: Run, ledger: Path, words: tuple[str, ...]
) -> None:
    result = run("replay", "--charged", str(ledger), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{words[0]}: cannot be combined with --charged" in " ".join(result.stderr.split())


def test_columns_of_the_settings_are_not_those_of_a_ledger(
    run: Run, ledger: Path, home: Path
) -> None:
    found = differences(charged(run, ledger))
    with (home / "pricectl.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[replay]\ncolumns = { account = "customer", name = "deployment" }\n')
    assert differences(charged(run, ledger)) == found


def test_two_ledgers_with_the_same_account_are_refused(run: Run, ledger: Path) -> None:
    """Their jobs and keys may be called the same, and would be taken for one another."""
    other = ledger.with_name("other.sqlite3")
    other.write_bytes(ledger.read_bytes())
    words = ("replay", "--charged", str(ledger), "--charged", str(other))
    refused = run(*words)
    assert refused.exit_code == 2
    assert "has the account acme, as has" in " ".join(refused.stderr.split())
