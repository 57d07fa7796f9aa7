"""What a published price list says, in the catalog's own keys and units, whatever its format."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.core.windows import read_day

# The power of ten that turns a price per 1M or per 1,000 units into one per unit.
PER_MILLION = -6
PER_THOUSAND = -3
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class FeedError(PricingError):
    """A price list that cannot be read: cut, empty, a web page, another format."""


class FeedRow(NamedTuple):
    """What a list says about one model.

    `seller` is the canonical word of `core.naming.sellers`, `name` the model's name as the list
    writes it, `entry` a row as the catalog has it: USD per unit, limits, dates. `other_names` are
    names that the list says are the same model. `derived_from` names the list that this row was
    copied from, where the list says so.
    """

    seller: str
    name: str
    entry: Mapping[str, Json]
    other_names: tuple[str, ...] = ()
    derived_from: str = ""


class FeedContent(NamedTuple):
    """Everything one list says.

    `date` is the list's own day, as YYYY-MM-DD; "" where it does not say. `skipped` counts the rows
    that were left out by the reason, `unread` the prices of rows that have no key in the catalog.
    """

    rows: tuple[FeedRow, ...]
    date: str
    skipped: Mapping[str, int]
    unread: Mapping[str, int]


class Notes:
    """Counts what a reader leaves out, so that nothing is left out in silence."""

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()

    def content(self, rows: Iterable[FeedRow], date: Json = "") -> FeedContent:
        """The list's content with these counts; a `date` that is not a day is left out."""
        found = tuple(rows)  # read first: the counts are complete only then
        return FeedContent(found, day_of(date), dict(self.skipped), dict(self.unread))


def day_of(value: Json) -> str:
    """The day of a date or an instant in ISO format; "" for anything else.

    >>> day_of("2026-10-26T18:46:35Z"), day_of("soon"), day_of(None)
    ('2026-10-26', '', '')
    """
    text = value[:10] if isinstance(value, str) else ""
    return text if _DAY.fullmatch(text) and read_day(text) else ""


def price_of(value: Json, power: int = 0) -> Decimal | None:
    """A price of the list as USD per unit; None for what is not a price.

    `power` is the power of ten that turns the list's price into USD per unit.

    >>> price_of(Decimal("2.50"), PER_MILLION), price_of(True), price_of(Decimal(-1))
    (Decimal('0.00000250'), None, None)
    """
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or value < 0:
        return None
    return Decimal(value).scaleb(power)


def put_prices(  # noqa: PLR0913 - one by one what a list says and where it goes
    entry: dict[str, Json],
    prices: Mapping[str, Json],
    keys: Mapping[str, str],
    notes: Notes,
    *,
    power: int = PER_MILLION,
    suffix: str = "",
) -> None:
    """Write the prices of one object of a list into a row, each under the catalog's key.

    `keys` names the catalog's key for each of the list's; `suffix` is a tier or service behind it.
    What is not a price is counted in `notes`.
    """
    for name, key in keys.items():
        value = prices.get(name)
        price = price_of(value, power)
        if price is not None:
            entry[key + suffix] = price
        elif value is not None:
            notes.unread[f"{name} is not a price"] += 1


def tier_suffix(above_tokens: Json) -> str:
    """The key's ending for prices above a number of input tokens; "" where it is not one.

    Some lists begin the tier at the number itself: 199,999 and 200,000 are both the tier of 200k.

    >>> tier_suffix(272000), tier_suffix(199999), tier_suffix(0)
    ('_above_272k_tokens', '_above_200k_tokens', '')
    """
    if not isinstance(above_tokens, int) or isinstance(above_tokens, bool):
        return ""
    thousands = (above_tokens + 1) // 1000
    return f"_above_{thousands}k_tokens" if 0 < thousands < 10**6 else ""


def put_limit(entry: dict[str, Json], key: str, value: Json) -> None:
    """Write a number of tokens into a row, where it is one."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        entry[key] = value
