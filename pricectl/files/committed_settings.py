"""The settings that a commit has for a catalog: an edit is judged by those before it."""

import os
from pathlib import Path
from typing import NamedTuple

from pricectl.files import catalog_file, settings, worktree
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from pricectl.packaged import is_packaged_catalog
from pricectl.policy import BadSettings, Policy


class SettingsAt(NamedTuple):
    """The settings of one version of the catalog.

    `problem` says in a sentence what of them could not be read; "" if nothing.
    """

    policy: Policy
    problem: str = ""


def settings_before(commit: str, source: str, file: str) -> Policy | None:
    """The settings of `settings_at` alone. Raises BadRef if git fails."""
    found = settings_at(commit, source, file)
    return found.policy if found else None


def settings_at(commit: str, source: str, file: str) -> SettingsAt | None:
    """The settings that a commit has for the catalog `file`; the defaults if it has none.

    They are looked for where the command line looks: an edit that adds or moves a settings file
    does not replace those before it. `source` is the settings file of the edit. If the commit's
    cannot be read, their last readable version counts, so that an edit can repair them.

    None outside git and for settings that are not in the catalog's repository. Raises BadRef if git
    fails.
    """
    if not commit or (source and not settings_path(source, file)):
        return None
    catalog = catalog_file.FILE_NAME if file == catalog_file.STDIN else file
    log = FileLog(catalog)
    root = log.location.root
    near = [Path(source)] if source else []
    if not os.environ.get("PRICECTL_SETTINGS"):
        near = list(settings.candidates(None, str(Path(file).absolute())))
    named = (worktree.named_path(path, root) for path in near)
    # A link of the commit leads where it led before the edit.
    led = log.followed(commit, filter(None, dict.fromkeys(named)))
    blobs = log.blobs(commit, dict.fromkeys(led.values())) if led else {}
    problem = ""
    for path, file_there in led.items():
        if file_there in blobs:
            name = f"{file_there} in {commit[:7]}"
            data = log.content(blobs[file_there], name, settings.MAX_SETTINGS_BYTES)
            read = _read_settings(root / path, data, name)
            problem = problem or (read.problem if read else "")
            policy = read.policy if read else None
            if policy is None and path.endswith(settings.PRICECTL_TOML):
                policy = _last_readable_settings(root / path, commit)
                problem += "; those of its last readable version are used" if policy else ""
            if policy:
                return SettingsAt(policy, problem)
    return SettingsAt(Policy(), f"{problem}; the defaults are used" if problem else "")


def settings_beside(file: str, policy: Policy) -> SettingsAt | None:
    """The settings of a catalog that is a file of its own; None if they are those in force.

    `policy` are the settings in force.
    """
    if file == catalog_file.STDIN or is_packaged_catalog(file):
        return None
    try:
        found = settings.find_settings(catalog=os.path.abspath(file))  # noqa: PTH100 - any name
        if found is None or str(found.path) == policy.source:
            return None
        read = _read_settings(found.path, found.data, str(found.path))
    except BadSettings as error:
        return SettingsAt(policy, f"the settings of {file} cannot be read: {error}")
    if read is None or read.policy is None:
        problem = read.problem if read else f"{found.path} has no settings"
        return SettingsAt(policy, problem)
    return SettingsAt(read.policy, read.problem)


class _ReadSettings(NamedTuple):
    """A text that is or should be settings: None where nothing of it can be read, and why."""

    policy: Policy | None
    problem: str = ""


def _read_settings(path: Path, data: bytes | None, name: str) -> _ReadSettings | None:
    """The settings of a text, as far as they can be read; None if it has nothing for pricectl."""
    if data is None:
        return _ReadSettings(None, f"the settings {name} are too large to be read")
    text = settings.SettingsText(path, data)
    try:
        if path.name == settings.PYPROJECT_TOML and b"pricectl" not in data:
            return None
        if text.table is None:
            return None
        policy, problems = text.usable_policy()
    except BadSettings as error:
        return _ReadSettings(None, f"the settings {name} cannot be read: {error.what}")
    found = [problem.what for problem in problems]
    if not found and policy.profile not in policy.profiles:
        found = [f"no profile is called {policy.profile!r:.60}"]
    problem = f"of the settings {name} a part cannot be read: {found[0]}" if found else ""
    return _ReadSettings(policy, problem)


def _last_readable_settings(path: Path, commit: str) -> Policy | None:
    log = FileLog(str(path))
    for version in log.versions_before(commit):
        read = _read_settings(path, log.bytes_of(version), str(path))
        if read and read.policy:
            return read.policy
    return None


def settings_path(source: str, file: str) -> str:
    """The path of the settings file in the work tree of the catalog `file`; "" if it is outside."""
    if not source:
        return ""
    catalog = catalog_file.FILE_NAME if file == catalog_file.STDIN else file
    try:
        root, path = worktree.locate(source)
        return path if worktree.locate(catalog).root == root else ""
    except BadRef:  # outside of git, or a link that leads out of the work tree
        return ""
