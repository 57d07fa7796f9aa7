"""`GET /v1/quote`: what a call costs.

Without the token it is what a customer pays. With it, the answer is the command line's JSON: cost,
rates, markup and profile. Nothing here searches for names that are alike: over 4,000 rows that
would hold up every other request of the worker.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pricectl.core import BadProfile, BadUsage, PricingError, Profile, Usage
from pricectl.core import quote as price
from pricectl.core.errors import UnknownModel, UnpricedUnit
from pricectl.core.estimate import Estimate
from pricectl.core.money import plain_decimal
from pricectl.core.typed_counts import read_amount, read_count
from pricectl.core.usage import MAX_COUNT
from pricectl.core.windows import read_instant
from pricectl.flags import INTERNAL_ERROR
from pricectl.packaged import packaged_bytes
from pricectl.report import quote as report
from pricectl.report.assumptions import QuotedCall
from pricectl.report.json_text import json_text
from pricectl.router.guard import Bearer
from pricectl.router.responses import problem, text_response
from pricectl.runtime import Answer, Pricing, Snapshot


def _as_typed(value: object) -> object:
    """A count as people type it, such as 1e6 or 100k, as a number; pydantic judges the rest."""
    count = read_count(value) if isinstance(value, str) else None
    return value if count is None else count


Count = Annotated[int, BeforeValidator(_as_typed), Field(ge=0, le=MAX_COUNT)]
Text = Annotated[str, Field(max_length=100)]
TOTALS = ("input_tokens", "output_tokens")


class QuoteParameters(BaseModel):
    """The query's parameters; any other is refused, because a misspelt count would be free."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1, max_length=1000, examples=["gpt-4o"])
    input: Count = Field(description="Input tokens of one call, cache included.", examples=[1000])
    output: Count = Field(0, description="Output tokens of one call, reasoning included.")
    cached: Count | None = Field(None, description="Input read from the cache.")
    cache_write: Count | None = Field(None, description="Input written to the cache.")
    cache_write_1h: Count | None = Field(None, description="Input written for an hour.")
    cache_write_12h: Count | None = Field(None, description="Input written for twelve hours.")
    reasoning: Count | None = Field(None, description="Reasoning tokens, part of the output.")
    audio_in: Count | None = Field(None, description="Audio tokens, part of the input.")
    audio_out: Count | None = Field(None, description="Audio tokens, part of the output.")
    unit: list[Text] = Field([], description="Another unit, such as search=2.", max_length=50)
    service: Text | None = Field(None, description="Service tier: batch, flex, priority ...")
    region: Text | None = Field(None, description="Region or data residency: eu, us ...")
    calls: Annotated[int, BeforeValidator(_as_typed)] = Field(
        1, ge=1, le=10**9, description="A job of that many equal calls."
    )
    profile: Text | None = Field(None, description="A credit profile of the settings.")
    account: Text | None = Field(None, description="The customer, for the rules of the profile.")
    markup: Text | None = Field(None, description="Percent. Overrides the profile.")
    credits_per_dollar: Text | None = Field(None, description="Overrides the profile.")
    tokens_per_credit: Text | None = Field(None, description="Overrides the profile.")
    at: Text | None = Field(
        None, description="The day or UTC instant of the call; now by default.", examples=[None]
    )
    strict: bool = Field(default=False, description="404 where a name or a price is missing.")


# What only holders of the token may ask: with another markup the cost could be worked out.
PRIVATE = ("profile", "account", "markup", "credits_per_dollar", "tokens_per_credit")


def add_quotes(router: APIRouter, pricing: Pricing, bearer: Bearer | None) -> None:
    """Add the endpoint that prices a call; who has the token gets the whole answer."""

    @router.get(
        "/v1/quote",
        summary="What a call costs, and what it is charged in credits",
        response_class=Response,
        responses={
            200: {
                "description": "With the token as `pricectl quote -o json`; without it `schema`, "
                "`model`, `match`, `calls`, `client_cost_usd`, `credits`, `flags` and the catalog",
                "content": {"application/json": {"schema": quote_schema()}},
            },
            400: {"description": "Invalid counts, units or settings"},
            401: {"description": "A parameter that needs the token"},
            404: {"description": "`strict`: no such model, or no price for a unit"},
            422: {"description": "A parameter is missing, unknown or malformed"},
        },
    )
    async def quote(request: Request, query: Annotated[QuoteParameters, Query()]) -> Response:
        """An unknown model is answered by the default price, and `resolved.match` says so.

        While the credit settings choose no profile, the cost is answered, the charge is null.
        """
        repeats = Counter(name for name, _ in request.query_params.multi_items())
        del repeats["unit"]  # the one parameter that may be repeated
        for name, count in repeats.items():
            if count > 1:
                return problem(422, f"{name:.60}: given twice")
        is_whole = bearer is not None and bearer.fits(request)
        private = [name for name in PRIVATE if getattr(query, name) is not None]
        if private and not is_whole:
            return problem(401, f"{', '.join(private)}: needs the token")
        try:
            return _quote(pricing, query, is_whole=is_whole)
        except (UnknownModel, UnpricedUnit) as error:
            return problem(404, str(error))
        except PricingError as error:
            return problem(400, str(error))


def quote_schema() -> dict[str, Any]:
    """One quote's schema with every reference replaced, because OpenAPI pages resolve none."""
    whole = json.loads(packaged_bytes("schemas/quote.schema.json"))
    found: dict[str, Any] = _inlined(whole["$defs"]["quote"], whole["$defs"])
    return found


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _inlined(value, definitions) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return rest
    return {**_inlined(definitions[node["$ref"].removeprefix("#/$defs/")], definitions), **rest}


def _quote(pricing: Pricing, query: QuoteParameters, *, is_whole: bool) -> Response:
    """Price one call from one snapshot."""
    usage = Usage(query.input, query.output, **_details(query))
    service, region = query.service, query.region
    at = datetime.now(UTC) if query.at is None else read_instant(query.at)
    if at is None:
        raise BadUsage("is not a valid date or instant", where="at", next_step="write 2026-12-01")
    account = query.account or ""
    answer = pricing.quote_uncharged(
        query.model, usage, service=service, region=region, at=at, account=account
    )
    if INTERNAL_ERROR in answer.flags:
        return problem(500, "the calculation failed")
    snapshot, found = answer.snapshot, answer.quote
    # A quote of the runtime never raises; only the core can say that a name or a price is missing.
    if query.strict and found.guessed:
        raise UnknownModel(f"no model is called {found.match.asked!r}")
    if query.strict:
        found = price(
            snapshot.catalog, found.match, usage, service=service, region=region, at=at, strict=True
        )
    profile = _profile(snapshot, query)
    # Without a profile the report leaves the charge out; the estimate needs one all the same.
    estimate = Estimate(found, query.calls, profile or Profile(), account=account, at=at)
    charged = profile is not None
    if not is_whole:
        return text_response(json_text(_customer_document(estimate, answer, charged=charged)))
    result = report.QuoteResult((QuotedCall(estimate),), flags=answer.flags, charged=charged)
    return text_response(json_text(report.document(result)))


def _customer_document(estimate: Estimate, answer: Answer, *, charged: bool) -> dict[str, Any]:
    """What a customer pays: no cost, no rate and no markup of the team's."""
    quote, snapshot = estimate.quote, answer.snapshot
    amounts: dict[str, Any] = {"client_cost_usd": None, "credits": None}
    if charged:
        whole = report.document(report.QuoteResult((QuotedCall(estimate),)))
        amounts = {name: whole[name] for name in amounts}
    return {
        "schema": "pricectl.customer-quote/1",
        "model": quote.match.asked,
        "match": quote.match.how,
        "calls": estimate.calls,
        **amounts,
        "flags": list(answer.flags),
        "generation": snapshot.generation,
        "catalog_sha256": snapshot.sha256,
    }


def _details(query: QuoteParameters) -> dict[str, Any]:
    """The parts and the other units as arguments of Usage. Raises BadUsage."""
    given = {
        "cache_read_tokens": query.cached,
        "cache_write_tokens": query.cache_write,
        "cache_write_1h_tokens": query.cache_write_1h,
        "cache_write_12h_tokens": query.cache_write_12h,
        "reasoning_tokens": query.reasoning,
        "input_audio_tokens": query.audio_in,
        "output_audio_tokens": query.audio_out,
    }
    details: dict[str, Any] = {name: count for name, count in given.items() if count is not None}
    for word in query.unit:
        name, _, count = word.partition("=")
        if name in details or name in TOTALS:
            raise BadUsage("given twice", where=f"unit={name}", next_step="count it once")
        number = plain_decimal(count)
        number = read_amount(count) if number is None else number
        if number is None:
            raise BadUsage("is not a count", where=f"unit={name}", next_step="write unit=search=2")
        details[name] = int(number) if number == int(number) else number
    return details


def _profile(snapshot: Snapshot, query: QuoteParameters) -> Profile | None:
    """The profile with the overrides of the query; None if no profile is chosen.

    Raises BadProfile.
    """
    profile = snapshot.profile
    if query.profile is not None:
        profile = snapshot.policy.profiles.get(query.profile)
        if profile is None:
            raise BadProfile("no profile has this name", where="profile")
    overrides = {
        "markup_percent": query.markup,
        "credits_per_dollar": query.credits_per_dollar,
        "tokens_per_credit": query.tokens_per_credit,
    }
    given = {name: text for name, text in overrides.items() if text is not None}
    read = Profile.read(given, "of the question")
    return profile and profile._replace(**{name: getattr(read, name) for name in given})
