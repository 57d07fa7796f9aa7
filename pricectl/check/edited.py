"""Finds what an edit brings: the findings of a catalog that it did not have before the edit.

Apart from `validation`, because an edit starts from a catalog that is built already and changes a
few of its rows: what the JSON Schema and the rules about a row alone say of others cannot change.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricectl.check import known
from pricectl.check.evidence import Evidence, loosened
from pricectl.check.findings import SEVERITIES, Finding, Threshold
from pricectl.check.loosening import policy_in_force
from pricectl.check.positions import Positions
from pricectl.check.validation import CheckedDocument, check_document, with_span
from pricectl.core.catalog import RESERVED, Catalog
from pricectl.core.document import Json
from pricectl.core.windows import as_instant, read_day
from pricectl.policy import Policy

Values = Mapping[str, Json]
# No path, which no member of a document has.
_NOTHING = object()


class BuiltCatalog(NamedTuple):
    """A catalog that loads, with its parsed document."""

    values: Values
    catalog: Catalog


class BroughtFindings(NamedTuple):
    """What an edit brings, in the order of the text, and what fails `validate` as it is set up."""

    findings: tuple[Finding, ...]
    threshold: Threshold

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that refuse the edit."""
        return tuple(filter(self.threshold.trips, self.findings))


def brought_findings(  # noqa: PLR0913, PLR0917 - two documents, and what they are held against
    before: BuiltCatalog,
    after: BuiltCatalog,
    policy: Policy,
    at: date,
    evidence: Evidence,
    positions: Positions,
) -> BroughtFindings:
    """The findings that `validate` has of the edited catalog and not of the one before.

    Both are compared with the same evidence. `positions` are those of the edited text.
    """
    now, reviewed = as_instant(at), policy_in_force(policy, evidence)
    old, new = (
        _differing_part(one.values, other.values)
        for one, other in ((before, after), (after, before))
    )
    asks_schema = not all(_is_plain(*change) for change in _member_changes(old, new))
    documents = [
        CheckedDocument(
            dict(side.values),
            side.catalog,
            schema_values=part if asks_schema else {},
            only_rows=_row_names(side.catalog, part),
        )
        for side, part in ((before, old), (after, new))
    ]
    found, _, _ = check_document(documents[1], reviewed, now, evidence)
    marked_before, marked = (
        list(loosened.in_catalog(evidence.base, side.catalog)) for side in (before, after)
    )
    rules = frozenset(one.rule for one in found)
    # Families that found nothing in the edited catalog need not run again.
    earlier = check_document(documents[0], reviewed, now, evidence, rules)
    marks = known.mark_known(
        [*found, *marked],
        documents[1].values,
        [*earlier.kept, *marked_before],
        documents[0].values,
    )
    brought = [with_span(one, positions) for one in marks if not one.known]
    kinds = reviewed.policy.gates.fail_on
    threshold = Threshold.of([severity for severity in SEVERITIES if severity in kinds])
    return BroughtFindings(tuple(known.new_first(brought)), threshold)


def _row_names(catalog: Catalog, part: Values) -> frozenset[str]:
    """The full names of the rows in a part of the document."""
    return frozenset(
        model.full_name
        for name, section in part.items()
        if name not in RESERVED and isinstance(section, dict)
        for row in section
        if (model := catalog.by_full_name.get(f"{name}/{row}"))
    )


def _differing_part(values: Values, other: Values) -> dict[str, Json]:
    """A document without the rows that another one has just so."""
    part: dict[str, Json] = {}
    for name, section in values.items():
        beside = other.get(name)
        if name in RESERVED or not isinstance(section, dict) or not isinstance(beside, dict):
            part[name] = section
        else:
            rows = {
                row: entry for row, entry in section.items() if not _same(entry, beside.get(row))
            }
            part |= {name: rows} if rows else {}
    return part


def _same(entry: Json, other: Json) -> bool:
    """Equal also in type, because `true` equals 1."""
    if not isinstance(entry, dict) or not isinstance(other, dict) or entry != other:
        return False
    return list(map(type, entry.values())) == list(map(type, other.values()))


def _member_changes(old: Values, new: Values) -> Iterator[tuple[str, object, object]]:
    """The members of rows and of metadata that differ, each by the name of its key."""
    for name in {**old, **new}:
        before, after = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if not isinstance(before, dict) or not isinstance(after, dict):
            if before != after:
                yield name, before, after
        elif name in RESERVED:
            yield from _differences(before, after)
        else:
            for row in {**before, **after}:
                one, other = before.get(row, _NOTHING), after.get(row, _NOTHING)
                if isinstance(one, dict) and isinstance(other, dict):
                    yield from _differences(one, other)
                else:
                    yield row, one, other


def _differences(old: Values, new: Values) -> Iterator[tuple[str, object, object]]:
    for key in {**old, **new}:
        before, after = old.get(key, _NOTHING), new.get(key, _NOTHING)
        if before != after or type(before) is not type(after):
            yield key, before, after


def _is_plain(key: str, old: object, new: object) -> bool:
    """Whether a change of a member cannot matter to the schema, which tests hold it to.

    Loading a JSON Schema checker takes longer than an edit, and most edits put another number in
    a price's place.
    """
    if new is _NOTHING:
        return key in {"verified_on", "evidence"}
    if key == "last_updated":
        return isinstance(old, str) and isinstance(new, str) and read_day(new) is not None
    return _is_price(old) and _is_price(new)


def _is_price(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value >= 0
