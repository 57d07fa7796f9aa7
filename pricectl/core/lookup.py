"""Finds the row for a model name, and says how it was found.

The layers of `lookup_layers` are asked in order. Where none answers, the reference catalog does,
else the default price.
"""

from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import UnknownModel
from pricectl.core.fallback import Fallback
from pricectl.core.labels import did_you_mean
from pricectl.core.lookup_layers import LayerResult, layer_results
from pricectl.core.model import How, Match
from pricectl.core.name_choice import Reason
from pricectl.core.naming.parts import NamePart
from pricectl.flags import LOCAL_MODEL, REFERENCE_PRICE

MEMO_SIZE = 4096


class LayerTried(NamedTuple):
    """One lookup layer that was tried, and why it did or did not answer."""

    layer: How
    matched: bool
    why: str
    reason: Reason = ""


def find(catalog: Catalog, name: object, fallback: Fallback | None = None) -> Match:
    """The row for a name. Never fails: falls back to the default price.

    Surrounding blanks are stripped. `fallback` answers for names that the catalog does not have.

    >>> catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    >>> find(catalog, "azure/gpt-4o-2024-08-06")[1:5]
    ('partial', 'azure/gpt-4o-2024-08-06', 'gpt-4o', ('azure/', '-2024-08-06'))
    >>> find(catalog, "gpt-4o-mini").how
    'default'
    """
    known = catalog.matches.get(name) if type(name) is str else None
    match = known or _remembered(catalog, name, _ask_layers(catalog, name)[0])
    return _instead(match, fallback) if fallback and match.is_guess else match


def require(catalog: Catalog, name: object, fallback: Fallback | None = None) -> Match:
    """Like `find`, but raises UnknownModel where only the default price applies."""
    match = find(catalog, name, fallback)
    if match.is_guess:
        names = near_names(catalog, match.asked)
        raise UnknownModel(
            f"no model is called {match.asked!r}",
            next_step=did_you_mean(*names) or "see 'pricectl models'",
        )
    return match


def search(
    catalog: Catalog, name: object, fallback: Fallback | None = None
) -> tuple[Match, tuple[LayerTried, ...]]:
    """The row that `find` returns, and each layer tried, in order, up to the one that answered."""
    match, results = _ask_layers(catalog, name)
    match = _remembered(catalog, name, match)
    tried = [
        LayerTried(result.layer, result.match is not None, result.why, result.reason)
        for result in results
    ]
    if not match.is_guess:
        return match, tuple(tried)
    answer = _instead(match, fallback) if fallback else match
    if not answer.is_guess:
        why = f"the row {answer.model.full_name} of the reference catalog"
        if LOCAL_MODEL in answer.flags:
            why = "a model on a local server: the setting local_price"
        return answer, (*tried, LayerTried(answer.how, matched=True, why=why))
    if fallback and fallback.reference:
        why = "the reference catalog does not know it either"
        tried.append(LayerTried("reference", matched=False, why=why))
    why = "nothing matched: the default price, which is a guess"
    return answer, (*tried, LayerTried("default", matched=True, why=why))


def _requested(name: object) -> str:
    """The name without surrounding blanks; "" for one that nobody can have meant."""
    stripped = str.strip(name) if isinstance(name, str) else ""
    return stripped if len(stripped) <= MAX_NAME else ""


def _ask_layers(catalog: Catalog, name: object) -> tuple[Match, list[LayerResult]]:
    """The match for a name, and what each layer said, up to the one that answered."""
    requested_name = _requested(name)
    results: list[LayerResult] = []
    for result in layer_results(catalog, requested_name):
        results.append(result)
        if result.match:
            return result.match, results
    # The last layer knows why no row answers.
    flags = (LOCAL_MODEL,) if results[-1].reason == "local" else ()
    return Match(catalog.default, "default", requested_name, "", flags=flags), results


def _instead(match: Match, fallback: Fallback) -> Match:
    """The answer of the fallback for a name that no row has; the same match if it has none."""
    if LOCAL_MODEL in match.flags:  # never another seller's price
        if fallback.local is None:
            return match
        return Match(fallback.local, "partial", match.asked, match.asked, flags=match.flags)
    if fallback.reference is None:
        return match
    found = find(fallback.reference, match.asked)
    if found.is_guess:
        return match
    return found._replace(
        how="reference",
        is_plain=False,
        flags=(REFERENCE_PRICE, *found.flags),
        reference_sha256=fallback.reference.sha256,
    )


def _remembered(catalog: Catalog, name: object, match: Match) -> Match:
    """Keep a match, so that the name is found by one access to a dictionary."""
    # Names come from requests: bounded in number and length, so that they cannot fill the memory.
    if len(catalog.matches) >= MEMO_SIZE:
        catalog.matches.clear()
    if type(name) is str and len(name) <= MAX_NAME:
        catalog.matches[name] = match
    return match


def trace(catalog: Catalog, name: object) -> tuple[LayerTried, ...]:
    """Each layer tried for a name, in order, up to the one that answered."""
    return search(catalog, name)[1]


def list_price(fallback: Fallback, name: str) -> Match | None:
    """The row of the reference that is off, for a name that only the default price answers."""
    match = find(fallback.list_prices, name) if fallback.list_prices else None
    return match if match and not match.is_guess else None


def name_parts(catalog: Catalog, match: Match) -> tuple[NamePart, ...]:
    """What each part of a name was taken for; one part where a row has the name as it is."""
    if match.is_own_row:
        return (NamePart(match.asked, "model", f"the row {match.model.full_name}"),)
    reading = catalog.name_index.read(match.asked)
    names = tuple(reading.shorter_names())
    shorter = next((it for it in names if it.base == match.name.lower()), names[-1])
    model = NamePart(shorter.base, "model", "the model")
    own = tuple(part for part in reading.before if part.text.startswith(":"))
    before = tuple(part for part in reading.before if part not in own)
    return (*before, model, *shorter.endings, *own)


def near_names(catalog: Catalog, name: str, limit: int = 3) -> tuple[str, ...]:
    """Similar known names; if the seller before a slash has rows, its own names.

    A family, such as "sonnet", has the rows of its newest versions. Retired rows come behind others
    that differ as much.
    """
    from pricectl.core.near import near

    folded = name.lower()[:MAX_NAME]
    seller, slash, model = folded.rpartition("/")
    sold = any(known.startswith(seller + slash) for known in catalog.folded)
    retired = {
        known
        for known, models in catalog.folded.items()
        if all(model.is_retired for model in models)
    }
    # Twice the limit, since several spellings may be of one row.
    found = near(folded if sold else model, catalog.folded, limit * 2, demoted=retired)
    names = []
    for known in found:
        rows = catalog.folded[known]
        # Of the rows with this name, the one that has it as its own and not as an alias.
        own = next((row for row in rows if row.name.lower() == known), rows[0])
        names.append(own.name)
    return tuple(dict.fromkeys(names))[:limit]
