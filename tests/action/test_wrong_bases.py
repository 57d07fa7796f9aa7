"""What a pull request is compared with must not be chosen by the pull request itself."""

import pytest

from tests.action.conftest import NAME, ForeignRepository
from tests.action.test_action import SLIP
from tests.files.test_versions import git

pytestmark = pytest.mark.long


@pytest.mark.parametrize("digits", [12, 40])
def test_a_file_named_like_the_base_commit_is_not_the_base(
    foreign: ForeignRepository, digits: int
) -> None:
    base = git(foreign.origin, "rev-parse", "main")
    run = foreign.review(
        foreign.pull_request({NAME: SLIP, base[:digits]: SLIP}), max_increase="50%"
    )
    assert (run.code, run.outputs["verdict"], run.outputs["new-errors"]) == (1, "fail", "1")
    assert run.outputs["limits-exceeded"] == "1"


@pytest.mark.parametrize("digits", [12, 40])
def test_a_tag_named_like_the_base_commit_is_not_the_base(
    foreign: ForeignRepository, digits: int
) -> None:
    base = git(foreign.origin, "rev-parse", "main")
    pull = foreign.pull_request({NAME: SLIP})
    workspace = foreign.checkout(pull.merge, "--tags")
    git(workspace, "tag", base[:digits], pull.merge)
    run = foreign.review(pull, workspace=workspace, max_increase="50%")
    assert (run.code, run.outputs["verdict"], run.outputs["new-errors"]) == (1, "fail", "1")
    assert run.outputs["limits-exceeded"] == "1"


def test_a_file_named_like_the_named_base_is_not_the_base(foreign: ForeignRepository) -> None:
    pull = foreign.pull_request({NAME: SLIP, "main": SLIP, "origin/main": SLIP})
    for base in ("main", "origin/main"):
        run = foreign.review(pull, base=base, max_increase="50%")
        assert run.code != 0, base


def test_a_catalog_that_is_copied_elsewhere_is_compared(foreign: ForeignRepository) -> None:
    gates = '[gates]\nmax_increase = "50%"\n'
    foreign.commit({"pricectl.toml": gates})
    named = f'file = "other.json"\n{gates}'
    run = foreign.review(foreign.pull_request({"other.json": SLIP, "pricectl.toml": named}))
    assert (run.code, run.outputs["limits-exceeded"]) == (1, "1"), run.summary


def test_a_forced_push_to_the_default_branch_is_not_compared_with_itself(
    foreign: ForeignRepository,
) -> None:
    after = foreign.commit({NAME: SLIP})
    payload = {
        "ref": "refs/heads/main",
        "before": "1" * 40,
        "after": after,
        "forced": True,
        "repository": {"default_branch": "main"},
    }
    run = foreign.run(foreign.checkout(after), "push", payload, after, 5, {})
    assert run.code == 2
    assert "1111111: what the branch was before this push is gone from the server" in run.log
