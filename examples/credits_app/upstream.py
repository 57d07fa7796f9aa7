"""A model that needs no network: the same question always gets the same answer and usage."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

Message = dict[str, str]
# What an API for models looks like from here: a model, messages and the most tokens of the answer
# to a chat completion. It must answer or fail within half of LEASE_SECONDS of the ledger.
Upstream = Callable[[str, Sequence[Message], int], dict[str, Any]]


class NotCharged(Exception):
    """The provider refused the call and charges nothing: it was overloaded, or the request wrong.

    Raise it only where that is certain. Any other failure, such as a timeout, leaves open whether
    the provider charges the call.
    """


FIXED_PROMPT_TOKENS, FIXED_COMPLETION_TOKENS = 8, 12


def complete(model: str, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
    """A chat completion in OpenAI's shape; a word counts one token, and each side a few more."""
    words = [word for message in messages for word in message["content"].split()]
    prompt = FIXED_PROMPT_TOKENS + len(words)
    completion = min(FIXED_COMPLETION_TOKENS + len(words) // 2, max_tokens)
    identity = hashlib.sha256(repr((model, messages)).encode()).hexdigest()[:24]
    return {
        "id": f"chatcmpl-{identity}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": f"{len(words)} words, understood."},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }
