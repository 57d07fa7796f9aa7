"""Reads a summary of usage from its file."""

from collections.abc import Sequence
from operator import sub
from pathlib import Path
from typing import Any

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.core.units import UNITS
from pricectl.core.usage import MAX_COUNT
from pricectl.replay.errors import BadLog
from pricectl.replay.ratebook import CallKey
from pricectl.replay.usage_summary import (
    CALLS,
    MAX_SUM,
    REQUESTS,
    SCHEMA,
    SHARES,
    AccountSums,
    KeySums,
    ListedSums,
    NameShare,
    Sums,
    UsageSummary,
)
from pricectl.replay.week_parts import HOURS, MINUTES, WeekPart

MAX_BYTES = 4 * 1024 * 1024
# Sums of counts x weights.
_MAX_WEIGHT = 10**38
_HEAD = 200


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
        return _read(document.parse(data))
    except (PricingError, LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"is not a summary of usage: {error}"[:200]
        raise BadLog(
            what, where=name, next_step="write it anew: replay LOG --summary FILE"
        ) from None


def _read(found: Any) -> UsageSummary:
    if found["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    accuracy = found["accuracy"]
    columns = _columns(found["columns"])
    parts = tuple(map(_week_part, accuracy["week_parts"]))
    keys = tuple(_key(row, columns, len(parts)) for row in _list(found["keys"]))
    accounts = _whole(found["accounts"])
    names = len({(key.key.name, key.key.service) for key in keys})
    by_account = tuple(
        _account(line, len(keys), names, len(columns)) for line in _list(found["by_account"])
    )
    if len(by_account) > accounts:
        raise ValueError("it has more accounts than it says")
    _check_sums(keys, by_account)
    summary = UsageSummary(
        None if found["days"] is None else _whole(found["days"], least=1),
        _whole(found["calls"]),
        _whole(found["jobs"]),
        accounts,
        columns,
        _wholes(accuracy["input_band_edges"]),
        _wholes(accuracy["output_band_edges"]),
        parts,
        keys,
        by_account,
        {name: _hours(tokens) for name, tokens in found["hours"].items()},
        _whole(accuracy["left_out_calls"]),
        _whole(accuracy["left_out_rows"]),
    )
    # Lines that are missing, as after a merge of two summaries, would be a smaller bill.
    for name, tokens in (
        ("tokens", summary.tokens),
        ("tokens_by_account", summary.account_tokens),
        ("tokens_by_account_and_key", summary.listed_tokens),
    ):
        if accuracy[name] != tokens:
            raise ValueError(f"its lines have {tokens} {name}, not the {accuracy[name]!r:.40} said")
    if sum(key.sums[0] for key in keys) + summary.left_out_calls > summary.calls:
        raise ValueError("its keys have more calls than it says")
    return summary


def _columns(names: Any) -> tuple[str, ...]:
    others = names[2:] if names[1:2] == [REQUESTS] else names[1:]
    if names[0] != CALLS or len(set(names)) < len(names):
        raise ValueError(f"the columns do not begin with {CALLS}, or one stands twice")
    unknown = set(others) - UNITS.keys()
    if unknown:
        raise ValueError(f"{min(unknown)!r:.40} is not a unit")
    return tuple(names)


def _key(row: Any, columns: Sequence[str], parts: int) -> KeySums:
    texts = {name: row.get(name, "") for name in CallKey._fields}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["name"]:
        raise ValueError("a key does not name its model")
    part = _whole(row.get("week_part", 0))
    if part > parts:
        raise ValueError(f"a key names part {part} of the week, of {parts}")
    sums = _sums(row["sums"], len(columns))
    if REQUESTS in columns and sums[1] < sums[0]:
        raise ValueError("a key has fewer requests than calls")
    for side in ("input", "output"):
        counted = zip(columns, sums, strict=True)
        if sum(n for name, n in counted if name in UNITS and UNITS[name].side == side) > MAX_COUNT:
            raise ValueError(f"a key has more than {MAX_COUNT:,} tokens")
    weights = _sums(row["weights"], len(columns), least=0)
    return KeySums(CallKey(**texts), part, sums, weights, _whole(row.get("folded_calls", 0)))


def _account(line: Any, keys: int, names: int, columns: int) -> AccountSums:
    account = AccountSums(())
    listed = []
    for number, *values in _list(line):
        if _whole(number) == 0:
            if account.rest_calls:
                raise ValueError("an account has its rest twice")
            calls, tokens, weight, *shares = values
            account = AccountSums(
                (),
                tuple(
                    _share(name, share, names)
                    for name, share in zip(shares[::2], shares[1::2], strict=True)
                ),
                _whole(calls, least=1),
                _whole(tokens),
                _whole(weight, most=_MAX_WEIGHT),
            )
        elif number > keys:
            raise ValueError(f"an account names key {number}, of {keys}")
        else:
            listed.append(ListedSums(number - 1, _sums(values, columns)))
    if len({one.place for one in listed}) < len(listed):
        raise ValueError("an account names a key twice")
    if len({one.name for one in account.shares}) < len(account.shares):
        raise ValueError("an account has the share of a name twice")
    if sum(one.share for one in account.shares) > SHARES:
        raise ValueError("the shares of an account are more than all of it")
    return account._replace(listed=tuple(listed))


def _check_sums(keys: Sequence[KeySums], accounts: Sequence[AccountSums]) -> None:
    """Raises ValueError: accounts have more of a key than there is, as of lines of two files."""
    left = [list(key.sums) for key in keys]
    for account in accounts:
        for place, sums in account.listed:
            left[place] = list(map(sub, left[place], sums))
    for number, counts in enumerate(left, 1):
        if min(counts) < 0:
            raise ValueError(f"accounts have more of key {number} than all calls have")


def _share(number: Any, share: Any, names: int) -> NameShare:
    if _whole(number, least=1) > names:
        raise ValueError(f"an account has a share of name {number}, of {names}")
    return NameShare(number - 1, _whole(share, least=1))


def _sums(values: Any, columns: int, least: int = 1) -> Sums:
    """Sums up to the last one above zero; the first is the number of calls."""
    if not isinstance(values, list) or not least <= len(values) <= columns:
        raise ValueError(f"sums are not a list of up to {columns} numbers")
    if least:
        _whole(values[0], least=1)
    return (*_wholes(values), *(0 for _ in range(columns - len(values))))


def _week_part(spans: Any) -> WeekPart:
    part = tuple((_whole(start), _whole(end, least=1, most=MINUTES)) for start, end in spans)
    ends = [minute for span in part for minute in span]
    if ends != sorted(ends) or any(start == end for start, end in part):
        raise ValueError("a part of the week does not go forward")
    return part


def _whole(value: Any, least: int = 0, most: int = MAX_SUM) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{value!r:.40} is not a whole number from {least}")
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"{value!r:.40} is not a list")
    return value


def _wholes(values: Any) -> tuple[int, ...]:
    return tuple(map(_whole, _list(values)))


def _hours(values: Sequence[Any]) -> tuple[int, ...]:
    if len(values) != HOURS:
        raise ValueError(f"a day has {HOURS} hours")
    return _wholes(values)
