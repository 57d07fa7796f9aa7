"""Names of one model at several sellers, and the line that says a finding's evidence."""

import pytest

from pricectl.check.evidence.market import Witness, evidence_line, identity


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
