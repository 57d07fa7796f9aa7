"""`pricectl diff`: what a price edit changes, in money and credits, before it merges."""

from datetime import datetime
from functools import partial
from time import monotonic
from typing import Annotated

import typer

from pricectl.changes.diff import DiffResult, NamedVersion, diff_versions
from pricectl.changes.gates import FailOnChange, GateLimits
from pricectl.check.loosening import sentence
from pricectl.commands.catalog import require_own_file
from pricectl.commands.messages import tell
from pricectl.commands.options import (
    AtOption,
    BillOptions,
    FileOption,
    LimitOptions,
    ProfileOption,
    ViewOptions,
    instant,
)
from pricectl.commands.output import show
from pricectl.commands.staged import StagedOption, nothing_staged
from pricectl.commands.usage import BilledVersions, bill_of
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN
from pricectl.files import catalog_file, git, settings, versions
from pricectl.files.base import EvidenceFinder
from pricectl.files.committed_settings import SettingsAt
from pricectl.files.compared_settings import reviewed_settings, settings_of
from pricectl.files.versions import FileVersion
from pricectl.operate.touched_history import touched_history
from pricectl.policy import Policy
from pricectl.report import diff as report
from pricectl.report.diff_page.page import DiffPage
from pricectl.report.diff_sections import sections

# A page waits no longer for prices of the past, which stand beside what it is about.
HISTORY_SECONDS = 10


def diff(
    old_version: Annotated[
        str | None,
        typer.Argument(
            metavar="[OLD]", help="The version to compare with, as --base.", show_default=False
        ),
    ] = None,
    new_version: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]", help="The version to look at, as --head.", show_default=False
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="The version to compare with: a git ref, REF:PATH, a file, '-', 'deployed' or "
            "'packaged'.",
            show_default=versions.DEPLOYED,
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="The version to look at, written like --base.",
            show_default="the price file",
        ),
    ] = None,
    fail_on: Annotated[
        list[FailOnChange] | None,
        typer.Option(
            metavar="KIND",
            help="Exit with 1 on changes of this kind: increase, decrease, removed or any. "
            "May be repeated.",
        ),
    ] = None,
    *,
    percents: LimitOptions,
    real: BillOptions,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 on any change.")
    ] = False,
    new: Annotated[
        bool,
        typer.Option(
            "--new",
            help="Where there is no base, say so in one line, instead of all rows as added.",
        ),
    ] = False,
    staged: StagedOption = False,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> int:
    """Show what an edit of prices or settings does.

    Without a version to compare with, the price file is compared with the deployed version: the
    setting 'deployed', else the commit where this branch left the main branch. -q prints only the
    summary, -v all changes.

    Exits with 1 only if a limit given below or in the settings is broken, else with 0 even if
    prices changed.

    Example: pricectl diff --base HEAD --max-increase 20%
    """
    named, head = _one_of("--base", base, old_version), _one_of("--head", head, new_version)
    base = versions.DEPLOYED if named is None else named
    limits = GateLimits.read(fail_on or [], *percents, exit_code=exit_code)
    limits = limits.with_bills(real.max_bill_increase, real.max_account_increase)
    when = instant(at)
    if staged and nothing_staged(file):
        return CLEAN
    policy = settings.load_policy(catalog=file)
    if head is None:
        working = require_own_file(file, policy.file)
    else:
        working = catalog_file.working_file(file, policy.file)
    _check_other_file(old_version, head, working)
    with git.advised_option("--base"):
        finder = EvidenceFinder(policy)
        policy_for = finder.policy_naming_deployed if base == versions.DEPLOYED else None
        old, edited = versions.pair(base, head, working, policy, policy_for)
        if new and old.absent:
            tell(f"pricectl: {clean(edited.name)}: no base: {clean(old.described)}")
            return CLEAN
        before = old.version()
        old_settings = settings_of(old, policy, working)
        # Without --head the settings in force are those of the new version.
        at_head = None if head is None else settings_of(edited, policy, working)
    own = at_head.policy if at_head else policy
    if old_settings is None and at_head:
        old_settings = SettingsAt(policy)
    problem = at_head.problem if at_head else ""
    reviewed, compared = reviewed_settings(own, old_settings, before.catalog, problem)
    after, charged = edited.version(reuse=before), own.profile_named(profile)
    usage, bill = real.usage or reviewed.policy.usage_file, None
    if usage is not None:
        catalogs, was = (before.catalog, after.catalog), compared.pair_of(charged).old or charged
        billed = BilledVersions(catalogs, (was, charged), compared, old.commit, working)
        bill = bill_of(usage, billed, reviewed.policy, at=when, quiet=view.quiet)
    result = diff_versions(
        NamedVersion(before, old.described, old.path),
        NamedVersion(after, edited.name, edited.path),
        reviewed.policy,
        profile=charged,
        at=when,
        limits=limits.or_settings(reviewed.policy.gates),
        loosened=tuple(map(sentence, reviewed.loosened)),
        settings=compared,
        bill=bill,
        checks_bill=True,
    )
    show(view, "diff", result, report, {"html": partial(_page, result, edited, policy, when)})
    return result.exit_code


def _check_other_file(old_version: str | None, head: str | None, working: str) -> None:
    """Refuse a file that is compared with itself. Raises Unavailable."""
    is_own = head is None and old_version and versions.is_file(old_version)
    if is_own and catalog_file.is_same(str(old_version), working):
        # Written like `git diff FILE`, which means another comparison.
        step = f"write 'pricectl diff HEAD --file {working}'"
        raise catalog_file.Unavailable("is compared with itself", where=working, next_step=step)


def _page(result: DiffResult, edited: FileVersion, policy: Policy, at: datetime) -> DiffPage:
    """The comparison with the price history of the models that it is about, read in time."""
    end = monotonic() + HISTORY_SECONDS
    parts = sections(result.compared.comparison)
    changes = [change for part in parts for change in part.changes]
    history = touched_history(changes, edited, policy, at=at, is_late=lambda: monotonic() > end)
    return DiffPage(result, at, history)


def _one_of(option: str, value: str | None, argument: str | None) -> str | None:
    """A version that is written as an option or by its place. Raises BadParameter for both."""
    if value is not None and argument is not None:
        raise typer.BadParameter(f"{argument!r} is given besides {option}: name it once")
    return argument if value is None else value
