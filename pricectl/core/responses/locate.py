"""Find the usage object of a response: in the body, in an envelope, spread over stream events."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice

from pricectl.core.errors import BadUsage
from pricectl.core.responses.anthropic import MESSAGES
from pricectl.core.responses.formats import UsageLocation
from pricectl.core.responses.recorded import MAX_EVENTS
from pricectl.core.responses.registry import (
    KNOWN_BEST,
    MARKS,
    NAMED_USAGE_MEMBERS,
    USAGE_MEMBERS,
    format_of,
)
from pricectl.core.responses.service import USAGE_HINT_MEMBERS
from pricectl.core.responses.values import Path, lacks_all, member, text, value_at

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
    ("ResponseMetadata", "HTTPHeaders"),  # InvokeModel
)
# A body without any of these members states no usage.
_BODY_MEMBERS = frozenset((*USAGE_MEMBERS, *MARKS))
_ENVELOPE_MEMBERS = frozenset(path[0] for path in ENVELOPES)
# All that is read from the usage of a message: its counts, and what says how it was served.
_MESSAGE_MEMBERS = tuple(
    dict.fromkeys((*MESSAGES.marks, *MESSAGES.table.members, *USAGE_HINT_MEMBERS))
)
# Events that one response has once: they begin or end it, or are the answer as a whole.
_ONCE_A_STREAM = ("message_start", "response.completed", "response.done", "message")
_WHOLE_RESPONSE_TYPES = ("chat.completion", "text_completion", "response", "list")
# What tells one response from another.
_IDENTITIES: tuple[Path, ...] = (
    ("id",),
    ("responseId",),
    ("response_id",),
    ("custom_id",),
    ("key",),
    ("response", "id"),
    ("response", "responseId"),
    ("message", "id"),
)
_TURN_COMPLETE = ("serverContent", "turnComplete")


def locate(body: object) -> UsageLocation:
    """Find the usage in a body or in a list of a stream's events.

    Raises BadUsage, with the members it looked for.
    """
    if isinstance(body, (list, tuple)):
        # A subclass may be endless: a client's stream, a mock.
        is_list = type(body) in (list, tuple)
        found = _in_events(body if is_list else list(islice(body, MAX_EVENTS)))
    else:
        found = _in_body(body)
    if found:
        return found
    marks = ", ".join(known.marks[0] for known in KNOWN_BEST)
    advice = f"looked for counts such as {marks} in {', '.join(NAMED_USAGE_MEMBERS)}"
    where = "body" if isinstance(body, Mapping) else f"{type(body).__name__:.80}"
    if isinstance(body, (list, tuple)):
        where = f"list of {len(body)} events"
        advice += "; was the stream asked to include its usage?"
    raise BadUsage("states no usage", where=where, next_step=advice)


def _in_body(body: object) -> UsageLocation | None:
    found = _in_node(body, body)
    if found or lacks_all(body, _ENVELOPE_MEMBERS):
        return found
    inner = (_in_node(value_at(body, path), body) for path in ENVELOPES)
    return next(filter(None, inner), None)


def _in_node(node: object, envelope: object) -> UsageLocation | None:
    """The usage in a member of a node, or the node itself if it is one."""
    if node is None or lacks_all(node, _BODY_MEMBERS):
        return None
    for name in USAGE_MEMBERS:
        usage = member(node, name)
        found = None if usage is None else format_of(usage)
        if found:
            return UsageLocation(usage, found, node, envelope, (node,))
    found = format_of(node)
    # A service tier in the body marks a format, too, but the body is not a usage because of it.
    if found and (not found.required or member(node, found.required) is not None):
        return UsageLocation(node, found, node, envelope, (node,))
    return None


def _in_events(events: "list[object] | tuple[object, ...]") -> UsageLocation | None:
    """The usage of a stream. Raises BadUsage for several responses; each has its own price."""
    kinds = Counter(text(member(event, "type")) for event in events)
    for kind in _ONCE_A_STREAM:
        if kinds[kind] > 1:
            raise _several(f"{kind} events")
    if sum(text(member(event, "object")) in _WHOLE_RESPONSE_TYPES for event in events) > 1:
        raise _several("responses")
    if sum(value_at(event, _TURN_COMPLETE) is True for event in events) > 1:
        raise _several("turns")
    found = [location for location in map(_in_body, events) if location]
    if not found:
        return None
    for path in _IDENTITIES:
        if len({text(value_at(location.envelope, path)) for location in found} - {""}) > 1:
            raise _several(f"responses, each with its own {'.'.join(path)}")
    first, last = found[0], found[-1]
    bodies = tuple(location.body for location in found)
    if text(member(first.envelope, "type")) != "message_start":
        return last._replace(bodies=bodies)
    usage = _merged([location.usage for location in found])
    return UsageLocation(usage, MESSAGES, first.body, first.envelope, bodies)


def _several(what: str) -> BadUsage:
    return BadUsage(
        f"holds several {what}", where="stream", next_step="price each response separately"
    )


def _merged(usages: list[object]) -> dict[str, object]:
    """Anthropic's events: each count is cumulative, so the largest holds and is never summed."""
    merged: dict[str, object] = {}
    for usage in usages:
        for name in _MESSAGE_MEMBERS:
            new, old = member(usage, name), merged.get(name)
            if type(new) is int and type(old) is int:
                merged[name] = max(new, old)
            elif new is not None:
                merged[name] = new
    return merged
