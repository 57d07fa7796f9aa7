"""docs/differences.md: what was compared, each cause with its reasons and an example."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from compare_litellm.causes import CAUSES
from compare_litellm.comparison import Comparison, Difference
from compare_litellm.question import Cause, Example
from compare_litellm.rows import Case
from compare_litellm.witness import AGREE, CALCULATION, PRICES, VERDICTS, Testimony
from pricectl.core.money import PICO_PER_USD, usd

NOT_ASKED = """\
## What could not be compared

litellm's map has prices that no function of litellm takes an amount for, so that it has no figure:
cached audio writes, explicitly cached tokens, requests, text messages, longer video intervals,
prices in a cloud's own units. `quote` prices them by the row (the last excepted,
which are no dollars). Nor does it apply `search_free_requests`, an allowance per month, in a quote;
neither do we.

## Where both agree and may be wrong

xAI's rows price image tokens like text, without a price above 200,000 tokens. Both calculators
charge them the base rate there, while the text around them costs twice as much; xAI moves the whole
request to the higher rates. The price belongs in the row.
"""


def summary(found: Comparison, testimonies: Sequence[Testimony]) -> list[str]:
    """The figures of a run, one a line."""
    counts = Counter(cause for each in found.differences for cause in each.causes)
    lines = [
        f"rows loaded          {found.rows:>7,}",
        f"rows with a problem  {found.problems:>7,}",
        f"cases compared       {found.cases - len(found.refused):>7,}",
        f"cases litellm refuses{len(found.refused):>7,}",
        f"agreed               {found.agreed:>7,}",
        f"differing            {len(found.differences):>7,}",
        f"unexplained          {len(found.unexplained):>7,}",
        "",
        "cases by cause (a case may have several)",
    ]
    lines += [f"  {cause:<22}{counts[cause]:>7,}  {CAUSES[cause].right}" for cause in CAUSES]
    if testimonies:
        verdicts = Counter(each.verdict for each in testimonies)
        words = (f"{verdicts[verdict]:,} {verdict}" for verdict in VERDICTS)
        lines += ["", f"genai-prices, {len(testimonies):,} cases: {', '.join(words)}"]
    lines += [f"unexplained: {_named(each.case)}" for each in found.unexplained]
    return lines


def document(found: Comparison, testimonies: Sequence[Testimony], versions: dict[str, str]) -> str:
    """The whole document as Markdown."""
    parts = [
        _opening(found, versions),
        _table(found),
        *(_section(cause, _of(cause, found)) for cause in CAUSES.values()),
        _refused(found.refused),
        NOT_ASKED,
        _second(testimonies, versions),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _of(cause: Cause, found: Comparison) -> tuple[Difference, ...]:
    return tuple(each for each in found.differences if cause.id in each.causes)


def _opening(found: Comparison, versions: dict[str, str]) -> str:
    compared = found.cases - len(found.refused)
    return f"""# Where pricectl and litellm differ

Written by `python tools/compare_litellm`; do not edit.

All {found.rows:,} rows of the price map of litellm {versions["litellm"]} are loaded as a catalog
({found.problems} problems). For each row every kind of usage that its keys and mode speak of is
priced by `pricectl.core.quote` and by litellm (`cost_per_token`, `completion_cost`): each kind of
token, short and at and above each threshold, each service, region and hour; images, seconds,
characters, pages, queries, searches and tools.

Of {compared:,} cases {found.agreed:,} agree to a billionth, {len(found.differences):,} differ.
Each difference is explained by the causes below: our calculator, asked what litellm in effect reads
in place of the case, gives litellm's figure. {len(found.unexplained)} are unexplained.
"""


def _table(found: Comparison) -> str:
    lines = ["| cause | right | rows | cases |", "| --- | --- | ---: | ---: |"]
    for cause in CAUSES.values():
        cases = _of(cause, found)
        rows = len({(each.case.provider, each.case.row) for each in cases})
        lines.append(f"| [{cause.id}](#{cause.id}) | {cause.right} | {rows:,} | {len(cases):,} |")
    lines += ["", "A case with several causes is counted under each.", ""]
    return "\n".join(lines)


def _section(cause: Cause, cases: Sequence[Difference]) -> str:
    return "\n".join(
        [
            f"## {cause.id}",
            "",
            cause.says,
            "",
            f"Right: **{cause.right}**. {cause.why} Source: {_link(cause.source)}.",
            "",
            *_worked(cause.example),
            *_seen(cause, cases),
        ]
    )


def _worked(example: Example) -> Iterator[str]:
    yield f"By hand: {_used(example.case)} of `{example.entry}` costs {example.our_usd} with us,"
    yield f"{example.their_usd} with litellm ({example.working})."
    yield ""


def _seen(cause: Cause, cases: Sequence[Difference]) -> Iterator[str]:
    alone = [each for each in cases if each.causes == (cause.id,)]
    for each in (alone or cases)[:1]:
        yield f"Seen: {_named(each.case)}: {_usd(each.our_usd)} with us,"
        yield f"{_usd(each.their_usd)} with litellm."


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


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("https://") else source


def _refused(cases: Iterable[Case]) -> str:
    counts = Counter((case.kind, case.provider, case.service) for case in cases)
    lines = ["## What litellm refuses", "", "It raises an error; we price the row."]
    lines += ["", "| kind | provider | cases |", "| --- | --- | ---: |"]
    for (kind, provider, service), count in sorted(counts.items()):
        lines.append(f"| {' '.join(filter(None, (kind, service)))} | {provider} | {count} |")
    return "\n".join([*lines, ""])


def _second(testimonies: Sequence[Testimony], versions: dict[str, str]) -> str:
    verdicts = Counter(each.verdict for each in testimonies)
    rows = {(each.case.provider, each.case.row) for each in testimonies}
    lines = [
        "## Second witness: genai-prices",
        "",
        f"genai-prices {versions['genai-prices']} knows {len(rows)} of the OpenAI, Anthropic and",
        f"Google rows. Text and cached usage, short and above each tier: {len(testimonies)} cases.",
        f"{verdicts[AGREE]} agree. In {verdicts[PRICES]} the two lists have different prices:",
        "asked with genai-prices' own, our calculator gives its figure.",
        f"{verdicts[CALCULATION]} differ in the calculation.",
        "",
    ]
    for verdict, title in ((PRICES, "Other prices"), (CALCULATION, "Other calculation")):
        lines += _listed(title, [each for each in testimonies if each.verdict == verdict])
    return "\n".join(lines)


def _listed(title: str, cases: Sequence[Testimony]) -> Iterator[str]:
    first: dict[tuple[str, str], Testimony] = {}
    for each in cases:
        first.setdefault((each.case.provider, each.case.row), each)
    if first:
        yield f"| {title} | used | litellm's | genai-prices' |"
        yield "| --- | --- | ---: | ---: |"
    for (_, row), each in sorted(first.items()):
        figures = f"{_usd(each.our_usd)} | {_usd(each.their_usd)}"
        yield f"| `{row}` | {_used(each.case)} | {figures} |"
    yield ""
