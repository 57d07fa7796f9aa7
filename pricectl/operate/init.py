"""Starts a team's own price file, and its settings, from the reference.

Both files are new: an existing one is never touched, and nothing is written if a name is unknown.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pricectl.check.evidence import Evidence
from pricectl.check.positions import Positions
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import DocumentError, PricingError
from pricectl.core.lookup import find
from pricectl.edit.choosing import ChosenRow, choose, require_known
from pricectl.edit.old_prices import OldPrices, read_old_prices
from pricectl.edit.settings_template import settings_text
from pricectl.edit.starting import DEFAULT_PRICE, catalog_text
from pricectl.edit.taken_decisions import TakenRow, taken_decisions
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.files import atomic, catalog_file
from pricectl.files.settings import PRICECTL_TOML, SettingsText, find_settings
from pricectl.operate.logs import reading
from pricectl.operate.logs.called_models import CalledModel, called_models
from pricectl.operate.started_rows import StartedRow, from_reference, old_rows
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

REFERENCE_NAME = catalog_file.PACKAGED
# How many names an error lists.
SHOWN_NAMES = 3


class AlreadyThere(PricingError):
    """A file that `init` would have to overwrite."""


class NothingToStart(PricingError):
    """A log or a price list that names no model with a row."""


class InitOptions(NamedTuple):
    """What is started: the models, the list or log they come from, and the settings.

    `critical` and `fallback` are settings; empty is left as it is without a setting.
    """

    day: date
    models: Sequence[str] = ()
    origin: str = ""
    settings: bool = False
    critical: Sequence[str] = ()
    fallback: str = ""
    dry_run: bool = False


class InitResult(NamedTuple):
    """The files that were started; empty names were not asked for.

    `unknown` are names of a log that have no row, `left_out` rows of the old list that cannot be
    charged. `report` is what `validate` says of the new file.
    """

    file: str
    settings: str = ""
    rows: tuple[StartedRow, ...] = ()
    unknown: tuple[CalledModel, ...] = ()
    left_out: tuple[str, ...] = ()
    report: ValidationReport | None = None
    text: str = ""
    written: bool = False

    @property
    def exit_code(self) -> int:
        """How `init` ends: with 1 if a person has something to decide."""
        bad = self.report is not None and self.report.fails()
        return FINDINGS if bad or self.unknown or self.left_out else CLEAN


def init(
    file: str, options: InitOptions, warn: Callable[[str], object] = lambda _: None
) -> InitResult:
    """Start the price file `file`, the settings beside it, or both.

    Raises AlreadyThere, UnknownNames, NothingToStart, NotWritten, and what reading the list or log
    raises; then nothing is written. `warn` gets a sentence about lines of a log that are left out.
    """
    path = str(Path(file).with_name(PRICECTL_TOML)) if options.settings else ""
    if path:
        _check_no_settings(file)
    starting = bool(options.models or options.origin)
    result = _started(file, options, warn) if starting else InitResult(file="")
    settings = ""
    if path:
        settings = _settings(file, options, result.text or _existing(file))
        SettingsText(Path(path).absolute(), document.encode(settings)).policy()
        result = result._replace(settings=path)
    if not options.dry_run:
        _write(result, settings)
    return result._replace(written=not options.dry_run)


def _started(file: str, options: InitOptions, warn: Callable[[str], object]) -> InitResult:
    """The new catalog, which is not written yet."""
    if os.path.lexists(file):
        raise AlreadyThere(
            "is there already",
            where=file,
            next_step="add a model with 'pricectl add MODEL', or start another file with --file",
        )
    text = document.decode(catalog_file.read(str(packaged_catalog())).data)
    reference, positions = Catalog.load(text), Positions(text)
    old, called = _origin(options.origin, warn) if options.origin else (None, ())
    choice = choose(reference, (*options.models, *(each.name for each in called)))
    require_known(reference, (name for name in choice.unknown if name in options.models))
    also = [each.model for each in choice.rows]
    kept, left_out = old_rows(reference, old, text, positions, also) if old else ([], ())
    taken = {row.reference for row in kept}
    chosen = [each for each in choice.rows if each.model.full_name not in taken]
    unknown = tuple(each for each in called if each.name in choice.unknown)
    if not kept and not chosen:
        names = ", ".join(each.name for each in unknown[:SHOWN_NAMES])
        raise NothingToStart(
            f"none of its models has a row in the reference: {names}",
            where=options.origin,
            next_step="name the models: pricectl init MODEL...",
        )

    def written(lost: Mapping[str, Sequence[str]]) -> tuple[list[StartedRow], str]:
        found = kept + [
            from_reference(each, text, positions, lost.get(each.model.full_name, ()))
            for each in chosen
        ]
        default = old.default_price if old else DEFAULT_PRICE
        taken = [
            TakenRow(reference.by_full_name[each.reference], each.row)
            for each in found
            if each.reference
        ]
        decided = taken_decisions(text, positions, taken, options.day)
        new_rows = [each.row for each in found]
        return found, catalog_text(new_rows, options.day, default_price=default, decided=decided)

    rows, new = written({})
    # Among fewer rows a name may be read in another way: then it becomes an alias.
    lost = _lost_names(Catalog.load(new), chosen)
    if lost:
        rows, new = written(lost)
    evidence = Evidence(
        reference=reference, reference_name=REFERENCE_NAME, no_base="the file is new"
    )
    report = validate(new, file, Policy(), options.day, own=False, evidence=evidence)
    return InitResult(file, "", tuple(rows), unknown, left_out, report, new)


def _origin(
    name: str, warn: Callable[[str], object]
) -> tuple[OldPrices | None, tuple[CalledModel, ...]]:
    """The old list in a file, or the models of a usage log."""
    blocks = reading.blocks(name, "pricectl init --from -")
    head = b""
    for block in blocks:
        head += block
        if len(head) > document.MAX_BYTES:
            break
    problem = ""
    try:
        old = read_old_prices(document.decode(head))
        if old:
            return old, ()
    except DocumentError as error:  # JSON lines and CSV are no single document either
        problem = f"; as a price list: {error}"
    called = called_models(chain([head], blocks), warn)
    if not called:
        raise NothingToStart(
            f"is neither a price list nor a log with a member or column `model`{problem}",
            where="standard input" if name == catalog_file.STDIN else name,
        )
    return None, called


def _lost_names(catalog: Catalog, chosen: Sequence[ChosenRow]) -> dict[str, list[str]]:
    """The names that led to a row of the reference and lead elsewhere in the new catalog."""
    lost: dict[str, list[str]] = {}
    for row in chosen:
        for name in row.names if not row.flags else ():
            if find(catalog, name).model.full_name != row.model.full_name:
                lost.setdefault(row.model.full_name, []).append(name)
    return lost


def _existing(file: str) -> str:
    """The text of a catalog that is there already; empty if there is none."""
    return document.decode(catalog_file.read(file).data) if os.path.lexists(file) else ""


def _check_no_settings(file: str) -> None:
    """Check that no settings would be hidden by a new file. Raises AlreadyThere."""
    found = find_settings(catalog=file if os.path.dirname(file) else f"./{file}")  # noqa: PTH120
    if found:
        raise AlreadyThere(
            "has settings already", where=str(found.path), next_step="edit them, without --settings"
        )


def _settings(file: str, options: InitOptions, catalog: str) -> str:
    """The text of the settings. Raises UnknownNames for a critical model without a row."""
    chosen: dict[str, object] = {}
    if Path(file).name != catalog_file.FILE_NAME:
        chosen["file"] = Path(file).name
    if options.critical:
        if catalog:
            rows = Catalog.load(catalog)
            unknown = [name for name in options.critical if not find(rows, name).is_own_row]
            step = "a critical model is one of the models that the file starts with"
            require_known(rows, unknown, "the file", step)
        chosen["critical"] = tuple(options.critical)
    if options.fallback:
        chosen["fallback"] = options.fallback
    return settings_text(chosen)


def _write(result: InitResult, settings: str) -> None:
    """Write both files or none."""
    if result.file:
        atomic.replace(
            result.file, result.text.encode(), base_sha256=atomic.ABSENT, check=Catalog.load
        )
    if result.settings:
        try:
            atomic.replace(result.settings, settings.encode(), base_sha256=atomic.ABSENT)
        except BaseException:
            if result.file:
                Path(result.file).unlink()
            raise
