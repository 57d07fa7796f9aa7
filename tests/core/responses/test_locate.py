"""Where a usage was looked for, and what a refusal says about it."""

from typing import Any

import pytest

from pricectl.core import BadUsage
from pricectl.core.responses import read_response
from pricectl.core.responses.anthropic import MESSAGES
from pricectl.core.responses.count_table import Field

LOOKED_FOR = (
    "looked for counts such as prompt_tokens, input_tokens, promptTokenCount, inputTokens"
    " in usage, token_usage, usageMetadata, usage_metadata, totalUsage, meta, usage_info"
)


@pytest.mark.parametrize(
    ("body", "where", "advice"),
    [
        ({}, "body", LOOKED_FOR),
        ({"usage": {}}, "body", LOOKED_FOR),
        (None, "NoneType", LOOKED_FOR),
        (7, "int", LOOKED_FOR),
        (
            [{}, {}, {}],
            "list of 3 events",
            f"{LOOKED_FOR}; was the stream asked to include its usage?",
        ),
    ],
)
def test_a_refusal_says_what_it_was_given_and_what_it_looked_for(
    body: Any, where: str, advice: str
) -> None:
    with pytest.raises(BadUsage) as caught:
        read_response(body)
    error = caught.value
    assert (error.where, error.what, error.next_step) == (where, "states no usage", advice)


@pytest.mark.parametrize("field", MESSAGES.table.fields, ids=lambda field: field.paths[0])
def test_a_stream_counts_what_a_message_counts(field: Field) -> None:
    """Every field of the table, in the event that begins the stream and in the one that ends it."""
    for path in field.paths:
        *outer, last = path.split(".")
        counted: dict[str, Any] = {last: 700}
        for name in reversed(outer):
            counted = {name: counted}
        plain = {"input_tokens": 700, "output_tokens": 700}
        usage = {**plain, "service_tier": "standard", **counted}  # the tier marks the format
        head = {"id": "msg_1", "type": "message", "model": "claude-x"}
        message = read_response({**head, "usage": usage})
        for first, final in ((usage, plain), (plain, usage)):
            events = [
                {"type": "message_start", "message": {**head, "usage": first}},
                {"type": "message_delta", "usage": final},
                {"type": "message_stop"},
            ]
            assert read_response(events) == message
