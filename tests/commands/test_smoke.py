"""`pricectl smoke` against the example API: as it is, and with one fault at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import Catalog, Profile
from pricectl.operate.smoke import SmokeResult
from pricectl.report import smoke as smoke_report
from pricectl.report.canvas import Canvas
from tests.conftest import ROOT, UNDATED, Run
from tests.examples.shops import BEGUN, SETTINGS, TOKEN, serving

pytestmark = pytest.mark.usefixtures("three_modes")

SCHEMA = json.loads((ROOT / "schemas" / "smoke.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("shops")) as url:
        yield url


@pytest.fixture(autouse=True)
def _settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "pricectl.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(UNDATED, encoding="utf-8")
    monkeypatch.setenv("SMOKE_TOKEN", TOKEN)


def smoke(run: Run, url: str, *words: str, code: int) -> dict[str, Any]:
    result = run("smoke", url, "--token-env", "SMOKE_TOKEN", "-o", "json", *words)
    assert result.exit_code == code, result.output
    assert TOKEN not in result.output
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    assert (found["outcome"] == "pass") is (code == 0)
    return found


def failures(found: dict[str, Any]) -> dict[str, set[str]]:
    wrong = {}
    for call in found["calls"]:
        checks = {check["name"] for check in call["checks"] if check["outcome"] == "failed"}
        if checks:
            wrong[call["name"]] = checks
    return wrong


def test_a_correct_api_passes(run: Run, shops: str) -> None:
    found = smoke(run, f"{shops}/good", code=0)
    assert (found["api"], failures(found)) == ("create-and-call", {})
    told = [
        (call["name"], call["model"], call["provider_cost_usd"], call["credits"])
        for call in found["calls"]
    ]
    # The question has 6 words: 8 + 6 tokens in, 12 + 3 out; a credit is $0.0001, markup 30%.
    assert told == [
        # 14 x $1.25 + 15 x $10 = $167.50 a million: 2.1775 credits, 4.355 for two calls.
        ("cheap-model", "gemini-2.5-pro", "0.0001675", 3),
        ("second-call-of-a-job", "gemini-2.5-pro", "0.0001675", 2),
        ("replay-of-the-first-call", "gemini-2.5-pro", None, None),
        # 14 x $2.50 + 15 x $10 = $185 a million: 2.405 credits.
        ("second-provider", "gpt-4o", "0.000185", 3),
        # 14 x $1 + 15 x $2 = $44 a million: 0.572 credits.
        ("unknown-model", "smoke-test-of-an-unknown-name", "0.000044", 1),
        ("token-credits", "gemini-2.5-pro", "0.0001675", 1),
        ("token-credits-again", "gemini-2.5-pro", "0.0001675", 0),
        ("job-credits", "gemini-2.5-pro", "0.0001675", 1),
        ("job-credits-again", "gemini-2.5-pro", "0.0001675", 0),
    ]
    assert (found["provider_cost_usd"], found["credits"]) == ("0.001234", 11)


def test_a_price_that_has_begun_by_itself_is_expected(run: Run, shops: str, home: Path) -> None:
    (home / "llm_pricing_current.json").write_text(BEGUN, encoding="utf-8")
    found = smoke(run, f"{shops}/begun", code=0)
    # 14 x $2 + 15 x $20 = $328 a million
    assert found["calls"][0]["provider_cost_usd"] == "0.000328"


def test_the_checklist_for_people(run: Run, shops: str) -> None:
    result = run("smoke", f"{shops}/good/", "--token-env", "SMOKE_TOKEN")
    first, _, *calls = result.stdout.splitlines()
    assert first.startswith(f"pass: {shops}/good (create-and-call): 9 calls, ")
    assert " ".join(calls[0].split()) == (
        "ok cheap model gemini-2.5-pro $0.0001675 3 credits, cost exact"
    )
    assert all(line.startswith("ok ") for line in calls[:9])
    every = run("smoke", f"{shops}/good", "--token-env", "SMOKE_TOKEN", "-v")
    assert "expected" not in every.stdout
    assert every.stdout.count("ok    status") == 9
    quiet = run("smoke", f"{shops}/good", "--token-env", "SMOKE_TOKEN", "-q")
    assert quiet.stdout.splitlines() == [first]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            "ceiling",
            {
                "second-call-of-a-job": {"credits"},
                "token-credits-again": {"credits"},
                "job-credits-again": {"credits"},
            },
        ),
        # The failed call was paid: its credits stay held.
        ("hard-coded", {"unknown-model": {"status"}, "token-credits": {"balance"}}),
        ("forgetful", {"replay-of-the-first-call": {"replay"}, "second-provider": {"balance"}}),
        ("silent", {"second-provider": {"balance"}}),
    ],
)
def test_each_fault_is_named(
    run: Run, shops: str, fault: str, expected: dict[str, set[str]]
) -> None:
    assert failures(smoke(run, f"{shops}/{fault}", code=1)) == expected


def test_a_wrong_price_is_named_with_both_numbers(run: Run, shops: str) -> None:
    """$2.60 and not $2.50 for gpt-4o: 14 x $2.60 + 15 x $10 = $186.40 a million."""
    found = smoke(run, f"{shops}/dear", code=1)
    wrong = failures(found)
    assert wrong.pop("second-provider") == {"cost", "client-cost", "catalog"}
    assert set.union(*wrong.values()) == {"catalog"}
    checks = next(call for call in found["calls"] if call["name"] == "second-provider")["checks"]
    cost = next(check for check in checks if check["name"] == "cost")
    assert (cost["expected"], cost["actual"]) == ("$0.000185", "$0.0001864")


def test_failures_for_people(run: Run, shops: str) -> None:
    result = run("smoke", f"{shops}/ceiling", "--token-env", "SMOKE_TOKEN")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].endswith(
        "3 of 9 calls: second call of a job, token credits again, job credits again"
    )
    at = next(index for index, line in enumerate(lines) if line.startswith("FAIL"))
    assert lines[at].split()[1:6] == ["second", "call", "of", "a", "job"]
    assert "FAIL  credits  expected 2, got 3 (consumption_usd; a job's total" in lines[at + 1]


def test_a_token_in_an_answer_is_not_repeated(run: Run, shops: str) -> None:
    result = run("smoke", f"{shops}/leaking", "--token-env", "SMOKE_TOKEN", "-v")
    assert result.exit_code == 1
    assert TOKEN not in result.output
    assert "got 500 (upstream refused Bearer ***)" in result.output


def test_models_can_be_named(run: Run, shops: str) -> None:
    found = smoke(run, f"{shops}/good", "--model", "o3", "--unknown", "what-is-this", code=0)
    models = {call["name"]: call["model"] for call in found["calls"]}
    assert (models["cheap-model"], models["unknown-model"]) == ("o3", "what-is-this")
    skipped = [call for call in found["calls"] if call["outcome"] == "skipped"]
    assert [call["reason"] for call in skipped] == ["name a second model with --model"]


def test_a_model_without_a_row_is_a_failure(run: Run, shops: str) -> None:
    found = smoke(run, f"{shops}/good", "--model", "gpt-9", code=1)
    assert failures(found)["cheap-model"] == {"match"}


def test_another_profile_charges_otherwise(run: Run, shops: str, home: Path) -> None:
    settings = SETTINGS + "[profiles.cheap]\ncredits_per_dollar = 10\n"
    (home / "pricectl.toml").write_text(settings, encoding="utf-8")
    found = smoke(run, f"{shops}/good", "--profile", "cheap", code=1)
    assert failures(found)["cheap-model"] == {"client-cost", "credits"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("http://example.com",), "is not encrypted; use https://"),
        (("ftp://127.0.0.1",), "is not a URL"),
        (("https://",), "is not a URL"),
        (("http://127.0.0.1:99999",), "is not a URL"),
        (("http://user@127.0.0.1",), "has parts other than a host and a path"),
        (("http://127.0.0.1/?key=1",), "has parts other than a host and a path"),
        (("http://127.0.0.1:1",), "cannot be reached"),
        (("http://127.0.0.1:1", "--api", "openai"), "cannot be reached"),
        (
            ("http://127.0.0.1:1", "--api", "soap"),
            "is not an API; one of auto, create-and-call",
        ),
        (("http://127.0.0.1:1", "--unknown", "gpt-4o", "--api", "openai"), "answers for that name"),
        (("http://127.0.0.1:1", "--profile", "none"), "no profile is called"),
    ],
)
def test_a_smoke_test_that_cannot_run_exits_2(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("smoke", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("\u2502", " ").split())
    assert "Traceback" not in result.output


def test_a_refused_token_stops_the_run(
    run: Run, shops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_TOKEN", "sk-of-somebody-else")
    result = run("smoke", f"{shops}/good", "--token-env", "OTHER_TOKEN")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "answers 401: a valid bearer token is needed; check the variable" in result.stderr
    without = run("smoke", f"{shops}/good")
    assert (without.exit_code, "use --token-env" in without.stderr) == (2, True)


@pytest.mark.parametrize("token", ["sk-this-is-the-token-itself", "EMPTY_TOKEN"])
def test_a_token_instead_of_its_name_is_not_repeated(
    run: Run, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMPTY_TOKEN", "")
    result = run("smoke", "http://127.0.0.1:1", "--token-env", token)
    assert result.exit_code == 2
    assert token not in result.output


def test_a_token_that_no_header_can_carry_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODD_TOKEN", "sk-a\r\nHost: elsewhere")
    result = run("smoke", "http://127.0.0.1:1", "--token-env", "ODD_TOKEN")
    assert (result.exit_code, "elsewhere" in result.output) == (2, False)


@pytest.mark.parametrize("day", ["2026-11-01", ""])
def test_the_last_line_ends_also_where_the_catalog_has_no_date(day: str) -> None:
    catalog = Catalog.load(
        json.dumps(
            {
                "metadata": {"last_updated": day} if day else {},
                "o": {"m": {"input_cost_per_token": 1e-06}},
            }
        )
    )
    result = SmokeResult("http://localhost", "openai", (), catalog, Profile())
    end = smoke_report.text(result, Canvas()).splitlines()[-1]
    assert end.endswith(catalog.sha256[:12] + (f" of {day}" if day else ""))


def test_a_narrow_terminal_gets_what_was_found_below_the_call(
    run: Run, shops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("smoke", f"{shops}/good", "--token-env", "SMOKE_TOKEN").stdout.splitlines()
    lines = lines[2 : lines.index("", 2)]
    assert all(line.startswith(("ok    ", "      ")) for line in lines)
    assert "      3 credits, cost exact" in lines


def test_a_path_that_the_api_lacks_is_named(run: Run, shops: str) -> None:
    found = smoke(run, f"{shops}/nowhere", code=1)
    (check,) = found["calls"][0]["checks"]
    assert check["note"].endswith("asked was POST /v1/chat/completions")
