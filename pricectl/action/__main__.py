"""`python -m pricectl.action STEP`: one step of the action.

For GitHub: `base`, `validate`, `diff`, `finish`. For GitLab: `gitlab`, which does all of them.
`validate` and `diff` end with 0 whatever they found, so that `finish` can tell it. `finish` ends
with 1 if something stops the change. A step that cannot do its work ends with 2.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pricectl.action import runner
from pricectl.action.base_commit import WorkflowClone, clone_root, find_base
from pricectl.action.checks import VERBS
from pricectl.action.finish import check_on_github, finish
from pricectl.action.gitlab import review_merge_request
from pricectl.action.inputs import read_inputs
from pricectl.action.workflow_run import read_run
from pricectl.core.errors import PricingError
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN, FAILED

GITLAB = "gitlab"


def main(step: str, environment: Mapping[str, str]) -> int:
    """Run one step and return its exit code."""
    try:
        return _run(step, environment)
    except PricingError as error:
        if step == GITLAB:
            sys.stdout.write(f"pricectl: {clean(str(error))}\n")
        else:
            runner.print_error("pricectl", str(error))
        return FAILED


def _run(step: str, environment: Mapping[str, str]) -> int:
    if step == GITLAB:
        return review_merge_request(environment)
    inputs = read_inputs(environment)
    workspace = Path(environment["GITHUB_WORKSPACE"])
    if step == "base":
        run = read_run(environment)
        token = environment.get("GITHUB_TOKEN", "")
        folder = inputs.folder(workspace)
        clone = WorkflowClone(clone_root(folder, workspace), run.server_url, token)
        found = find_base(run, clone, inputs.base, folder)
        results = tempfile.mkdtemp(prefix="pricectl-", dir=environment["RUNNER_TEMP"])
        runner.set_outputs(environment["GITHUB_OUTPUT"], {"base": found, "results": results})
        return CLEAN
    results_folder, base = Path(environment["RESULTS"]), environment.get("BASE", "")
    for verb in VERBS:
        if step == verb:
            code = check_on_github(verb, inputs, base, workspace, results_folder)
            runner.set_outputs(environment["GITHUB_OUTPUT"], {"code": str(code)})
            return CLEAN
    return finish(environment, read_run(environment), inputs, results_folder)


if __name__ == "__main__":
    # UTF-8 whatever the machine's locale, since the runner reads it so.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1], os.environ))
