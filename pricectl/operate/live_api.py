"""Asks a live API, bounded in size and time, at the address that was named and no other.

Also runs a smoke test's calls: `pricectl.operate.smoke` says what is asked and how it is judged.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError, PricingError
from pricectl.files import fetch
from pricectl.operate.smoke import DIALECTS, Dialect, Judge, Probe, Reply, Result

MAX_BYTES = 4 * 1024 * 1024
EXCERPT = 200
MIN_SECRET = 8
_TOKEN = re.compile(r"[!-~]+")
_MASK = "***"
_CREATE = "create-and-call"


class BadAddress(PricingError):
    """A URL that is not asked, or a token that cannot be sent."""


class Unreachable(PricingError):
    """Nobody answers at a URL, or not to this token."""


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
        _check(url)
        base = url.rstrip("/")
        for dialect in DIALECTS.values():
            base = base.removesuffix(dialect.path)
        return cls(base, token, timeout_seconds)

    def url(self, path: str) -> str:
        """The address of a path; a base URL may end with the version that the path begins with."""
        return self.base.removesuffix("/v1") + path if path.startswith("/v1/") else self.base + path

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Send a JSON body and read what comes back; a failure is a reply too."""
        try:
            answer = fetch.post(
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
        return self._reply(answer)

    def _reply(self, answer: fetch.HttpAnswer) -> Reply:
        status = answer.status
        named = {name: self._masked(value) for name, value in answer.headers.items()}
        if answer.oversized:
            return Reply(status, None, named, f"the body is larger than {MAX_BYTES >> 20} MiB")
        if answer.cut:
            return Reply(status, None, named, "the body was cut off")
        try:
            body = self._without_token(document.parse(answer.body))
        except DocumentError as error:
            excerpt = self._masked(answer.body.decode("utf-8", "replace"))[:EXCERPT]
            return Reply(status, None, named, excerpt.strip() or str(error))
        return Reply(status, body, named, _message(body)[:EXCERPT])

    def _masked(self, text: str) -> str:
        # A shorter one is no secret, and would stand in words of the answer that is judged.
        return text.replace(self.token, _MASK) if len(self.token or "") >= MIN_SECRET else text

    def _without_token(self, value: Json) -> Json:
        """An API may quote the token in its answer; what is shown of that must not hold it."""
        if isinstance(value, str):
            return self._masked(value)
        if isinstance(value, dict):
            return {self._masked(key): self._without_token(item) for key, item in value.items()}
        return [self._without_token(item) for item in value] if type(value) is list else value


def find_api(endpoint: Endpoint) -> str:
    """Which API answers: an empty order is refused where there is a counter. Raises Unreachable."""
    reply = endpoint.post(DIALECTS[_CREATE].path, {})
    _check_answered(endpoint, reply)
    return "openai" if reply.status in {404, 405} else _CREATE


def run(
    endpoint: Endpoint, dialect: Dialect, probes: tuple[Probe, ...], judge: Judge
) -> Iterator[Result]:
    """Make the calls of a checklist one after the other.

    Raises Unreachable if the first gets no answer, or one that refuses the token.
    """
    first = True
    for probe in probes:
        if probe.skipped:
            yield Result(probe)
            continue
        reply = endpoint.post(dialect.path, dialect.ask(probe))
        if first:
            _check_answered(endpoint, reply)
        first = False
        yield judge.judge(probe, reply)


def _check_answered(endpoint: Endpoint, reply: Reply) -> None:
    if not reply.status:
        raise Unreachable(reply.error, where=endpoint.base)
    if reply.status in {401, 403}:
        raise Unreachable(
            f"answers {reply.status}: {reply.error}",
            where=endpoint.base,
            next_step="check the variable that --token names" if endpoint.token else "use --token",
        )


def _check(url: str) -> None:
    place = fetch.parse_url(url)
    if place is None or place.scheme not in {"http", "https"} or place.port == 0:
        raise BadAddress("is no URL", where=url, next_step="https://HOST[:PORT]")
    where = f"{place.scheme}://{place.hostname}"
    if not fetch.is_private(place):
        raise BadAddress("is not encrypted", where=where, next_step="use https://")
    if "@" in place.netloc or place.query or place.fragment:
        raise BadAddress(
            "has more than a host and a path", where=where, next_step="name a token with --token"
        )


def _message(body: Json) -> str:
    """What an error body says, in the places where APIs say it."""
    found = body
    for name in ("error", "detail", "message"):
        if isinstance(found, dict):
            found = found.get(name, found)
    return found if isinstance(found, str) else json.dumps(found, default=str)
