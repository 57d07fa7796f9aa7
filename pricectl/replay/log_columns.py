"""The columns that a table of calls has, as the expressions that rating reads them by."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricectl.core.units import UNITS
from pricectl.replay.calls import CALL_COLUMNS, MAX_COUNT, quoted
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.periods import NO_TIME
from pricectl.replay.templates import template

NO_TIME_SQL = f"TIMESTAMP '{NO_TIME:%Y-%m-%d}'".replace("'1-", "'0001-")
NO_DAY_SQL = "DATE '0001-01-01'"
# What calls can be grouped by besides the columns of the log: the row that answers, and how it did.
BOOK_DIMENSIONS = ("catalog_model", "catalog_provider", "layer")
DAY = "day"
# The fields of a call that decide its price.
KEY_FIELDS = ("name", "seller", "service", "region")
OPTIONAL = ("job", "stated_pico", "charged_credits")


WHOLE_TYPES = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
# They compare and print otherwise on each engine.
_BYTES = frozenset(("BLOB", "BINARY"))


def _is_exact(found: str, wanted: str) -> bool:
    """Whether a column's type holds what another one does: no bytes for texts, no fractions."""
    if wanted == "VARCHAR":
        return found not in _BYTES
    if wanted == "TIMESTAMP":
        return True
    wider = {"UBIGINT", "HUGEINT", "UHUGEINT", '"NULL"', "VOID"}
    return found in WHOLE_TYPES | wider or (found.startswith("DECIMAL") and found.endswith(",0)"))


def _check_columns(types: Mapping[str, str]) -> None:
    """Raises ReplayRefused: a column is not called or not stored as every engine needs it."""
    for name, found in types.items():
        meant = name.lower()
        if meant not in types and (meant in UNITS or meant in CALL_COLUMNS):
            # Its counts would be left out.
            raise ReplayRefused(f"the column {name!r} must be written {meant!r}")
        column = CALL_COLUMNS.get(name)
        if column and not _is_exact(found, column.sql_type):
            raise ReplayRefused(f"the column {name!r} is {found}, not {column.sql_type}")


class LogColumns(NamedTuple):
    """The columns of a table of calls: `types` by name, and the units among them in order."""

    types: Mapping[str, str]
    units: tuple[str, ...]

    @classmethod
    def of(cls, types: Mapping[str, str]) -> "LogColumns":
        """Raises ReplayRefused: a column is missing or has another type than its meaning."""
        for column in CALL_COLUMNS.values():
            if column.required and column.name not in types:
                raise ReplayRefused(f"the table of calls has no column {column.name!r}")
        _check_columns(types)
        units = tuple(unit for unit in UNITS if unit in types)
        if not units:
            raise ReplayRefused("the table of calls has no column with counts of a unit")
        for unit in units:
            if types[unit] not in WHOLE_TYPES:
                raise ReplayRefused(
                    f"the column {unit!r} is {types[unit]}, not whole numbers up to {MAX_COUNT:,}"
                )
        if "at" in types and types["at"] != "TIMESTAMP":
            step = "write UTC times without a zone"
            raise ReplayRefused(f"the column 'at' is {types['at']}", next_step=step)
        return cls(types, units)

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.types

    def dimension(self, name: str) -> str:
        """The expression of what calls are grouped by. Raises ReplayRefused: no such column."""
        if name == DAY and not self.has(DAY):
            return "CAST(call_at AS DATE)"
        if self.is_of_key(name):
            return f"k.dimension_{name}"
        if not self.has(name):
            known = ", ".join(name for name in (*self.types, DAY, *BOOK_DIMENSIONS))
            raise ReplayRefused(f"the log has no column {name!r}", next_step=f"it has {known}")
        return f"coalesce(CAST(c.{quoted(name)} AS VARCHAR), '')"

    def is_of_key(self, dimension: str) -> bool:
        """Whether calls with the same key have the same value, so that the book knows it."""
        return dimension in BOOK_DIMENSIONS or (dimension in KEY_FIELDS and self.has(dimension))

    def selected(self, extra: Sequence[str]) -> str:
        """The select list that gives each call its normal form: no NULL, one name a column.

        `n_0`, `n_1` and so on are the counts in the order of `units`; `extra` are further columns
        of the log, by their own names.
        """
        texts = [
            f"coalesce({quoted(name)}, '') AS {name}" if self.has(name) else f"'' AS {name}"
            for name in (*KEY_FIELDS, "account")
        ]
        at = f'coalesce("at", {NO_TIME_SQL})' if self.has("at") else NO_TIME_SQL
        requests = 'coalesce("requests", 1)' if self.has("requests") else "1"
        counts = [f"coalesce({quoted(unit)}, 0) AS n_{n}" for n, unit in enumerate(self.units)]
        optional = [
            f'"{name}"'
            if self.has(name)
            else f"CAST(NULL AS {CALL_COLUMNS[name].sql_type}) AS {name}"
            for name in OPTIONAL
        ]
        taken = {*KEY_FIELDS, "account", *OPTIONAL}
        others = [quoted(name) for name in dict.fromkeys(extra) if name not in taken]
        parts = ['"row" AS call_row', f"{at} AS call_at", f"{requests} AS call_requests"]
        return ",\n    ".join((*parts, *texts, *optional, *counts, *others))

    def normal(self, calls: str, extra: Sequence[str] = ()) -> str:
        """The calls of a relation in their normal form, with further columns of the log."""
        return template("normal").format(
            selected=self.selected(extra),
            calls=calls,
            input_tokens=self.total("input"),
            output_tokens=self.total("output"),
        )

    def total(self, side: str) -> str:
        """The sum of the counts of a side, "input" or "output"."""
        counts = [f"n_{n}" for n, unit in enumerate(self.units) if UNITS[unit].side == side]
        return f"({' + '.join(counts)})" if counts else "0"

    @property
    def used(self) -> str:
        """Whether a call used anything."""
        return f"({' + '.join(f'n_{n}' for n in range(len(self.units)))}) > 0"
