"""Price findings that a person has accepted: `metadata.acknowledged`.

They are part of the catalog, so that they reach production together with the price.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.near import meant
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.prices import Entry, Problem
from pricectl.core.windows import read_day

# None: the row or price is gone.
Value = Decimal | int | None
POINTER = f"{METADATA_POINTER}/acknowledged"
TEXTS = ("rule", "pointer", "reason", "date")
KEYS = (*TEXTS, "value", "expires")


class Acknowledgement(NamedTuple):
    """One accepted finding: it holds for this rule at this place with exactly this value.

    `pointer` is a JSON Pointer; `value` is the accepted number, None for a removed row or price.
    Only a review looks at `expires`.
    """

    rule: str
    pointer: str
    value: Value
    reason: str
    day: date
    expires: date | None = None


class Acknowledgements(NamedTuple):
    """Every acknowledgement that could be read, and what is wrong with the others."""

    entries: Mapping[tuple[str, str, Value], Acknowledgement]
    problems: tuple[Problem, ...]

    def find(self, rule: str, pointer: str, value: Value) -> Acknowledgement | None:
        """The acknowledgement of a finding; numbers are equal in any spelling."""
        return self.entries.get((rule, pointer, value))


def read_acknowledged(metadata: Entry, rules: Collection[str]) -> Acknowledgements:
    """The catalog's acknowledgements of findings of some rules.

    Never raises: what is malformed is left out and reported.
    """
    listed = metadata.get("acknowledged")
    if listed is None:
        return Acknowledgements({}, ())
    if not isinstance(listed, list):
        return Acknowledgements({}, (Problem(POINTER, "acknowledged is not a list"),))
    entries: dict[tuple[str, str, Value], Acknowledgement] = {}
    problems: list[Problem] = []
    for index, item in enumerate(listed):
        read = _read(item, rules)
        if isinstance(read, str):
            problems.append(Problem(f"{POINTER}/{index}", read))
        else:
            entries[read.rule, read.pointer, read.value] = read
    return Acknowledgements(entries, tuple(problems))


def _read(item: Json, rules: Collection[str]) -> Acknowledgement | str:
    """One acknowledgement, or what is wrong with it in words."""
    if not isinstance(item, dict):
        return "an acknowledgement is not an object"
    texts = {name for name, value in item.items() if isinstance(value, str) and value.strip()}
    missing = [name for name in TEXTS if name not in texts]
    if missing:
        return f"an acknowledgement needs {', '.join(missing)} as text"
    unknown = [name for name in item if name not in KEYS]
    if unknown:
        return f"an acknowledgement has no key {unknown[0]!r:.40}; {meant(unknown[0], KEYS)}"
    rule, pointer, reason, written = (str(item[name]) for name in TEXTS)
    value = item.get("value", "")
    day, expires = read_day(written), read_day(item.get("expires"))
    if rule not in rules:
        return f"rule {rule!r:.80} cannot be acknowledged; {meant(rule, rules)}"
    if not pointer.startswith("/"):
        return f"pointer {pointer!r:.80} is not a JSON Pointer such as /openai/gpt-4o"
    if isinstance(value, bool) or not (value is None or isinstance(value, (int, Decimal))):
        return "value is neither the accepted number nor null for what was removed"
    if day is None or (expires is None and item.get("expires") is not None):
        return "date and expires are days such as 2026-12-01"
    return Acknowledgement(rule, pointer, value, reason, day, expires)
