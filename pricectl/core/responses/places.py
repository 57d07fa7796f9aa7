"""Where a usage stands: beside the answer, in an envelope, spread over events."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses import openai, others
from pricectl.core.responses.access import Path, at, lacks, member, text
from pricectl.core.responses.anthropic import MESSAGES
from pricectl.core.responses.google import CONTENT
from pricectl.core.responses.recorded import MAX_EVENTS
from pricectl.core.responses.tables import Family

# The first that fits reads the usage, so the plain shapes come last.
FAMILIES: tuple[Family, ...] = (
    openai.CHAT,
    others.LLAMA,
    CONTENT,
    others.CONVERSE,
    others.COHERE,
    openai.RESPONSES,
    MESSAGES,
    openai.PLAIN,
    others.INVOCATION,
    others.TITAN,
    others.PAGES,
    openai.DURATION,
    others.GUARDRAIL,
    openai.TOTAL_ONLY,
    others.HEADERS,
)
_MARKS = {mark: rank for rank in reversed(range(len(FAMILIES))) for mark in FAMILIES[rank].marks}
_KNOWN_BEST = (openai.CHAT, openai.PLAIN, CONTENT, others.CONVERSE)
_METRICS = "amazon-bedrock-invocationMetrics"
_NODES = ("usage", "usageMetadata", "usage_metadata", "usage_info", "meta", _METRICS)
_ENVELOPES: tuple[Path, ...] = (
    (),
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
# Members without which nothing in a body, or in an envelope, can be a usage.
_TELLING = frozenset((*_NODES, *_MARKS))
_OUTERMOST = _TELLING.union(path[0] for path in _ENVELOPES if path)
# What a stream has one of: the event that begins or ends it, or the answer as a whole.
_ONE_A_STREAM = ("message_start", "response.completed", "response.done", "message")
_WHOLE = ("chat.completion", "text_completion", "response", "list")
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


class Place(NamedTuple):
    """A usage object, its family, the body it stands in, the envelope around and all events."""

    usage: object
    family: Family
    body: object
    outer: object
    bodies: tuple[object, ...]


def locate(body: object) -> Place:
    """Find the usage in a body or in a list of a stream's events.

    Raises BadUsage, with the members it looked for.
    """
    if isinstance(body, (list, tuple)):
        # A list of another class may not end.
        plain = type(body) in (list, tuple)
        found = _in_events(body if plain else list(islice(body, MAX_EVENTS)))
    else:
        found = _in_body(body)
    if found is None:
        raise BadUsage("states no usage", where=_kind(body), next_step=_looked_for(body))
    return found


def _in_body(body: object) -> Place | None:
    if lacks(body, _OUTERMOST):
        return None
    for path in _ENVELOPES:
        inner = at(body, path)
        if inner is None or lacks(inner, _TELLING):
            continue
        for name in _NODES:
            usage = member(inner, name)
            family = _family_of(usage)
            if family:
                return Place(usage, family, inner, body, (inner,))
        family = _family_of(inner)
        # A service tier beside the answer is a mark of a usage, and none by itself.
        if family and (not family.required or member(inner, family.required) is not None):
            return Place(inner, family, inner, body, (inner,))
    return None


def _family_of(usage: object) -> Family | None:
    """The first family of which a usage has a mark."""
    if usage is None:
        return None
    if type(usage) is dict:
        found = [_MARKS[name] for name in usage if name in _MARKS and usage[name] is not None]
    else:
        found = [rank for name, rank in _MARKS.items() if member(usage, name) is not None]
    return FAMILIES[min(found)] if found else None


def _in_events(events: "list[object] | tuple[object, ...]") -> Place | None:
    _refuse_several(events)
    places = [place for place in map(_in_body, events) if place]
    if not places:
        return None
    for path in _IDENTITIES:
        if len({text(at(place.outer, path)) for place in places} - {""}) > 1:
            raise _several(f"responses, each with its own {'.'.join(path)}")
    first, last = places[0], places[-1]
    bodies = tuple(place.body for place in places)
    if text(member(first.outer, "type")) != "message_start":
        return last._replace(bodies=bodies)
    usage = _merged([place.usage for place in places])
    return Place(usage, MESSAGES, first.body, first.outer, bodies)


def _refuse_several(events: "list[object] | tuple[object, ...]") -> None:
    """Raises BadUsage if a list holds more than one response; each has a price of its own."""
    kinds = Counter(text(member(event, "type")) for event in events)
    for kind in _ONE_A_STREAM:
        if kinds[kind] > 1:
            raise _several(f"{kind} events")
    whole = sum(text(member(event, "object")) in _WHOLE for event in events)
    turns = sum(at(event, _TURN_COMPLETE) is True for event in events)
    if whole > 1 or turns > 1:
        raise _several("responses" if whole > 1 else "turns")


def _several(what: str) -> BadUsage:
    return BadUsage(
        f"holds several {what}", where="stream", next_step="price each response by itself"
    )


def _merged(usages: list[object]) -> dict[str, object]:
    """Anthropic's events: each count is cumulative, so the largest holds and is never summed."""
    merged: dict[str, object] = {}
    for usage in usages:
        for name in _members(usage):
            new, old = member(usage, name), merged.get(name)
            if type(new) is int and type(old) is int:
                merged[name] = max(new, old)
            else:
                merged[name] = new
    return merged


_MESSAGE_MEMBERS = (
    *MESSAGES.marks,
    "input_tokens",
    "output_tokens",
    "output_tokens_details",
    "speed",
)


def _members(usage: object) -> tuple[str, ...]:
    return tuple(name for name in _MESSAGE_MEMBERS if member(usage, name) is not None)


def _kind(body: object) -> str:
    if isinstance(body, (list, tuple)):
        return f"list of {len(body)} events"
    return "body" if isinstance(body, Mapping) else f"{type(body).__name__:.80}"


def _looked_for(body: object) -> str:
    marks = ", ".join(family.marks[0] for family in _KNOWN_BEST)
    advice = f"looked for counts such as {marks} in {', '.join(_NODES[:-1])}"
    if isinstance(body, (list, tuple)):
        return f"{advice}; was the stream asked to include its usage?"
    return advice
