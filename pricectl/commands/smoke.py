"""`pricectl smoke`: whether a live API prices and charges as it should after a deploy."""

from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.catalog import complete_model, open_catalog
from pricectl.commands.messages import tell
from pricectl.commands.options import (
    FileOption,
    ProfileOption,
    TokenEnvOption,
    ViewOptions,
    instant,
)
from pricectl.commands.output import show
from pricectl.core import find
from pricectl.core.near import meant
from pricectl.operate.smoke import (
    API_NAMES,
    APIS,
    UNKNOWN_MODEL,
    client,
    smoke_models,
)
from pricectl.report import smoke as report

AUTO = "auto"


def smoke(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help="The base URL of the API: https, or http on this machine."
        ),
    ],
    token_env: TokenEnvOption = None,
    token: Annotated[str | None, typer.Option(metavar="VARIABLE", hidden=True)] = None,
    api: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"The paths that the API has: {', '.join((AUTO, *API_NAMES))}. 'auto' takes "
            "create-and-call where that path exists.",
        ),
    ] = AUTO,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Call this model. May be repeated, the cheapest first.",
            autocompletion=complete_model,
            show_default="the cheapest critical models of two providers",
        ),
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Also call this name, which has no price and must be answered all the same.",
            show_default=f"{UNKNOWN_MODEL}; none with openai",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.1, max=600, metavar="SECONDS", help="Wait at most this long for a call."
        ),
    ] = 60,
    profile: ProfileOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Call a live API and check its costs and credits.

    It calls as a customer does, and compares what the API answers, reports and deducts with our
    own quote. The calls are real: give the test an account of its own with a few credits.
    -q prints only the verdict, -v every check.

    Exits with 1 if a check fails, with 2 if the API cannot be reached.

    Example: pricectl smoke https://api.example.com --token-env SMOKE_TOKEN
    """
    opened = open_catalog(file, own=True)
    charged_by = opened.policy.profile_named(profile)
    models = model or smoke_models(opened.catalog, opened.policy.critical)
    # A word that was meant as the token itself is not repeated in the message.
    problem = "no environment variable of that name holds a token; export one and give its name"
    variable = _renamed(token, token_env)
    bearer = "" if variable is None else read_bearer_token(variable, "--token-env", problem)
    endpoint = client.Endpoint.read(url, bearer, timeout)
    if api not in {AUTO, *APIS}:
        raise typer.BadParameter(
            f"{api!r} is not an API; {meant(api, (AUTO, *API_NAMES))}", param_hint="--api"
        )
    match = find(opened.catalog, unknown) if unknown else None
    if match and not match.is_guess:
        raise typer.BadParameter(
            f"{match.model.full_name} answers for that name", param_hint="--unknown"
        )
    result = client.smoke_test(
        endpoint,
        opened.catalog,
        charged_by,
        models=models,
        unknown=unknown,
        api=None if api == AUTO else api,
        clock=lambda: instant(None),
    )
    show(view, "smoke", result, report)
    return result.exit_code


def _renamed(token: str | None, token_env: str | None) -> str | None:
    """The variable of the token; `--token` is the name of `--token-env` until the next release."""
    if token is None:
        return token_env
    if token_env is not None:
        raise typer.BadParameter(
            "is the old name of --token-env; write only --token-env", param_hint="--token"
        )
    tell("pricectl: --token is now --token-env; the next release drops --token")
    return token
