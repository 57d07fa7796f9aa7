"""A list of models for people: prices per 1M tokens, aligned at the decimal point. Floor 2."""

from collections.abc import Iterator, Sequence

from pricectl.core.calculator import service_word
from pricectl.core.money import usd_per_mtok
from pricectl.listing import Priced, base_rate
from pricectl.report.canvas import Canvas, at_point, clean, listing
from pricectl.report.numbers import count

COLUMNS = (("Input>", "input"), ("Cached>", "cache_read"), ("Output>", "output"))


def report(rows: Sequence[Priced], canvas: Canvas, *, service: str | None, quiet: bool) -> str:
    """Names alone, or a table with the base prices of one service."""
    if quiet:
        return "\n".join(clean(row.model.name) for row in rows)
    return _table(rows, canvas, service_word(service))


def _table(rows: Sequence[Priced], canvas: Canvas, service: str) -> str:
    from rich.text import Text

    table = listing("Provider", "Model", *(heading for heading, _ in COLUMNS), "Context>", "")
    prices = [at_point(_price(row, unit, service) for row in rows) for _, unit in COLUMNS]
    for row, *cells in zip(rows, *prices, strict=True):
        model = row.model
        retired = model.entry.get("retired") is True
        window = model.entry.get("max_input_tokens")
        table.add_row(
            Text(clean(model.provider)),
            Text(clean(model.name)),
            *cells,
            count(window) if isinstance(window, int) else "",
            Text("retired" if retired else _also(row), style="dim"),
        )
    words = [Text(line, style="dim") for line in _captions(rows, service)]
    return canvas.draw(table, Text(), *words) if rows else canvas.draw(*words)


def _captions(rows: Sequence[Priced], service: str) -> Iterator[str]:
    if not rows:
        yield "No model matches."
        return
    word = f"{service} prices" if service else "Prices"
    found = f"{count(len(rows))} {'model' if len(rows) == 1 else 'models'}"
    yield f"{found}. {word} in USD per 1M tokens."
    others = sum(bool(row.others) for row in rows)
    if others:
        verb = "has" if others == 1 else "have"
        yield f"{count(others)} {verb} other prices at other times; 'pricectl show' lists them."


def _price(row: Priced, unit: str, service: str) -> str:
    pico = base_rate(row.prices, unit, service)
    return "" if pico is None else usd_per_mtok(pico)


def _also(row: Priced) -> str:
    tiers = [f">{threshold // 1000}k" for threshold in row.prices.thresholds]
    period = [f"({row.period})"] if row.period else []
    return clean(" ".join([*tiers, *row.prices.services, *period]))
