"""The models of a catalog as CSV for a spreadsheet: a line a model, or a line a provider."""

import csv
from collections.abc import Iterator
from io import StringIO

from pricectl.core.labels import service_word
from pricectl.core.money import usd_per_mtok
from pricectl.models import ModelList, ProviderList, ProviderSummary
from pricectl.report.formats.csv_lines import cell

PRICES = {
    "input_usd_per_mtok": "input",
    "cached_usd_per_mtok": "cache_read",
    "output_usd_per_mtok": "output",
}
MODEL_COLUMNS = ("provider", "model", *PRICES, "max_input_tokens", "period", "retired")


def models(result: ModelList | ProviderList) -> str:
    """The models with their base prices, or the numbers of each provider."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if isinstance(result, ProviderList):
        writer.writerow(ProviderSummary._fields)
        writer.writerows(map(cell, one) for one in result.providers)
    else:
        writer.writerow(MODEL_COLUMNS)
        writer.writerows(map(cell, line) for line in _model_lines(result))
    return out.getvalue()


def _model_lines(result: ModelList) -> Iterator[tuple[object, ...]]:
    service = service_word(result.service)
    for row in result.rows:
        rates = (row.prices.base_rate(unit, service) for unit in PRICES.values())
        yield (
            row.model.provider,
            row.model.name,
            *(None if pico is None else usd_per_mtok(pico) for pico in rates),
            row.model.entry.get("max_input_tokens"),
            row.period,
            "yes" if row.model.is_retired else "",
        )
