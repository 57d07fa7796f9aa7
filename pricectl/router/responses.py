"""Responses that are safe to show: ASCII JSON, nothing cached, no echo of bad input."""

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from pricectl.core.labels import clean

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
# A query can have thousands of wrong parameters; the first ones are enough to go on.
MAX_ERRORS = 10
# A cached price or status would be an old one.
HEADERS = {"Cache-Control": "no-store"}


def json_response(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A document as JSON."""
    return text_response(json.dumps(body), status, headers)


def text_response(
    document: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Already-written JSON; DEL escaped, the one control character that `json.dumps` leaves."""
    return Response(
        document.replace("\x7f", "\\u007f"),
        status,
        {**HEADERS, **(headers or {})},
        "application/json",
    )


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error in FastAPI's shape."""
    return json_response({"detail": clean(detail)}, status, headers)


class SafeRoute(APIRoute):
    """A route whose error about a parameter names it, and does not repeat what was sent."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler with another response to bad parameters."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                sentences = [
                    f"{'.'.join(map(str, fault['loc'][1:])):.60}: {fault['msg']:.200}"
                    for fault in error.errors()[:MAX_ERRORS]
                ]
                return problem(422, "; ".join(sentences))

        return handler
