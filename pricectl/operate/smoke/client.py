"""Calls a live API, bounded in size and time, at the address that was named and no other."""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pricectl.core import Catalog, Profile, document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError, PricingError
from pricectl.files import fetch
from pricectl.operate.smoke.apis import APIS, ApiKind, Reply
from pricectl.operate.smoke.calls import (
    UNKNOWN_MODEL,
    CallResult,
    Probe,
    SmokeResult,
    plan,
)
from pricectl.operate.smoke.checks import AnswerChecker

MAX_BYTES = 4 * 1024 * 1024
EXCERPT = 200
MIN_SECRET = 8
_TOKEN = re.compile(r"[!-~]+")
_MASK = "***"
_CREATE = "create-and-call"


class BadAddress(PricingError):
    """A URL that is not called, or a token that cannot be sent."""


class Unreachable(PricingError):
    """Nothing answers at a URL, or not to this token."""


class Endpoint(NamedTuple):
    """A live API: its base URL, a bearer token ("" is none), the longest a call may take."""

    base: str
    token: str = ""
    timeout_seconds: float = 60.0

    @classmethod
    def read(cls, url: str, token: str, timeout_seconds: float) -> "Endpoint":
        """The API at https://... or at a loopback address. Raises BadAddress."""
        if token and not _TOKEN.fullmatch(token):
            raise BadAddress("the token has characters that no header can carry")
        parts = fetch.parse_url(url)
        if parts is None or parts.scheme not in {"http", "https"} or parts.port == 0:
            raise BadAddress("is not a URL", where=url, next_step="https://HOST[:PORT]")
        # Without its user and query, which may hold a secret.
        where = f"{parts.scheme}://{parts.hostname}"
        if not fetch.is_private(parts):
            raise BadAddress("is not encrypted", where=where, next_step="use https://")
        if "@" in parts.netloc or parts.query or parts.fragment:
            step = "name a token with --token-env"
            raise BadAddress("has parts other than a host and a path", where=where, next_step=step)
        base = url.rstrip("/")
        for api in APIS.values():
            base = base.removesuffix(api.path)
        return cls(base, token, timeout_seconds)

    def url(self, path: str) -> str:
        """The address of a path; a base URL may end with the version that the path begins with."""
        return self.base.removesuffix("/v1") + path if path.startswith("/v1/") else self.base + path

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Send a JSON body and read the reply; a failure is also a reply."""
        try:
            answer = fetch.send(
                "POST",
                self.url(path),
                json.dumps(body).encode(),
                token=self.token or None,
                seconds=self.timeout_seconds,
                limit=MAX_BYTES,
                direct=False,
            )
        except fetch.TooSlow:
            return Reply(0, error=f"no complete answer within {self.timeout_seconds:g} s")
        except fetch.NotFetched as error:
            return Reply(0, error=self._masked(error.what))
        status = answer.status
        named = {name: self._masked(value) for name, value in answer.headers.items()}
        if answer.oversized:
            return Reply(status, None, named, f"the body is larger than {MAX_BYTES >> 20} MiB")
        if answer.cut:
            return Reply(status, None, named, "the body was cut off")
        try:
            found = self._without_token(document.parse(answer.body))
        except DocumentError as error:
            excerpt = self._masked(answer.body.decode("utf-8", "replace"))[:EXCERPT]
            return Reply(status, None, named, excerpt.strip() or str(error))
        return Reply(status, found, named, _message(found)[:EXCERPT])

    def _masked(self, text: str) -> str:
        # A shorter one is not a secret, and may be part of a word in the answer that is checked.
        return text.replace(self.token, _MASK) if len(self.token or "") >= MIN_SECRET else text

    def _without_token(self, value: Json) -> Json:
        """Hide the token in an answer, which may quote it."""
        if isinstance(value, str):
            return self._masked(value)
        if isinstance(value, dict):
            return {self._masked(key): self._without_token(item) for key, item in value.items()}
        return [self._without_token(item) for item in value] if type(value) is list else value


def smoke_test(  # noqa: PLR0913 - what is called, and what its answers are compared with
    endpoint: Endpoint,
    catalog: Catalog,
    profile: Profile,
    *,
    models: Sequence[str],
    unknown: str | None,
    api: str | None,
    clock: Callable[[], datetime],
) -> SmokeResult:
    """Make every call of the checklist, one after the other.

    Args:
        endpoint: the API.
        catalog: what the costs in the answers are compared with.
        profile: what the credits in the answers are compared with.
        models: the models to call, the cheap one first.
        unknown: a name without a row that must still be answered; "" is not called. None takes a
            name of ours where calls are charged: where nothing is, it need not be answered.
        api: what the API speaks; None finds it out with a call.
        clock: the time of an answer, by which its prices are chosen.

    Raises:
        Unreachable: nothing answers, or not to this token.
    """
    api_name = api or find_api(endpoint)
    kind = APIS[api_name]
    if unknown is None:
        unknown = UNKNOWN_MODEL if kind.charges else ""
    probes = plan(models, unknown, f"smoke-{secrets.token_hex(6)}", charges=kind.charges)
    checker = AnswerChecker(kind, catalog, profile, clock)
    calls = tuple(run(endpoint, kind, probes, checker))
    return SmokeResult(endpoint.base, api_name, calls, catalog, profile)


def find_api(endpoint: Endpoint) -> str:
    """Detect the API by a POST of {} to create-and-call: after 404 or 405 it is openai.

    Raises Unreachable.
    """
    reply = endpoint.post(APIS[_CREATE].path, {})
    _check_answered(endpoint, reply)
    return "openai" if reply.status in {404, 405} else _CREATE


def run(
    endpoint: Endpoint, api: ApiKind, probes: tuple[Probe, ...], checker: AnswerChecker
) -> Iterator[CallResult]:
    """Make the calls of a checklist one after the other.

    Raises Unreachable if the first gets no answer, or one that refuses the token.
    """
    first = True
    for probe in probes:
        if probe.skipped:
            yield CallResult(probe)
            continue
        reply = endpoint.post(api.path, api.body(probe))
        if first:
            _check_answered(endpoint, reply)
        first = False
        yield checker.check(probe, reply)


def _check_answered(endpoint: Endpoint, reply: Reply) -> None:
    if not reply.status:
        raise Unreachable(reply.error, where=endpoint.base)
    if reply.status in {401, 403}:
        raise Unreachable(
            f"answers {reply.status}: {reply.error}",
            where=endpoint.base,
            next_step="check the variable that --token-env names"
            if endpoint.token
            else "use --token-env",
        )


def _message(body: Json) -> str:
    """The message of an error body, under the names that APIs use for it."""
    found = body
    for name in ("error", "detail", "message"):
        if isinstance(found, dict):
            found = found.get(name, found)
    return found if isinstance(found, str) else json.dumps(found, default=str)
