"""A schema of the project for the OpenAPI page."""

import json
from collections.abc import Mapping
from typing import Any

from pricectl.packaged import packaged_file


def quote_schema() -> dict[str, Any]:
    """One quote's schema with every reference written out, as an OpenAPI page needs it."""
    whole = json.loads(packaged_file("schemas/quote.schema.json").read_bytes())
    found: dict[str, Any] = _inlined(whole["$defs"]["quote"], whole["$defs"])
    return found


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _inlined(value, definitions) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return rest
    return {**_inlined(definitions[node["$ref"].removeprefix("#/$defs/")], definitions), **rest}
