"""Causes of differences in what a batch costs: litellm prices it by a calculator of its own."""

from decimal import Decimal

from compare_litellm.cases import BATCHES
from compare_litellm.question import Cause, Example, Question
from compare_litellm.rows import Case
from compare_litellm.token_causes import CACHE_READ, CACHE_WRITE, HALF, INPUT, OUTPUT
from pricectl.core.units import UNITS

TEXT_IN_BATCH = ("input_audio", "input_image", "input_video", "output_audio", "output_video")
HALVED = (INPUT, OUTPUT, "output_cost_per_image_token")


def batch_region(asked: Question) -> Question:
    """A batch has no inference geography."""
    batch = asked.batch and asked.case.provider == "anthropic"
    return asked.of(region="") if batch else asked


def batch_tier(asked: Question) -> Question:
    """A long context costs more only where the row has a batch price for it."""
    if not asked.batch:
        return asked
    kept = {
        key: price
        for key, price in asked.entry.items()
        if "k_tokens" not in key or key.endswith(BATCHES)
    }
    kept.pop("tiered_pricing", None)
    return asked._replace(entry=kept)


def batch_hour(asked: Question) -> Question:
    """A write to the one-hour cache is one to the five-minute cache."""
    hours = asked.case.amount("cache_write_1h_tokens")
    if not asked.batch or not hours:
        return asked
    total = asked.case.amount("cache_write_tokens") + hours
    return asked.using(cache_write_tokens=total).without("cache_write_1h_tokens")


def batch_cache(asked: Question) -> Question:
    """Cached tokens are fresh ones unless the row has a batch price for them."""
    entry = asked.entry
    if not asked.batch or f"{INPUT}_{BATCHES}" not in entry:
        return asked
    fresh = ["cache_read_tokens"] if f"{CACHE_READ}_{BATCHES}" not in entry else []
    fresh += ["cache_write_tokens"] if f"{CACHE_WRITE}_{BATCHES}" not in entry else []
    return asked.without(*fresh)


def batch_modality(asked: Question) -> Question:
    """Audio, images, video and reasoning are text unless the row has a batch price for them."""
    if not asked.batch:
        return asked
    text = [name for name in TEXT_IN_BATCH if f"{UNITS[name].key}_{BATCHES}" not in asked.entry]
    return asked.without(*(f"{name}_tokens" for name in text), "reasoning_tokens")


def batch_half(asked: Question) -> Question:
    """A batch without a price costs half; cache reads that have no price at all are free."""
    entry = asked.entry
    if not asked.batch:
        return asked
    halves = {
        f"{key}_{BATCHES}": Decimal(entry[key]) * HALF
        for key in HALVED
        if entry.get(key) is not None and f"{key}_{BATCHES}" not in entry
    }
    if f"{INPUT}_{BATCHES}" in halves:
        halves[f"{CACHE_READ}_{BATCHES}"] = Decimal(entry.get(CACHE_READ) or 0) * HALF
        written = entry.get(CACHE_WRITE) or entry[INPUT]
        halves[f"{CACHE_WRITE}_{BATCHES}"] = Decimal(written) * HALF
    return asked.pricing(**halves) if halves else asked


def _case(tokens: tuple[int, int], region: str = "", **amounts: int) -> Case:
    details = tuple(amounts.items())
    return Case("anthropic", "m", "", "completion", *tokens, details, BATCHES, region)


_BATCHED = (
    '"input_cost_per_token": 2e-06, "input_cost_per_token_batches": 1e-06,'
    ' "output_cost_per_token": 10e-06, "output_cost_per_token_batches": 5e-06'
)
_ANTHROPIC = "https://platform.claude.com/docs/en/about-claude/pricing"

BATCH_CAUSES = (
    Cause(
        "batch-region",
        batch_region,
        "pricectl",
        "litellm's batches have no inference geography.",
        "Anthropic's 1.1 for inference in the United States is on all token prices.",
        _ANTHROPIC,
        Example(
            f'{{{_BATCHED}, "provider_specific_entry": {{"us": 1.1}}}}',
            _case((1000, 500), "us"),
            "0.00385",
            "0.0035",
            "ours 1.1 x (1000 x 0.000001 + 500 x 0.000005); litellm without the 1.1",
        ),
    ),
    Cause(
        "batch-tier",
        batch_tier,
        "neither",
        "Above a context threshold without a batch price litellm charges the short context's"
        " batch rate, we the long context's standard rate.",
        "The row does not say what such a batch costs. We never make up a discount and say in the"
        " line which price was missing; litellm leaves the surcharge out. Where a provider offers"
        " it, the price belongs in the row.",
        _ANTHROPIC,
        Example(
            f'{{{_BATCHED}, "input_cost_per_token_above_200k_tokens": 4e-06}}',
            _case((200_001, 0)),
            "0.800004",
            "0.200001",
            "ours 200001 x 0.000004; litellm 200001 x 0.000001",
        ),
    ),
    Cause(
        "batch-hour",
        batch_hour,
        "neither",
        "litellm's batches charge a one-hour cache write as a five-minute one, we at the standard"
        " one-hour rate.",
        "Anthropic halves it: the discounts stack, so 1000 tokens cost 0.002 in the example. The"
        " rows of litellm's map lack that price. A row that has it"
        " (cache_creation_input_token_cost_above_1hr_batches) gives the right figure.",
        _ANTHROPIC,
        Example(
            f'{{{_BATCHED}, "cache_creation_input_token_cost": 2.5e-06,'
            ' "cache_creation_input_token_cost_batches": 1.25e-06,'
            ' "cache_creation_input_token_cost_above_1hr": 4e-06}',
            _case((1000, 0), cache_write_1h_tokens=1000),
            "0.004",
            "0.00125",
            "ours 1000 x 0.000004; litellm 1000 x 0.00000125",
        ),
    ),
    Cause(
        "batch-cache",
        batch_cache,
        "pricectl",
        "In a batch without a cache price litellm charges cached tokens as fresh ones.",
        "A kind without a price for the service costs its own standard rate: Google keeps the"
        " standard cache rate in batch on most models. A cache write at the fresh rate would be"
        " cheaper than any provider sells it.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            f'{{{_BATCHED}, "cache_read_input_token_cost": 2e-07}}',
            _case((1000, 0), cache_read_tokens=1000),
            "0.0002",
            "0.001",
            "ours 1000 x 0.0000002; litellm 1000 x 0.000001",
        ),
    ),
    Cause(
        "batch-modality",
        batch_modality,
        "pricectl",
        "In a batch litellm charges audio, images, video and reasoning without a batch price as"
        " text.",
        "Audio costs a multiple of text at every provider that sells it; we charge its standard"
        " rate and say so. For reasoning at the price of output see reasoning-at-service.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            f'{{{_BATCHED}, "input_cost_per_audio_token": 6e-06}}',
            _case((1000, 0), input_audio_tokens=1000),
            "0.006",
            "0.001",
            "ours 1000 x 0.000006; litellm 1000 x 0.000001",
        ),
    ),
    Cause(
        "batch-half",
        batch_half,
        "neither",
        "A batch without a price costs half at litellm, the standard rate with us.",
        "The row does not say. Half is a guess: most providers sell no batches, xAI takes off a"
        " fifth, Fireworks half. We never make up a discount, and the line says which price is"
        " missing; where it is published it belongs in the row. litellm's guess also makes cached"
        " tokens without a price free.",
        "https://docs.x.ai/developers/pricing",
        Example(
            '{"input_cost_per_token": 2e-06, "output_cost_per_token": 10e-06}',
            _case((1000, 500)),
            "0.007",
            "0.0035",
            "ours 1000 x 0.000002 + 500 x 0.00001; litellm half of it",
        ),
    ),
)
