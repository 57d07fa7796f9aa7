"""A summary of a usage log that is small enough to commit, and says nothing of any person.

It holds sums: of each model, service, region, context band and account, which is only a number. A
call's cost is linear in its counts within a band, so that sums of a band cost what its calls cost.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.core.units import UNITS
from pricectl.replay.errors import BadLog
from pricectl.replay.ratebook import CallKey

SCHEMA = "pricectl.usage-summary/1"
# About 200 bytes each: a megabyte in all.
MAX_ROWS = 5_000
# Names with hours of their own; the others have those of the whole log.
MAX_HOURLY = 200
HOURS = 24
# The account of all calls of accounts that are not kept one by one, or that name none.
OTHER_ACCOUNTS = 0
MAX_BYTES = 4 * 1024 * 1024
_MAX_SUM = 10**22
_HEAD = 200


class UsageRow(NamedTuple):
    """Sums of the calls with one key, account and context band.

    `account` counts accounts from 1, the one with most tokens first; OTHER_ACCOUNTS are the rest.
    `counts` are those of each unit, as in `calls`.
    """

    key: CallKey
    account: int
    calls: int
    requests: int
    counts: Mapping[str, int]


class UsageSummary(NamedTuple):
    """A summarized log.

    `days` as in `logs.log.days_of`. `edges` are input tokens, and `output_edges` output tokens, at
    which a band begins: the tiers of the prices of then. `accounts` are kept one by one,
    `folded_accounts` as one sum. `hours` are the tokens of each hour of the day in UTC, by name;
    "" of the whole log. `left_out_calls` are of names for which there was no room.
    """

    days: int | None
    calls: int
    jobs: int
    accounts: int
    folded_accounts: int
    edges: tuple[int, ...]
    output_edges: tuple[int, ...]
    rows: tuple[UsageRow, ...]
    hours: Mapping[str, tuple[int, ...]]
    left_out_calls: int = 0
    left_out_rows: int = 0

    def hours_of(self, name: str) -> tuple[int, ...]:
        """The tokens of each hour of the day of calls with a name."""
        return self.hours.get(name) or self.hours.get("", (1,) * HOURS)


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
            "credits_of_rounding": summary.jobs,
            "folded_accounts": summary.folded_accounts,
            "left_out_calls": summary.left_out_calls,
            "left_out_rows": summary.left_out_rows,
        },
        "rows": [_row_document(row) for row in summary.rows],
        "hours": {name: list(tokens) for name, tokens in summary.hours.items()},
    }


def _row_document(row: UsageRow) -> dict[str, Any]:
    key = {name: value for name, value in row.key._asdict().items() if value}
    requests = {} if row.requests == row.calls else {"requests": row.requests}
    counts = {unit: count for unit, count in row.counts.items() if count}
    return {**key, "account": row.account, "calls": row.calls, **requests, "counts": counts}


def summary_text(summary: UsageSummary) -> str:
    """The text of a summary: a line for each row, so that a commit shows what changed."""
    whole = document_of(summary)
    members = []
    for name, value in whole.items():
        if name in {"rows", "hours"}:
            is_list = isinstance(value, list)
            lines = (
                [_compact(one) for one in value]
                if is_list
                else [f"{_compact(key)}: {_compact(one)}" for key, one in value.items()]
            )
            inside = ",\n".join(f"    {line}" for line in lines)
            opening, closing = "[]" if is_list else "{}"
            members.append(f'  "{name}": {opening}\n{inside}\n  {closing}')
        else:
            members.append(f'  "{name}": {_compact(value)}')
    return "{\n" + ",\n".join(members) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))


def is_summary(data: bytes) -> bool:
    """Whether a file's bytes are a summary, by its first members."""
    return SCHEMA.encode() in data[:_HEAD]


def summary_bytes(path: Path) -> bytes | None:
    """The bytes of a file that is a summary, by its first members; None of any other file.

    Raises BadLog: it is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:  # whoever reads it as a log says why
        return None
    if not is_summary(data):
        return None
    if len(data) > MAX_BYTES:
        raise BadLog(f"has more than {MAX_BYTES:,} bytes", where=str(path))
    return data


def read_summary(data: bytes, name: str) -> UsageSummary:
    """Read a summary; messages call it `name`. Raises BadLog: it says what no summary says."""
    try:
        found = document.parse(data)
        return _read(found)
    except (PricingError, KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"is not a summary of usage: {error}"[:200]
        raise BadLog(
            what, where=name, next_step="write it anew: replay LOG --summary FILE"
        ) from None


def _read(found: Any) -> UsageSummary:
    if found["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    accuracy = found["accuracy"]
    return UsageSummary(
        None if found["days"] is None else _whole(found["days"], least=1),
        _whole(found["calls"]),
        _whole(found["jobs"]),
        _whole(found["accounts"]),
        _whole(accuracy["folded_accounts"]),
        _wholes(accuracy["input_band_edges"]),
        _wholes(accuracy["output_band_edges"]),
        tuple(map(_read_row, found["rows"])),
        {name: _hours(tokens) for name, tokens in found["hours"].items()},
        _whole(accuracy["left_out_calls"]),
        _whole(accuracy["left_out_rows"]),
    )


def _read_row(row: Any) -> UsageRow:
    texts = {name: row.get(name, "") for name in CallKey._fields}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["name"]:
        raise ValueError("a row does not name its model")
    counts = {unit: _whole(count) for unit, count in row["counts"].items()}
    unknown = counts.keys() - UNITS.keys()
    if unknown:
        raise ValueError(f"{min(unknown)!r:.40} is not a unit")
    calls = _whole(row["calls"], least=1)
    requests = _whole(row.get("requests", calls), least=1)
    return UsageRow(CallKey(**texts), _whole(row["account"]), calls, requests, counts)


def _whole(value: Any, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= _MAX_SUM:
        raise ValueError(f"{value!r:.40} is not a whole number from {least}")
    return value


def _wholes(values: Sequence[Any]) -> tuple[int, ...]:
    return tuple(map(_whole, values))


def _hours(values: Sequence[Any]) -> tuple[int, ...]:
    if len(values) != HOURS:
        raise ValueError(f"a day has {HOURS} hours")
    return _wholes(values)
