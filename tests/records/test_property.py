"""A record of any quote explains to the same figures once the catalog is gone."""

import json
import random
from datetime import UTC, datetime

import pytest

from pricectl.core import Catalog, document, quote
from pricectl.explain import chain
from pricectl.records import read_record, record_of
from tests.core.random_cases import (
    REGIONS,
    SERVICES,
    as_text,
    as_usage,
    random_counts,
    random_moment,
    random_row,
)

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(20))
def test_a_record_of_any_quote_explains_to_the_same_steps(seed: int) -> None:
    """Random rows and calls: tiers, services, regions, dates, off-peak hours, counting, guesses."""
    rng = random.Random(seed)
    for _ in range(50):
        row = random_row(rng)
        text = f'{{"openai": {{"m": {as_text(row)}, "other": {{"input_cost_per_token": 1e-6}}}}}}'
        catalog = Catalog.load(text)
        usage = as_usage(random_counts(rng))
        name = rng.choice(("m", "M", "openai/m", "unheard-of"))
        service = rng.choice((None, *SERVICES))
        region = rng.choice((None, None, *REGIONS))
        at = random_moment(rng, row)
        requests = rng.choice((1, 1, 1, 3))
        priced = quote(
            catalog, name, usage, service=service, region=region, at=at, requests=requests
        )
        written = json.dumps(record_of(priced, written_at=NOW, calculator="1.0", at=at))
        record = read_record(document.parse(written))
        read = record.quote
        near: tuple[str, ...] = ()
        assert chain(read, near=near, at=record.at) == chain(priced, near=near, at=at), written
        assert (read.pico_usd, read.usage) == (priced.pico_usd, priced.usage)
        assert set(read.flags) == set(priced.flags)
