"""Prices that a team has negotiated: what its rows are expected to cost instead of the list price.

They change no quote, since a row holds what the team pays. Comparisons with the reference go on
against what is expected, so that a slip in a negotiated price shows as in any other.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.entries import read_model
from pricectl.core.model import Model
from pricectl.core.pointers import METADATA_POINTER, pointer_to
from pricectl.core.prices import Entry, Problem
from pricectl.core.windows import read_day

KEY = "negotiated"
POINTER = f"{METADATA_POINTER}/{KEY}"
# Beyond them a factor would hide a slipped exponent.
LOWEST_AGREED_FACTOR, HIGHEST_AGREED_FACTOR = Fraction(1, 5), Fraction(2)


def _example(terms: str) -> str:
    return (
        f'{{"metadata": {{"negotiated": [{{"provider": "openai", {terms},\n'
        '                              "reason": "contract of May"}]},\n'
        ' "openai": {"gpt-4o": {"input_cost_per_token": 2.25e-06}}}'
    )


NEGOTIATED_MALFORMED = Rule(
    "negotiated-malformed",
    "error",
    "a negotiated price cannot be read, or is about no row",
    "It is ignored, so the prices that it speaks of are compared with the list price.",
    _example('"factor": 9.0'),
    _example('"factor": 0.9'),
    "State provider, model where it is one row, either a factor from 0.2 to 2 or prices, and a "
    "reason.",
)
NEGOTIATED_ENDED = Rule(
    "negotiated-ended",
    "warning",
    "the day until which prices were negotiated is over",
    "The seller probably charges the list price again, or another one.",
    _example('"factor": 0.9, "until": "2026-11-01"'),
    _example('"factor": 0.9, "until": "2027-11-01"'),
    "Renew it, or write the list price and delete it.",
    due=True,
)
RULES = (NEGOTIATED_MALFORMED, NEGOTIATED_ENDED)


class Negotiated(NamedTuple):
    """What a provider's rows, or one of them, are expected to cost: list price x factor, or prices.

    `prices` are price keys as in a row. `model` is "" for all rows of the provider.
    """

    pointer: str
    provider: str
    model: str
    factor: Fraction | None
    prices: Entry | None
    until: date | None

    def listed(self, row: Model, known: Model | None) -> Model | None:
        """The row as it is expected to cost; `known` is the reference's row. None by a factor.

        Prices too far off those of the reference do not count.
        """
        if self.prices is None:
            return None
        kept = {key: price for key, price in self.prices.items() if key not in self.far_off(known)}
        entry = {**(known.entry if known else {}), **kept}
        return read_model(row.provider, row.name, entry, self.pointer, [])

    def far_off(self, known: Model | None) -> tuple[str, ...]:
        """The keys of prices that are not 0.2 to 2 times those of the reference's row."""
        if known is None or self.prices is None:
            return ()
        agreed = read_model(known.provider, known.name, {**self.prices}, self.pointer, [])
        pairs = (
            (key, pico, known.prices.rates.get(unit, (0, ""))[0])
            for unit, (pico, key) in agreed.prices.rates.items()
        )
        return tuple(
            key
            for key, pico, list_pico in pairs
            if list_pico
            and not LOWEST_AGREED_FACTOR <= Fraction(pico, list_pico) <= HIGHEST_AGREED_FACTOR
        )


class NegotiatedTerms:
    """What is negotiated, by the rows it is about."""

    def __init__(self, catalog: Catalog) -> None:
        found, _ = read_negotiated(catalog)
        self._terms = found
        self._first: dict[tuple[str, str], int] = {}
        for index, each in enumerate(found):
            self._first.setdefault((each.provider, each.model), index)

    def of(self, row: Model) -> Negotiated | None:
        """What holds for a row: its own entry, else the first of metadata that is about it."""
        named = (self._first.get((row.provider, model)) for model in (row.name, ""))
        first = min((index for index in named if index is not None), default=None)
        return None if first is None else self._terms[first]


def read_negotiated(catalog: Catalog) -> tuple[tuple[Negotiated, ...], tuple[Problem, ...]]:
    """What is negotiated, a row's own entries first, and what is wrong with the others.

    Never raises. What has another type than the schema says is left out; the schema reports it.
    """
    found: list[Negotiated] = []
    problems: list[Problem] = []
    for model in catalog.models:
        if KEY in model.entry:
            named: Json = {"provider": model.provider, "model": model.name}
            _read(model.entry[KEY], f"{model.pointer}/{KEY}", named, found, problems)
    listed = catalog.metadata.get(KEY)
    known = {(row.provider, name) for row in catalog.models for name in (row.name, "")}
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        pointer = f"{POINTER}/{index}"
        count = len(found)
        _read(item, pointer, item, found, problems)
        if found[count:] and (found[-1].provider, found[-1].model) not in known:
            where = "/".join(filter(None, (found[-1].provider, found[-1].model)))
            problems.append(Problem(pointer, f"no row is of {where!r:.200}"))
    return tuple(found), tuple(problems)


def _read(
    item: Json, pointer: str, named: Json, found: list[Negotiated], problems: list[Problem]
) -> None:
    """Add an entry to `found`, or what is wrong with it to `problems`; `named` has its rows."""
    if not isinstance(item, dict) or not isinstance(named, dict):
        return
    provider, model = named.get("provider"), named.get("model", "")
    factor, prices = item.get("factor"), item.get("prices")
    if (factor is None) == (prices is None):
        problems.append(Problem(pointer, "states neither a factor nor prices, or both"))
    elif not isinstance(provider, str) or not isinstance(model, str):
        return
    elif isinstance(prices, dict):
        own = Negotiated(pointer, provider, model, None, prices, read_day(item.get("until")))
        found.append(own)
    elif isinstance(factor, (int, Decimal)) and not isinstance(factor, bool):
        times = Fraction(factor)
        if LOWEST_AGREED_FACTOR <= times <= HIGHEST_AGREED_FACTOR:
            day = read_day(item.get("until"))
            found.append(Negotiated(pointer, provider, model, times, None, day))
        else:
            problems.append(Problem(pointer, f"the factor {factor} is not between 0.2 and 2"))


def check(context: Context) -> Iterator[Finding]:
    """What cannot be read, and what is over; comparisons go on against that, too."""
    found, problems = read_negotiated(context.catalog)
    for pointer, message in problems:
        yield NEGOTIATED_MALFORMED.finding(pointer, message)
    reference = context.evidence.reference
    for each in found:
        known = reference.by_full_name.get(f"{each.provider}/{each.model}") if reference else None
        for key in each.far_off(known):
            message = f"{key} is not 0.2 to 2 times the price of {context.evidence.reference_name}"
            yield NEGOTIATED_MALFORMED.finding(f"{each.pointer}/prices{pointer_to(key)}", message)
        if each.until and each.until < context.today:
            where = "/".join(filter(None, (each.provider, each.model)))
            message = f"the prices of {where!r:.200} were negotiated until {each.until}"
            yield NEGOTIATED_ENDED.finding(f"{each.pointer}/until", message)
