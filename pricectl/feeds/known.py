"""Differences from price lists that somebody has accepted, so that they stay quiet.

`metadata.acknowledged` accepts one value of the lists under the rule `list-differs`: the difference
is told again once a list has another value. One that holds our own value pins it, whatever the
lists have. `pricing_notes.PROVIDER.decisions` says in a sentence why a price is right.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TypeVar

from pricectl.check.evidence import LIST_DIFFERS
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.sanity.acknowledgements import Value, read_acknowledged
from pricectl.core.windows import as_instant
from pricectl.feeds.differences import MemberDrift, PriceDrift

_PICO = Decimal("1e-12")
_Drift = TypeVar("_Drift", PriceDrift, MemberDrift)


def acknowledged_value(stated: int | str) -> Value:
    """A list's value as an acknowledgement has it: USD for a price, else the number.

    None for a text, which an acknowledgement cannot hold.

    >>> acknowledged_value(2_500_000), acknowledged_value("128000")
    (Decimal('0.000002500000'), Decimal('128000'))
    >>> acknowledged_value("2026-12-01") is None
    True
    """
    if isinstance(stated, int):
        return stated * _PICO
    return Decimal(stated) if stated.replace(".", "", 1).isdecimal() and stated.isascii() else None


class KnownDifferences:
    """What a catalog says is known, on a day."""

    def __init__(self, catalog: Catalog, at: date, notes: Mapping[str, Json]) -> None:
        self._accepted = read_acknowledged(catalog.metadata, (LIST_DIFFERS,))
        self._today = as_instant(at).date()
        self._decisions = {
            provider: {key: text for key, text in listed.items() if isinstance(text, str)}
            for provider, note in notes.items()
            if isinstance(note, dict) and isinstance(listed := note.get("decisions"), dict)
        }

    def row_reason(self, model: Model) -> str:
        """Why a new model or one that is gone is known; "" where it is not.

        A sentence about the whole row, under `MODEL.*`, is about its name, too.
        """
        accepted = self._acknowledged(pointer_to(model.provider, model.name), None)
        return accepted or self._decision(model, "*")

    def marked(self, drift: _Drift) -> _Drift:
        """A difference without the values that are accepted, or with the reason for all of them."""
        found = (self._decision(drift.model, name) for name in drift.decision_names)
        decision = next(filter(None, found), "")
        if drift.ours is not None and not drift.alias:
            decision = decision or self._acknowledged(drift.pointer, acknowledged_value(drift.ours))
        return drift.accepting(
            lambda value: decision or self._acknowledged(drift.pointer, acknowledged_value(value))
        )

    def _acknowledged(self, pointer: str, value: Value) -> str:
        found = self._accepted.find(LIST_DIFFERS, pointer, value)
        if found is None or (found.expires and found.expires < self._today):
            return ""
        return f"acknowledged on {found.day}: {found.reason}"

    def _decision(self, model: Model, member: str) -> str:
        """The sentence for a member, an exact key before a pattern."""
        decisions = self._decisions.get(model.provider, {})
        key = f"{model.name}.{member}"
        patterns = (text for pattern, text in decisions.items() if fnmatchcase(key, pattern))
        return decisions.get(key) or next(patterns, "")
