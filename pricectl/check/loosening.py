"""What an edit adds or loosens in its own gate, as facts: in the settings, and in the catalog.

Apart from the rules that report it, so that `diff` can say it without loading them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.check.evidence import ACKNOWLEDGEABLE, Evidence
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import SEED_MODELS
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.sanity import priced_units
from pricectl.policy import Policy
from pricectl.policy.review import Loosening, ReviewedPolicy, review

# Marks of a row that take checks away from it.
MARKS = ("free", "retired")
NEGOTIATED, ACKNOWLEDGED = "negotiated", "acknowledged"


class CatalogMark(NamedTuple):
    """A mark that an edit sets in the catalog, in words; `counts`: it accepts one exact value.

    `together` is what many such marks have in common, such as "marked free"; `of` is the row or
    the place that this one is about.
    """

    pointer: str
    message: str
    together: str
    of: str
    counts: bool = False


def policy_in_force(policy: Policy, evidence: Evidence | None) -> ReviewedPolicy:
    """The settings that a file is judged by: those of the base where the edit loosened them."""
    if evidence is None or evidence.base_policy is None:
        return ReviewedPolicy(policy)
    base = evidence.base
    seeds = [name for name in SEED_MODELS if base and priced_units(base, name)]
    return review(
        policy, evidence.base_policy, seeds=seeds, acknowledged_in_catalog=ACKNOWLEDGEABLE
    )


def sentence(loosened: Loosening) -> str:
    """What the edit changes in the settings, and whether it counts."""
    ending = "" if loosened.counts else "; it counts once it is merged"
    # A reason may end with a full stop.
    message = loosened.message if loosened.counts else loosened.message.rstrip(".")
    return f"in the settings {message}{ending}"


def catalog_marks(base: Catalog | None, edited: Catalog) -> Iterator[CatalogMark]:
    """What the edit marks: free and retired rows, negotiated and accepted prices."""
    if base is None:
        return
    for model in edited.models:
        old = base.by_full_name.get(model.full_name)
        if old is model:  # most rows of two versions are one
            continue
        was = old.entry if old else {}
        for mark in MARKS:
            # A new row that is free takes nothing away from a check that looked at it before.
            if old and model.entry.get(mark) is True and was.get(mark) is not True:
                message = f"{model.full_name!r:.200} is marked {mark} by this edit"
                pointer = f"{model.pointer}/{mark}"
                yield CatalogMark(pointer, message, f"marked {mark}", model.full_name)
        if NEGOTIATED in model.entry and model.entry[NEGOTIATED] != was.get(NEGOTIATED):
            pointer = f"{model.pointer}/{NEGOTIATED}"
            yield _negotiated(pointer, model.full_name, model.entry[NEGOTIATED])
    for pointer, item in _new_items(base, edited, NEGOTIATED):
        about = item if isinstance(item, dict) else {}
        row = "/".join(str(about[key]) for key in ("provider", "model") if key in about)
        yield _negotiated(pointer, row, item)
    for pointer, item in _new_items(base, edited, ACKNOWLEDGED):
        if isinstance(item, dict):
            rule, place, reason = (
                str(item.get(key, ""))[:200] for key in ("rule", "pointer", "reason")
            )
            message = f"{rule} at {place} is acknowledged by this edit: {reason}"
            yield CatalogMark(pointer, message, f"{rule} acknowledged", place, counts=True)


def _new_items(base: Catalog, edited: Catalog, key: str) -> Iterator[tuple[str, Json]]:
    """The items of a list in the metadata that the base does not have, by their pointers."""
    was, now = (
        found if isinstance(found := each.metadata.get(key), list) else ()
        for each in (base, edited)
    )
    for index, item in enumerate(now):
        if item not in was:
            yield f"{METADATA_POINTER}/{key}/{index}", item


def _negotiated(pointer: str, row: str, terms: Json) -> CatalogMark:
    reason = terms.get("reason") if isinstance(terms, dict) else None
    message = f"prices of {row!r:.200} are negotiated by this edit: {reason or 'no reason'!s:.200}"
    return CatalogMark(pointer, message, "prices negotiated", row)
