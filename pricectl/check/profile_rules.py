"""The rules of the profiles beside the catalog: about no row, sold below cost, negotiated twice."""

from collections.abc import Iterator

from pricectl.check.evidence.negotiated import NegotiatedTerms
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import clean
from pricectl.core.model import Model
from pricectl.core.money import exact
from pricectl.core.profile_rules import ProfileRule, RuleCall

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
    "Correct the provider or the model, or delete the rule.",
)
RULES = (RULE_AND_NEGOTIATED, MARKUP_NEGATIVE, RULE_WITHOUT_ROW)


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
            if not any(_is_about(rule, model) for model in models):
                message = f"{where} is about no row ({clean(rule.conditions_text):.200})"
                yield RULE_WITHOUT_ROW.finding("", message)
            for model, found in negotiated if rule.has("cost") else ():
                if _is_about(rule, model):
                    message = f"{clean(model.full_name)} is negotiated here and in {where}"
                    yield RULE_AND_NEGOTIATED.finding(found.pointer, message)


def _is_about(rule: ProfileRule, model: Model) -> bool:
    """Whether a rule fits a call of a row, at some service, for some account, on some day."""
    only_names = ProfileRule(provider=rule.provider, model=rule.model)
    return only_names.fits(RuleCall(model.provider, model.name))
