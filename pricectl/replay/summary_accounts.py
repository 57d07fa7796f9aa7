"""Chooses what a summary keeps of each account, so that its text has no more than so many bytes.

Accounts with few calls are kept only as one sum. Of each other one the names that cost most are
kept, with the sums of their keys; of further names their share of the account. What is kept of a
name goes by its share alone, so that small accounts are told as well as large ones.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from pricectl.replay.duckdb_engine import ENGINE, create_table, rows_of
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.log_columns import KEY_FIELDS
from pricectl.replay.usage_summary import (
    LEAST_CALLS,
    MAX_SUM,
    SHARES,
    AccountSums,
    ListedSums,
    NameShare,
    UsageSummary,
    summary_text,
    weighted,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What an account needs at least: its most costly name, the sum of its rest, brackets.
_BYTES_OF_ACCOUNT = 110
# What stands around the numbers of a rest, and around those of a line.
_BYTES_OF_REST, _BYTES_OF_LINE = 7, 4
# A share with the number of its name: 7 bytes or so, where the sums of its keys need 30 and more.
_BYTES_OF_SHARE = 2
# The share of a name tells what it costs; its sums tell more only where some of its prices move.
_SHARE_WORTH = 40
# How finely shares of an account are compared.
_FINE_SHARES = 10**9


def list_entries(
    database: "DuckDBPyConnection", summary: UsageSummary, columns: Sequence[str]
) -> None:
    """Create `usage_entries`: the sums of each account and key, with their weight.

    Raises ReplayRefused: a weight leaves the numbers of the engine, or those of the summary.
    """
    whole = sum(weighted(key.sums, key.weights) for key in summary.keys)
    most = max((weight for key in summary.keys for weight in key.weights), default=0)
    if most > MAX_SUM or whole * _FINE_SHARES > ENGINE.wide_limit:
        raise ReplayRefused(
            "the log costs more than a summary can state",
            next_step="look for counts or prices that cannot be right",
        )
    names = [f"w_{place}" for place in range(len(columns))]
    weights = [
        (place, name, *key.weights)
        for place, (name, key) in enumerate(zip(summary.name_places, summary.keys, strict=True))
    ]
    types = {"place": "INTEGER", "name": "INTEGER", **dict.fromkeys(names, ENGINE.wide)}
    create_table(database, "usage_weights", types, weights)
    weighed = " + ".join(
        f"CAST(s.{column} AS HUGEINT) * w.{name}"
        for column, name in zip(columns, names, strict=True)
    )
    keys = ", ".join((*KEY_FIELDS, "week_part", "input_band", "output_band"))
    database.execute(
        "CREATE OR REPLACE TEMP TABLE usage_entries AS "  # noqa: S608 - our own names
        f"SELECT s.account, k.place, w.name, s.tokens, {', '.join(f's.{one}' for one in columns)}, "
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
    accounts = [AccountSums(()) for _ in range(kept["accounts"])]
    _add_listed(database, columns, accounts)
    _add_rests(database, accounts)
    return summary._replace(by_account=tuple(accounts))


def _add_listed(
    database: "DuckDBPyConnection", columns: Sequence[str], accounts: list[AccountSums]
) -> None:
    """Add the keys of the names that are listed."""
    rows = rows_of(
        database,
        f"SELECT number, place, {', '.join(columns)} FROM account_lines "  # noqa: S608 - our own
        "JOIN account_names USING (number, name) WHERE is_listed ORDER BY number, place",
    )
    for number, own in groupby(rows, key=itemgetter("number")):
        listed = (ListedSums(row["place"], tuple(int(row[one]) for one in columns)) for row in own)
        accounts[number - 1] = AccountSums(tuple(listed))


def _add_rests(database: "DuckDBPyConnection", accounts: list[AccountSums]) -> None:
    """Add what is not listed: in all, and the shares of names."""
    shares: dict[int, list[NameShare]] = {}
    for row in rows_of(
        database,
        "SELECT number, name, share FROM account_names "
        "WHERE has_share AND NOT is_listed ORDER BY number, rank",
    ):
        share = NameShare(row["name"], int(row["share"]))
        shares.setdefault(row["number"], []).append(share)
    for row in rows_of(
        database,
        "SELECT number, sum(calls) AS calls, sum(tokens) AS tokens, "
        "any_value(all_weight) AS weight FROM account_lines "
        "JOIN account_names USING (number, name) WHERE NOT is_listed GROUP BY number",
    ):
        number = row["number"]
        rest = (int(row[name]) for name in ("calls", "tokens", "weight"))
        own = tuple(shares.get(number, ()))
        accounts[number - 1] = AccountSums(accounts[number - 1].listed, own, *rest)


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


def _choose_names(database: "DuckDBPyConnection", columns: Sequence[str], room: int) -> None:
    """Create `account_names`: the names of each account, and what is kept of each.

    A name `has_share` where its share is kept, and `is_listed` where its keys are kept. What comes
    first is what tells most of its account for its bytes.
    """
    numbers = ", ".join(columns)
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_lines AS "  # noqa: S608 - our own names
        f"SELECT number, digits, all_weight, place, name, tokens, weight, {numbers}, length("
        f"regexp_replace(concat_ws(',', place + 1, {numbers}), '(,0)+$', '')) + 3 AS bytes "
        "FROM usage_entries JOIN kept_accounts USING (account)"
    )
    database.execute(
        "CREATE OR REPLACE TEMP TABLE account_names AS "  # noqa: S608 - numbers
        "WITH names AS (SELECT number, name, sum(weight) AS weight, sum(bytes) AS bytes, "
        "greatest(any_value(all_weight), 1) AS whole, any_value(digits) AS digits "
        "FROM account_lines GROUP BY number, name), "
        f"ranked AS (SELECT *, weight * {SHARES} // whole AS share, "
        f"weight * {_FINE_SHARES} // whole AS fine_share, row_number() OVER "
        "(PARTITION BY number ORDER BY weight DESC, name) AS rank, "
        "count(*) OVER (PARTITION BY number) AS names FROM names), "
        f"kinds AS (SELECT number, rank, 1 AS kind, fine_share AS worth, "
        f"length(concat(name + 1, share)) + {_BYTES_OF_SHARE} AS needed FROM ranked "
        "WHERE share > 0 UNION ALL "
        f"SELECT number, rank, 2, fine_share // {_SHARE_WORTH}, bytes "
        "- CASE WHEN share > 0 "
        f"THEN length(concat(name + 1, share)) + {_BYTES_OF_SHARE} ELSE 0 END "
        # With its last name an account needs no sum of its rest.
        f"- CASE WHEN rank = names THEN digits + {_BYTES_OF_REST} ELSE 0 END FROM ranked), "
        "chosen AS (SELECT number, rank, kind, sum(needed) OVER (ORDER BY worth DESC, kind, "
        f"number, rank ROWS UNBOUNDED PRECEDING) <= {room} AS fits FROM kinds) "
        "SELECT number, name, rank, share, coalesce(s.fits, false) AS has_share, "
        "l.fits AS is_listed FROM ranked "
        "LEFT JOIN (SELECT * FROM chosen WHERE kind = 1) AS s USING (number, rank) "
        "JOIN (SELECT * FROM chosen WHERE kind = 2) AS l USING (number, rank)"
    )
