"""`pricectl deploy-check`: one broken thing at a time, and what the checklist says of it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import Catalog, Match, Quote, Usage, find, quote
from pricectl.core.catalog import SCHEMA_MAJOR
from pricectl.operate.deploy_check import sample_jobs
from pricectl.report.formats.markdown_tables import code
from pricectl.runtime import Pricing
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import _closed_off, clone, git  # noqa: F401 - keeps git apart

NAME = "llm_pricing_current.json"
O3 = '"o3": {"input_cost_per_token": 2e-06'
GPT = '"input_cost_per_token": 2.5e-06'


@pytest.fixture
def repo(home: Path) -> Path:
    """The catalog, committed on main, which is what is deployed."""
    (home / "pricectl.toml").write_text('critical = ["gpt-4o", "o3"]\n')
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    return home


def edit(repo: Path, old: str, new: str) -> None:
    assert old in CATALOG
    (repo / NAME).write_text(CATALOG.replace(old, new, 1), encoding="utf-8")


def checks(run: Run, *words: str, code: int) -> dict[str, dict[str, Any]]:
    at = () if "--at" in words else ("--at", "2026-11-23")
    result = run("deploy-check", *at, "-o", "json", *words)
    assert (result.exit_code, result.stderr) == (code, "")
    found = json.loads(result.stdout)
    schema = json.loads((ROOT / "schemas/deploy-check.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert found["outcome"] == {0: "pass", 1: "fail", 2: "unknown"}[code]
    return {check["id"]: check for check in found["checks"]}


def states(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: check["state"] for name, check in found.items() if check["state"] != "ok"}


@pytest.mark.usefixtures("three_modes")
def test_a_committed_catalog_is_safe(run: Run, repo: Path) -> None:
    (repo / NAME).chmod(0o644)
    result = run("deploy-check", "--at", "2026-11-23", "-v")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[-1] == "safe to deploy"
    assert lines[0].startswith(f"{NAME}, sha256 ")
    assert [line.split()[:2] for line in lines if line[2:4] in {"ok", "no"}] == [
        ["ok", "file"],
        ["ok", "git"],
        ["note", "validate"],
        ["ok", "runtime"],
        ["ok", "critical"],
        ["ok", "examples"],
        ["ok", "changes"],
    ]
    # gpt-4o: 1,000 x $2.50 + 500 x $10 a million = $0.0075; x 10 a dollar = 0.075, up: 1
    assert any(
        line.strip() == "gpt-4o, chat turn (1,000 in, 500 out): $0.0075; credits: job_based 1, "
        "consumption_usd 1, consumption_tokens 1"
        for line in lines
    )


def test_quiet_says_the_verdict_alone(run: Run, repo: Path) -> None:
    assert repo.exists()
    assert run("deploy-check", "-q").stdout == "safe to deploy\n"


def test_the_catalog_is_parsed_once_and_once_more_by_the_service(
    run: Run, repo: Path, parsed_texts: list[bytes]
) -> None:
    edit(repo, O3, O3.replace("2e-06", "2.1e-06"))
    assert "changes" in checks(run, code=0)
    assert parsed_texts.count((repo / NAME).read_bytes()) == 2
    assert parsed_texts.count(CATALOG.encode()) == 1


def test_a_critical_model_is_looked_up_once_and_priced_once_an_instant(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    priced: list[tuple[Any, ...]] = []

    def counted_find(catalog: Catalog, name: str) -> Match:
        looked_up.append(name)
        return find(catalog, name)

    def counted_quote(catalog: Catalog, match: Match, usage: Usage, **options: Any) -> Quote:
        priced.append((match.asked, usage, *sorted(options.items(), key=str)))
        return quote(catalog, match, usage, **options)

    monkeypatch.setattr(sample_jobs, "find", counted_find)
    monkeypatch.setattr(sample_jobs, "quote", counted_quote)
    assert repo.exists()
    checks(run, code=0)
    assert looked_up == ["gpt-4o", "o3"]
    assert len(priced) == len(set(priced)) > len(looked_up)


def test_only_the_started_service_looks_names_up_to_price_them(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else passes on the match it has; the service is asked by name on purpose."""
    edit(repo, O3, O3.replace("2e-06", "2.1e-06"))
    looked_up: list[str] = []

    def counted(catalog: Catalog, name: str) -> Match:
        looked_up.append(name)
        return find(catalog, name)

    monkeypatch.setattr("pricectl.core.calculator.find", counted)
    assert checks(run, code=0)["changes"]["state"] == "note"
    assert looked_up == []


def test_nothing_is_written_anywhere(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICECTL_STATE", str(repo / "state"))
    before = sorted(repo.iterdir())
    assert run("deploy-check").exit_code == 0
    assert sorted(repo.iterdir()) == before


def test_an_error_finding_is_not_safe(run: Run, repo: Path) -> None:
    edit(repo, O3, O3.replace("2e-06", "2e-03"))
    found = checks(run, code=1)
    assert found["validate"]["state"] == "failed"
    assert any("[" in line for line in found["validate"]["details"])


def test_a_catalog_that_does_not_load_is_not_safe(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(CATALOG[:-40])
    assert states(checks(run, code=1)) == {
        "git": "note",
        "validate": "failed",
        "runtime": "failed",
        "critical": "unknown",
        "examples": "unknown",
        "changes": "unknown",
    }
    text = run("deploy-check").stdout
    assert text.splitlines()[-1] == (
        "not safe to deploy: failed: validate, runtime; not checked: critical, examples, changes"
    )


def test_a_critical_model_that_is_gone_or_answered_by_another_row_is_not_safe(
    run: Run, repo: Path
) -> None:
    (repo / "pricectl.toml").write_text('critical = ["gpt-9", "azure/gpt-4o", "gpt-4o"]\n')
    commit(repo)
    found = checks(run, "--file", NAME, code=1)
    assert found["critical"]["said"] == "2 of 3 critical models cannot be priced"
    assert found["critical"]["details"] == [
        "gpt-9: no row",
        "azure/gpt-4o: only a partial match: gpt-4o",
    ]


def test_a_critical_model_without_an_output_price_is_not_safe(run: Run, repo: Path) -> None:
    edit(repo, O3 + ', "output_cost_per_token": 8e-06', O3)
    found = checks(run, code=1)
    assert found["critical"]["details"] == ["o3: no price for output"]
    assert found["examples"]["state"] == "failed"
    assert (
        found["examples"]["details"][0] == "o3, chat turn (1,000 in, 500 out): no price for output"
    )


OUTPUT = '"output_cost_per_token": 8e-06'


def upcoming(prices: str) -> str:
    return f'{OUTPUT}, "upcoming": [{{"from": "2026-12-01", {prices}}}]'


DATES = ("2026-11-23", "2026-12-01", "2029-12-01")


def test_a_price_that_begins_by_itself_stays_safe(run: Run, repo: Path) -> None:
    both = '"input_cost_per_token": 3e-06, "output_cost_per_token": 9e-06'
    edit(repo, OUTPUT, upcoming(both))
    for at in DATES:
        found = checks(run, "--at", at, code=0)
        assert found["runtime"]["state"] == found["critical"]["state"] == "ok"
        due = checks(run, "--at", at, "--fail-on", "due", code=1)
        assert due["validate"]["state"] == "failed"
    assert "0 errors in 4 models, " in due["validate"]["said"]
    assert "due by date; 'pricectl validate' shows all" in due["validate"]["said"]
    assert any("[upcoming-begun]" in line for line in due["validate"]["details"])
    assert "due by date" in found["validate"]["said"]


def commit(repo: Path) -> None:
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "settings")


def test_a_finding_about_a_waiver_names_the_settings(run: Run, repo: Path) -> None:
    waiver = '[[waivers]]\nrule = "zero-price"\nreason = "x"\nexpires = 2026-01-01\n'
    (repo / "pricectl.toml").write_text(f'critical = ["gpt-4o"]\n{waiver}', encoding="utf-8")
    commit(repo)
    details = checks(run, "--fail-on", "due", code=1)["validate"]["details"]
    assert details[-1] == (
        f"{repo / 'pricectl.toml'}: the waiver of zero-price at every place expired on "
        "2026-01-01: x [waiver-expired] (due)"
    )


def test_fail_on_due_passes_without_due_findings(run: Run, repo: Path) -> None:
    assert repo.exists()
    checks(run, "--fail-on", "due", code=0)


def test_an_announced_price_that_cannot_be_charged_fails_before_its_day(
    run: Run, repo: Path
) -> None:
    edit(repo, OUTPUT, upcoming('"input_cost_per_token": 3e-06'))
    missing = checks(run, code=1)
    assert missing["critical"]["details"] == ["o3: no price for output from 2026-12-01"]
    assert missing["examples"]["details"][0] == (
        "o3, chat turn (1,000 in, 500 out), from 2026-12-01: no price for output"
    )
    later = checks(run, "--at", "2026-12-01", code=1)
    assert later["critical"]["details"] == ["o3: no price for output"]


def test_an_announced_price_that_is_free_may_say_so(run: Run, repo: Path) -> None:
    zero = '"input_cost_per_token": 0, "output_cost_per_token": 0'
    edit(repo, OUTPUT, upcoming(zero))
    assert checks(run, code=1)["critical"]["details"] == [
        "o3: a price of zero from 2026-12-01, and nothing says that it is free"
    ]
    edit(repo, OUTPUT, upcoming(f'{zero}, "free": true'))
    for at in DATES:
        found = checks(run, "--at", at, code=0)
        assert (found["critical"]["state"], found["examples"]["state"]) == ("ok", "ok")


def test_a_zero_must_say_that_it_is_free(run: Run, repo: Path) -> None:
    zero = O3.replace("2e-06", "0") + ', "output_cost_per_token": 0'
    edit(repo, O3 + ', "output_cost_per_token": 8e-06', zero)
    found = checks(run, code=1)
    assert found["critical"]["details"] == ["o3: a price of zero, and nothing says that it is free"]
    assert "costs nothing" in found["examples"]["details"][0]
    edit(repo, O3 + ', "output_cost_per_token": 8e-06', zero + ', "free": true')
    found = checks(run, code=0)
    assert (found["critical"]["state"], found["examples"]["state"]) == ("ok", "ok")


def test_prices_that_were_not_compared_are_a_note(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(repo, O3, O3.replace("2e-06", "2.0e-06").replace("{", "{ "))
    monkeypatch.setattr("pricectl.changes.limits.MAX_STEPS", 0)
    found = checks(run, code=0)
    assert found["changes"]["state"] == "note"
    assert "not everything was compared" in found["changes"]["said"]


def test_a_tripped_gate_is_not_safe(run: Run, repo: Path) -> None:
    edit(repo, O3, O3.replace("2e-06", "3e-06"))
    found = checks(run, code=0)
    assert found["changes"]["state"] == "note"
    assert "no limit is set" in found["changes"]["said"]
    assert checks(run, "--max-increase", "50%", code=0)["changes"]["state"] == "ok"
    found = checks(run, "--max-increase", "20%", "--fail-on", "removed", code=1)
    assert found["changes"]["details"] == [
        "limit fail-on-removed kept: 0, limit 0",
        "limit max-increase exceeded: 50%, limit 20%",
    ]
    result = run("deploy-check", "--max-increase", "20%")
    assert result.stdout.splitlines()[-1] == "not safe to deploy: failed: changes"


def test_an_unknown_deployed_version_is_not_safe(run: Run, repo: Path) -> None:
    assert repo.exists()
    found = checks(run, "--base", "production", code=2)
    assert found["changes"]["state"] == "unknown"
    assert run("deploy-check", "--base", "production").stdout.splitlines()[-1] == (
        "not safe to deploy: not checked: changes"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda repo: edit(repo, GPT, GPT + " "), "not committed"),
        (lambda repo: git(repo, "commit", "-q", "--amend", "-m", "x"), "committed in "),
    ],
)
def test_the_state_of_the_file_in_git_is_reported(
    run: Run, repo: Path, change: Callable[[Path], object], said: str
) -> None:
    change(repo)
    assert checks(run, code=0)["git"]["said"].startswith(said)


def test_a_file_that_anybody_may_write_is_not_safe(run: Run, repo: Path) -> None:
    for mode, state in ((0o644, "ok"), (0o640, "note")):
        (repo / NAME).chmod(mode)
        assert checks(run, code=0)["file"]["state"] == state
    (repo / NAME).chmod(0o666)
    assert "anybody may write it" in checks(run, code=1)["file"]["said"]


def test_a_service_that_falls_back_is_not_safe(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo.exists()

    def elsewhere(*_: object, **__: object) -> Pricing:
        return load(repo / "gone.json", state=repo / "state")

    load = Pricing.load
    monkeypatch.setattr(Pricing, "load", elsewhere)
    found = checks(run, code=1)
    assert found["runtime"]["said"] == "the service would fall back to: packaged"


REFUSED = {
    # 4 models, 1 of them critical and gone; o3 x1000; both sides x60
    "a critical model gone": ('"o3": {', '"o4": {', "the critical model 'o3' has no price"),
    "a price a thousandfold": (O3, O3.replace("2e-06", "2e-03"), "openai/o3: "),
    "both sides sixtyfold": (
        O3 + ', "output_cost_per_token": 8e-06',
        O3.replace("2e-06", "120e-06") + ', "output_cost_per_token": 480e-06',
        "openai/o3: ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_a_running_service_would_refuse_is_not_safe(
    run: Run, repo: Path, case: str
) -> None:
    old, new, said = REFUSED[case]
    (repo / NAME).write_text(CATALOG, encoding="utf-8")
    service = Pricing.load(repo / NAME, state=repo / "state")
    edit(repo, old, new)
    refused = service.reload()
    assert refused.status == "refused"
    runtime = checks(run, code=1)["runtime"]
    assert runtime["state"] == "failed"
    assert runtime["said"].startswith(f"a service with the deployed prices would refuse it: {said}")
    assert refused.reason.startswith(runtime["said"].partition(" refuse it: ")[2])
    assert "acknowledge what is right" in runtime["details"][0]


def test_an_acknowledged_move_is_safe(run: Run, repo: Path) -> None:
    old, new, _ = REFUSED["both sides sixtyfold"]
    accepted = {
        "rule": "price-moved",
        "pointer": "/openai/o3/input_cost_per_token",
        "value": 120e-06,
        "reason": "announced",
        "date": "2026-11-01",
    }
    metadata = f'"schema_version": "{SCHEMA_MAJOR}.0"'
    text = CATALOG.replace(old, new).replace(
        metadata, f'{metadata}, "acknowledged": [{json.dumps(accepted)}]'
    )
    (repo / NAME).write_text(text, encoding="utf-8")
    assert checks(run, code=0)["runtime"]["state"] == "ok"


SUCCESSOR = '"o3": {"retired": true, "successor": "o4"}, "o4": {"input_cost_per_token": 2e-06'


def test_a_retired_critical_model_is_priced_by_its_successor(run: Run, repo: Path) -> None:
    edit(repo, O3, SUCCESSOR)
    found = checks(run, code=0)
    assert (found["critical"]["state"], found["runtime"]["state"]) == ("ok", "ok")
    # o4: 1,000 x $2 + 500 x $8 per 1M
    assert found["examples"]["details"][3].startswith("o3, chat turn (1,000 in, 500 out): $0.006;")
    for broken, said in ((', "output_cost_per_token": 8e-06', "output"), ("", "input, output")):
        old = '"o4": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06'
        new = (
            old.replace(', "output_cost_per_token": 8e-06', "")
            if broken
            else '"o5": {"mode": "chat"'
        )
        text = CATALOG.replace(O3, SUCCESSOR, 1).replace(old, new)
        (repo / NAME).write_text(text, encoding="utf-8")
        found = checks(run, code=1)
        assert found["critical"]["details"] == [f"o3: no price for {said}"]
        assert found["runtime"]["state"] == "failed"


def test_an_announced_price_of_the_successor_is_looked_at(run: Run, repo: Path) -> None:
    edit(repo, O3, SUCCESSOR)
    text = (repo / NAME).read_text(encoding="utf-8")
    later = upcoming('"input_cost_per_token": 3e-06')
    (repo / NAME).write_text(text.replace(OUTPUT, later), encoding="utf-8")
    found = checks(run, code=1)
    assert found["critical"]["details"] == ["o3: no price for output from 2026-12-01"]


def test_jobs_charged_zero_credits_are_a_note(run: Run, repo: Path) -> None:
    (repo / "pricectl.toml").write_text(
        'critical = ["gpt-4o"]\n[profiles.default]\nrounding = "down"\nminimum_credits = 0\n'
    )
    commit(repo)
    found = checks(run, code=0)
    # $0.0075 x 10 a dollar = 0.075 credits, and 1,500 tokens / 10,000 = 0.15, down: 0
    assert found["examples"]["said"] == "1 of 3 jobs are charged 0 credits, as the profile says"


def test_deploy_check_never_falls_back_to_the_packaged_catalog(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / NAME).unlink()
    assert "no llm_pricing_current.json in " in run("deploy-check").stderr
    assert run("deploy-check").exit_code == 2
    monkeypatch.setenv("PRICECTL_FILE", str(ROOT / NAME))
    assert run("deploy-check", "--base", str(ROOT / NAME)).exit_code == 0


def test_standard_input(run: Run, repo: Path) -> None:
    assert repo.exists()
    result = run("deploy-check", "--file", "-", "-q", "--base", "main", stdin=CATALOG)
    assert (result.exit_code, result.stdout) == (0, "safe to deploy\n")


def test_markdown_fences_names_from_the_file(run: Run, repo: Path) -> None:
    (repo / "pricectl.toml").write_text('critical = ["a|b<img>@all"]\n')
    shown = run("deploy-check", "-o", "markdown").stdout
    assert shown.startswith("<!-- pricectl-deploy-check -->\n")
    assert "<img>" not in shown
    assert "@all" not in shown
    assert code("a|b<img>@all: no row") in shown
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(rows) == 9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--file", "gone.json"), "no such file"),
        (("--file", "."), "is a folder"),
        (("--max-increase", "much"), "is not a percentage"),
        (("--profile", "none"), "no profile is called"),
        (("-o", "yaml"), "unknown format"),
    ],
)
def test_a_command_that_cannot_run_exits_2(
    run: Run, repo: Path, words: tuple[str, ...], said: str
) -> None:
    assert repo.exists()
    result = run("deploy-check", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_catalog_of_this_project_is_safe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run("deploy-check", "--base", NAME)
    assert result.stdout.splitlines()[-1] == "safe to deploy"


def test_each_name_of_a_list_is_answered(run: Run, repo: Path) -> None:
    (repo / "names.txt").write_text("# last week\ngpt-4o\nazure/eu/o3\nnobody\no3-latest\no3\n")
    found = checks(run, "--names", "names.txt", code=0)["names"]
    assert found["state"] == "note"
    assert found["said"] == ("5 names: 1 default, 2 partial, 1 other-seller, 1 missing-region")
    assert found["details"] == [
        "azure/eu/o3: partial, other-seller, missing-region (openai/o3)",
        "nobody: default",
        "o3-latest: partial (openai/o3)",
    ]


def test_kinds_of_answers_fail(run: Run, repo: Path) -> None:
    (repo / "names.txt").write_text("gpt-4o\nazure/o3\nnobody\no3-latest\n")
    words = ("--names", "names.txt", "--fail-on", "default,other-seller")
    found = checks(run, *words, code=1)["names"]
    assert (found["state"], len(found["details"])) == ("failed", 2)
    (repo / "names.txt").write_text("gpt-4o\n")
    found = checks(run, *words, code=0)["names"]
    assert found["said"] == "1 name: each has a row of its own"


def test_a_log_is_a_list_of_names(run: Run, repo: Path) -> None:
    line = 'fallback pricing: kind="unknown-model" model="azure/o3"'
    (repo / "app.log").write_text(f"2026-11-23 WARNING {line}\nother words here\n")
    found = checks(run, "--names", "app.log", code=0)["names"]
    assert found["details"] == ["azure/o3: partial, other-seller (openai/o3)"]


@pytest.mark.parametrize("words", [("--fail-on", "default"), ("--fail-on", "nonsense")])
def test_a_kind_of_answer_needs_names(run: Run, repo: Path, words: tuple[str, ...]) -> None:
    assert run("deploy-check", *words).exit_code == 2
    assert repo.exists()


@pytest.mark.parametrize("later", [False, True])
def test_a_slip_that_was_merged_already_is_not_safe(run: Run, repo: Path, *, later: bool) -> None:
    edit(repo, GPT, '"input_cost_per_token": 2.5e-05')
    git(repo, "commit", "-q", "-a", "-m", "slip")
    if later:
        git(repo, "commit", "-q", "--allow-empty", "-m", "another file")
    found = checks(run, code=1)
    assert states(found)["validate"] == "failed"
    assert "price-moved" in json.dumps(found["validate"])


def test_a_deployed_branch_without_the_version_before_is_not_safe(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(repo, GPT, '"input_cost_per_token": 2.6e-06')
    git(repo, "commit", "-q", "-a", "-m", "edit")
    monkeypatch.chdir(clone(repo, "shallow", "--depth=1"))
    found = checks(run, code=2)
    assert found["changes"]["state"] == "unknown"
    assert "is not in this shallow clone" in found["changes"]["said"]


def test_the_documents_name_every_line(run: Run, repo: Path) -> None:
    (repo / "names.txt").write_text("gpt-4o\n")
    page = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    table = page.split("### The lines of deploy-check\n")[1].split("\n### ")[0]
    named = re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)
    assert named == list(checks(run, "--names", "names.txt", code=0))
