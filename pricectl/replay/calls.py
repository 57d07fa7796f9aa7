"""The table of calls that readers of logs write and that rating reads: one row a billed call.

Apart from both, so that a new log format and a new engine meet in one place.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.usage import MAX_COUNT

# With the largest count that a call may have: readers reject a call with more, or with less than 0.
__all__ = [
    "CALL_COLUMNS",
    "COUNT_TYPE",
    "MAX_COUNT",
    "CallColumn",
    "column_types",
    "log_column",
    "quoted",
    "text_literal",
    "unquoted",
]

# Every count of a unit: whole numbers, of divisible units (seconds) in thousandths.
COUNT_TYPE = "BIGINT"


class CallColumn(NamedTuple):
    """One column of the table of calls.

    `sql_type` is DuckDB's. A column that is not `required` may be missing or hold NULL, which
    means what `missing` says.
    """

    name: str
    sql_type: str
    meaning: str
    required: bool = False
    missing: str = ""


# Beside them a table of calls has a column of counts for each unit of `core.units` that the log
# counts, named as the unit; each token stands in one of them, exactly as `Usage.counts` splits
# them. A unit without a column, or NULL in it, was not used. Any further column is the log's own,
# named by `log_column`.
CALL_COLUMNS = MappingProxyType(
    {
        column.name: column
        for column in (
            CallColumn(
                "row", "BIGINT", "running number of the call in the whole log", required=True
            ),
            CallColumn("source", "VARCHAR", "the file that the call was read from"),
            CallColumn("line", "BIGINT", "line or row in that file, from 1"),
            CallColumn("call_id", "VARCHAR", "the response's or request's id"),
            CallColumn(
                "job",
                "VARCHAR",
                "the calls that are charged together: session, trace or request",
                missing="the call is a job of its own",
            ),
            CallColumn(
                "at", "TIMESTAMP", "when the call was made, UTC", missing="today's prices hold"
            ),
            CallColumn(
                "name", "VARCHAR", "the model's name as `core.find` is asked", required=True
            ),
            CallColumn("seller", "VARCHAR", "who served the call, as the log says"),
            CallColumn("service", "VARCHAR", "service tier", missing="what the name says"),
            CallColumn("region", "VARCHAR", "region", missing="what the name says"),
            CallColumn("team", "VARCHAR", "team or project"),
            CallColumn("account", "VARCHAR", "the customer, for the rules of a profile"),
            CallColumn("requests", "INTEGER", "how many requests it is the sum of", missing="1"),
            CallColumn(
                "input_total",
                "BIGINT",
                "all input tokens: the sum of the input units",
                missing="that sum",
            ),
            CallColumn(
                "output_total",
                "BIGINT",
                "all output tokens: the sum of the output units",
                missing="that sum",
            ),
            CallColumn("stated_pico", "DECIMAL(38,0)", "the log's own cost in picodollars"),
            CallColumn("charged_credits", "DECIMAL(38,0)", "credits that the log says it charged"),
        )
    }
)


def column_types(units: Iterable[str], extra: Iterable[str] = ()) -> dict[str, str]:
    """The columns of a table of calls with their types, in order.

    `units` are the names of the units that the log counts, `extra` the log's own columns by which
    calls are grouped; those are texts, in columns named by `log_column`.
    """
    return {
        **{column.name: column.sql_type for column in CALL_COLUMNS.values()},
        **dict.fromkeys(units, COUNT_TYPE),
        **{log_column(name): "VARCHAR" for name in extra},
    }


def log_column(name: str) -> str:
    """The column of a table of calls that holds a column of the log itself.

    The dot keeps it apart from every name that calls and their rating have of their own, in
    whatever case.

    >>> log_column("layer")
    'log.layer'
    """
    return f"log.{name}"


def quoted(identifier: str) -> str:
    """An identifier as SQL text, whatever characters it holds.

    >>> print(quoted('a"b'))
    "a""b"
    """
    return '"' + identifier.replace('"', '""') + '"'


def unquoted(identifier: str) -> str:
    """The name that an identifier in SQL stands for, quoted or not.

    >>> unquoted('"a""b"'), unquoted("ab")
    ('a"b', 'ab')
    """
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier


def text_literal(text: str) -> str:
    """A text as SQL.

    >>> print(text_literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
