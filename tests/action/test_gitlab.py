"""The job for GitLab of docs/review-in-ci.md, in another team's repository."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.action.conftest import NAME, ForeignRepository, PullRequest
from tests.action.fake_gitlab import BOT, NUMBER, PROJECT, TOKEN, FakeGitLab, serving_gitlab
from tests.action.test_action import DEARER, SLIP
from tests.conftest import ROOT
from tests.files.test_versions import git

pytestmark = pytest.mark.long
PAGE = (ROOT / "docs" / "review-in-ci.md").read_text(encoding="utf-8")
(JOB,) = (
    job["prices"]
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    if "prices" in (job := yaml.safe_load(text))
)


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with serving_gitlab(FakeGitLab()) as found:
        yield found


def run_job(  # noqa: PLR0913 - the environment of a job
    gitlab: FakeGitLab,
    foreign: ForeignRepository,
    installed: Path,
    pull: PullRequest,
    *,
    pipeline: int = 1,
    merged: bool = False,
    token: str = TOKEN,
    **more: str,
) -> tuple[int, str, Path]:
    """Run the last line of the documented job; the first ones install pricectl."""
    gitlab.head_sha = pull.head if pipeline != 99 else "f" * 40
    project = foreign.checkout(pull.merge if merged else pull.head)
    environment = {
        "CI_API_V4_URL": f"{gitlab.url}/api/v4",
        "CI_COMMIT_SHA": pull.merge if merged else pull.head,
        "CI_JOB_ID": str(12_345_678_900 + pipeline),
        "CI_JOB_NAME": "prices",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.base,
        "CI_MERGE_REQUEST_IID": str(NUMBER),
        "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/shop/prices",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": pull.head if merged else "",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": pull.base if merged else "",
        "CI_PIPELINE_IID": str(pipeline),
        "CI_PIPELINE_URL": "https://gitlab.com/shop/prices/-/pipelines/5",
        "CI_PROJECT_DIR": str(project),
        "PRICES_TOKEN": token,
    }
    script = JOB["script"][-1].replace("/tmp/pricectl", str(installed))  # noqa: S108 - the page's
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=project,
        env=os.environ | environment | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert TOKEN not in done.stdout
    return done.returncode, done.stdout, project


@pytest.mark.parametrize("merged", [False, True], ids=["branch", "merged result"])
def test_a_merge_request_gets_a_report_a_page_and_a_note(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path, *, merged: bool
) -> None:
    gitlab.add("added 1 commit", "alice", system=True)
    pull = foreign.pull_request({NAME: SLIP})
    code, log, project = run_job(gitlab, foreign, installed, pull, merged=merged)
    assert code == 1, log
    (error,) = (
        one
        for one in json.loads((project / "gl-code-quality-report.json").read_text("utf-8"))
        if one["severity"] == "critical"
    )
    assert error["check_name"] == "price-moved"
    line = 1 + SLIP[: SLIP.index("8e-05")].count("\n")
    assert error["location"] == {"path": NAME, "lines": {"begin": line}}
    assert len(error["fingerprint"]) == 64
    assert error["description"].startswith("output $80.00 / 1M")
    page = (project / "prices.md").read_text("utf-8")
    note = gitlab.bodies[1]
    for text in (page, note):
        assert "### ❌ Price review failed: 1 new error" in text
        assert "[pipeline 1](https://gitlab.com/shop/prices/-/pipelines/5)" in text
    assert note.startswith("<!-- pricectl-review id=")
    assert "note created: https://gitlab.com/shop/prices/-/merge_requests/7#note_302" in log
    paths = JOB["artifacts"]["paths"], JOB["artifacts"]["reports"]["codequality"]
    assert paths == (["prices.md"], "gl-code-quality-report.json")


def test_the_note_is_replaced_and_an_older_pipeline_leaves_it(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    first = foreign.pull_request({NAME: SLIP})
    run_job(gitlab, foreign, installed, first, pipeline=1)
    second = foreign.pull_request({NAME: DEARER})
    code, log, _ = run_job(gitlab, foreign, installed, second, pipeline=2)
    assert (code, len(gitlab.notes)) == (0, 1)
    assert "note updated" in log
    after = gitlab.bodies
    _, log, _ = run_job(gitlab, foreign, installed, first, pipeline=1)
    assert "note outdated" in log
    _, log, _ = run_job(gitlab, foreign, installed, second, pipeline=99)
    assert "note outdated" in log  # there is a newer commit
    assert gitlab.bodies == after


def test_notes_of_others_and_on_other_pages_are_told_apart(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    run_job(gitlab, foreign, installed, pull, pipeline=1)
    (own,) = gitlab.notes.values()
    gitlab.notes.clear()
    gitlab.add(own["body"], "mallory")
    for number in range(120):
        gitlab.add(f"note {number}", "alice")
    found = gitlab.add(own["body"], BOT)
    _, log, _ = run_job(gitlab, foreign, installed, pull, pipeline=2)
    assert f"note updated: https://gitlab.com/shop/prices/-/merge_requests/7#note_{found}" in log


def test_without_a_token_or_with_a_wrong_one_the_verdict_is_the_same(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    code, log, _ = run_job(gitlab, foreign, installed, pull, token="")
    assert (code, gitlab.requests) == (0, [])
    assert "note none: there is no PRICES_TOKEN" in log
    code, log, _ = run_job(gitlab, foreign, installed, pull, token="glpat-old")  # noqa: S106
    assert code == 0
    assert "note not-allowed: GitLab answers 401, 401 Unauthorized" in log


def test_inputs_are_variables(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    code, _, _ = run_job(gitlab, foreign, installed, pull, INPUT_MAX_INCREASE="20%")
    assert code == 1
    assert "1 limit exceeded" in gitlab.bodies[0]


def test_outside_of_a_merge_request_the_job_says_so(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    pull = foreign.pull_request({NAME: DEARER})
    code, log, _ = run_job(gitlab, foreign, installed, pull, CI_MERGE_REQUEST_DIFF_BASE_SHA="")
    assert code == 2
    assert "merge_request_event" in log


def test_without_a_catalog_the_job_fails(
    gitlab: FakeGitLab, foreign: ForeignRepository, installed: Path
) -> None:
    code, log, project = run_job(gitlab, foreign, installed, foreign.pull_request({NAME: None}))
    assert code == 1
    assert "Price review could not run" in log
    assert not (project / "gl-code-quality-report.json").exists()
    assert "rev-list" not in log
    assert git(project, "status", "--porcelain") == "?? prices.md"
