"""A wrong price put right: what each job of the example's ledger should have been charged."""

import hashlib
import json
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


def test_accounts_are_the_sums_of_their_jobs(run: Run, ledger: Path) -> None:
    found = charged(run, ledger)
    accounts = {one["account"]: one for one in found["accounts"]}
    assert accounts["acme"]["jobs"] == 2
    assert accounts["acme"]["charged_credits"] == 449
    assert accounts["acme"]["difference_credits"] == -390
    assert accounts["acme"]["overcharged_jobs"] == 1
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
    assert f"{words[0]}: works without --charged only" in " ".join(result.stderr.split())


def test_columns_of_the_settings_are_not_those_of_a_ledger(
    run: Run, ledger: Path, home: Path
) -> None:
    found = differences(charged(run, ledger))
    with (home / "pricectl.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[replay]\ncolumns = { account = "customer", name = "deployment" }\n')
    assert differences(charged(run, ledger)) == found
