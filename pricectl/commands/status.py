"""`pricectl status`: whether files, git refs and running servers charge by one catalog."""

from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.catalog import require_own_file
from pricectl.commands.options import FileOption, TokenEnvOption, ViewOptions
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings
from pricectl.operate.status import StatusResult, prices_at
from pricectl.report import status as report


def status(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="A git ref, REF:PATH, a file, 'deployed', 'packaged', or a server's URL with the "
            "path of pricectl's router.",
            show_default="the one of --file",
        ),
    ] = None,
    token_env: TokenEnvOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Check whether files, git refs and servers use the same prices.

    With a token, servers also report their last reload. -q prints only the verdict, -v
    whole hashes.

    Exits with 1 if price files or calculators differ or a server reports a problem, with 2 if one
    cannot be read.

    Example: pricectl status deployed llm_pricing_current.json
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
