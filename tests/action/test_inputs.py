"""What a workflow gives the action: its inputs, its environment, its event."""

import json
from pathlib import Path

import pytest

from pricectl.action.__main__ import main
from pricectl.action.inputs import BadInput, read_inputs
from pricectl.action.runner import print_annotations, set_outputs
from pricectl.action.sticky_comment import review_id_of
from pricectl.action.workflow_run import BadWorkflowRun, PullRequestEvent, read_run
from pricectl.exit_codes import FAILED

COMMIT = "0123456789abcdef" * 2 + "01234567"
RUN = {
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": "shop/prices",
    "GITHUB_RUN_ID": "9001",
    "GITHUB_RUN_NUMBER": "3",
    "GITHUB_RUN_ATTEMPT": "1",
}


def test_kinds_of_findings_and_of_changes_go_to_their_commands() -> None:
    inputs = read_inputs({"INPUT_FAIL_ON": "removed, warning\nany", "INPUT_MAX_INCREASE": " 5% "})
    assert inputs.options("validate", COMMIT) == [f"--base={COMMIT}", "--fail-on=warning"]
    assert inputs.options("diff", "origin/main") == [
        "--base=origin/main",
        "--fail-on=removed",
        "--fail-on=any",
        "--max-increase=5%",
    ]


def test_a_file_that_looks_like_an_option_stays_a_file() -> None:
    inputs = read_inputs({"INPUT_FILE": "--help"})
    assert inputs.options("diff", "") == ["--file=--help"]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"INPUT_FAIL_ON": "increse"}, "did you mean increase"),
        ({"INPUT_COMMENT": "maybe"}, "is neither true nor false"),
    ],
)
def test_an_unknown_value_of_an_input_is_refused(variables: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_inputs(variables)


@pytest.mark.parametrize("step", ["valdate", ""])
def test_an_unknown_step_is_refused(step: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(step, {}) == FAILED
    assert "is not a step of the action" in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["..", "/", "eu/../..", "missing", "link"])
def test_a_folder_outside_of_the_repository_is_refused(tmp_path: Path, folder: str) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "eu").mkdir(parents=True)
    (workspace / "link").symlink_to(tmp_path)
    assert read_inputs({"INPUT_WORKING_DIRECTORY": "eu"}).folder(workspace).name == "eu"
    with pytest.raises(BadInput, match="is not a folder of the repository"):
        read_inputs({"INPUT_WORKING_DIRECTORY": folder}).folder(workspace)


def test_reviews_differ_by_workflow_file_and_folder_and_not_by_how_a_folder_is_written() -> None:
    ids = {review_id_of(*words) for words in (("w", "", ""), ("v", "", ""), ("w", "f", ""))}
    assert len(ids | {review_id_of("w", "", "eu")}) == 4
    assert (
        review_id_of("w", "", "eu/../") == review_id_of("w", "", ".") == review_id_of("w", "", "")
    )


def read_event(tmp_path: Path, event: object) -> PullRequestEvent | None:
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event), encoding="utf-8")
    return read_run(RUN | {"GITHUB_EVENT_PATH": str(path)}).pull_request


def test_a_fork_is_told_by_its_repository_also_if_that_was_deleted(tmp_path: Path) -> None:
    for repo, is_fork in (
        ({"full_name": "shop/prices"}, False),
        ({"full_name": "mallory/prices"}, True),
        (None, True),
    ):
        head = {"sha": COMMIT, "repo": repo}
        event = {"pull_request": {"number": 7, "head": head, "base": {"sha": COMMIT}}}
        assert read_event(tmp_path, event) == PullRequestEvent(7, COMMIT, COMMIT, is_fork)


def test_what_is_not_a_commit_in_an_event_is_left_out(tmp_path: Path) -> None:
    head = {"sha": "--upload-pack=touch owned", "repo": []}
    event = {"pull_request": {"number": 7, "head": head, "base": {"sha": "0" * 40}}}
    assert read_event(tmp_path, event) == PullRequestEvent(7, "", "", True)  # noqa: FBT003
    others: tuple[object, ...] = ([], {"pull_request": {"number": "7"}}, {"pull_request": None})
    for other in others:
        assert read_event(tmp_path, other) is None


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, "on: pull_request"),
        ({"GITHUB_REPOSITORY": "shop/prices/../../user"}, "does not name a repository"),
        ({"GITHUB_RUN_NUMBER": "٣"}, "GITHUB_RUN_NUMBER is not a number"),
        ({"GITHUB_RUN_ID": ""}, "GITHUB_RUN_ID is not a number"),
        ({"GITHUB_EVENT_PATH": "/nowhere/event.json"}, "cannot be read"),
    ],
)
def test_an_incomplete_environment_is_refused(variables: dict[str, str], words: str) -> None:
    with pytest.raises(BadWorkflowRun, match=words):
        read_run(RUN | variables)


@pytest.mark.parametrize("event", ["", "{", "[" * 100_000])
def test_an_event_that_is_not_json_is_refused(tmp_path: Path, event: str) -> None:
    with pytest.raises(BadWorkflowRun, match="cannot be read"):
        read_event(tmp_path, event)


def test_an_output_is_one_line_whatever_is_in_it(tmp_path: Path) -> None:
    set_outputs(str(tmp_path / "outputs"), {"money": "a\nverdict=pass\r\nb", "credits": "é"})
    lines = (tmp_path / "outputs").read_text("utf-8").splitlines()
    assert lines == [r"money=a\x0averdict=pass\x0d\x0ab", "credits=é"]


@pytest.mark.parametrize(
    ("folder", "line", "expected"),
    [
        ("", "::error file=a.json,line=3::x", "::error file=a.json,line=3::x"),
        ("eu", "::error file=a.json,line=3::x", "::error file=eu/a.json,line=3::x"),
        ("eu/de", "::notice file=../a.json::x", "::notice file=eu/a.json::x"),
        ("e,u", "::warning file=a%2Cb.json,line=3::x", "::warning file=e%2Cu/a%2Cb.json,line=3::x"),
        ("eu", "::notice title=pricectl::a file=b", "::notice title=pricectl::a file=b"),
        ("eu", "+3 more notes", "+3 more notes"),
    ],
)
def test_annotations_have_paths_from_the_root_of_the_repository(
    capsys: pytest.CaptureFixture[str], folder: str, line: str, expected: str
) -> None:
    print_annotations(line, folder)
    assert capsys.readouterr().out == f"{expected}\n"
