"""docs/review-in-ci.md says what action.yml and the workflow do."""

import re
from typing import Any, get_args

import yaml

from pricectl.action.inputs import WORKFLOW_ACCOUNT
from pricectl.action.sticky_comment import MAX_CHARACTERS, MAX_WAIT_SECONDS, Outcome
from tests.action.fake_runner import ACTION
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "review-in-ci.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / ".github" / "workflows" / "prices.yml"


def names(heading: str) -> list[str]:
    """The names in the first column of the table under a heading."""
    section = re.split(r"\n#+ ", PAGE.split(f"# {heading}\n")[1])[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_input_and_output_has_a_row() -> None:
    assert sorted(names("Inputs")) == sorted(ACTION["inputs"])
    assert sorted(names("Outputs")) == sorted(ACTION["outputs"])


def test_every_outcome_of_a_comment_has_a_row() -> None:
    assert sorted(names("The comment")[1:]) == sorted(get_args(Outcome))
    assert all(
        outcome in ACTION["outputs"]["comment"]["description"] for outcome in get_args(Outcome)
    )


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"{MAX_CHARACTERS:,} characters" in " ".join(PAGE.split())
    assert f"up to {MAX_WAIT_SECONDS:g} seconds" in " ".join(PAGE.split())
    assert ACTION["inputs"]["comment-author"]["default"] == WORKFLOW_ACCOUNT


def test_the_workflow_of_the_page_is_ours_apart_from_the_action_and_its_limits() -> None:
    def read(text: str) -> Any:
        workflow = yaml.safe_load(text)
        checkout, review = workflow["jobs"]["review"]["steps"]
        workflow["jobs"]["review"]["steps"] = [checkout]
        return workflow, review["uses"]

    shown, used = read(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    ours, _ = read(WORKFLOW.read_text(encoding="utf-8"))
    assert (shown, used) == (ours, "OWNER/pricectl@COMMIT")
