"""`pricectl smoke`: whether a live API prices and charges as it should after a deploy."""

import secrets
from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.catalog import complete_model, open_catalog
from pricectl.commands.options import FileOption, ProfileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core import find
from pricectl.operate.smoke import (
    API_NAMES,
    APIS,
    UNKNOWN_MODEL,
    AnswerChecker,
    SmokeResult,
    client,
    plan,
    smoke_models,
)
from pricectl.report import smoke as report

AUTO = "auto"


def smoke(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The API's base URL: https, or this machine.")
    ],
    token: Annotated[
        str | None,
        typer.Option(metavar="ENV", help="The environment variable that holds the bearer token."),
    ] = None,
    api: Annotated[
        str,
        typer.Option(
            metavar="|".join((AUTO, *API_NAMES)),
            help="What the API speaks; auto is create-and-call where that path exists.",
        ),
    ] = AUTO,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A model to call; repeatable, the cheap one first.",
            autocompletion=complete_model,
            show_default="the cheapest critical ones of two providers, else the cheapest that chat",
        ),
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A name no row answers for, which must be answered all the same.",
            show_default=f"{UNKNOWN_MODEL}; none with openai",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=600, metavar="SECONDS", help="The most a call may take.")
    ] = 60,
    profile: ProfileOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Call a live API as a customer would and check what it answers, reports and deducts.

    The calls are real: give the smoke test an account of its own, with a few credits.
    """
    work = open_catalog(file, own=True)
    charged_by = work.policy.profile_named(profile)
    models = model or smoke_models(work.catalog, work.policy.critical)
    # A word that was meant as the token itself is not repeated in the message.
    problem = "no environment variable of that name holds a token; export one and give its name"
    bearer = read_bearer_token(token, "--token", problem) if token is not None else ""
    endpoint = client.Endpoint.read(url, bearer, timeout)
    if api not in {AUTO, *APIS}:
        raise typer.BadParameter(
            f"{api!r} is none of {', '.join((AUTO, *API_NAMES))}", param_hint="--api"
        )
    api_name = client.find_api(endpoint) if api == AUTO else api
    kind = APIS[api_name]
    # Where nothing is charged, a name that no row answers for need not be answered.
    absent = (UNKNOWN_MODEL if kind.charges else "") if unknown is None else unknown
    match = find(work.catalog, absent) if unknown else None
    if match and match.how != "default":
        raise typer.BadParameter(
            f"{match.model.full_name} answers for that name", param_hint="--unknown"
        )
    probes = plan(models, absent, f"smoke-{secrets.token_hex(6)}", charges=kind.charges)
    checker = AnswerChecker(kind, work.catalog, charged_by, lambda: instant(None))
    calls = tuple(client.run(endpoint, kind, probes, checker))
    result = SmokeResult(endpoint.base, api_name, calls, work.catalog, charged_by)
    show(
        view,
        "smoke",
        text=lambda canvas: report.text(result, canvas),
        document=lambda: report.document(result),
    )
    return result.exit_code
