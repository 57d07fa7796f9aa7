"""`python -m pricectl.action STEP`: one step of the action.

For GitHub: `base`, `validate`, `diff`, `finish`. For GitLab: `gitlab`, which does all of them.
`validate` and `diff` end with 0 also if they found errors; `finish` reports them and ends with 1 if
something stops the change. A step that cannot do its work ends with 2.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pricectl.action import runner
from pricectl.action.base_commit import WorkflowClone, clone_root, find_base
from pricectl.action.checks import CheckFolders, Verb, run_check
from pricectl.action.finish import finish
from pricectl.action.gitlab import review_merge_request
from pricectl.action.inputs import read_inputs
from pricectl.action.workflow_run import read_run
from pricectl.core.errors import PricingError
from pricectl.core.labels import clean, listed
from pricectl.exit_codes import CLEAN, FAILED

GITLAB = "gitlab"


class UnknownStep(PricingError):
    """A word that is not a step of the action."""


def main(step: str, environment: Mapping[str, str]) -> int:
    """Run one step and return its exit code."""
    try:
        if step not in STEPS:
            known = f"the steps are {listed(list(STEPS))}"
            raise UnknownStep("is not a step of the action", where=step, next_step=known)
        return STEPS[step](environment)
    except PricingError as error:
        if step == GITLAB:
            sys.stdout.write(f"pricectl: {clean(str(error))}\n")
        else:
            runner.print_error("pricectl", str(error))
        return FAILED


def _find_base(environment: Mapping[str, str]) -> int:
    """Find the version to compare with, and make the folder of the results."""
    inputs, workspace = read_inputs(environment), Path(environment["GITHUB_WORKSPACE"])
    run = read_run(environment)
    token = environment.get("GITHUB_TOKEN", "")
    folder = inputs.folder(workspace)
    clone = WorkflowClone(clone_root(folder, workspace), run.server_url, token)
    found = find_base(run, clone, inputs.base, folder)
    results = tempfile.mkdtemp(prefix="pricectl-", dir=environment["RUNNER_TEMP"])
    runner.set_outputs(environment["GITHUB_OUTPUT"], {"base": found, "results": results})
    return CLEAN


def _check(verb: Verb, environment: Mapping[str, str]) -> int:
    """Run a command, and show its annotations, its text and why it could not run."""
    inputs, workspace = read_inputs(environment), Path(environment["GITHUB_WORKSPACE"])
    folder = inputs.folder(workspace)
    folders = CheckFolders(folder, Path(environment["RESULTS"]))
    done = run_check(verb, inputs, environment.get("BASE", ""), folders, "github")
    inside = folder.relative_to(clone_root(folder, workspace)).as_posix()
    runner.print_annotations(done.printed, "" if inside == "." else inside)
    runner.print_text(done.text, done.messages)
    if done.problem:
        runner.print_error(f"pricectl {verb}", done.problem)
    runner.set_outputs(environment["GITHUB_OUTPUT"], {"code": str(done.code)})
    return CLEAN


def _finish(environment: Mapping[str, str]) -> int:
    """Write the review everywhere, and say whether the job fails."""
    inputs, results = read_inputs(environment), Path(environment["RESULTS"])
    return finish(environment, read_run(environment), inputs, results)


STEPS: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "base": _find_base,
    "validate": partial(_check, "validate"),
    "diff": partial(_check, "diff"),
    "finish": _finish,
    GITLAB: review_merge_request,
}


if __name__ == "__main__":
    # UTF-8 whatever the machine's locale, since the runner reads it so.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main("".join(sys.argv[1:2]), os.environ))
