"""Reads a name by the table of forms: who sells, whose model, the region, and what is left."""

import re

from pricectl.core.naming.parts import FINE_TUNED, NamePart, NameReading
from pricectl.core.naming.sellers import (
    BY_SLUG,
    BY_WORD,
    GATEWAY,
    LOCAL,
    PASSING_ON,
    SELLER_OF,
    is_reseller,
    seller_of,
)
from pricectl.core.naming.words import (
    FIREWORKS_POINT,
    GEOGRAPHIES,
    LOCAL_TAG,
    REGION,
    VERTEX_MARK,
    WORLDWIDE,
    PartKind,
)

# With the names that callers import from here.
__all__ = ["is_reseller", "read_name", "seller_of"]

# Names that are written otherwise than as a path; a platform may stand before them.
_NO_PATH = re.compile(r"(?:\A|/)(ft:|arn:)")
# Parts of a path that say nothing about the price.
_PATHS = frozenset(
    ["models", "routers", "endpoints", "chat", "@cf", "invoke", "converse", "converse_like"]
)
# Bedrock's makers whose own name is a part of their models' names elsewhere.
_NAMED_BY_MAKER = frozenset({"deepseek"})
# No name has more words before its model; further ones stay in the base, which finds nothing.
_MAX_PATH = 16


def read_name(name: str, sections: frozenset[str] = frozenset()) -> NameReading:
    """Read a name by the table of forms; unknown words stay in the base, and find nothing.

    `sections` are a catalog's own words for sellers, which count as known.

    >>> reading = read_name("azure/eu/gpt-5.1")
    >>> reading.seller, reading.region, reading.base
    ('azure', 'eu', 'gpt-5.1')
    """
    text = name.lower()
    reading = NameReading(text)
    if found := _NO_PATH.search(text):
        reading = _no_path(text, found.start(1), sections)
        if not reading.seller or reading.base.startswith(FINE_TUNED):
            return reading
    elif text.startswith("~"):
        router = NamePart("~", "platform", "OpenRouter's router to the latest model")
        reading = NameReading(text[1:], GATEWAY, before=(router,))
    if "/" in reading.base:
        reading = _path(reading, sections)
    if "." in reading.base and reading.seller in {"", "bedrock"}:
        reading = _dotted(reading)
    if reading.seller == "" and LOCAL_TAG.search(reading.base):
        local = NamePart("", "platform", "the tag is a local server's")
        reading = reading._replace(seller=LOCAL, before=(*reading.before, local))
    elif reading.seller == "" and FIREWORKS_POINT.search(reading.base):
        point = NamePart("", "platform", "Fireworks, which writes p for a point")
        reading = reading._replace(seller="fireworks", before=(*reading.before, point))
    elif reading.seller == "" and VERTEX_MARK.search(reading.base):
        mark = NamePart("", "platform", "Vertex AI, which writes -maas and @")
        reading = reading._replace(seller="vertex", before=(*reading.before, mark))
    return reading


def _no_path(text: str, start: int, sections: frozenset[str]) -> NameReading:
    """A fine-tuned model or an ARN, and the platforms before it: openai/ft:..., bedrock/arn:..."""
    rest = text[start:]
    inner = _fine_tuned(rest) if rest.startswith(FINE_TUNED) else _arn(rest)
    outer = _path(NameReading(text[:start]), sections)
    if outer.base or inner.base == rest:  # what no form knows finds nothing
        return NameReading(text)
    return inner._replace(
        seller=inner.seller or outer.seller,
        maker=outer.maker,
        region=inner.region or outer.region,
        before=(*outer.before, *inner.before),
    )


def _fine_tuned(text: str) -> NameReading:
    """ft:BASE:organisation:suffix:id."""
    _, base, *rest = text.split(":", 2)
    ours = tuple(NamePart(f":{part}", "path", "organisation, suffix and id") for part in rest)
    return NameReading(FINE_TUNED + base, before=ours)


def _arn(text: str) -> NameReading:
    """arn:aws:bedrock:REGION:ACCOUNT:KIND/NAME; other resources have an id that names no model."""
    start, slash, resource = text.partition("/")
    words = start.split(":")
    if len(words) != 6 or words[2] != "bedrock" or not slash:  # noqa: PLR2004 - as an ARN has them
        return NameReading(text)
    if words[5] not in {"inference-profile", "foundation-model"}:
        return NameReading(text)
    arn = NamePart(f"{start}/", "platform", f"Amazon Bedrock, an ARN of {words[3]}")
    return NameReading(resource, "bedrock", region=words[3], before=(arn,))


def _path(reading: NameReading, sections: frozenset[str]) -> NameReading:
    """The words before the last slash, as far as the forms know them."""
    *words, last = reading.base.split("/")
    for _ in range(_MAX_PATH):
        if not words:
            break
        word = words[0]
        following = words[1] if len(words) > 1 else ""
        step = (
            _structure(reading, word, following)
            or _zone(reading, word)
            or _platform(reading, word, sections)
        )
        if step is None:  # what no form knows stays in the base, and finds nothing
            break
        part = step.before[-1]
        reading = step
        del words[: part.text.count("/")]
    return NameReading("/".join((*words, last)), *reading[1:])


def _told(  # noqa: PLR0913 - what a word may say, all but three by keyword
    reading: NameReading,
    kind: PartKind,
    meaning: str,
    text: str,
    *,
    seller: str | None = None,
    maker: str | None = None,
    region: str | None = None,
) -> NameReading:
    """The reading with what one more part of a path says."""
    part = NamePart(text, kind, meaning)
    return NameReading(
        reading.base,
        reading.seller if seller is None else seller,
        reading.maker if maker is None else maker,
        reading.region if region is None else region,
        (*reading.before, part),
    )


def _structure(reading: NameReading, word: str, following: str) -> NameReading | None:
    """A word that stands for the next one, or for nothing."""
    if word == "models" and not reading.seller:
        return _told(reading, "platform", "the Gemini API", f"{word}/", seller="google")
    if not word or word in _PATHS:
        return _told(reading, "path", "no part of the price", f"{word}/")
    if not following:
        return None
    if word == "projects":
        return _told(
            reading, "platform", "Vertex AI, a project", f"{word}/{following}/", seller="vertex"
        )
    if word == "locations":
        return _told(reading, "region", "the region", f"{word}/{following}/", region=following)
    if word == "publishers":
        seller = reading.seller or "vertex"
        if following not in SELLER_OF:
            return None
        maker = seller_of(following)
        return _told(
            reading,
            "maker",
            "the maker, on Vertex AI",
            f"{word}/{following}/",
            seller=seller,
            maker=maker,
        )
    if (word, following) == ("accounts", "fireworks"):
        seller = reading.seller or "fireworks"
        return _told(reading, "platform", "Fireworks", f"{word}/{following}/", seller=seller)
    return None


def _zone(reading: NameReading, word: str) -> NameReading | None:
    """A region, a kind of deployment, a throughput: what clouds put before a model."""
    if reading.seller in {"azure", "bedrock"} and not reading.region and _is_region(word):
        return _told(reading, "region", "the region or kind of deployment", f"{word}/", region=word)
    if reading.seller != "bedrock":
        return None
    if word == "claude_platform":
        return _told(
            reading, "platform", "Anthropic's own API on AWS", f"{word}/", seller="anthropic"
        )
    if word.endswith("-commitment"):
        return _told(reading, "variant", "throughput bought in advance", f"{word}/")
    return None


def _platform(reading: NameReading, word: str, sections: frozenset[str]) -> NameReading | None:
    """A platform, or the maker of the model on it."""
    form, slug = BY_WORD.get(word), BY_SLUG.get(word)
    if form and (not reading.seller or (form.kind != "maker" and reading.seller in PASSING_ON)):
        return _told(reading, "platform", form.platform, f"{word}/", seller=SELLER_OF[word])
    if form and SELLER_OF[word] == reading.seller:
        # perplexity/perplexity/MODEL: a maker's gateway to everybody's models.
        seller = GATEWAY if form.kind == "maker" else reading.seller
        return _told(reading, "path", "the same platform again", f"{word}/", seller=seller)
    known = slug or form
    if known and not reading.maker:
        meaning = f"{known.platform}'s model"
        seller = reading.seller or GATEWAY
        return _told(reading, "maker", meaning, f"{word}/", seller=seller, maker=known.seller)
    if word in sections and not reading.seller:
        return _told(reading, "platform", "a section of the catalog", f"{word}/", seller=word)
    return None


def _is_region(word: str) -> bool:
    return word in GEOGRAPHIES or word in WORLDWIDE or bool(REGION.fullmatch(word))


def _dotted(reading: NameReading) -> NameReading:
    """Bedrock's GEOGRAPHY.MAKER.MODEL or MAKER.MODEL."""
    first, _, rest = reading.base.partition(".")
    region, parts = reading.region, list(reading.before)
    if first in GEOGRAPHIES and "." in rest:
        # A profile's geography is what is charged, not the region that the ARN was made in.
        region = first
        parts.append(NamePart(f"{first}.", "region", "the geography of a Bedrock profile"))
        first, _, rest = rest.partition(".")
    form = BY_WORD.get(first) or BY_SLUG.get(first)
    if form is None or form.kind != "maker" or not rest:
        return reading
    parts.append(NamePart(f"{first}.", "maker", f"{form.platform}'s model on Amazon Bedrock"))
    base = rest
    if form.seller in _NAMED_BY_MAKER and not rest.startswith(form.seller):
        base = f"{form.seller}-{rest}"
    return NameReading(base, "bedrock", form.seller, region, tuple(parts))
