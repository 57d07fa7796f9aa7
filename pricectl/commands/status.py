"""`pricectl status`: whether files, git refs and running servers charge by one catalog."""

from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.catalog import require_own_file
from pricectl.commands.options import FileOption, ViewOptions
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings
from pricectl.operate.status import StatusResult, prices_at
from pricectl.report import status as report


def status(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL|FILE|REF[:PATH]|deployed|packaged]...",
            help="Where to look; a URL is the address that pricectl's router is mounted at.",
            show_default="the catalog",
        ),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The variable with the token that servers want for their admin status.",
        ),
    ] = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Compare the versions that files, git refs and running servers charge by.

    Exits 1 where catalogs or calculators differ, 2 where one cannot be read. -v shows whole hashes.
    """
    token = None
    if token_env:
        problem = f"{token_env} holds no token that a header can carry"
        token = read_bearer_token(token_env, "--token-env", problem)
    policy = settings.load_policy(catalog=file)
    working = catalog_file.working_file(file, policy.file)
    names = sources or []
    if not names:
        # The team's catalog; a missing one must not be taken for a git ref.
        own = require_own_file(file, policy.file)
        names = [own if own == catalog_file.STDIN else catalog_file.read(own).name]
    result = StatusResult(
        tuple(prices_at(name, file=working, policy=policy, token=token) for name in names)
    )
    show(view, "status", result, report)
    return result.exit_code
