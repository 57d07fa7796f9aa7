"""Token counts and model names as people type them: `MODEL... INPUT [OUTPUT]`, `--unit NAME=COUNT`.

Ambiguous counts are refused: a misread count is a wrong price.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import typer

from pricectl.core.units import UNITS
from pricectl.core.usage import Usage

_COUNT = re.compile(
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d{3})*)(?:\.\d+)?)(?P<scale>[kKmM]?)", re.ASCII
)
# Digits alone were meant as a count, however they are grouped and wherever they stand. Right before
# the counts, a word that only begins with digits may have been meant as one, too.
_DIGITS = re.compile(r"[-+]?[\d.,_\s'\u2019]*\d[\d.,_\s'\u2019]*[kKmM]?")
_LIKE_A_COUNT = re.compile(r"[-+]?[\d.,_]+\w*")
_MODELS_AND_COUNTS = "MODEL... INPUT [OUTPUT]"
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000}
_MAX_COUNTS = 2  # input and output


def read_count(word: str) -> int | None:
    """A token count as people write it; None if it is not one.

    A decimal point needs a scale: whoever writes 1.000 may mean a thousand.

    >>> [read_count(word) for word in ("1000", "1,000", "1.5k", "2M", "1.000", "gpt-4o")]
    [1000, 1000, 1500, 2000000, None, None]
    """
    number = None if "." in word and word[-1].isdigit() else read_amount(word)
    return int(number) if number is not None and number == int(number) else None


def read_amount(word: str) -> Decimal | None:
    """An amount as people write it; None if it is not one.

    >>> [str(read_amount(word)) for word in ("12.5", "1,000.25", "1.5k", "1e3")]
    ['12.5', '1000.25', '1500.0', 'None']
    """
    found = _COUNT.fullmatch(word)
    if not found or len(word) > len("1,000,000,000,000,000"):
        return None
    return Decimal(re.sub("[_,]", "", found["number"])) * _SCALES[found["scale"].lower()]


def split_models_and_counts(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """The models, each once, and the input and output counts. Raises BadParameter."""
    counts: list[int] = []
    names = list(words)
    while names and len(counts) < _MAX_COUNTS and (count := read_count(names[-1])) is not None:
        counts.insert(0, count)
        names.pop()
    # The last two names may be counts that are mistyped; the first word is always a model.
    for word in names[-_MAX_COUNTS:] if len(names) > 1 else ():
        digits = _LIKE_A_COUNT.fullmatch(word) or _DIGITS.fullmatch(word)
        if digits and read_count(word) is None:
            raise _malformed(word, names, counts)
    if names and not counts and any(map(_DIGITS.fullmatch, names)):
        raise _malformed(names[-1], names, counts)
    if not names or not counts:
        raise typer.BadParameter(
            "write a model and its tokens, such as: pricectl quote gpt-4o 1000 500",
            param_hint=_MODELS_AND_COUNTS,
        )
    understood = f"models {', '.join(names)}; input {counts[0]:,} tokens"
    understood += f", output {counts[1]:,}" if len(counts) > 1 else ""
    check_names(names, understood)
    return list(dict.fromkeys(name.strip() for name in names)), counts


def _malformed(word: str, names: Sequence[str], counts: Sequence[int]) -> typer.BadParameter:
    numbers = [name for name in names if _DIGITS.fullmatch(name.strip())]
    models = ", ".join(name for name in names if name not in numbers and name != word)
    read = ", ".join([*(name for name in numbers if name != word), *(f"{n:,}" for n in counts)])
    return typer.BadParameter(
        f"{word!r} is not a token count such as 1000, 1,000 or 1k "
        f"(understood: models {models or 'none'}; counts {read or 'none'})",
        param_hint=_MODELS_AND_COUNTS,
    )


def check_names(names: Sequence[str], understood: str) -> None:
    """Check that these can be model names; the message says how everything was understood.

    Raises:
        BadParameter: a name is blank or a number.
    """
    for name in names:
        if not name.strip():
            raise typer.BadParameter("a model's name is blank", param_hint=_MODELS_AND_COUNTS)
        if _DIGITS.fullmatch(name.strip()):
            raise typer.BadParameter(
                f"{name!r} is a number among the models (understood: {understood}); "
                "write the counts last, thousands as 1000, 1,000 or 1k",
                param_hint=_MODELS_AND_COUNTS,
            )


def read_usage(
    counts: Sequence[int],
    details: Mapping[str, str | None],
    units: Sequence[str],
    flags: Mapping[str, str] = MappingProxyType({}),
) -> Usage:
    """The usage of one call.

    Args:
        counts: input and output tokens.
        details: what other arguments of `Usage` were given, by name; None was not given.
        units: further ones, each as "NAME=COUNT".
        flags: the options of the details by their names, for the messages.

    Raises:
        BadParameter: a count is malformed.
        BadUsage: the counts contradict each other.
    """
    given = {name: word for name, word in details.items() if word is not None}
    for unit in units:
        name, _, word = unit.partition("=")
        if name in {"input_tokens", "output_tokens"}:
            raise typer.BadParameter(f"{name} come after the model", param_hint="--unit")
        given[name] = word
    amounts: dict[str, Any] = {}
    for name, word in given.items():
        # Whole counts, but any amount of what is divisible, such as seconds.
        divisible = name in UNITS and UNITS[name].divisible
        amounts[name] = read_amount(word) if divisible else read_count(word)
        if amounts[name] is None:
            kind = "an amount such as 12.5" if divisible else "a count such as 1000"
            flag = flags.get(name, f"--unit {name}")
            raise typer.BadParameter(f"{word!r} is not {kind}, 1,000 or 1k", param_hint=flag)
    return Usage(*counts, **amounts)
