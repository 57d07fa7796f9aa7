"""The layers of lookup: exact, alias, case, partial. Each has the row for a name or says why not.

Apart from `lookup`, which asks them in order, remembers the answer and has the fallbacks. `partial`
reads the name by the table of name forms: words that belong to no form mean no match, because any
other guess bills wrongly. The answer depends on the set of names only, never on their order.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import How, Match, Model
from pricectl.core.name_choice import FormMatch, NoRow, Reason, agreed
from pricectl.core.naming.parts import NameReading
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import LOCAL, is_maker, is_slug, makers_of, resells, seller_of
from pricectl.flags import OTHER_SELLER


class LayerResult(NamedTuple):
    """What one layer says: its match, or None and why it has none."""

    layer: How
    match: Match | None
    why: str
    reason: Reason = ""


def layer_results(catalog: Catalog, name: str) -> Iterator[LayerResult]:
    """What each layer says of a name, in order, the default price apart."""
    model = catalog.by_full_name.get(name)
    if model:
        match = Match(model, "exact", name, name, is_plain=True)
        if _says_other_seller(model):
            match = match._replace(is_plain=False, flags=(OTHER_SELLER,))
        yield LayerResult("exact", match, f"the row {name}")
    else:
        names = catalog.names.get(name, ())
        yield _one_of(catalog, "exact", name, names, "no row has this name")
    aliases = catalog.aliases.get(name, ())
    yield _one_of(catalog, "alias", name, aliases, "no row lists it as an alias")
    folded = catalog.folded.get(name.lower(), ())
    otherwise = "no name differs in upper and lower case only"
    yield _one_of(catalog, "case", name, folded, otherwise)
    yield _partial(catalog, name)


def _one_of(
    catalog: Catalog, layer: How, name: str, models: tuple[Model, ...], otherwise: str
) -> LayerResult:
    if not models:
        return LayerResult(layer, None, otherwise)
    # A maker's own row answers for its name, so that a reseller's new row changes nothing.
    makers = makers_of(read_name(name).base, models, lambda model: seller_of(model.provider))
    model = agreed(makers or models)
    if model is None:
        rows = ", ".join(sorted(model.full_name for model in makers or models))
        why = f"rows with different prices: {rows}"
        return LayerResult(layer, None, why, "different-prices")
    matched_name = model.name if layer != "alias" else name
    flags = (OTHER_SELLER,) if _is_resold(name, model) else ()
    if flags and (maker := _row_of_maker(catalog, name)):
        why = f"{model.full_name} is another seller's; {maker.full_name} is the maker's row"
        return LayerResult(layer, None, why)
    match = Match(model, layer, name, matched_name, is_plain=not flags, flags=flags)
    return LayerResult(layer, match, f"the row {model.full_name}{_flagged(flags)}")


def _is_resold(name: str, model: Model) -> bool:
    """Whether the row is of another maker's model, and the name does not say who sells it."""
    reading = read_name(name)
    return not reading.seller and resells(seller_of(model.provider), reading.base)


def _row_of_maker(catalog: Catalog, name: str) -> Model | None:
    """The row that its maker has of a model, in whatever spelling; None if no maker has one."""
    found = catalog.name_index.find(catalog.name_index.read(name))
    if isinstance(found, NoRow) or found.shorter.endings or found.flags:
        return None
    return found.model if is_maker(seller_of(found.model.provider)) else None


def _says_other_seller(model: Model) -> bool:
    """Whether gateways call the section's seller so, and the row says that it is called otherwise.

    Then nobody can tell a gateway's name of the model from the row's.
    """
    if not is_slug(model.provider):
        return False
    told = model.entry.get("litellm_provider")
    return (
        isinstance(told, str) and not is_slug(told) and seller_of(told) == seller_of(model.provider)
    )


def _flagged(flags: tuple[str, ...]) -> str:
    return f", flagged {' and '.join(flags)}" if flags else ""


def _partial(catalog: Catalog, name: str) -> LayerResult:
    index = catalog.name_index
    reading = index.read(name)
    if reading.seller == LOCAL:
        why = "a model on a local server, which no row prices"
        return LayerResult("partial", None, why, "local")
    found = index.find(reading)
    if isinstance(found, NoRow):
        return LayerResult("partial", None, found.why, found.reason)
    match = _form_match(name, reading, found)
    aside = f", ignoring {' and '.join(match.ignored)}" if match.ignored else ""
    why = f"the row {found.model.full_name}{aside}{_flagged(match.flags)}"
    return LayerResult("partial", match, why)


def _form_match(name: str, reading: NameReading, found: FormMatch) -> Match:
    """The match with the parts of the name as they were written."""
    start, end = 0, len(name)
    aside: list[str] = []
    after: list[str] = []
    for part in reading.before:
        if part.text.startswith(":"):  # what follows the base of a fine-tuned model
            end -= len(part.text)
            after.append(name[end:])
            continue
        if part.kind != "region":
            aside.append(name[start : start + len(part.text)])
        start += len(part.text)
    for ending in reversed(found.shorter.endings):
        end -= len(ending.text)
        if ending.kind not in {"region", "service"}:
            after.insert(0, name[end : end + len(ending.text)])
    ignored = tuple(filter(None, ("".join(aside), "".join(after))))
    return Match(
        found.model,
        "partial",
        name,
        name[start:end],
        ignored,
        flags=found.flags,
        region=found.region,
        service=found.service,
    )
