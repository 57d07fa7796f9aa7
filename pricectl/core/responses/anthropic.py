"""Anthropic messages: input excludes the tokens read from and written to the cache.

A message may be several requests: the turns of a server tool's loop, a compaction, an advisor's or
another model's round. Each is charged at its own context tier. Source: the Messages API reference
(also as served by Bedrock, Vertex and Azure).
"""

from collections.abc import Sequence

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat, RoundCounts
from pricectl.core.responses.values import items, lacks_all, member, text, value_at

_TOKENS = (
    field("input_tokens", "input_tokens"),
    field("cache_read_input_tokens", "input_tokens cache_read_tokens"),
    field("output_tokens", "output_tokens"),
    field("cache_creation_input_tokens", "written"),
    field("cache_creation.ephemeral_5m_input_tokens", "written_5m"),
    field("cache_creation.ephemeral_1h_input_tokens", "written_1h"),
    field("output_tokens_details.thinking_tokens", "reasoning_tokens"),
)
_ROUND = CountTable(*_TOKENS, known="total_tokens")
_MESSAGE = CountTable(
    *_TOKENS,
    field("server_tool_use.web_search_requests", "search"),
    field("total_tokens", "total"),  # of other sellers of the format
    # Read round by round, in `_finish`.
    known="iterations.*",
)
# The rounds that the totals of a message include; a compaction and an advisor are beside them.
_IN_TOTALS = ("message", "fallback_message")
# What each round states, and so what the rounds of a message add up to.
_STATED_BY_ROUNDS = ("input_tokens", "output_tokens", "cache_read_tokens")
_WRITTEN = "cache_write_tokens"
# Kinds of tokens that only the totals may state, and what they are part of.
_DETAILS = (("cache_write_1h_tokens", _WRITTEN), ("reasoning_tokens", "output_tokens"))
_TOTAL_PATH = ("cache_creation_input_tokens",)
_PARTS_PATH = ("cache_creation",)
_MINUTES_PATH = (*_PARTS_PATH, "ephemeral_5m_input_tokens")
_WHERE = "usage.cache_creation_input_tokens"


def _finish(builder: ReadingBuilder) -> None:
    _add_writes(builder, builder.usage)
    if lacks_all(builder.usage, ("iterations",)):
        return
    steps = items(builder.usage, "iterations")
    if not steps:
        return
    builder.take("total")  # of the messages alone
    rounds = [_round(builder, step) for step in steps]
    own = _rounds_of_totals(builder, [found for found in rounds if found.kind in _IN_TOTALS])
    if len(rounds) == len(own) <= 1:
        return  # the totals say more of one request than its round does
    if len(own) > 1:
        _give_details(builder, own)
    elif own:
        own[0].counts.update(builder.counts)
    else:
        rounds.insert(0, RoundCounts("message", "", dict(builder.counts)))
    builder.rounds = rounds
    builder.counts = {}
    for found in rounds:
        for name, count in found.counts.items():
            builder.add(name, count)


def _round(builder: ReadingBuilder, step: object) -> RoundCounts:
    """The counts of one round; its model only where it is not the response's own."""
    counting = ReadingBuilder(builder.location, forgiving=builder.forgiving)
    counting.fill(_ROUND, step)
    _add_writes(counting, step)
    for signal in counting.signals:
        builder.signals[f"iterations.{signal}"] = None
    kind, model = text(member(step, "type")), text(member(step, "model"))
    return RoundCounts(kind, "" if model == builder.model else model, counting.counts)


def _rounds_of_totals(builder: ReadingBuilder, messages: list[RoundCounts]) -> list[RoundCounts]:
    """The rounds that the totals are the sum of: all messages, or those of the response's model.

    Refuses totals that are neither.
    """
    for rounds in (messages, [found for found in messages if not found.model]):
        sums = (sum(found.counts.get(name, 0) for found in rounds) for name in _STATED_BY_ROUNDS)
        if list(sums) == [builder.count(name) for name in _STATED_BY_ROUNDS] or not messages:
            return rounds
    builder.refuse("its totals are not the sum of its iterations", "usage")
    return messages


def _give_details(builder: ReadingBuilder, own: Sequence[RoundCounts]) -> None:
    """Give the rounds, in their order, the kinds of tokens that only the totals state."""
    own[0].counts["search"] = builder.count("search")
    for name, whole_name in _DETAILS:
        left = builder.count(name) - sum(found.counts.get(name, 0) for found in own)
        for counts in (found.counts for found in own):
            rest = counts.get(whole_name, 0)
            share = min(left, rest - counts.get(name, 0) if whole_name != _WRITTEN else rest)
            if share > 0:
                counts[name] = counts.get(name, 0) + share
                left -= share
                if whole_name == _WRITTEN:
                    counts[_WRITTEN] -= share


def _add_writes(builder: ReadingBuilder, node: object) -> None:
    """Cache writes by lifetime; the total stands beside its parts, or the parts alone.

    Refuses a total that is not the sum of its parts.
    """
    hour, minutes = builder.take("written_1h"), builder.take("written_5m")
    stated = builder.take("written")
    written = hour + minutes
    if not (written or stated):
        return
    if stated != written and value_at(node, _TOTAL_PATH) is not None:
        if value_at(node, _PARTS_PATH) is not None:
            # Without a part its share is the rest of the total.
            if stated < hour or value_at(node, _MINUTES_PATH) is not None:
                builder.refuse(f"({stated}) is not the sum of its parts ({written})", _WHERE)
            hour = min(hour, stated)
        written = stated
    builder.add("input_tokens", written)
    builder.add(_WRITTEN, written - hour)
    builder.add("cache_write_1h_tokens", hour)


MESSAGES = ResponseFormat(
    "messages",
    (
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "server_tool_use",
        "service_tier",
        "inference_geo",
        "iterations",
    ),
    _MESSAGE,
    "input_tokens",
    "anthropic",
    _finish,
)
