"""The kinds of API that `smoke` can call: what each is sent, and how its answer is read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pricectl.core.document import Json
from pricectl.core.errors import BadUsage
from pricectl.core.money import usd
from pricectl.core.responses import Reading, read_response
from pricectl.operate.smoke.calls import PROMPT, Probe

COST_HEADER = "x-litellm-response-cost"
_NO_COST = (None, "", "None")
_FAILURES = ("error", "failed", "failure")


class Reply(NamedTuple):
    """What came back. `status` is 0 without a reply; then `error` says why.

    Header names are in lower case; the body is None where it is not JSON, and `error` its start.
    """

    status: int
    body: Json = None
    headers: Mapping[str, str] = MappingProxyType({})
    error: str = ""


class ReportedCall(NamedTuple):
    """What an answer reports of its call; None: not reported.

    Money is a number or a decimal string of USD.
    """

    completion: str
    reading: Reading | BadUsage
    cost: Any = None
    client_cost: Any = None
    credits: Any = None
    balance: Any = None
    match: str | None = None
    sha256: str | None = None
    failure: str = ""


class ApiKind(NamedTuple):
    """One kind of API: the path it is called at, the body to send, how its answer is read.

    `charges` says that it deducts credits, and so must state them and the cost.
    """

    path: str
    body: Callable[[Probe], dict[str, Any]]
    read: Callable[[Reply], ReportedCall]
    charges: bool


def _created(reply: Reply) -> ReportedCall:
    body, pricing = _members(reply.body), _members(_member(reply.body, "pricing"))
    status, response = _text(body.get("status")), body.get("response")
    usage = body.get("usage") or _member(response, "usage")
    return ReportedCall(
        completion=_text(response) or _completion(response),
        reading=_reading({"model": body.get("model"), "usage": usage}),
        cost=body.get("provider_cost_usd"),
        client_cost=body.get("client_cost_usd"),
        credits=body.get("credits_deducted"),
        balance=body.get("balance"),
        match=_text(pricing.get("match")) or None,
        sha256=_text(pricing.get("sha256")) or None,
        failure=f"the answer says {status}" if status.lower() in _FAILURES else "",
    )


def _completed(reply: Reply) -> ReportedCall:
    reading = _reading(reply.body)
    cost = reply.headers.get(COST_HEADER)
    if cost in _NO_COST and isinstance(reading, Reading) and reading.reported_pico_usd is not None:
        cost = usd(reading.reported_pico_usd)
    return ReportedCall(_completion(reply.body), reading, None if cost in _NO_COST else cost)


def _reading(body: Json) -> Reading | BadUsage:
    try:
        return read_response(body)
    except BadUsage as error:
        return error


def _completion(body: Json) -> str:
    """The text of a chat completion; the name of a tool it calls counts as one."""
    choices = _member(body, "choices")
    message = _member(choices[0] if isinstance(choices, list) and choices else None, "message")
    calls = _member(message, "tool_calls")
    return _text(_member(message, "content")) or ("tool calls" if calls else "")


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def _members(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


APIS: Mapping[str, ApiKind] = MappingProxyType(
    {
        "create-and-call": ApiKind(
            "/api/llm/create-and-call",
            lambda probe: {
                "model": probe.model,
                "prompt": PROMPT,
                "budget_mode": probe.mode,
                "job_id": probe.job,
                "idempotency_key": probe.key,
            },
            _created,
            charges=True,
        ),
        "openai": ApiKind(
            "/v1/chat/completions",
            lambda probe: {
                "model": probe.model,
                "messages": [{"role": "user", "content": PROMPT}],
            },
            _completed,
            charges=False,
        ),
    }
)
API_NAMES = tuple(APIS)
