"""What the rules of a profile do to each kind of call, resolved once by `core`.

Rules look at provider, model, service, account and day. Calls that the same rules can fit are
taken together, so that the table stays small with a rule for each of many accounts.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeVar

from pricectl.core.profile import Profile
from pricectl.core.profile_rules import EFFECTS, ProfileRule, RuleCall, first_fitting
from pricectl.replay.periods import ANY_TIME, FIRST_TIME, LAST_TIME, WITHOUT_TIME, RatePeriod

Each = TypeVar("Each")


class RuledModel(NamedTuple):
    """What rules look at in a call besides account and day."""

    provider: str
    model: str
    service: str


class RuleTerms(NamedTuple):
    """What a kind of call costs the customer in a period.

    `factor` is what the team pays of the list price, `markup` what the customer pays of that;
    `fee_pico_usd` comes on top. With `price_rule`, the index of a rule of the profile, the prices
    of that rule stand in place of the row's.
    """

    model_class: int
    account_class: int
    period: RatePeriod
    factor: Fraction
    markup: Fraction
    fee_pico_usd: int
    price_rule: int | None


class CustomerTerms(NamedTuple):
    """The terms of all calls of a log, with the classes that models and accounts belong to."""

    model_classes: dict[RuledModel, int]
    account_classes: dict[str, int]
    rows: tuple[RuleTerms, ...]

    @property
    def denominator(self) -> int:
        """The parts of a picodollar in which every customer price is a whole number."""
        return lcm(
            *((row.factor * row.markup).denominator for row in self.rows),
            *(row.markup.denominator for row in self.rows),
        )

    @property
    def contract_denominator(self) -> int:
        """The parts of a picodollar in which every contract price is a whole number."""
        return lcm(*(row.factor.denominator for row in self.rows))

    @property
    def is_dated(self) -> bool:
        """Whether a term depends on the day of the call."""
        return any(row.period != ANY_TIME for row in self.rows)

    @property
    def price_rules(self) -> tuple[int, ...]:
        """The rules with prices that decide for some calls."""
        return tuple(sorted({row.price_rule for row in self.rows if row.price_rule is not None}))


def customer_terms(
    profile: Profile,
    models: Iterable[RuledModel],
    accounts: Iterable[str],
    *,
    at: datetime | None = None,
) -> CustomerTerms:
    """The terms for the models and accounts of a log; `at` as in `Side`."""
    rules = profile.rules
    model_classes, model_rules = _classes(
        {model: _fitting_without_account(rules, model) for model in models}
    )
    account_classes, account_rules = _classes(_fitting_accounts(rules, accounts))
    model_of = {place: model for model, place in reversed(model_classes.items())}
    account_of = {place: account for account, place in reversed(account_classes.items())}
    rows = []
    for model_class, fitting in enumerate(model_rules):
        model = model_of[model_class]
        for account_class, own in enumerate(account_rules):
            positions = sorted(
                position for position in fitting if not rules[position].account or position in own
            )
            for period, day in _periods([rules[position] for position in positions], at):
                call = RuleCall(*model, account_of[account_class], day)
                terms = _decided(profile, positions, call)
                rows.append(RuleTerms(model_class, account_class, period, *terms))
    return CustomerTerms(model_classes, account_classes, tuple(rows))


def _classes(
    fitting: dict[Each, frozenset[int]],
) -> tuple[dict[Each, int], list[frozenset[int]]]:
    """The number of the class of each, and the rules of each class."""
    numbers: dict[frozenset[int], int] = {}
    classes = {each: numbers.setdefault(found, len(numbers)) for each, found in fitting.items()}
    return classes, list(numbers)


def _fitting_without_account(rules: Sequence[ProfileRule], model: RuledModel) -> frozenset[int]:
    """The rules that fit a model and service, whatever the account and day."""
    texts = RuleCall(*model).texts
    known: dict[tuple[tuple[str, ...], ...], bool] = {}
    for rule in rules:
        conditions = rule.conditions[:3]
        if conditions not in known:
            known[conditions] = rule._replace(account=()).fits_texts(texts)
    return frozenset(position for position, rule in enumerate(rules) if known[rule.conditions[:3]])


def _fitting_accounts(
    rules: Sequence[ProfileRule], accounts: Iterable[str]
) -> dict[str, frozenset[int]]:
    """For each account the rules that name it; a pattern without a star is looked up."""
    plain: dict[str, set[int]] = {}
    starred: list[tuple[int, ProfileRule]] = []
    for position, rule in enumerate(rules):
        for pattern in rule.account:
            if "*" in pattern:
                starred.append((position, ProfileRule(account=(pattern,))))
            else:
                plain.setdefault(pattern, set()).add(position)
    found = {}
    for account in accounts:
        texts = RuleCall("", "", account=account).texts
        by_pattern = {position for position, rule in starred if rule.fits_texts(texts)}
        found[account] = frozenset(plain.get(account.lower(), set()) | by_pattern)
    return found


def _periods(
    rules: Sequence[ProfileRule], at: datetime | None
) -> Iterator[tuple[RatePeriod, date | None]]:
    """The periods in which the same rules are in force, each with one of its days."""
    turns = {day for rule in rules for day in (rule.from_day, rule.until_day) if day}
    if at or not turns:
        yield ANY_TIME, at.astimezone(UTC).date() if at else None
        return
    yield WITHOUT_TIME, None
    instants = sorted(datetime.combine(day, time()) for day in turns)
    instants = [instant for instant in instants if FIRST_TIME < instant < LAST_TIME]
    starts = [FIRST_TIME, *instants]
    for start, end in zip(starts, [*instants, LAST_TIME], strict=True):
        yield RatePeriod(start, end), start.date()


def _decided(
    profile: Profile, positions: Sequence[int], call: RuleCall
) -> tuple[Fraction, Fraction, int, int | None]:
    """Factor, markup, fee and price rule, each by the first rule that fits the call."""
    rules = [profile.rules[position] for position in positions]
    found = {effect: first_fitting(rules, effect, call) for effect in EFFECTS}
    by_effect = {effect: rules[place] for effect, place in found.items() if place is not None}
    cost, markup, fee = (by_effect.get(effect) for effect in EFFECTS)
    price_rule = None
    factor = Fraction(1)
    if cost and cost.factor is not None:
        factor = cost.factor
    elif cost:
        price_rule = positions[found["cost"] or 0]
    percent = profile.markup_percent
    if markup and markup.markup_percent is not None:
        percent = markup.markup_percent
    fee_pico_usd = (fee.fee_pico_usd or 0) if fee else 0
    return factor, 1 + percent / 100, fee_pico_usd, price_rule
