"""Finds the row for a model name, and says how it was found.

Layers: exact, alias, case, partial, default. `partial` is bounded: the catalog's name must stand at
token boundaries and what remains may only be neutral (a date, a region, a provider ...), because
any other guess bills wrongly. The answer depends on the set of names only, never on their order.
"""

import re
from collections.abc import Collection, Iterator
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import UnknownModel
from pricectl.core.labels import did_you_mean
from pricectl.core.model import How, Match, Model

MEMO_SIZE = 4096
# Bounds of the search for similar names, whose time grows with the square of their length: so many
# names are compared exactly, and of each so many characters. Real names are shorter.
MAX_COMPARED, COMPARED_CHARACTERS = 32, 64

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
_BOUNDARY = re.compile(r"[-_/.:@]")

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


# "different-prices": rows have the name, but do not charge the same, so none of them may answer.
Reason = Literal["", "different-prices"]


class LayerTried(NamedTuple):
    """One lookup layer that was tried, and why it did or did not answer."""

    layer: How
    matched: bool
    why: str
    reason: Reason = ""


def find(catalog: Catalog, name: object) -> Match:
    """The row for a name. Never fails: falls back to the default price.

    Surrounding blanks are stripped.

    >>> catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    >>> find(catalog, "azure/gpt-4o-2024-08-06")[1:]
    ('partial', 'azure/gpt-4o-2024-08-06', 'gpt-4o', ('azure/', '-2024-08-06'))
    >>> find(catalog, "gpt-4o-mini").how
    'default'
    """
    known = catalog.matches.get(name) if type(name) is str else None
    return known or search(catalog, name)[0]


def require(catalog: Catalog, name: object) -> Match:
    """Like `find`, but raises UnknownModel where only the default price applies."""
    match = find(catalog, name)
    if match.is_guess:
        names = near_names(catalog, match.asked)
        raise UnknownModel(
            f"no model is called {match.asked!r}",
            next_step=did_you_mean(*names) or "see 'pricectl models'",
        )
    return match


def search(catalog: Catalog, name: object) -> tuple[Match, tuple[LayerTried, ...]]:
    """The row that `find` returns, and each layer tried, in order, up to the one that answered."""
    stripped = str.strip(name) if isinstance(name, str) else ""
    requested_name = stripped if len(stripped) <= MAX_NAME else ""
    tried: list[LayerTried] = []
    for layer, answer, why, *reason in _layers(catalog, requested_name):
        tried.append(LayerTried(layer, answer is not None, why, *reason))
        if answer:
            match = answer
            break
    else:
        match = Match(catalog.default, "default", requested_name, "")
        why = "nothing matched: the default price, which is a guess"
        tried.append(LayerTried("default", matched=True, why=why))
    # Names come from requests: bounded in number and length, so that they cannot fill the memory.
    if len(catalog.matches) >= MEMO_SIZE:
        catalog.matches.clear()
    if type(name) is str and len(name) <= MAX_NAME:
        catalog.matches[name] = match
    return match, tuple(tried)


def trace(catalog: Catalog, name: object) -> tuple[LayerTried, ...]:
    """Each layer tried for a name, in order, up to the one that answered."""
    return search(catalog, name)[1]


def near_names(catalog: Catalog, name: str, limit: int = 3) -> tuple[str, ...]:
    """Similar known names; if the seller before a slash has rows, its own names."""
    from difflib import get_close_matches

    folded = name.lower()[:MAX_NAME]
    seller, slash, model = folded.rpartition("/")
    sold = any(known.startswith(seller + slash) for known in catalog.folded)
    wanted = (folded if sold else model)[:COMPARED_CHARACTERS]
    compared = {known[:COMPARED_CHARACTERS]: known for known in _alike(wanted, catalog.folded)}
    # 0.6 is difflib's own cutoff. Twice the limit, since several spellings may be of one row.
    near = get_close_matches(wanted, compared, n=limit * 2, cutoff=0.6)
    names = [catalog.folded[compared[found]][0].name for found in near]
    return tuple(dict.fromkeys(names))[:limit]


def _alike(wanted: str, names: Collection[str]) -> Collection[str]:
    """The names that share most pairs of characters with `wanted`, MAX_COMPARED at most.

    Counting pairs takes microseconds a name; comparing two long names exactly takes milliseconds.
    """
    if len(names) <= MAX_COMPARED:
        return names
    from heapq import nlargest

    pairs = set(pairwise(wanted))

    def likeness(known: str) -> tuple[float, str]:
        compared = known[:COMPARED_CHARACTERS]
        shared = len(pairs.intersection(pairwise(compared)))
        return shared / (len(wanted) + len(compared)), known

    return nlargest(MAX_COMPARED, names, key=likeness)


_LayerResult = tuple[How, Match | None, str] | tuple[How, None, str, Reason]


def _layers(catalog: Catalog, name: str) -> Iterator[_LayerResult]:
    model = catalog.by_full_name.get(name)
    if model:
        yield "exact", Match(model, "exact", name, name), f"the row {name}"
    else:
        yield _one_of("exact", name, catalog.names.get(name, ()), "no row has this name")
    yield _one_of("alias", name, catalog.aliases.get(name, ()), "no row lists it as an alias")
    folded = catalog.folded.get(name.lower(), ())
    yield _one_of("case", name, folded, "no name differs in upper and lower case only")
    yield _partial(catalog, name)


def _one_of(layer: How, name: str, models: tuple[Model, ...], otherwise: str) -> _LayerResult:
    if not models:
        return layer, None, otherwise
    model = _common_row(models)
    if model is None:
        rows = ", ".join(sorted(model.full_name for model in models))
        return layer, None, f"rows with different prices: {rows}", "different-prices"
    matched_name = model.name if layer != "alias" else name
    return layer, Match(model, layer, name, matched_name), f"the row {model.full_name}"


def _common_row(models: tuple[Model, ...]) -> Model | None:
    """The first row by name if all charge the same, else None: with two prices neither applies."""
    first = min(models, key=lambda model: model.full_name)
    return first if all(first.charges_like(other) for other in models) else None


def _partial(catalog: Catalog, name: str) -> _LayerResult:
    folded = name.lower()
    boundaries = [found.start() for found in _BOUNDARY.finditer(folded)]
    starts = [0, *(mark + 1 for mark in boundaries if _is_neutral(folded[:mark], catalog))]
    ends = [*(mark for mark in boundaries if _NEUTRAL_END.fullmatch(folded, mark)), len(folded)]
    fits = [
        (start, end, rows)
        for start in starts
        for end in ends
        if (rows := catalog.folded.get(folded[start:end]))
    ]
    if not fits:
        return "partial", None, "no catalog name is contained in it with only neutral words around"
    # The longest name says most about the model; of equally long ones all must charge the same.
    start, end, _ = max(fits, key=lambda fit: fit[1] - fit[0])
    longest = (rows for first, last, rows in fits if last - first == end - start)
    model = _common_row(tuple(chain.from_iterable(longest)))
    if model is None:
        why = f"{folded[start:end]!r} fits rows with different prices"
        return "partial", None, why, "different-prices"
    if model.prices.is_all_zero and folded[:start] not in {"", f"{model.provider.lower()}/"}:
        return (
            "partial",
            None,
            f"{model.full_name} is free; a free row never answers for another seller's name",
        )
    ignored = tuple(part for part in (name[:start], name[end:]) if part)
    match = Match(model, "partial", name, name[start:end], ignored)
    return "partial", match, f"the row {model.full_name}, setting aside {' and '.join(ignored)}"


def _is_neutral(prefix: str, catalog: Catalog) -> bool:
    """Whether what stands before a name is a seller, a region or another word without a price."""
    if prefix in catalog.providers:
        return True
    words = _BOUNDARY.split(_NEUTRAL_PREFIX.sub("us", prefix))
    return all(not word or word in _NEUTRAL_WORDS or word in catalog.providers for word in words)
