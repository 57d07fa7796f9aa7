"""The known names that differ least from an unknown one: "did you mean" for every kind of name.

A name is compared letter by letter, and word by word in any order, and the smaller difference
counts. So a slip of the finger finds its name, and so does a family such as "sonnet".
"""

import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Sequence
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from pricectl.core.labels import did_you_mean

# Differences are counted in points; one wrong letter is LETTER.
LETTER, DIGIT, LOOKALIKE = 10, 20, 6
# A word that was typed and is not in the name; one of the name that was not typed; the beginning
# of a word; words in another order; a name that is not sold any more.
EXTRA_WORD, MISSING_WORD, MISSING_VERSION, BEGINNING, ORDER, DEMOTED = 25, 9, 6, 4, 3, 14
# A further name is shown if it differs by at most so much more than the best one.
MARGIN = 20
# Bounds: longer names are cut; so many names are compared exactly, and so many letters of each
# behind what both have in common.
MAX_CHARACTERS, MAX_COMPARED, COMPARED_CHARACTERS, MAX_WORDS = 256, 96, 64, 24
# Where none is near, a message lists all names of a short list, and the first ones of a long one.
MAX_LISTED, LISTED_OF_MORE = 20, 8

# A version stands apart from its family in "gpt4o" and "sonnet5", a size such as 70b is one word.
_WORD = re.compile(r"[^\W\d_]+|\d+[^\W\d_]{0,2}(?![^\W\d_])|\d+")
_LOOKALIKES = frozenset({frozenset("0o"), frozenset("1l"), frozenset("1i"), frozenset("il")})
_DATE_DIGITS = 4
_SHORTEST_BEGINNING = 3


class _Spelling(NamedTuple):
    """A name as it is compared: without case and separators, and its words."""

    letters: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> "_Spelling":
        words = _WORD.findall(_folded(name))
        return cls("".join(words), tuple(words[:MAX_WORDS]))

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers of a name, without dates."""
        return tuple(int(word) for word in self.words if _is_version(word))


def near(
    wanted: str,
    known: Iterable[str],
    limit: int = 1,
    *,
    demoted: Container[str] = (),
    slips_percent: int | None = None,
) -> tuple[str, ...]:
    """The known names that differ least from a wanted one, the nearest first; () if none is near.

    Of names that differ alike, one that begins alike comes first, then the highest version.
    `demoted` names come behind others that differ as much. With `slips_percent` only slips of the
    finger are found, in at most so many of a hundred letters, as where a suggestion is as good as a
    verdict. Takes a bounded time, however many and long the names are.

    >>> near("gpt-4o-ultra", ["gpt-4-ultra-fast", "gpt-4o", "gpt-4o-mini"])
    ('gpt-4o',)
    >>> near("sonnet", ["claude-sonnet-4-5", "claude-sonnet-5", "claude-opus-5"], 2)
    ('claude-sonnet-5', 'claude-sonnet-4-5')
    >>> near("foo", ["search", "page"])
    ()
    """
    spelling = _Spelling.of(wanted)
    if not spelling.letters:
        return ()
    found = []
    for name in _alike(spelling.letters, tuple(dict.fromkeys(known))):
        other = _Spelling.of(name)
        points = _difference(spelling, other, slips_percent)
        if points is not None:
            # Of two versions that begin alike the longer one is the newer one: 5.5 comes after 5.
            newest = (*(-number for number in other.version), 1)
            penalty = DEMOTED if name in demoted else 0
            alike = _common_start(spelling.letters, other.letters)
            found.append((points + penalty, -alike, newest, len(name), name))
    found.sort()
    return tuple(name for points, *_, name in found[:limit] if points <= found[0][0] + MARGIN)


def meant(wanted: str, known: Collection[str], otherwise: str = "", limit: int = 1) -> str:
    """What a message says after an unknown word: the near one, else which words there are.

    Args:
        wanted: the unknown word.
        known: all known words.
        otherwise: said instead of the list of known words.
        limit: at most so many near words.

    >>> meant("serach", ["search", "page"]), meant("foo", ["search", "page"])
    ('did you mean search?', 'one of search, page')
    """
    found = did_you_mean(*near(wanted, known, limit))
    if found or otherwise:
        return found or otherwise
    if len(known) <= MAX_LISTED:
        return f"one of {', '.join(known)}"
    shown = ", ".join(tuple(known)[:LISTED_OF_MORE])
    return f"one of {shown} and {len(known) - LISTED_OF_MORE} more"


def _alike(letters: str, names: Sequence[str]) -> Sequence[str]:
    """The names that share most pairs of letters, MAX_COMPARED at most.

    Counting pairs takes microseconds a name; comparing two long names exactly takes milliseconds.
    Half of them are alike as a whole, half have all of the shorter name inside the longer one.
    """
    if len(names) <= MAX_COMPARED:
        return names
    pairs = _pairs(letters)
    as_a_whole, inside = [], []
    for name in names:
        theirs = _pairs("".join(_WORD.findall(_folded(name))))
        shared = len(pairs & theirs)
        if shared:
            as_a_whole.append((-shared / (len(pairs) + len(theirs)), len(name), name))
            inside.append((-shared / min(len(pairs), len(theirs)), len(name), name))
    half = MAX_COMPARED // 2
    best = (*nsmallest(half, as_a_whole), *nsmallest(half, inside))
    return tuple(dict.fromkeys(name for *_, name in best))


def _folded(name: str) -> str:
    """A name in lower case, without the variants of letters that look the same."""
    cut = name[:MAX_CHARACTERS]
    if cut.isascii():
        return cut.lower()
    # One letter of Unicode may stand for as many as eighteen.
    return unicodedata.normalize("NFKC", cut).lower()[:MAX_CHARACTERS]


def _pairs(letters: str) -> set[tuple[str, str]]:
    """The neighbours in a name; the first letter is one of them, so that a short name has some."""
    return set(pairwise(f" {letters}"))


def _difference(
    wanted: _Spelling, known: _Spelling, slips_percent: int | None = None
) -> int | None:
    """How much two names differ, in points; None where they are not near."""
    if slips_percent is not None:
        most = LETTER * len(wanted.letters) * slips_percent // 100
        return _typing_slips(wanted.letters, known.letters, most)
    # Two in five letters may be wrong, and one of a short name.
    most = max(DIGIT, LETTER * 2 * len(wanted.letters) // 5)
    by_letters = _typing_slips(wanted.letters, known.letters, most)
    by_words = _word_difference(wanted, known)
    found = [points for points in (by_letters, by_words) if points is not None]
    return min(found, default=None)


def _typing_slips(wanted: str, known: str, most: int) -> int | None:
    """The points of the letters to change, add, drop or swap; None above `most`."""
    start = _common_start(wanted, known)
    first, second = wanted[start:], known[start:]
    while first and second and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    if abs(len(first) - len(second)) * LETTER > most:
        return None
    first, second = first[:COMPARED_CHARACTERS], second[:COMPARED_CHARACTERS]
    # The optimal alignment of both: one row of the table of all beginnings at a time.
    before: list[int] = []
    row = [0]
    for letter in second:
        row.append(row[-1] + _weight(letter))
    for index, letter in enumerate(first):
        weight = _weight(letter)
        two_before, before, row = before, row, [row[0] + weight]
        for place, other in enumerate(second):
            points = min(
                before[place + 1] + weight,
                row[place] + _weight(other),
                before[place] + _replacing(letter, other),
            )
            swapped = index and place and letter == second[place - 1] and other == first[index - 1]
            if swapped:
                points = min(points, two_before[place - 1] + LETTER)
            row.append(points)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _common_start(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _weight(letter: str) -> int:
    return DIGIT if letter.isdigit() else LETTER


def _replacing(letter: str, other: str) -> int:
    if letter == other:
        return 0
    if frozenset((letter, other)) in _LOOKALIKES:
        return LOOKALIKE
    return max(_weight(letter), _weight(other))


def _is_version(word: str) -> bool:
    """Whether a word is a number of a version and not part of a date."""
    return word.isdecimal() and len(word) < _DATE_DIGITS and not word.startswith("0")


def _word_difference(wanted: _Spelling, known: _Spelling) -> int | None:
    """The points of words to change, add or drop; None where less than half of the name fits."""
    extra = list(wanted.words)
    missing = list(known.words)
    for word in wanted.words:
        if word in missing:
            extra.remove(word)
            missing.remove(word)
    points = 0
    for word in tuple(extra):
        slips = [(_word_slips(word, other), other) for other in missing]
        best = min(((slip, other) for slip, other in slips if slip is not None), default=None)
        if best:
            points += best[0]
            extra.remove(word)
            missing.remove(best[1])
    unmatched = sum(map(len, extra))
    contained = not missing and len(known.letters) >= _SHORTEST_BEGINNING
    if unmatched * 2 > len(wanted.letters) and not contained:
        return None
    if len(extra) == len(wanted.words):
        return None
    # Without a version any one is meant, the newest first: "sonnet" is each claude-sonnet.
    version = MISSING_VERSION if wanted.version else 0
    points += EXTRA_WORD * len(extra)
    points += sum(version if _is_version(word) else MISSING_WORD for word in missing)
    in_order = [word for word in wanted.words if word in known.words] == [
        word for word in known.words if word in wanted.words
    ]
    return points if in_order else points + ORDER


def _word_slips(word: str, other: str) -> int | None:
    """The points of one word for another: a version, a beginning, a slip in a longer word."""
    if word.isdecimal() and other.isdecimal():
        return DIGIT
    if len(word) < _SHORTEST_BEGINNING or len(other) < _SHORTEST_BEGINNING:
        return None
    if other.startswith(word):
        return BEGINNING
    return _typing_slips(word, other, LETTER * max(1, len(word) // 3))
