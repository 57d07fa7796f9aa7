"""Compare every price of the catalog with two published price lists, and judge the differences.

    python tools/crosscheck.py [FILE] [--at DATE] [--json]

Run it after a change of the catalog and for each new version of a list. A difference is settled by
correcting the price, or by a sentence in `pricing_notes.PROVIDER.decisions` under `MODEL.FIELD`,
where `*` stands for any characters. Prices are compared as whole picodollars, the catalog's own
precision, so that rounding noise of floats in a list makes no difference. Exit codes: 0 every
figure has an agreeing source or a decision, 1 some have neither, 2 could not run.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from price_lists import (
    GENAI_PRICES,
    GENERAL_KIND,
    INSTALL_HINT,
    LITELLM,
    PICODOLLAR,
    Claim,
    Entry,
    Figures,
    GenaiPrices,
    Litellm,
    Source,
    claims_of,
    prices_of,
    same,
)
from sellers import SECTIONS

from pricectl.core.prices import DATED_LISTS

DEFAULT_FILE = Path(__file__).resolve().parent.parent / "llm_pricing_current.json"

AGREES, DIFFERS, SILENT = "agrees", "differs", "silent"
VERDICTS: Mapping[tuple[str, str], str] = {
    (AGREES, AGREES): "both agree",
    (AGREES, DIFFERS): "only litellm agrees",
    (DIFFERS, AGREES): "only genai-prices agrees",
    (DIFFERS, DIFFERS): "none agrees",
    (DIFFERS, SILENT): "none agrees",
    (SILENT, DIFFERS): "none agrees",
    (AGREES, SILENT): "litellm alone, agrees",
    (SILENT, AGREES): "genai-prices alone, agrees",
    (SILENT, SILENT): "no source",
}
LACKING = "not in the catalog"
COLUMNS = (*dict.fromkeys(VERDICTS.values()), LACKING)
UNDISPUTED = {"both agree", "litellm alone, agrees", "genai-prices alone, agrees"}


class Row(NamedTuple):
    """A model of the catalog and the reasons written down for its section."""

    section: str
    model: str
    entry: Entry
    decisions: Mapping[str, str]

    def reason(self, field: str) -> str | None:
        """The written reason that covers a field, an exact key before a pattern."""
        key = f"{self.model}.{field}"
        patterns = (text for pattern, text in self.decisions.items() if fnmatchcase(key, pattern))
        return self.decisions.get(key) or next(patterns, None)


class Check(NamedTuple):
    """One price field of one model held against all sources; `ours` is None if we lack it."""

    section: str
    model: str
    field: str
    ours: Decimal | None
    claims: tuple[Claim, ...]
    verdict: str
    decision: str | None

    @property
    def settled(self) -> bool:
        """Whether the figure needs nobody's attention."""
        return self.verdict in UNDISPUTED or self.decision is not None


def stance(ours: Decimal, prices: Sequence[Decimal]) -> str:
    """A source agrees when it does so under every name it knows."""
    if not prices:
        return SILENT
    return AGREES if all(same(ours, price) for price in prices) else DIFFERS


def verdict(ours: Decimal, claims: Iterable[Claim]) -> str:
    """Which sources stand behind a price of the catalog."""
    by_source: dict[str, list[Decimal]] = {LITELLM: [], GENAI_PRICES: []}
    for claim in claims:
        by_source[claim.source].append(claim.price)
    return VERDICTS[stance(ours, by_source[LITELLM]), stance(ours, by_source[GENAI_PRICES])]


def says_nothing_new(field: str, claim: Claim, ours: Figures) -> bool:
    """A zero, or a specific kind of token at the general kind's price, needs no field of ours."""
    for specific, general in GENERAL_KIND.items():
        if field.startswith(specific):
            price = ours.get(field.replace(specific, general))
            return price is not None and same(price, claim.price)
    return not claim.price


def check_prices(
    row: Row, ours: Figures, claims: Mapping[str, Sequence[Claim]], prefix: str = ""
) -> Iterator[Check]:
    """Every price of one price list against the claims about it."""
    for field, price in ours.items():
        said = tuple(claims.get(field, ()))
        name = prefix + field
        judged = verdict(price, said)
        yield Check(row.section, row.model, name, price, said, judged, row.reason(name))
    for field in claims.keys() - ours.keys():
        news = tuple(claim for claim in claims[field] if not says_nothing_new(field, claim, ours))
        if news:
            name = prefix + field
            yield Check(row.section, row.model, name, None, news, LACKING, row.reason(name))


def check_periods(row: Row, dated: Source) -> Iterator[Check]:
    """Former and announced prices against the source that knows dates."""
    for kind, key in DATED_LISTS.items():
        for period in row.entry.get(kind, ()):
            day = date.fromisoformat(period[key])
            at = day - timedelta(days=1) if key == "until" else day
            ours = prices_of(period)
            claims = claims_of([dated], row.section, names_of(row), at)
            known = {field: claims[field] for field in ours.keys() & claims.keys()}
            yield from check_prices(row, ours, known, f"{kind}[{period[key]}].")


def names_of(row: Row) -> list[str]:
    """A row's own name and its aliases."""
    return [row.model, *row.entry.get("aliases", ())]


def rows_of(catalog: Entry) -> Iterator[Row]:
    """All models of the sections that the sources know."""
    for section in SECTIONS:
        decisions = catalog.get("pricing_notes", {}).get(section, {}).get("decisions", {})
        for model, entry in catalog.get(section, {}).items():
            yield Row(section, model, entry, decisions)


def check_catalog(catalog: Entry, sources: Sequence[Source], at: date) -> Iterator[Check]:
    """Every price of every row; the last source is the one that knows dates."""
    for row in rows_of(catalog):
        claims = claims_of(sources, row.section, names_of(row), at)
        yield from check_prices(row, prices_of(row.entry), claims)
        yield from check_periods(row, sources[-1])


def table(checks: Iterable[Check]) -> list[str]:
    """Agreement per field: one line a field, one column a verdict."""
    counts = Counter((check.field.rpartition("].")[2], check.verdict) for check in checks)
    fields = sorted({field for field, _ in counts})
    width = max(map(len, fields), default=5)
    lines = [f"{number} {column}" for number, column in enumerate(COLUMNS, 1)]
    lines += ["", " " * width + "".join(f"{number:>6}" for number in range(1, len(COLUMNS) + 1))]
    for field in [*fields, "total"]:
        cells = (
            sum(n for (f, v), n in counts.items() if v == column and field in (f, "total"))
            for column in COLUMNS
        )
        lines.append(field.ljust(width) + "".join(f"{cell or '.':>6}" for cell in cells))
    return lines


def shown(field: str, price: Decimal | None) -> str:
    """A price per 1M tokens, or as it is where the unit is no token."""
    if price is None:
        return "-"
    per_token = "_token" in field
    clean = price.quantize(PICODOLLAR) * (10**6 if per_token else 1)
    return f"{clean.normalize():f}"


def describe(check: Check) -> str:
    """One line on a disputed figure: ours, theirs, and the reason if there is one."""
    said = ", ".join(
        f"{claim.source} {shown(check.field, claim.price)}"
        + (f" (as {claim.name})" if claim.name != check.model else "")
        for claim in check.claims
    )
    reason = check.decision or "NO DECISION"
    ours = shown(check.field, check.ours)
    return f"{check.section}/{check.model} {check.field}: {ours}; {said or 'no source'}; {reason}"


def as_json(checks: Sequence[Check]) -> str:
    """All checks for other programs, prices in USD as strings."""
    rows = [check._asdict() | {"settled": check.settled} for check in checks]
    for row in rows:
        row["claims"] = [claim._asdict() for claim in row["claims"]]
    return json.dumps({"checks": rows}, default=str, indent=2)


def load(path: Path) -> Any:
    """The catalog with its prices as Decimal."""
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def report(checks: Sequence[Check]) -> str:
    """The whole report as text."""
    disputed = [check for check in checks if check.verdict not in UNDISPUTED]
    open_questions = sum(not check.settled for check in checks)
    lines = [*table(checks), "", f"Disputed figures, tokens per 1M ({len(disputed)}):"]
    lines += [f"  {describe(check)}" for check in sorted(disputed)] or ["  none"]
    lines += ["", f"{len(checks)} figures compared, {open_questions} without source or decision"]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; returns the exit code."""
    parser = argparse.ArgumentParser(description="Cross-check the catalog with two price lists.")
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_FILE)
    parser.add_argument("--at", type=date.fromisoformat, help="day to compare (last_updated)")
    parser.add_argument("--json", action="store_true", help="print every check as JSON")
    options = parser.parse_args(arguments)
    try:
        sources: list[Source] = [Litellm(), GenaiPrices()]
        catalog = load(options.file)
        at = options.at or date.fromisoformat(catalog["metadata"]["last_updated"])
    except ModuleNotFoundError as missing:
        print(f"crosscheck needs {missing.name or missing}: {INSTALL_HINT}", file=sys.stderr)
        return 2
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"crosscheck cannot read {options.file}: {problem}", file=sys.stderr)
        return 2
    checks = list(check_catalog(catalog, sources, at))
    print(as_json(checks) if options.json else report(checks))
    return 0 if all(check.settled for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
