"""What holds for every price and every call; each law's sentence is its test's docstring."""

import decimal
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pricectl.core import (
    MODES,
    BadUsage,
    Catalog,
    Job,
    Mode,
    Profile,
    Quote,
    Usage,
    charge,
    exact_credits,
    find,
    job_credits,
    quote,
    usd,
    usd_per_mtok,
)
from pricectl.core.calculator import quantity
from pricectl.core.money import PICO_PER_USD, ROUNDINGS, Rounding, divide, parse_usd
from pricectl.core.token_kinds import USAGE_ARGUMENTS
from pricectl.core.units import UNITS, is_token_unit
from pricectl.explain import explain
from tests.core.random_cases import as_usage

Prices = dict[str, int]
Counts = dict[str, int]

INPUTS = ("input", "cache_read", "cache_write", "cache_write_1h", "input_audio", "input_image")
OUTPUTS = ("output", "reasoning", "output_audio")
BESIDE = ("page", "search_high", "citation")
PRICE_KEYS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "cache_creation_input_token_cost",
    "cache_creation_input_token_cost_above_1hr",
    "input_cost_per_audio_token",
    "output_cost_per_reasoning_token",
    "ocr_cost_per_page",
    "citation_cost_per_token",
    "input_cost_per_token_batches",
    "cache_read_input_token_cost_batches",
    "output_cost_per_token_flex",
)
TIER_KEYS = (
    "input_cost_per_token_above_1k_tokens",
    "output_cost_per_token_above_1k_tokens",
    "cache_read_input_token_cost_above_2k_tokens",
    "input_cost_per_token_above_2k_tokens_batches",
)

pico_prices = st.integers(0, 10**9)
plain_rows = st.dictionaries(st.sampled_from(PRICE_KEYS), pico_prices, min_size=1)
tiered_rows = st.dictionaries(st.sampled_from(PRICE_KEYS + TIER_KEYS), pico_prices, min_size=1)
calls = st.dictionaries(st.sampled_from(INPUTS + OUTPUTS + BESIDE), st.integers(0, 3000))
services = st.sampled_from([None, "batch", "flex", "priority"])
# Without rules, whose fees count calls: tests/core/test_customer_price_laws.py has their laws.
profiles = st.builds(
    Profile,
    rules=st.just(()),
    markup_percent=st.fractions(0, 200, max_denominator=1000),
    credits_per_dollar=st.fractions(0, 1000, max_denominator=100),
    tokens_per_credit=st.fractions(Fraction(1, 2), 20_000, max_denominator=10),
    credits_per_job=st.integers(0, 20),
    minimum_credits=st.integers(0, 5),
    rounding=st.sampled_from(tuple(ROUNDINGS)),
)
modes = st.sampled_from(MODES)


def row_of(prices: Prices, **more: object) -> str:
    """A row as JSON text; prices in picodollars, spelled with an exponent."""
    members = [f'"{key}": {price}e-12' for key, price in prices.items()]
    members += [f'"{key}": {json.dumps(value)}' for key, value in more.items()]
    return "{" + ", ".join(members) + "}"


def catalog_of(prices: Prices, **more: object) -> Catalog:
    return Catalog.load(f'{{"o": {{"m": {row_of(prices, **more)}}}}}')


def usage_of(counts: Counts) -> Usage:
    """Disjoint counts as a caller reports them: totals and their details."""
    return Usage(
        sum(counts.get(unit, 0) for unit in INPUTS),
        sum(counts.get(unit, 0) for unit in OUTPUTS),
        **{
            unit if unit in BESIDE else f"{unit}_tokens": count
            for unit, count in counts.items()
            if unit not in {"input", "output"}
        },
    )


def cost(prices: Prices, counts: Counts, service: str | None = None) -> int:
    return quote(catalog_of(prices), "m", usage_of(counts), service=service).pico_usd


def micro_usd_call(micro_usd: int, tokens: int = 1) -> Quote:
    """A call of that many tokens at that price for all of them together."""
    row = catalog_of({"ocr_cost_per_page": 10**6})
    return quote(row, "m", Usage(tokens, page=micro_usd))


@given(tiered_rows, calls, services)
def test_cost_is_never_negative(prices: Prices, counts: Counts, service: str | None) -> None:
    """Law 1: cost >= 0."""
    assert cost(prices, counts, service) >= 0


@given(tiered_rows, st.sampled_from(INPUTS + OUTPUTS + BESIDE), services)
def test_no_usage_costs_nothing(prices: Prices, unit: str, service: str | None) -> None:
    """Law 2: no usage, no cost."""
    assert cost(prices, {unit: 0}, service) == 0


@given(plain_rows, st.integers(0, 10**15), st.integers(0, 10**15))
def test_integers_equal_fractions(prices: Prices, fresh: int, out: int) -> None:
    """Law 3: the integer result equals the exact rational one, for the largest counts too."""
    rate_in = Fraction(prices.get("input_cost_per_token", 0), PICO_PER_USD)
    rate_out = Fraction(prices.get("output_cost_per_token", 0), PICO_PER_USD)
    usd_cost = fresh * rate_in + out * rate_out
    assert Fraction(cost(prices, {"input": fresh, "output": out}), PICO_PER_USD) == usd_cost


@given(plain_rows, calls, st.sampled_from(INPUTS + OUTPUTS + BESIDE), st.integers(1, 1000))
def test_more_tokens_never_cost_less(prices: Prices, counts: Counts, unit: str, more: int) -> None:
    """Law 4: cost is monotone in each disjoint token class, without tiers."""
    assert cost(prices, {**counts, unit: counts.get(unit, 0) + more}) >= cost(prices, counts)


@given(tiered_rows, calls, services, st.data(), st.integers(1, 10**9))
def test_a_higher_price_never_costs_less(
    prices: Prices, counts: Counts, service: str | None, data: st.DataObject, more: int
) -> None:
    """Law 5: cost is monotone in each price."""
    key = data.draw(st.sampled_from(sorted(prices)))
    dearer = {**prices, key: prices[key] + more}
    assert cost(dearer, counts, service) >= cost(prices, counts, service)


@given(plain_rows, calls, services, st.integers(0, 50))
def test_equal_calls_cost_alike(
    prices: Prices, counts: Counts, service: str | None, times: int
) -> None:
    """Law 6: cost(k x u) = k x cost(u) without tiers."""
    catalog, usage = catalog_of(prices), usage_of(counts)
    whole = quote(catalog, "m", usage.times(times), service=service).pico_usd
    assert whole == times * quote(catalog, "m", usage, service=service).pico_usd


@given(plain_rows, calls, calls, services)
def test_cost_is_additive(prices: Prices, one: Counts, two: Counts, service: str | None) -> None:
    """Law 7: without tiers cost is additive over splits."""
    both = {unit: one.get(unit, 0) + two.get(unit, 0) for unit in one | two}
    parts = cost(prices, one, service) + cost(prices, two, service)
    assert cost(prices, both, service) == parts


@given(
    tiered_rows,
    calls,
    services,
    st.sampled_from(["request", "marginal"]),
    st.sampled_from(["gt", "gte"]),
)
def test_lines_sum_to_the_total(
    prices: Prices, counts: Counts, service: str | None, scope: str, boundary: str
) -> None:
    """Law 8: the lines sum to the total, and their quantities to what was used."""
    catalog = catalog_of(prices, context_tier={"scope": scope, "boundary": boundary})
    usage = usage_of(counts)
    answer = quote(catalog, "m", usage, service=service)
    assert sum(line.pico_usd for line in answer.lines) == answer.pico_usd
    assert all(line.quantity * line.pico_usd_per_unit == line.pico_usd for line in answer.lines)
    for unit, count in usage.counts:
        assert sum(line.quantity for line in answer.lines if line.unit == unit) == count


@given(st.integers(0, 10**15), st.integers(1, 10**9), st.sampled_from(MODES[1:]), profiles)
def test_rounding_up_adds_less_than_a_credit(
    pico_usd: int, tokens: int, mode: Mode, profile: Profile
) -> None:
    """Law 9: 0 <= charged - exact < 1 credit, rounding up."""
    profile = profile._replace(rounding="up", minimum_credits=0)
    job = Job(pico_usd, tokens, used=True)
    assert 0 <= job_credits(job, mode, profile) - exact_credits(job, mode, profile) < 1


job_calls = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 30_000)), max_size=12)


def charged(amounts: list[tuple[int, int]], mode: Mode, profile: Profile) -> list[int]:
    job, found = Job(), []
    for micro_usd, tokens in amounts:
        job, delta = charge(job, micro_usd_call(micro_usd, tokens), mode, profile)
        found.append(delta)
    return found


@given(job_calls, modes, profiles)
def test_a_further_call_never_lowers_the_charge(
    amounts: list[tuple[int, int]], mode: Mode, profile: Profile
) -> None:
    """Law 10: delta >= 0."""
    assert all(delta >= 0 for delta in charged(amounts, mode, profile))


@given(job_calls, modes, profiles, st.randoms(use_true_random=False))
def test_deltas_sum_to_the_rounded_sum(
    amounts: list[tuple[int, int]], mode: Mode, profile: Profile, rng: random.Random
) -> None:
    """Law 11: the sum of deltas is the rounded sum, in any order of the calls."""
    used = any(micro_usd or tokens for micro_usd, tokens in amounts)
    job = Job(
        sum(micro_usd for micro_usd, _ in amounts) * 10**6,
        sum(tokens for _, tokens in amounts),
        used,
    )
    shuffled = rng.sample(amounts, len(amounts))
    assert sum(charged(amounts, mode, profile)) == job_credits(job, mode, profile)
    assert sum(charged(shuffled, mode, profile)) == job_credits(job, mode, profile)


@given(job_calls, modes, profiles, st.data())
def test_splitting_a_call_keeps_the_charge(
    amounts: list[tuple[int, int]], mode: Mode, profile: Profile, data: st.DataObject
) -> None:
    """Law 12: splitting a call inside a job never changes the charge."""
    assume(amounts)
    micro_usd, tokens = amounts[0]
    part = data.draw(st.integers(0, micro_usd)), data.draw(st.integers(0, tokens))
    split = [part, (micro_usd - part[0], tokens - part[1]), *amounts[1:]]
    assert sum(charged(split, mode, profile)) == sum(charged(amounts, mode, profile))


@given(job_calls, job_calls, modes, profiles)
def test_splitting_a_job_is_never_cheaper(
    one: list[tuple[int, int]], two: list[tuple[int, int]], mode: Mode, profile: Profile
) -> None:
    """Law 13: splitting a job never makes it cheaper, rounding up."""
    profile = profile._replace(rounding="up")
    apart = sum(charged(one, mode, profile)) + sum(charged(two, mode, profile))
    assert apart >= sum(charged([*one, *two], mode, profile))


words = st.sampled_from(["gpt", "4o", "o3", "mini", "claude", "GPT", "latest", "20250101", "us"])
names = st.lists(words, min_size=1, max_size=3).map("-".join)
models = st.dictionaries(names, st.integers(1, 3), min_size=1, max_size=6)
anything = st.one_of(
    names,
    st.text(alphabet=string.printable + "İKé\u200b\x1b", max_size=40),
    st.none(),
    st.integers(),
    st.binary(max_size=5),
    st.lists(st.text(max_size=3), max_size=3),
)


def rows(priced: dict[str, int]) -> dict[str, dict[str, float]]:
    return {name: {"input_cost_per_token": price} for name, price in priced.items()}


def answer_for(catalog: Catalog, name: object) -> tuple[str, str, int]:
    match = find(catalog, name)
    return match.how, match.model.full_name, quote(catalog, name, Usage(1)).pico_usd  # type: ignore[arg-type]


@given(models, models, anything, st.randoms(use_true_random=False))
def test_lookup_answers_any_name_in_any_order(
    one: dict[str, int], two: dict[str, int], name: object, rng: random.Random
) -> None:
    """Law 16: lookup is total, deterministic and independent of order."""
    sections = {"one": rows(one), "two": rows(two)}
    catalog = Catalog.load(json.dumps(sections))
    expected = answer_for(catalog, name)
    assert answer_for(catalog, name) == expected
    shuffled = {
        section: dict(rng.sample(list(sections[section].items()), len(sections[section])))
        for section in ("two", "one")
    }
    assert answer_for(Catalog.load(json.dumps(shuffled)), name) == expected


@given(models, models, names)
def test_an_unrelated_row_changes_no_exact_answer(
    known: dict[str, int], new: dict[str, int], alias: str
) -> None:
    """Law 17: exact beats every other layer; a new row never changes an exact answer."""
    new = {name: price for name, price in new.items() if name not in known}
    more: dict[str, Any] = {name: {**row, "aliases": [alias]} for name, row in rows(new).items()}
    before = Catalog.load(json.dumps({"o": rows(known)}))
    after = Catalog.load(json.dumps({"new": more, "o": rows(known)}))
    for name in known:
        assert find(before, name).how == "exact"
        assert answer_for(after, name) == answer_for(before, name)


LAYERS = ("exact", "alias", "case", "partial", "default")


@given(st.sets(st.sampled_from(LAYERS[:4])))
def test_earlier_layers_win(present: set[str]) -> None:
    """Law 17: exact beats alias beats case beats partial beats default."""
    section: dict[str, dict[str, dict[str, object]]] = {
        "exact": {"gpt-x-latest": {}},
        "alias": {"a": {"aliases": ["gpt-x-latest"]}},
        "case": {"GPT-X-latest": {}},
        "partial": {"gpt-x": {}},
    }
    prices = dict(zip(LAYERS, (1, 2, 3, 4), strict=False))
    catalog = {
        layer: {
            name: {**row, "input_cost_per_token": prices[layer]}
            for name, row in section[layer].items()
        }
        for layer in present
    }
    answer = find(Catalog.load(json.dumps({"none": {"other": {}}, **catalog})), "gpt-x-latest")
    assert answer.how == next((layer for layer in LAYERS if layer in present), "default")


@given(models, models)
def test_a_name_finds_its_own_row(one: dict[str, int], two: dict[str, int]) -> None:
    """Law 18: looking up a row's name finds that row."""
    catalog = Catalog.load(json.dumps({"one": rows(one), "two": rows(two)}))
    for model in catalog.models:
        assert find(catalog, model.full_name).model is model
        if len(catalog.names[model.name]) == 1:
            assert find(catalog, model.name).model is model


@given(st.integers(-(10**40), 10**40), st.integers(0, 12))
def test_shown_money_reads_back(amount: int, decimals: int) -> None:
    """Law 19: parse(render(x)) = x."""
    assert parse_usd(usd(amount, min_decimals=decimals)) == amount
    assert parse_usd(usd_per_mtok(amount)) == amount * 10**6


@contextmanager
def hostile_decimals() -> Iterator[None]:
    with decimal.localcontext() as context:
        context.prec = 4
        context.Emin, context.Emax = -3, 3
        context.rounding = decimal.ROUND_CEILING
        for signal in context.traps:
            context.traps[signal] = True
        yield


UPLIFTS: dict[str, object] = {"provider_specific_entry": {"us": 1.1, "fast": 2.5}}


def everything(prices: Prices, counts: Counts, percent: str) -> object:
    catalog = catalog_of({**prices, "cost_per_second": 277_777_800}, **UPLIFTS)
    usage = Usage(*usage_of(counts)[:2], second=Decimal("12.345"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    answer = quote(catalog, "us.m-latest", usage, region="us", at=at)
    profile = Profile.read({"markup_percent": percent, "credits_per_dollar": "12.3456789"})
    job, now = charge(Job(), answer, "consumption_usd", profile)
    return answer.pico_usd, answer.lines, explain(answer), usd(answer.pico_usd), job, now


@given(tiered_rows, calls, st.sampled_from(["0.123456789", "33.333333", "100"]))
def test_the_decimal_context_of_the_host_does_not_change_results(
    prices: Prices, counts: Counts, percent: str
) -> None:
    """Law 24: the result is independent of the ambient decimal context, precision and traps."""
    expected = everything(prices, counts, percent)
    with hostile_decimals():
        assert everything(prices, counts, percent) == expected
    with decimal.localcontext() as context:
        context.clear_traps()
        assert everything(prices, counts, percent) == expected


PROGRAM = """
from datetime import UTC, datetime
from pricectl.core import Catalog, Usage, quote, trace
text = '''{"b": {"m": {"input_cost_per_token": 1e-06, "aliases": ["z", "y"]}},
 "a": {"m": {"input_cost_per_token": 1e-06, "upcoming": []}, "gpt-4o": {
 "input_cost_per_token": 2.5e-06,
 "upcoming": [{"from": "2026-11-23", "input_cost_per_token": 1e-06}]}}}'''
catalog = Catalog.load(text)
at = datetime(2026, 11, 23, tzinfo=UTC)
for name in ("m", "Z", "azure/gpt-4o-latest", "none"):
    answer = quote(catalog, name, Usage(9, 1, cache_read_tokens=3, page=1), at=at, service="batch")
    print(trace(catalog, name), answer.pico_usd, answer.lines, answer.match.model.full_name)
print(catalog.sha256, sorted(catalog.providers))
"""


def test_hash_seed_time_zone_and_locale_change_nothing() -> None:
    """Law 24: the result is independent of hash seed, time zone and locale."""
    outputs = set()
    for seed, zone, locale in (("0", "UTC", "C"), ("1", "Pacific/Kiritimati", "tr_TR.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


@given(tiered_rows, calls, services)
def test_ten_times_the_prices_are_ten_times_the_cost(
    prices: Prices, counts: Counts, service: str | None
) -> None:
    """All prices x 10, cost x 10."""
    dearer = {key: price * 10 for key, price in prices.items()}
    assert cost(dearer, counts, service) == 10 * cost(prices, counts, service)


@given(pico_prices, pico_prices, st.integers(0, 10**6), st.integers(0, 10**6))
def test_swapping_input_and_output_with_their_prices_keeps_the_total(
    one: int, two: int, fresh: int, out: int
) -> None:
    """Swapping prices and tokens of input and output keeps the total."""
    here = {"input_cost_per_token": one, "output_cost_per_token": two}
    there = {"input_cost_per_token": two, "output_cost_per_token": one}
    swapped = {"input": out, "output": fresh}
    assert cost(here, {"input": fresh, "output": out}) == cost(there, swapped)


@given(pico_prices, pico_prices, calls, st.integers(0, 3000))
def test_moving_tokens_to_the_cache_saves_the_difference(
    fresh: int, cached: int, counts: Counts, moved: int
) -> None:
    """Moving n tokens from fresh to cached changes cost by exactly n x (cached - input)."""
    prices = {"input_cost_per_token": fresh, "cache_read_input_token_cost": cached}
    before = {**counts, "input": counts.get("input", 0) + moved}
    after = {**counts, "cache_read": counts.get("cache_read", 0) + moved}
    after.setdefault("input", 0)
    assert cost(prices, after) - cost(prices, before) == moved * (cached - fresh)


def spelled(pico_usd: int, style: int) -> str:
    """One price in several spellings."""
    digits = f"{pico_usd:013d}"
    plain = f"{digits[:-12]}.{digits[-12:]}"
    return [f"{pico_usd}e-12", f"{pico_usd * 100}E-0014", plain, f"{plain}000"][style]


@given(
    tiered_rows, calls, services, st.lists(st.integers(0, 3), min_size=16, max_size=16), st.data()
)
def test_order_whitespace_and_spelling_change_nothing(
    prices: Prices, counts: Counts, service: str | None, styles: list[int], data: st.DataObject
) -> None:
    """Reordering keys, whitespace, 2.50 and 2.5 and 25e-1 change nothing."""
    items = data.draw(st.permutations(sorted(prices.items())))
    members = " ,\n\t".join(
        f'"{key}" :\r\n {spelled(price, style)}'
        for (key, price), style in zip(items, styles, strict=False)
    )
    other = quote(
        Catalog.load(f'\n{{ "o":{{"m" : {{{members}}} }} }}\n'),
        "m",
        usage_of(counts),
        service=service,
    )
    same = quote(catalog_of(prices), "m", usage_of(counts), service=service)
    assert (other.pico_usd, other.lines) == (same.pico_usd, same.lines)


@given(tiered_rows, calls, services)
def test_an_alias_equals_its_target(prices: Prices, counts: Counts, service: str | None) -> None:
    """An alias costs what its target costs."""
    catalog = catalog_of(prices, aliases=["nickname"])
    one = quote(catalog, "nickname", usage_of(counts), service=service)
    other = quote(catalog, "m", usage_of(counts), service=service)
    assert (one.pico_usd, one.lines) == (other.pico_usd, other.lines)
    assert one.match.how == "alias"


@given(job_calls, st.sampled_from(tuple(ROUNDINGS)))
def test_every_rounding_stays_within_a_credit(
    amounts: list[tuple[int, int]], rounding: Rounding
) -> None:
    """No rounding moves a job by a whole credit."""
    profile = Profile(rounding=rounding, minimum_credits=0)
    exact = Fraction(sum(micro_usd for micro_usd, _ in amounts), 10**5)
    assert abs(sum(charged(amounts, "consumption_usd", profile)) - exact) < 1


every_kind = st.dictionaries(st.sampled_from(sorted(UNITS)), st.integers(0, 3000), max_size=12)


def leaves(usage: Usage, side: str) -> int:
    return sum(count for unit, count in usage.counts if UNITS[unit].side == side)


@given(every_kind)
def test_leaves_sum_to_their_totals(counts: Counts) -> None:
    """Decomposition: the parts sum to the totals, none is negative, none is there twice."""
    usage = as_usage(counts)
    assert leaves(usage, "input") == usage.input_tokens
    assert leaves(usage, "output") == usage.output_tokens
    assert all(count > 0 for _, count in usage.counts)
    assert len(dict(usage.counts)) == len(usage.counts)
    assert [unit for unit, _ in usage.counts] == [unit for unit in UNITS if counts.get(unit)]


@given(every_kind)
def test_splitting_totals_is_the_inverse_of_adding_up(counts: Counts) -> None:
    """Decomposition: disjoint counts made into totals and details come back as they were."""
    assert dict(as_usage(counts).counts) == {unit: count for unit, count in counts.items() if count}


details = st.dictionaries(st.sampled_from(sorted(USAGE_ARGUMENTS)), st.integers(0, 60))


def parts_left(fresh: int, out: int, given_details: Counts) -> Counts:
    """What remains of each part when its own parts are taken out; negative if they do not fit."""
    left = {unit: given_details.get(name, 0) for name, unit in USAGE_ARGUMENTS.items()}
    read_audio, read_image = left["cache_read_audio"], left["cache_read_image"]
    left["cache_read"] -= read_audio + read_image
    left["cache_write"] -= left["cache_write_audio"]
    left["input_audio"] -= read_audio + left["cache_write_audio"]
    left["input_image"] -= read_image
    for total, side in ((fresh, "input"), (out, "output")):
        left[side] = total - sum(count for unit, count in left.items() if UNITS[unit].side == side)
    return left


@given(st.integers(0, 300), st.integers(0, 300), details)
def test_details_are_refused_or_split_without_rest(
    fresh: int, out: int, given_details: Counts
) -> None:
    """Decomposition: parts that do not fit are refused; else no token is lost or doubled."""
    left = parts_left(fresh, out, given_details)
    if min(left.values()) < 0:
        with pytest.raises(BadUsage, match="is more than"):
            Usage(fresh, out, **given_details)
    else:
        usage = Usage(fresh, out, **given_details)
        assert dict(usage.counts) == {unit: count for unit, count in left.items() if count}
        assert (leaves(usage, "input"), leaves(usage, "output")) == (fresh, out)


@given(every_kind, every_kind)
def test_decomposition_is_additive(one: Counts, two: Counts) -> None:
    """Decomposition: the leaves of two calls together are the sums of their leaves."""
    both = as_usage({unit: one.get(unit, 0) + two.get(unit, 0) for unit in one | two})
    apart = as_usage(one), as_usage(two)
    assert all(both.count(unit) == sum(part.count(unit) for part in apart) for unit in UNITS)
    assert both.total_tokens == sum(part.total_tokens for part in apart)


full_rows = st.fixed_dictionaries(
    {}, optional={unit.key: pico_prices for unit in UNITS.values() if "." not in unit.key}
)


@given(full_rows, every_kind)
def test_every_unit_is_charged_once(prices: Prices, counts: Counts) -> None:
    """Decomposition: each leaf is one line at one rate; nothing is charged twice or dropped."""
    answer = quote(catalog_of(prices), "m", as_usage(counts))
    lines = [(line.unit, line.quantity) for line in answer.lines]
    assert lines == [(unit, quantity(unit, count)) for unit, count in answer.usage.counts]
    assert answer.pico_usd == sum(line.pico_usd for line in answer.lines)
    for line in answer.lines:
        exact = Fraction(line.quantity) * line.pico_usd_per_unit
        if UNITS[line.unit].priced_by == 1:
            assert line.pico_usd == exact
        elif UNITS[line.unit].divisible:  # a thousandth of a second, to the nearest picodollar
            assert abs(line.pico_usd - exact) <= Fraction(1, 2)
    assert all(line.priced or line.pico_usd == 0 for line in answer.lines)


factors = st.decimals("0.01", 10, places=3)


@given(full_rows, every_kind, factors)
def test_a_region_scales_token_rates_exactly(
    prices: Prices, counts: Counts, factor: Decimal
) -> None:
    """A region's uplift scales each token rate, rounded half-even once, and nothing else."""
    text = (
        f'{{"o": {{"m": {row_of(prices)[:-1]}, "provider_specific_entry": {{"us": {factor}}}}}}}}}'
    )
    catalog = Catalog.load(text.replace("{, ", "{"))
    usage = as_usage(counts)
    before, after = quote(catalog, "m", usage), quote(catalog, "m", usage, region="us")
    for old, new in zip(before.lines, after.lines, strict=True):
        exact = Fraction(factor) * old.pico_usd_per_unit
        if not is_token_unit(old.unit):
            assert new.pico_usd_per_unit == old.pico_usd_per_unit
        elif UNITS[old.unit].priced_by == 1:
            lifted = divide(exact.numerator, exact.denominator, "half-even")
            assert new.pico_usd_per_unit == lifted
        else:  # The price of a thousand is what is scaled; both are shown rounded to one.
            assert abs(new.pico_usd_per_unit - exact) <= (Fraction(factor) + 1) / 2
        assert new[:2] + new[4:] == old[:2] + old[4:]


@given(full_rows, every_kind, st.integers(1, 20))
def test_a_whole_factor_scales_the_token_lines(prices: Prices, counts: Counts, factor: int) -> None:
    """A whole factor on tokens alone multiplies the token lines and leaves the others alone."""
    catalog = catalog_of(prices, regional_processing_uplift_multiplier_eu=factor)
    usage = as_usage(counts)
    before, after = quote(catalog, "m", usage), quote(catalog, "m", usage, region="eu")
    for plain, uplifted in zip(before.lines, after.lines, strict=True):
        wanted = plain.pico_usd * (factor if is_token_unit(plain.unit) else 1)
        # A price for a thousand tokens is divided, so the nearest picodollar is factor times off.
        slack = factor if UNITS[plain.unit].priced_by > 1 and is_token_unit(plain.unit) else 0
        assert abs(uplifted.pico_usd - wanted) <= slack


@given(tiered_rows, calls, services, st.sampled_from(["us", "moon", ""]))
def test_the_explanation_names_every_line_and_the_total(
    prices: Prices, counts: Counts, service: str | None, region: str
) -> None:
    """Explain: one step a line with its rate and product, and the total."""
    catalog = catalog_of(prices, **UPLIFTS)
    answer = quote(catalog, "m", usage_of(counts), service=service, region=region)
    told = [step for step in explain(answer) if step.startswith("line: ")]
    assert len(told) == len(answer.lines)
    for line, step in zip(answer.lines, told, strict=True):
        assert step.startswith(f"line: {line.unit}: {line.quantity:,} ")
        assert (f" = ${usd(line.pico_usd)} by {line.key}" in step) is line.priced
    nothing = answer.lines and not any(line.priced for line in answer.lines)
    total = "no price for anything" if nothing else f"${usd(answer.pico_usd)}, the exact sum"
    assert f"total: {total}" in explain(answer)[-2]
