"""Real edits of public price lists: how many mistakes the gate stops, and how many true changes.

    python benchmarks/price_edits.py [--show nothing|error|warning] [--show-true ...] [--unknown]

Each row edit of ../shared/data/price-edits is applied to an 8-model team file as it entered: a new
row, a new field or an edit. The base is the file before, the reference the packaged catalog.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from gate import (
    DATA,
    OUTCOMES,
    Document,
    Judged,
    Row,
    judge,
    load,
    packaged,
    share,
    team_file,
    with_row,
)

from pricectl.check.evidence.offers import identity
from pricectl.core.catalog import Catalog

Entry = Mapping[str, Any]


class Edit(NamedTuple):
    """One row before and after an edit; no row before is a new one.

    `right` is the row as it should have been, None for a true change.
    """

    kind: str
    group: str
    row: Row
    before: Entry | None
    after: Entry
    right: Entry | None = None


class Result(NamedTuple):
    """An edit with what the gate says about it."""

    edit: Edit
    judged: Judged


def mistakes() -> Iterator[Edit]:
    """The row edits that were fixed later, as they entered."""
    for row, fields in _grouped("mistakes.json"):
        first = fields[0]
        right = _entry(first["mode"], first["row"])
        wrong = dict(right)
        for field in fields:
            wrong.pop(field["field"], None)
            if field["wrong"] is not None:
                wrong[field["field"]] = float(field["wrong"])
        entered = first["entered"]
        before: Entry | None = None
        if entered == "edit":
            before = right
        elif entered == "new field":
            added = {field["field"] for field in fields}
            before = {key: value for key, value in right.items() if key not in added}
        yield Edit(first["kind"], entered, row, before, wrong, right)


def true_changes() -> Iterator[Edit]:
    """The row edits that followed a seller."""
    for row, fields in _grouped("changes.json"):
        first = fields[0]
        after = _entry(first["mode"], first["row"])
        before = dict(after)
        for field in fields:
            after[field["field"]] = float(field["new"])
            before[field["field"]] = float(field["old"])
        yield Edit("true change", first["seller"], row, before, after)


def _grouped(name: str) -> Iterator[tuple[Row, list[dict[str, Any]]]]:
    """The fields of each row edit, in the order of the file."""
    groups: dict[tuple[str, Row], list[dict[str, Any]]] = {}
    for field in json.loads((DATA / "price-edits" / name).read_text(encoding="utf-8")):
        row = Row(field["provider"], field["model"])
        groups.setdefault((field["origin"], row), []).append(field)
    for (_, row), fields in groups.items():
        yield row, fields


def _entry(mode: str | None, prices: Entry) -> dict[str, Any]:
    # A team's row names its source; without one every row would have a warning.
    source = {"source": "https://prices.example/page"}
    return {
        "mode": mode or "chat",
        **source,
        **{key: float(value) for key, value in prices.items()},
    }


def run(edits: list[Edit], reference: Catalog | None, *, known: bool = True) -> list[Result]:
    """Judge each edit; `known` False takes its model out of the reference, at every seller."""
    team, shipped, results = team_file(), packaged(), []
    for edit in edits:
        base = load(with_row(team, edit.row, edit.before))
        beside = reference if known else load(_without(shipped, edit.row.model))
        after = with_row(team, edit.row, edit.after)
        results.append(Result(edit, judge(after, edit.row, base, beside)))
    return results


def _without(shipped: Document, model: str) -> Document:
    name = identity(model)
    return {
        section: {key: row for key, row in rows.items() if identity(key) != name}
        if section not in {"metadata", "pricing_notes"}
        else rows
        for section, rows in shipped.items()
    }


def as_right_rows(edits: list[Edit]) -> list[Edit]:
    """The right rows of mistakes that came with a new row, as new rows: none should be stopped."""
    return [
        edit._replace(kind="right row, added", after=edit.right, right=None)
        for edit in edits
        if edit.before is None and edit.right
    ]


def table(results: list[Result], by: str) -> Iterator[str]:
    """Errors, warnings, nothing, by kind or by group; the last line is all of them."""
    counts: dict[str, Counter[str]] = {}
    for edit, judged in results:
        counts.setdefault(getattr(edit, by), Counter())[judged.outcome] += 1
    rows = sorted(counts.items(), key=lambda item: -item[1].total())
    for name, found in (*rows, ("all", sum(counts.values(), Counter()))):
        cells = "".join(f"{share(found[one], found.total()):>9}" for one in OUTCOMES)
        yield f"  {name:26}{found.total():4}{cells}"


def curve(wrong: list[Result], right: list[Result]) -> Iterator[str]:
    """Mistakes caught against true changes stopped, if one rule after another made errors.

    The rules are taken in the order of mistakes per true change, errors first.
    """
    rules = {rule for result in wrong for rule in _rules(result)}

    def worth(rule: str) -> tuple[Fraction, int]:
        hits = sum(rule in _rules(result) for result in wrong)
        false = sum(rule in _rules(result) for result in right)
        return Fraction(hits, false + 1), hits

    chosen: set[str] = set()
    for rule in sorted(rules, key=worth, reverse=True):
        chosen.add(rule)
        caught = sum(bool(_rules(result) & chosen) for result in wrong)
        false = sum(bool(_rules(result) & chosen) for result in right)
        yield f"  {share(caught, len(wrong))} {share(false, len(right))}  + {rule}"


def _rules(result: Result) -> set[str]:
    return {
        f"{one.rule} ({one.severity})" for one in result.judged.findings if one.severity != "info"
    }


def main() -> None:
    """Print the tables, and with --show the edits of one outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=OUTCOMES, help="list the mistakes with this outcome")
    parser.add_argument("--show-true", choices=OUTCOMES, help="the same of true changes")
    parser.add_argument("--unknown", action="store_true", help="list those without the model")
    chosen = parser.parse_args()
    reference, wrong, true = load(packaged()), list(mistakes()), list(true_changes())
    head = f"  {'':26}{'':4}" + "".join(f"{name:>9}" for name in OUTCOMES)
    for known in (True, False):
        print(f"\nreference {'with' if known else 'without'} the edited model\n{head}")
        found, changed = run(wrong, reference, known=known), run(true, reference, known=known)
        print(*table(found, "kind"), *table(found, "group"), sep="\n")
        print(*table(changed, "group"), sep="\n")
        added = run(as_right_rows(wrong), reference, known=known)
        print(*table(added, "kind"), sep="\n")
        if known != chosen.unknown:
            for results, outcome in ((found, chosen.show), ([*changed, *added], chosen.show_true)):
                for edit, judged in (one for one in results if one.judged.outcome == outcome):
                    print(f"  {edit.kind}; {edit.group}: {'/'.join(edit.row)} {edit.before}")
                    print(f"      -> {dict(edit.after)}")
                    for one in judged.findings:
                        print(f"      {one.severity}[{one.rule}] {one.message}")
        if known:
            direct = [result for result in changed if result.edit.group == "direct"]
            print("\nmistakes and true direct changes with a finding, rule by rule")
            print(*curve(found, direct), sep="\n")


if __name__ == "__main__":
    main()
