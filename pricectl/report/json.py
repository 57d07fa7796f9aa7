# ruff: noqa: PLC0414
"""What the reports that are not yet documents write JSON with."""

from collections.abc import Mapping
from typing import Any

from pricectl.report.json_text import catalog_id as catalog_id
from pricectl.report.json_text import json_text
from pricectl.report.json_text import resolved as resolved


def dump(command: str, body: Mapping[str, Any], version: int = 1) -> str:
    """A result as the JSON document of its command."""
    return json_text({"schema": f"pricectl.{command}/{version}", **body})
