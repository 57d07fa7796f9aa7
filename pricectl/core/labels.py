"""The words for names, prices and figures, so that messages and reports have the same.

Also which word of a row is meant where a caller names a service or region.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from pricectl.core.money import TOKENS_PER_MTOK, divide, shifted, usd
from pricectl.core.units import STANDARD, UNITS, is_token_unit

SERVICE_NAMES = MappingProxyType(
    {
        "standard": STANDARD,
        "default": STANDARD,
        "auto": STANDARD,
        "on_demand": STANDARD,
        "batch": "batches",
    }
)
# A price in the catalog below this is one per token, which is written with the exponent -06.
_PER_TOKEN = Decimal("0.001")
CREDIT_DECIMALS = 6
GLOBAL_REGIONS = frozenset({"global", "default", "not_available", "unspecified"})
# Control, format, surrogate, private use, unassigned, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# So many digits tell the versions of a catalog apart, and the commits of a repository.
HASH_DIGITS, COMMIT_DIGITS = 12, 7
_WHOLE_PART = re.compile("[0-9]+")


def service_word(service: str | None) -> str:
    """The word a price key uses for a service tier; "" is standard.

    >>> service_word("batch"), service_word("default"), service_word(None)
    ('batches', '', '')
    """
    word = (service or STANDARD).lower()
    return SERVICE_NAMES.get(word, word)


def region_word(region: str | None) -> str:
    """The word a row uses for a region; "" where it names none.

    >>> region_word("EU"), region_word("global")
    ('eu', '')
    """
    word = (region or "").lower()
    return "" if word in GLOBAL_REGIONS else word


def label(unit: str, above_tokens: int = 0, service: str = "") -> str:
    """A price's name as people say it.

    >>> label("cache_read", 200_000, "batches")
    'cache read above 200k (batches)'
    """
    name = unit.replace("_", " ")
    tier = f" {above(above_tokens)}" if above_tokens else ""
    return f"{name}{tier}{f' ({service})' if service else ''}"


def thousands(tokens: int) -> str:
    """A context threshold as people say it.

    >>> thousands(200_000)
    '200k'
    """
    return f"{tokens // 1000}k"


def above(tokens: int) -> str:
    """A context tier by its threshold.

    >>> above(200_000)
    'above 200k'
    """
    return f"above {thousands(tokens)}"


def service_label(service: str | None) -> str:
    """A service tier's name; the standard one has no word in a price key.

    >>> service_label(""), service_label("batches")
    ('standard', 'batches')
    """
    return service or "standard"


def clean(text: str) -> str:
    r"""A name from a catalog made safe: control and format characters show as their codes.

    >>> print(clean("a" + chr(27) + "[31mb"))
    a\x1b[31mb
    """
    # Nearly every text is safe as it is, and this is a good part of a long report's time.
    if text.isascii() and text.isprintable():
        return text
    return "".join(_safe(character) for character in text)


def _safe(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - one byte


def shortened(text: str, size: int, end: str = "...") -> str:
    """A text cut to a number of characters; a cut text ends with `end`.

    >>> shortened("abcdef", 6), shortened("abcdefg", 6)
    ('abcdef', 'abc...')
    """
    return text if len(text) <= size else text[: size - len(end)] + end


def did_you_mean(*names: str) -> str:
    """The question after a name that nothing has; empty without a similar one.

    >>> did_you_mean("gpt-4o", "gpt-4"), did_you_mean(""), did_you_mean()
    ('did you mean gpt-4o, gpt-4?', '', '')
    """
    return f"did you mean {', '.join(names)}?" if any(names) else ""


def price_of(pico_usd: int, unit: str, amount: int = 1) -> int:
    """Cost in picodollars of `amount` units at a rate; an amount of seconds is whole seconds.

    >>> price_of(2_500_000_000, "file_search"), price_of(66_666_667, "input_second", 60)
    (2500000, 4000000020)
    """
    counts = amount * (1000 if UNITS[unit].divisible else 1)
    return divide(pico_usd * counts, UNITS[unit].priced_by, "half-even")


def grouped(number: str) -> str:
    """A number that is written in digits, with its thousands separated.

    >>> grouped("1234567.5"), grouped("~2500.25"), grouped("-2500/3"), grouped("0.0075")
    ('1,234,567.5', '~2,500.25', '-2,500/3', '0.0075')
    """
    return _WHOLE_PART.sub(lambda found: f"{int(found[0]):,}", number, count=1)


def dollar_text(number: str) -> str:
    """An amount of USD as people read it; JSON and `-q` have the bare number.

    >>> dollar_text("2500.00")
    '$2,500.00'
    """
    return f"${grouped(number)}"


def amount_words(pico_usd: int, unit: str) -> str:
    """A rate as people read it, the dollars first.

    >>> amount_words(2_500_000_000, "input"), amount_words(40_000_000_000, "output_image_file")
    ('$2,500.00 per 1M tokens', '$0.04 per generated image')
    """
    per = "1M tokens" if is_token_unit(unit) else UNITS[unit].counts
    return f"{_rate_dollars(pico_usd, unit)} per {per}"


def short_rate(pico_usd: int, unit: str) -> str:
    """A rate, short.

    >>> short_rate(2_500_000_000, "input"), short_rate(40_000_000_000, "output_image_file")
    ('$2,500.00 / 1M', '$0.04 / generated image')
    """
    return (
        f"{_rate_dollars(pico_usd, unit)} / {'1M' if is_token_unit(unit) else UNITS[unit].counts}"
    )


def _rate_dollars(pico_usd: int, unit: str) -> str:
    return dollar_text(usd(price_of(pico_usd, unit, TOKENS_PER_MTOK if is_token_unit(unit) else 1)))


def catalog_number(value: Decimal | int) -> str:
    """A number as the catalog writes it: valid JSON that an acknowledgement can copy.

    >>> catalog_number(Decimal("3E-8")), catalog_number(Decimal("2.50E-6")), catalog_number(0)
    ('0.03e-06', '2.5e-06', '0')
    """
    return f"{shifted(value, 6)}e-06" if 0 < value < _PER_TOKEN else shifted(value, 0)


def ratio_text(larger: int, smaller: int) -> str:
    """The ratio of two prices as text.

    >>> ratio_text(5000, 5), ratio_text(15, 2)
    ('1,000x', '7.5x')
    """
    tenths = larger * 10 // smaller
    # From 100 times on, a decimal says nothing more.
    return f"{tenths // 10:,}x" if tenths >= 1000 or tenths % 10 == 0 else f"{tenths / 10:.1f}x"  # noqa: PLR2004


def count(number: int | Decimal) -> str:
    """A count with thousands separated.

    >>> count(1000000), count(Decimal("12.500"))
    ('1,000,000', '12.5')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,}".rstrip("0").rstrip(".")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def plural(number: int, word: str) -> str:
    """A count with its word.

    >>> plural(1, "name"), plural(2, "name")
    ('1 name', '2 names')
    """
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def short_decimal(number: Fraction | Decimal, decimals: int = CREDIT_DECIMALS) -> str:
    """A number rounded to at most `decimals`; "~" marks rounding.

    >>> short_decimal(Fraction(3, 20)), short_decimal(Fraction(1, 3), 4)
    ('0.15', '~0.3333')
    """
    scaled = Fraction(number) * 10**decimals
    rounded = divide(scaled.numerator, scaled.denominator, "half-even")
    whole, rest = divmod(abs(rounded), 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0")
    sign = "-" if rounded < 0 else ""
    approximate = "~" if Fraction(rounded) != scaled else ""
    return f"{approximate}{sign}{whole}{'.' + digits if digits else ''}"


def percent(old: int | Fraction, new: int | Fraction) -> str:
    """How much a price moved, signed, to a tenth; from zero there is no percentage.

    >>> percent(100, 120), percent(3, 2), percent(0, 5)
    ('+20%', '-33.3%', 'new')
    """
    if old == 0:
        return "0%" if new == 0 else "new"
    moved = Fraction(new - old) * 1000 / Fraction(old)
    tenths = divide(moved.numerator, moved.denominator, "half-even")
    if tenths == 0:
        return "0%" if new == old else ("+<0.1%" if new > old else "-<0.1%")
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else '+'}{whole:,}{f'.{rest}' if rest else ''}%"
