"""What a name says, part by part, and the shorter names that it has without its endings.

Apart from `reading`, which takes off what stands before the model: an ending is only tried where no
row has the whole name.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.core.naming.words import CONTEXT, ENDINGS, REVISION, PartKind, model_key

FINE_TUNED = "ft:"
# No name has more endings than this; a longer one is cut short and finds nothing.
_MAX_ENDINGS = 6


class NamePart(NamedTuple):
    """One part of a name, as it was written, and what it was taken for."""

    text: str
    kind: PartKind
    meaning: str


class ShorterName(NamedTuple):
    """The model's name after some endings were taken off, the last one first."""

    base: str
    endings: tuple[NamePart, ...]

    @property
    def key(self) -> str:
        """The base in the spelling that the index has."""
        return model_key(self.base)


class NameReading(NamedTuple):
    """What a name says. Everything in lower case; "" is not said.

    `seller` is the canonical word of `forms`, "gateway" where only a gateway's or a hub's slug is
    there, "local" for a team's own server. `base` is what is left for the model.
    """

    base: str
    seller: str = ""
    maker: str = ""
    region: str = ""
    before: tuple[NamePart, ...] = ()

    def shorter_names(self) -> Iterator[ShorterName]:
        """The base, then the base without its last ending, and so on."""
        shorter = ShorterName(self.base, ())
        yield shorter
        for _ in range(_MAX_ENDINGS):
            ending = _ending_of(shorter.base, self.seller)
            if ending is None or len(ending.text) >= len(shorter.base):
                return
            base = shorter.base[: -len(ending.text)]
            shorter = ShorterName(base, (ending, *shorter.endings))
            yield shorter


def _ending_of(base: str, seller: str) -> NamePart | None:
    """The last ending of a base, if a form knows it."""
    if base.startswith(FINE_TUNED) and ":" not in base[len(FINE_TUNED) :]:
        if revision := REVISION.search(base):
            return NamePart(revision[0], "revision", "a revision")
        return None
    position = max(base.rfind("-"), base.rfind(":"), base.rfind("@"))
    word = base[position + 1 :]
    ending = ENDINGS.get(word) if position > 0 else None
    if ending and base[position] in ending.separators:
        if word == "fast" and seller == "fireworks":
            return NamePart(base[position:], "variant", "a faster router at a price of its own")
        # Only Bedrock counts revisions so; elsewhere v1 is a model's version.
        if word != "v1" or seller in {"bedrock", "amazon"}:
            return NamePart(base[position:], ending.kind, ending.meaning)
    if word in {"us", "eu"} and seller == "fireworks":
        return NamePart(base[position:], "region", "served from that region only")
    if base[-1:].isdigit():
        if revision := REVISION.search(base):
            return NamePart(revision[0], "revision", "a day, month or revision")
    elif context := CONTEXT.search(base):
        return NamePart(context[0], "context", "a context window, which the row's tiers charge")
    return None
