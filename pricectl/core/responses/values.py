"""Read single values out of a response, which may be dicts or a client's objects; none is trusted.

A reader takes a value and the path it was found at, and returns a count or raises BadUsage.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from math import ceil

from pricectl.core.errors import BadUsage
from pricectl.core.money import MAX_CHARACTERS, is_bounded, pico_usd, plain_decimal
from pricectl.core.usage import MAX_COUNT

Path = tuple[str, ...]
Reader = Callable[[object, str], int]

MAX_TEXT = 256
MAX_MEMBERS = 10_000  # of one object; a mapping of the caller may be endless
MAX_DIGITS = len(str(MAX_COUNT))
LEAVES = (str, bytes, bytearray, int, float, Decimal, list, tuple, set, frozenset)


def member(node: object, name: str) -> object:
    """A member of a mapping or an attribute of an object; None where there is none.

    Raises BadUsage if the object itself fails.
    """
    if type(node) is dict:
        return node.get(name)
    if node is None:
        return None
    try:
        if isinstance(node, LEAVES):
            return None
        found = node.get(name) if isinstance(node, Mapping) else getattr(node, name, None)
    except Exception as error:  # noqa: BLE001 - an object's own property may raise anything
        raise BadUsage(
            f"cannot be read: {type(error).__name__}", where=name, next_step="pass the parsed JSON"
        ) from None
    # Generated clients (Mistral's, OpenRouter's) mark a member the body did not have.
    return None if type(found).__name__ == "Unset" else found


def members(node: object) -> Iterable[tuple[str, object]]:
    """What a mapping or a client's object shows of itself: its items or public attributes.

    Members that the client's model does not declare are among them. Raises BadUsage if the object
    itself fails.
    """
    if type(node) is dict:
        return node.items()
    if node is None or isinstance(node, LEAVES):
        return ()
    try:
        if isinstance(node, Mapping):
            return list(islice(node.items(), MAX_MEMBERS))
        shown = (getattr(node, "__dict__", None), getattr(node, "__pydantic_extra__", None))
        return [
            (name, value)
            for attributes in shown
            if isinstance(attributes, Mapping)
            for name, value in islice(attributes.items(), MAX_MEMBERS)
            if not str(name).startswith("_")
        ]
    except Exception as error:  # noqa: BLE001 - an object's own property may raise anything
        raise BadUsage(
            f"cannot be read: {type(error).__name__}",
            where="usage",
            next_step="pass the parsed JSON",
        ) from None


def lacks_all(node: object, names: Iterable[str]) -> bool:
    """Whether a dict has none of these members; False for objects.

    So they need not be looked for one by one.

    >>> lacks_all({"a": 1}, ("b", "c")), lacks_all({"a": 1}, ("a", "c"))
    (True, False)
    """
    return type(node) is dict and node.keys().isdisjoint(names)


def value_at(node: object, path: Path) -> object:
    """The value at the end of a path; None as soon as there is none."""
    for name in path:
        node = member(node, name)
        if node is None:
            return None
    return node


def items(node: object, *path: str) -> Sequence[object]:
    """The members of a list at a path; nothing if there is no list."""
    value = value_at(node, path)
    return value if isinstance(value, (list, tuple)) else ()


def text(value: object) -> str:
    """A short text or an enumeration's value; anything else is the empty text."""
    if type(value) is str:  # nearly always
        return value if len(value) <= MAX_TEXT else ""
    if isinstance(value, Enum):
        value = value.value
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return ""
    return str.__str__(value)  # of a subclass, as clients' enumerations are, the text alone


def whole(value: object, where: str) -> int:
    """A count of tokens: an int, or a Decimal that is whole. Never a bool or a float.

    Raises BadUsage.
    """
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else _in_bounds(value, where)
    if type(value) is Decimal and is_bounded(value) and value == value.to_integral_value():
        return _in_bounds(int(value), where)
    kind = type(value).__name__
    # A text may be a secret; a number or a truth value helps to find the mistake.
    shown = f" ({value!r})" if type(value) in (bool, float) else ""
    raise BadUsage(
        f"is not a whole number but {kind:.80}{shown}",
        where=where,
        next_step="is this the response as the provider sent it?",
    )


def billed(value: object, where: str) -> int:
    """A count that its provider documents as a number: a whole float such as 12.0 is fine.

    Raises BadUsage.
    """
    if type(value) is float and value.is_integer():
        return _in_bounds(int(value), where)
    return whole(value, where)


def seconds(value: object, where: str) -> int:
    """A duration in seconds as thousandths, rounded up to a thousandth. Raises BadUsage."""
    if type(value) not in (float, Decimal):
        return whole(value, where) * 1000
    found = _thousandths(value)
    if found is None:
        step = "a duration is a number of seconds from 0 up"
        raise BadUsage("is not a duration", where=where, next_step=step)
    return found


def amount(value: object, where: str) -> int:
    """A count with a fraction, such as 2.5 credits, as thousandths, rounded up to a thousandth.

    Raises BadUsage.
    """
    if type(value) not in (float, Decimal):
        return whole(value, where) * 1000
    found = _thousandths(value)
    if found is None:
        step = f"an amount is a number from 0 to {MAX_COUNT:,}"
        raise BadUsage("is not an amount", where=where, next_step=step)
    return found


def _thousandths(value: object) -> int | None:
    """A float or Decimal in thousandths, rounded up; None if it is not an amount from 0 up."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if exact.is_finite() and 0 <= exact <= MAX_COUNT:
        if is_bounded(exact):
            return ceil(Fraction(exact) * 1000)
        if exact.adjusted() < -MAX_CHARACTERS:  # too small to be written out, but not zero
            return int(exact > 0)
    return None


def seconds_in_text(value: object, where: str) -> int:
    """A duration that may be text, such as "10". Raises BadUsage."""
    amount = plain_decimal(text(value)) if isinstance(value, str) else value
    return seconds(amount, where)


def digits(value: object, where: str) -> int:
    """A count in an HTTP header, which is text. Raises BadUsage."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
        return _in_bounds(int(value), where)
    return whole(value, where)


def dollars(value: object, where: str) -> int:
    """A cost in USD as picodollars; a float stands for the shortest decimal that names it.

    Raises BadUsage.
    """
    if type(value) is float or type(value) is int:
        # Checked before it is written out: an int may have more digits than Python will write.
        value = repr(value) if 0 <= value <= MAX_COUNT else ""
    amount = value if type(value) is Decimal else plain_decimal(text(value))
    if amount is None or not is_bounded(amount) or amount < 0:
        raise BadUsage(
            "is not a cost", where=where, next_step="a cost is a number of USD from 0 up"
        )
    return pico_usd(amount)


def _in_bounds(count: int, where: str) -> int:
    if not 0 <= count <= MAX_COUNT:
        wrong = "negative" if count < 0 else "too large"
        raise BadUsage(f"is {wrong}", where=where, next_step=f"counts go from 0 to {MAX_COUNT:,}")
    return count
