"""LiteLLM's records of a call: a row of its spend logs, the payload of its callbacks.

Their flat columns have no cache counts, so the usage object inside them is read, and a row without
one is refused. Source: LiteLLM's StandardLoggingPayload and its table LiteLLM_SpendLogs.
"""

from collections.abc import Mapping

from pricectl.core import document
from pricectl.core.errors import BadUsage, DocumentError
from pricectl.core.responses.count_table import CountTable
from pricectl.core.responses.formats import GATEWAY_CACHE, ResponseFormat, Stated, UsageLocation
from pricectl.core.responses.registry import format_of
from pricectl.core.responses.unread import is_number
from pricectl.core.responses.values import Path, lacks_all, member, members, text, value_at

_ROW_MEMBERS = ("call_type", "metadata")
_COSTS = ("spend", "response_cost")
# A callback gets the payload as a member of its arguments.
_PAYLOAD = "standard_logging_object"
RECORD_MEMBERS = (_PAYLOAD, _ROW_MEMBERS[0])
# A call that the provider was not asked, or did not answer: nothing was charged.
NOT_CHARGED = ResponseFormat("not charged", (), CountTable())
# Where the usage stands, the most detailed first.
_USAGES: tuple[Path, ...] = (("metadata", "usage_object"), ("response", "usage"))
_FLAT = ("prompt_tokens", "completion_tokens", "total_tokens")


def locate_litellm_row(body: object) -> UsageLocation | None:
    """The usage in a record of LiteLLM's; None for any other body.

    Raises BadUsage for a record of a successful call without the usage inside it.
    """
    payload = None if lacks_all(body, (_PAYLOAD,)) else member(body, _PAYLOAD)
    row = payload if isinstance(payload, Mapping) else body
    if not isinstance(row, Mapping) or any(member(row, name) is None for name in _ROW_MEMBERS):
        return None
    if not any(name in row for name in _COSTS):
        return None
    metadata = _parsed(member(row, "metadata"), "metadata")
    read = {"metadata": metadata, "response": member(row, "response")}
    stated = _stated(row, metadata)
    if text(member(row, "cache_hit")).lower() == "true" or member(row, "cache_hit") is True:
        stated = stated._replace(flags=(GATEWAY_CACHE,))
        return UsageLocation({}, NOT_CHARGED, {}, row, (), stated)
    if text(member(row, "status")) == "failure":
        return UsageLocation({}, NOT_CHARGED, {}, row, (), stated)
    usages = [value_at(read, path) for path in _USAGES]
    for usage in (*usages, _flat_with_details(row, metadata)):
        known = None if usage is None else format_of(usage)
        if known and any(is_number(value) for _, value in members(usage)):
            return UsageLocation(usage, known, {}, row, (), stated)
    raise BadUsage(
        "states no usage object, and its columns do not say what was cached",
        where="LiteLLM's row",
        next_step="select metadata with the row; a stream needs its usage",
    )


def _flat_with_details(row: object, metadata: object) -> dict[str, object] | None:
    """The columns with the details that older versions write beside them."""
    details = member(metadata, "additional_usage_values")
    if not isinstance(details, Mapping) or not details:
        return None
    return {**details, **{name: member(row, name) for name in _FLAT}}


def _stated(row: object, metadata: object) -> Stated:
    breakdown = member(row, "cost_breakdown") or member(metadata, "cost_breakdown")
    cost = next(((name, member(row, name)) for name in _COSTS if member(row, name)), None)
    return Stated(
        model=text(member(row, "model")),
        provider=text(member(row, "custom_llm_provider")),
        service=text(member(breakdown, "service_tier")),
        asked_service=text(value_at(row, ("model_parameters", "service_tier"))),
        region=text(member(breakdown, "data_residency")),
        cost=cost,
    )


def _parsed(value: object, where: str) -> object:
    """A column that may be JSON text. Raises BadUsage if it is text and not JSON."""
    if not isinstance(value, str):
        return value
    try:
        return document.parse(value)
    except DocumentError as error:
        raise BadUsage(
            f"is not JSON: {error.what}", where=where, next_step="pass the row as it is stored"
        ) from None
