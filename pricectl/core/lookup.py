"""A model name to the row that answers for it, and how it was found.

Layers: exact, alias, case, partial, default. `partial` is bounded: the catalog's name must stand at
token boundaries and what remains may only be neutral (a date, a region, a provider ...), because
any other guess bills wrongly. The answer depends on the set of names only, never on their order.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import UnknownModel
from pricectl.core.model import How, Match, Model, Periods

LAYERS: tuple[How, ...] = ("exact", "alias", "case", "partial", "default")
MEMO_SIZE = 4096

# Words that may stand before a model's name without changing what it costs.
_VENDOR_WORDS = """
    ai ai21 aihubmix amazon anthropic azure bedrock cerebras chat cohere converse databricks
    deepinfra deepseek fireworks gemini google groq litellm meta mistral mistralai moonshot
    moonshotai nebius novita openai openrouter perplexity qwen replicate router sambanova together
    vertex xai zai accounts models publishers arn aws foundation model inference profile
"""
_REGION_WORDS = "ap apac au ca eu global jp latam me sa uk us"
_NEUTRAL_WORDS = frozenset((_VENDOR_WORDS + _REGION_WORDS).split())
# A cloud's region, a seller's name with a dash in it, the account in a resource name.
_NEUTRAL_PREFIX = re.compile(
    r"[a-z]{2}-(?:central|north|south|east|west)[a-z]*-?\d|\b[xz]-ai\b|\b\d{12}\b", re.ASCII
)
_SEPARATORS = "-_/.:@"
_BOUNDARY = re.compile(rf"[{_SEPARATORS}]")

# What may stand after the name: a day, a month, latest, preview, a revision. Never a bare number.
_NEUTRAL_END = re.compile(
    r"""(?:
        [-_@:.] (?: latest | preview
          | 20\d\d-[01]\d-[0-3]\d | 20\d\d[01]\d[0-3]\d   # 2025-10-01, 20251001
          | [01]\d-20\d\d | [01]\d-[0-3]\d                # 10-2025, 05-20
          | 00\d                                          # -001
          | v\d:\d                                        # Bedrock's -v1:0
          | default
        ) )*""",
    re.VERBOSE,
)


class Step(NamedTuple):
    """One lookup layer that was tried, and why it did or did not answer."""

    layer: How
    matched: bool
    why: str


def find(catalog: Catalog, name: object) -> Match:
    """The row that answers for a name; never fails, the default price answers last.

    Blanks around the name are stripped, as a line break that a caller read with it.

    >>> catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    >>> find(catalog, "azure/gpt-4o-2024-08-06")[1:]
    ('partial', 'azure/gpt-4o-2024-08-06', 'gpt-4o', ('azure/', '-2024-08-06'))
    >>> find(catalog, "gpt-4o-mini").how
    'default'
    """
    known = catalog.matches.get(name) if type(name) is str else None
    return known or _find(catalog, name)


def require(catalog: Catalog, name: object) -> Match:
    """Like `find`, but a name that only the default price would answer raises UnknownModel."""
    match = find(catalog, name)
    if match.how == "default":
        names = near_names(catalog, match.asked)
        raise UnknownModel(
            f"no model is called {match.asked!r}",
            next_step=f"did you mean {', '.join(names)}?" if names else "see 'pricectl models'",
        )
    return match


def trace(catalog: Catalog, name: object) -> tuple[Step, ...]:
    """Each layer tried for a name, in order, up to the one that answered."""
    steps = tuple(
        Step(layer, answer is not None, why)
        for layer, answer, why in _layers(catalog, _clean(name))
    )
    answered = next(number for number, step in enumerate(steps, start=1) if step.matched)
    return steps[:answered]


def near_names(catalog: Catalog, name: str, limit: int = 3) -> tuple[str, ...]:
    """Names that a person may have meant, a seller's own before a slash if it has such rows."""
    from difflib import get_close_matches

    folded = name.lower()[:MAX_NAME]
    seller, slash, model = folded.rpartition("/")
    sold = any(known.startswith(seller + slash) for known in catalog.folded)
    near = get_close_matches(
        folded if sold else model, list(catalog.folded), n=limit * 2, cutoff=0.6
    )
    names = [catalog.folded[found][0].name for found in near]
    return tuple(dict.fromkeys(names))[:limit]


def _find(catalog: Catalog, name: object) -> Match:
    asked = _clean(name)
    match = next(answer for _, answer, _ in _layers(catalog, asked) if answer)
    if len(catalog.matches) >= MEMO_SIZE:
        catalog.matches.clear()
    if type(name) is str and len(name) <= MAX_NAME:
        catalog.matches[name] = match
    return match


def _clean(name: object) -> str:
    """A name without the blanks around it; empty if it cannot be one."""
    plain = str.strip(name) if isinstance(name, str) else ""
    return plain if len(plain) <= MAX_NAME else ""


_LayerResult = tuple[How, Match | None, str]


def _layers(catalog: Catalog, asked: str) -> Iterator[_LayerResult]:
    yield _exact(catalog, asked)
    yield _one_of("alias", asked, catalog.aliases.get(asked, ()), "no row lists it as an alias")
    folded = catalog.folded.get(asked.lower(), ())
    yield _one_of("case", asked, folded, "no name differs in upper and lower case only")
    yield _partial(catalog, asked)
    default = Match(catalog.default, "default", asked, "")
    yield "default", default, "nothing matched: the default price, which is a guess"


def _exact(catalog: Catalog, asked: str) -> _LayerResult:
    model = catalog.by_full_name.get(asked)
    if model:
        return "exact", Match(model, "exact", asked, asked), f"the row {asked}"
    return _one_of("exact", asked, catalog.names.get(asked, ()), "no row has this name")


def _one_of(layer: How, asked: str, models: tuple[Model, ...], otherwise: str) -> _LayerResult:
    if not models:
        return layer, None, otherwise
    model = _agreed(models)
    if model is None:
        rows = ", ".join(sorted(model.full_name for model in models))
        return layer, None, f"rows with different prices: {rows}"
    name = model.name if layer != "alias" else asked
    return layer, Match(model, layer, asked, name), f"the row {model.full_name}"


def _agreed(models: tuple[Model, ...]) -> Model | None:
    """The first by name if all charge the same, else None: with two prices neither may answer."""
    first = min(models, key=lambda model: model.full_name)
    alike = all(_charge_alike(first, other) for other in models)
    return first if alike else None


def _charge_alike(one: Model, other: Model) -> bool:
    if one is other:
        return True
    return (
        one.prices.same_prices(other.prices)
        and _alike_periods(one.previous, other.previous)
        and _alike_periods(one.upcoming, other.upcoming)
    )


def _alike_periods(one: Periods, other: Periods) -> bool:
    return len(one) == len(other) and all(
        mine[0] == theirs[0] and mine[1].same_prices(theirs[1])
        for mine, theirs in zip(one, other, strict=True)
    )


def _partial(catalog: Catalog, asked: str) -> _LayerResult:
    folded = asked.lower()
    longest: tuple[int, int] | None = None
    models: tuple[Model, ...] = ()
    for start, end in _candidates(folded, catalog):
        found = catalog.folded.get(folded[start:end])
        size = end - start
        if found and longest and size == longest[1] - longest[0]:
            models += found
        elif found and (longest is None or size > longest[1] - longest[0]):
            longest, models = (start, end), found
    if longest is None:
        return "partial", None, "no catalog name stands in it with only neutral words around"
    start, end = longest
    model = _agreed(models)
    if model is None:
        return "partial", None, f"{folded[start:end]!r} fits rows with different prices"
    if _is_free(model) and folded[:start] not in {"", f"{model.provider.lower()}/"}:
        return "partial", None, f"{model.full_name} is free, which another seller's need not be"
    ignored = tuple(part for part in (asked[:start], asked[end:]) if part)
    match = Match(model, "partial", asked, asked[start:end], ignored)
    return "partial", match, f"the row {model.full_name}, setting aside {' and '.join(ignored)}"


def _is_free(model: Model) -> bool:
    return not any(pico for pico, _ in model.prices.rates.values())


def _candidates(name: str, catalog: Catalog) -> Iterator[tuple[int, int]]:
    boundaries = [found.start() for found in _BOUNDARY.finditer(name)]
    starts = [0, *(at + 1 for at in boundaries if _neutral_start(name[:at], catalog))]
    ends = [*(at for at in boundaries if _NEUTRAL_END.fullmatch(name, at)), len(name)]
    for start in starts:
        for end in ends:
            if start < end:
                yield start, end


def _neutral_start(prefix: str, catalog: Catalog) -> bool:
    if prefix in catalog.providers:
        return True
    rest = _NEUTRAL_PREFIX.sub("us", prefix)
    words = [word for word in _BOUNDARY.split(rest) if word]
    return all(word in _NEUTRAL_WORDS or word in catalog.providers for word in words)
