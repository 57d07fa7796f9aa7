"""Price the names that real clients send, and say how many are right.

    python tools/measure_names.py [--names FILE] [--write]

FILE has a name, where it was seen and its price in a line (input and output in USD per 1M tokens),
tab-separated. Every name with a price counts. Right: input and output cost what the list says. What
is otherwise has its decision in names_decided.tsv, each with its reason. A decision has to go when
its name is right or is in the list no longer. --write puts the table into docs/measured.md, and
makes docs/names.md from the table of forms.
Exit codes: 0, 1 if a name is neither right nor decided or a decision has to go, 2 without the list.
"""

import argparse
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.core import Catalog, Usage, quote
from pricectl.core.labels import plural
from pricectl.core.naming.forms import FORMS
from pricectl.core.naming.sizes import DENSE, MIXTURES
from pricectl.core.naming.words import ENDINGS
from pricectl.flags import FLAGS, PARTIAL_MATCH

ROOT = Path(__file__).resolve().parent.parent
NAMES = ROOT.parent / "shared" / "data" / "names.tsv"
DECIDED = Path(__file__).with_name("names_decided.tsv")
MEASURED, DOCUMENT = ROOT / "docs" / "measured.md", ROOT / "docs" / "names.md"
START, END = "<!-- names: made by tools/measure_names.py -->", "<!-- end of names -->"
MANY = 10_000
# Each answer is one of these.
Kind = Literal["right", "right, flagged", "wrong, flagged", "wrong", "missed", "decided"]
UNDECIDED = frozenset({"wrong, flagged", "wrong", "missed"})
KINDS: tuple[Kind, ...] = (
    "right",
    "right, flagged",
    "wrong, flagged",
    "wrong",
    "missed",
    "decided",
)
# Where a name was seen, by the start of that word, as people call it.
PLATFORMS = (
    ("azure_ai", "Azure AI Foundry"),
    ("azure", "Azure OpenAI"),
    ("bedrock", "Amazon Bedrock"),
    ("amazon-bedrock", "Amazon Bedrock"),
    ("vertex", "Vertex AI"),
    ("gemini", "Gemini API"),
    ("google", "Gemini API"),
    ("fireworks", "Fireworks"),
    ("together", "Together"),
    ("openrouter", "OpenRouter"),
    ("vercel", "Vercel AI Gateway"),
    ("cloudflare", "other gateways"),
    ("opencode", "other gateways"),
    ("github", "other gateways"),
    ("openai", "OpenAI"),
    ("text-completion-openai", "OpenAI"),
    ("anthropic", "Anthropic"),
    ("perplexity", "Perplexity"),
    ("mistral", "Mistral"),
    ("xai", "xAI"),
    ("hand", "written by hand"),
)
OTHERS = "other makers"


class Priced(NamedTuple):
    """One name with its price in the list, in USD per 1M tokens."""

    name: str
    seen: str
    input_usd: Decimal
    output_usd: Decimal


class Judged(NamedTuple):
    """What became of one name."""

    priced: Priced
    kind: Kind
    row: str
    flags: tuple[str, ...]

    @property
    def platform(self) -> str:
        """Where the name was seen, as people call it."""
        word = self.priced.seen.split()[-1]
        return next((name for start, name in PLATFORMS if word.startswith(start)), OTHERS)


def read_list(path: Path) -> Iterator[Priced]:
    """The names whose price is known."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, seen, *prices = line.split("\t")
        if not line.startswith("#") and prices[0]:
            yield Priced(name, seen, Decimal(prices[0]), Decimal(prices[1] or 0))


def decided() -> dict[str, str]:
    """The names whose price in the list is not ours on purpose, and why."""
    lines = DECIDED.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def judge(catalog: Catalog, priced: Priced, decisions: Mapping[str, str]) -> Judged:
    """What became of a name."""
    answer = quote(catalog, priced.name, Usage(MANY))
    output = quote(catalog, priced.name, Usage(0, MANY))
    match = answer.match
    flags = list(match.flags)
    flags += ["missing-region"] if answer.missing_region else []
    flags += ["missing-service"] if answer.missing_service else []
    prices = tuple(Decimal(found.pico_usd) / (MANY * 10**6) for found in (answer, output))
    is_right = prices == (priced.input_usd, priced.output_usd) and not match.is_guess
    kind: Kind
    if is_right:
        kind = "right, flagged" if flags else "right"
    elif priced.name in decisions:
        kind = "decided"
    elif match.is_guess:
        kind = "missed"
    else:
        kind = "wrong, flagged" if flags else "wrong"
    return Judged(priced, kind, match.model.full_name, tuple(flags))


def needless(judged: Iterable[Judged], decisions: Mapping[str, str]) -> list[str]:
    """The decisions that have to go: the name is right, or the list does not price it."""
    used = {it.priced.name for it in judged if it.kind == "decided"}
    return [name for name in decisions if name not in used]


def table(judged: Iterable[Judged]) -> Iterator[str]:
    """The counts by platform, in Markdown."""
    listed = list(judged)
    counts = {name: Counter(it.kind for it in listed if it.platform == name) for name in _names()}
    yield f"| platform | names | {' | '.join(KINDS)} |"
    yield f"| --- | ---: |{' ---: |' * len(KINDS)}"
    for name, count in (*counts.items(), ("all", Counter(it.kind for it in listed))):
        cells = " | ".join(str(count[kind]) for kind in KINDS)
        yield f"| {name} | {count.total()} | {cells} |"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 110, break_long_words=False, break_on_hyphens=False))


def _names() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(name for _, name in PLATFORMS), OTHERS)))


def report(judged: list[Judged], decisions: Mapping[str, str]) -> str:
    """The table, the share that is right, and each decision with the number of its names."""
    counts = Counter(it.kind for it in judged)
    right = counts["right"] + counts["right, flagged"]
    why = Counter(decisions[it.priced.name] for it in judged if it.kind == "decided")
    lines = [
        *table(judged),
        "",
        _wrapped(
            f"{right:,} of {len(judged):,} names are right ({right / len(judged):.1%});"
            f" {counts['wrong']} are wrong without a flag and without a decision. Decisions about"
            f" {plural(counts['decided'], 'name')} ({counts['decided'] / len(judged):.1%}):"
        ),
        "",
        *(_wrapped(f"- {plural(number, 'name')}: {reason}") for reason, number in why.items()),
    ]
    return "\n".join(lines)


def names_document() -> str:
    """docs/names.md, from the table of forms."""
    lines = [
        "# Names as clients send them",
        "",
        "<!-- made by `make names` from pricectl/core/naming; edit it there -->",
        "",
        "A name that no row has as it is written is read by the forms below. `pricectl explain",
        "NAME` says what each part was taken for. A region becomes the quote's region and a",
        "service its service; what the row has no price for is flagged. Words that belong to no",
        "form mean no match.",
        "",
        "Of the rows that have the model, the seller's own answers first, then the maker's, then",
        "one that resellers agree on; another seller's row is flagged `other-seller`.",
        "",
        "## Platforms",
        "",
    ]
    for form in FORMS:
        words = ", ".join(f"`{word}/`" for word in form.words)
        slugs = ", ".join(f"`{slug}/`" for slug in form.slugs)
        lines += [f"### {form.platform}", "", _wrapped(f"Begins with {words}.")]
        if slugs:
            hint = f"Gateways and hubs write {slugs}, which does not say that the maker sells."
            lines.append(_wrapped(hint))
        lines += [_wrapped(form.reading)] if form.reading else []
        lines += [""]
        if form.examples:
            lines += ["| name | is read as |", "| --- | --- |"]
            for name, parts in form.examples.items():
                read = ", ".join(f"{kind} `{text}`" for kind, text in parts.items())
                lines.append(f"| `{name}` | {read} |")
            lines.append("")
    lines += ["## Endings", "", "| ending | is | meaning |", "| --- | --- | --- |"]
    for word, ending in ENDINGS.items():
        shown = ", ".join(f"`{mark}{word}`" for mark in ending.separators)
        lines.append(f"| {shown} | {ending.kind} | {ending.meaning} |")
    lines += [
        "",
        "A day (`-2025-10-01`, `-20251001`, `-10-2025`), `-001` and `-v1:0` are revisions. A day",
        "before every day of the row is an older generation, which a newer row never answers; a",
        "day that the row does not list among others is answered flagged. Where a row has counted",
        "revisions (`-001`), others are not answered. A bare number may be a version and is never",
        "set aside. `[1m]` and `:200k` are contexts.",
        "",
        "## Fireworks' price classes",
        "",
        "| row | up to |",
        "| --- | --- |",
    ]
    for size in (*DENSE, *MIXTURES):
        limit = f"{size.up_to_tenths / 10:g}B" if size.up_to_tenths < MANY * 10 else "any size"
        lines.append(f"| `{size.row}` | {limit} |")
    lines += ["", "## Flags", "", "| flag | meaning |", "| --- | --- |"]
    lines += [f"| `{flag.name}` | {flag.meaning} |" for flag in FLAGS if flag.name in _FLAGS]
    return "\n".join((*lines, ""))


_FLAGS = (
    PARTIAL_MATCH,
    "unknown-model",
    "missing-region",
    "missing-service",
    "other-seller",
    "unpriced-variant",
    "size-class",
    "local-model",
    "reference-price",
)


def main() -> int:
    """Print the table and the names that are not right."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--names", type=Path, default=NAMES)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    if options.write:
        DOCUMENT.write_text(names_document(), encoding="utf-8")
    if not options.names.exists():
        print(f"{options.names}: no such file", file=sys.stderr)
        return 2
    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    decisions = decided()
    judged = [judge(catalog, priced, decisions) for priced in read_list(options.names)]
    open_names = [it for it in judged if it.kind in UNDECIDED]
    for it in open_names:
        shown = f"{it.priced.input_usd}/{it.priced.output_usd}"
        print(f"{it.kind}: {it.priced.name} ({it.priced.seen}, {shown}) {it.row} {it.flags}")
    outdated = needless(judged, decisions)
    for name in outdated:
        print(f"{DECIDED.name}: {name} needs no decision any more")
    told = report(judged, decisions)
    print(f"\n{told}")
    if options.write:
        text = MEASURED.read_text(encoding="utf-8")
        start, rest = text.split(START, 1)
        MEASURED.write_text(f"{start}{START}\n\n{told}\n\n{END}{rest.split(END, 1)[1]}", "utf-8")
    return 1 if open_names or outdated else 0


if __name__ == "__main__":
    sys.exit(main())
