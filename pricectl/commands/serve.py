"""`pricectl serve`: the router on a server of its own, for a look."""

import gc
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
# How the workers learn that there are to be metrics.
METRICS = "PRICECTL_SERVE_METRICS"
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
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
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Also serve /metrics, those of all workers together.")
    ] = False,
    token_env: Annotated[str | None, with_settings(TokenEnvOption, show_default=TOKEN)] = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> None:
    """Answer quotes over HTTP until interrupted.

    Without a token a quote holds the customer's price only, and there are no admin endpoints, such
    as the one for reloads. -v logs every request.

    Example: pricectl serve --port 8000 --workers 2
    """
    if token_env:  # the workers read the default variable
        problem = f"{token_env} is not set, or holds no token that a header can carry"
        os.environ[TOKEN] = read_bearer_token(token_env, "--token-env", problem)
    if file == catalog_file.STDIN:
        raise typer.BadParameter("workers read the file again; name one", param_hint="--file")
    if file:
        name = catalog_file.check_exists(catalog_file.locate(file), file, None)
        catalog_file.load(name)
        os.environ["PRICECTL_FILE"] = os.path.abspath(name)  # noqa: PTH100 - keeps symlinks
    try:
        _check_startable()
    except ModuleNotFoundError as error:
        raise NotServed(
            f"{error.name} is missing", next_step="run: pip install 'pricectl[server]'"
        ) from None
    with _listen(host, port) as listener:
        port = listener.getsockname()[1]  # the one that the system chose for 0
        address = report.ServerAddress(host, port, workers, TOKEN in os.environ)
        show(view, "serve", address, report)
        with _shared_metrics(metrics=metrics, workers=workers):
            _run(listener, workers, verbose=view.verbose)


def _check_startable() -> None:
    """Find out what is missing or wrong before the port is taken; no prices are loaded."""
    import prometheus_client  # noqa: F401 - only to say what is missing
    import uvicorn  # noqa: F401

    from pricectl.router import make_router
    from pricectl.runtime import Pricing

    make_router(Pricing(), token=os.environ.get(TOKEN), quotes=True)


@contextmanager
def _shared_metrics(*, metrics: bool, workers: int) -> Iterator[None]:
    """Tell the workers whether to serve metrics, and where several of them add theirs up."""
    os.environ[METRICS] = str(int(metrics))
    if not metrics or workers == 1 or os.environ.get(SHARED_METRICS):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pricectl-metrics-") as folder:
        os.environ[SHARED_METRICS] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_METRICS]


def make_app() -> "FastAPI":
    """The app of one worker, with the file and the token of the environment."""
    from fastapi import FastAPI

    from pricectl import __version__
    from pricectl.router import make_router
    from pricectl.runtime import Pricing

    app = FastAPI(title="pricectl", version=__version__)
    metrics = os.environ.get(METRICS) == "1"
    token = os.environ.get(TOKEN)
    app.include_router(make_router(Pricing.load(), token=token, quotes=True, metrics=metrics))
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
