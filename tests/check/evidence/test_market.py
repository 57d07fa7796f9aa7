"""Names of one model at several sellers, and the line that says a finding's evidence."""

import pytest

from pricectl.check.evidence.offers import identity
from pricectl.check.evidence.witnesses import Witness, evidence_line
from tests.check.evidence.gate import findings, of, prices


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("azure/us/gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-oss-120b-maas", "gpt-oss-120b"),
        ("accounts/fireworks/models/glm-5p3", "glm-5-3"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2-5-flash"),
        ("gemini-2.5-flash-lite", "gemini-2-5-flash-lite"),
        ("meta.llama3-1-8b-instruct-v1:0", "llama-3-1-8b-instruct"),
        ("latest", "latest"),
    ],
)
def test_one_model_has_one_identity_at_every_seller(name: str, model: str) -> None:
    assert identity(name) == model


def test_a_line_says_how_far_off_the_first_witness_is() -> None:
    witnesses = [Witness("deployed", 2_500_000), Witness("azure/gpt-4o", 2_500_000)]
    line = evidence_line(("input", 0, ""), 250_000, witnesses)
    assert line == "input $0.25 / 1M; deployed $2.50 (/10), azure/gpt-4o $2.50"


def test_a_price_nobody_else_has_stands_alone() -> None:
    assert evidence_line(("page", 0, ""), 10**9, []) == "page $0.001 / page"


def test_the_row_of_the_same_name_is_named_before_snapshots() -> None:
    known = {
        "openai": {"gpt-4o": prices(2.5e-06, 1e-05), "gpt-4o-2024-05-13": prices(5e-06, 1.5e-05)},
        "azure": {
            "azure/us/gpt-4o": prices(2.75e-06, 1.1e-05),
            "azure/gpt-4o": prices(2.5e-06, 1e-05),
        },
    }
    slipped = {"openai": {"gpt-4o": prices(2.5e-05, 1e-04)}}
    ((_, _, message), _) = of("reference-differs", findings(slipped, None, known))
    assert message == (
        "input $25.00 / 1M; reference $2.50 (x10), azure/gpt-4o $2.50, azure/us/gpt-4o $2.75"
    )


# Of $1.00, $2.00 and $3.00 the median is $2.00; nobody else sells the row.
def test_a_row_that_nobody_else_sells_is_shown_beside_its_siblings() -> None:
    rows = {f"m-{price}": prices(price * 1e-06, 1e-05) for price in (1, 2, 3)}
    base = {"x": {**rows, "own": prices(2e-06, 1e-05)}}
    edited = {"x": {**rows, "own": prices(2e-05, 1e-05)}}
    ((_, _, message),) = of("price-moved", findings(edited, base))
    assert message.startswith(
        "input $20.00 / 1M; deployed $2.00 (x10), median of the seller's chat rows $2.00; "
    )
