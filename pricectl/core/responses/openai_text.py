"""Read the most common responses quickly: OpenAI's text (chat, responses, embeddings).

A fast path: a chat body to its cost takes 9 us, by `reading` 28, and under 10 are wanted. Its
result equals that of `reading`, and it is None for unusual or invalid bodies; `test_openai_text`
compares the two.
"""

from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.responses.formats import Reading
from pricectl.core.responses.provider import MARKED_IDS, canonical_provider, provider_by_model_name
from pricectl.core.responses.values import MAX_TEXT
from pricectl.core.usage import MAX_COUNT, Usage


class _Kind(NamedTuple):
    """A kind of response: the members that do not change its cost, and the names of its totals."""

    body: frozenset[str]
    usage: frozenset[str]
    input: str
    output: str


def _kind(members: str, totals: str) -> _Kind:
    tokens_in, tokens_out = totals.split()
    details = f"{tokens_in}_details", f"{tokens_out}_details"
    return _Kind(
        frozenset(("id", "object", "model", "usage", "service_tier", *members.split())),
        frozenset((tokens_in, tokens_out, "total_tokens", *details)),
        tokens_in,
        tokens_out,
    )


_CHAT = _kind("created choices moderation system_fingerprint", "prompt_tokens completion_tokens")
_RESPONSE = _kind(
    """
    background billing completed_at conversation created_at error frequency_penalty
    incomplete_details instructions max_output_tokens max_tool_calls metadata moderation output
    output_text parallel_tool_calls presence_penalty previous_response_id prompt prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning safety_identifier status store temperature
    text tool_choice tools top_logprobs top_p truncation user
    """,
    "input_tokens output_tokens",
)
_KINDS = MappingProxyType(
    {
        "chat.completion": _CHAT,
        "chat.completion.chunk": _CHAT,
        "response": _RESPONSE,
        "list": _kind("data", "prompt_tokens completion_tokens"),
    }
)
_SERVICES = ("", "default", "auto", "flex", "priority")
# Items of an output that are charged by their tokens alone.
_TOKENS_ONLY_ITEMS = frozenset(("message", "reasoning", "function_call", "custom_tool_call"))
# Parts of the tokens that cost what the rest costs.
_SAME_PRICE = ("text_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")


def read_openai_text(body: object, provider: str | None) -> Reading | None:
    """Read a common response in text; None for any other body."""
    if type(body) is not dict:
        return None
    name = body.get("object")
    kind = _KINDS.get(name) if type(name) is str else None
    if kind is None:
        return None
    # A member that the kind does not know may change the cost, unless it is null.
    if not body.keys() <= kind.body and any(
        body[name] is not None for name in body.keys() - kind.body
    ):
        return None
    names = _names(body)
    usage = _usage(body.get("usage"), kind)
    if names is None or usage is None or not _is_tokens_only(body.get("output")):
        return None
    model, service = names
    provider = canonical_provider(provider) if provider else provider_by_model_name(model)
    if provider == "perplexity":  # its requests have a fee
        return None
    # The fields are complete, so the constructor with its defaults is not needed.
    fields = (usage, model, provider, service, "", None, (), (), (), 1, "", None)
    return tuple.__new__(Reading, fields)


def _names(body: dict[str, object]) -> tuple[str, str] | None:
    model, identity = body.get("model"), body.get("id", "")
    service = body.get("service_tier") or ""
    if (
        type(model) is str
        and len(model) <= MAX_TEXT
        and "search" not in model
        and type(identity) is str
        and not identity.startswith(MARKED_IDS)
        and type(service) is str
        and service in _SERVICES
    ):
        return model, service
    return None


def _is_tokens_only(output: object) -> bool:
    """Whether all items of an output are known to be charged only by their tokens."""
    if output is None:
        return True
    if type(output) is not list:
        return False
    for item in output:
        kind = item.get("type") if type(item) is dict else None
        if type(kind) is not str or kind not in _TOKENS_ONLY_ITEMS:
            return False
    return True


def _usage(usage: object, kind: _Kind) -> Usage | None:
    if type(usage) is not dict or not usage.keys() <= kind.usage:
        return None
    tokens_in, tokens_out = usage.get(kind.input), usage.get(kind.output, 0)
    total = usage.get("total_tokens")
    cached = _only(usage.get(f"{kind.input}_details"), "cached_tokens")
    reasoning = _only(usage.get(f"{kind.output}_details"), "reasoning_tokens")
    if (
        type(tokens_in) is not int
        or type(tokens_out) is not int
        or type(total) is not int
        or total != tokens_in + tokens_out
        or total > MAX_COUNT
        or not 0 <= cached <= tokens_in <= MAX_COUNT
        or not 0 <= reasoning <= tokens_out <= MAX_COUNT
    ):
        return None
    pairs = (
        ("input", tokens_in - cached),
        ("cache_read", cached),
        ("output", tokens_out - reasoning),
        ("reasoning", reasoning),
    )
    counts = tuple([pair for pair in pairs if pair[1]])
    return tuple.__new__(Usage, (tokens_in, tokens_out, counts))


def _only(details: object, name: str) -> int:
    """The count of that name in the details; -1 if another one matters too or it is not a count."""
    if details is None:
        return 0
    if type(details) is not dict:
        return -1
    found = 0
    for key, value in details.items():
        if value is None or key in _SAME_PRICE:
            continue
        if type(value) is not int or (value and key != name):
            return -1
        if value:
            found = value
    return found
