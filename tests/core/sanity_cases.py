"""Small catalogs for the sanity tests."""

import json
from datetime import date
from typing import Any

from pricectl.core import document
from pricectl.core.catalog import Catalog, build
from pricectl.core.sanity import check
from pricectl.core.sanity.verdict import SanityFinding, Verdict

Row = dict[str, Any]
IN, OUT = "input_cost_per_token", "output_cost_per_token"
READ, WRITE = "cache_read_input_token_cost", "cache_creation_input_token_cost"
SECOND = "output_cost_per_second"
ROW: Row = {IN: 2e-06, OUT: 8e-06, READ: 2e-07, WRITE: 2.5e-06, "mode": "chat"}


def catalog(rows: dict[str, Row], **metadata: Any) -> Catalog:
    """A catalog of one seller, x."""
    return build(document.parse(json.dumps({"metadata": metadata, "x": rows})), [])


def edited(**changes: Any) -> Row:
    """The usual row with some keys changed; None removes one."""
    return {key: value for key, value in {**ROW, **changes}.items() if value is not None}


def many(count: int, row: Row | None = None) -> dict[str, Row]:
    """Rows with a price of their own each, so that none can be taken for another one renamed."""
    return {f"m{number}": {**(row or ROW), SECOND: 0.03 + number / 1000} for number in range(count)}


def verdict(before: dict[str, Row] | None, after: dict[str, Row], **more: Any) -> Verdict:
    """The comparison of two catalogs; `acknowledged` stands in the metadata of the second."""
    metadata = {"acknowledged": more.pop("acknowledged")} if "acknowledged" in more else {}
    return check(
        catalog(before) if before is not None else None, catalog(after, **metadata), **more
    )


def of_row(before: Row | None, after: Row) -> list[tuple[str, str, str]]:
    """Rule, level and place of what is found when one row of ten changes."""
    others = many(10)
    found = verdict({**others, **({"m": before} if before else {})}, {**others, "m": after})
    return [(one.rule, one.level, one.pointer.removeprefix("/x/m")) for one in found.findings]


def accept(finding: SanityFinding, expires: date | None = None) -> Row:
    """The acknowledgement of a finding."""
    value = finding.value if finding.value is None else float(finding.value)
    entry = {"rule": finding.rule, "pointer": finding.pointer, "value": value}
    limit = {"expires": expires.isoformat()} if expires else {}
    return {**entry, "reason": "checked", "date": "2026-11-20", **limit}
