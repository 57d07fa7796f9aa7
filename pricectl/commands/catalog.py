"""The catalog a verb works on: named by an argument, by --file, or found."""

from collections.abc import Sequence
from typing import NamedTuple

import typer

from pricectl.core.catalog import Catalog
from pricectl.core.labels import clean
from pricectl.files import catalog_file, settings
from pricectl.policy import Policy


class OpenedCatalog(NamedTuple):
    """What most verbs start from: the catalog, the file it came from, the team's settings."""

    catalog: Catalog
    file: str
    policy: Policy


def open_catalog(file: str | None, *, own: bool = False) -> OpenedCatalog:
    """Find and load the catalog and the settings; `own=True` never uses the packaged catalog.

    Only a --file that names it does. Raises Unavailable.
    """
    policy = settings.load_policy(catalog=file)
    if own:
        name = require_own_file(file, policy.file)
    else:
        located = catalog_file.locate(file, policy.file)
        name = catalog_file.check_exists(located, file, policy.file)
    return OpenedCatalog(catalog_file.load(name), name, policy)


def open_known(file: str | None, known_at: str | None) -> OpenedCatalog:
    """As `open_catalog`; with `known_at` the team's catalog as it was at a git ref or on a day.

    The settings are those of today. Which commit answers is told on stderr. Raises Unavailable,
    BadRef or BadFileVersion.
    """
    if known_at is None:
        return open_catalog(file)
    from pricectl.files.known import known_version

    policy = settings.load_policy(catalog=file)
    own = require_own_file(file, policy.file)
    found = known_version(known_at, own, policy)
    catalog = found.version().catalog
    typer.echo(f"pricectl: prices as known at {clean(found.name)}", err=True)
    return OpenedCatalog(catalog, own, policy)


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
