"""Fixes a catalog file: reads it, fixes what has one right answer, and writes it whole or not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from pricectl.check.fixed import FixedFile, FixedText
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.edit.fixing import fix_text
from pricectl.files import atomic, catalog_file
from pricectl.policy import Policy


def fix_file(
    name: str,
    policy: Policy,
    at: date,
    *,
    dry_run: bool = False,
    warn: Callable[[str], object] = lambda _: None,
) -> FixedFile:
    """Fix a catalog that `locate_writable` found, and write it unless it is a dry run.

    Raises Unavailable, NotFixed, and what `atomic.replace` raises: ChangedMeanwhile if the file
    moved since it was read.
    """
    data = catalog_file.read(name).data
    try:
        fixed = fix_text(data, policy, at)
    except DocumentError:  # too large or not UTF-8, which `validate` reports
        return FixedFile(name, FixedText(data, "", ()))
    if not fixed.fixes or dry_run:
        return FixedFile(name, fixed)
    loads = False
    with suppress(DocumentError, CatalogError):
        Catalog.load(fixed.text)
        loads = True
    # A file with other errors, too, is better with fewer of them.
    check = Catalog.load if loads else document.decode
    base = atomic.sha256(data)
    atomic.replace(name, fixed.text.encode(), base_sha256=base, check=check, warn=warn)
    return FixedFile(name, fixed, written=True)
