"""What vouches for a price is dropped or renewed with it."""

from tests.check.evidence.gate import findings, of, prices

BASE = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, verified_on="2026-11-01")}}


def test_a_kept_date_beside_a_new_price_is_found_once() -> None:
    edited = {"openai": {"gpt-4o": prices(2e-06, 8e-06, verified_on="2026-11-01")}}
    assert of("provenance-kept", findings(edited, BASE)) == [
        (
            "warning",
            "/openai/gpt-4o/verified_on",
            "verified_on unchanged; input $2.00 / 1M; deployed $2.50 (/1.2)",
        )
    ]


def test_a_renewed_or_dropped_date_is_right() -> None:
    for row in (prices(2e-06, 8e-06, verified_on="2026-11-30"), prices(2e-06, 8e-06)):
        assert not of("provenance-kept", findings({"openai": {"gpt-4o": row}}, BASE))


def test_evidence_that_stayed_is_found_too() -> None:
    lists = [{"list": "litellm", "date": "2026-11-01"}]
    base = {"openai": {"gpt-4o": prices(2.5e-06, 1e-05, evidence=lists)}}
    edited = {"openai": {"gpt-4o": prices(2e-06, 8e-06, evidence=lists)}}
    ((_, pointer, _),) = of("provenance-kept", findings(edited, base))
    assert pointer == "/openai/gpt-4o/evidence"
