"""The rules of a profile: what the team pays, its markup and its fee, by the kind of call.

For each of the three effects (cost, markup, fee) the first rule that fits a call decides.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
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
    In a pattern `*` stands for any characters and everything else for itself. A pattern of `model`
    with a slash may mean the provider and the model. The rule fits calls from `from_day` to the day
    before `until_day`, UTC days; None has no bound on that side.

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
    first, *others = _split(pattern)
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


@lru_cache(maxsize=4096)
def _split(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("*"))


def _one_fits(patterns: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    if not patterns:
        return True
    return any(
        pattern == text
        # Without a slash "o*" would fit openai/gpt-4o.
        or ("*" in pattern and (text is texts[0] or "/" in pattern) and pattern_fits(pattern, text))
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
    by_account: dict[str, list[tuple[ProfileRule, _Reach]]] = {}
    for index, rule in enumerate(rules):
        reach = _Reach.of(rule)
        earlier = by_account.get("", []) + [
            each for account in rule.account for each in by_account.get(account, ())
        ]
        wider = [each for each, wide in earlier if wide.includes(reach)]
        if wider and all(
            _in_force_throughout([each for each in wider if each.has(effect)], rule)
            for effect in EFFECTS
            if rule.has(effect)
        ):
            return index
        is_plain = rule.account and not any("*" in account for account in rule.account)
        for account in rule.account if is_plain else ("",):
            by_account.setdefault(account, []).append((rule, reach))
    return None


class _Patterns(NamedTuple):
    """The patterns of a condition, those without a star apart: most of them can be looked up."""

    names: frozenset[str] = frozenset()
    starred: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Sequence[str]) -> "_Patterns | None":
        """None where every text fits."""
        if not patterns or any(not pattern.strip("*") for pattern in patterns):
            return None
        starred = tuple(pattern for pattern in patterns if "*" in pattern)
        return cls(frozenset(patterns).difference(starred), starred)

    def include(self, narrow: "_Patterns") -> bool:
        """Whether each of the other patterns fits nothing that none of these fits."""
        if not self.starred:
            return not narrow.starred and narrow.names <= self.names
        return all(self.fit(text) for text in narrow.starred) and all(
            name in self.names or self.fit(name) for name in narrow.names
        )

    def fit(self, text: str) -> bool:
        """Whether one with a star fits a text, or all that a pattern fits."""
        return any(pattern_fits(pattern, text) for pattern in self.starred)


class _Reach(NamedTuple):
    """The calls that a rule fits, dates aside; None: whatever the provider, model and so on is.

    `slashed` are those patterns of `model` that may mean the provider, too. `full_models` are its
    models with their providers, where it can fit no others.
    """

    account: _Patterns | None
    provider: _Patterns | None
    service: _Patterns | None
    model: _Patterns | None
    slashed: _Patterns
    full_models: _Patterns | None

    @classmethod
    def of(cls, rule: ProfileRule) -> "_Reach":
        account, provider, service, model = (
            _Patterns.of(patterns)
            for patterns in (rule.account, rule.provider, rule.service, rule.model)
        )
        slashed = tuple(pattern for pattern in rule.model if "/" in pattern)
        names = rule.model if model else ("*",)
        full = [f"{each}/{name}" for each in rule.provider or ("*",) for name in names]
        return cls(
            account,
            provider,
            service,
            model,
            _Patterns.of(slashed) or _Patterns(),
            None if slashed else _Patterns.of(full),
        )

    def includes(self, narrow: "_Reach") -> bool:
        """Whether it has every call of the other one."""
        for wide, one in zip(self[:3], narrow, strict=False):  # a loop: half a million pairs
            if wide is not None and (one is None or not wide.include(one)):
                return False
        if self.model is None:
            return True
        by_name = narrow.model is not None and self.model.include(narrow.model)
        return by_name or (
            narrow.full_models is not None and self.slashed.include(narrow.full_models)
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
