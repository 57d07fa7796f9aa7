"""A list of models for people: prices per 1M tokens, aligned at the decimal point. Floor 2."""

from collections.abc import Sequence

from pricectl.core.calculator import service_word
from pricectl.core.catalog import Model
from pricectl.core.money import usd_per_mtok
from pricectl.core.units import STANDARD
from pricectl.listing import base_rate
from pricectl.report.canvas import Canvas, at_point, clean, listing
from pricectl.report.numbers import count

COLUMNS = (("Input>", "input"), ("Cached>", "cache_read"), ("Output>", "output"))


def report(rows: Sequence[Model], canvas: Canvas, *, service: str | None, quiet: bool) -> str:
    """Names alone, or a table with the base prices of one service."""
    if quiet:
        return "\n".join(clean(model.name) for model in rows)
    return _table(rows, canvas, service_word(service))


def _table(rows: Sequence[Model], canvas: Canvas, service: str) -> str:
    from rich.text import Text

    table = listing("Provider", "Model", *(heading for heading, _ in COLUMNS), "Context>", "")
    prices = [at_point(_price(model, unit, service) for model in rows) for _, unit in COLUMNS]
    for model, *cells in zip(rows, *prices, strict=True):
        retired = model.entry.get("retired") is True
        window = model.entry.get("max_input_tokens")
        table.add_row(
            Text(clean(model.provider)),
            Text(clean(model.name)),
            *cells,
            count(window) if isinstance(window, int) else "",
            Text("retired" if retired else _also(model), style="dim"),
        )
    word = f"{service} prices" if service else "Prices"
    found = f"{count(len(rows))} {'model' if len(rows) == 1 else 'models'}. "
    caption = f"{found}{word} in USD per 1M tokens." if rows else "No model matches."
    words = Text(caption, style="dim")
    return canvas.draw(table, Text(), words) if rows else canvas.draw(words)


def _price(model: Model, unit: str, service: str) -> str:
    pico = base_rate(model, unit, service)
    if pico is None and service != STANDARD:
        return ""
    return "" if pico is None else usd_per_mtok(pico)


def _also(model: Model) -> str:
    tiers = [f">{threshold // 1000}k" for threshold in model.prices.thresholds]
    return " ".join([*tiers, *model.prices.services])
