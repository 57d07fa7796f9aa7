"""Runs a composite action as GitHub's runner does: its steps in order, in bash, and their commands.

What `uses` another action is replaced: setup-python by the Python of the tests, actions/cache by an
environment in which the code under test is installed.

The commands: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
The metadata: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.conftest import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c")
# The runner finds these in a log; the last ones are disabled since 2020, and remembered here.
COMMANDS = {
    *("error", "warning", "notice", "debug", "group", "endgroup", "echo", "stop-commands"),
    *("add-mask", "add-matcher", "remove-matcher", "save-state", "set-output"),
    *("set-env", "add-path", "internal-set-repo-path"),
}


class LogCommand(NamedTuple):
    """A command that the runner finds in a log."""

    name: str
    properties: str
    message: str


class ActionRun(NamedTuple):
    """How a run of the action ended."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def commands(self) -> list[LogCommand]:
        """What the runner would do for this log."""
        return list(read_commands(self.log))


def read_commands(log: str) -> Sequence[LogCommand]:
    """The commands in a log, as ActionCommandManager of the runner reads them."""
    found, stopped = [], ""
    for line in re.split(r"\r\n|\r|\n", log):
        command = _command(line)
        if command is None:
            continue
        if stopped:
            stopped = "" if command.name == stopped else stopped
        elif command.name == "stop-commands":
            stopped = command.message
        elif command.name in COMMANDS:
            found.append(command)
    assert not stopped, "the log ends with commands stopped"
    return found


def _command(line: str) -> LogCommand | None:
    new = re.match(r"\s*::([^\s:]+)(?: ([^:]*))?::(.*)", line)
    old = re.search(r"##\[([^\s\]]+)(?: ([^\]]*))?\](.*)", line)
    match = new or old
    return LogCommand(match[1].lower(), match[2] or "", match[3]) if match else None


def make_environment(folder: Path) -> Path:
    """An environment as the action's install step makes it, with the code under test in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    lines = (str(ROOT), f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})")
    (packages / "tests.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run_action(
    workspace: Path,
    temporary: Path,
    environment: Mapping[str, str],
    inputs: Mapping[str, str],
    installed: Path | None,
) -> ActionRun:
    """Run all steps of action.yml; `installed` is what the cache has, None if it is empty."""
    unknown = set(inputs) - set(ACTION["inputs"])
    assert not unknown, f"action.yml has no input {unknown}"
    defaults = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    context: dict[str, str] = {
        "github.token": environment["GITHUB_TOKEN"],
        "runner.os": "Linux",
        "runner.arch": "X64",
    }
    for name, value in (defaults | dict(inputs)).items():
        context[f"inputs.{name}"] = _filled(value, context)
    given = {name: value for name, value in environment.items() if name != "GITHUB_TOKEN"}
    shared = os.environ | given | {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_OS": "Linux"}
    shared |= {"RUNNER_TEMP": str(temporary), "GITHUB_WORKSPACE": str(workspace)}
    log, summary, code = "", temporary / "summary", 0
    for number, step in enumerate(STEPS):
        if "uses" in step:
            _use(step, context, installed)
            continue
        assert step["shell"] == "bash"
        output = temporary / f"output-{number}"
        output.touch()
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        own = {name: _filled(value, context) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=workspace,
            env=shared | own | files,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        log += done.stdout
        for name, value in outputs_of(output).items():
            context[f"steps.{step['id']}.outputs.{name}"] = value
        code = done.returncode
        if code:
            break
    outputs = {name: _filled(one["value"], context) for name, one in ACTION["outputs"].items()}
    text = summary.read_text(encoding="utf-8") if summary.exists() else ""
    return ActionRun(code, log, outputs, text)


def _use(step: Mapping[str, Any], context: dict[str, str], installed: Path | None) -> None:
    name = step["uses"].partition("@")[0]
    if name == "actions/setup-python":
        context["steps.python.outputs.python-path"] = sys.executable
        context["steps.python.outputs.python-version"] = sys.version.split()[0]
    else:
        assert name == "actions/cache"
        if installed:
            Path(_filled(step["with"]["path"], context)).symlink_to(installed)


def _filled(text: str, context: Mapping[str, str]) -> str:
    """A text with its expressions replaced; a name that nothing has set is empty."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: context.get(found[1], ""), str(text))


def outputs_of(path: Path) -> dict[str, str]:
    """What a step wrote to GITHUB_OUTPUT."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"[a-z-]+=", line) for line in lines), lines
    return dict(line.split("=", 1) for line in lines)
