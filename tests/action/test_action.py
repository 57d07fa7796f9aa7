"""The action in another team's repository, step by step as the runner runs it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.conftest import NAME, PRICES, ForeignRepository
from tests.action.fake_github import NUMBER, REPOSITORY
from tests.action.fake_runner import ACTION, BASH, STEPS, ActionRun, outputs_of
from tests.conftest import ROOT
from tests.files.test_versions import git

pytestmark = pytest.mark.long
# input of gpt-4o from $2.50 to $5.00: +100% of the price
DEARER = PRICES.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 5e-06', 1)
# an exponent too many: ten times the price of o3's output
SLIP = PRICES.replace('"output_cost_per_token": 8e-06', '"output_cost_per_token": 8e-05', 1)
assert len({PRICES, DEARER, SLIP}) == 3


def body_of(foreign: ForeignRepository) -> str:
    (body,) = foreign.github.bodies
    return body


def levels(run: ActionRun) -> set[str]:
    return {command.name for command in run.commands}


def test_a_pull_request_gets_annotations_a_summary_outputs_and_a_comment(
    foreign: ForeignRepository,
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    run = foreign.review(pull)
    assert run.code == 0, run.log
    assert run.outputs["verdict"] == "pass"
    assert run.outputs["errors"] == run.outputs["limits-exceeded"] == "0"
    assert run.outputs["comment"] == "created"
    assert run.outputs["comment-url"].endswith("#issuecomment-1001")
    assert run.outputs["base"] == pull.base
    # 100,000 x $2.50 or $5.00, and 2,000 x $10.00, per 1M; 10 credits a dollar, rounded up
    assert run.outputs["money"] == "openai/gpt-4o, long document: 0.27 -> 0.52 USD (+92.6%)"
    moved = "3 -> 6 credits of consumption_usd (+100%)"
    assert run.outputs["credits"] == f"openai/gpt-4o, long document: {moved}"
    assert run.outputs["change"] == "prices rise"
    document = json.loads(Path(run.outputs["diff-json"]).read_text(encoding="utf-8"))
    assert [one["percent"] for one in document["changes"]] == ["100"]
    assert json.loads(Path(run.outputs["validate-json"]).read_text(encoding="utf-8"))["known"] >= 0
    for text in (run.summary, body_of(foreign)):
        assert "### ✅ Price review passed" in text
        assert "No limit is set" in text
        assert "`openai/gpt-4o`" in text
        assert "+100%" in text
        assert f"[run 1](https://github.com/{REPOSITORY}/actions/runs/9001)" in text
    repriced = [one for one in run.commands if "title=repriced" in one.properties]
    assert [f"file={NAME}" in one.properties for one in repriced] == [True]
    marker = body_of(foreign).splitlines()[0]
    assert re.fullmatch(
        rf"<!-- pricectl-review id=[0-9a-f]{{12}} run=1\.1 commit={pull.head} -->", marker
    )


def test_a_second_push_replaces_the_comment_and_a_late_first_run_leaves_it(
    foreign: ForeignRepository,
) -> None:
    first = foreign.pull_request({NAME: DEARER})
    foreign.review(first, number=1)
    before = body_of(foreign)
    second = foreign.pull_request({NAME: SLIP})
    run = foreign.review(second, number=2)
    assert (run.code, run.outputs["verdict"], run.outputs["comment"]) == (1, "fail", "updated")
    assert run.outputs["new-errors"] == "1"
    assert "❌ Price review failed: 1 new error" in body_of(foreign)
    assert body_of(foreign) != before
    after = body_of(foreign)
    late = foreign.review(first, number=1)
    assert (late.code, late.outputs["comment"]) == (0, "outdated")
    assert body_of(foreign) == after


def test_a_slip_is_an_error_at_its_line_and_stands_above_the_prices(
    foreign: ForeignRepository,
) -> None:
    run = foreign.review(foreign.pull_request({NAME: SLIP}))
    (error,) = (one for one in run.commands if one.name == "error")
    assert "title=price-moved" in error.properties
    line = 1 + SLIP[: SLIP.index("8e-05")].count("\n")
    assert f"file={NAME},line={line}," in error.properties
    body = body_of(foreign)
    assert body.index("price&#45;moved") < body.index("#### Prices")


def test_an_exceeded_limit_fails_the_job_and_the_settings_of_the_base_count(
    foreign: ForeignRepository,
) -> None:
    foreign.commit({"pricectl.toml": '[gates]\nmax_increase = "50%"\n'})
    loosened = '[gates]\nmax_increase = "500%"\n'
    run = foreign.review(foreign.pull_request({NAME: DEARER, "pricectl.toml": loosened}))
    assert (run.code, run.outputs["limits-exceeded"]) == (1, "1")
    assert "❌ Price review failed: 1 limit exceeded" in body_of(foreign)
    assert "No limit is set" not in body_of(foreign)
    assert "gate-loosened" in run.log


def test_limits_of_the_workflow_reach_the_command(foreign: ForeignRepository) -> None:
    run = foreign.review(
        foreign.pull_request({NAME: DEARER}),
        fail_on="removed, increase error",
        max_increase="20%",
        max_decrease="10%",
        max_credit_change="1%",
    )
    assert (run.code, run.outputs["limits-exceeded"]) == (1, "3")
    document = json.loads(Path(run.outputs["diff-json"]).read_text(encoding="utf-8"))
    assert {(gate["id"], gate["limit"], gate["tripped"]) for gate in document["gates"]} == {
        ("max-increase", "20%", True),
        ("max-decrease", "10%", False),
        ("max-credit-change", "1%", True),
        ("fail-on-removed", "0", False),
        ("fail-on-increase", "0", True),
    }


# 10,000 calls of 100 input tokens a month by one account: 1,000,000 tokens.
USAGE = """{"schema": "pricectl.usage-summary/1", "days": 30, "calls": 10000, "jobs": 10000,
"accounts": 1, "accuracy": {"input_band_edges": [], "output_band_edges": [], "week_parts": [],
"credits_of_rounding": 10000, "tokens": 1000000, "tokens_by_account": 1000000,
"tokens_by_account_and_key": 1000000, "left_out_calls": 0, "left_out_rows": 0},
"columns": ["calls", "input"], "keys": [{"name": "%s", "sums": [10000, 1000000],
"weights": [0, 2500000]}], "by_account": [[[1, 10000, 1000000]]], "hours": {}}
"""


def test_a_review_with_usage_begins_with_the_bill_everywhere(foreign: ForeignRepository) -> None:
    """The one account pays more: the sentence is the same in comment, summary, log and output."""
    foreign.commit({"usage.json": USAGE % "gpt-4o"})
    run = foreign.review(
        foreign.pull_request({NAME: DEARER}), usage="usage.json", max_bill_increase="0.1%"
    )
    said = run.outputs["bill"]
    words = r"\+\$[0-9.,]+ a month, \+[0-9.]+% credits before rounding, 1 account over 5%"
    assert re.fullmatch(words, said)
    for place in (body_of(foreign), run.summary, run.log):
        assert said in place.replace("`", "")
    assert (run.code, run.outputs["limits-exceeded"]) == (1, "1")


@pytest.mark.parametrize(
    ("usage", "extra"), [("", ""), ("usage.json", ""), ("logs/calls.parquet", "[replay]")]
)
def test_a_usage_log_installs_what_reads_it(tmp_path: Path, usage: str, extra: str) -> None:
    """DuckDB, which a summary does not need, is installed where the input names a log."""
    calls = tmp_path / "calls"
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\nfor last; do :; done\ncase "$*" in\n'
        '*venv*) mkdir -p "$last/bin"; cp "$0" "$last/bin/python";;\n'
        f'*) echo "$last" >> {calls};;\nesac\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    output = tmp_path / "output"
    shared = {"PYTHON": str(python), "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_OS": "Linux"}
    shared |= {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "INPUT_USAGE": usage}
    for name in ("version", "install"):
        [step] = [one for one in STEPS if one.get("id") == name]
        found = outputs_of(output) if output.exists() else {}
        own = {"ENVIRONMENT": found.get("environment", "")} if found else {}
        own |= {"EXTRA": found["extra"]} if found else {}
        subprocess.run([*BASH, step["run"]], env=os.environ | shared | own, check=True)
    assert calls.read_text(encoding="utf-8").strip() == f"{ROOT}{extra}"


def test_a_limit_that_is_not_a_percentage_fails_the_job(foreign: ForeignRepository) -> None:
    run = foreign.review(foreign.pull_request({NAME: DEARER}), max_decrease="a lot")
    assert (run.code, run.outputs["verdict"]) == (1, "error")
    assert "a lot" in run.log


def test_a_pull_request_from_a_fork_gets_the_summary(foreign: ForeignRepository) -> None:
    foreign.github.read_only = True
    run = foreign.review(foreign.pull_request({NAME: DEARER}), fork=True)
    assert (run.code, run.outputs["comment"]) == (0, "not-allowed")
    assert "+100%" in run.summary
    (notice,) = (one for one in run.commands if "pricectl comment" in one.properties)
    assert notice.name == "notice"
    assert "from a fork" in notice.message
    assert foreign.github.bodies == []


def test_a_workflow_without_the_permission_is_told_which_one(foreign: ForeignRepository) -> None:
    foreign.github.read_only = True
    run = foreign.review(foreign.pull_request({NAME: DEARER}))
    (warning,) = (one for one in run.commands if "pricectl comment" in one.properties)
    assert warning.name == "warning"
    assert "pull-requests: write" in warning.message
    assert run.code == 0


def test_a_failing_api_does_not_change_the_verdict(foreign: ForeignRepository) -> None:
    pull = foreign.pull_request({NAME: SLIP})
    foreign.github.url = "http://127.0.0.1:1"
    run = foreign.review(pull)
    assert (run.code, run.outputs["verdict"], run.outputs["comment"]) == (1, "fail", "failed")
    assert "cannot be reached" in run.log


def test_comment_false_asks_github_nothing(foreign: ForeignRepository) -> None:
    run = foreign.review(foreign.pull_request({NAME: DEARER}), comment="false")
    assert (run.code, run.outputs["comment"]) == (0, "none")
    assert foreign.github.requests == []
    assert "+100%" in run.summary


def test_a_pull_request_without_prices_gets_no_comment_until_it_has_one(
    foreign: ForeignRepository,
) -> None:
    run = foreign.review(foreign.pull_request({"README.md": "a better shop\n"}), number=1)
    assert (run.code, run.outputs["comment"], foreign.github.bodies) == (0, "none", [])
    run = foreign.review(foreign.pull_request({NAME: DEARER}), number=2)
    assert run.outputs["comment"] == "created"
    run = foreign.review(foreign.pull_request({NAME: PRICES}), number=3)
    assert run.outputs["comment"] == "updated"
    assert "No changes" in body_of(foreign)


def test_a_change_of_the_settings_alone_is_shown(foreign: ForeignRepository) -> None:
    foreign.commit({"pricectl.toml": "[profiles.default]\nmarkup_percent = 30\n"})
    cheaper = "[profiles.default]\nmarkup_percent = 25\n"
    run = foreign.review(foreign.pull_request({"pricectl.toml": cheaper}))
    assert run.outputs["comment"] == "created"
    assert "profiles.default.markup_percent" in body_of(foreign)
    assert run.outputs["verdict"] == "pass"


def test_a_renamed_catalog_is_compared_with_what_it_was(foreign: ForeignRepository) -> None:
    foreign.commit({"pricectl.toml": f'file = "{NAME}"\n'})
    moved = {NAME: None, "prices/llm.json": DEARER, "pricectl.toml": 'file = "prices/llm.json"\n'}
    run = foreign.review(foreign.pull_request(moved))
    assert run.code == 0, run.log
    document = json.loads(Path(run.outputs["diff-json"]).read_text(encoding="utf-8"))
    assert [one["kind"] for one in document["changes"]] == ["repriced"]
    assert "file=prices/llm.json," in run.log


def test_without_a_catalog_the_job_fails_and_says_why(foreign: ForeignRepository) -> None:
    run = foreign.review(foreign.pull_request({NAME: None}))
    assert (run.code, run.outputs["verdict"]) == (1, "error")
    assert f"no {NAME} in" in run.log
    assert "❌ Price review could not run" in body_of(foreign)
    assert f"no {NAME} in" in run.summary.replace("&#95;", "_")
    assert run.outputs["diff-json"] == ""


def test_a_catalog_that_cannot_be_read_fails_the_job(foreign: ForeignRepository) -> None:
    run = foreign.review(foreign.pull_request({NAME: PRICES[:-3]}))
    assert (run.code, run.outputs["verdict"]) == (1, "error")
    assert run.outputs["new-errors"] == "1"
    assert "Price review could not run" in body_of(foreign)


@pytest.mark.parametrize("depth", [("--depth=1",), ("--depth=2",), ("--no-tags",)])
def test_the_base_is_the_branch_that_github_merged_into(
    foreign: ForeignRepository, depth: tuple[str, ...]
) -> None:
    """What others have merged since the branch began is not a change of the pull request."""
    pull = foreign.pull_request({NAME: DEARER})
    foreign.commit(
        {NAME: PRICES.replace('"output_cost_per_token": 8e-06', '"output_cost_per_token": 9e-06')}
    )
    merged = foreign.pull_request({"README.md": "a better shop\n"})
    assert merged.base != pull.base
    # The event may know an older state of the target branch than the merge.
    run = foreign.review(merged._replace(base=pull.base), depth=depth)
    assert run.outputs["base"] == merged.base
    document = json.loads(Path(run.outputs["diff-json"]).read_text(encoding="utf-8"))
    assert [(one["model"], one["percent"]) for one in document["changes"]] == [("gpt-4o", "100")]


def test_a_shallow_clone_of_the_branch_itself_is_deepened_to_where_it_began(
    foreign: ForeignRepository,
) -> None:
    began = git(foreign.origin, "rev-parse", "main")
    notes = [{"README.md": f"line {number}\n"} for number in range(60)]
    pull = foreign.pull_request({NAME: DEARER}, *notes)
    foreign.commit({"README.md": "meanwhile on main\n"})
    later = pull._replace(base=git(foreign.origin, "rev-parse", "main"))
    workspace = foreign.checkout(pull.head)
    assert git(workspace, "rev-list", "--count", "HEAD") == "1"
    run = foreign.review(later, workspace=workspace)
    assert run.outputs["base"] == began
    assert run.code == 0


def test_a_full_clone_is_not_made_shallow(foreign: ForeignRepository) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    workspace = foreign.checkout(pull.head, "--no-tags")
    foreign.commit({"README.md": "meanwhile on main\n"})
    later = pull._replace(base=git(foreign.origin, "rev-parse", "main"))
    assert foreign.review(later, workspace=workspace).outputs["base"] == pull.base
    assert git(workspace, "rev-parse", "--is-shallow-repository") == "false"


def test_a_base_that_cannot_be_fetched_ends_the_job_with_what_to_do(
    foreign: ForeignRepository,
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    workspace = foreign.checkout(pull.merge)
    git(workspace, "remote", "set-url", "origin", (foreign.origin.parent / "gone").as_uri())
    run = foreign.review(pull, workspace=workspace)
    assert run.code == 2
    assert "fetch-depth: 0" in run.log
    assert levels(run) == {"error"}


def test_a_named_base_is_fetched_too(foreign: ForeignRepository) -> None:
    foreign.commit({NAME: DEARER})
    git(foreign.origin, "branch", "production", "main~1")
    run = foreign.review(
        foreign.pull_request({"README.md": "a better shop\n"}), base="origin/production"
    )
    assert run.outputs["base"] == git(foreign.origin, "rev-parse", "production")
    assert "+100%" in run.summary


def test_a_push_is_compared_with_what_was_there_before(foreign: ForeignRepository) -> None:
    before = git(foreign.origin, "rev-parse", "main")
    after = foreign.commit({NAME: DEARER})
    payload = {"before": before, "after": after, "repository": {"default_branch": "main"}}
    run = foreign.run(foreign.checkout(after), "push", payload, after, 1, {})
    assert (run.code, run.outputs["base"], run.outputs["comment"]) == (0, before, "none")
    assert "+100%" in run.summary


def test_a_new_branch_is_compared_with_where_it_left_the_default_branch(
    foreign: ForeignRepository,
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    payload = {"before": "0" * 40, "repository": {"default_branch": "main"}}
    run = foreign.run(foreign.checkout(pull.head), "push", payload, pull.head, 1, {})
    assert (run.code, run.outputs["base"]) == (0, pull.base)


def test_a_merge_queue_is_compared_with_its_base(foreign: ForeignRepository) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    payload = {"merge_group": {"base_sha": pull.base}}
    run = foreign.run(foreign.checkout(pull.merge), "merge_group", payload, pull.merge, 1, {})
    assert (run.code, run.outputs["base"]) == (0, pull.base)


def test_another_folder_has_annotations_at_its_paths_and_its_own_comment(
    foreign: ForeignRepository,
) -> None:
    foreign.commit({"eu/prices.json": PRICES})
    pull = foreign.pull_request({"eu/prices.json": SLIP, NAME: DEARER})
    run = foreign.review(pull, number=1, working_directory="eu", file="prices.json")
    assert run.code == 1
    (error,) = (one for one in run.commands if one.name == "error")
    assert "file=eu/prices.json,line=" in error.properties
    run = foreign.review(pull, number=2, working_directory="eu/..")
    assert (run.outputs["comment"], len(foreign.github.bodies)) == ("created", 2)


def test_a_checkout_below_the_workspace_is_found(
    foreign: ForeignRepository, tmp_path: Path
) -> None:
    """As `path: shop` of actions/checkout leaves it; annotations have the repository's paths."""
    foreign.commit({"eu/prices.json": PRICES})
    pull = foreign.pull_request({"eu/prices.json": SLIP})
    workspace = tmp_path / "outer"
    workspace.mkdir()
    foreign.checkout(pull.merge).rename(workspace / "shop")
    run = foreign.review(pull, workspace=workspace, file="prices.json", working_directory="shop/eu")
    assert (run.code, run.outputs["base"]) == (1, pull.base)
    (error,) = (one for one in run.commands if one.name == "error")
    assert error.properties.startswith("file=eu/prices.json,line=")


def test_modules_of_the_reviewed_repository_are_never_imported(
    foreign: ForeignRepository,
) -> None:
    """A pull request may add files with the names of modules; none of them is run."""
    trap = "raise SystemExit('the reviewed repository was run')\n"
    names = ("pricectl/__init__.py", "json.py", "venv.py", "pip.py", "typer.py", "sitecustomize.py")
    run = foreign.review(foreign.pull_request({NAME: DEARER} | dict.fromkeys(names, trap)))
    assert run.code == 0, run.log
    assert "was run" not in run.log


@pytest.mark.timeout(400)
def test_pricectl_is_installed_from_the_folder_of_the_action(
    foreign: ForeignRepository, tmp_path: Path
) -> None:
    """The reviewed repository has a project of the same name, which is left alone."""
    project = '[project]\nname = "pricectl"\nversion = "6.6.6"\n'
    module = "raise SystemExit('the reviewed repository was run')\n"
    files = {NAME: DEARER, "pyproject.toml": project, "pricectl/__init__.py": module}
    foreign.installed = None
    run = foreign.review(foreign.pull_request(files))
    if re.search(r"No matching distribution|connection broken|Max retries exceeded", run.log):
        pytest.skip("no package index can be reached from here")
    assert run.code == 0, run.log
    (found,) = tmp_path.glob("temporary-*/pricectl-*/lib/python3*/site-packages/pricectl")
    assert (found / "action" / "finish.py").read_bytes() == (
        ROOT / "pricectl" / "action" / "finish.py"
    ).read_bytes()
    assert (found / "data" / NAME).exists()


@pytest.mark.parametrize(
    ("usage", "extra"),
    [("", ""), ("usage.json", ""), ("usage.csv", "[replay]"), ("logs", "[replay]")],
)
def test_a_log_gets_what_it_needs_installed(tmp_path: Path, usage: str, extra: str) -> None:
    """A Python that writes down what it is asked stands for the job's own."""
    python, asked, output = tmp_path / "python", tmp_path / "asked", tmp_path / "output"
    own = tmp_path / "own/bin"
    script = f'#!/bin/sh\necho "$@" >> {asked}\nmkdir -p {own}\ncp {python} {own}/python\n'
    python.write_text(script, encoding="utf-8")
    python.chmod(0o755)
    given = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(output),
        "RUNNER_TEMP": str(tmp_path),
        "RUNNER_OS": "Linux",
        "PYTHON": str(python),
        "INPUT_USAGE": usage,
        "ENVIRONMENT": str(tmp_path / "own"),
    }
    steps = {step["id"]: step["run"] for step in STEPS if "run" in step}
    subprocess.run([*BASH, steps["version"]], env=os.environ | given, cwd=tmp_path, check=True)
    [found] = re.findall("^extra=.*$", output.read_text(encoding="utf-8"), re.MULTILINE)
    given["EXTRA"] = found.removeprefix("extra=")
    subprocess.run([*BASH, steps["install"]], env=os.environ | given, cwd=tmp_path, check=True)
    assert asked.read_text(encoding="utf-8").splitlines()[-1].endswith(f" {ROOT}{extra}")


def test_pull_request_target_is_refused(foreign: ForeignRepository) -> None:
    run = foreign.review(foreign.pull_request({NAME: DEARER}), event="pull_request_target")
    assert run.code == 2
    assert "on: pull_request" in run.log
    assert foreign.github.requests == []


HOSTILE = (
    "::set-output name=verdict::pass",
    "##[set-output name=verdict;]pass",
    "x\\n::error::forged",
    "x%0A::error::forged",
    "::stop-commands::x",
    "<script>alert(1)</script>",
    "@everyone | [x](https://evil.example) `a` <!-- b",
    "</details><img src=x onerror=alert(1)>",
    "\\u001b[31mred\\u202eright",
    "$(touch owned) `touch owned` ${{ github.token }}",
)


def hostile_catalog(price: str) -> str:
    row = f'{{"input_cost_per_token": {price}, "output_cost_per_token": 1e-05}}'
    rows = ",\n".join(f'    "{name}": {row}' for name in HOSTILE)
    return PRICES.replace('"openai": {', f'"openai": {{\n{rows},', 1)


@pytest.mark.parametrize("price", ["2e-06", "5"])
def test_hostile_names_are_harmless_in_log_outputs_and_comment(
    foreign: ForeignRepository, price: str
) -> None:
    """Names of models, and of the price file itself, that carry markup and commands."""
    name = "`p`|<img src=x>@everyone ##[set-output name=verdict;]pass.json"
    foreign.commit({name: hostile_catalog("1e-06"), "pricectl.toml": f"file = {name!r}\n"})
    run = foreign.review(foreign.pull_request({name: hostile_catalog(price)}))
    assert levels(run) <= {"error", "warning", "notice"}
    assert not [one for one in run.commands if one.message.startswith("forged")]
    assert run.outputs["verdict"] == "fail"  # such names are errors
    assert "openai/" in run.outputs["money"]
    for text in (run.summary, body_of(foreign)):
        lines = [line for line in text.splitlines() if not line.startswith("<!-- pricectl-")]
        outside = re.sub(r"<code>[^<]*</code>|`[^`]*`", "", "\n".join(lines))
        tags = set(re.findall(r"<[^>]*>", outside))
        assert tags <= {"<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>"}
        assert "@everyone" not in outside
        assert "](https://evil" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert not list(foreign.origin.parent.rglob("owned"))


def test_a_huge_change_fits_into_a_comment_and_says_what_is_missing(
    foreign: ForeignRepository,
) -> None:
    rows = ",\n".join(
        f'    "model-{number}-{"x" * 40}": '
        '{"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06}'
        for number in range(900)
    )
    many = PRICES.replace('"openai": {', f'"openai": {{\n{rows},', 1)
    foreign.commit({NAME: many})
    run = foreign.review(foreign.pull_request({NAME: many.replace("1e-06, ", "5, ")}))
    assert run.outputs["comment"] == "created"
    body = body_of(foreign)
    assert 30_000 < len(body.encode("utf-16-le")) // 2 <= 65_536
    assert "the job summary has them" in body
    assert body.count("<details>") == body.count("</details>")
    assert len(run.summary.encode()) < 1024**2


def test_every_action_is_pinned_to_a_commit() -> None:
    texts = [(ROOT / "action.yml").read_text(encoding="utf-8")]
    texts += [
        path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").iterdir()
    ]
    used = [found for text in texts for found in re.findall(r"uses: (\S+)( # v[\d.]+)?", text)]
    assert len(used) >= 5
    for name, version in used:
        assert name == "./" or (re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) and version), name


def test_no_input_is_a_part_of_a_script() -> None:
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_the_workflow_gives_only_inputs_that_the_action_has() -> None:
    text = (ROOT / ".github" / "workflows" / "prices.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert set(workflow["jobs"]["review"]["permissions"].items()) == {
        ("contents", "read"),
        ("pull-requests", "write"),
    }
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text
    (step,) = (one for one in workflow["jobs"]["review"]["steps"] if one["uses"] == "./")
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_workflow_works_in_another_repository(foreign: ForeignRepository) -> None:
    """Its checkout is shallow and keeps no credentials; its limits are inputs."""
    text = (ROOT / ".github" / "workflows" / "prices.yml").read_text(encoding="utf-8")
    checkout, review = yaml.safe_load(text)["jobs"]["review"]["steps"]
    assert "fetch-depth" not in checkout["with"]
    inputs: dict[str, Any] = {
        name.replace("-", "_"): str(value) for name, value in review["with"].items()
    }
    pull = foreign.pull_request({".github/workflows/prices.yml": text, NAME: DEARER})
    run = foreign.review(pull, **inputs)
    assert (run.code, run.outputs["comment"]) == (0, "created")
    assert f"/issues/{NUMBER}/comments" in foreign.github.requests[0]
