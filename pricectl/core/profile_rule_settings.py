"""Reads the rules of a profile from settings; a rule that never decides anything is an error.

Apart from the rules themselves, which do not know how they are written.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from pricectl.core.errors import BadProfile
from pricectl.core.labels import did_you_mean, service_label, service_word
from pricectl.core.money import is_bounded, is_exact, number_text, pico_usd, plain_decimal
from pricectl.core.near import meant
from pricectl.core.near_keys import near_price_key
from pricectl.core.profile_rules import CONDITIONS, EFFECTS, ProfileRule, RulePrice, hidden_rule
from pricectl.core.units import parse_key

MAX_RULES = 1_000
MAX_PATTERNS = 100
MAX_PATTERN = 256
# Only these need to be compared with each other, to find rules that never decide anything.
MAX_STARS, MAX_STARRED = 8, 2_000
# A factor is a share of the list price; 85 for 85 percent would be a slip.
MAX_FACTOR = 10
# What teams call it that is another key here; none is near by its letters.
_OTHER_WORDS = {
    "discount": "did you mean factor? 15% off is factor = 0.85",
    "cost": "did you mean factor or prices?",
    "customer": "did you mean account?",
}
# The highest markup in percent, and the highest price or fee in USD.
MAX_NUMBER = 10**6


def read_rules(value: object, where: str) -> tuple[ProfileRule, ...]:
    """The rules of a profile out of its settings, a list of tables. Raises BadProfile."""
    if not isinstance(value, list):
        step = "write [[profiles.NAME.rules]] above each rule"
        raise BadProfile("is not a list of rules", where=where, next_step=step)
    if len(value) > MAX_RULES:
        raise BadProfile(f"has more than {MAX_RULES} rules", where=where)
    rules = tuple(_read_rule(item, f"{where}[{index}]") for index, item in enumerate(value))
    starred = sum(
        "*" in pattern for rule in rules for name in CONDITIONS for pattern in getattr(rule, name)
    )
    if starred > MAX_STARRED:
        what = f"have more than {MAX_STARRED:,} patterns with *"
        raise BadProfile(what, where=where, next_step="write names, or fewer patterns")
    hidden = hidden_rule(rules)
    if hidden is not None:
        raise BadProfile(
            f"never decides anything: earlier rules fit every call of it "
            f"({rules[hidden].conditions_text:.200})",
            where=f"{where}[{hidden}]",
            next_step="write it before them, or delete it",
        )
    return rules


def _read_rule(item: object, where: str) -> ProfileRule:
    if not isinstance(item, Mapping):
        raise BadProfile("is not a table", where=where)
    unknown = sorted(map(str, item.keys() - RULE_KEYS.keys()))
    if unknown:
        raise BadProfile(
            f"unknown setting {', '.join(unknown)}",
            where=where,
            next_step=_OTHER_WORDS.get(unknown[0].lower()) or meant(unknown[0], RULE_KEYS),
        )
    values: dict[str, Any] = {}
    for key, value in item.items():
        field, read = RULE_KEYS[key]
        values[field] = read(value, f"{where}.{key}")
    rule = ProfileRule(**values)
    if not any(map(rule.has, EFFECTS)):
        step = "write factor, prices, markup_percent or fee_usd"
        raise BadProfile("changes nothing", where=where, next_step=step)
    if rule.factor is not None and rule.prices:
        raise BadProfile("has both a factor and prices", where=where, next_step="write one of them")
    if rule.has("cost") and rule.account:
        what = "a cost does not depend on the customer's account"
        raise BadProfile(what, where=where, next_step="write the cost in a rule without account")
    if rule.from_day and rule.until_day and rule.from_day >= rule.until_day:
        what = f"until {rule.until_day} is not after from {rule.from_day}"
        step = "until is the first day on which the rule no longer holds"
        raise BadProfile(what, where=where, next_step=step)
    return rule


def _patterns(value: object, where: str) -> tuple[str, ...]:
    patterns: list[str] = []
    listed = value if isinstance(value, list) else [value]
    for pattern in listed:
        if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_PATTERN:
            what = f"{pattern!r:.60} is not a name of 1 to {MAX_PATTERN} characters"
            raise BadProfile(what, where=where, next_step='write a name, or "gpt-4o*"')
        if pattern.count("*") > MAX_STARS:
            what = f"{pattern!r:.60} has more than {MAX_STARS} *"
            raise BadProfile(what, where=where, next_step="write a shorter pattern")
        patterns.append(pattern.lower())
    if not 0 < len(listed) <= MAX_PATTERNS:
        what = f"does not have 1 to {MAX_PATTERNS} names"
        step = "leave it out to fit every call" if not listed else "write several rules"
        raise BadProfile(what, where=where, next_step=step)
    return tuple(patterns)


def _services(value: object, where: str) -> tuple[str, ...]:
    """Names of services as a quote shows them, so that "batch" and "batches" are the same."""
    return tuple(
        word if "*" in word else service_label(service_word(word))
        for word in _patterns(value, where)
    )


def _day(value: object, where: str) -> date:
    # A datetime is a date, too; its hour would be dropped in silence.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    value_text = value if isinstance(value, datetime) else f"{value!r:.60}"
    step = "write a day without an hour, such as 2026-12-31"
    raise BadProfile(f"{value_text} is not a valid date", where=where, next_step=step)


def _number(value: object, where: str, noun: str, allowed: str) -> Decimal:
    """A number of the settings, at most a million; the caller checks its lower bound."""
    read = plain_decimal(value) if isinstance(value, str) else value
    # An int may be too long to be converted or written out.
    if type(read) is int and abs(read) <= MAX_NUMBER:
        read = Decimal(read)
    if isinstance(read, Decimal) and is_bounded(read) and abs(read) <= MAX_NUMBER:
        return read
    raise BadProfile(f"{number_text(value)} is not {noun}", where=where, next_step=allowed)


def _factor(value: object, where: str) -> Fraction:
    allowed = f"write a number above 0, at most {MAX_FACTOR}, such as 0.85"
    factor = _number(value, where, "a factor", allowed)
    if not 0 < factor <= MAX_FACTOR:
        raise BadProfile(f"{value} is not a factor", where=where, next_step=allowed)
    return Fraction(factor)


def _markup(value: object, where: str) -> Fraction:
    allowed = f"write a percentage above -100, at most {MAX_NUMBER:,}"
    percent = _number(value, where, "a markup", allowed)
    if percent <= -100:  # noqa: PLR2004 - nothing or less would be left of the price
        raise BadProfile(f"a markup of {value}% leaves no price", where=where, next_step=allowed)
    return Fraction(percent)


def _fee(value: object, where: str) -> int:
    allowed = f"write USD a call from 0 to {MAX_NUMBER:,}, at most 12 decimals"
    fee = _number(value, where, "a fee", allowed)
    if fee < 0 or not is_exact(fee):
        raise BadProfile(f"{value} is not a fee", where=where, next_step=allowed)
    return pico_usd(fee)


def _prices(value: object, where: str) -> tuple[RulePrice, ...]:
    if not isinstance(value, Mapping) or not value:
        raise BadProfile("is not a table of prices", where=where)
    allowed = "write USD per token, second, image ... as in the catalog"
    prices = []
    for key, written in value.items():
        if parse_key(key) is None:
            found = did_you_mean(*filter(None, (near_price_key(key[:MAX_PATTERN]),)))
            step = found or "write a price key as in the catalog, such as input_cost_per_token"
            raise BadProfile(f"unknown price {key!r:.80}", where=where, next_step=step)
        price = _number(written, f"{where}.{key}", "a price", allowed)
        if price < 0:
            what = f"{written} is not a price"
            raise BadProfile(what, where=f"{where}.{key}", next_step=allowed)
        if price and not pico_usd(price):
            what = f"{written} is below a picodollar, so it would be free"
            raise BadProfile(what, where=f"{where}.{key}", next_step="write 0 if it is free")
        prices.append(RulePrice(key, pico_usd(price)))
    return tuple(prices)


# The keys of a rule in the settings: the field of `ProfileRule` and its reader.
RULE_KEYS: Mapping[str, tuple[str, Callable[[object, str], object]]] = MappingProxyType(
    {
        "provider": ("provider", _patterns),
        "model": ("model", _patterns),
        "service": ("service", _services),
        "account": ("account", _patterns),
        "from": ("from_day", _day),
        "until": ("until_day", _day),
        "factor": ("factor", _factor),
        "prices": ("prices", _prices),
        "markup_percent": ("markup_percent", _markup),
        "fee_usd": ("fee_pico_usd", _fee),
    }
)
