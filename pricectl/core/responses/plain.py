"""The common case, quickly: OpenAI's answers in text (chat, responses, embeddings).

It answers only where the tables would say the same; whatever is unusual or wrong is left to them.
"""

from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.responses.access import MAX_TEXT
from pricectl.core.responses.origins import MARKED_IDS, known_as, maker_of
from pricectl.core.responses.tables import Reading
from pricectl.core.usage import MAX_COUNT, Usage


class _Shape(NamedTuple):
    """A kind of answer: the members that say nothing else of its cost, and its two totals."""

    body: frozenset[str]
    usage: frozenset[str]
    input: str
    output: str


def _shape(members: str, totals: str) -> _Shape:
    tokens_in, tokens_out = totals.split()
    details = f"{tokens_in}_details", f"{tokens_out}_details"
    return _Shape(
        frozenset(("id", "object", "model", "usage", "service_tier", *members.split())),
        frozenset((tokens_in, tokens_out, "total_tokens", *details)),
        tokens_in,
        tokens_out,
    )


_CHAT = _shape("created choices moderation system_fingerprint", "prompt_tokens completion_tokens")
_RESPONSE = _shape(
    """
    background billing completed_at conversation created_at error frequency_penalty
    incomplete_details instructions max_output_tokens max_tool_calls metadata moderation output
    output_text parallel_tool_calls presence_penalty previous_response_id prompt prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning safety_identifier status store temperature
    text tool_choice tools top_logprobs top_p truncation user
    """,
    "input_tokens output_tokens",
)
_SHAPES = MappingProxyType(
    {
        "chat.completion": _CHAT,
        "chat.completion.chunk": _CHAT,
        "response": _RESPONSE,
        "list": _shape("data", "prompt_tokens completion_tokens"),
    }
)
_SERVICES = ("", "default", "auto", "flex", "priority")
# What an answer is made of at no charge but its tokens.
_FREE_ITEMS = frozenset(("message", "reasoning", "function_call", "custom_tool_call"))
# Parts of the tokens that are charged like the rest of them.
_CHARGED_ALIKE = ("text_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")


def plain_text(body: object, provider: str | None) -> Reading | None:
    """Read a plain answer in text; None for any other body."""
    if type(body) is not dict:
        return None
    kind = body.get("object")
    shape = _SHAPES.get(kind) if type(kind) is str else None
    if shape is None or not (body.keys() <= shape.body or _says_no_more(body, shape)):
        return None
    names = _names(body)
    usage = _usage(body.get("usage"), shape)
    if names is None or usage is None or not _is_free(body.get("output")):
        return None
    model, service = names
    provider = known_as(provider) if provider else maker_of(model)
    return tuple.__new__(Reading, (usage, model, provider, service, "", None, ()))


def _says_no_more(body: dict[str, object], shape: _Shape) -> bool:
    """Whether all members that the shape does not know are null."""
    return all(body[name] is None for name in body.keys() - shape.body)


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


def _is_free(output: object) -> bool:
    """Whether what the answer holds is charged by its tokens alone, as far as one can tell."""
    if output is None:
        return True
    if type(output) is not list:
        return False
    for item in output:
        kind = item.get("type") if type(item) is dict else None
        if type(kind) is not str or kind not in _FREE_ITEMS:
            return False
    return True


def _usage(usage: object, shape: _Shape) -> Usage | None:
    if type(usage) is not dict or not usage.keys() <= shape.usage:
        return None
    tokens_in, tokens_out = usage.get(shape.input), usage.get(shape.output, 0)
    total = usage.get("total_tokens")
    cached = _only(usage.get(f"{shape.input}_details"), "cached_tokens")
    reasoning = _only(usage.get(f"{shape.output}_details"), "reasoning_tokens")
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
    """The one count in the details; -1 if another one matters too, or if it is no count."""
    if details is None:
        return 0
    if type(details) is not dict:
        return -1
    found = 0
    for key, value in details.items():
        if value is None or key in _CHARGED_ALIKE:
            continue
        if type(value) is not int or (value and key != name):
            return -1
        if value:
            found = value
    return found
