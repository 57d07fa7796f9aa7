"""`explain --record`: a charge of the runtime, explained once catalog and settings are gone."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import Job, Usage, charge, usd
from pricectl.policy import Policy, read_policy
from pricectl.runtime import Answer, Pricing
from tests.conftest import CATALOG, ROOT, Run

NAME = "llm_pricing_current.json"
SCHEMA = json.loads((ROOT / "schemas/explain.schema.json").read_text(encoding="utf-8"))
RECORD_SCHEMA = json.loads((ROOT / "schemas/record.schema.json").read_text(encoding="utf-8"))
MODE = "consumption_usd"
SETTINGS: dict[str, Any] = {
    "profile": "resale",
    "profiles": {"resale": {"markup_percent": 30, "credits_per_dollar": 100}},
}
OTHER_PRICES = CATALOG.replace("2.5e-06", "9e-06").replace("10e-06", "90e-06")


@pytest.fixture
def pricing(home: Path) -> Pricing:
    return Pricing.load(home / NAME, policy=read_policy(SETTINGS, "test"), state=home / "state")


def kept(home: Path, record: dict[str, Any]) -> str:
    """The record in a file; the catalog and the settings are others by now."""
    jsonschema.validate(record, RECORD_SCHEMA)
    (home / NAME).write_text(OTHER_PRICES, encoding="utf-8")
    (home / "pricectl.toml").write_text("[profiles.default]\nmarkup_percent = 900\n")
    (home / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return "record.json"


def explained(run: Run, *words: str, stdin: str | None = None) -> dict[str, Any]:
    result = run("explain", *words, "-o", "json", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def step(found: dict[str, Any], name: str) -> dict[str, Any]:
    (only,) = [link for link in found["chain"] if link["step"] == name]
    return dict(only)


def test_a_charge_is_explained_as_it_was_made(run: Run, home: Path, pricing: Pricing) -> None:
    """1,000 x $2.50 + 500 x $10 per 1M = $0.0075; + 30% = $0.00975, x 100 = 0.975: 1 credit."""
    answer = pricing.quote("gpt-4o-2024-08-06", Usage(1000, 500))
    file = kept(home, answer.record(mode=MODE))
    found = explained(run, "--record", file)
    assert found["asked"] == "gpt-4o-2024-08-06"
    assert step(found, "total")["provider_cost_usd"] == "0.0075"
    assert step(found, "client")["client_cost_usd"] == "0.00975"
    assert step(found, "client")["profile"] == "resale"
    assert step(found, "credits")["credits"] == 1
    assert found["catalog"]["sha256"] == answer.catalog_sha256
    text = run("explain", "--record", file).stdout
    assert text.startswith("gpt-4o-2024-08-06 costs $0.0075, as recorded on 20")
    # 1,000 x $9 + 500 x $90 per 1M = $0.054
    assert "today     $0.054, $0.0465 more, by openai/gpt-4o in" in text
    assert found["present"]["difference_usd"] == "0.0465"


def test_a_job_shows_its_running_total_and_what_the_call_deducted(
    run: Run, home: Path, pricing: Pricing
) -> None:
    """Three calls at 0.975 credits: 0.975, 1.95, 2.925 round up to 1, 2, 3."""
    job, deducted, records = Job(), [], []
    for _ in range(3):
        answer = pricing.quote("gpt-4o", Usage(1000, 500))
        records.append(answer.record(mode=MODE, before=job))
        job, credit = charge(job, answer.quote, MODE, answer.snapshot.profile)
        deducted.append(credit)
    assert deducted == [1, 1, 1]
    file = kept(home, records[-1])
    (row,) = step(explained(run, "--record", file), "credits")["calls"]
    assert (row["exact_credits"], row["rounded_total"]) == ("2.925", 3)
    assert (row["charged_before"], row["deducted"]) == (2, 1)
    said = " ".join(run("explain", "--record", file).stdout.split())
    assert "the job so far = $0.02925 of it $0.0195 before" in said


def answers(pricing: Pricing) -> list[Answer]:
    """Each kind of answer: tiers, dates, services, regions, flags, responses, no price."""
    rounds = [
        {"type": "message", "input_tokens": tokens, "output_tokens": 10}
        for tokens in (150_000, 250_000)
    ]
    several = {"input_tokens": 400_000, "output_tokens": 20, "iterations": rounds}
    body = {"model": "gpt-4o", "service_tier": "batch", "usage": {"prompt_tokens": 9, "cost": 0.1}}
    day = datetime(2027, 1, 2, tzinfo=UTC)
    odd: Any = "odd"
    return [
        pricing.quote("gpt-4o", Usage(1000, 500, cache_read_tokens=10, search=2)),
        pricing.quote("gpt-4o", Usage(1000, 500), service="batch", region="moon", account="acme"),
        pricing.quote("gpt-4o", Usage(1000, reasoning_tokens=0), service="flex"),
        pricing.quote("gemini-2.5-pro", Usage(250_000, 1000), at=day),
        pricing.quote("gemini-2.5-pro", Usage(200_000, 1000)),
        pricing.quote("nobody", Usage(1000, 1000, page=3)),
        pricing.quote("azure/gpt-4o-2024-08-06", Usage(3)),
        pricing.quote("o1-retired", {"input_tokens": -4, "output_tokens": 2}),
        pricing.quote(odd, odd, service=odd),
        pricing.quote("", Usage()),
        pricing.quote_response(body, service="flex"),
        pricing.quote_response({"model": "gemini-2.5-pro", "usage": several}),
        pricing.quote_response("no usage at all"),
    ]


def test_every_kind_of_answer_explains_to_the_same_figures(
    run: Run, home: Path, pricing: Pricing
) -> None:
    for answer in answers(pricing):
        record = answer.record(before=Job(10**10, 77, used=True))
        found = explained(run, "--record", kept(home, record))
        assert step(found, "total")["provider_cost_usd"] == usd(answer.pico_usd)
        assert found["record"]["flags"] == list(answer.flags)
        lines = [link["usd"] for link in found["chain"] if link["step"] == "line"]
        priced = [usd(line.pico_usd) if line.priced else None for line in answer.quote.lines]
        assert lines == priced
        for link in found["chain"]:
            if link["step"] == "credits":
                profile, before = answer.snapshot.profile, Job(10**10, 77, used=True)
                _, deducted = charge(before, answer.price or answer.quote, link["mode"], profile)
                assert link["calls"][0]["deducted"] == deducted


def test_without_a_profile_the_cost_is_explained(run: Run, home: Path) -> None:
    pricing = Pricing.load(home / NAME, policy=Policy(profile="gone"), state=home / "state")
    record = pricing.quote("gpt-4o", Usage(1000, 500)).record()
    assert "charge" not in record
    found = explained(run, "--record", kept(home, record))
    assert step(found, "total")["provider_cost_usd"] == "0.0075"
    assert not {"client", "credits"} & {link["step"] for link in found["chain"]}


def test_a_catalog_is_not_needed(run: Run, home: Path, pricing: Pricing) -> None:
    file = kept(home, pricing.quote("gpt-4o", Usage(1000, 500)).record())
    (home / NAME).write_text("{", encoding="utf-8")
    result = run("explain", "--record", file)
    assert result.exit_code == 0
    assert "today     unknown: llm_pricing_current.json" in result.stdout
    assert "problem" in explained(run, "--record", file)["present"]
    # One that is named must be there.
    assert run("explain", "--record", file, "--file", "gone.json").exit_code == 2


def test_the_same_price_is_said_to_be_the_same(run: Run, home: Path, pricing: Pricing) -> None:
    record = pricing.quote("gpt-4o", Usage(1000, 500)).record()
    (home / "record.json").write_text(json.dumps(record))
    text = run("explain", "--record", "record.json").stdout
    assert "today     the same price, by openai/gpt-4o in the same price file" in text


def test_a_record_is_read_from_lines_from_standard_input_and_from_an_answer(
    run: Run, pricing: Pricing
) -> None:
    record = json.dumps(pricing.quote("gpt-4o", Usage(1000, 500)).record())
    for text in (record, f"\n{record}\n", f'{{"record": {record}, "cost": 1}}'):
        assert explained(run, "--record", "-", stdin=text)["asked"] == "gpt-4o"
    result = run("explain", "--record", "-", stdin=f"{record}\n{record}\n")
    assert result.exit_code == 2
    assert "standard input: has 2 records; pass the line of one charge" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON: the document is empty"),
        ("{", "is not JSON"),
        ("[]", "standard input: has 0 records; pass one"),
        ("[{}, {}]", "standard input: has 2 records; pass one"),
        ("3", "standard input: record: is not an object"),
        ("{}", "standard input: record: schema: is missing; is it a record of Answer.record()?"),
        (
            '{"schema": "pricectl.quote/1"}',
            "standard input: record: schema: 'pricectl.quote/1' is not pricectl.record/1",
        ),
    ],
)
def test_what_is_not_a_record_ends_with_2(run: Run, text: str, said: str) -> None:
    result = run("explain", "--record", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_an_altered_record_ends_with_2(run: Run, home: Path, pricing: Pricing) -> None:
    file = kept(home, pricing.quote("gpt-4o", Usage(1000, 500)).record())
    text = (home / file).read_text(encoding="utf-8")
    (home / file).write_text(text.replace('"deducted": 1', '"deducted": 0'), encoding="utf-8")
    result = run("explain", "--record", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "record.json: record: checksum: the record is not as it was written" in result.stderr
    gone = run("explain", "--record", "gone.json")
    assert (gone.exit_code, "gone.json: no such file" in gone.stderr) == (2, True)


@pytest.mark.parametrize(
    "words", [["gpt-4o"], ["--cached", "5"], ["--service", "batch"], ["--markup", "3"]]
)
def test_nothing_else_is_asked_beside_a_record(run: Run, words: list[str]) -> None:
    result = run("explain", "--record", "-", *words, stdin="{}")
    assert result.exit_code == 2
    assert "the record itself says what was used and how it was charged" in result.stderr
    assert "only --mode, --file and --at go with it" in " ".join(result.stderr.split())


def test_a_mode_that_was_not_recorded_is_refused(run: Run, home: Path, pricing: Pricing) -> None:
    file = kept(home, pricing.quote("gpt-4o", Usage(1000, 500)).record(mode=MODE))
    assert run("explain", "--record", file, "--mode", MODE).exit_code == 0
    result = run("explain", "--record", file, "--mode", "job_based")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the record has the credits of consumption_usd only" in result.stderr
    alone = Pricing.load(home / NAME, policy=Policy(profile="gone"), state=home / "state")
    file = kept(home, alone.quote("gpt-4o", Usage(1000, 500)).record())
    result = run("explain", "--record", file, "--mode", MODE)
    assert "the record has no credits: its settings chose no profile" in result.stderr


def test_today_is_compared_by_the_list_price(run: Run, home: Path) -> None:
    rules = [{"provider": "openai", "factor": "0.5"}]
    policy = read_policy({"profiles": {"default": {"rules": rules}}}, "test")
    pricing = Pricing.load(home / NAME, policy=policy, state=home / "state")
    file = kept(home, pricing.quote("gpt-4o", Usage(1000, 500)).record())
    text = run("explain", "--record", file).stdout
    assert text.startswith("gpt-4o costs $0.00375, as recorded on 20")
    assert "today     list price $0.054, $0.0465 more, by openai/gpt-4o in" in text


def test_a_hostile_name_reaches_no_terminal(run: Run, home: Path, pricing: Pricing) -> None:
    record = pricing.quote("gpt\x1b[31m-4o", Usage(1000, 500)).record()
    assert "\x1b" not in run("explain", "--record", kept(home, record)).stdout


def test_a_record_has_nothing_that_the_caller_did_not_pass(home: Path, pricing: Pricing) -> None:
    """No path of the machine, and the account only where it was given."""
    record = pricing.quote("gpt-4o", Usage(1000, 500)).record()
    assert str(home) not in json.dumps(record)
    assert "account" not in record["charge"]
    assert len(json.dumps(record)) < 2500


def test_the_page_about_support_shows_what_is_printed(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third call of a job, recorded at $2.50 and $10, explained at $2 and $8."""
    page = (ROOT / "docs/support.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]
    row = (
        '"input_cost_per_token": {}, "output_cost_per_token": {}, '
        '"cache_read_input_token_cost": 1.25e-06'
    )
    metadata = '"metadata": {"last_updated": "2026-11-01"}'
    old, new = (
        f'{{{metadata}, "openai": {{"gpt-4o": {{{row.format(*prices)}}}}}}}'
        for prices in (("2.5e-06", "1e-05"), ("2e-06", "8e-06"))
    )
    (home / NAME).write_text(old, encoding="utf-8")
    policy = read_policy(SETTINGS, "test")
    pricing = Pricing.load(home / NAME, policy=policy, state=home / "state")
    job = Job()
    for _ in range(3):
        usage = Usage(12_000, 900, cache_read_tokens=8_000)
        answer = pricing.quote("gpt-4o", usage, account="acme")
        record = answer.record(mode=MODE, before=job)
        job, deducted = charge(job, answer.price or answer.quote, MODE, answer.snapshot.profile)
    assert deducted == 4
    (home / "record.json").write_text(json.dumps(record), encoding="utf-8")
    (home / NAME).write_text(new, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")
    printed = run("explain", "--record", "record.json").stdout

    def settled(text: str) -> str:
        """Without the day, the hash and the version, which differ from run to run."""
        return re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d|[0-9a-f]{64}|pricectl \d[\w.+]*", "X", text)

    assert settled(printed).split("\n")[:-1] == settled(shown).split("\n")[:-1]
