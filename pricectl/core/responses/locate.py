"""Find the usage object of a response: in the body, in an envelope, in a record of one.

`sessions` and `stream` look through a list of events.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from pricectl.core.errors import BadUsage
from pricectl.core.responses.bedrock import CONVERSE
from pricectl.core.responses.cohere_mistral import MISTRAL_OCR
from pricectl.core.responses.formats import (
    ENDED_EARLY,
    GATEWAY_CACHE,
    ResponseFormat,
    Stated,
    UsageLocation,
)
from pricectl.core.responses.frameworks import VERCEL_AI_SDK
from pricectl.core.responses.litellm_rows import (
    NOT_CHARGED,
    RECORD_MEMBERS,
    locate_litellm_row,
)
from pricectl.core.responses.openai import VIDEO
from pricectl.core.responses.recorded import MAX_EVENTS
from pricectl.core.responses.registry import (
    KNOWN_BEST,
    MARKS,
    NAMED_USAGE_MEMBERS,
    USAGE_MEMBERS,
    format_of,
)
from pricectl.core.responses.service import USAGE_HINT_MEMBERS
from pricectl.core.responses.sessions import locate_session
from pricectl.core.responses.spans import SPAN_MEMBERS, locate_span
from pricectl.core.responses.stream import locate_in_stream
from pricectl.core.responses.unread import is_number, speaks_of_tokens
from pricectl.core.responses.values import (
    LEAVES,
    Path,
    items,
    lacks_all,
    member,
    members,
    text,
    value_at,
)

# Where a framework keeps the provider's own body or usage, which says more than its summary.
DETAILED: tuple[Path, ...] = (
    ("response_metadata",),  # LangChain's message
    ("kwargs", "response_metadata"),  # the same, serialised
    ("raw",),  # LlamaIndex's response
    ("providerMetadata", "anthropic"),  # the AI SDK's result
)
# Where a body stands in what a provider sends, in the order in which it is tried.
ENVELOPES: tuple[Path, ...] = (
    ("response",),  # events of the responses and realtime APIs, Gemini's batches
    ("response", "body"),  # OpenAI's batches
    ("result", "message"),  # Anthropic's batches
    ("modelOutput",),  # Bedrock's batches
    ("message",),  # message_start
    ("metadata",),  # ConverseStream
    ("delta",),  # Cohere's message-end
    ("x_groq",),  # Groq's last chunk
    ("kwargs",),  # LangChain's message, serialised
    ("llm_output",),  # LangChain's result
    ("ResponseMetadata", "HTTPHeaders"),  # InvokeModel
)
# A body without any of these members states no usage.
_BODY_MEMBERS = frozenset((*USAGE_MEMBERS, *MARKS))
_ENVELOPE_MEMBERS = frozenset(path[0] for path in ENVELOPES)
_DETAILED_MEMBERS = frozenset(path[0] for path in DETAILED)
# A body without any of these is not a record of another one.
_RECORD_MEMBERS = frozenset(
    (*_DETAILED_MEMBERS, *RECORD_MEMBERS, *SPAN_MEMBERS, "steps", "_hidden_params")
)
_CACHE_HIT = ("_hidden_params", "cache_hit")  # LiteLLM answered out of its own cache
# What may stand beside the counts of a body that is a usage itself.
_BARE_MEMBERS = frozenset(
    (
        *("id", "object", "model", "type", "created", "created_at", "provider", "provider_name"),
        *("model_name", "system_fingerprint", "item_id", "content_index", "event_id", "index"),
        *USAGE_HINT_MEMBERS,
    )
)


def locate(body: object) -> tuple[UsageLocation, ...]:
    """Find the usage in a body or in a list of a stream's events.

    There are several only where a response is the sum of several requests: the responses of a
    realtime session, the steps of the AI SDK. Raises BadUsage, with the members it looked for.
    """
    if isinstance(body, (list, tuple)):
        # A subclass may be endless: a client's stream, a mock.
        is_list = type(body) in (list, tuple)
        events = body if is_list else list(islice(body, MAX_EVENTS))
        found = locate_session(events, _in_body) or _unfinished_steps(events)
        if not found:
            in_stream = locate_in_stream(events, _in_body)
            found = (in_stream,) if in_stream else ()
    else:
        found = _in_record(body)
    if found:
        return found
    marks = ", ".join(known.marks[0] for known in KNOWN_BEST)
    advice = f"looked for counts such as {marks} in {', '.join(NAMED_USAGE_MEMBERS)}"
    where = "body" if isinstance(body, Mapping) else f"{type(body).__name__:.80}"
    if isinstance(body, (list, tuple)):
        where = f"list of {len(body)} events"
        advice += "; was the stream asked to include its usage?"
    raise BadUsage("states no usage", where=where, next_step=advice)


def _unfinished_steps(events: Sequence[object]) -> tuple[UsageLocation, ...]:
    """The steps of an AI SDK's stream that ended before the event with their sum."""
    kinds = [text(member(event, "type")) for event in events]
    if "finish-step" not in kinds or "finish" in kinds:
        return ()
    steps = (
        _in_body(event) for kind, event in zip(kinds, events, strict=True) if kind == "finish-step"
    )
    return _as_steps([found for found in steps if found], None, (ENDED_EARLY,))


def _as_steps(
    located: Sequence[UsageLocation], body: object, flags: tuple[str, ...] = ()
) -> tuple[UsageLocation, ...]:
    """The steps of one body, which may say for all of them who served them."""
    return tuple(
        found._replace(
            envelope=found.envelope if body is None else body,
            kind="step",
            stated=found.stated._replace(flags=flags),
        )
        for found in located
    )


def _in_record(body: object) -> tuple[UsageLocation, ...]:
    """The usage of a body, or of a record of one: a span, a row of a gateway's log."""
    if lacks_all(body, _RECORD_MEMBERS):
        found = _in_node(body, body) or _in_envelope(body)
        return (found,) if found else ()
    if value_at(body, _CACHE_HIT) is True:
        stated = Stated(flags=(GATEWAY_CACHE,))
        return (UsageLocation({}, NOT_CHARGED, body, body, (body,), stated),)
    record = locate_litellm_row(body) or locate_span(body)
    if record:
        return (record,)
    steps = () if lacks_all(body, ("steps",)) else items(body, "steps")
    located = tuple(found for step in steps if (found := _in_body(step)))
    if len(located) > 1 and len(located) == len(steps):
        return _as_steps(located, body)
    if len(located) > 1 and member(body, "totalUsage") is None:
        return _as_steps(located, body, (ENDED_EARLY,))
    found = _in_body(body)
    return (found,) if found else ()


def _in_body(body: object) -> UsageLocation | None:
    if isinstance(body, LEAVES):
        return None
    empty = None
    for path in () if lacks_all(body, _DETAILED_MEMBERS) else DETAILED:
        node = value_at(body, path)
        found = _in_members(node, body)
        if found:
            found = found._replace(body=body) if path[0] == "providerMetadata" else found
            if _is_used(found):
                return found
            empty = empty or found
    found = _in_node(body, body) or _in_envelope(body)
    return found if found and (not empty or _is_used(found)) else empty


def _in_envelope(body: object) -> UsageLocation | None:
    if lacks_all(body, _ENVELOPE_MEMBERS):
        return None
    found = None
    for path in ENVELOPES:
        inner = _in_node(value_at(body, path), body)
        if inner and (not found or _is_used(inner)):
            found = inner
            if _is_used(inner):
                break
    if found and text(member(body, "type")) == "message_start":
        return found._replace(stated=found.stated._replace(flags=(ENDED_EARLY,)))
    return found


def _in_node(node: object, envelope: object) -> UsageLocation | None:
    """The usage in a member of a node, or the node itself if it is one."""
    if node is None or lacks_all(node, _BODY_MEMBERS):
        return None
    found = _in_members(node, envelope)
    if found:
        return found
    known = VIDEO if text(member(node, "object")) == "video" else format_of(node)
    # A service tier in the body marks a format, too, but the body is not a usage because of it.
    if known and (not known.required or member(node, known.required) is not None):
        _check_bare(node, known)
        return UsageLocation(node, known, node, envelope, (node,))
    return None


def _in_members(node: object, envelope: object) -> UsageLocation | None:
    if node is None or lacks_all(node, USAGE_MEMBERS):
        return None
    found = None
    is_dict = type(node) is dict
    for name in USAGE_MEMBERS:
        usage = member(node, name)
        known = None if usage is None else format_of(usage)
        if not known:
            continue
        if known is MISTRAL_OCR and found and known.table.finds_any(usage):
            # Pages beside tokens are charged, too.
            stated = Stated(signals=(f"{name}={_pages(usage)}",))
            return found._replace(stated=stated)
        if found and (_is_used(found) or not known.table.finds_any(usage)):
            continue
        usage, known = _better(node, usage, known)
        found = UsageLocation(usage, known, node, envelope, (node,))
        if not is_dict:  # a client's object; a mock has every member
            break
    return found


def _is_used(found: UsageLocation) -> bool:
    """Whether a usage counts anything; one of zeros may stand beside the one that was used."""
    return type(found.usage) is not dict or found.format.table.finds_any(found.usage)


def _pages(usage: object) -> str:
    pages, credit = member(usage, "pages_processed"), member(usage, "credits")
    return f"{pages} pages" if pages else f"{credit} credits"


def _better(node: object, usage: object, known: ResponseFormat) -> tuple[object, ResponseFormat]:
    """The AI SDK's usage of all steps, if there is one, and the provider's own of a single step."""
    if known is not VERCEL_AI_SDK and known is not CONVERSE:
        return usage, known
    total = member(node, "totalUsage")
    if total is not None and (of_total := format_of(total)):
        usage, known = total, of_total
    raw = member(usage, "raw")
    if raw is not None and any(is_number(value) for _, value in members(raw)):
        detailed = format_of(raw)
        return (raw, detailed) if detailed else (usage, known)
    return usage, known


def _check_bare(node: object, known: ResponseFormat) -> None:
    """Refuse a body of an unknown kind in which a count's name happens to stand."""
    if known.body_members is None or known is VIDEO:
        return
    expected = {*_BARE_MEMBERS, *known.table.members, *known.marks, *known.body_members}
    for name, value in members(node):
        if value is None or name in expected or speaks_of_tokens(name):
            continue
        raise BadUsage(
            f"is not a usage: it has {text(name) or 'other members'}",
            where="body",
            next_step="pass the response itself, or its usage object alone",
        )
