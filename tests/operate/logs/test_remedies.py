"""What is proposed for a name that fell back, and what must never be."""

import pytest

from pricectl.core import Catalog
from pricectl.core.lookup import LayerTried, trace
from pricectl.flags import Remedy
from pricectl.operate.logs.reading import FallbackName
from pricectl.operate.logs.remedies import remedy
from tests.conftest import CATALOG

MORE = """,
  "anthropic": {"claude-haiku-3-5": {"input_cost_per_token": 8e-07}},
  "azure": {"gpt-4.1": {"input_cost_per_token": 2e-06}},
  "other": {"gpt-4.1": {"input_cost_per_token": 3e-06}}
}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(CATALOG.rstrip().removesuffix("}") + MORE)


def proposed(catalog: Catalog, name: str, kind: str = "unknown-model") -> Remedy:
    return remedy(catalog, FallbackName(name, kind, 1))


def test_the_same_words_in_another_order_are_an_alias(catalog: Catalog) -> None:
    assert proposed(catalog, "claude-3.5-haiku") == (
        "alias",
        "anthropic/claude-haiku-3-5",
        (
            "anthropic/claude-haiku-3-5 answers it now, by partial match; "
            'add "claude-3.5-haiku" to the aliases of anthropic/claude-haiku-3-5'
        ),
    )
    assert proposed(catalog, "anthropic.claude_3_5_haiku:latest").action == "alias"
    assert proposed(catalog, "gemini-pro-2.5-20251001").row == "google/gemini-2.5-pro"


@pytest.mark.parametrize(
    "name", ["gpt-4o-mini", "gpt-4o-audio", "o3-pro", "claude-haiku-3", "claude-haiku-3-5-5", "3.5"]
)
def test_a_different_model_is_never_proposed_as_an_alias(catalog: Catalog, name: str) -> None:
    found = proposed(catalog, name)
    assert (found.action, found.row) == ("row", "")
    assert found.words.startswith(f'add a row "{name}"')


def test_a_similar_name_is_a_hint_and_a_known_provider_names_the_section(catalog: Catalog) -> None:
    assert proposed(catalog, "gpt-4o-mini").words == 'add a row "gpt-4o-mini"; near it: gpt-4o'
    words = proposed(catalog, "azure/gpt-4.1-mini").words
    assert words == 'add a row "azure/gpt-4.1-mini" to azure; near it: gpt-4.1'


def test_a_dated_name_that_is_answered_may_be_added_as_alias(catalog: Catalog) -> None:
    found = proposed(catalog, "gpt-4o-2024-11-20")
    assert (found.action, found.row) == ("alias", "openai/gpt-4o")
    assert found.words.startswith("openai/gpt-4o answers it now, by partial match; add ")
    assert found.words.endswith('"gpt-4o-2024-11-20" to the aliases of openai/gpt-4o')


def test_a_name_that_this_catalog_has_needs_a_deploy(catalog: Catalog) -> None:
    assert proposed(catalog, "gpt-4o-2024-08-06")[:2] == ("reload", "openai/gpt-4o")
    assert proposed(catalog, "GPT-4o")[:2] == ("reload", "openai/gpt-4o")


def test_a_name_of_two_prices_must_be_chosen(catalog: Catalog) -> None:
    found = proposed(catalog, "gpt-4.1")
    assert found.action == "choose"
    assert "azure/gpt-4.1, other/gpt-4.1" in found.words


def test_advice_depends_on_the_reason_code_not_its_text(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reworded(catalog: Catalog, name: str) -> tuple[LayerTried, ...]:
        return tuple(step._replace(why="several rows fit") for step in trace(catalog, name))

    monkeypatch.setattr("pricectl.operate.logs.remedies.trace", reworded)
    assert proposed(catalog, "gpt-4.1").action == "choose"
    assert proposed(catalog, "gpt-4.1-latest").action == "choose"
    assert proposed(catalog, "no-such").action == "row"


def test_every_other_kind_has_its_own_advice(catalog: Catalog) -> None:
    assert proposed(catalog, "o3", "unpriced-unit")[:2] == ("price", "openai/o3")
    assert proposed(catalog, "gpt-4o", "bad-usage").action == "caller"
    assert proposed(catalog, "gpt-4o", "denied-model").action == "caller"
    assert proposed(catalog, "gpt-4o", "internal-error").action == "look"


@pytest.mark.parametrize("name", ["", "\x1b[31m", "[/x]", "x" * 300, "\ud800", '"', "日本"])
def test_any_name_gets_an_answer(catalog: Catalog, name: str) -> None:
    assert proposed(catalog, name).action == "row"
