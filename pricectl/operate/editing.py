"""Makes an edit of the catalog file: applies it, checks it as `validate` would, and writes it.

Every verb that edits comes through here, so that each keeps every other byte, is refused by the
same findings, shows what `diff` would, and never overwrites what somebody else wrote meanwhile.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.changes.diff import DiffResult, NamedVersion, diff_versions
from pricectl.check.edited import BroughtFindings, BuiltCatalog, brought_findings
from pricectl.check.evidence import ACKNOWLEDGEABLE, LIST_DIFFERS
from pricectl.check.findings import Finding
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.windows import as_instant, read_day
from pricectl.edit import waiving
from pricectl.edit.changelog import price_entries, with_entries
from pricectl.edit.engine import EditedCatalog, edit_catalog
from pricectl.edit.splice import Edit, Insert, Replace
from pricectl.edit.waiving import Acceptance
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.files import atomic, catalog_file
from pricectl.files.base import EvidenceFinder
from pricectl.files.catalog_file import Source, Unavailable
from pricectl.policy import Policy

LAST_UPDATED = "last_updated"
# What is found of the whole file when rows go.
GONE_SHARES = ("many-models-gone", "many-aliases-gone")
# What `--reason` accepts.
ACCEPTED_BY_REASON = frozenset((*ACKNOWLEDGEABLE, *GONE_SHARES))


class EditableCatalog(NamedTuple):
    """The catalog file that is to be edited, as it was read, with the team's settings."""

    name: str
    version: CatalogVersion
    positions: Positions
    policy: Policy

    @classmethod
    def read(cls, name: str, policy: Policy) -> "EditableCatalog":
        """Read a file that `locate_writable` found. Raises Unavailable if it prices nothing."""
        source = catalog_file.read(name)
        try:
            version = CatalogVersion.read(source.data)
        except (DocumentError, CatalogError) as error:
            raise catalog_file.no_catalog(error, source, name) from None
        return cls(name, version, Positions(document.decode(source.data)), policy)

    @property
    def catalog(self) -> Catalog:
        """The catalog as it was read."""
        return self.version.catalog


class EditOptions(NamedTuple):
    """How an edit is made: as of when, why its findings are right, and whether to write it.

    `reason` acknowledges in the catalog what would refuse the edit, and pins the prices at the
    JSON Pointers of `pins`: no price list moves them. `dry_run`: write nothing.
    """

    at: datetime
    reason: str = ""
    dry_run: bool = False
    pins: tuple[str, ...] = ()


class EditResult(NamedTuple):
    """What an edit of the catalog file did, or would do.

    `brought` are the findings that the edit brings, `refusing` those of them that refuse it.
    `acknowledged` were accepted with the edit. `written`: the file was replaced. `changelog` is the
    file that the changed prices were added to, empty if none was.
    """

    name: str
    edited: EditedCatalog
    diff: DiffResult
    brought: tuple[Finding, ...] = ()
    refusing: tuple[Finding, ...] = ()
    acknowledged: tuple[Acceptance, ...] = ()
    dry_run: bool = False
    written: bool = False
    changelog: str = ""

    @property
    def exit_code(self) -> int:
        """How the verb ends."""
        return FINDINGS if self.refusing else CLEAN


def make_edit(
    opened: EditableCatalog,
    edits: Sequence[Edit],
    options: EditOptions,
    warn: Callable[[str], object] = lambda _: None,
) -> EditResult:
    """Apply edits to the catalog file, unless they bring a finding that fails `validate`.

    `metadata.last_updated` follows. `warn` as in `atomic.replace`.

    Raises what `edit_catalog` and finding the base raise, and ChangedMeanwhile if the file moved
    since it was read.
    """
    if edits:
        edits = [*edits, *last_updated_edits(opened.version, options.at)]
    edited = edit_catalog(opened.version, edits, opened.positions)
    finder = EvidenceFinder(opened.policy, reuse=opened.version)
    brought = _brought(opened, edited, finder, options)
    accepted = _acceptances(brought, options)
    if accepted:
        edited = _acknowledging(edited, accepted)
        brought = _brought(opened, edited, finder, options)
    result = EditResult(
        opened.name,
        edited,
        _diff(opened, edited, options.at),
        brought.findings,
        brought.failing,
        () if brought.failing else tuple(accepted),
        options.dry_run,
    )
    if not edited.changed or result.refusing or options.dry_run:
        return result
    # Read before anything is written, so that a changelog that cannot be edited stops the edit.
    log = _edited_changelog(opened.policy.changelog, result)
    atomic.replace(
        opened.name,
        edited.text.encode(),
        base_sha256=atomic.sha256(opened.version.data),
        check=Catalog.load,
        warn=warn,
    )
    if log is None:
        return result._replace(written=True)
    try:
        atomic.replace(log.name, log.after, base_sha256=atomic.sha256(log.before), warn=warn)
    except atomic.NotWritten as error:
        step = "the price file is written; add the prices by hand"
        raise atomic.NotWritten(error.what, where=log.name, next_step=step) from None
    return result._replace(written=True, changelog=log.name)


class _EditedChangelog(NamedTuple):
    """A changelog before and after the prices of an edit were added."""

    name: str
    before: bytes
    after: bytes


def _edited_changelog(name: str | None, result: EditResult) -> _EditedChangelog | None:
    """The changelog of the settings with the changed prices; None without one or without prices."""
    entries = price_entries(result.diff.compared.comparison.changes)
    if name is None or not entries:
        return None
    try:
        before = atomic.read(name)
        after = with_entries(before.decode(), entries, name).encode()
    except (OSError, UnicodeDecodeError) as error:
        step = "correct the setting `changelog`"
        raise Unavailable(f"cannot be read: {error}", where=name, next_step=step) from None
    if len(before) > document.MAX_BYTES:  # the rest was not read, and would be lost
        what = f"is larger than {document.MAX_BYTES // 1024 // 1024} MiB"
        raise Unavailable(what, where=name, next_step="start a new changelog")
    return _EditedChangelog(name, before, after)


def last_updated_edits(version: CatalogVersion, at: datetime) -> list[Edit]:
    """The edits that make `metadata.last_updated` the day of an edit; a later day stays."""
    metadata = version.values.get("metadata")
    day = as_instant(at).date()
    if not isinstance(metadata, dict):
        return []
    if LAST_UPDATED not in metadata:
        return [Insert(METADATA_POINTER, json.dumps(f"{day}"), LAST_UPDATED, 0)]
    written = read_day(metadata[LAST_UPDATED])
    if written and written >= day:
        return []
    return [Replace(f"{METADATA_POINTER}/{LAST_UPDATED}", json.dumps(f"{day}"))]


def _brought(
    opened: EditableCatalog, edited: EditedCatalog, finder: EvidenceFinder, options: EditOptions
) -> BroughtFindings:
    return brought_findings(
        BuiltCatalog(edited.before.values, edited.before.catalog),
        BuiltCatalog(edited.after.values, edited.after.catalog),
        opened.policy,
        options.at,
        finder.evidence(Source(edited.text.encode(), opened.name), opened.name),
        Positions(edited.text),
    )


def _acknowledging(edited: EditedCatalog, accepted: Sequence[Acceptance]) -> EditedCatalog:
    """The edit with acknowledgements of findings that it brings."""
    text = edited.text
    for one in accepted:
        text = waiving.acknowledged(text, one)
    after = CatalogVersion.read(text.encode(), reuse=edited.after)
    return edited._replace(text=text, after=after)


def _acceptances(brought: BroughtFindings, options: EditOptions) -> list[Acceptance]:
    """The acknowledgements that the reason allows: of price findings, each at its own place.

    A share of the file that is gone is acknowledged row by row. A price to pin that nothing refuses
    is acknowledged as one that price lists have otherwise.
    """
    if not options.reason:
        return []
    day = as_instant(options.at).date()
    rows_gone = any(finding.rule in GONE_SHARES for finding in brought.failing)
    accepted = [
        Acceptance(finding.rule, finding.pointer, options.reason, day)
        for finding in brought.findings
        if finding.rule in ACKNOWLEDGEABLE
        and finding.pointer
        and (finding in brought.failing or (rows_gone and finding.rule == "model-gone"))
    ]
    held = {one.pointer for one in accepted}
    pins = [pointer for pointer in options.pins if pointer not in held]
    return accepted + [Acceptance(LIST_DIFFERS, it, options.reason, day) for it in pins]


def _diff(opened: EditableCatalog, edited: EditedCatalog, at: datetime) -> DiffResult:
    policy = opened.policy
    return diff_versions(
        NamedVersion(edited.before, "before the edit", opened.name),
        NamedVersion(edited.after, opened.name, opened.name),
        policy,
        profile=policy.profile_named(None),
        at=at,
    )
