"""The service tier and region of a call, and the cost that the body states."""

from collections.abc import Mapping
from types import MappingProxyType

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.responses.provider import HINTS_IN_BODY, HINTS_IN_USAGE
from pricectl.core.responses.values import Path, dollars, lacks_all, member, text, value_at, whole

PICO_USD_PER_TICK = 100  # xAI states its cost in ticks of 1e-10 USD


def _by_first_member(*paths: str) -> Mapping[str, Path]:
    return MappingProxyType({path.partition(".")[0]: tuple(path.split(".")) for path in paths})


_SERVICES_IN_USAGE = _by_first_member("service_tier", "trafficType", "traffic_type")
_SERVICES_IN_BODY = _by_first_member(
    "service_tier",
    "serviceTier.type",
    "response_metadata.service_tier",
    "ResponseMetadata.HTTPHeaders.x-amzn-bedrock-service-tier",
    "x-amzn-bedrock-service-tier",
)
_SERVICES = MappingProxyType({"on_demand_flex": "flex", "on_demand_priority": "priority"})
_COSTS = ("cost_in_usd_ticks", "cost", "total_cost")
_GATEWAY = ("_hidden_params",)
# LangChain counts the tokens of a service under its name.
_LANGCHAIN = ("input_token_details", "output_token_details")
# What the line of a batch's results says of its request: OpenAI, Anthropic, Mistral, and Bedrock;
# Gemini and Vertex, by names that other bodies use too.
_REQUEST_NAMES: tuple[Path, ...] = (("custom_id",), ("recordId",))
_REQUEST_NAMES_BESIDE_A_RESPONSE: tuple[Path, ...] = (
    ("metadata", "key"),
    ("key",),
    ("processed_time",),
)
_BATCHES = tuple(path[0] for path in _REQUEST_NAMES + _REQUEST_NAMES_BESIDE_A_RESPONSE)
# Capacity that was bought ahead: the call costs nothing per token.
_COMMITTED = ("scale", "reserved", "provisioned_throughput")
# All members that hint at who served the call and how, besides the model's name and the id.
_BODY_HINT_MEMBERS = frozenset(
    (
        *HINTS_IN_BODY,
        *_SERVICES_IN_BODY,
        *_BATCHES,
        *_GATEWAY,
        "performanceConfig",
        "provider_name",
    )
)
USAGE_HINT_MEMBERS = frozenset(
    (*HINTS_IN_USAGE, *_SERVICES_IN_USAGE, *_COSTS, *_LANGCHAIN, "speed", "inference_geo")
)


def has_no_hints(builder: ReadingBuilder) -> bool:
    """Whether only the model's name and the id can tell who served the call.

    True for most bodies; the functions below then return at once.
    """
    return (
        lacks_all(builder.body, _BODY_HINT_MEMBERS)
        and lacks_all(builder.usage, USAGE_HINT_MEMBERS)
        and (builder.envelope is builder.body or lacks_all(builder.envelope, _BODY_HINT_MEMBERS))
    )


def is_batch(builder: ReadingBuilder) -> bool:
    """Whether the body is OpenAI's batch object, which sums its requests."""
    return text(member(builder.body, "object")) == "batch"


def service_of(builder: ReadingBuilder) -> str:
    """The service tier as the body says it, in lower case; empty if the body does not say.

    Capacity that was bought ahead and latency that costs more are reported as signals.
    """
    if builder.stated.service:
        return builder.stated.service.lower()
    body, envelope = builder.body, builder.envelope
    if is_batch(builder):
        return "batch"
    if builder.has_no_hints:
        return ""
    if not lacks_all(envelope, _BATCHES):
        # A line of a batch's results names its request; where others use the name, it counts
        # only beside a response.
        paths = _REQUEST_NAMES
        if member(envelope, "response") is body:
            paths += _REQUEST_NAMES_BESIDE_A_RESPONSE
        if any(value_at(envelope, path) is not None for path in paths):
            return "batch"
    if text(member(builder.usage, "speed")) == "fast":
        return "fast"
    word = (
        _first(builder.usage, _SERVICES_IN_USAGE)
        or _first(body, _SERVICES_IN_BODY)
        or (envelope is not body and _first(envelope, _SERVICES_IN_BODY))
        or _langchain_service(builder.usage)
    )
    if word in _COMMITTED or (word == "priority" and builder.provider == "anthropic"):
        builder.signal("service", word)
    if value_at(body, ("performanceConfig", "latency")) == "optimized":
        builder.signal("latency", "optimized")
    return _SERVICES.get(word, word)


def _langchain_service(usage: object) -> str:
    """The service under whose name LangChain counts tokens."""
    for name in () if lacks_all(usage, _LANGCHAIN) else _LANGCHAIN:
        details = member(usage, name)
        for service in ("flex", "priority"):
            if member(details, service) or member(details, f"{service}_cache_read"):
                return service
    return ""


def _first(node: object, paths: Mapping[str, Path]) -> str:
    """The first text at one of the paths, in lower case; `paths` go by their first member."""
    if lacks_all(node, paths):
        return ""
    for path in paths.values():
        found = text(value_at(node, path))
        if found:
            return found.lower()
    return ""


def region_of(builder: ReadingBuilder) -> str:
    """Where the call was computed, as the body says it; empty if the body does not say."""
    if builder.stated.region:
        return builder.stated.region
    if builder.has_no_hints:
        return ""
    return text(member(builder.usage, "inference_geo")) or text(
        value_at(builder.envelope, ("_hidden_params", "region_name"))
    )


def reported_cost(builder: ReadingBuilder) -> int | None:
    """The cost the body itself states, in picodollars. Raises BadUsage if that is not a cost."""
    if builder.stated.cost:
        where, value = builder.stated.cost
        return dollars(value, where)
    if builder.has_no_hints:
        return None
    ticks = member(builder.usage, "cost_in_usd_ticks")
    if ticks is not None:
        return whole(ticks, "usage.cost_in_usd_ticks") * PICO_USD_PER_TICK
    if lacks_all(builder.usage, _COSTS) and lacks_all(builder.envelope, _GATEWAY):
        return None
    cost = member(builder.usage, "cost")
    currency = _currency(builder.usage, cost)
    if currency.lower() != "usd":
        builder.signal("currency", currency)
        return None
    if member(builder.usage, "is_byok") is True and cost is not None:
        return _with_own_key(builder.usage, cost)
    by_gateway = value_at(builder.envelope, ("_hidden_params", "response_cost"))
    for where, value in (
        ("usage.cost.total_cost", member(cost, "total_cost")),
        ("usage.cost", cost),
        ("usage.total_cost", member(builder.usage, "total_cost")),
    ):
        if value is not None:
            return dollars(value, where)
    # LiteLLM writes 0 for a model that it has no price of.
    if by_gateway is None:
        return None
    return dollars(by_gateway, "_hidden_params.response_cost") or None


def _currency(usage: object, cost: object) -> str:
    """The currency of a stated cost; dollars where nothing is said."""
    found = (member(usage, "currency"), member(usage, "cost_currency"), member(cost, "currency"))
    return next(filter(None, map(text, found)), "USD")


def _with_own_key(usage: object, cost: object) -> int | None:
    """What a call with a key of one's own cost; None where only the gateway's fee is said.

    OpenRouter states its fee, and beside it what its upstream bills.
    """
    upstream = value_at(usage, ("cost_details", "upstream_inference_cost"))
    if upstream is None:
        return None
    where = "usage.cost_details.upstream_inference_cost"
    return dollars(cost, "usage.cost") + dollars(upstream, where)
