"""Chooses what a summary keeps of each account, so that its text has no more than so many bytes.

Accounts with few calls are kept only as one sum. Of each other one the names that cost most are
kept: all names whose share of their account is at least the same share, the least that fits.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from pricectl.replay.duckdb_engine import create_table, rows_of
from pricectl.replay.log_columns import KEY_FIELDS
from pricectl.replay.usage_summary import (
    LEAST_CALLS,
    AccountSums,
    ListedSums,
    UsageSummary,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What an account needs at least: its most costly name, the sum of its rest, brackets.
_BYTES_OF_ACCOUNT = 110
_BYTES_OF_REST = 45
_BYTES_OF_FOLDED = 20
# How finely shares of an account are compared.
_SHARES = 10**9


def list_entries(
    database: "DuckDBPyConnection", summary: UsageSummary, columns: Sequence[str]
) -> None:
    """Create `usage_entries`: the sums of each account and key, with their weight."""
    names = [f"w_{place}" for place in range(len(columns))]
    weights = [(place, *key.weights) for place, key in enumerate(summary.keys)]
    types = {"place": "INTEGER", **dict.fromkeys(names, "BIGINT")}
    create_table(database, "usage_weights", types, weights)
    weighed = " + ".join(
        f"CAST(s.{column} AS HUGEINT) * w.{name}"
        for column, name in zip(columns, names, strict=True)
    )
    keys = ", ".join((*KEY_FIELDS, "week_part", "input_band", "output_band"))
    database.execute(
        "CREATE OR REPLACE TEMP TABLE usage_entries AS "  # noqa: S608 - our own names
        f"SELECT s.account, k.place, k.name, s.tokens, {', '.join(f's.{one}' for one in columns)}, "
        f"{weighed} AS weight FROM usage_sums AS s JOIN usage_keys AS k USING ({keys}) "
        "JOIN usage_weights AS w USING (place)"
    )


def accounts_within(
    database: "DuckDBPyConnection", summary: UsageSummary, columns: Sequence[str], room: int
) -> UsageSummary:
    """The summary with its accounts, whose lines have at most about `room` bytes."""
    room -= _BYTES_OF_FOLDED * len(summary.keys)
    database.execute(
        "CREATE OR REPLACE TEMP TABLE kept_accounts AS "  # noqa: S608 - numbers
        "SELECT row_number() OVER (ORDER BY all_tokens DESC, account) AS number, * FROM ("
        "SELECT account, sum(tokens) AS all_tokens, sum(weight) AS all_weight "
        "FROM usage_entries WHERE account <> '' GROUP BY account "
        f"HAVING sum(calls) >= {LEAST_CALLS} ORDER BY all_tokens DESC, account "
        f"LIMIT {max(room, 0) // _BYTES_OF_ACCOUNT})"
    )
    [kept] = rows_of(database, "SELECT count(*) AS accounts FROM kept_accounts")
    _choose_names(database, columns, room - _BYTES_OF_REST * kept["accounts"])
    sums = ", ".join(columns)
    listed = rows_of(
        database,
        f"SELECT number, place, {sums} FROM account_lines JOIN account_names "  # noqa: S608 - ours
        "USING (number, name) WHERE is_listed ORDER BY number, place",
    )
    rests = rows_of(
        database,
        "SELECT number, sum(calls) AS calls, sum(tokens) AS tokens, sum(weight) AS weight "
        "FROM account_lines JOIN account_names USING (number, name) "
        "WHERE NOT is_listed GROUP BY number",
    )
    accounts = {number: AccountSums(()) for number in range(1, kept["accounts"] + 1)}
    for number, rows in groupby(listed, key=itemgetter("number")):
        own = (ListedSums(row["place"], tuple(int(row[one]) for one in columns)) for row in rows)
        accounts[number] = AccountSums(tuple(own))
    for row in rests:
        rest = (int(row[name]) for name in ("calls", "tokens", "weight"))
        accounts[row["number"]] = AccountSums(accounts[row["number"]].listed, *rest)
    folded = rows_of(
        database,
        "SELECT place, sum(calls) AS calls FROM usage_entries WHERE account <> '' "
        "AND account NOT IN (SELECT account FROM kept_accounts) GROUP BY place",
    )
    calls = {row["place"]: int(row["calls"]) for row in folded}
    keys = tuple(
        key._replace(folded_calls=calls.get(place, 0)) for place, key in enumerate(summary.keys)
    )
    return summary._replace(keys=keys, by_account=tuple(accounts.values()))


def _choose_names(
    database: "DuckDBPyConnection", columns: Sequence[str], room: int
) -> None:
    """Create `account_names`: each name of each account, and whether its keys are listed."""
    numbers = ", ".join(columns)
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_lines AS "  # noqa: S608 - our own names
        f"SELECT number, all_weight, place, name, tokens, weight, {numbers}, length("
        f"regexp_replace(concat_ws(',', place + 1, {numbers}), '(,0)+$', '')) + 3 AS bytes "
        "FROM usage_entries JOIN kept_accounts USING (account)"
    )
    # The most costly name of each account comes first, then all by their share of the account.
    # With its last name an account needs no sum of its rest.
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_names AS "  # noqa: S608 - numbers
        "WITH names AS (SELECT number, name, sum(weight) AS weight, sum(bytes) AS bytes, "
        "any_value(all_weight) AS all_weight FROM account_lines GROUP BY number, name), "
        "ranked AS (SELECT *, row_number() OVER "
        "(PARTITION BY number ORDER BY weight DESC, name) AS rank, "
        "count(*) OVER (PARTITION BY number) AS names FROM names), "
        f"sized AS (SELECT *, weight * {_SHARES} // greatest(all_weight, 1) AS share, "
        f"bytes - CASE WHEN rank = names THEN {_BYTES_OF_REST} ELSE 0 END AS needed FROM ranked) "
        "SELECT number, name, sum(needed) OVER "
        "(ORDER BY least(rank, 2), share DESC, number, rank ROWS UNBOUNDED PRECEDING) "
        f"<= {room} AS is_listed FROM sized"
    )
