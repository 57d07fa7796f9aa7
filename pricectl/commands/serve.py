"""`pricectl serve`: the router on a server of its own, for a look."""

import gc
import os
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.options import FileOption, TokenEnvOption, ViewOptions, with_settings
from pricectl.commands.output import show
from pricectl.core.errors import PricingError
from pricectl.files import catalog_file
from pricectl.report import serve as report

if TYPE_CHECKING:
    from fastapi import FastAPI

TOKEN = "PRICECTL_TOKEN"  # noqa: S105 - the variable's name
# Connections that may wait to be accepted; the system cuts it to its own bound.
BACKLOG = 2048


class NotServed(PricingError):
    """A server that cannot be started."""


def serve(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Listen at this address.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Listen at this port. 0 takes a free one."
        ),
    ] = 8000,
    workers: Annotated[
        int,
        typer.Option(min=1, max=64, metavar="N", help="Run this many processes, 64 at most."),
    ] = 1,
    token_env: Annotated[str | None, with_settings(TokenEnvOption, show_default=TOKEN)] = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> None:
    """Answer quotes over HTTP until interrupted.

    It also has endpoints for health, metrics and reloads. Without a token the admin
    endpoints, such as the one for reloads, are off. -v logs every request.

    Example: pricectl serve --port 8000 --workers 2
    """
    if token_env:  # the workers read the default variable
        problem = f"{token_env} is not set, or holds no token that a header can carry"
        os.environ[TOKEN] = read_bearer_token(token_env, "--token-env", problem)
    if file == catalog_file.STDIN:
        raise typer.BadParameter("workers read the file again; name one", param_hint="--file")
    if file:
        name = catalog_file.locate(file)
        catalog_file.load(name)
        os.environ["PRICECTL_FILE"] = os.path.abspath(name)  # noqa: PTH100 - keeps symlinks
    try:
        make_app()
        import uvicorn  # noqa: F401 - only to say that it is missing before the port is taken
    except ModuleNotFoundError as error:
        raise NotServed(
            f"{error.name} is missing", next_step="run: pip install 'pricectl[server]'"
        ) from None
    with _listen(host, port) as listener:
        port = listener.getsockname()[1]  # the one that the system chose for 0
        address = report.ServerAddress(host, port, workers, TOKEN in os.environ)
        show(view, "serve", address, report)
        _run(listener, workers, verbose=view.verbose)


def make_app() -> "FastAPI":
    """The app of one worker, with the file and the token of the environment."""
    from fastapi import FastAPI

    from pricectl import __version__
    from pricectl.router import make_router
    from pricectl.runtime import Pricing

    app = FastAPI(title="pricectl", version=__version__)
    app.include_router(make_router(Pricing.load(), token=os.environ.get(TOKEN)))
    return app


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound before any worker starts, so that the port is known, or known to be taken.

    Raises NotServed.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise NotServed(
            f"cannot listen: {error.strerror or error}",
            where=f"{host}:{port}",
            next_step="choose another --port or --host",
        ) from None
    # Workers inherit it; without, each answer waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _run(listener: socket.socket, workers: int, *, verbose: bool) -> None:
    import uvicorn

    gc.enable()  # off for commands, which end before it matters
    try:
        uvicorn.run(
            "pricectl.commands.serve:make_app",
            factory=True,
            fd=listener.fileno(),
            workers=workers,
            log_level="info" if verbose else "warning",
            access_log=verbose,
            server_header=False,
        )
    except SystemExit:
        raise NotServed("the server could not start", next_step="-v shows more") from None
