"""80,000 calls of the replaced formulas and of the drop-in with the same arguments.

Every difference is of a kind that docs/migration.md has a heading for; any other fails. The exact
result, in fractions, is worked out beside both.
"""

import math
import os
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pricectl import production, runtime
from pricectl.policy import Policy
from tests.conftest import ROOT
from tests.production import replaced

CALLS = int(os.environ.get("PRICECTL_SAME_CALLS", "80000")) // 8
MIGRATION = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
CATALOG = ROOT / "llm_pricing_current.json"

# The headings of docs/migration.md that say what comes out different.
CENTS = "Prices are no longer rounded to cents"
CONTAINED = "A name that only contains a known name does not match"
CREDITS = "Credits are not lost to floats"
EXACT = "Amounts are exact, and rounded once"
INVALID = "Invalid numbers count as zero"
OTHER_NAMES = "More names find their row"
PARTS = "A message in parts is counted by its text"
PROVIDERS = "A name without a known word has its row's provider"
RESPONSES = "Costs that a response cannot mean are None"
SAME_NAME = "A name with two prices is left out"

Outcome = Any
NUMBERS = (0, 1, 7, 1000, 128_000, 10**9, 0.5, 0.29, 1.15, 2.675, 0.1 + 0.2, 1e-9, 33.3)
INVALID_NUMBERS = (-1, -0.5, None, "12", math.nan, math.inf)


class Raised(str):
    """The type of an error that the replaced formula raised."""

    __slots__ = ()


@pytest.fixture(autouse=True, scope="module")
def _packaged_prices(tmp_path_factory: pytest.TempPathFactory) -> None:
    state = tmp_path_factory.mktemp("state")
    runtime.configure(CATALOG, policy=Policy(), state=state)


@pytest.fixture(scope="module")
def old_prices() -> replaced.Table:
    return replaced.table(CATALOG.read_text(encoding="utf-8"))


def compare(
    old: Callable[..., Outcome],
    new: Callable[..., Outcome],
    arguments: Callable[[random.Random], tuple[Any, ...]],
    reason: Callable[[Outcome, Outcome, tuple[Any, ...]], str | None],
) -> Counter[str]:
    """Make the calls; count the differences by their heading."""
    rng = random.Random(new.__name__)  # noqa: S311 - test data
    seen: Counter[str] = Counter()
    for _ in range(CALLS):
        given = arguments(rng)
        try:
            before = old(*given)
        except Exception as error:  # noqa: BLE001 - what the replaced module did
            before = Raised(type(error).__name__)
        now = new(*given)
        if before != now:
            why = reason(before, now, given)
            assert why, (given, before, now)
            assert f"### {why}\n" in MIGRATION
            seen[why] += 1
    return seen


def number(rng: random.Random) -> Any:
    if rng.random() < 0.02:
        return rng.choice(INVALID_NUMBERS)
    return rng.choice(
        (rng.choice(NUMBERS), rng.randrange(200_000), round(rng.uniform(0, 50), rng.randrange(6)))
    )


def valid(*numbers: Any) -> bool:
    return all(
        type(amount) in {int, float} and math.isfinite(amount) and amount >= 0 for amount in numbers
    )


def close(before: dict[str, float], now: dict[str, float], decimals: int) -> bool:
    """Whether only the last decimal differs, or what a float cannot hold of a large amount."""
    return before.keys() == now.keys() and all(
        abs(before[key] - now[key]) <= 1.01 * 10**-decimals + 1e-15 * abs(now[key]) for key in now
    )


def to_decimals(exact: Fraction, decimals: int) -> float:
    return float(round(exact, decimals))


def written(amount: float) -> Fraction:
    """A float as the decimal number that Python prints for it."""
    return Fraction(repr(amount))


def test_token_costs() -> None:
    def reason(before: Outcome, now: Outcome, given: tuple[Any, ...]) -> str | None:
        if not valid(*given):
            return INVALID
        sides = [written(given[side]) * written(given[side + 2]) / 10**6 for side in (0, 1)]
        exact = [to_decimals(usd, 8) for usd in (*sides, sides[0] + sides[1])]
        return EXACT if list(now.values()) == exact and close(before, now, 8) else None

    seen = compare(
        replaced.token_costs,
        production.calculate_token_costs,
        lambda rng: (number(rng), number(rng), number(rng), number(rng)),
        reason,
    )
    assert set(seen) == {INVALID, EXACT}


def test_markup() -> None:
    def reason(before: Outcome, now: Outcome, given: tuple[Any, ...]) -> str | None:
        if not valid(*given):
            return INVALID
        cost, percent = map(written, given)
        exact = [to_decimals(cost, 8), to_decimals(cost * (1 + percent / 100), 8)]
        return EXACT if list(now.values()) == exact and close(before, now, 8) else None

    seen = compare(
        replaced.markup,
        production.apply_markup,
        lambda rng: (number(rng), number(rng)),
        reason,
    )
    assert set(seen) == {INVALID, EXACT}


def test_credits() -> None:
    modes = ("job_based", "consumption_usd", "consumption_tokens", "no such mode", None)

    def arguments(rng: random.Random) -> tuple[Any, ...]:
        cost = rng.choice((number(rng), rng.randrange(10**5) / 100))
        rates = rng.choice((1.0, 10, 100, 1000, 0.5)), rng.choice((10_000, 1000, 1, 0, 0.1))
        minimum = rng.choice((0, 1, 1, 1, 5))
        return cost, number(rng), rng.choice(modes), *rates, minimum

    def reason(before: Outcome, now: Outcome, given: tuple[Any, ...]) -> str | None:
        cost, tokens, mode, per_dollar, per_credit, minimum = given
        if not valid(cost if mode == "consumption_usd" else tokens) or not per_credit:
            return INVALID
        exact = (
            written(cost) * written(per_dollar)
            if mode == "consumption_usd"
            else written(tokens) / written(per_credit)
        )
        whole = now == max(minimum, math.floor(exact))
        near = abs(before - now) <= 1 + 1e-15 * abs(now)
        return CREDITS if whole and near else None

    seen = compare(replaced.credits_due, production.calculate_credits_to_deduct, arguments, reason)
    assert set(seen) == {INVALID, CREDITS}


def name_of(rng: random.Random, names: list[str]) -> Any:
    name = rng.choice(names)
    change = rng.randrange(12)
    if change == 0:
        return rng.choice(("", None, 5, "mystery", "default", "foo3", "o4", " gpt-4o\n"))
    if change == 1:
        return name.upper()
    if change == 2:
        return f"{rng.choice(('azure', 'my', 'openai', 'vertex_ai'))}/{name}"
    if change == 3:
        return f"{name}{rng.choice(('-2024-08-06', '-latest', '-ultra', 'x', ':free'))}"
    return name


def price_reason(
    old_prices: replaced.Table, before: replaced.Prices | Raised, now: replaced.Prices, name: Any
) -> str | None:
    """Why a price differs from the replaced one."""
    if isinstance(before, Raised):
        return INVALID if not isinstance(name, str) and now == replaced.DEFAULT else None
    row = replaced.row_name(old_prices, name)
    if close(before, now, 2) and row != "default":
        return CENTS
    if row == "default":
        return OTHER_NAMES  # an alias, another case, the name of a seller
    if row in {name, name.lower().strip()}:
        sold_twice = len(runtime.get_pricing().snapshot.catalog.names.get(row, ())) > 1
        return SAME_NAME if sold_twice else None
    return CONTAINED


def test_prices(old_prices: replaced.Table) -> None:
    names = list(old_prices)
    catalog = runtime.get_pricing().snapshot.catalog
    names += [alias for model in catalog.models for alias in model.aliases]
    seen = compare(
        lambda name: old_prices[replaced.row_name(old_prices, name)],
        production.get_model_pricing,
        lambda rng: (name_of(rng, names),),
        lambda before, now, given: price_reason(old_prices, before, now, given[0]),
    )
    assert (
        {CENTS, CONTAINED, INVALID, OTHER_NAMES}
        <= set(seen)
        <= {CENTS, CONTAINED, INVALID, OTHER_NAMES, SAME_NAME}
    )


def test_providers(old_prices: replaced.Table) -> None:
    def reason(before: Outcome, now: Outcome, _: tuple[Any, ...]) -> str | None:
        if isinstance(before, Raised):
            return INVALID if now == "unknown" else None
        return PROVIDERS if before == "unknown" and now in replaced.PROVIDER_WORDS else None

    names = list(old_prices)
    seen = compare(
        replaced.provider,
        production.get_provider_from_model,
        lambda rng: (name_of(rng, names),),
        reason,
    )
    assert set(seen) == {INVALID, PROVIDERS}


def test_lists_of_models(old_prices: replaced.Table) -> None:
    """As before, and those whose provider was unknown."""
    providers = (*replaced.PROVIDER_WORDS, "unknown", "nobody")
    listed = {name: replaced.listed(old_prices, name) for name in providers}
    ours = {name: production.list_models_by_provider(name) for name in providers}

    def reason(before: Outcome, now: Outcome, _: tuple[Any, ...]) -> str | None:
        if isinstance(before, Raised):
            return INVALID if now == [] else None
        moved = set(now) ^ set(before)
        known = all(replaced.provider(name) == "unknown" for name in moved)
        return PROVIDERS if now == sorted(now) and known else None

    def cased(rng: random.Random) -> tuple[Any]:
        name = rng.choice((*providers, None))
        return (name and rng.choice((name, name.upper(), name.title())),)

    def new(provider: Any) -> list[str]:
        return ours[provider.lower()] if provider else production.list_models_by_provider(provider)

    # The lists are made once: 10,000 of 2,000 names each say nothing more.
    seen = compare(lambda name: listed[name.lower()], new, cased, reason)
    assert set(seen) == {INVALID, PROVIDERS}
    assert production.list_models_by_provider("OpenAI") == ours["openai"]


def response_of(rng: random.Random) -> Any:
    cost = rng.choice(
        (number(rng), round(rng.random(), 10), rng.choice(("0.05", " 1.5 ", "1e-3", "free", True)))
    )
    return rng.choice(
        (
            SimpleNamespace(_hidden_params=SimpleNamespace(response_cost=cost)),
            SimpleNamespace(_hidden_params={"response_cost": cost}),
            {"_hidden_params": {"response_cost": cost}},
            {"usage": {"total_cost": cost}},
            {"usage": SimpleNamespace(total_cost=cost)},
            {"usage": {}},
            {},
            None,
            Decimal("0.1"),
        )
    )


def test_costs_of_responses() -> None:
    def reason(before: Outcome, now: Outcome, _: tuple[Any, ...]) -> str | None:
        if now is None:  # text that is not a number, a negative cost, NaN
            cost = math.nan if isinstance(before, Raised) else before["provider_cost_usd"]
            return None if math.isfinite(cost) and cost >= 0 else RESPONSES
        if before is None or isinstance(before, Raised):
            return RESPONSES  # hidden parameters in a dict
        return EXACT if close(before, now, 8) else None

    seen = compare(
        replaced.stated_cost,
        production.extract_cost_from_litellm_response,
        lambda rng: (response_of(rng),),
        reason,
    )
    assert RESPONSES in seen
    assert set(seen) <= {RESPONSES, EXACT}


def test_estimates(old_prices: replaced.Table) -> None:
    names = list(old_prices)

    def arguments(rng: random.Random) -> tuple[Any, ...]:
        def content() -> Any:
            text = "x" * rng.choice((0, 1, 20, 4000, 10_001))
            odd = rng.choice(([{"type": "text", "text": text}], None))
            return odd if rng.random() < 0.05 else text

        messages = [{"content": content()} for _ in range(rng.randrange(4))]
        messages += [{"role": "user"}] * (rng.random() < 0.1)
        per_token = rng.choice((4, 4, 4, 3, 3.5, 0))
        return name_of(rng, names), messages, per_token

    def reason(before: Outcome, now: Outcome, given: tuple[Any, ...]) -> str | None:
        name, messages, per_token = given
        odd = [message for message in messages if not isinstance(message.get("content", ""), str)]
        if isinstance(before, Raised):
            invalid = not per_token or not isinstance(name, str) or None in messages
            return PARTS if odd else INVALID if invalid else None
        if odd:
            return PARTS
        sides = "pricing_input_per_1m", "pricing_output_per_1m"
        prices = [{"input": found[sides[0]], "output": found[sides[1]]} for found in (before, now)]
        if prices[0] != prices[1]:
            same = before["estimated_input_tokens"] == now["estimated_input_tokens"]
            return price_reason(old_prices, prices[0], prices[1], name) if same else None
        amounts = [
            {key: value for key, value in found.items() if key != "model"}
            for found in (before, now)
        ]
        return EXACT if close(amounts[0], amounts[1], 6) else None

    seen = compare(
        lambda *given: replaced.estimate(old_prices, *given),
        production.estimate_cost_for_conversation,
        arguments,
        reason,
    )
    assert {PARTS, INVALID, CENTS, CONTAINED} <= set(seen)


def test_the_packaged_catalog_is_the_one_compared() -> None:
    assert runtime.get_pricing().snapshot.source == str(Path(CATALOG))
