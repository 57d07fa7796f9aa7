"""Calls of random logs cost what `core` says, to the picodollar, and jobs their credits."""

import random
from collections import Counter
from typing import Any

import pytest

from pricectl.core import MODES, Catalog, Profile
from pricectl.core.customer_price import customer_price
from pricectl.core.units import UNITS
from pricectl.replay.duckdb_engine import rows_of
from pricectl.replay.prepared_log import prepare
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_rows import rows_query
from pricectl.replay.rating import rate
from tests.core.naive_calculator import KINDS, Row
from tests.core.random_cases import as_text, as_usage, random_counts, random_moment, random_row
from tests.core.test_profile_reference import random_profile
from tests.replay.random_logs import calls_table, credits_of_rows, quote_of_row, time_of_row

SEEDS = 4
CALLS = 250
# A log counts few units. Always among them: what fills marginal tiers in two steps, and amounts.
ALWAYS = ("input", "cache_read", "output", "input_second")
MORE_UNITS = 4
MODELS = ("gpt-4o", "gpt-4o-mini", "o3", "claude[1m]", "free-model")
PROVIDERS = ("openai", "azure", "openrouter")
SERVICES = (None, None, "", "batch", "batches", "flex", "priority", "fast", "nobody")
REGIONS = (None, None, "EU", "us", "global", "moon")


def random_rows(rng: random.Random) -> dict[tuple[str, str], Row]:
    return {(provider, model): random_row(rng) for provider in PROVIDERS for model in MODELS}


def catalog_of(rows: dict[tuple[str, str], Row]) -> Catalog:
    """The rows that can be loaded."""
    sections: dict[str, list[str]] = {}
    for (provider, model), row in rows.items():
        text = as_text(row)
        try:
            Catalog.load(f'{{"{provider}": {{"{model}": {text}}}}}')
        except Exception:  # noqa: BLE001, S112 - a random row may be refused
            continue
        sections.setdefault(provider, []).append(f'"{model}": {text}')
    body = ", ".join(f'"{name}": {{{", ".join(rows)}}}' for name, rows in sections.items())
    return Catalog.load(f"{{{body}}}")


def random_calls(
    rng: random.Random, rows: dict[tuple[str, str], Row], *, shared: bool
) -> list[dict[str, Any]]:
    """Calls of jobs; `shared`: some are the sum of several requests."""
    calls = []
    kinds = {*ALWAYS, *rng.sample(sorted(KINDS), MORE_UNITS)}
    for number in range(CALLS):
        (provider, model), row = rng.choice(list(rows.items()))
        moment = random_moment(rng, row)
        drawn = {kind: count for kind, count in random_counts(rng).items() if kind in kinds}
        usage = as_usage(drawn if rng.random() < 0.97 else {})
        call: dict[str, Any] = {
            "row": number * 1_000_003 + 7,
            "job": rng.choice((None, *(f"job '{rng.randint(1, 60)}'",) * 9)),
            "at": moment and moment.replace(tzinfo=None),
            "name": rng.choice((f"{provider}/{model}", model, f"{model}-2026-01-01", "unknown")),
            "seller": rng.choice((None, None, provider)),
            "service": rng.choice(SERVICES),
            "region": rng.choice(REGIONS),
            "account": rng.choice((None, "acme", "ACME-2", "globex", "a'; drop table calls")),
            "team": rng.choice((None, "red", "blue")),
            "requests": rng.choice((None, 1, 2, 3)) if shared else None,
        }
        calls.append(call | dict(usage.counts))
    return calls


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("shared", [False, True], ids=["single-requests", "sums-of-requests"])
def test_a_random_log_costs_what_the_calculator_says(seed: int, shared: bool) -> None:  # noqa: FBT001
    """Tiers, marginal tiers, dates, hours, regions, services, rounded counts and rules.

    The check of the run itself prices every call again and would fail on one difference; here the
    sums, the credits of each call and those of each group are compared, too.
    """
    rng = random.Random(f"replay {seed} {shared}")  # noqa: S311 - test data
    old_rows, new_rows = random_rows(rng), random_rows(rng)
    new_rows |= {key: old_rows[key] for key in list(old_rows)[::3]}
    calls = random_calls(rng, old_rows, shared=shared)
    sides = [Side("base", catalog_of(old_rows)), Side("new", catalog_of(new_rows))]
    settings = random_profile(rng)
    profile = Profile.read(settings)
    groupings = [(), ("team",), ("name", "day", "layer")]
    with calls_table(calls) as connection:
        rating = rate(connection, "calls", sides, profile, groupings=groupings, sample=10**9)
        log = prepare(connection, "calls", sides, profile)
        rated = {row["row"]: row for row in rows_of(connection, rows_query(log))}
    assert rating.checked_calls == len(calls) == len(rated)
    for side in sides:
        quotes = {call["row"]: quote_of_row(side, call) for call in calls}
        total = rating.groups[()][0].sides[side.name]
        assert total.pico_usd == sum(priced.pico_usd for priced in quotes.values())
        prices = [
            customer_price(
                quotes[call["row"]],
                profile,
                account=call["account"] or "",
                at=time_of_row(side, call),
            )
            for call in calls
        ]
        assert total.customer_pico_usd == sum(price.customer_pico_usd for price in prices)
        assert total.contract_pico_usd == sum(price.contract_pico_usd for price in prices)
        for mode in MODES:
            added = credits_of_rows(side, calls, mode, profile)
            for number, credits_added in added.items():
                assert rated[number][f"credits_{mode}_{side.name}"] == credits_added
            by_team: Counter[str] = Counter()
            for call in calls:
                by_team[call["team"] or ""] += added[call["row"]]
            for grouping in groupings:
                groups = rating.groups[grouping]
                assert sum(g.sides[side.name].credits[mode] for g in groups) == sum(added.values())
            for group in rating.groups["team",]:
                assert group.sides[side.name].credits[mode] == by_team[group.values[0]]
        for number, priced in quotes.items():
            assert rated[number][f"pico_usd_{side.name}"] == priced.pico_usd
            flags = rated[number][f"flags_{side.name}"]
            assert set(filter(None, flags.split(","))) == set(priced.flags)
    assert {unit for call in calls for unit in call if unit in UNITS} > {"input", "output"}
