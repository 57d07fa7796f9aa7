"""The settings `fallback`, `reference` and `local_price` in a running process."""

import logging
from decimal import Decimal
from pathlib import Path

import pytest

from pricectl import production, runtime
from pricectl.core import Usage
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.runtime.conftest import catalog

ON = Policy(fallback="reference")
USAGE = Usage(1_000_000)


@pytest.fixture
def reference(tmp_path: Path) -> str:
    path = tmp_path / "reference.json"
    path.write_bytes(catalog({"o9": (4, 8), "gpt-4o": (99, 99)}))
    return str(path)


def test_the_reference_answers_for_a_name_that_the_file_does_not_have(
    file: Path, reference: str
) -> None:
    pricing = Pricing.load(file, policy=ON._replace(reference=reference))
    for _ in range(2):  # the second time the name is known
        answer = pricing.quote("o9", USAGE)
        assert (answer.pico_usd, answer.flags) == (4 * 10**12, ("reference-price",))
    assert answer.match.how == "reference"
    assert answer.match.reference_sha256 not in {"", answer.catalog_sha256}
    assert pricing.metrics().fallbacks["reference-price"] == 2
    assert pricing.quote("gpt-4o", USAGE).pico_usd == 25 * 10**11
    body = {"model": "o9", "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0}}
    assert pricing.quote_response(body).flags == ("reference-price",)


def test_where_it_is_off_the_log_says_the_list_price(
    file: Path, reference: str, caplog: pytest.LogCaptureFixture
) -> None:
    pricing = Pricing.load(file, policy=Policy(reference=reference))
    answer = pricing.quote("o9", USAGE)
    assert (answer.pico_usd, answer.flags) == (10**12, ("unknown-model",))
    told = [it.getMessage() for it in caplog.records if it.levelno == logging.WARNING]
    price = "the list price is $4.00 input, $8.00 output per 1M tokens (openai/o9)"
    assert [line for line in told if price in line]


def test_a_reference_that_cannot_be_read_answers_nothing_and_is_logged(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pricing = Pricing.load(file, policy=ON._replace(reference="/nowhere.json"))
    assert pricing.quote("o9", USAGE).flags == ("unknown-model",)
    assert "the reference cannot be read" in caplog.text


def test_a_local_model_costs_the_local_price(file: Path, reference: str) -> None:
    policy = ON._replace(reference=reference, local_price={"input": Decimal("0.5")})
    pricing = Pricing.load(file, policy=policy)
    answer = pricing.quote("ollama/o9", USAGE)
    assert (answer.pico_usd, answer.flags) == (5 * 10**11, ("partial-match", "local-model"))
    unset = Pricing.load(file, policy=ON._replace(reference=reference))
    answer = unset.quote("ollama/o9", USAGE)
    assert (answer.pico_usd, answer.flags) == (10**12, ("unknown-model", "local-model"))


def test_a_name_that_needs_a_flag_has_it_each_time(file: Path) -> None:
    pricing = Pricing.load(file, policy=Policy())
    for _ in range(3):
        flags = pricing.quote("azure/eu/o3", USAGE).flags
        assert flags == ("missing-region", "partial-match", "other-seller")


def test_the_drop_in_functions_know_the_reference_and_the_region(
    tmp_path: Path, reference: str
) -> None:
    own = tmp_path / "own.json"
    row = '{"input_cost_per_token": 1e-6, "regional_processing_uplift_multiplier_eu": 1.1}'
    own.write_text(f'{{"openai": {{"m": {row}}}}}')
    runtime.configure(own, policy=ON._replace(reference=reference))
    assert production.get_model_pricing("o9") == {"input": 4.0, "output": 8.0}
    assert production.get_provider_from_model("o9") == "openai"
    assert production.get_model_pricing("azure/eu/m") == {"input": 1.1, "output": 0.0}
