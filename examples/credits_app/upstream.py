"""A model that needs no network: the same question always gets the same answer and usage."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

Message = dict[str, str]
# What an API for models looks like from here: a model and messages to a chat completion.
Upstream = Callable[[str, Sequence[Message]], dict[str, Any]]

FIXED_PROMPT_TOKENS, FIXED_COMPLETION_TOKENS = 8, 12


def complete(model: str, messages: Sequence[Message]) -> dict[str, Any]:
    """A chat completion in OpenAI's shape; a word counts one token, and each side a few more."""
    words = [word for message in messages for word in message["content"].split()]
    prompt, completion = FIXED_PROMPT_TOKENS + len(words), FIXED_COMPLETION_TOKENS + len(words) // 2
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
