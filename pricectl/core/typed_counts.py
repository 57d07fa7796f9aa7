"""Counts as people type them: 1000, 1,000, 100k, 1.5M, 1e6.

Ambiguous ones are refused: a misread count is a wrong price.
"""

import re
from decimal import Decimal
from types import MappingProxyType

_COUNT = re.compile(
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d{3})*)(?:\.\d+)?)"
    r"(?:(?P<scale>[kKmM])|[eE]\+?(?P<exponent>\d\d?))?",
    re.ASCII,
)
_SCALES = MappingProxyType({"": 0, "k": 3, "m": 6})
# A count has at most 16 digits, and commas between them.
MAX_CHARACTERS, MAX_EXPONENT = len("1,000,000,000,000,000"), 15


def read_count(word: str) -> int | None:
    """A whole count as people type it; None if it is not one.

    A decimal point needs a scale or an exponent: whoever writes 1.000 may mean a thousand.

    >>> [read_count(word) for word in ("1000", "1,000", "1.5k", "2M", "1e6", "1.5e3")]
    [1000, 1000, 1500, 2000000, 1000000, 1500]
    >>> [read_count(word) for word in ("1.000", "1.2345k", "1e-3", "gpt-4o")]
    [None, None, None, None]
    """
    amount = read_amount(word)
    if amount is None or amount != int(amount) or ("." in word and not _is_scaled(word)):
        return None
    return int(amount)


def read_amount(word: str) -> Decimal | None:
    """An amount, such as of seconds, as people type it; None if it is not one.

    >>> [str(read_amount(word)) for word in ("12.5", "1,000.25", "1.5k", "1e3", "1e-3")]
    ['12.5', '1000.25', '1500', '1000', 'None']
    """
    found = _COUNT.fullmatch(word) if len(word) <= MAX_CHARACTERS else None
    exponent = int(found["exponent"] or 0) if found else 0
    if not found or exponent > MAX_EXPONENT:
        return None
    number = Decimal(re.sub("[_,]", "", found["number"]))
    scaled = number.scaleb(exponent + _SCALES[(found["scale"] or "").lower()])
    # 1.5k is 1500 and not 1.5E+3, which is what messages would show.
    return Decimal(f"{scaled.normalize():f}")


def whole_number_problem(word: str) -> str:
    """Why a word that is an amount is not a whole count; empty for other words.

    >>> whole_number_problem("1.2345k")
    "'1.2345k' is 1234.5, which is not a whole number"
    """
    amount = read_amount(word)
    if amount is None or amount == int(amount) or not _is_scaled(word):
        return ""
    return f"{word!r} is {amount}, which is not a whole number"


def _is_scaled(word: str) -> bool:
    """Whether an amount has a scale such as k or an exponent: its point is a decimal point."""
    return any(letter in "kmeKME" for letter in word)
