"""Find the usage of one response that is spread over a stream's events."""

from collections import Counter
from collections.abc import Callable, Sequence

from pricectl.core.errors import BadUsage
from pricectl.core.responses.anthropic import MESSAGES
from pricectl.core.responses.bedrock import LLAMA, TITAN
from pricectl.core.responses.formats import ENDED_EARLY, UsageLocation
from pricectl.core.responses.openai import VIDEO
from pricectl.core.responses.service import USAGE_HINT_MEMBERS
from pricectl.core.responses.values import Path, items, member, members, text, value_at

# All that is read from the usage of a message: its counts, and what says how it was served.
_MESSAGE_MEMBERS = tuple(
    dict.fromkeys((*MESSAGES.marks, *MESSAGES.table.members, *USAGE_HINT_MEMBERS))
)
# Events that one response has once: they begin or end it, or are the answer as a whole.
_ONCE_A_STREAM = ("message_start", "response.completed", "response.done", "message", "ai")
_WHOLE_RESPONSE_TYPES = ("chat.completion", "text_completion", "response", "list")
# What tells one response from another.
_IDENTITIES: tuple[Path, ...] = (
    ("id",),
    ("responseId",),
    ("response_id",),
    ("provider_response_id",),
    ("custom_id",),
    ("key",),
    ("response", "id"),
    ("response", "responseId"),
    ("message", "id"),
)
# The events of their streams are usages, each with a part of the answer.
_STREAMED_BARE = (LLAMA, TITAN, VIDEO)
_TURN_COMPLETE = ("serverContent", "turnComplete")
_FINISH_REASONS = ("finish_reason", "finishReason")


def locate_in_stream(
    events: Sequence[object], in_body: Callable[[object], UsageLocation | None]
) -> UsageLocation | None:
    """The usage of a stream; None if it states none. `in_body` finds the usage of one event.

    Raises BadUsage for several responses; each has its own price.
    """
    kinds = Counter(text(member(event, "type")) for event in events)
    _check_one_answer(events, kinds)
    found = [location for location in map(in_body, events) if location]
    if not found:
        return None
    _check_one_usage(found)
    first, last = found[0], found[-1]
    bodies = tuple(location.body for location in found)
    located = last._replace(bodies=bodies)
    if _is_message(found):
        usage = _merged([location.usage for location in found])
        located = UsageLocation(usage, MESSAGES, first.body, first.envelope, bodies)
        ended = kinds["message_stop"] or any(
            value_at(event, ("delta", "stop_reason")) is not None for event in events
        )
    else:
        ended = _is_finished(last.body, events)
    if not ended:
        located = located._replace(stated=located.stated._replace(flags=(ENDED_EARLY,)))
    return located


def _check_one_answer(events: Sequence[object], kinds: Counter[str]) -> None:
    """Raise BadUsage for the events of several responses."""
    for kind in _ONCE_A_STREAM:
        if kinds[kind] > 1:
            raise _several(f"{kind} events")
    if sum(text(member(event, "object")) in _WHOLE_RESPONSE_TYPES for event in events) > 1:
        raise _several("responses")
    if sum(value_at(event, _TURN_COMPLETE) is True for event in events) > 1:
        raise _several("turns")
    if sum(text(member(event, "kind")) == "response" for event in events) > 1:
        raise _several("responses")


def _check_one_usage(found: Sequence[UsageLocation]) -> None:
    """Raise BadUsage for usages that one response does not have."""
    if sum(_is_bare(location) for location in found) > 1:
        raise _several("usages")
    for path in _IDENTITIES:
        if len({text(value_at(location.envelope, path)) for location in found} - {""}) > 1:
            raise _several(f"responses, each with its own {'.'.join(path)}")
    if not _is_message(found) and max(map(_stated_input, found)) > _stated_input(found[-1]):
        raise BadUsage(
            "states fewer tokens of input at its end than before",
            where="stream",
            next_step="add its parts together first, or price each response separately",
        )


def _is_message(found: Sequence[UsageLocation]) -> bool:
    """Whether the events are those of Anthropic's messages, whose first one states the input."""
    return text(member(found[0].envelope, "type")) == "message_start"


def _is_bare(location: UsageLocation) -> bool:
    """Whether an event is a usage alone, which says nothing of the response that it belongs to."""
    return location.usage is location.body and location.format not in _STREAMED_BARE


def _stated_input(location: UsageLocation) -> int:
    """The input as its first spelling states it; each event of a stream states all of it."""
    paths = location.format.table.fields[0].paths
    values = (member(location.usage, path) for path in paths)
    return max((value for value in values if type(value) is int), default=0)


def _is_finished(last: object, events: Sequence[object]) -> bool:
    """Whether a stream with counts in every event has its last one.

    An answer in parts says in the last of them why it ended; a last event without a part of the
    answer is the usage alone.
    """
    for name in ("choices", "candidates"):
        if not items(last, name):
            continue
        return any(
            member(part, reason) is not None
            for event in events
            for part in items(event, name)
            for reason in _FINISH_REASONS
        )
    return True


def _several(what: str) -> BadUsage:
    return BadUsage(
        f"holds several {what}", where="stream", next_step="price each response separately"
    )


def _merged(usages: list[object]) -> dict[str, object]:
    """Anthropic's events: each count is cumulative, so the largest holds and is never summed."""
    merged: dict[str, object] = {}
    for usage in usages:
        known = {name: member(usage, name) for name in _MESSAGE_MEMBERS}
        for name, new in {**dict(members(usage)), **known}.items():
            old = merged.get(name)
            if type(new) is int and type(old) is int:
                merged[name] = max(new, old)
            elif new is not None:
                merged[name] = new
    return merged
