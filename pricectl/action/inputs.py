"""The inputs of the action, which `action.yml` passes on as variables of the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pricectl.changes.gates import FailOnChange
from pricectl.commands.fail_on import FailOnSeverityOrDue
from pricectl.core.errors import PricingError
from pricectl.core.near import meant

# The account that comments with the token of a workflow.
WORKFLOW_ACCOUNT = "github-actions[bot]"
_YES_OR_NO = {"true": True, "false": False}


class BadInput(PricingError):
    """An input of the action with a value that it does not take."""


class ActionInputs(NamedTuple):
    """What a workflow gives the action; texts are empty where it gives nothing."""

    file: str
    base: str
    fail_on: tuple[str, ...]
    max_increase: str
    max_decrease: str
    max_credit_change: str
    usage: str
    max_bill_increase: str
    max_account_increase: str
    working_directory: str
    comment: bool
    comment_author: str

    def folder(self, workspace: Path) -> Path:
        """The folder that the commands run in. Raises BadInput."""
        folder = (workspace / self.working_directory).resolve()
        if not folder.is_dir() or not folder.is_relative_to(workspace.resolve()):
            raise BadInput(
                "is not a folder of the repository", where=f"working-directory: {folder}"
            )
        return folder

    def options(self, verb: str, base: str) -> list[str]:
        """The options of `validate` or `diff` that the inputs set."""
        wanted = [f"--file={self.file}"] if self.file else []
        # A commit by its full hash: a pull request may add a file or a tag named by fewer digits.
        wanted += [f"--base={base}"] if base else []
        kinds = FailOnSeverityOrDue if verb == "validate" else FailOnChange
        wanted += [f"--fail-on={kind}" for kind in self.fail_on if kind in set(kinds)]
        if verb == "diff":
            wanted += [f"--usage={self.usage}"] if self.usage else []
            limits = {
                "--max-increase": self.max_increase,
                "--max-decrease": self.max_decrease,
                "--max-credit-change": self.max_credit_change,
                "--max-bill-increase": self.max_bill_increase,
                "--max-account-increase": self.max_account_increase,
            }
            wanted += [f"{option}={limit}" for option, limit in limits.items() if limit]
        return wanted


def read_inputs(environment: Mapping[str, str]) -> ActionInputs:
    """Read the inputs from `INPUT_...` variables. Raises BadInput."""

    def given(name: str) -> str:
        return environment.get(f"INPUT_{name}", "").strip()

    comment = (given("COMMENT") or "true").lower()
    if comment not in _YES_OR_NO:
        raise BadInput("is neither true nor false", where=f"comment: {comment}")
    known = [*map(str, FailOnSeverityOrDue), *map(str, FailOnChange)]
    kinds = tuple(given("FAIL_ON").replace(",", " ").split())
    for kind in kinds:
        if kind not in known:
            step = meant(kind, known)
            raise BadInput("is not a kind of finding or change", where=kind, next_step=step)
    return ActionInputs(
        file=given("FILE"),
        base=given("BASE"),
        fail_on=kinds,
        max_increase=given("MAX_INCREASE"),
        max_decrease=given("MAX_DECREASE"),
        max_credit_change=given("MAX_CREDIT_CHANGE"),
        usage=given("USAGE"),
        max_bill_increase=given("MAX_BILL_INCREASE"),
        max_account_increase=given("MAX_ACCOUNT_INCREASE"),
        working_directory=given("WORKING_DIRECTORY"),
        comment=_YES_OR_NO[comment],
        comment_author=given("COMMENT_AUTHOR") or WORKFLOW_ACCOUNT,
    )
