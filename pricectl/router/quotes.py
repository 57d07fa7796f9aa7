"""`GET /v1/quote`: what a call costs, as the command line's JSON says it."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pricectl.core import BadProfile, BadUsage, PricingError, Profile, Usage
from pricectl.core import quote as price
from pricectl.core.errors import UnknownModel, UnpricedUnit
from pricectl.core.estimate import Estimate
from pricectl.core.money import plain_decimal
from pricectl.core.usage import MAX_COUNT
from pricectl.core.windows import read_instant
from pricectl.report import quote as report
from pricectl.report.json_text import json_text
from pricectl.router.openapi import quote_schema
from pricectl.router.plain import problem, text
from pricectl.runtime import Pricing, Snapshot

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Word = Annotated[str, Field(max_length=100)]
TOTALS = ("input_tokens", "output_tokens")


class Question(BaseModel):
    """The query's parameters; another one is refused, because a misspelt count would be free."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1, max_length=1000, examples=["gpt-4o"])
    input: Count = Field(description="Input tokens of one call, cache included.", examples=[1000])
    output: Count = Field(0, description="Output tokens of one call, reasoning included.")
    cached: Count | None = Field(None, description="Input read from the cache.")
    cache_write: Count | None = Field(None, description="Input written to the cache.")
    cache_write_1h: Count | None = Field(None, description="Input written for an hour.")
    reasoning: Count | None = Field(None, description="Reasoning tokens, part of the output.")
    audio_in: Count | None = Field(None, description="Audio tokens, part of the input.")
    audio_out: Count | None = Field(None, description="Audio tokens, part of the output.")
    unit: list[Word] = Field([], description="Another unit, such as search=2.", max_length=50)
    service: Word | None = Field(None, description="Service tier: batch, flex, priority ...")
    region: Word | None = Field(None, description="Region or data residency: eu, us ...")
    calls: int = Field(1, ge=1, le=10**9, description="A job of that many equal calls.")
    profile: Word | None = Field(None, description="A credit profile of the settings.")
    markup: Word | None = Field(None, description="Percent, over the profile.")
    credits_per_dollar: Word | None = Field(None, description="Over the profile.")
    tokens_per_credit: Word | None = Field(None, description="Over the profile.")
    at: Word | None = Field(
        None, description="The day or UTC instant of the call; now by default.", examples=[None]
    )
    strict: bool = Field(default=False, description="404 where a name or a price is missing.")


def add_quotes(router: APIRouter, pricing: Pricing) -> None:
    """Add the endpoint that prices a call."""

    @router.get(
        "/v1/quote",
        summary="What a call costs, and what it is charged in credits",
        response_class=Response,
        responses={
            200: {
                "description": "As `pricectl quote -o json`",
                "content": {"application/json": {"schema": quote_schema()}},
            },
            400: {"description": "Counts, units or settings that cannot be"},
            404: {"description": "`strict`: no such model, or no price for a unit"},
            422: {"description": "A parameter is missing, unknown or malformed"},
        },
    )
    async def quote(request: Request, asked: Annotated[Question, Query()]) -> Response:
        """An unknown model is answered by the default price, and `resolved.match` says so.

        While the credit settings choose no profile, the cost is answered, the charge is null.
        """
        twice = [name for name, count in Counter(_names(request)).items() if count > 1]
        if twice:
            return problem(422, f"{twice[0]:.60}: given twice")
        try:
            return _quote(pricing, asked)
        except (UnknownModel, UnpricedUnit) as error:
            return problem(404, str(error))
        except PricingError as error:
            return problem(400, str(error))


def _names(request: Request) -> list[str]:
    return [name for name, _ in request.query_params.multi_items() if name != "unit"]


def _quote(pricing: Pricing, asked: Question) -> Response:
    """Price one call from one snapshot; a strict question is quoted strictly, not twice."""
    usage = Usage(asked.input, asked.output, **_details(asked))
    where = {"service": asked.service, "region": asked.region}
    at = _instant(asked.at)
    if asked.strict:
        snapshot = pricing.snapshot
        found = price(snapshot.catalog, asked.model, usage, **where, at=at, strict=True)
    else:
        answer = pricing.quote(asked.model, usage, **where, at=at)
        if "internal-error" in answer.flags:
            return problem(500, "the calculation failed")
        snapshot, found = answer.snapshot, answer.quote
    profile = _profile(snapshot, asked)
    estimate = Estimate(found, asked.calls, profile or Profile())
    charged = profile is not None
    return text(json_text(report.document([estimate], flags=snapshot.flags, charged=charged)))


def _details(asked: Question) -> dict[str, Any]:
    """The parts and the other units as arguments of Usage. Raises BadUsage."""
    given = {
        "cache_read_tokens": asked.cached,
        "cache_write_tokens": asked.cache_write,
        "cache_write_1h_tokens": asked.cache_write_1h,
        "reasoning_tokens": asked.reasoning,
        "input_audio_tokens": asked.audio_in,
        "output_audio_tokens": asked.audio_out,
    }
    details: dict[str, Any] = {name: count for name, count in given.items() if count is not None}
    for word in asked.unit:
        name, _, count = word.partition("=")
        if name in details or name in TOTALS:
            raise BadUsage("given twice", where=f"unit={name}", next_step="count it once")
        details[name] = _count(name, count)
    return details


def _count(name: str, word: str) -> int | Decimal:
    number = plain_decimal(word)
    if number is None:
        raise BadUsage("is no count", where=f"unit={name}", next_step="write unit=search=2")
    return int(number) if number == int(number) else number


def _instant(word: str | None) -> datetime:
    if word is None:
        return datetime.now(UTC)
    read = read_instant(word)
    if read is None:
        raise BadUsage("is not a valid date or instant", where="at", next_step="write 2026-12-01")
    return read


def _profile(snapshot: Snapshot, asked: Question) -> Profile | None:
    """The profile with what the question sets over it; None if none is chosen.

    Raises BadProfile.
    """
    profile = snapshot.profile
    if asked.profile is not None:
        profile = snapshot.policy.profiles.get(asked.profile)
        if profile is None:
            raise BadProfile("no profile has this name", where="profile")
    words = {
        "markup_percent": asked.markup,
        "credits_per_dollar": asked.credits_per_dollar,
        "tokens_per_credit": asked.tokens_per_credit,
    }
    given = {name: word for name, word in words.items() if word is not None}
    read = Profile.read(given, "of the question")
    return profile and profile._replace(**{name: getattr(read, name) for name in given})
