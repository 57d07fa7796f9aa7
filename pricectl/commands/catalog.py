"""The catalog a verb works on: named by an argument, by --file, or found."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import typer

from pricectl.core.catalog import Catalog
from pricectl.core.labels import clean
from pricectl.explain.sources import CatalogSource
from pricectl.files import catalog_file, settings
from pricectl.policy import Policy


class OpenedCatalog(NamedTuple):
    """What most verbs start from: the catalog, the file it came from, the team's settings.

    `version` names a version that is not this file, such as "HEAD~1 (1a2b3c4)", and `commit` its
    commit; both are empty for a file. `data` are the bytes of a file, empty for a version.
    """

    catalog: Catalog
    file: str
    policy: Policy
    version: str = ""
    commit: str = ""
    data: bytes = b""

    @property
    def source(self) -> CatalogSource:
        """Where the catalog is from, for an explanation."""
        return CatalogSource(self.file, self.version, self.commit)


def open_catalog(file: str | None, *, own: bool = False) -> OpenedCatalog:
    """Find and load the catalog and the settings; `own=True` never uses the packaged catalog.

    Only a --file that names it does. A --file that is not a file may name a version in git; then
    the settings are those of the team's own file. Raises Unavailable, BadRef or BadFileVersion.
    """
    if file is not None and _names_version(file):
        from pricectl.files import versions

        policy = settings.load_policy()
        found = versions.read_named(file, policy)
        return OpenedCatalog(found.catalog(), found.path, policy, found.name, found.commit)
    policy = settings.load_policy(catalog=file)
    if own:
        name = require_own_file(file, policy.file)
    else:
        located = catalog_file.locate(file, policy.file)
        name = catalog_file.check_exists(located, file, policy.file)
    catalog, data = catalog_file.load_with_data(name)
    return OpenedCatalog(catalog, name, policy, data=data)


def open_known(file: str | None, known_at: str | None) -> OpenedCatalog:
    """As `open_catalog`; with `known_at` the team's catalog as it was at a git ref or on a day.

    The settings are those of today. Which commit answers is told on stderr. Raises Unavailable,
    BadRef or BadFileVersion.
    """
    if known_at is None:
        return open_catalog(file)
    if file is not None and _names_version(file):
        message = "--file and --known-at both name a version; give one of them"
        raise typer.BadParameter(message, param_hint="--known-at")
    from pricectl.files.known import known_version

    policy = settings.load_policy(catalog=file)
    own = require_own_file(file, policy.file)
    found = known_version(known_at, own, policy)
    catalog = found.version().catalog
    typer.echo(f"pricectl: prices as known at {clean(found.name)}", err=True)
    return OpenedCatalog(catalog, found.path, policy, found.name, found.commit)


def _names_version(file: str) -> bool:
    """Whether --file may name a version in git: it names neither a file nor another catalog."""
    if file in {catalog_file.STDIN, catalog_file.PACKAGED}:
        return False
    return not os.path.exists(file) or os.path.isdir(file)  # noqa: PTH110, PTH112 - any name


def require_own_file(file: str | None, configured: str | None) -> str:
    """The team's catalog, by an argument or the settings. Raises Unavailable if missing."""
    name = catalog_file.locate_own(file, configured)
    return catalog_file.check_exists(name, file, configured)


def one_file(arguments: Sequence[str], option: str | None) -> str | None:
    """The catalog named by arguments or by --file. Raises BadParameter if both name one."""
    if arguments and option is not None:
        raise typer.BadParameter(
            f"{option!r} and {', '.join(map(repr, arguments))} are both given; name one file",
            param_hint="--file",
        )
    return arguments[0] if arguments else option


def complete_model(incomplete: str) -> list[str]:
    """Model names for the shell's completion; silent when there is no catalog."""
    try:
        catalog = open_catalog(None).catalog
    except Exception:  # noqa: BLE001 - a completion must never print an error
        return []
    names = {model.name for model in catalog.models} | catalog.by_full_name.keys()
    return sorted(name for name in names if name.startswith(incomplete))
