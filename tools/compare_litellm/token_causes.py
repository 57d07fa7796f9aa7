"""Causes of differences in what tokens cost, services and batches apart."""

from decimal import Decimal

from compare_litellm.question import Cause, Example, Question
from compare_litellm.rows import Case
from pricectl.core.units import parse_key

INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
CACHE_READ, CACHE_WRITE = "cache_read_input_token_cost", "cache_creation_input_token_cost"
HALF = Decimal("0.5")
# These hold prices by a name or a range, which litellm copies whole.
STRUCTURES = ("tiered_pricing", "off_peak_pricing", "provider_specific_entry")


def other_row(asked: Question) -> Question:
    """The row that litellm finds under the name, which is not the one of that name."""
    if asked.answered_by == asked.case.row:
        return asked
    return asked._replace(entry=asked.other_entry)


def unread_key(asked: Question) -> Question:
    """Only the keys that litellm copies out of its map."""
    kept = {
        key: value
        for key, value in asked.entry.items()
        if key in asked.members or key in STRUCTURES or parse_key(key) is None or not value
    }
    return asked._replace(entry=kept) if len(kept) < len(asked.entry) else asked


def perplexity_two_rates(asked: Question) -> Question:
    """One input rate and one output rate, reasoning if the row prices it."""
    if asked.batch or asked.case.provider != "perplexity" or asked.case.route == "search":
        return asked
    kept = {key: price for key, price in asked.entry.items() if "_above_" not in key}
    cached = [name for name, _ in asked.case.amounts if name.startswith("cache_")]
    return asked._replace(entry=kept).without(*cached)


def inclusive_threshold(asked: Question) -> Question:
    """The tiers of xAI begin at the threshold itself."""
    if asked.case.provider != "xai":
        return asked
    return asked.pricing(context_tier={"boundary": "gte"})


def fireworks_half(asked: Question) -> Question:
    """Cached tokens at half the input price where the row has no price for them."""
    entry = asked.entry
    if asked.case.provider != "fireworks_ai" or CACHE_READ in entry or INPUT not in entry:
        return asked
    return asked.pricing(**{CACHE_READ: Decimal(entry[INPUT]) * HALF})


def cached_modality(asked: Question) -> Question:
    """Cached audio without a price of its own, and cached images always, are cached text."""
    priced = "cache_read_input_audio_token_cost" in asked.entry and not asked.batch
    for kind in ("image",) if priced else ("audio", "image"):
        part = asked.case.amount(f"cache_read_{kind}_tokens")
        if part:
            fresh = asked.case.amount(f"input_{kind}_tokens") - part
            asked = asked.using(**{f"input_{kind}_tokens": fresh})
            asked = asked.without(f"cache_read_{kind}_tokens")
    return asked


def token_case(provider: str, tokens: tuple[int, int], service: str = "", **amounts: int) -> Case:
    """A case of an example: input and output tokens, details of them."""
    details = tuple(amounts.items())
    return Case(provider, "m", "", "completion", *tokens, details, service=service)


def row_text(**prices: float) -> str:
    """A row's entry as JSON."""
    members = ", ".join(f'"{key}": {price}' for key, price in prices.items())
    return f"{{{members}}}"


_SIMPLE = row_text(input_cost_per_token=2e-06, output_cost_per_token=1e-05)

TOKEN_CAUSES = (
    Cause(
        "other-row",
        other_row,
        "pricectl",
        "litellm answers from another row of its map than the one of the asked name.",
        "It puts the provider before the name and takes that row if there is one, prices images"
        " at fal.ai by rows for size and quality, reads Together's size classes as names of models"
        ' ("together-ai-21.1b-41b" as one of 1b), and renames some providers before a batch, after'
        " which it finds no row and bills nothing. Asked by provider and name, we answer from that"
        " very row.",
        "litellm: get_model_info, llms/fal_ai/cost_calculator.py, batch_cost_calculator",
        Example(
            _SIMPLE,
            token_case("gemini", (1000, 500)),
            "0.007",
            "0",
            "ours 1000 x 0.000002 + 500 x 0.00001; litellm's other row is free",
        ),
    ),
    Cause(
        "unread-key",
        unread_key,
        "pricectl",
        "litellm's map has a price under a key that its code never reads.",
        "The price is the provider's own (priority audio and cached images at Google, cached"
        " images at OpenAI), so it is what the provider charges.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            row_text(
                input_cost_per_token=1e-07,
                input_cost_per_audio_token=3e-07,
                input_cost_per_audio_token_priority=6e-07,
                output_cost_per_token=0,
            ),
            token_case("gemini", (1000, 0), "priority", input_audio_tokens=1000),
            "0.0006",
            "0.0003",
            "ours 1000 x 0.0000006; litellm 1000 x 0.0000003, the standard audio rate",
        ),
    ),
    Cause(
        "perplexity-two-rates",
        perplexity_two_rates,
        "pricectl",
        "litellm's calculator for Perplexity knows one input and one output rate.",
        "Perplexity resells other makers' models with their long-context and cache prices, which"
        " the rows have.",
        "https://docs.perplexity.ai/docs/getting-started/pricing",
        Example(
            row_text(
                input_cost_per_token=2e-06,
                output_cost_per_token=1e-05,
                cache_read_input_token_cost=2e-07,
            ),
            token_case("perplexity", (1000, 500), cache_read_tokens=400),
            "0.00628",
            "0.007",
            "ours 600 x 0.000002 + 400 x 0.0000002 + 0.005; litellm 1000 x 0.000002 + 0.005",
        ),
    ),
    Cause(
        "inclusive-threshold",
        inclusive_threshold,
        "litellm",
        "xAI's higher tier begins at 200,000 tokens itself, as litellm's code says, not its map.",
        "A prompt that reaches the threshold pays the higher rates. A row of ours says so itself,"
        ' with "context_tier": {"boundary": "gte"}; all rows of our own catalog do, and with it'
        " both agree.",
        "https://docs.x.ai/developers/pricing",
        Example(
            row_text(
                input_cost_per_token=2e-06,
                output_cost_per_token=1e-05,
                input_cost_per_token_above_200k_tokens=4e-06,
            ),
            token_case("xai", (200_000, 0)),
            "0.4",
            "0.8",
            "ours 200000 x 0.000002; litellm 200000 x 0.000004",
        ),
    ),
    Cause(
        "fireworks-half",
        fireworks_half,
        "litellm",
        "litellm charges half the input price for Fireworks' cached tokens without a price.",
        "Half is Fireworks' published default. We invent no price: cached tokens without one cost"
        " the input rate and the line says that it is assumed. A catalog should write the cache"
        " price into each row.",
        "https://docs.fireworks.ai/guides/prompt-caching.md",
        Example(
            _SIMPLE,
            token_case("fireworks_ai", (1000, 500), cache_read_tokens=400),
            "0.007",
            "0.0066",
            "ours 1000 x 0.000002 + 500 x 0.00001; litellm 600 x 0.000002 + 400 x 0.000001 + 0.005",
        ),
    ),
    Cause(
        "cached-modality",
        cached_modality,
        "pricectl",
        "litellm charges cached audio and images without a cache price at the text input rate.",
        "A cache hit without a discount costs what the same token costs fresh: audio the audio"
        " rate. Cached images litellm always prices as cached text, whatever the row says.",
        "https://developers.openai.com/api/docs/pricing",
        Example(
            row_text(
                input_cost_per_token=2e-06,
                output_cost_per_token=0,
                input_cost_per_audio_token=4e-05,
            ),
            token_case(
                "openai",
                (1000, 0),
                cache_read_tokens=400,
                input_audio_tokens=400,
                cache_read_audio_tokens=400,
            ),
            "0.0172",
            "0.002",
            "ours 600 x 0.000002 + 400 x 0.00004; litellm 1000 x 0.000002",
        ),
    ),
)
