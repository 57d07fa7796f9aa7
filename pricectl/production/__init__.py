"""The functions of production's cost_calculator and pricing_loader, exact underneath.

Names, parameters and results are the ones callers know; floats come in and go out, but no float is
calculated with: each is taken as the shortest decimal that means it. docs/migration.md lists every
difference in result. Nothing here raises; an invalid number counts as zero.
"""

from pricectl.production.costs import (
    apply_markup,
    calculate_credits_to_deduct,
    calculate_token_costs,
    estimate_cost_for_conversation,
    extract_cost_from_litellm_response,
)
from pricectl.production.price_table import MODEL_PRICING
from pricectl.production.prices import (
    get_model_pricing,
    get_pricing_metadata,
    get_provider_from_model,
    list_models_by_provider,
    load_pricing_from_json,
    reload_pricing,
)

__all__ = [
    "MODEL_PRICING",
    "apply_markup",
    "calculate_credits_to_deduct",
    "calculate_token_costs",
    "estimate_cost_for_conversation",
    "extract_cost_from_litellm_response",
    "get_model_pricing",
    "get_pricing_metadata",
    "get_provider_from_model",
    "list_models_by_provider",
    "load_pricing_from_json",
    "reload_pricing",
]
