"""Rules about names: it must be certain which row prices a name."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, aliases_of
from pricectl.core.catalog import Catalog
from pricectl.core.labels import did_you_mean
from pricectl.core.lookup import find, near_names
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to

UNSAFE_NAME = Rule(
    "unsafe-name",
    "error",
    "a name has characters that no provider uses",
    "Look-alike letters, spaces and control characters make a row that no call ever finds, and "
    "they damage terminals and logs.",
    '{"openai": {"gpt-4o ": {"input_cost_per_token": 2.5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Write the name in printable ASCII without spaces, as calls use it.",
)
DUPLICATE_MODEL = Rule(
    "duplicate-model",
    "error",
    "two sections price the same name differently",
    "A call that names the model without its provider fits both rows, so neither answers and the "
    "default price bills it.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}},\n'
    ' "azure": {"gpt-4o": {"input_cost_per_token": 2.75e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}},\n'
    ' "azure": {"azure/gpt-4o": {"input_cost_per_token": 2.75e-06}}}',
    "Delete one row, or put the provider into the name of the other.",
)
CASE_COLLISION = Rule(
    "case-collision",
    "error",
    "two names at different prices differ only in upper and lower case",
    "A call in a third spelling fits both rows, so neither answers and the default price bills it.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06},\n'
    '            "GPT-4o": {"input_cost_per_token": 5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Keep the provider's spelling.",
)
REPEATED_MODEL = Rule(
    "repeated-model",
    "warning",
    "two rows have the same name and, today, the same price",
    "The next edit will change one of them and forget the other.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06},\n'
    '            "GPT-4o": {"input_cost_per_token": 2.5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Keep one row.",
)
CRITICAL_MODEL_MISSING = Rule(
    "critical-model-missing",
    "error",
    "a critical model has no price",
    "Its calls are billed at the default price until somebody notices. Critical are the models "
    "that the setting `critical` names; without it those of gpt-4o, gpt-4o-mini and "
    "claude-sonnet-4-5 that the base has.",
    '{"openai": {"gpt-5": {"input_cost_per_token": 1.25e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Add the row, or mark it retired with a priced `successor`.",
)
RULES = (
    UNSAFE_NAME,
    DUPLICATE_MODEL,
    CASE_COLLISION,
    REPEATED_MODEL,
    CRITICAL_MODEL_MISSING,
)


def check(context: Context) -> Iterator[Finding]:
    """Unsafe, colliding and missing names."""
    catalog = context.catalog
    yield from _unsafe(catalog)
    rows: dict[str, Model] = {}
    for model in catalog.models:
        first = rows.setdefault(model.name.lower(), model)
        if first is not model:
            yield _collision(first, model)
    # With a base the comparison asks for them, and for their prices.
    alone = bool(catalog.models) and context.evidence.base is None
    for name in context.policy.critical if alone else ():
        if not find(catalog, name).is_own_row:
            message = f"no row answers for {name!r}, which the settings call critical"
            hint = "add the row, or take the name out of `critical` in the settings"
            meant = did_you_mean(*near_names(catalog, name))
            yield CRITICAL_MODEL_MISSING.finding(
                "", message, f"{meant} If not, {hint}" if meant else hint
            )


def _unsafe(catalog: Catalog) -> Iterator[Finding]:
    for provider in catalog.providers:
        if reason := unsafe(provider):
            yield UNSAFE_NAME.finding(
                pointer_to(provider), f"the provider's name has {reason}", _ASCII
            )
    for model in catalog.models:
        if reason := unsafe(model.name):
            yield UNSAFE_NAME.finding(
                model.pointer, f"the model's name has {reason}", _ASCII, on_key=True
            )
        for pointer, alias in aliases_of(model):
            if reason := unsafe(alias):
                yield UNSAFE_NAME.finding(pointer, f"the alias has {reason}", _ASCII)


_ASCII = "names are printable ASCII without spaces"


def unsafe(name: str) -> str:
    """What makes a name unsafe, in words; empty if nothing does.

    >>> unsafe("gpt-4o"), unsafe("gpt 4o"), unsafe("")
    ('', "the character 'SPACE' (U+0020)", 'no characters')
    """
    if not name:
        return "no characters"
    if name.isascii() and name.isprintable() and " " not in name:
        return ""
    import unicodedata

    odd = next(char for char in name if not char.isascii() or not char.isprintable() or char == " ")
    called = unicodedata.name(odd, "")
    code = f"U+{ord(odd):04X}"
    return f"the character {called!r} ({code})" if called else f"the control character {code}"


def _collision(first: Model, model: Model) -> Finding:
    same_price = first.prices.same_prices(model.prices)
    rule = REPEATED_MODEL if same_price else CASE_COLLISION
    if not same_price and first.name == model.name:
        rule = DUPLICATE_MODEL
    what = "at the same price" if same_price else "at another price"
    return rule.finding(
        model.pointer,
        f"{model.name!r} is also {first.full_name!r}, {what}",
        on_key=True,
        other=first.pointer,
    )
