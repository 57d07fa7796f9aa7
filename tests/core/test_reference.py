"""Every quote equals a second calculator: naive, in fractions, straight from the JSON keys."""

import os
import random
from fractions import Fraction

import pytest

from pricectl.core import Catalog, Quote, quote
from pricectl.core.units import SYNONYMS as SPELLINGS
from pricectl.core.units import UNITS
from tests.core.naive_calculator import AMOUNTS, KINDS, OUTPUT, SYNONYMS, Answer, Naive
from tests.core.random_cases import (
    REGIONS,
    SERVICES,
    as_text,
    as_usage,
    random_counts,
    random_moment,
    random_row,
)

# 50,000 take about 11 seconds, and three times that under coverage.
CASES = int(os.environ.get("PRICECTL_REFERENCE_CASES", "50000"))
SEEDS = 10
CASES_A_ROW = 25


def test_the_reference_knows_every_unit_of_the_table() -> None:
    assert {name: unit.key for name, unit in UNITS.items()} == {
        name: kind.key for name, kind in KINDS.items()
    }
    assert {name for name, unit in UNITS.items() if unit.divisible} == AMOUNTS.keys()
    assert {base: key for key, base in SPELLINGS.items()} == SYNONYMS


def found(answer: Quote) -> Answer:
    return Answer(
        Fraction(answer.pico_usd),
        frozenset(line.unit for line in answer.unpriced),
        frozenset(line.unit for line in answer.assumed),
        answer.above_tokens,
        answer.missing_region,
    )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_quotes_equal_the_reference(seed: int) -> None:
    rng = random.Random(f"reference {seed}")  # noqa: S311 - test data
    for _ in range(CASES // CASES_A_ROW // SEEDS):
        row = random_row(rng)
        text = as_text(row)
        catalog = Catalog.load(f'{{"somebody": {{"model": {text}}}}}')
        for _ in range(CASES_A_ROW // 5):
            at = random_moment(rng, row)
            for _ in range(5):
                counts = random_counts(rng)
                naive = Naive(row, at, sum(counts.get(kind, 0) for kind in OUTPUT))
                service, region = rng.choice(("", *SERVICES)), rng.choice(("", "", *REGIONS))
                case = text, counts, service, region, at
                answer = quote(
                    catalog,
                    "model",
                    as_usage(counts),
                    service=service or None,
                    region=region or None,
                    at=at,
                )
                assert found(answer) == naive.cost(counts, service, region), case
                assert sum(line.pico_usd for line in answer.lines) == answer.pico_usd, case
