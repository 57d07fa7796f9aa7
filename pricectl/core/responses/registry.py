"""The response formats that are understood, one row each.

To add a format:

1. Write it in the file of its provider, or in a new file `PROVIDER.py` beside this one: a
   `ResponseFormat` with the members that mark its usage object and a `CountTable` of its counts.
2. Add a row to FORMATS.
3. Add a documented body with its counts and its cost to `tests/cases/responses/`, where the tests
   find it.

A usage that comes in a new kind of envelope (the line of a batch's results, an event of a stream)
also needs the path to it in `ENVELOPES` of `locate`.
"""

from pricectl.core.responses import (
    anthropic,
    bedrock,
    cohere_mistral,
    frameworks,
    google,
    openai,
)
from pricectl.core.responses.formats import ResponseFormat
from pricectl.core.responses.unread import has_value
from pricectl.core.responses.values import member

# The first format that has a mark in a usage reads it. So what a provider adds to a common format
# comes before it, and formats whose marks are totals that others have too come last.
FORMATS: tuple[ResponseFormat, ...] = (
    openai.CHAT,
    bedrock.LLAMA,
    frameworks.LLAMA_INDEX,
    google.GENERATE_CONTENT,
    frameworks.VERCEL_AI_SDK,
    bedrock.CONVERSE,
    cohere_mistral.COHERE,
    openai.RESPONSES,
    anthropic.MESSAGES,
    frameworks.PYDANTIC_AI,
    openai.TOTALS,
    cohere_mistral.MISTRAL_OCR,
    bedrock.INVOCATION_METRICS,
    bedrock.TITAN,
    openai.DURATION,
    bedrock.GUARDRAIL,
    openai.TOTAL_ONLY,
    bedrock.HEADERS,
)
# The members of a body that may hold a usage, in the order in which they are tried.
USAGE_MEMBERS = tuple(dict.fromkeys(name for row in FORMATS for name in row.usage_members))
# What a refusal names of them: Bedrock's is in no body that people write or read by hand.
NAMED_USAGE_MEMBERS = tuple(
    name for name in USAGE_MEMBERS if name not in bedrock.INVOCATION_METRICS.usage_members
)
# Mark -> the first format that has it, as its number in FORMATS.
MARKS = {mark: rank for rank in reversed(range(len(FORMATS))) for mark in FORMATS[rank].marks}
# Formats whose first marks are examples in the error message.
KNOWN_BEST = (openai.CHAT, openai.TOTALS, google.GENERATE_CONTENT, bedrock.CONVERSE)


def format_of(usage: object) -> ResponseFormat | None:
    """The first format of which a usage has a mark with a value; None if it has no mark.

    A zero is a mark only where it stands beside a count that the format requires, or where no other
    mark has a value.
    """
    chosen = with_zeros = len(FORMATS)
    for name in usage if type(usage) is dict else MARKS:
        rank = MARKS.get(name, chosen)
        if rank >= chosen:
            continue
        value = member(usage, name)
        if value is None:
            continue
        found = FORMATS[rank]
        is_used = has_value(value) or (
            bool(found.required) and has_value(member(usage, found.required))
        )
        if is_used and not found.generic:
            chosen = rank
        else:
            with_zeros = min(with_zeros, rank)
    chosen = chosen if chosen < len(FORMATS) else with_zeros
    return FORMATS[chosen] if chosen < len(FORMATS) else None
