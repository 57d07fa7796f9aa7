"""Write docs/prices.md: what the models cost that are called most, and who says so.

    python tools/write_prices_page.py

The prices come from the catalog; the models, and the pages that state their prices, from
tests/published_prices.tsv, which people read off those pages. A test holds the page against this.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pricectl.core import Catalog, Model
from pricectl.core.lookup import require
from pricectl.core.prices import PriceList

ROOT = Path(__file__).parent.parent
CATALOG = ROOT / "llm_pricing_current.json"
PUBLISHED = ROOT / "tests" / "published_prices.tsv"
PAGE = ROOT / "docs" / "prices.md"
NONE = "-"
# What the page calls a price: its unit, whether it is one above a length, its services.
Group = tuple[str, bool, tuple[str, ...]]
GROUPS: dict[str, Group] = {
    "input": ("input", False, ("",)),
    "output": ("output", False, ("",)),
    "cache read": ("cache_read", False, ("",)),
    "cache write": ("cache_write", False, ("",)),
    "for 1 hour": ("cache_write_1h", False, ("",)),
    "for 12 hours": ("cache_write_12h", False, ("",)),
    "batch": ("input", False, ("batches",)),
    "flex": ("input", False, ("flex",)),
    "priority": ("input", False, ("priority",)),
    "fast": ("input", False, ("fast", "ultrafast")),
    "long context": ("input", True, ("",)),
}
# The columns of the published prices of which one confirms each.
CONFIRMED_BY = {
    "input": ("input",),
    "output": ("output",),
    "cache read": ("cache_read",),
    "cache write": ("cache_write",),
    "for 1 hour": ("cache_write_1h",),
    "for 12 hours": ("cache_write_12h",),
    "batch": ("batch_input",),
    "flex": ("flex_input",),
    "priority": ("priority_input",),
    "fast": ("fast_input", "ultrafast_input"),
    "long context": ("above_input",),
}
KINDS = {"seller": "the seller's page", "reading": "a reading of the seller's page"}
INTRODUCTION = """\
# Prices of the models that are called most

<!-- made by `make prices` from the catalog and tests/published_prices.tsv; edit those -->

Fifty models, in USD per 1M tokens, as [the price file](../llm_pricing_current.json) charges them.
`4 / 20` is input / output; a dash means that the row has no such price. Long context is the price
of a request with more input tokens than that. Cache reads and writes of a service or a long context
are in the file, and so are searches and audio.

## Prices
"""
SOURCES = """
## Who calls them, and who states the price

`called` names the ranking and the model's place in it:

- A: OpenRouter's tokens in the week to 2026-11-06, as [a data set][set] keeps them. Its first seven
  places could be read; hy4 of Tencent (5) and Step 5 of StepFun (6) have no row here.
- B: money spent through OpenRouter in the week to 2026-10-07. Source: OpenRouter
  (openrouter.ai/rankings), as of 2026-10-07.
- C: models of that week with more than 0.25T tokens, without a place. The same source.
- D: OpenRouter's tokens on 2026-06-08, as [a copy][copy] shows them.
- E: the first twenty of OpenRouter in May 2026, as [an article][article] lists them.
- P: one of the names in the catalog that was deployed in October 2025: calls of long-lived code.

The others stand beside a model of a ranking: what follows it, comes before it or is smaller.

[set]: https://huggingface.co/datasets/tensorust/openrouter-model-share-sample
[copy]: https://tokenmaxxing.com/openrouter-rankings
[article]: https://thelgtm.dev/the-best-model-is-the-one-your-router-knows-when-not-to-use/

`page` is the page that states the price: the seller's own, or, where that could not be read,
somebody's dated reading of it. `whose` says which of the two the first page is. `day` is the date
of the page; a page without one is from after or before a day that it mentions. `list only` names
the prices that are on no page that we could read; they are in the file because price lists agree on
them ([evidence](upstream.md)).{unlisted}
`tests/published_prices.tsv` has the prices of the pages, copied by hand; a test holds the catalog
to them. `gpt-5.6-sol` is a promotion of 4 / 20, announced until at least 2026-11-21; its list price
is 5 / 30.

{counts}

| model | called | page | day | whose | list only |
| --- | --- | --- | --- | --- | --- |
"""


class Published(NamedTuple):
    """What pages state about one model: USD per 1M tokens by column, empty where none does."""

    name: str
    called: str
    kind: str
    day: str
    pages: tuple[str, ...]
    prices: dict[str, str]


def read_published() -> Iterator[Published]:
    """The models of the page, in its order."""
    _, header, *lines = PUBLISHED.read_text(encoding="utf-8").splitlines()
    for line in lines:
        row = dict(zip(header.split("\t"), line.split("\t"), strict=True))
        name, called, kind, day, pages = (
            row.pop(key) for key in ("model", "called", "kind", "day", "pages")
        )
        yield Published(name, called, kind, day, tuple(pages.split()), row)


def list_only(model: Model, published: Published) -> list[str]:
    """The prices of a row that no page states."""
    return [
        group
        for group in GROUPS
        if shown(model.prices, group) != NONE
        and not any(published.prices.get(column) for column in CONFIRMED_BY[group])
    ]


def shown(prices: PriceList, group: str) -> str:
    """The prices of a group as the page shows them."""
    unit, is_long, services = GROUPS[group]
    tiers = prices.thresholds if is_long else (0,)
    texts = [
        (f"above {tier // 1000}k: " if tier else "") + _both(prices, unit, tier, service)
        for service in services
        for tier in tiers
        if (unit, tier, service) in prices.rates
    ]
    return "; ".join(texts) or NONE


def _both(prices: PriceList, unit: str, tier: int, service: str) -> str:
    """A price; that of input with that of output beside it for a service or a long context."""
    text = _usd(prices, unit, tier, service)
    return text if not tier and not service else f"{text} / {_usd(prices, 'output', tier, service)}"


def _usd(prices: PriceList, unit: str, tier: int, service: str) -> str:
    return f"{Decimal(prices.rates[unit, tier, service][0]).scaleb(-6).normalize():f}"


def _dated(name: str, model: Model) -> Iterator[str]:
    """What a row costs at other times, in a line each."""
    before = model.prices
    for start, prices in model.upcoming:
        text = _input_output(prices)
        if text == _input_output(before):
            moved = [group for group in GROUPS if shown(prices, group) != shown(before, group)]
            text = "; ".join(f"{group} {shown(prices, group)}" for group in moved)
        yield f"- `{name}` from {start:%Y-%m-%d}: {text}."
        before = prices
    if model.prices.off_peak:
        yield f"- `{name}` outside its peak hours: {_input_output(model.prices.off_peak)}."


def _input_output(prices: PriceList) -> str:
    return f"{_usd(prices, 'input', 0, '')} / {_usd(prices, 'output', 0, '')}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows)]


def page(catalog: Catalog, rows: Sequence[Published]) -> str:
    """docs/prices.md."""
    models = [require(catalog, row.name).model for row in rows]
    prices = [
        [f"`{row.name}`", *(shown(model.prices, group) for group in GROUPS)]
        for row, model in zip(rows, models, strict=True)
    ]
    lines = [INTRODUCTION, *_table(["model", *GROUPS], prices)]
    dated = [
        line for row, model in zip(rows, models, strict=True) for line in _dated(row.name, model)
    ]
    lines += ["", "At other times:", "", *dated] if dated else []
    lists = [list_only(model, row) for row, model in zip(rows, models, strict=True)]
    counts = (
        f"A page states input and output of all {len(rows)} models, and every price in the table "
        f"of {lists.count([])}."
    )
    young = [
        f"`{row.name}`"
        for row, model in zip(rows, models, strict=True)
        if "evidence" not in model.entry
    ]
    unlisted = (
        f"\nOf {', '.join(young)}\nno two lists have these prices yet: they follow from the "
        "stated ones as on the seller's other models."
    )
    sources = [
        f"| `{row.name}` | {row.called} | {_links(row.pages)} | {row.day} "
        f"| {KINDS[row.kind]} | {', '.join(only) or NONE} |"
        for row, only in zip(rows, lists, strict=True)
    ]
    return (
        "\n".join(
            [
                *lines,
                SOURCES.format(counts=counts, unlisted=unlisted if young else "")
                + "\n".join(sources),
            ]
        )
        + "\n"
    )


def _links(pages: Sequence[str]) -> str:
    return ", ".join(f"[{page.split('/')[2]}]({page})" for page in pages)


if __name__ == "__main__":
    shipped = Catalog.load(CATALOG.read_bytes())
    PAGE.write_text(page(shipped, tuple(read_published())), encoding="utf-8")
