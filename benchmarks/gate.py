"""A small team's price file, and what the gate says about an edit of it.

Shared by the benchmarks of the gate: real edits of public lists and made-up slips.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.check.evidence import Evidence
from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.core.catalog import Catalog
from pricectl.core.pointers import pointer_to
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
PACKAGED = packaged_catalog()
TODAY = date(2026, 11, 27)
POLICY = Policy()
TEAM = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-5.4"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-flash"),
    ("mistral", "mistral-large-2512"),
    ("deepseek", "deepseek-chat"),
    ("xai", "grok-4.3"),
)
# What a finding costs whoever reads it; a note costs nothing.
OUTCOMES = ("error", "warning", "nothing")
Document = dict[str, Any]


class Row(NamedTuple):
    """A row of a file: its section and its name."""

    provider: str
    model: str

    @property
    def pointer(self) -> str:
        """The row's JSON Pointer."""
        return pointer_to(self.provider, self.model)


class Judged(NamedTuple):
    """The findings about one row, without those that only a date brings."""

    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        """The worst severity; "nothing" for notes."""
        found = {finding.severity for finding in self.findings}
        return next((name for name in OUTCOMES if name in found), "nothing")

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of that severity."""
        worst = (one.rule for one in self.findings if one.severity == self.outcome)
        return tuple(dict.fromkeys(worst))


def packaged() -> Document:
    """The shipped catalog, parsed."""
    document: Document = json.loads(PACKAGED.read_text(encoding="utf-8"))
    return document


def team_file(models: Iterable[tuple[str, str]] = TEAM) -> Document:
    """A file of a few rows of the shipped catalog."""
    shipped = packaged()
    metadata = {key: shipped["metadata"][key] for key in shipped["metadata"] if key != "sources"}
    document: Document = {"metadata": metadata}
    for provider, model in models:
        row = copy.deepcopy(shipped[provider][model])
        document.setdefault(provider, {})[model] = row
    return document


def with_row(document: Document, row: Row, entry: Mapping[str, Any] | None) -> Document:
    """A copy of a file with one row more, another one, or one less."""
    changed = copy.deepcopy(document)
    section = changed.setdefault(row.provider, {})
    if entry is None:
        section.pop(row.model, None)
    else:
        section[row.model] = dict(entry)
    return {name: rows for name, rows in changed.items() if rows}


def load(document: Document) -> Catalog:
    """A parsed file as a catalog."""
    return Catalog.load(json.dumps(document))


def judge(document: Document, row: Row, base: Catalog | None, reference: Catalog | None) -> Judged:
    """What the gate says about a row of a file."""
    return judge_text(json.dumps(document), row, base, reference)


def judge_text(text: str, row: Row, base: Catalog | None, reference: Catalog | None) -> Judged:
    """What the gate says about a row of a file, or about the file as a whole."""
    evidence = Evidence(base, "deployed", reference, "reference", "" if base else "not asked for")
    report = validate(text, "llm_pricing_current.json", POLICY, TODAY, evidence=evidence)
    return Judged(tuple(_about(report.findings, row)))


def _about(findings: Iterable[Finding], row: Row) -> Iterator[Finding]:
    # A finding without a place speaks of the whole file, such as that many rows moved.
    for finding in findings:
        inside = f"{finding.pointer}/".startswith(f"{row.pointer}/")
        if not finding.due and (inside or finding.rule.startswith("many-")):
            yield finding


def share(count: int, of: int) -> str:
    """A count as a percentage of another.

    >>> share(1, 3)
    ' 33%'
    """
    return f"{100 * count / of:3.0f}%" if of else "  - "
