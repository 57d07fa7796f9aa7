"""A second reading of a profile's rules: naive, in fractions, from the settings as written."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tests.core.naive_calculator import KINDS, OUTPUT, PICO, WHOLES, Naive, Row

Rule = dict[str, Any]
EFFECT_KEYS = {"cost": ("factor", "prices"), "markup": ("markup_percent",), "fee": ("fee_usd",)}


class NaiveCall(NamedTuple):
    """One call: which row, how it is served, for whom, on which day (ISO), and its counts."""

    provider: str
    model: str
    service: str
    region: str
    account: str
    day: str
    counts: Mapping[str, int]


class NaivePrice(NamedTuple):
    """Contract and customer price and the fee of one call, in picodollars."""

    contract: Fraction
    customer: Fraction
    fee: Fraction


def naive_price(row: Row, profile: Mapping[str, Any], call: NaiveCall) -> NaivePrice:
    """What a call costs the team and the customer."""
    rules = profile.get("rules", [])
    cost = deciding(rules, "cost", call)
    if cost and "prices" in cost:
        contract = _list_price(_with_prices(row, cost, call.service), call)
    else:
        contract = _list_price(row, call) * Fraction(cost["factor"] if cost else 1)
    markup, fee = deciding(rules, "markup", call), deciding(rules, "fee", call)
    percent = Fraction((markup or profile).get("markup_percent", 0))
    fee_pico = Fraction(fee["fee_usd"]) * PICO if fee and call.counts else Fraction(0)
    return NaivePrice(contract, contract + contract * percent / 100 + fee_pico, fee_pico)


def deciding(rules: list[Rule], effect: str, call: NaiveCall) -> Rule | None:
    """The first rule with the effect that fits."""
    for rule in rules:
        if any(key in rule for key in EFFECT_KEYS[effect]) and _fits(rule, call):
            return rule
    return None


def _fits(rule: Rule, call: NaiveCall) -> bool:
    service = {"": "standard", "batches": "batch"}.get(call.service, call.service)
    names = {
        "provider": {call.provider},
        "model": {call.model, f"{call.provider}/{call.model}"},
        "service": {service, {"batch": "batches"}.get(service, service)},
        "account": {call.account},
    }
    for key, texts in names.items():
        written = rule.get(key)
        if written is None:
            continue
        patterns = written if isinstance(written, list) else [written]
        found = [
            re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.IGNORECASE)
            for pattern in patterns
            for text in texts
            # The name with its provider is only meant by a pattern with a slash.
            if key != "model" or text == call.model or "/" in pattern
        ]
        if not any(found):
            return False
    return str(rule.get("from", "0")) <= call.day < str(rule.get("until", "9"))


def _list_price(row: Row, call: NaiveCall) -> Fraction:
    output = sum(call.counts.get(kind, 0) for kind in OUTPUT)
    return Naive(row, None, output).cost(call.counts, call.service, call.region).pico_usd


def _with_prices(row: Row, rule: Rule, service: str) -> Row:
    """The row with a rule's prices written over its own."""
    tail = f"_{service}" if service and "service" in rule else ""
    prices = {}
    for key, price in rule["prices"].items():
        has_service = key.endswith(("_batches", "_flex"))
        prices[key if has_service else f"{key}{tail}"] = str(price)
    # A part whose own price only repeats that of its side goes on doing so.
    for part, side in WHOLES.items():
        for key in list(prices):
            if key.startswith(KINDS[side].key) and key.removeprefix(KINDS[side].key)[:1] in {
                "",
                "_",
            }:
                same = KINDS[part].key + key.removeprefix(KINDS[side].key)
                if same not in prices and same in row and _pico(row[same]) == _pico(row.get(key)):
                    prices[same] = prices[key]
    return row | prices


def _pico(literal: str | None) -> int | None:
    return None if literal is None else round(Fraction(literal) * PICO)


def naive_credits(exact: Fraction, rounding: str, minimum: int) -> int:
    """Credits of a job with usage: rounded once, at least the minimum."""
    whole, rest = divmod(exact, 1)
    if rounding == "half-even":
        rounded = round(exact)
    else:
        rounded = int(whole) + (1 if rounding == "up" and rest else 0)
    return max(rounded, minimum)
