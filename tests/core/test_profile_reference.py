"""Random profiles with rules charge as a second reading of them does, in fractions."""

import os
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from pricectl.core import BadProfile, Catalog, Job, Profile, Quote, charge, job_credits, quote
from pricectl.core.customer_price import customer_price
from pricectl.core.money import PICO_PER_USD
from tests.core.naive_calculator import KINDS, Row
from tests.core.naive_rules import (
    EFFECT_KEYS,
    NaiveCall,
    Rule,
    deciding,
    naive_credits,
    naive_price,
)
from tests.core.random_cases import as_usage, random_price

# The whole proof is 10,000 profiles, which take about a minute.
PROFILES = int(os.environ.get("PRICECTL_PROFILE_CASES", "2000"))
SEEDS = 8
PROVIDERS = ("openai", "azure", "openrouter")
MODELS = ("gpt-4o", "gpt-4o-mini", "o3", "claude[1m]")
SERVICES = ("", "batches", "flex")
ACCOUNTS = ("", "acme", "ACME-2", "globex")
PRICED = ("input", "output", "cache_read", "reasoning", "input_image", "second", "file_search")
PATTERNS = {
    "provider": ("openai", "OpenAI", "open*", "azure", "*", "nobody"),
    "model": ("gpt-4o", "gpt-4o*", "*mini", "openai/*", "o*3", "claude[1m]", "*4*o*"),
    "service": ("standard", "batch", "batches", "flex", "*"),
    "account": ("acme", "acme*", "globex", "*", "nobody"),
}
FIRST_DAY = date(2026, 11, 1)


class Case(NamedTuple):
    """One priced call beside its counts in words of the reference."""

    priced: Quote
    call: NaiveCall
    row: Row


def random_row(rng: random.Random) -> Row:
    row: Row = {}
    for kind in PRICED:
        for tier in ("", "_above_1k_tokens", "_above_2k_tokens"):
            for service in SERVICES:
                if rng.random() < (0.8 if not tier and not service else 0.25):
                    tail = f"{tier}{f'_{service}' if service else ''}"
                    row[f"{KINDS[kind].key}{tail}"] = random_price(rng, KINDS[kind].per)
    for part, side in (("reasoning", "output"), ("input_image", "input")):
        if rng.random() < 0.5 and KINDS[side].key in row:
            row[KINDS[part].key] = row[KINDS[side].key]
    if rng.random() < 0.5:
        row["regional_processing_uplift_multiplier_eu"] = "1.1"
    return row


def random_rule(rng: random.Random) -> Rule:
    rule: Rule = {}
    effects = rng.sample(("cost", "markup", "fee"), rng.choice((1, 1, 2, 3)))
    for condition, patterns in PATTERNS.items():
        if rng.random() < 0.4 and not (condition == "account" and "cost" in effects):
            several = rng.sample(patterns, rng.choice((1, 2)))
            rule[condition] = several if rng.random() < 0.5 else several[0]
    if rng.random() < 0.3:
        rule["from"] = FIRST_DAY + timedelta(rng.randint(0, 6))
    if rng.random() < 0.3:
        rule["until"] = rule.get("from", FIRST_DAY) + timedelta(rng.randint(1, 6))
    if "cost" in effects and rng.random() < 0.5:
        rule["factor"] = rng.choice((Decimal("0.85"), "0.333", 1, Decimal("1.07")))
    elif "cost" in effects:
        kinds = rng.sample(PRICED, rng.randint(1, 4))
        tails = ("", "", "", "_above_1k_tokens", "_batches", "_above_3k_tokens")
        rule["prices"] = {
            f"{KINDS[kind].key}{rng.choice(tails)}": Decimal(random_price(rng, KINDS[kind].per))
            for kind in kinds
        }
    if "markup" in effects:
        rule["markup_percent"] = rng.choice((25, 0, "-12.5", Decimal("33.3"), "-99.99"))
    if "fee" in effects:
        rule["fee_usd"] = rng.choice((0, "0.001", Decimal("0.000000000001"), 1))
    return rule


def random_profile(rng: random.Random) -> dict[str, Any]:
    """Settings of a profile; a rule that is refused, as hidden, decides nothing and is left out."""
    settings: dict[str, Any] = {
        "markup_percent": rng.choice((0, 30, "12.5", Decimal("33.3"))),
        "credits_per_dollar": rng.choice((100, 7, "1000.5")),
        "minimum_credits": rng.choice((0, 1, 3)),
        "rounding": rng.choice(("up", "down", "half-even")),
        "rules": [random_rule(rng) for _ in range(rng.randint(0, 6))],
    }
    while True:
        try:
            Profile.read(settings)
        except BadProfile as error:
            if "never decides anything" not in str(error):
                raise
            found = error.where.rpartition("[")[2].rstrip("]")
            assert_decides_nothing(rng, settings["rules"], int(found))
            del settings["rules"][int(found)]
        else:
            return settings


def assert_decides_nothing(rng: random.Random, rules: list[Rule], index: int) -> None:
    for _ in range(40):
        call = random_call(rng, {})
        for effect in EFFECT_KEYS:
            assert deciding(rules[: index + 1], effect, call) is not rules[index], (rules, index)


def random_call(rng: random.Random, counts: dict[str, int]) -> NaiveCall:
    day = FIRST_DAY + timedelta(rng.randint(-1, 13))
    return NaiveCall(
        rng.choice(PROVIDERS),
        rng.choice(MODELS),
        rng.choice(SERVICES),
        rng.choice(("", "", "eu")),
        rng.choice(ACCOUNTS),
        str(day),
        counts,
    )


def random_cases(rng: random.Random) -> list[Case]:
    rows = {(provider, model): random_row(rng) for provider in PROVIDERS for model in MODELS}
    sections = (
        f'"{provider}": {{'
        + ", ".join(f'"{model}": {as_json(rows[provider, model])}' for model in MODELS)
        + "}"
        for provider in PROVIDERS
    )
    catalog = Catalog.load("{" + ", ".join(sections) + "}")
    cases = []
    for _ in range(40):
        kinds = rng.sample(PRICED, rng.randint(0, 4))
        counts = {kind: rng.choice((1, 400, 999, 1000, 1001, 2500, 3001)) for kind in kinds}
        call = random_call(rng, counts)
        priced = quote(
            catalog,
            f"{call.provider}/{call.model}",
            as_usage(counts),
            service=call.service or None,
            region=call.region or None,
        )
        assert priced.match.model.provider == call.provider
        cases.append(Case(priced, call, rows[call.provider, call.model]))
    return cases


def as_json(row: Row) -> str:
    return "{" + ", ".join(f'"{key}": {value}' for key, value in row.items()) + "}"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_profiles_charge_as_the_reference_does(seed: int) -> None:
    """Each price is the same fraction; a job's credits are its exact sum rounded once.

    In any order of the calls, and each call in its own account.
    """
    rng = random.Random(f"profiles {seed}")  # noqa: S311 - test data
    decided = 0
    for number in range(PROFILES // SEEDS):
        if number % 25 == 0:
            cases = random_cases(rng)
        settings = random_profile(rng)
        profile = Profile.read(settings)
        chosen = rng.sample(cases, rng.randint(1, 5))
        exact, list_price = Fraction(0), 0
        for priced, call, row in chosen:
            expected = naive_price(row, settings, call)
            found = customer_price(
                priced, profile, account=call.account, at=date.fromisoformat(call.day)
            )
            where = (settings, call, row)
            assert found.contract_pico_usd == expected.contract, where
            assert found.customer_pico_usd == expected.customer, where
            assert found.fee_pico_usd == expected.fee, where
            decided += len(found.rules)
            exact += expected.customer
            list_price += priced.pico_usd
        exact_credits = exact * Fraction(settings["credits_per_dollar"]) / PICO_PER_USD
        used = any(call.counts for _, call, _ in chosen)
        minimum = settings["minimum_credits"]
        expected_credits = naive_credits(exact_credits, profile.rounding, minimum) if used else 0
        for order in (chosen, rng.sample(chosen, len(chosen))):
            job, deltas = Job(), 0
            for priced, call, _ in order:
                job, delta = charge(
                    job,
                    priced,
                    "consumption_usd",
                    profile,
                    account=call.account,
                    at=date.fromisoformat(call.day),
                )
                deltas += delta
            assert job.pico_usd == list_price
            assert deltas == expected_credits == job_credits(job, "consumption_usd", profile)
    assert decided > PROFILES // SEEDS  # the rules are not idle
