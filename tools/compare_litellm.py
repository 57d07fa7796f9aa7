"""Price every row of litellm's map with both calculators and explain each difference.

    python tools/compare_litellm.py [--output FILE] [--rows N]

Run it after a change of the calculator and for each new litellm. `compare_litellm.toml` has the
usages that are asked and the causes of differences. A cause changes the question (a row and what
was used of it) into the one that litellm in effect answers; a difference is explained only when our
calculator, asked the changed question, gives litellm's figure. The models that genai-prices knows
too are held against it as well. Writes docs/differences.md. Exit codes: 0 every difference is
explained, 1 some are not, 2 could not run.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT / "tools"), str(ROOT)]

from litellm_calls import Litellm  # noqa: E402
from litellm_usages import (  # noqa: E402
    MOMENT,
    OUTPUT_TOKENS,
    SHORT_TOKENS,
    TABLES,
    Amount,
    Case,
    Entry,
    Row,
    cases_of,
    catalog_of,
    fits,
    read_sections,
    row_of,
    token_case,
)

from pricectl.core import Catalog, Quote, Usage, quote  # noqa: E402
from pricectl.core.money import PICO_PER_USD, usd  # noqa: E402
from pricectl.core.units import PARTS, UNITS, parse_key, price_key  # noqa: E402
from pricectl.feeds.feed import FeedError  # noqa: E402
from pricectl.feeds.formats import FORMATS  # noqa: E402
from pricectl.feeds.matching import OfferIndex  # noqa: E402
from pricectl.files.feed_source import FeedSource, installed_file, load  # noqa: E402

INSTALL_HINT = "pip install 'pricectl[lists]'"
DIFFERENCES = ROOT / "docs" / "differences.md"
# Written by hand, and put after what is compared here.
BODIES = ROOT / "tools" / "differences_of_bodies.md"
SAMPLE_SEED = 20261123


class Question(NamedTuple):
    """A case and the entry that answers it.

    `row_found` is the row that litellm finds under the name ("" if none), `keys_read` the members
    of it that its code reads and `entry_found` its entry.
    """

    case: Case
    entry: Entry
    row_found: str
    keys_read: frozenset[str]
    entry_found: Entry

    def amounts(self, amounts: Mapping[str, Amount]) -> "Question":
        """The question about other details of the usage."""
        return self._replace(case=self.case._replace(amounts=tuple(amounts.items())))


class Cause(NamedTuple):
    """Why the figures differ: `says` what litellm does, `why` who is right."""

    name: str
    right: str
    says: str
    why: str
    source: str
    example: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]] = ()

    def changed(self, asked: Question) -> Question:
        """The question that litellm in effect answers; the same one if it is not concerned."""
        for change in self.changes:
            if holds(change.get("when", {}), asked):
                for name, value in change.items():
                    asked = asked if name == "when" else CHANGES[name](asked, value)
        return asked

    @property
    def example_case(self) -> Case:
        """What the example uses."""
        case = self.example["case"]
        tokens = case.get("tokens", [0, 0])
        return Case(
            provider=case["provider"],
            row="m",
            kind="",
            route=case.get("route", "completion"),
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            amounts=tuple(case.get("amounts", {}).items()),
            service=case.get("service", ""),
            region=case.get("region", ""),
        )


def holds(when: Mapping[str, Any], asked: Question) -> bool:
    """Whether a question meets every condition of a change."""
    case, entry = asked.case, asked.entry

    def values(condition: str) -> list[Any]:
        keys = (key.format(service=case.service) for key in when.get(condition, ()))
        return [entry.get(key) for key in keys]

    fields = ("provider", "route", "row", "service")
    return (
        all(fits(getattr(case, field), when.get(field, ())) for field in fields)
        and when.get("batch", case.is_token_batch) == case.is_token_batch
        and when.get("tokens", bool(case.input_tokens)) == bool(case.input_tokens)
        and ("uses" not in when or any(case.amount(name) for name in when["uses"]))
        and all(value is not None for value in values("has"))
        and all(value is None for value in values("lacks"))
        and all(values("charged"))
        and not any(values("free"))
        and all(entry.get(key) == value for key, value in when.get("equals", {}).items())
        and all(entry.get(key) != value for key, value in when.get("differs", {}).items())
    )


def _set_keys(asked: Question, prices: Entry) -> Question:
    return asked._replace(entry={**asked.entry, **prices})


def _drop_keys(asked: Question, patterns: Sequence[str]) -> Question:
    kept = {key: value for key, value in asked.entry.items() if not fits(key, patterns)}
    return asked._replace(entry=kept)


def _halve(asked: Question, keys: Mapping[str, Sequence[str]]) -> Question:
    for key, whole in keys.items():
        price = next(filter(None, (asked.entry.get(each) for each in whole)), 0)
        asked = _set_keys(asked, {key: Decimal(price) / 2})
    return asked


def _set_amounts(asked: Question, amounts: Mapping[str, Amount]) -> Question:
    return asked.amounts({**dict(asked.case.amounts), **amounts})


def _drop_amounts(asked: Question, patterns: Sequence[str]) -> Question:
    return asked.amounts(
        {name: amount for name, amount in asked.case.amounts if not fits(name, patterns)}
    )


def _move_amounts(asked: Question, names: Mapping[str, Sequence[str]]) -> Question:
    for to, origins in names.items():
        total = sum(asked.case.amount(name) for name in origins)
        asked = _set_amounts(_drop_amounts(asked, origins), {to: total})
    return asked


def _cached_as_text(asked: Question, kind: str) -> Question:
    cached = asked.case.amount(f"cache_read_{kind}_tokens")
    fresh = asked.case.amount(f"input_{kind}_tokens") - cached
    kept = _drop_amounts(asked, [f"cache_read_{kind}_tokens"])
    return _set_amounts(kept, {f"input_{kind}_tokens": fresh})


def _litellms_row(asked: Question) -> Question:
    """The row that litellm finds under the name, if that is another one."""
    same_row = asked.row_found == asked.case.row
    return asked if same_row else asked._replace(entry=asked.entry_found)


def _keys_read(asked: Question) -> Question:
    """Only the prices that litellm copies out of its map; it copies structures whole."""
    whole = {"tiered_pricing", "off_peak_pricing", "provider_specific_entry", *asked.keys_read}
    unread = [k for k, v in asked.entry.items() if k not in whole and parse_key(k) and v]
    return _drop_keys(asked, unread) if unread else asked


def _images_stay(asked: Question) -> Question:
    """Image and video tokens at their standard price above each threshold and at the service."""
    entry = asked.entry
    written = {key: parsed for key in entry if (parsed := parse_key(key))}
    tiers = {parsed.above_tokens for parsed in written.values() if parsed.above_tokens}
    suffixes = [f"_above_{tier // 1000}k_tokens" for tier in sorted(tiers)]
    suffixes += [f"_{asked.case.service}"] if asked.case.service else []
    parts = (UNITS[unit].key for unit in PARTS if unit != "reasoning")
    stay = {
        f"{key}{suffix}": entry[key]
        for key in parts
        for suffix in suffixes
        if entry.get(key) is not None and entry.get(f"{key}{suffix}") is None
    }
    return _set_keys(asked, stay) if stay else asked


def _ten_results(asked: Question) -> Question:
    """The price of a search with ten results, which litellm takes if the call does not say."""
    ranges = asked.entry["tiered_pricing"]
    price = next(each for each in ranges if each["max_results_range"][1] >= 10)  # noqa: PLR2004
    return _set_keys(asked, {"input_cost_per_query": price["input_cost_per_query"]})


CODE: Mapping[str, Callable[[Question], Question]] = {
    "litellms_row": _litellms_row,
    "images_stay": _images_stay,
    "keys_read": _keys_read,
    "ten_results": _ten_results,
}
CHANGES: Mapping[str, Callable[[Question, Any], Question]] = {
    "set_case": lambda asked, fields: asked._replace(case=asked.case._replace(**fields)),
    "set_keys": _set_keys,
    "drop_keys": _drop_keys,
    "halve": _halve,
    "set_amounts": _set_amounts,
    "drop_amounts": _drop_amounts,
    "move_amounts": _move_amounts,
    "cached_as_text": _cached_as_text,
    "code": lambda asked, name: CODE[name](asked),
}
CAUSES = {row["name"]: Cause(**row) for row in TABLES["causes"]}
ROUNDING = CAUSES["finer-than-picodollar"]


def ask(catalog: Catalog, case: Case) -> Quote:
    """Our price of a case."""
    usage = Usage(case.input_tokens, case.output_tokens, **dict(case.amounts))
    name = f"{case.provider}/{case.row}"
    service, region = case.service or None, case.region or None
    return quote(catalog, name, usage, service=service, region=region, at=case.at)


def answer(asked: Question) -> Quote:
    """Our price of a question, its entry the only one of its catalog."""
    catalog, _ = catalog_of({asked.case.provider: {asked.case.row: dict(asked.entry)}})
    return ask(catalog, asked.case)


def total(priced: Quote) -> Fraction:
    """A quote's total in USD."""
    return Fraction(priced.pico_usd, PICO_PER_USD)


def unrounded_total(priced: Quote) -> Fraction:
    """A quote's total in USD by the prices as they are written, before loading rounds them."""
    usds = Fraction()
    for line in priced.lines:
        if line.priced:
            price: Any = priced.prices.entry
            for step in line.key.replace(".search_", "/search_").split("/"):
                price = price[step] if isinstance(price, Mapping) else price[int(step)]
            counts = Fraction(line.quantity) * (1000 if UNITS[line.unit].divisible else 1)
            usds += counts * Fraction(price) / UNITS[line.unit].priced_by
    return usds


def same(one: Fraction, other: Fraction) -> bool:
    """Whether both are the same number, to a billionth of it."""
    return abs(one - other) <= max(one, other) / 10**9


def explain(asked: Question, theirs: Fraction) -> tuple[str, ...]:
    """The causes that lead from our figure to litellm's; none if they do not lead there."""
    found: list[str] = []
    ours = answer(asked)
    for cause in CAUSES.values():
        changed = cause.changed(asked)
        if changed != asked:
            asked, before, ours = changed, ours, answer(changed)
            found += [cause.name] if ours.pico_usd != before.pico_usd else []
    if same(total(ours), theirs):
        return tuple(found)
    unrounded = unrounded_total(ours)
    # Rounding a rate moves each count by half a picodollar at most.
    most = Fraction(sum(count for _, count in ours.usage.counts), 2 * PICO_PER_USD)
    finer = same(unrounded, theirs) and abs(unrounded - total(ours)) <= most
    return (*found, ROUNDING.name) if finer else ()


class Peer(Protocol):
    """The calculator that ours is held against."""

    def price(self, case: Case) -> Fraction | None:
        """What a case costs in USD; None if it is refused."""

    def source(self, case: Case) -> tuple[str, frozenset[str]]:
        """The row that the answer comes from, and its members that are read."""


class Difference(NamedTuple):
    """A case that both price differently; without causes it is unexplained."""

    case: Case
    our_usd: Fraction
    their_usd: Fraction
    causes: tuple[str, ...]


class Comparison(NamedTuple):
    """All that was compared; `refused` are cases that litellm does not price."""

    rows: int
    problems: int
    cases: int
    agreed: int
    refused: Sequence[Case]
    differences: Sequence[Difference]

    @property
    def unexplained(self) -> Sequence[Difference]:
        """The differences that no cause predicts."""
        return [each for each in self.differences if not each.causes]


def compare(sections: Mapping[str, Entry], rows: Sequence[Row], peer: Peer) -> Comparison:
    """Price every case of the rows by both and explain what differs; `sections` is the map."""
    catalog, problems = catalog_of(sections)
    entries = {name: entry for section in sections.values() for name, entry in section.items()}
    agreed, refused, differences = 0, list[Case](), list[Difference]()
    cases = [(row, case) for row in rows for case in cases_of(row)]
    for row, case in cases:
        ours, theirs = total(ask(catalog, case)), peer.price(case)
        if theirs is None:
            refused.append(case)
        elif same(ours, theirs):
            agreed += 1
        else:
            name, keys = peer.source(case)
            asked = Question(case, row.entry, name, keys, entries.get(name, {}))
            differences.append(Difference(case, ours, theirs, explain(asked, theirs)))
    return Comparison(len(rows), problems, len(cases), agreed, refused, differences)


# litellm's provider -> genai-prices' provider and the prefix of its names.
MAKERS = {
    "openai": ("openai", "openai/"),
    "anthropic": ("anthropic", "anthropic/"),
    "gemini": ("google", "gemini/"),
}
VERDICTS = AGREE, PRICES, CALCULATION = "agree", "differ in price", "differ in calculation"


class GenaiCheck(NamedTuple):
    """A case by genai-prices; `same_prices_usd` is our figure with genai-prices' own prices."""

    case: Case
    our_usd: Fraction
    their_usd: Fraction
    same_prices_usd: Fraction

    @property
    def verdict(self) -> str:
        """Whether the figures agree, the lists differ or the calculators do."""
        if same(self.our_usd, self.their_usd):
            return AGREE
        return PRICES if same(self.same_prices_usd, self.their_usd) else CALCULATION


def check_by_genai(sections: Mapping[str, Entry], rows: Iterable[Row]) -> Iterator[GenaiCheck]:
    """Text and cached usage, short and above the tiers, of every model that genai-prices knows."""
    catalog, _ = catalog_of(sections)
    api: Any = import_module("genai_prices")
    listed = OfferIndex(load(FeedSource("genai-prices", "")).catalog)
    for row in rows:
        provider, prefix = MAKERS.get(row.provider, ("", ""))
        model = row.name.removeprefix(prefix)
        found = next(listed.find(catalog.by_full_name[f"{row.provider}/{row.name}"]), None)
        rates = found.model.list_at(MOMENT).rates if provider and found else {}
        if ("input", 0, "") not in rates or not row.price("input"):
            continue
        figures = {price_key(*key): Decimal(pico).scaleb(-12) for key, (pico, _) in rates.items()}
        bases = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
        entry = {
            key: price
            for key, price in figures.items()
            if key in bases or (key.startswith(bases) and key.endswith("k_tokens"))
        }
        theirs, _ = catalog_of({row.provider: {row.name: entry}})
        for length in (SHORT_TOKENS, *(start + 1 for start in row.thresholds)):
            for kind in ("text", "cached"):
                case = token_case(row, kind, length)._replace(output_tokens=OUTPUT_TOKENS)
                usage = api.Usage(
                    input_tokens=length,
                    output_tokens=OUTPUT_TOKENS,
                    cache_read_tokens=case.amount("cache_read_tokens"),
                )
                priced = api.calc_price(
                    usage, model, provider_id=provider, genai_request_timestamp=MOMENT
                )
                cost = Fraction(priced.total_price)
                yield GenaiCheck(case, total(ask(catalog, case)), cost, total(ask(theirs, case)))


def summary(found: Comparison, checks: Sequence[GenaiCheck]) -> list[str]:
    """The figures of a run, one a line."""
    counts = Counter(cause for each in found.differences for cause in each.causes)
    verdicts = Counter(each.verdict for each in checks)
    words = ", ".join(f"{verdicts[verdict]:,} {verdict}" for verdict in VERDICTS)
    return [
        f"rows loaded          {found.rows:>7,}",
        f"rows with a problem  {found.problems:>7,}",
        f"cases compared       {found.cases - len(found.refused):>7,}",
        f"cases litellm refuses{len(found.refused):>7,}",
        f"agreed               {found.agreed:>7,}",
        f"differing            {len(found.differences):>7,}",
        f"unexplained          {len(found.unexplained):>7,}",
        "",
        "cases by cause (a case may have several)",
        *(f"  {name:<22}{counts[name]:>7,}  {cause.right}" for name, cause in CAUSES.items()),
        "",
        f"genai-prices, {len(checks):,} cases: {words}",
        *(f"unexplained: {_named(each.case)}" for each in found.unexplained),
    ]


def document(found: Comparison, checks: Sequence[GenaiCheck], versions: Mapping[str, str]) -> str:
    """docs/differences.md: what was compared, each cause with its reasons and an example."""
    by_cause = {
        name: [each for each in found.differences if name in each.causes] for name in CAUSES
    }
    verdicts = Counter(each.verdict for each in checks)
    figures = {
        **{name.replace("-", "_"): text for name, text in versions.items()},
        "rows": f"{found.rows:,}",
        "problems": found.problems,
        "compared": f"{found.cases - len(found.refused):,}",
        "agreed": f"{found.agreed:,}",
        "differing": f"{len(found.differences):,}",
        "unexplained": len(found.unexplained),
        "causes": "\n".join(_cause_row(CAUSES[name], by_cause[name]) for name in CAUSES),
        "sections": "\n".join(_section(CAUSES[name], by_cause[name]) for name in CAUSES),
        "refused": "\n".join(_refused(found.refused)),
        "genai_rows": len({each.case.row for each in checks}),
        "genai_cases": len(checks),
        "genai_agree": verdicts[AGREE],
        "genai_prices_differ": verdicts[PRICES],
        "genai_calculation_differs": verdicts[CALCULATION],
        "genai_table": "".join(_genai_table(checks)),
    }
    return str(TABLES["document"]).format_map(figures)


def _cause_row(cause: Cause, cases: Sequence[Difference]) -> str:
    rows = len({(each.case.provider, each.case.row) for each in cases})
    return f"| [{cause.name}](#{cause.name}) | {cause.right} | {rows:,} | {len(cases):,} |"


def _section(cause: Cause, cases: Sequence[Difference]) -> str:
    source = f"<{cause.source}>" if cause.source.startswith("https://") else cause.source
    example = cause.example
    used = f"{_used(cause.example_case)} of `{example['row']}`"
    lines = [
        f"## {cause.name}\n\n{' '.join(cause.says.split())}\n",
        f"Right: **{cause.right}**. {' '.join(cause.why.split())} Source: {source}.\n",
        f"By hand: {used} costs {example['ours']} with us,",
        f"{example['litellm']} with litellm ({example['working']}).\n",
    ]
    alone = [each for each in cases if each.causes == (cause.name,)]
    for each in (alone or cases)[:1]:
        lines.append(f"Seen: {_named(each.case)}: {_usd(each.our_usd)} with us,")
        lines.append(f"{_usd(each.their_usd)} with litellm.\n")
    return "\n".join(lines)


def _refused(cases: Iterable[Case]) -> Iterator[str]:
    counts = Counter((case.kind, case.provider, case.service) for case in cases)
    for (kind, provider, service), count in sorted(counts.items()):
        yield f"| {' '.join(filter(None, (kind, service)))} | {provider} | {count} |"


def _genai_table(checks: Sequence[GenaiCheck]) -> Iterator[str]:
    """The first case of each row that genai-prices prices differently."""
    for verdict, title in ((PRICES, "Other prices"), (CALCULATION, "Other calculation")):
        first: dict[tuple[str, str], GenaiCheck] = {}
        for each in checks:
            if each.verdict == verdict:
                first.setdefault((each.case.provider, each.case.row), each)
        if first:
            yield f"\n| {title} | used | litellm's | genai-prices' |\n| --- | --- | ---: | ---: |\n"
        for (_, row), each in sorted(first.items()):
            figures = f"{_usd(each.our_usd)} | {_usd(each.their_usd)}"
            yield f"| `{row}` | {_used(each.case)} | {figures} |\n"


def _named(case: Case) -> str:
    return f"`{case.row}` ({case.provider}), {_used(case)}"


def _used(case: Case) -> str:
    words = [f"{case.input_tokens:,} in"] if case.input_tokens else []
    words += [f"{case.output_tokens:,} out"] if case.output_tokens else []
    words += [f"{amount:,} {name}" for name, amount in case.amounts]
    words += [word for word in (case.service, case.region, case.size) if word]
    words += [case.at.isoformat()] if case.at else []
    return ", ".join(words).replace("_", " ")


def _usd(amount: Fraction) -> str:
    return usd(round(amount * PICO_PER_USD), min_decimals=0)


def run(rows_wanted: int | None) -> tuple[Comparison, Sequence[GenaiCheck]]:
    """Compare all rows, or always the same sample of them.

    Raises ModuleNotFoundError or FeedError where litellm or genai-prices is not installed.
    """
    sections = read_sections(Path(installed_file(FORMATS["litellm"])))
    rows = [
        row_of(provider, name, entry)
        for provider, entries in sorted(sections.items())
        for name, entry in sorted(entries.items())
    ]
    if rows_wanted is not None and rows_wanted < len(rows):
        rows = sorted(random.Random(SAMPLE_SEED).sample(rows, rows_wanted), key=lambda row: row[:2])  # noqa: S311 - no secret
    return compare(sections, rows, Litellm()), list(check_by_genai(sections, rows))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the figures, write the document; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare every quote with litellm's.")
    parser.add_argument("--output", type=Path, default=DIFFERENCES, help="the document's path")
    parser.add_argument("--rows", type=int, help="compare so many rows only, write nothing")
    options = parser.parse_args(arguments)
    try:
        found, checks = run(options.rows)
        versions = {name: version(name) for name in ("litellm", "genai-prices")}
    except (ModuleNotFoundError, OSError, FeedError) as problem:
        print(f"compare_litellm cannot run: {problem}: {INSTALL_HINT}", file=sys.stderr)
        return 2
    print("\n".join(summary(found, checks)))
    if options.rows is None:
        text = document(found, checks, versions) + BODIES.read_text("utf-8")
        options.output.write_text(text, "utf-8")
    return 1 if found.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
