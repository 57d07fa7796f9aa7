"""The common case, quickly: an OpenAI chat completion of text, as a dict. Floor 0.

It answers only where the tables would say the same; whatever is unusual or wrong is left to them.
"""

from pricectl.core.responses.access import MAX_TEXT
from pricectl.core.responses.origins import maker_of
from pricectl.core.responses.tables import Reading
from pricectl.core.usage import MAX_COUNT, Usage

_BODY = frozenset(
    ("id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint")
)
_USAGE = frozenset(
    (
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
    )
)
_SERVICES = ("", "default", "auto", "flex", "priority")
# Parts of the output that are charged like the rest of it.
_CHARGED_ALIKE = ("text_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")


def plain_chat(body: object, provider: str | None) -> Reading | None:
    """Read a plain chat completion; None for any other body."""
    if type(body) is not dict or not body.keys() <= _BODY:
        return None
    names = _names(body)
    usage = _usage(body.get("usage"))
    if names is None or usage is None:
        return None
    model, service = names
    provider = provider or maker_of(model)
    return tuple.__new__(Reading, (usage, model, provider, service, "", None, ()))


def _names(body: dict[str, object]) -> tuple[str, str] | None:
    model, identity = body.get("model"), body.get("id")
    service = body.get("service_tier") or ""
    if (
        type(model) is str
        and len(model) <= MAX_TEXT
        and "search" not in model
        and type(identity) is str
        and identity.startswith("chatcmpl-")
        and type(service) is str
        and service in _SERVICES
    ):
        return model, service
    return None


def _usage(usage: object) -> Usage | None:
    if type(usage) is not dict or not usage.keys() <= _USAGE:
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    total = usage.get("total_tokens")
    cached = _only(usage.get("prompt_tokens_details"), "cached_tokens")
    reasoning = _only(usage.get("completion_tokens_details"), "reasoning_tokens")
    if (
        type(prompt) is not int
        or type(completion) is not int
        or type(total) is not int
        or total != prompt + completion
        or not 0 <= cached <= prompt <= MAX_COUNT
        or not 0 <= reasoning <= completion <= MAX_COUNT
    ):
        return None
    pairs = (
        ("input", prompt - cached),
        ("cache_read", cached),
        ("output", completion - reasoning),
        ("reasoning", reasoning),
    )
    counts = tuple([pair for pair in pairs if pair[1]])
    return tuple.__new__(Usage, (prompt, completion, counts))


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
