"""The rules of a profile: what the team pays, its markup and its fee, by the kind of call.

For each of the three effects (cost, markup, fee) the first rule that fits a call decides.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from pricectl.core.labels import service_label
from pricectl.core.money import exact, exact_usd
from pricectl.core.windows import as_instant

Effect: TypeAlias = Literal["cost", "markup", "fee"]
EFFECTS: tuple[Effect, ...] = ("cost", "markup", "fee")
# The texts of a call that a condition may fit, for each condition.
ConditionTexts: TypeAlias = tuple[tuple[str, ...], ...]
CONDITIONS = ("provider", "model", "service", "account")


class RulePrice(NamedTuple):
    """A price of a rule: a price key as in a row of the catalog, and its price in picodollars."""

    key: str
    pico_usd: int


class RuleCall(NamedTuple):
    """What the conditions of rules look at in one call.

    `service` is the row's word ("" is standard). Without `day`, a UTC day, no dated rule fits.
    """

    provider: str
    model: str
    service: str = ""
    account: str = ""
    day: date | None = None

    @property
    def texts(self) -> "ConditionTexts":
        """What each condition is compared with, in the order of CONDITIONS and in lower case."""
        provider, model = self.provider.lower(), self.model.lower()
        names = model, f"{provider}/{model}"
        return (provider,), names, (service_label(self.service).lower(),), (self.account.lower(),)


class ProfileRule(NamedTuple):
    """One rule: the calls it fits, and what holds for them.

    A condition is a tuple of patterns in lower case, of which one must fit; empty fits every call.
    In a pattern `*` stands for any characters and everything else for itself. The rule fits calls
    from `from_day` to the day before `until_day`, UTC days; None has no bound on that side.

    `factor` times the list price, or `prices` in place of the row's prices of the same keys, is
    what the team pays. `markup_percent`, above -100, replaces the profile's. `fee_pico_usd` is
    added to the customer's price of each call, after the markup. None or empty: no such effect.
    """

    provider: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    from_day: date | None = None
    until_day: date | None = None
    factor: Fraction | None = None
    prices: tuple[RulePrice, ...] = ()
    markup_percent: Fraction | None = None
    fee_pico_usd: int | None = None

    def has(self, effect: Effect) -> bool:
        """Whether the rule says anything about an effect."""
        if effect == "cost":
            return self.factor is not None or bool(self.prices)
        return (self.markup_percent if effect == "markup" else self.fee_pico_usd) is not None

    def fits(self, call: RuleCall) -> bool:
        """Whether the rule is about a call."""
        return self.is_in_force(call.day) and self.fits_texts(call.texts)

    @property
    def conditions(self) -> ConditionTexts:
        """The patterns in the order of CONDITIONS."""
        return self.provider, self.model, self.service, self.account

    def fits_texts(self, texts: ConditionTexts) -> bool:
        """Whether all conditions fit a call, dates aside."""
        return all(map(_one_fits, self.conditions, texts))

    def is_in_force(self, day: date | None) -> bool:
        """Whether a UTC day is one of the rule's; without a day, whether the rule has no dates."""
        if day is None:
            return self.from_day is None and self.until_day is None
        begun = self.from_day is None or self.from_day <= day
        return begun and (self.until_day is None or day < self.until_day)

    @property
    def conditions_text(self) -> str:
        """Its conditions and dates in words; "every call" without any."""
        words = [
            f"{name} {' or '.join(patterns)}"
            for name in CONDITIONS
            if (patterns := getattr(self, name))
        ]
        words += [f"from {self.from_day}"] if self.from_day else []
        words += [f"until {self.until_day}"] if self.until_day else []
        return ", ".join(words) or "every call"

    @property
    def effects_text(self) -> str:
        """What it changes, in words."""
        words = [] if self.factor is None else [f"{exact(self.factor)} of the list price"]
        words += [f"{one.key} {exact_usd(Fraction(one.pico_usd))}" for one in self.prices]
        if self.markup_percent is not None:
            words.append(f"{exact(self.markup_percent)}% markup")
        if self.fee_pico_usd is not None:
            words.append(f"${exact_usd(Fraction(self.fee_pico_usd))} a call")
        return ", ".join(words)


def first_fitting(rules: Sequence[ProfileRule], effect: Effect, call: RuleCall) -> int | None:
    """The index of the rule that decides an effect for a call; None if no rule does."""
    texts = call.texts  # once, since a profile may have a rule for each of many customers
    for index, rule in enumerate(rules):
        if rule.has(effect) and rule.fits_texts(texts) and rule.is_in_force(call.day):
            return index
    return None


def day_of(at: date | None) -> date | None:
    """The UTC day of a day or instant."""
    return None if at is None else as_instant(at).date()


def pattern_fits(pattern: str, text: str) -> bool:
    """Whether a pattern fits a text, both in lower case.

    Where the text is a pattern itself, the answer is whether the first fits all that the second
    does: the letters of a pattern never stand for the `*` of another.

    >>> pattern_fits("gpt-4o*", "gpt-4o-mini"), pattern_fits("gpt-4o", "gpt-4o*")
    (True, False)
    """
    first, *others = pattern.split("*")
    if not others:
        return pattern == text
    *middle, last = others
    end = len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last)) or end < len(first):
        return False
    start = len(first)
    # The earliest place of each part leaves the most room for the next ones.
    for part in middle:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _one_fits(patterns: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    if not patterns:
        return True
    return any(
        pattern == text or ("*" in pattern and pattern_fits(pattern, text))
        for pattern in patterns
        for text in texts
    )


def hidden_rule(rules: Sequence[ProfileRule]) -> int | None:
    """The index of the first rule that never decides anything, because of earlier ones.

    For each of its effects, earlier rules with that effect fit all calls that it fits, and together
    are in force on all its days.
    """
    # A profile may have a rule for each of many customers. Of the rules that name accounts plainly,
    # only one with the same account can fit as much, so that not every pair is compared.
    by_account: dict[str, list[ProfileRule]] = {}
    for index, rule in enumerate(rules):
        earlier = by_account.get("", []) + [
            each for account in rule.account for each in by_account.get(account, ())
        ]
        wider = [each for each in earlier if _fits_all_of(each, rule)]
        if wider and all(
            _in_force_throughout([each for each in wider if each.has(effect)], rule)
            for effect in EFFECTS
            if rule.has(effect)
        ):
            return index
        is_plain = rule.account and not any("*" in account for account in rule.account)
        for account in rule.account if is_plain else ("",):
            by_account.setdefault(account, []).append(rule)
    return None


def _fits_all_of(wide: ProfileRule, narrow: ProfileRule) -> bool:
    """Whether a rule fits every call that another one does, dates aside."""
    return all(
        not patterns
        or (bool(narrower) and all(_one_fits(patterns, (pattern,)) for pattern in narrower))
        for patterns, narrower in zip(wide.conditions, narrow.conditions, strict=True)
    )


def _in_force_throughout(wider: Sequence[ProfileRule], rule: ProfileRule) -> bool:
    """Whether one of the rules is in force on each day of another rule."""
    open_from = rule.from_day or date.min
    until = rule.until_day or date.max
    for each in sorted(wider, key=lambda wide: wide.from_day or date.min):
        if (each.from_day or date.min) > open_from:
            break
        open_from = max(open_from, each.until_day or date.max)
    return open_from >= until
