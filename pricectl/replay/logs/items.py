"""What a reader makes of a row of a log: calls, or the reason why there is none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.money import is_bounded, pico_usd, plain_decimal
from pricectl.core.responses import Reading
from pricectl.core.responses.formats import ENDED_EARLY, GATEWAY_CACHE
from pricectl.core.usage import Usage
from pricectl.replay.logs.times import StatedTime, stated_time

Row = Mapping[str, Any]
MAX_NAME, MAX_WORD = 256, 512
# Texts that tables write where there is nothing.
NO_WORDS = frozenset(("None", "null", "NULL"))
_MAX_NUMBER = 10**18


class LogCall(NamedTuple):
    """One billed call, as a row of `pricectl.replay.calls`; a text that the log lacks is empty.

    `stated_pico` is the cost in picodollars that the log states. `unsplit_cache_write` are tokens
    written to a cache of which the log does not say whether for five minutes or an hour; they are
    in `usage` as five minutes. `remarks` say what else a reader of the cost must know. A response
    of several rounds is several calls: `round_number` counts them from 0. `record` is the part of a
    row that states the call, where the row holds several or holds it as text.
    """

    name: str
    usage: Usage
    call_id: str = ""
    job: str = ""
    at: StatedTime = None
    seller: str = ""
    service: str = ""
    region: str = ""
    team: str = ""
    account: str = ""
    requests: int = 1
    stated_pico: int | None = None
    charged_credits: int | None = None
    unsplit_cache_write: int = 0
    remarks: tuple[str, ...] = ()
    round_number: int = 0
    record: Row | None = None


class NotBilled(NamedTuple):
    """A row that is not a billed call, such as a failure; `stated_pico` as in a call."""

    reason: str
    stated_pico: int | None = None


class RejectedRow(NamedTuple):
    """A row that may be a call and cannot be read, such as one without its usage."""

    reason: str
    stated_pico: int | None = None


LogItem = LogCall | NotBilled | RejectedRow
# A reader gets the rows of one file in their order; some formats say the model only once.
RowReader = Callable[[Row], Iterable[LogItem]]

FAILED = NotBilled("failed calls")
FROM_GATEWAY_CACHE = "answered out of the gateway's own cache"
UNSPLIT = "cache writes without their lifetime, counted as 5 minutes"
NO_SERVICE = "service tier not stated, priced as standard"


def calls_of(reading: Reading, *, says_lifetime: bool = True, **facts: Any) -> list[LogItem]:
    """The calls of a reading: one, or one for each of its rounds, which have tiers of their own.

    `facts` are fields of `LogCall`; `says_lifetime`: the row splits cache writes by lifetime.
    """
    stated = facts.pop("stated_pico", None)
    stated = reading.reported_pico_usd if stated is None else stated
    if GATEWAY_CACHE in reading.flags:
        return [NotBilled(FROM_GATEWAY_CACHE, stated)]
    name = facts.pop("name", "") or reading.model
    if not name.strip() or len(name) > MAX_NAME:
        return [RejectedRow("no model's name" if not name.strip() else "name too long", stated)]
    remarks = [f"not priced: {signal.partition('=')[0]}" for signal in reading.signals]
    if ENDED_EARLY in reading.flags:
        remarks.append("streams that ended early: a lower bound")
    calls: list[LogItem] = []
    for part in reading.rounds or (None,):
        usage = part.usage if part else reading.usage
        unsplit = 0
        if not says_lifetime and not usage.count("cache_write_1h"):
            unsplit = usage.count("cache_write")
        if not usage.counts:
            continue
        calls.append(
            LogCall(
                (part.model if part else "") or name,
                usage,
                seller=reading.provider,
                service=reading.service,
                region=reading.region,
                requests=reading.requests,
                # The cost is of the whole response.
                stated_pico=None if calls else stated,
                unsplit_cache_write=unsplit,
                remarks=(*remarks, *((UNSPLIT,) if unsplit else ())),
                round_number=len(calls),
                **facts,
            )
        )
    # A call that was answered used something: what says zero lost its usage.
    return calls or [RejectedRow("all counts are zero or missing", stated)]


def guarded(found: Iterable[LogItem]) -> Iterator[LogItem]:
    """The items of a row or a part of one; what its reader cannot stand is rejected.

    The log goes on, and so does the rest of a row that holds many calls.
    """
    try:
        yield from found
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        yield RejectedRow(f"has an unknown shape ({type(error).__name__})")


def rejected(error: BadUsage, stated_pico: int | None = None) -> RejectedRow:
    """The row that raised the error."""
    return RejectedRow(error.what, stated_pico)


def word(value: object) -> str:
    """A short text or number as a text; empty for anything else."""
    if isinstance(value, str):
        text = value.strip()
        return text if len(text) <= MAX_WORD and text not in NO_WORDS else ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_NUMBER:
        return str(value)
    return ""


def first_word(row: object, *paths: str) -> str:
    """The first text at one of the dotted paths."""
    for path in paths:  # a loop, since this is asked ten times a row
        found = word(value_at(row, path))
        if found:
            return found
    return ""


def value_at(row: object, path: str) -> Any:
    """What stands at a dotted path; a member whose own name has the dots comes first."""
    if type(row) is not dict:  # JSON has no other objects
        return None
    if path in row or "." not in path:
        return row.get(path)
    name, _, rest = path.partition(".")
    while rest:
        if name in row:
            found = value_at(row[name], rest)
            if found is not None:
                return found
        further, _, rest = rest.partition(".")
        name = f"{name}.{further}"
    return None


def whole_number(value: object) -> int:
    """A count that may be text or empty. Raises BadUsage."""
    if value is None or value == "":
        return 0
    number = plain_decimal(value) if isinstance(value, str) else value
    if isinstance(number, float):
        number = Decimal(repr(number))
    if isinstance(number, Decimal) and is_bounded(number) and number == int(number):
        number = int(number)
    if type(number) is not int:
        raise BadUsage(f"{value!r:.40} is not a whole number")
    return number


def stated_cost(value: object) -> int | None:
    """A cost in dollars as picodollars; None where none is stated.

    A zero states nothing: gateways write it for models they have no price of.
    """
    number = plain_decimal(value) if isinstance(value, str) else value
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        number = Decimal(repr(number))
    if not isinstance(number, Decimal) or not is_bounded(number) or number <= 0:
        return None
    return pico_usd(number)


def time_at(row: object, *paths: str) -> StatedTime:
    """The first time at one of the dotted paths that can be read."""
    return stated_time(*(value_at(row, path) for path in paths))
