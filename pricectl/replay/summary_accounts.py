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
    summary_text,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What an account needs at least: its most costly name, the sum of its rest, brackets.
_BYTES_OF_ACCOUNT = 110
# What stands around the numbers of a rest, and around those of a line.
_BYTES_OF_REST, _BYTES_OF_LINE = 7, 4
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
    database: "DuckDBPyConnection", summary: UsageSummary, columns: Sequence[str], max_bytes: int
) -> UsageSummary:
    """The summary with its accounts; its text has at most `max_bytes`, if the keys leave room."""
    room = max(max_bytes - len(summary_text(summary)), 0)
    database.execute(
        "CREATE OR REPLACE TEMP TABLE kept_accounts AS "  # noqa: S608 - numbers
        "SELECT row_number() OVER (ORDER BY all_tokens DESC, account) AS number, account, "
        "all_weight, length(concat(all_calls, all_tokens, all_weight)) AS digits FROM ("
        "SELECT account, sum(calls) AS all_calls, sum(tokens) AS all_tokens, "
        "sum(weight) AS all_weight FROM usage_entries WHERE account <> '' GROUP BY account "
        f"HAVING sum(calls) >= {LEAST_CALLS} ORDER BY all_tokens DESC, account "
        f"LIMIT {room // _BYTES_OF_ACCOUNT})"
    )
    summary = _with_folded_calls(database, summary)
    room = max_bytes - len(summary_text(summary))
    [kept] = rows_of(
        database,
        "SELECT count(*) AS accounts, "  # noqa: S608 - numbers
        f"coalesce(sum(digits + {_BYTES_OF_REST + _BYTES_OF_LINE}), 0) AS bytes "
        "FROM kept_accounts",
    )
    _choose_names(database, columns, room - int(kept["bytes"]))
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
    return summary._replace(by_account=tuple(accounts.values()))


def _with_folded_calls(database: "DuckDBPyConnection", summary: UsageSummary) -> UsageSummary:
    """The summary whose keys say how many calls of accounts they have that are only in a sum."""
    folded = rows_of(
        database,
        "SELECT place, sum(calls) AS calls FROM usage_entries WHERE account <> '' "
        "AND account NOT IN (SELECT account FROM kept_accounts) GROUP BY place",
    )
    calls = {row["place"]: int(row["calls"]) for row in folded}
    keys = tuple(
        key._replace(folded_calls=calls.get(place, 0)) for place, key in enumerate(summary.keys)
    )
    return summary._replace(keys=keys)


def _choose_names(
    database: "DuckDBPyConnection", columns: Sequence[str], room: int
) -> None:
    """Create `account_names`: each name of each account, and whether its keys are listed."""
    numbers = ", ".join(columns)
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_lines AS "  # noqa: S608 - our own names
        f"SELECT number, digits, all_weight, place, name, tokens, weight, {numbers}, length("
        f"regexp_replace(concat_ws(',', place + 1, {numbers}), '(,0)+$', '')) + 3 AS bytes "
        "FROM usage_entries JOIN kept_accounts USING (account)"
    )
    # The most costly name of each account comes first, then all by their share of the account.
    # With its last name an account needs no sum of its rest.
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_names AS "  # noqa: S608 - numbers
        "WITH names AS (SELECT number, name, sum(weight) AS weight, sum(bytes) AS bytes, "
        "any_value(all_weight) AS all_weight, any_value(digits) AS digits FROM account_lines GROUP BY number, name), "
        "ranked AS (SELECT *, row_number() OVER "
        "(PARTITION BY number ORDER BY weight DESC, name) AS rank, "
        "count(*) OVER (PARTITION BY number) AS names FROM names), "
        f"sized AS (SELECT *, weight * {_SHARES} // greatest(all_weight, 1) AS share, "
        f"bytes - CASE WHEN rank = names THEN digits + {_BYTES_OF_REST} ELSE 0 END AS needed "
        "FROM ranked) "
        "SELECT number, name, sum(needed) OVER "
        "(ORDER BY least(rank, 2), share DESC, number, rank ROWS UNBOUNDED PRECEDING) "
        f"<= {room} AS is_listed FROM sized"
    )
