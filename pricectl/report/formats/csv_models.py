"""The models of a catalog as CSV for a spreadsheet: a line a model, or a line a provider."""

from collections.abc import Iterator

from pricectl.core.labels import service_word
from pricectl.core.money import usd_per_mtok
from pricectl.models import ModelList, ProviderList, ProviderSummary
from pricectl.report.formats.csv_lines import written

PRICES = {
    "input_usd_per_mtok": "input",
    "cached_usd_per_mtok": "cache_read",
    "output_usd_per_mtok": "output",
}
MODEL_COLUMNS = ("provider", "model", *PRICES, "max_input_tokens", "period", "retired")


def models(result: ModelList | ProviderList) -> str:
    """The models with their base prices, or the numbers of each provider."""
    if isinstance(result, ProviderList):
        return written(ProviderSummary._fields, (one._asdict() for one in result.providers))
    return written(MODEL_COLUMNS, _model_lines(result))


def _model_lines(result: ModelList) -> Iterator[dict[str, object]]:
    service = service_word(result.service)
    for row in result.rows:
        rates = {column: row.prices.base_rate(unit, service) for column, unit in PRICES.items()}
        yield {
            "provider": row.model.provider,
            "model": row.model.name,
            **{
                column: None if pico is None else usd_per_mtok(pico)
                for column, pico in rates.items()
            },
            "max_input_tokens": row.model.entry.get("max_input_tokens"),
            "period": row.period,
            "retired": "yes" if row.model.is_retired else "",
        }
