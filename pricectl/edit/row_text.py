"""The text of one row as it is edited: which members it has, where new ones go, how they look."""

import json
from collections.abc import Sequence

from pricectl.check.positions import Positions
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS, key_path
from pricectl.core.units import NESTED_KEYS
from pricectl.edit import splice
from pricectl.edit.promotion import is_of_prices
from pricectl.edit.splice import Edit, Insert, Remove, Replace


class RowText:
    """A row with the edits made of it so far; `base` is the row, or a dated list in it."""

    def __init__(self, text: str, positions: Positions, model: Model) -> None:
        self._text = text
        self._positions = positions
        self.model = model
        self.edits: list[Edit] = []
        member = positions.member(model.pointer)
        self.text = text[member.start : member.end] if member else "{}"
        # The keys of the row and of lists in it, and the items of lists of names, as the edits
        # so far leave them.
        self._names: dict[str, list[Json]] = {}
        self._keys = {model.pointer: [one.key for one in positions.members(model.pointer)]}

    def literal(self, pointer: str) -> str | None:
        """A value of the file as it is written there; None if it is not there."""
        member = self._positions.member(pointer)
        return self._text[member.start : member.end] if member else None

    def keys(self, base: str) -> list[str]:
        """The keys of an object in the row, as they stand after the edits so far."""
        if base not in self._keys:
            self._keys[base] = [member.key for member in self._positions.members(base)]
        return self._keys[base]

    def names(self, key: str) -> list[Json]:
        """The items of a list of names, as they stand after the edits so far."""
        if key not in self._names:
            listed = self.model.entry.get(key)
            self._names[key] = [*listed] if isinstance(listed, list) else []
        return self._names[key]

    def price_members(self, base: str) -> list[tuple[str, str]]:
        """The members of a list that belong to its prices: each key with its text in the file."""
        return [
            (member.key, self._text[member.key_start : member.end])
            for member in self._positions.members(base)
            if is_of_prices(member.key)
        ]

    def put_price(self, base: str, path: str, literal: str, *, is_there: bool) -> None:
        """Write a price of the list at `base`; `path` is its key, or its way through structures."""
        pointer = f"{base}/{_escaped(path)}"
        parent, _, name = path.partition(".")
        if is_there:
            self.edits.append(Replace(pointer, literal))
        elif parent in NESTED_KEYS and name:
            if parent in self.keys(base):
                self.edits.append(Insert(base + pointer_to(parent), literal, name))
            else:
                self._insert_price(base, parent, f"{{{json.dumps(name)}: {literal}}}")
        else:
            self._insert_price(base, path, literal)

    def remove_price(self, base: str, path: str) -> None:
        """Take a price out of the list at `base`; an object of prices goes with its last one."""
        parent, _, name = path.partition(".")
        members = self._positions.members(base + pointer_to(parent)) if name else ()
        if name and len(members) == 1:
            path = parent
        self.edits.append(Remove(f"{base}/{_escaped(path)}"))
        if path in self.keys(base):
            self.keys(base).remove(path)

    def put_member(self, key: str, value: str, position: int | None = None) -> None:
        """Write a member of the row that is not a price; a new one goes before dated lists."""
        keys, row = self.keys(self.model.pointer), self.model.pointer
        if key in keys:
            self.edits.append(Replace(row + pointer_to(key), value))
            return
        dated = [keys.index(name) for name in DATED_LISTS if name in keys]
        where = min(dated, default=len(keys)) if position is None else position
        self._insert(row, key, value, where)

    def remove_member(self, key: str) -> None:
        """Take a member out of the row."""
        self.edits.append(Remove(self.model.pointer + pointer_to(key)))
        self.keys(self.model.pointer).remove(key)

    def insert_dated(self, member: str, position: int, heading: str, prices: Sequence[str]) -> str:
        """Add a list of dated prices; returns its JSON Pointer.

        `heading` is its first member, `prices` are the texts of the others.
        """
        row, keys = self.model.pointer, self.keys(self.model.pointer)
        listed = self._positions.members(f"{row}/{member}")
        unit, end = splice.indent_unit(self.text), splice.line_end(self.text)
        # As the lists before are laid out, else as the row.
        like = self._text[listed[-1].start : listed[-1].end] if listed else self.text
        spread = "\n" in like or any("\n" in one for one in prices)
        if spread:
            inner = f",{end}{unit}".join(splice.indented(one, unit) for one in (heading, *prices))
            period = f"{{{end}{unit}{inner}{end}}}"
        else:
            period = f"{{{', '.join((heading, *prices))}}}"
        if member not in keys:
            whole = (
                f"[{end}{unit}{splice.indented(period, unit)}{end}]" if spread else f"[{period}]"
            )
            last = "upcoming" if member == "previous" and "upcoming" in keys else ""
            self._insert(row, member, whole, keys.index(last) if last else len(keys))
        elif listed:
            self.edits.append(Insert(f"{row}/{member}", period, position=position))
        else:  # null, or a list without items
            self.edits.append(Replace(f"{row}/{member}", f"[{period}]"))
        return f"{row}/{member}/{position}"

    def set_keys(self, base: str, keys: list[str]) -> None:
        """Say which keys a list has that the file does not have yet."""
        self._keys[base] = keys

    def _insert_price(self, base: str, key: str, literal: str) -> None:
        """A new price follows the last price of the list."""
        keys = self.keys(base)
        last = max((i for i, name in enumerate(keys) if is_of_prices(name)), default=-1)
        self._insert(base, key, literal, last + 1)

    def _insert(self, base: str, key: str, value: str, position: int) -> None:
        self.edits.append(Insert(base, value, key, position))
        self.keys(base).insert(position, key)


def _escaped(path: str) -> str:
    """A price's path as the end of a JSON Pointer: keys of prices have no slash or tilde."""
    return key_path(path)
