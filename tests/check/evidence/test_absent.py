"""A new row without a price that its copy in the reference, or its relatives, have."""

from tests.check.evidence.gate import Document, findings, of, prices

BASE = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05)}}
CACHED = {"cache_read_input_token_cost": 1.25e-07}


def absent(name: str, row: Document, reference: Document) -> list[str]:
    edited = {"openai": {**BASE["openai"], name: row}}
    found = of("price-absent", findings(edited, BASE, reference))
    return [message for _, _, message in found]


def test_a_cache_price_that_the_row_in_the_reference_has_is_missed() -> None:
    listed = prices(1.25e-06, 1e-05, cache_read_input_token_cost=1.25e-07)
    edited = {"openai": {**BASE["openai"], "gpt-5": prices(1.25e-06, 1e-05)}}
    found = findings(edited, BASE, {"openai": {"gpt-5": listed}})
    assert of("price-absent", found) == [
        ("warning", "/openai/gpt-5", "no price for cache read; reference $0.125")
    ]


def test_another_row_of_the_model_has_it() -> None:
    known = {"openai": {"gpt-5-2026-01-01": prices(1.25e-06, 1e-05, **CACHED)}}
    assert absent("gpt-5", prices(1.25e-06, 1e-05), known) == [
        "no price for cache read; openai/gpt-5-2026-01-01 $0.125"
    ]
    assert not absent("gpt-5", prices(1.25e-06, 1e-05, **CACHED), known)


def test_every_other_size_of_its_generation_has_it() -> None:
    mini, nano = prices(2.5e-07, 2e-06, **CACHED), prices(5e-08, 4e-07, **CACHED)
    row = prices(1.25e-06, 1e-05)
    known: Document = {"openai": {"gpt-5-mini": mini, "gpt-5-nano": nano}}
    assert absent("gpt-5", row, known) == ["no price for cache read; openai/gpt-5-mini $0.125"]
    # One that does not have it: the seller may well have none for this model, too.
    known["openai"]["gpt-5-pro"] = prices(1.5e-05, 1.2e-04)
    assert not absent("gpt-5", row, known)
    assert not absent("gpt-6", row, known)


def test_a_tier_that_every_other_size_has() -> None:
    long = {"input_cost_per_token_above_200k_tokens": 6e-06}
    known = {"openai": {"gpt-5-mini": prices(3e-06, 1e-05, **long)}}
    row = prices(1.25e-06, 1e-05)
    assert absent("gpt-5", row, known) == ["no price for input above 200k; openai/gpt-5-mini $6.00"]
    assert not absent("gpt-5", {**row, **long}, known)


def test_what_the_reference_has_no_price_for_either_is_not_missed() -> None:
    row = prices(1.25e-06, 1e-05)
    known = {"openai": {"gpt-5": row, "gpt-5-mini": prices(2.5e-07, 2e-06, **CACHED)}}
    assert not absent("gpt-5", row, known)


def test_a_new_row_without_the_tier_of_its_own_row_in_the_reference_is_found() -> None:
    tier = {"input_cost_per_token_above_200k_tokens": 5e-06}
    base = {"x": {"n": prices(1e-06, 4e-06)}}
    edited = {"x": {**base["x"], "m": prices(2.5e-06, 1e-05)}}
    reference = {"x": {"m": prices(2.5e-06, 1e-05, **tier)}}
    found = of("price-absent", findings(edited, base, reference))
    assert found == [("warning", "/x/m", "no price for input above 200k; reference $5.00")]


def test_a_tier_that_the_row_in_the_reference_has() -> None:
    long = {"input_cost_per_token_above_200k_tokens": 2.5e-06}
    known = {"openai": {"gpt-5": prices(1.25e-06, 1e-05, **long)}}
    said = ["no price for input above 200k; reference $2.50"]
    assert absent("gpt-5", prices(1.25e-06, 1e-05), known) == said
    assert not absent("gpt-5", prices(1.25e-06, 1e-05, **long), known)
    # Without a base every row may be new.
    alone: Document = {"openai": {"gpt-5": prices(1.25e-06, 1e-05)}}
    assert [one for _, _, one in of("price-absent", findings(alone, None, known))] == said
