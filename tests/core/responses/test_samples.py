"""Rows and spans that released software wrote, where they lie beside the project."""

import csv
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import BadUsage, Catalog
from pricectl.core.money import pico_usd
from pricectl.core.responses import quote_response, read_response

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
SAMPLES = SHARED / "data" / "usage-samples"
SHAPES = SHARED / "repro" / "usage_shapes.json"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="no samples beside the project")
needs_shapes = pytest.mark.skipif(not SHAPES.exists(), reason="no shapes beside the project")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())


def lines(path: str) -> Iterator[Any]:
    with (SAMPLES / path).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def spend_rows() -> Iterator[tuple[Any, Any]]:
    for row in lines("litellm_spendlogs/spendlogs.jsonl"):
        yield row, row["spend"]
    for row in lines("litellm_slp/standard_logging_payload.jsonl"):
        yield row, row["response_cost"]
    csv.field_size_limit(sys.maxsize)
    file = SAMPLES / "litellm_spendlogs" / "spendlogs_postgres_copy.csv"
    with file.open(encoding="utf-8", newline="") as text:
        for copied in csv.DictReader(text):
            yield copied, copied["spend"]


@needs_samples
def test_a_row_of_litellms_log_costs_what_it_was_charged(catalog: Catalog) -> None:
    """Also the one whose flat columns gave $0.64 for $0.19, and a hit of the gateway's cache."""
    compared = 0
    for row, spend in spend_rows():
        if not int(row["prompt_tokens"]) and row["status"] == "success":
            with pytest.raises(BadUsage, match="states no usage object"):
                read_response(row)  # a stream that was logged without its usage
            continue
        quote = quote_response(catalog, row)
        if quote.guessed:  # a model that LiteLLM had no price for either
            continue
        assert quote.pico_usd == pico_usd(Decimal(str(spend)))
        compared += 1
    assert compared == 33


@needs_samples
def test_a_span_costs_what_its_source_counts(catalog: Catalog) -> None:
    """OpenAI: 86 x 1.25 + 1920 x 0.125 + 300 x 10 micro-USD, without cache counts all 2006 at 1.25.

    Anthropic: 86 x 3 + 10000 x 0.3 + 400 x 15, and 500 x 3.75 + 1000 x 6 or without lifetimes 1500
    x 3.75; the old instrumentation has no cache at all.
    """
    known = {3347.5, 5507.5, 17133, 14883, 6258}
    found: set[float] = set()
    for span in lines("otel_flat/spans_flat.jsonl"):
        repeats = span["name"].startswith(("invoke_agent", "step", "ai.generateText"))
        try:
            cost = quote_response(catalog, span).pico_usd / 10**6
        except BadUsage:
            has_usage = any("usage" in name for name in span["attributes"])
            assert (repeats and not span["name"].endswith("doGenerate")) or not has_usage
            continue
        assert cost in known
        found.add(cost)
    assert found == known


@needs_shapes
def test_the_collected_shapes_cost_what_they_should(catalog: Catalog) -> None:
    for shape in json.loads(SHAPES.read_text(encoding="utf-8")):
        body = shape.get("body")
        if body is None:
            continue
        reading = read_response(body)
        row = {"anthropic": {body["model"]: shape["row"]}} if "row" in shape else None
        prices = Catalog.load(json.dumps(row)) if row else catalog
        if "usd" in shape:
            pico = pico_usd(Decimal(shape["usd"]))
            assert quote_response(prices, body).pico_usd == pico, shape["what"]
        elif "signal" in shape:
            assert [signal.partition("=")[0] for signal in reading.signals] == [shape["signal"]]
        elif "seconds" in shape:
            assert reading.usage.count("input_second") == shape["seconds"] * 1000
        else:  # from the row's own rates
            assert reading.usage.count("cache_write_12h") == 100_000
