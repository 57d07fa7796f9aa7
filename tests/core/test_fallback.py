"""Who answers for names that the catalog does not have."""

import json
from decimal import Decimal

from pricectl.core import Catalog, Model, Usage, find, quote, require
from pricectl.core.fallback import Fallback, list_price_words, local_model
from pricectl.core.lookup import list_price, search

OWN = Catalog.load(json.dumps({"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}))
REFERENCE = Catalog.load(
    json.dumps(
        {
            "openai": {
                "gpt-4o": {"input_cost_per_token": 9e-06},
                "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
                "whisper": {"input_cost_per_second": 1e-4},
            }
        }
    )
)
ON = Fallback(REFERENCE)
OFF = Fallback(list_prices=REFERENCE)


def test_the_reference_answers_only_for_what_the_catalog_does_not_have() -> None:
    assert find(OWN, "gpt-4o", ON) is find(OWN, "gpt-4o")
    match = find(OWN, "o3-latest", ON)
    assert (match.how, match.flags) == ("reference", ("reference-price",))
    assert match.reference_sha256 == REFERENCE.sha256
    assert not match.is_guess
    assert require(OWN, "o3", ON).model.name == "o3"
    assert quote(OWN, match, Usage(1_000_000)).pico_usd == 2 * 10**12
    assert find(OWN, "nobody", ON).how == "default"
    assert find(OWN, "azure/o3", ON).flags == ("reference-price", "other-seller")


def test_the_layers_say_that_the_reference_was_asked() -> None:
    match, layers = search(OWN, "o3", ON)
    assert (match.how, layers[-1].layer) == ("reference", "reference")
    assert layers[-1].why == "the row openai/o3 of the reference catalog"
    layers = search(OWN, "nobody", ON)[1]
    assert [(step.layer, step.matched) for step in layers[-2:]] == [
        ("reference", False),
        ("default", True),
    ]
    assert search(OWN, "gpt-4o", ON)[1][-1].layer == "exact"


def test_where_the_reference_is_off_its_list_price_can_be_told() -> None:
    assert find(OWN, "o3", OFF).how == "default"
    listed = list_price(OFF, "o3")
    assert listed
    assert list_price_words(listed) == "$2.00 input, $8.00 output per 1M tokens (openai/o3)"
    assert list_price(OFF, "nobody") is None
    assert list_price(ON, "o3") is None
    by_second = list_price(OFF, "whisper")
    assert by_second
    assert list_price_words(by_second) == "by other units (openai/whisper)"


def local() -> Model:
    return local_model({"input": Decimal("0.1"), "second": Decimal("0.01")})


def test_a_local_model_costs_the_local_price_and_never_the_references() -> None:
    name = "ollama/o3"
    assert find(OWN, name, ON).how == "default"
    own = Fallback(REFERENCE, local())
    match, layers = search(OWN, name, own)
    assert (match.how, match.flags, match.is_guess) == ("partial", ("local-model",), False)
    assert match.model.full_name == "local/local_price"
    assert layers[-1].why == "a model on a local server: the setting local_price"
    assert quote(OWN, match, Usage(1_000_000)).pico_usd == 10**11
    assert find(OWN, "gpt-4o", own).model.name == "gpt-4o"
