"""The rules of the profiles beside the catalog: about no row, sold below cost, negotiated twice.

What a rule says that the team pays is judged as a price of the catalog is.
"""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from pricectl.check.evidence.negotiated import NegotiatedTerms
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.check.rules.prices import likely_slip
from pricectl.core.labels import clean, did_you_mean, ratio_text, service_word, short_rate
from pricectl.core.model import Model
from pricectl.core.money import exact
from pricectl.core.near import near
from pricectl.core.profile_rules import ProfileRule, RuleCall, RulePrice
from pricectl.core.units import KNOWN_SERVICES, STANDARD, parse_key

# A contract seldom moves a price further from the list price; a slipped digit does.
FAR = 4

RULE_AND_NEGOTIATED = Rule(
    "rule-and-negotiated",
    "error",
    "a row is negotiated in the catalog, and a rule of a profile changes its cost",
    "A negotiated row holds what the team pays; the rule would lower or raise that once more.",
    '[[profiles.default.rules]]\nprovider = "openai"\nfactor = 0.9',
    '[[profiles.default.rules]]\nprovider = "openai"\nmarkup_percent = 30',
    "Write the list price in the catalog and drop `negotiated`, or drop the rule's cost.",
)
MARKUP_NEGATIVE = Rule(
    "markup-negative",
    "warning",
    "a rule of a profile sells below what the team pays",
    "A sign typed by mistake looks like this.",
    '[[profiles.default.rules]]\naccount = "acme"\nmarkup_percent = -10',
    '[[profiles.default.rules]]\naccount = "acme"\nmarkup_percent = 10',
    "Drop the sign, or waive the finding with the reason.",
)
RULE_WITHOUT_ROW = Rule(
    "rule-without-row",
    "warning",
    "a rule of a profile is about no row of the catalog",
    "It changes nothing; a misspelt name looks like this.",
    '[[profiles.default.rules]]\nmodel = "gtp-4o"\nmarkup_percent = 10',
    '[[profiles.default.rules]]\nmodel = "gpt-4o"\nmarkup_percent = 10',
    "Correct the provider, the model or the service, or delete the rule.",
)
RULE_PRICE_OUT_OF_BOUNDS = Rule(
    "rule-price-out-of-bounds",
    "error",
    "a price of a rule is outside the range of all known prices",
    "Every call that the rule fits is billed by it, as by a price of the catalog.",
    '[[profiles.default.rules]]\nmodel = "o3"\nprices = { input_cost_per_token = 1.80 }',
    '[[profiles.default.rules]]\nmodel = "o3"\nprices = { input_cost_per_token = 1.8e-06 }',
    "Prices are per token: $2.50 per 1M tokens is 2.5e-06. The bounds are in `limits` of the "
    "settings.",
)
RULE_FAR_FROM_LIST = Rule(
    "rule-far-from-list",
    "warning",
    f"a cost of a rule is more than {FAR} times the list price, or less than 1/{FAR} of it",
    "A contract seldom says so; a slipped digit looks like this.",
    '[[profiles.default.rules]]\nmodel = "o3"\nfactor = 0.085',
    '[[profiles.default.rules]]\nmodel = "o3"\nfactor = 0.85',
    "Compare it with the contract; waive the finding with the reason if it is right.",
)
# These are about the settings alone, so they have no place in the catalog.
IN_SETTINGS = frozenset(
    rule.id
    for rule in (MARKUP_NEGATIVE, RULE_WITHOUT_ROW, RULE_PRICE_OUT_OF_BOUNDS, RULE_FAR_FROM_LIST)
)
RULES = (
    RULE_AND_NEGOTIATED,
    MARKUP_NEGATIVE,
    RULE_WITHOUT_ROW,
    RULE_PRICE_OUT_OF_BOUNDS,
    RULE_FAR_FROM_LIST,
)


def check(context: Context) -> Iterator[Finding]:
    """What is wrong with a profile's rules only beside this catalog, and negative markups."""
    with_rules = [profile for profile in context.policy.profiles.values() if profile.rules]
    if not with_rules:
        return
    models = (*context.catalog.models, context.catalog.default)
    terms = NegotiatedTerms(context.catalog)
    negotiated = [(model, found) for model in models if (found := terms.of(model))]
    for profile in with_rules:
        for position, rule in enumerate(profile.rules):
            where = f"profiles.{clean(profile.name):.40}.rules[{position}]"
            if rule.markup_percent is not None and rule.markup_percent < 0:
                message = f"the markup of {where} is {exact(rule.markup_percent)}%"
                yield MARKUP_NEGATIVE.finding("", message)
            # The default price and a catalog that answers for other names have rows of their own.
            about = [model for model in models if _is_about(rule, model)]
            yield from _without_row(rule, where, about, models)
            if rule.has("cost"):
                yield from _cost(rule, where, about, context)
            for model, found in negotiated if rule.has("cost") else ():
                if _is_about(rule, model):
                    message = f"{clean(model.full_name)} is negotiated here and in {where}"
                    yield RULE_AND_NEGOTIATED.finding(found.pointer, message)


def _without_row(
    rule: ProfileRule, where: str, about: Sequence[Model], models: Sequence[Model]
) -> Iterator[Finding]:
    """A rule that fits no row, or a service that nobody sells."""
    services = {*KNOWN_SERVICES, *(word for model in models for word in _services(model))}
    unknown = [word for word in rule.service if "*" not in word and not _is_known(word, services)]
    if not about:
        what, known = "row", _names(rule, models)
        words = rule.provider + rule.model
    elif unknown:
        what, known, words = "known service", [*services, "standard"], tuple(unknown)
    else:
        return
    found = (did_you_mean(*near(word, known)) for word in words if word not in known)
    nearest = next(filter(None, found), "")
    message = f"{where} is about no {what} ({clean(rule.conditions_text):.200})"
    yield RULE_WITHOUT_ROW.finding(
        "", message, f"{nearest} If not, delete the rule" if nearest else None
    )


def _services(model: Model) -> Iterator[str]:
    for prices in model.all_lists:
        yield from prices.services
        yield from prices.uplifts


def _is_known(service: str, services: Collection[str]) -> bool:
    word = service_word(service)
    return word == STANDARD or word in services


def _names(rule: ProfileRule, models: Sequence[Model]) -> list[str]:
    """What a rule about no row may have meant: the providers, and the rows in both spellings."""
    names = [model.provider for model in models] if rule.provider else []
    if rule.model:
        names += [name for model in models for name in (model.name, model.full_name)]
    return list(dict.fromkeys(names))


def _cost(
    rule: ProfileRule, where: str, about: Sequence[Model], context: Context
) -> Iterator[Finding]:
    """What a rule says that the team pays, against the bounds and the list price."""
    factor = rule.factor
    if factor is not None and not Fraction(1, FAR) <= factor <= FAR:
        message = f"{where} pays {exact(factor)} of the list price"
        yield RULE_FAR_FROM_LIST.finding("", message)
    for price in rule.prices:
        parsed = parse_key(price.key)
        if parsed is None:
            continue
        unit, place = parsed.unit.name, f"{where}.prices.{price.key}"
        limit = context.bounds[unit].exceeded_limit(price.pico_usd)
        if limit is not None:
            side = "below" if price.pico_usd < limit else "above"
            amounts = f"{short_rate(price.pico_usd, unit)} is {side} {short_rate(limit, unit)}"
            hint = likely_slip(price.pico_usd, unit) or RULE_PRICE_OUT_OF_BOUNDS.hint
            yield RULE_PRICE_OUT_OF_BOUNDS.finding("", f"{place}: {amounts}", hint)
        else:
            yield from _far_from_list(rule, price, place, about)


def _far_from_list(
    rule: ProfileRule, price: RulePrice, place: str, about: Sequence[Model]
) -> Iterator[Finding]:
    """One finding, for the row whose list price is furthest from the rule's price."""
    parsed = parse_key(price.key)
    services = (service_word(word) for word in rule.service if "*" not in word)
    if parsed is None:
        return
    unit = parsed.unit.name
    words = [*services] if rule.service and parsed.service == STANDARD else [parsed.service]
    listed = [
        (own[0], model)
        for model in about
        for word in words
        if (own := model.prices.rates.get((unit, parsed.above_tokens, word))) and own[0]
    ]
    far = [(was, model) for was, model in listed if _is_far(price.pico_usd, was)]
    if not far:
        return
    was, model = max(far, key=lambda pair: abs(pair[0] - price.pico_usd))
    listed_at = f"the list price of {clean(model.full_name)}"
    rate, amount = short_rate(price.pico_usd, unit), short_rate(was, unit)
    if not price.pico_usd:
        message = f"{place}: is 0, {listed_at} is {amount}"
    elif price.pico_usd > was:
        message = f"{place}: {rate} is {ratio_text(price.pico_usd, was)} {listed_at}, {amount}"
    else:
        times = ratio_text(was, price.pico_usd).removesuffix("x")
        message = f"{place}: {rate} is 1/{times} of {listed_at}, {amount}"
    yield RULE_FAR_FROM_LIST.finding("", message)


def _is_far(now: int, was: int) -> bool:
    return max(now, was) > FAR * min(now, was)


def _is_about(rule: ProfileRule, model: Model) -> bool:
    """Whether a rule fits a call of a row, at some service, for some account, on some day."""
    only_names = ProfileRule(provider=rule.provider, model=rule.model)
    return only_names.fits(RuleCall(model.provider, model.name))
