"""What a customer was charged, as a record keeps it: prices, rules, the job and its credits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.core.credits import BUDGET_MODES, Job, job_credits
from pricectl.core.customer_price import CustomerPrice, DecidingRule, with_markup
from pricectl.core.estimate import Estimate
from pricectl.core.money import PICO_PER_USD, ROUNDINGS, exact_usd
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import CONDITIONS, EFFECTS, ProfileRule, RulePrice
from pricectl.records.fields import RecordFields, read_fields, read_text
from pricectl.records.values import number_text, refuse, usd_text

_NUMBERS = Profile().numbers
# More than the settings may have, since a program may build a profile by itself.
MAX_RULES = 10_000


class RecordedCharge(NamedTuple):
    """A charge as it was recorded: the profile with the rules that decided, the prices they led to.

    `before` is what the job had used before the call, `modes` the budget modes that were recorded.
    """

    profile: Profile
    price: CustomerPrice
    before: Job
    modes: tuple[str, ...]
    account: str = ""

    def estimate(self, quote: Quote, reading: Any) -> Estimate:
        """The call as it was charged."""
        return Estimate(
            quote,
            1,
            self.profile,
            reading,
            self.account,
            before=self.before,
            recorded_price=self.price,
        )


def charge_facts(call: Estimate, modes: Collection[str] = ()) -> dict[str, Any]:
    """The charge of one call as JSON values; without `modes` in each budget mode.

    Raises BadProfile for an unknown mode.
    """
    profile, before, after = call.profile, call.before, call.job
    charged = {}
    for mode in modes or BUDGET_MODES:
        was, now = job_credits(before, mode, profile), job_credits(after, mode, profile)
        charged[mode] = {"before": was, "after": now, "deducted": now - was}
    numbers = {name: number_text(Fraction(number)) for name, number in profile.numbers.items()}
    rules = {"rules": len(profile.rules)} if profile.rules else {}
    stated = {"prefer_stated_cost": True} if profile.prefer_stated_cost else {}
    about = {"name": profile.name, **numbers, "rounding": profile.rounding, **rules, **stated}
    return {
        **({"account": call.account} if call.account else {}),
        "profile": about,
        "price": _price_facts(call.price),
        "job": {"before": _job_facts(before), "after": _job_facts(after)},
        "credits": charged,
    }


def _price_facts(price: CustomerPrice) -> dict[str, Any]:
    markup = price.markup_percent
    facts = {
        "list_usd": usd_text(price.list_pico_usd),
        "contract_usd": exact_usd(price.contract_pico_usd),
        "markup_percent": None if markup is None else number_text(markup),
        "fee_usd": usd_text(price.fee_pico_usd),
        "customer_usd": exact_usd(price.customer_pico_usd),
        "stated_by_response": price.is_stated,
        "rules": [_rule_facts(found) for found in price.rules],
    }
    return {name: value for name, value in facts.items() if value not in (False, [])}


def _rule_facts(found: DecidingRule) -> dict[str, Any]:
    rule = found.rule
    facts: dict[str, Any] = {"effect": found.effect, "position": found.position}
    facts |= {name: list(getattr(rule, name)) for name in CONDITIONS if getattr(rule, name)}
    days = (("from", rule.from_day), ("until", rule.until_day))
    facts |= {name: day.isoformat() for name, day in days if day}
    if rule.factor is not None:
        facts["factor"] = number_text(rule.factor)
    if rule.prices:
        facts["prices"] = {price.key: usd_text(price.pico_usd) for price in rule.prices}
    if rule.markup_percent is not None:
        facts["markup_percent"] = number_text(rule.markup_percent)
    if rule.fee_pico_usd is not None:
        facts["fee_usd"] = usd_text(rule.fee_pico_usd)
    return facts


def _job_facts(job: Job) -> dict[str, Any]:
    facts = {"usd": usd_text(job.pico_usd), "tokens": job.tokens, "used": job.used}
    return {**facts, "rules_usd": exact_usd(job.rules_pico_usd)} if job.rules_pico_usd else facts


def read_charge(charge: RecordFields, quote: Quote, reading: Any) -> RecordedCharge:
    """Read a charge and check it: prices, the job before and after, its credits.

    Raises BadRecord.
    """
    profile = _profile(charge.fields("profile"))
    price = _price(charge.fields("price"), quote, profile)
    profile = profile._replace(rules=_with_rules(profile.rules, price.rules))
    job = charge.fields("job")
    before, after = _job(job.fields("before")), _job(job.fields("after"))
    charged = charge.fields("credits")
    modes = tuple(mode for mode in charged.members if mode in BUDGET_MODES)
    found = RecordedCharge(profile, price, before, modes, charge.text("account", ""))
    if found.estimate(quote, reading).job != after:
        refuse(job.at("after"), "is not the job before with this call")
    for mode in modes:
        recorded = charged.fields(mode)
        was, now = job_credits(before, mode, profile), job_credits(after, mode, profile)
        if (was, now) != (recorded.whole("before"), recorded.whole("after")):
            refuse(recorded.where, "are not the credits of the job")
        deducted = recorded.value("deducted")
        if type(deducted) is not int or deducted != now - was:
            refuse(recorded.at("deducted"), "is not the difference of after and before")
    return found


def _profile(fields: RecordFields) -> Profile:
    rounding = fields.text("rounding")
    if rounding not in ROUNDINGS:
        refuse(fields.at("rounding"), f"{rounding!r:.60} is not a rounding")
    # A setting that a later release adds has its default in a record of today.
    known = [name for name in _NUMBERS if name in fields.members]
    numbers: dict[str, Any] = {name: fields.number(name) for name in known}
    for name in known:
        if isinstance(_NUMBERS[name], int):
            if numbers[name].denominator != 1:
                refuse(fields.at(name), "is not a whole number")
            numbers[name] = numbers[name].numerator
    if numbers.get("tokens_per_credit", 1) <= 0:
        refuse(fields.at("tokens_per_credit"), "is not above 0")
    number = fields.whole("rules", 0)
    if number > MAX_RULES:
        refuse(fields.at("rules"), "are too many")
    return Profile(
        name=fields.text("name"),
        rounding=rounding,
        rules=(ProfileRule(),) * number,
        prefer_stated_cost=fields.flag("prefer_stated_cost"),
        **numbers,
    )


def _with_rules(
    rules: Sequence[ProfileRule], deciding: Sequence[DecidingRule]
) -> tuple[ProfileRule, ...]:
    """The rules with those that decided the call in their places.

    The others are not recorded; a rule without an effect stands for each. Raises BadRecord.
    """
    found = list(rules)
    for each in deciding:
        if each.position >= len(found):
            refuse("charge.price.rules", f"rule {each.position} is not one of {len(found)}")
        found[each.position] = each.rule
    return tuple(found)


def _price(fields: RecordFields, quote: Quote, profile: Profile) -> CustomerPrice:
    """The prices of the call; the contract price of a rule is taken as it was worked out."""
    if fields.pico_usd("list_usd") != quote.pico_usd:
        refuse(fields.at("list_usd"), "is not the price of the call")
    contract, customer = (
        fields.number(name) * PICO_PER_USD for name in ("contract_usd", "customer_usd")
    )
    markup, fee = fields.optional_number("markup_percent"), fields.pico_usd("fee_usd")
    rules = fields.items("rules", _rule)
    effects = {found.effect for found in rules}
    is_stated = fields.flag("stated_by_response")
    if "cost" not in effects and not is_stated and contract != quote.pico_usd:
        refuse(fields.at("contract_usd"), "differs from the list price without a rule")
    if markup is not None and customer != with_markup(contract, markup) + fee:
        refuse(fields.at("customer_usd"), "is not the contract price with markup and fee")
    if markup is not None and "markup" not in effects and markup != profile.markup_percent:
        refuse(fields.at("markup_percent"), "differs from the profile's without a rule")
    if fee and "fee" not in effects:
        refuse(fields.at("fee_usd"), "is charged without a rule")
    # Several requests of one call may have rules of their own.
    for found in rules if not quote.rounds else ():
        rule = found.rule
        agrees = {
            "cost": is_stated or rule.factor in {None, contract / (quote.pico_usd or 1)},
            "markup": rule.markup_percent == markup,
            "fee": rule.fee_pico_usd == fee or not quote.usage.counts,
        }
        if quote.pico_usd and not agrees[found.effect]:
            refuse(fields.at("rules"), f"differ from the {found.effect} that was charged")
    return CustomerPrice(quote, contract, markup, fee, customer, rules, is_stated)


def _rule(value: object, where: str) -> DecidingRule:
    fields = read_fields(value, where)
    effect = next((each for each in EFFECTS if each == fields.text("effect")), None)
    if effect is None:
        refuse(fields.at("effect"), "is not what a rule decides")
    prices = fields.fields("prices", {})
    patterns: Mapping[str, tuple[str, ...]] = {
        name: fields.items(name, read_text) for name in CONDITIONS
    }
    rule = ProfileRule(
        from_day=_day(fields, "from"),
        until_day=_day(fields, "until"),
        factor=fields.optional_number("factor"),
        prices=tuple(RulePrice(key, prices.pico_usd(key)) for key in prices.members),
        markup_percent=fields.optional_number("markup_percent"),
        fee_pico_usd=fields.pico_usd("fee_usd") if "fee_usd" in fields.members else None,
        **patterns,
    )
    return DecidingRule(effect, fields.whole("position"), rule)


def _day(fields: RecordFields, name: str) -> date | None:
    instant: datetime | None = fields.instant(name)
    return instant.date() if instant else None


def _job(fields: RecordFields) -> Job:
    rules = fields.optional_number("rules_usd") or Fraction(0)
    return Job(
        fields.pico_usd("usd"), fields.whole("tokens"), fields.flag("used"), rules * PICO_PER_USD
    )
