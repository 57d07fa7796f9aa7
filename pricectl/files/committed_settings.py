"""The settings that a commit has for a catalog: an edit is judged by those before it."""

import os
from pathlib import Path

from pricectl.files import catalog_file, settings, worktree
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from pricectl.policy import BadSettings, Policy


def settings_before(commit: str, source: str, file: str) -> Policy | None:
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
    for path, file_there in led.items():
        if file_there in blobs:
            name = f"{file_there} in {commit[:7]}"
            data = log.content(blobs[file_there], name, settings.MAX_SETTINGS_BYTES)
            read = _read_settings(root / path, data)
            if read is None and path.endswith(settings.PRICECTL_TOML):
                read = _last_readable_settings(root / path, commit)
            if read:
                return read
    return Policy()


def _read_settings(path: Path, data: bytes | None) -> Policy | None:
    """The settings of a text; None if it cannot be read, or has nothing for pricectl."""
    if data is None:
        return None
    text = settings.SettingsText(path, data)
    try:
        return text.usable_policy()[0] if text.table is not None else None
    except BadSettings:
        return None


def _last_readable_settings(path: Path, commit: str) -> Policy | None:
    log = FileLog(str(path))
    for version in log.versions_before(commit):
        if read := _read_settings(path, log.bytes_of(version)):
            return read
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
