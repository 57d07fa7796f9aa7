"""Causes of differences in what tokens cost at a service, batches apart."""

from compare_litellm.cases import BATCHES, FAST, FLEX
from compare_litellm.question import Cause, Example, Question
from compare_litellm.token_causes import OUTPUT, row_text, token_case
from pricectl.core.units import STANDARD

REASONING = "output_cost_per_reasoning_token"
LITELLM_SERVICES = (STANDARD, FLEX, "balanced", "priority", "ultrafast", BATCHES, FAST)
TOLD_NO_SERVICE = ("fireworks_ai", "perplexity", "xai", "deepseek", "tencent")


def unknown_service(asked: Question) -> Question:
    """A service word that litellm has no name for is standard."""
    return asked if asked.case.service in LITELLM_SERVICES else asked.of(service=STANDARD)


def service_not_told(asked: Question) -> Question:
    """Providers whose calculator is not told the service tier."""
    if asked.batch or asked.case.provider not in TOLD_NO_SERVICE:
        return asked
    return asked.of(service=STANDARD)


def reasoning_at_service(asked: Question) -> Question:
    """Reasoning without a price for the service costs what output costs for the service."""
    service, entry = asked.case.service, asked.entry
    if not service or f"{REASONING}_{service}" in entry or f"{OUTPUT}_{service}" not in entry:
        return asked
    kept = {key: price for key, price in entry.items() if not key.startswith(REASONING)}
    return asked._replace(entry=kept)


SERVICE_CAUSES = (
    Cause(
        "unknown-service",
        unknown_service,
        "pricectl",
        "litellm has no service of that name and charges the standard rate.",
        "The row has prices for the service (OpenAI's decisions), so they apply to it.",
        "https://developers.openai.com/api/docs/pricing",
        Example(
            row_text(
                input_cost_per_token=1e-07,
                output_cost_per_token=5e-07,
                output_cost_per_token_decisions=0,
            ),
            token_case("openai", (1000, 500), "decisions"),
            "0.0001",
            "0.00035",
            "ours 1000 x 0.0000001, output free; litellm adds 500 x 0.0000005",
        ),
    ),
    Cause(
        "service-not-told",
        service_not_told,
        "pricectl",
        "litellm's calculators for Fireworks, Perplexity and xAI are not told the service tier.",
        "The providers sell priority at a premium and the row has its price.",
        "https://docs.fireworks.ai/serverless/pricing",
        Example(
            row_text(
                input_cost_per_token=2e-07,
                output_cost_per_token=6e-07,
                input_cost_per_token_priority=3e-07,
                output_cost_per_token_priority=9e-07,
            ),
            token_case("fireworks_ai", (1000, 500), "priority"),
            "0.00075",
            "0.0005",
            "ours 1000 x 0.0000003 + 500 x 0.0000009; litellm 1000 x 0.0000002 + 500 x 0.0000006",
        ),
    ),
    Cause(
        "reasoning-at-service",
        reasoning_at_service,
        "litellm",
        "Gemini's reasoning in batch, flex or priority: litellm takes the output rate of the"
        " service, we the standard reasoning rate.",
        "Google's output price includes thinking tokens at every service. The row repeats the"
        " output price as the reasoning price, for standard only; we keep to a kind's own base rate"
        " and say so in the line. Our own catalog has no reasoning price on such rows, and without"
        " it both agree.",
        "https://ai.google.dev/gemini-api/docs/pricing",
        Example(
            row_text(
                input_cost_per_token=0,
                output_cost_per_token=2e-06,
                output_cost_per_token_flex=1e-06,
                output_cost_per_reasoning_token=2e-06,
            ),
            token_case("gemini", (0, 500), "flex", reasoning_tokens=200),
            "0.0007",
            "0.0005",
            "ours 300 x 0.000001 + 200 x 0.000002; litellm 500 x 0.000001",
        ),
    ),
)
