"""Where a usage was looked for, and what a refusal says about it."""

from typing import Any

import pytest

from pricectl.core import BadUsage
from pricectl.core.responses import read_response

LOOKED_FOR = (
    "looked for counts such as prompt_tokens, input_tokens, promptTokenCount, inputTokens"
    " in usage, usageMetadata, usage_metadata, usage_info, meta"
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
