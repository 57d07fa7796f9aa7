"""Rules about aliases: each must lead to one row."""

from collections.abc import Iterator, Sequence

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, aliases_of
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model

ALIAS_SHADOWED = Rule(
    "alias-shadowed",
    "error",
    "an alias is also the name of another row at another price",
    "The row of that name answers, never the one that lists the alias.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["gpt-4o-mini"]},\n'
    '            "gpt-4o-mini": {"input_cost_per_token": 1.5e-07}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["gpt-4o-latest"]},\n'
    '            "gpt-4o-mini": {"input_cost_per_token": 1.5e-07}}}',
    "Delete the alias, or the row.",
)
ALIAS_CONFLICT = Rule(
    "alias-conflict",
    "error",
    "two rows claim one alias at different prices",
    "Neither row answers for the alias, and the default price bills it.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["chatgpt"]},\n'
    '            "gpt-5": {"input_cost_per_token": 1.25e-06, "aliases": ["chatgpt"]}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06},\n'
    '            "gpt-5": {"input_cost_per_token": 1.25e-06, "aliases": ["chatgpt"]}}}',
    "Keep the alias in the row that it should find, and delete it from the other.",
)
ALIAS_CYCLE = Rule(
    "alias-cycle",
    "error",
    "rows list each other as aliases",
    "Each name has a row of its own, so none of the aliases is ever followed.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["omni"]},\n'
    '            "omni": {"input_cost_per_token": 2.5e-06, "aliases": ["gpt-4o"]}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["omni"]}}}',
    "Keep one row and list the other names there.",
)
ALIAS_REDUNDANT = Rule(
    "alias-redundant",
    "warning",
    "an alias adds nothing",
    "It repeats a name that already answers at the same price, and the two will drift apart.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["gpt-4o"]}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "aliases": ["gpt-4o-latest"]}}}',
    "Delete the alias.",
)
RULES = (
    ALIAS_SHADOWED,
    ALIAS_CONFLICT,
    ALIAS_CYCLE,
    ALIAS_REDUNDANT,
)


def check(context: Context) -> Iterator[Finding]:
    """Every alias against all names and all other aliases."""
    catalog = context.catalog
    for model in catalog.models:
        seen: set[str] = set()
        for pointer, alias in aliases_of(model):
            if alias in seen:
                yield ALIAS_REDUNDANT.finding(pointer, f"{alias!r} is listed twice")
                continue
            seen.add(alias)
            rows = catalog.names.get(alias) or [*filter(None, [catalog.by_full_name.get(alias)])]
            claimants = catalog.aliases.get(alias, ())
            if rows:
                yield _alias_of_row(catalog, model, alias, rows, pointer)
            elif len(claimants) > 1 and (first := claimants[0]) is not model:
                same_price = first.prices.same_prices(model.prices)
                rule = ALIAS_REDUNDANT if same_price else ALIAS_CONFLICT
                what = "at the same price" if same_price else "at another price"
                message = f"{alias!r} is also an alias of {first.full_name!r}, {what}"
                yield rule.finding(pointer, message)


def _alias_of_row(
    catalog: Catalog, model: Model, alias: str, named: Sequence[Model], pointer: str
) -> Finding:
    if model in named:
        return ALIAS_REDUNDANT.finding(pointer, f"{alias!r} is the row's own name")
    row = named[0]
    if _leads_back(catalog, row, model):
        message = f"{alias!r} is a row that lists {model.name!r} as its alias in turn"
        return ALIAS_CYCLE.finding(pointer, message)
    message = f"{alias!r} is also the row {row.full_name!r}"
    if row.prices.same_prices(model.prices):
        return ALIAS_REDUNDANT.finding(pointer, f"{message}, at the same price")
    return ALIAS_SHADOWED.finding(pointer, f"{message}, which answers")


def _leads_back(catalog: Catalog, start: Model, goal: Model) -> bool:
    """Whether aliases that name rows lead from one row to another."""
    seen, pending = {start.full_name}, [start]
    while pending:
        for alias in pending.pop().aliases:
            for model in catalog.names.get(alias, ()):
                if model is goal:
                    return True
                if model.full_name not in seen:
                    seen.add(model.full_name)
                    pending.append(model)
    return False
