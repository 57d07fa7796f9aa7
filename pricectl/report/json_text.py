"""The one place that writes JSON, and the parts that documents of several verbs have.

A document is a plain dict: "schema" first (`pricectl.VERB/VERSION`), money as decimal strings.
"""

import json
from collections.abc import Mapping
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.core.model import Match

# Documents of more entries are for programs alone, and indenting takes longer than all the rest.
MAX_INDENTED = 10_000


def json_text(document: Mapping[str, Any] | list[Any]) -> str:
    """A document as JSON in ASCII, indented unless it has very many entries."""
    values = [document] if isinstance(document, list) else document.values()
    entries = sum(len(value) for value in values if isinstance(value, list))
    indent = 2 if entries <= MAX_INDENTED else None
    return json.dumps(document, indent=indent, default=str)


def resolved(match: Match) -> dict[str, Any]:
    """Which row answered, and how it was found."""
    reference = {"reference_sha256": match.reference_sha256} if match.reference_sha256 else {}
    return {
        "provider": match.model.provider,
        "model": match.model.name,
        "match": match.how,
        **reference,
        "ignored": list(match.ignored),
    }


def catalog_id(catalog: Catalog) -> dict[str, Any]:
    """Which version of the catalog this is."""
    return {"sha256": catalog.sha256, "last_updated": catalog.last_updated}
