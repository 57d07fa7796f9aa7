"""The usage that `diff` prices: a log, or the summary of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pricectl.changes.bill import BillChange
from pricectl.changes.settings import ComparedSettings
from pricectl.commands.progress import RateLine
from pricectl.core.catalog import Catalog
from pricectl.core.labels import COMMIT_DIGITS
from pricectl.core.profile import Profile
from pricectl.files import settings
from pricectl.files.reference import fallback_or_problem
from pricectl.files.usage_of_base import usage_of_base
from pricectl.policy import Policy


def log_columns(policy: Policy, words: list[str]) -> dict[str, Any]:
    """The columns of the settings, and over them those of the command line. Raises BadLog."""
    from pricectl.replay.errors import BadLog
    from pricectl.replay.logs.columns import LogColumn, read_column

    kept = [f"{role}={name}" for role, name in policy.replay.columns.items()]
    try:
        named = map(read_column, kept)
        found = {role: column._replace(from_settings=True) for role, column in named}
    except BadLog as error:
        where = f"{settings.shown_path(policy.source)}: replay.columns"
        raise BadLog(error.what, where=where, next_step=error.next_step) from None
    of_words: dict[str, LogColumn] = {}
    for word in words:
        role, column = read_column(word)
        if role in of_words:
            what = f"names a second column for {role!r}, beside {of_words[role].name!r:.80}"
            raise BadLog(what, where=f"--column {word}", next_step="name one of them")
        of_words[role] = column
    return found | of_words


class BilledVersions(NamedTuple):
    """Two versions by which usage is priced: their catalogs, profiles, and settings.

    `base_commit` is the commit of the base, whose usage counts: an edit cannot choose its own. It
    is in the repository of the price file `file`.
    """

    catalogs: tuple[Catalog, Catalog]
    profiles: tuple[Profile, Profile]
    settings: ComparedSettings
    base_commit: str = ""
    file: str = ""


def bill_of(
    usage: str, versions: BilledVersions, policy: Policy, *, at: datetime, quiet: bool
) -> BillChange:
    """What an edit does to the bills of a team's usage, at the prices of `at`.

    `policy` says how a log is read. Raises BadLog or ReplayRefused: the usage cannot be read, or
    not be priced exactly.
    """
    from pricectl.replay.bill_side import BillSide
    from pricectl.replay.errors import BadLog
    from pricectl.replay.summary_file import is_summary, read_summary, summary_bytes

    was, now = versions.profiles
    before, after = versions.settings.fallbacks or (fallback_or_problem(policy),) * 2
    old, edited = versions.catalogs
    base = BillSide(old, was, before)
    new = BillSide(edited, now, after)
    path, name = Path(usage), Path(usage).name
    of_base = usage_of_base(path, versions.base_commit, versions.file)
    if of_base is None:
        summary = summary_bytes(path)
    else:
        name = f"{name} of {versions.base_commit[:COMMIT_DIGITS]}"
        summary = of_base if is_summary(of_base) else None
    if summary is not None:
        from pricectl.replay.summary_bill import bill_of_summary

        return bill_of_summary(read_summary(summary, name), name, base, new, at=at)
    from pricectl.replay.bill import bill_of_log
    from pricectl.replay.logs.plain import LogOptions

    options = LogOptions(log_columns(policy, []), policy.replay.cache or "")
    try:
        with RateLine(quiet=quiet) as progress, _as_file(path, of_base) as word:
            bill = bill_of_log((word,), options, base, new, at=at, progress=progress)
        return bill if of_base is None else bill._replace(source=name)
    except BadLog as error:
        if not path.exists() and error.where == usage:
            step = "--usage or the setting usage_file names it; replay LOG --summary writes one"
            raise BadLog(error.what, where=usage, next_step=step) from None
        if "--" not in error.next_step:
            raise
        # The step names an option of `replay`, which shows how a log is read and what to set.
        what = error.what
        if path.suffix == ".json":
            what = f"is neither a usage log nor the summary of one: {what}"
        step = f"see pricectl replay {usage}, and the settings [replay] for its columns"
        raise BadLog(what, where=error.where or usage, next_step=step) from None


@contextmanager
def _as_file(path: Path, data: bytes | None) -> Iterator[str]:
    """The path of a log: its own, or that of a file with its name and other bytes."""
    if data is None:
        yield str(path)
        return
    with TemporaryDirectory(prefix="pricectl-usage-") as folder:
        copy = Path(folder, path.name)
        copy.write_bytes(data)
        yield str(copy)
