"""Prices for a process that must never fail because of them, and can renew them.

Readers take one reference to a frozen snapshot; a reload builds a new one beside it and swaps the
reference. Whatever goes wrong is flagged on the answer, counted and logged, never raised.
"""

import os
from collections.abc import Iterable
from datetime import date
from time import monotonic
from typing import Any

from pricectl.core.calculator import Quote
from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.policy import Policy
from pricectl.runtime.answering import careful_quote, careful_reading, flags_of, is_denied
from pricectl.runtime.keeper import Keeper
from pricectl.runtime.origin import Options
from pricectl.runtime.snapshot import INTERNAL_ERROR, Answer, Snapshot

_NO_USAGE = Usage()
_new = tuple.__new__
# Ways to find a row of which the caller is told.
_GUESSES = ("partial", "default")
# No service, no region, no date.
_PLAIN = (None, None, None)
# What a quote says of service, region, tier and period when none was asked for.
_STANDARD = tuple(Quote._field_defaults.values())


class Pricing(Keeper):
    """The prices of one process; every method answers whatever happens.

    One is shared by all threads. After a fork each child goes on with its own.
    """

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        policy: Policy | None = None,
        state: str | os.PathLike[str] | None = None,
        deny: Iterable[str] = (),
        check_seconds: float = 0.2,
    ) -> "Pricing":
        """Prices from a catalog file, else from the best layer there is.

        Without `path` the file is found as by the command line: PRICECTL_FILE, the settings, then
        upwards from the current folder. `policy` replaces the settings files. `state` is the folder
        for the last good copy (PRICECTL_STATE, else the user's cache folder). Answers for names in
        `deny` carry the flag "denied-model". Another worker's reload is looked for every
        `check_seconds`.
        """
        pricing = cls()
        pricing.configure(path, policy=policy, state=state, deny=deny, check_seconds=check_seconds)
        return pricing

    def configure(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        policy: Policy | None = None,
        state: str | os.PathLike[str] | None = None,
        deny: Iterable[str] = (),
        check_seconds: float = 0.2,
    ) -> None:
        """Start again with other options; those of `load`."""
        denied = frozenset(str(name).strip().lower() for name in deny)
        with self._lock, self._boot_lock:
            self.unwatch()
            self._start(Options(path, policy, state, denied, check_seconds))
            self._boot()

    def quote(
        self,
        name: str,
        usage: Usage | object,
        *,
        service: str | None = None,
        region: str | None = None,
        at: date | None = None,
    ) -> Answer:
        """Price one call exactly; never raises.

        `usage` is a Usage or a mapping with the names of its arguments. Without `at` the call was
        made now: announced prices take effect automatically. Invalid counts are clamped and
        flagged; an unknown name is charged the default price.
        """
        try:
            if monotonic() >= self._check_at:
                self._look()
            return self._priced(self._snapshot, name, usage, (service, region, at))
        except Exception:  # noqa: BLE001 - no frame is left: the recursion limit is near
            return self._made_up

    def quote_response(
        self,
        body: object,
        *,
        model: str | None = None,
        provider: str | None = None,
        at: date | None = None,
    ) -> Answer:
        """Price a provider's raw response; what is not given is taken from the body.

        `body` is the response or the list of its stream's events, parsed or as text or bytes: JSON,
        JSON lines or server-sent events.

        A body without readable usage costs nothing, carries the flag "bad-usage" and is counted.
        """
        try:
            snapshot = self.snapshot  # a reload while the body is read must not mix two versions
            name, usage, place, flags = careful_reading(snapshot.catalog, body, model, provider)
            answer = self._priced(snapshot, name, usage, (*place, at))
            if not flags:
                return answer
            for kind in flags:
                if kind not in answer.flags:
                    self._monitor.fallback(kind, name)
            return answer._replace(flags=tuple(dict.fromkeys((*answer.flags, *flags))))
        except Exception:  # noqa: BLE001 - no frame is left: the recursion limit is near
            return self._made_up

    def match(self, name: str) -> Match:
        """The row that answers for a name; one that only the default price answers is counted."""
        return self.quote(name, _NO_USAGE).match

    def _priced(
        self, snapshot: Snapshot, name: Any, usage: object, rest: tuple[object, object, object]
    ) -> Answer:
        """Price one call from one snapshot; `rest` is service, region and date."""
        try:
            # Flags by index, for this is the inner loop of a process.
            if type(usage) is Usage and rest == _PLAIN and not self._deny and not snapshot[7]:
                # The plain case of core's `quote`, spelled out: it is most of a process's calls,
                # and one loop both adds up and sees that each unit has a price of its own.
                catalog = snapshot[0]
                match = catalog.matches.get(name)
                if match and match[1] not in _GUESSES and not match[0].dated:
                    prices = match[0].prices
                    if usage[0] < prices.first_tier_tokens:
                        card, pico = prices.base, 0
                        for unit, count in usage[2]:
                            rate = card[unit]
                            if rate[2] or not rate[1]:
                                break
                            pico += count * rate[0]
                        else:
                            if pico >= 0 and not card.divides:
                                parts = ((usage[2], card),)
                                priced = (match, usage, pico, parts, prices, catalog)
                                answer = _new(Quote, priced + _STANDARD)
                                return _new(Answer, (answer, snapshot, ()))
        except Exception:  # noqa: BLE001, S110 - the careful way answers
            pass
        return self._careful(snapshot, name, usage, rest)

    def _careful(
        self, snapshot: Snapshot, name: object, usage: object, rest: tuple[object, object, object]
    ) -> Answer:
        found, flags = careful_quote(snapshot.catalog, name, usage, *rest)
        try:
            flags += flags_of(found)
            if self._deny and is_denied(found.match, self._deny):
                flags += ("denied-model",)
            model = name if isinstance(name, str) else type(name).__name__
            flags += snapshot.flags
            for kind in flags:
                self._monitor.fallback(kind, model)
        except Exception:  # noqa: BLE001 - what is wrong with the answer cannot be said
            flags = (*flags, *snapshot.flags, INTERNAL_ERROR)
        return Answer(found, snapshot, flags)
