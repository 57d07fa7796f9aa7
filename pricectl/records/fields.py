"""Reads the members of a record: each with its type, or an error that says where it stands."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from pricectl.core.windows import read_instant
from pricectl.records.values import read_number, read_pico_usd, read_whole, refuse

_T = TypeVar("_T")
MAX_ITEMS = 100_000


class RecordFields(NamedTuple):
    """An object of a record and where it stands; every method raises BadRecord.

    A method returns its `default` where the member is absent; without a default it must be there.
    """

    members: Mapping[str, Any]
    where: str = ""

    def at(self, name: str) -> str:
        """Where a member stands, for a message."""
        return f"{self.where}.{name}" if self.where else name

    def value(self, name: str) -> Any:
        """A member that must be there."""
        if name not in self.members:
            refuse(self.at(name), "is missing")
        return self.members[name]

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        if default is not None and name not in self.members:
            return default
        return read_text(self.value(name), self.at(name))

    def flag(self, name: str) -> bool:
        """True or false; false where it is absent."""
        value = self.members.get(name, False)
        if not isinstance(value, bool):
            refuse(self.at(name), "is not true or false")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number from 0 on."""
        if default is not None and name not in self.members:
            return default
        return read_whole(self.value(name), self.at(name))

    def pico_usd(self, name: str, default: int | None = None) -> int:
        """Dollars, as picodollars."""
        if default is not None and name not in self.members:
            return default
        return read_pico_usd(self.value(name), self.at(name))

    def number(self, name: str) -> Fraction:
        """An exact number."""
        return read_number(self.value(name), self.at(name))

    def optional_number(self, name: str) -> Fraction | None:
        """An exact number; None where it is absent or null."""
        return None if self.members.get(name) is None else self.number(name)

    def instant(self, name: str) -> datetime | None:
        """An instant; None where it is absent or null."""
        value = self.members.get(name)
        read = read_instant(value)
        if value is not None and read is None:
            refuse(self.at(name), "is not an instant")
        return read

    def fields(self, name: str, default: Mapping[str, Any] | None = None) -> "RecordFields":
        """An object."""
        value = default if default is not None and name not in self.members else self.value(name)
        return read_fields(value, self.at(name))

    def items(self, name: str, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
        """A list, each item read with where it stands; empty where it is absent."""
        value = self.members.get(name, [])
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MAX_ITEMS:
            refuse(self.at(name), "is not a list")
        return tuple(read(item, f"{self.at(name)}[{number}]") for number, item in enumerate(value))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is absent."""
        return self.items(name, read_text)


def read_text(value: object, where: str) -> str:
    """A text. Raises BadRecord."""
    if not isinstance(value, str):
        refuse(where, "is not a text")
    return value


def read_fields(value: object, where: str) -> RecordFields:
    """An object. Raises BadRecord."""
    if not isinstance(value, Mapping):
        refuse(where, "is not an object")
    return RecordFields(value, where)
