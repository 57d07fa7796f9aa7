"""A record of any charge explains to the same figures once catalog and settings are gone."""

import json
import random
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from pricectl.core import Catalog, Job, Profile, document, quote
from pricectl.core.credits import MODES
from pricectl.core.estimate import Estimate
from pricectl.core.profile_rules import hidden_rule
from pricectl.explain import chain
from pricectl.records import Record, explain_record, read_record, record_of
from tests.conftest import ROOT
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
SCHEMA = json.loads((ROOT / "schemas/record.schema.json").read_text(encoding="utf-8"))


def written_and_read(record: dict[str, Any]) -> Record:
    """The record after a way through JSON text."""
    jsonschema.validate(record, SCHEMA)
    return read_record(document.parse(json.dumps(record)))


def random_profile(rng: random.Random) -> Profile:
    """A profile with numbers that leave fractions, and a few rules."""
    conditions: dict[str, Any] = {
        "provider": "openai",
        "model": rng.choice(("m", "oth*")),
        "service": rng.choice(("batch", "flex")),
    }
    effects: tuple[dict[str, Any], ...] = (
        {"factor": "0.8333"},
        {"markup_percent": rng.choice(("-12.5", "0", "45"))},
        {"fee_usd": "0.0123"},
        {"prices": {"input_cost_per_token": "1.37e-6", "output_cost_per_token": "2e-6"}},
    )
    rules = [
        {name: conditions[name] for name in rng.sample(list(conditions), rng.randint(0, 2))}
        | effect
        for effect in rng.sample(effects, rng.randint(0, 4))
    ]
    for rule in rules:  # what the team pays does not depend on the customer
        if rng.random() < 0.5 and not rule.keys() & {"factor", "prices"}:
            rule["account"] = rng.choice(("acme", "other-*"))
    settings: dict[str, Any] = {
        "markup_percent": rng.choice(("0", "30", "33.333")),
        "credits_per_dollar": rng.choice(("10", "997.7")),
        "tokens_per_credit": rng.choice(("7", "10000")),
        "minimum_credits": rng.choice((0, 1, 5)),
        "rounding": rng.choice(("up", "down", "half-even")),
    }
    profile = Profile.read(settings)
    for rule in rules:  # one that an earlier rule hides is not allowed
        read = (*profile.rules, *Profile.read({"rules": [rule]}).rules)
        profile = profile._replace(rules=read if hidden_rule(read) is None else profile.rules)
    return profile


def random_priced_call(rng: random.Random) -> tuple[Estimate, date | None]:
    """A call of a random row: tiers, services, regions, dates, off-peak hours, guesses, rules."""
    row = random_row(rng)
    text = f'{{"openai": {{"m": {as_text(row)}, "other": {{"input_cost_per_token": 1e-6}}}}}}'
    at = random_moment(rng, row)
    priced = quote(
        Catalog.load(text),
        rng.choice(("m", "M", "openai/m", "azure/m", "other", "unheard-of")),
        as_usage(random_counts(rng)),
        service=rng.choice((None, *SERVICES)),
        region=rng.choice((None, None, *REGIONS)),
        at=at,
        requests=rng.choice((1, 1, 1, 3)),
    )
    before = rng.choice(
        (Job(), Job(123_456_789_012, 4321, used=True, rules_pico_usd=Fraction(-7, 4)))
    )
    account = rng.choice(("", "acme", "other-2"))
    return Estimate(priced, 1, random_profile(rng), None, account, at, before), at


@pytest.mark.parametrize("seed", range(10))
def test_a_record_of_any_charge_explains_to_the_same_steps(seed: int) -> None:
    """Every figure, word and flag of the explanation, from the record alone."""
    rng = random.Random(seed)  # noqa: S311
    for _ in range(30):
        call, at = random_priced_call(rng)
        modes = rng.sample(MODES, rng.randint(1, len(MODES)))
        record = record_of(
            call.quote, written_at=NOW, calculator="1.0", at=at, charge=call, modes=modes
        )
        read = written_and_read(record)
        expected = chain(call.quote, estimate=call, modes=modes, at=at, near=())
        assert explain_record(read).steps == expected, record
        assert (read.quote.pico_usd, read.quote.usage) == (call.quote.pico_usd, call.quote.usage)
        assert set(read.quote.flags) == set(call.quote.flags) == set(read.flags)
        assert read.charge is not None
        again = read.charge.estimate(read.quote, None)
        assert again.price == call.price._replace(quote=read.quote)
        assert [mode.charged for mode in again.credits] == [mode.charged for mode in call.credits]
