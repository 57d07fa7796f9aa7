"""Sellers, services and regions of a log in known words alone, for a summary that is committed.

What a gateway writes there can hold an address, a key or a name.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pricectl.core.catalog import Catalog
from pricectl.core.labels import region_word, service_word
from pricectl.core.naming.words import GEOGRAPHIES, REGION, WORLDWIDE
from pricectl.core.responses.provider import KNOWN, canonical_provider
from pricectl.core.units import SOLD_AS, STANDARD
from pricectl.replay.calls import text_literal
from pricectl.replay.duckdb_engine import rows_of
from pricectl.replay.log_columns import LogColumns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Is charged like any other word that no price stands for.
OTHER = "other"
# Services that a row of the prices may come to sell.
_USUAL_SERVICES = frozenset(("flex", "priority", "batches", "fast", "ultrafast", "scale"))


def in_public_words(
    database: "DuckDBPyConnection", relation: str, columns: LogColumns, catalog: Catalog
) -> str:
    """The relation with the known words of its sellers, services and regions; OTHER for others."""
    replaced = []
    for name in ("seller", "service", "region"):
        if not columns.has(name):
            continue
        found = rows_of(
            database,
            f"SELECT DISTINCT {name} AS word FROM {relation} WHERE {name} <> ''",  # noqa: S608 - our names
        )
        known = _known_words(name, (row["word"] for row in found), catalog)
        cases = " ".join(
            f"WHEN {text_literal(text)} THEN {text_literal(word)}" for text, word in known.items()
        )
        given = f"coalesce({name}, '')"
        replaced.append(f"CASE {given} WHEN '' THEN '' {cases} ELSE '{OTHER}' END AS {name}")
    if not replaced:
        return relation
    return f"(SELECT * REPLACE ({', '.join(replaced)}) FROM {relation})"  # noqa: S608 - quoted


def _known_words(name: str, texts: Iterable[str], catalog: Catalog) -> Mapping[str, str]:
    """The known words of texts of a column; unknown ones have none."""
    lists = [prices for model in catalog.models for prices in model.all_lists]
    if name == "seller":
        providers = {model.provider for model in catalog.models}
        words = {text: canonical_provider(text) for text in texts}
        return {text: word for text, word in words.items() if word in KNOWN or word in providers}
    of_rows = {word for prices in lists for word in (*prices.services, *prices.uplifts)}
    if name == "service":
        services = {*of_rows, *_USUAL_SERVICES, *SOLD_AS, STANDARD}
        return {text: text for text in texts if service_word(text) in services}
    # A row's name may begin with its region, as in eastus2/gpt-4o.
    of_names = (word.lower() for model in catalog.models for word in model.name.split("/")[:-1])
    regions = {*of_rows, *GEOGRAPHIES, *WORLDWIDE, *of_names, ""}
    words = {text: region_word(text) for text in texts}
    return {text: text for text, word in words.items() if word in regions or REGION.fullmatch(word)}
