"""A summary of a usage log that is small enough to commit, and says nothing of any person.

It holds sums. A call's cost is linear in its counts within a context band, so that the sums of a
band cost what its calls cost. Each kind of call stands once, with the sums of all accounts; an
account is a line of numbers that says how much of each kind is its own.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from operator import mul
from typing import Any, NamedTuple

from pricectl.core.units import UNITS
from pricectl.replay.ratebook import CallKey
from pricectl.replay.week_parts import HOURS, WeekPart

SCHEMA = "pricectl.usage-summary/1"
# A file of this size is shown and compared by every host of repositories.
MAX_TEXT_BYTES = 1_000_000
# Accounts with fewer calls are one sum: a line of three calls says what single calls were like.
LEAST_CALLS = 5
# No sum and no weight is larger.
MAX_SUM = 10**22
# The parts in which the share of a name is stated.
SHARES = 10_000
# Columns of sums besides those of units.
CALLS, REQUESTS = "calls", "requests"

Sums = tuple[int, ...]


class KeySums(NamedTuple):
    """The sums of all calls of one key, context band and part of the week.

    `sums` and `weights` are in the order of the summary's columns. A weight is about what one count
    cost when the summary was made, in whole picodollars: what is most of an account goes by it.
    `week_part` counts the parts of the week from 1; 0 is any time. `folded_calls` are those of
    accounts that are kept only as one sum.
    """

    key: CallKey
    week_part: int
    sums: Sums
    weights: Sums = ()
    folded_calls: int = 0


class ListedSums(NamedTuple):
    """The sums of one key for one account; `place` is the key's in the summary, from 0."""

    place: int
    sums: Sums


class NameShare(NamedTuple):
    """About how much of an account's weight a name has, in parts of SHARES, rounded down.

    `name` is the place of a name at one service, as in `UsageSummary.name_places`.
    """

    name: int
    share: int


class AccountSums(NamedTuple):
    """What one account used: all keys of its most costly names, and what is left of it.

    `shares` are further names, of which only the share is known. `rest_calls` and `rest_tokens` are
    those of all keys that are not in `listed`. `weight` is the sum of counts x weights of all that
    the account used; it is 0 where all of it is listed.
    """

    listed: tuple[ListedSums, ...]
    shares: tuple[NameShare, ...] = ()
    rest_calls: int = 0
    rest_tokens: int = 0
    weight: int = 0


class UsageSummary(NamedTuple):
    """A summarized log.

    `days` as in `logs.log.days_of`. `edges` are input tokens, and `output_edges` output tokens, at
    which a band begins: the tiers of the prices of then. `accounts` is how many there are;
    `by_account` are those that are kept one by one, the one with most tokens first. `hours` are the
    tokens of each hour of the day in UTC, by name; "" of the whole log. `left_out_calls` are of
    names for which there was no room.
    """

    days: int | None
    calls: int
    jobs: int
    accounts: int
    columns: tuple[str, ...]
    edges: tuple[int, ...]
    output_edges: tuple[int, ...]
    week_parts: tuple[WeekPart, ...]
    keys: tuple[KeySums, ...]
    by_account: tuple[AccountSums, ...]
    hours: Mapping[str, tuple[int, ...]]
    left_out_calls: int = 0
    left_out_rows: int = 0

    @property
    def name_places(self) -> tuple[int, ...]:
        """The place of each key's name and service among those of all keys, in their order."""
        found = [(key.key.name, key.key.service) for key in self.keys]
        places = {name: place for place, name in enumerate(dict.fromkeys(found))}
        return tuple(places[name] for name in found)

    @property
    def folded_accounts(self) -> int:
        """How many accounts are known only as one sum."""
        return self.accounts - len(self.by_account)

    @property
    def tokens(self) -> int:
        """The tokens of all keys."""
        return sum(self.tokens_of(key.sums) for key in self.keys)

    @property
    def listed_tokens(self) -> int:
        """The tokens that are stated by account and key."""
        return sum(self.tokens_of(one.sums) for each in self.by_account for one in each.listed)

    @property
    def account_tokens(self) -> int:
        """The tokens of the accounts that are kept one by one."""
        return self.listed_tokens + sum(each.rest_tokens for each in self.by_account)

    def tokens_of(self, sums: Sums, side: str = "") -> int:
        """The input and output tokens among sums, or those of one side."""
        sides = (side,) if side else ("input", "output")
        counted = zip(self.columns, sums, strict=False)
        return sum(n for name, n in counted if name in UNITS and UNITS[name].side in sides)

    def requests_of(self, sums: Sums) -> int:
        """The requests among sums; where the log does not count them, each call is one."""
        return sums[self.columns.index(REQUESTS) if REQUESTS in self.columns else 0]

    def hours_of(self, name: str) -> tuple[int, ...]:
        """The tokens of each hour of the day of calls with a name."""
        found = self.hours.get(name) or self.hours.get("", ())
        return found if any(found) else (1,) * HOURS


def weighted(sums: Sums, weights: Sums) -> int:
    """Counts x weights; sums end with their last count above zero."""
    return sum(map(mul, sums, weights))


def trimmed(sums: Sequence[int]) -> Sums:
    """The same without zeros at the end.

    >>> trimmed([3, 0, 7, 0, 0])
    (3, 0, 7)
    """
    end = len(sums)
    while end and not sums[end - 1]:
        end -= 1
    return tuple(islice(sums, end))


def document_of(summary: UsageSummary) -> dict[str, Any]:
    """The summary as JSON has it; `schemas/usage-summary.schema.json` describes it."""
    return {
        "schema": SCHEMA,
        "days": summary.days,
        "calls": summary.calls,
        "jobs": summary.jobs,
        "accounts": summary.accounts,
        "accuracy": {
            "input_band_edges": list(summary.edges),
            "output_band_edges": list(summary.output_edges),
            "week_parts": [[list(span) for span in part] for part in summary.week_parts],
            "credits_of_rounding": summary.jobs,
            "least_calls_of_an_account": LEAST_CALLS,
            "folded_accounts": summary.folded_accounts,
            "tokens": summary.tokens,
            "tokens_by_account": summary.account_tokens,
            "tokens_by_account_and_key": summary.listed_tokens,
            "left_out_calls": summary.left_out_calls,
            "left_out_rows": summary.left_out_rows,
        },
        "columns": list(summary.columns),
        "keys": list(map(key_document, summary.keys)),
        "by_account": list(map(account_document, summary.by_account)),
        "hours": {name: list(tokens) for name, tokens in summary.hours.items()},
    }


def key_document(sums: KeySums) -> dict[str, Any]:
    """The line of a key."""
    key: dict[str, Any] = {name: value for name, value in sums.key._asdict().items() if value}
    if sums.week_part:
        key["week_part"] = sums.week_part
    key |= {"sums": list(trimmed(sums.sums)), "weights": list(trimmed(sums.weights))}
    return key | ({"folded_calls": sums.folded_calls} if sums.folded_calls else {})


def account_document(account: AccountSums) -> list[list[int]]:
    """The line of an account: keys by their number from 1 with sums, last the rest as 0.

    The rest has its calls, its tokens, the weight of the account, and names with their shares.
    """
    listed = [[one.place + 1, *trimmed(one.sums)] for one in account.listed]
    if account.rest_calls:
        shares = [number for one in account.shares for number in (one.name + 1, one.share)]
        rest = [0, account.rest_calls, account.rest_tokens, account.weight, *shares]
        listed.append(rest)
    return listed


def summary_text(summary: UsageSummary) -> str:
    """The text of a summary: a line for each row, so that a commit shows what changed."""
    members = []
    for name, value in document_of(summary).items():
        if name in {"keys", "by_account", "hours"}:
            members.append(f'  "{name}": {_lines(value)}')
        else:
            members.append(f'  "{name}": {compact(value)}')
    return "{\n" + ",\n".join(members) + "\n}\n"


def _lines(value: Any) -> str:
    lines: Iterable[str] = map(compact, value)
    if isinstance(value, dict):
        lines = (f"{compact(key)}:{compact(one)}" for key, one in value.items())
    inside = ",\n".join(lines)
    return f"{{\n{inside}\n  }}" if isinstance(value, dict) else f"[\n{inside}\n  ]"


def compact(value: Any) -> str:
    """JSON without blanks, in ASCII."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
