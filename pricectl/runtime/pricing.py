"""Prices for a process whose calls must never fail, and which can reload them.

Readers take one reference to a frozen snapshot; a reload builds a new one and swaps the reference.
Every problem is flagged, counted and logged; none is raised.
"""

import logging
import math
import os
import warnings
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from time import monotonic

from pricectl.core.model import Match
from pricectl.core.usage import Usage
from pricectl.flags import INTERNAL_ERROR, QUOTE_FALLBACK
from pricectl.policy import Policy
from pricectl.runtime.monitor import Listener, Monitor
from pricectl.runtime.polling import call_after_fork
from pricectl.runtime.quoting import QuoteOptions, price_carefully, price_plainly
from pricectl.runtime.responses import price_response
from pricectl.runtime.snapshot import Answer, Metrics, ReloadResult, Snapshot
from pricectl.runtime.sources import CHECK_SECONDS, Options
from pricectl.runtime.updater import Updater

_NO_USAGE = Usage()
WATCH_SECONDS = 1.0


class Pricing:
    """The prices of one process; no method raises.

    One is shared by all threads. After a fork each child goes on with its own.
    """

    def __init__(self) -> None:
        self._monitor = Monitor()
        self._quote_monitor = Monitor(QUOTE_FALLBACK, logging.INFO)
        self._updater = Updater(self._monitor)
        call_after_fork(self._quote_monitor)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        policy: Policy | None = None,
        state: str | os.PathLike[str] | None = None,
        deny: Iterable[str] = (),
        check_seconds: float = CHECK_SECONDS,
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
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        """Restart with new options; see `load`. An argument that cannot be read is left out."""
        given: object = policy
        if given is not None and not isinstance(given, Policy):
            self._left_out("policy is not a Policy")
            policy = None
        seconds = self._seconds("check_seconds", check_seconds, CHECK_SECONDS)
        self._updater.configure(Options(path, policy, state, self._denied(deny), seconds))

    def _denied(self, deny: Iterable[str]) -> frozenset[str]:
        try:
            if not isinstance(deny, (str, bytes)):  # whose characters are not names
                return frozenset(str(name).strip().lower() for name in deny)
        except Exception:  # noqa: BLE001, S110 - a caller's object may do anything
            pass
        self._left_out("deny is not a list of names")
        return frozenset()

    def _seconds(self, argument: str, value: object, otherwise: float) -> float:
        try:
            if isinstance(value, (int, float)) and not math.isnan(value):
                return float(value)
        except OverflowError:
            pass
        self._left_out(f"{argument} is not a number of seconds")
        return otherwise

    def _left_out(self, reason: str) -> None:
        """Count and log an argument that is left out, as those of a call are."""
        self._monitor.fallback("bad-argument", reason=reason, log_key=reason)

    def quote(  # noqa: PLR0913 - the domain's question, all but two by keyword
        self,
        name: str,
        usage: Usage | object,
        *,
        service: str | None = None,
        region: str | None = None,
        at: date | None = None,
        account: str | None = None,
    ) -> Answer:
        """Price one call exactly; never raises.

        `usage` is a Usage or a mapping with the names of its arguments. Without `at` the call was
        made now: announced prices take effect automatically. `account` is the customer, for the
        rules of the profile. Invalid counts are clamped and flagged; an unknown name is charged
        the default price.
        """
        updater = self._updater
        try:
            if monotonic() >= updater.check_at:
                updater.check_for_news()
            snapshot, deny = updater.snapshot, updater.deny
            plain = service is None and region is None and at is None and account is None
            if plain and not deny:
                answer = price_plainly(snapshot, name, usage)
                if answer is not None:
                    return answer
            options = QuoteOptions(service, region, at, account=account)
            return price_carefully(snapshot, name, usage, options, deny, self._monitor)
        except Exception:  # noqa: BLE001 - no frame is left: the recursion limit is near
            return updater.no_price

    def quote_uncharged(  # noqa: PLR0913 - the domain's question, all but two by keyword
        self,
        name: str,
        usage: Usage | object,
        *,
        service: str | None = None,
        region: str | None = None,
        at: date | None = None,
        account: str | None = None,
    ) -> Answer:
        """As `quote`, for a call that nobody is charged for, such as a customer's question.

        It is counted and logged apart (`uncharged_metrics`, "fallback quote"), so that whoever may
        ask cannot raise the alarm about real calls, nor hide one of them.
        """
        updater = self._updater
        try:
            options = QuoteOptions(service, region, at, account=account)
            snapshot, deny = self.snapshot, updater.deny
            return price_carefully(snapshot, name, usage, options, deny, self._quote_monitor)
        except Exception:  # noqa: BLE001 - no frame is left: the recursion limit is near
            return updater.no_price

    def quote_response(  # noqa: PLR0913 - the domain's question, all but two by keyword
        self,
        body: object,
        *,
        model: str | None = None,
        provider: str | None = None,
        service: str | None = None,
        at: date | None = None,
        account: str | None = None,
    ) -> Answer:
        """Price a provider's raw response; what is not given is taken from the body.

        `body` is the response or the list of its stream's events, parsed or as text or bytes: JSON,
        JSON lines or server-sent events. `service` is the tier that was asked for; the one that the
        body states wins, and the flag "other-service" tells the difference. `account` is the
        customer, for the rules of the profile.

        If the profile prefers a stated cost, what the body says that it cost is the contract price
        where the seller's price varies by upstream; the flag "stated-cost" tells it.

        A body without readable usage costs nothing, carries the flag "bad-usage" and is counted.
        """
        updater = self._updater
        try:
            snapshot = self.snapshot  # a reload while the body is read must not mix two versions
            deny, monitor = updater.deny, self._monitor
            options = QuoteOptions(service, at=at, account=account)
            return price_response(snapshot, body, model, provider, options, deny, monitor)
        except Exception:  # noqa: BLE001 - no frame is left: the recursion limit is near
            return updater.no_price

    def match(self, name: str) -> Match:
        """The row that answers for a name; one that only the default price answers is counted."""
        return self.quote(name, _NO_USAGE).match

    @property
    def snapshot(self) -> Snapshot:
        """The prices and settings that calls use now."""
        updater = self._updater
        if monotonic() >= updater.check_at:
            updater.check_for_news()
        return updater.snapshot

    @property
    def snapshot_in_use(self) -> Snapshot:
        """The prices that calls use now; nothing is looked for, started or waited for."""
        return self._updater.snapshot

    @property
    def group_folder(self) -> Path | None:
        """The folder that the workers of the group share; None where they share none."""
        return self._updater.group_folder

    @property
    def group(self) -> str:
        """The name of the worker group, drawn by lot; "" where workers do not follow each other."""
        return self._updater.group_name

    def reload(self, *, force: bool = False) -> ReloadResult:
        """Read the file again and swap the prices, or keep the old ones and say why.

        Refused: a file that cannot be read, a catalog with a problem, or (unless `force`) one that
        looks broken compared with the prices in use, see `core.sanity`. All workers follow.
        """
        return self._updater.reload(force=force)

    @property
    def last_reload(self) -> ReloadResult | None:
        """What the last reload did; None before the first."""
        return self._updater.last_reload

    @property
    def pending_edit(self) -> str:
        """The hash of the catalog file's content if that is not in use; "" if it is.

        As of the last look (start, `poll`, reload); nothing is read here.
        """
        return self._updater.pending_edit

    def poll(self) -> None:
        """Look now whether another worker, or a changed file that is watched, has new prices.

        Never waits: while a reload is under way, here or in another process, it does nothing.
        """
        self._updater.poll()

    def watch(self, every_seconds: float = WATCH_SECONDS) -> None:
        """Reload automatically when the catalog or the settings change, here and in later forks.

        The files are read every `every_seconds`, at most 20 times a second; every second if that
        is not a number.
        """
        self._updater.watch(self._seconds("every_seconds", every_seconds, WATCH_SECONDS))

    def unwatch(self) -> None:
        """Stop watching."""
        self._updater.watcher.stop()

    def after_fork(self) -> None:
        """Warn (DeprecationWarning) and do nothing: a forked child restores its locks."""
        message = "Pricing.after_fork goes with the next release: a forked child needs no call"
        warnings.warn(message, DeprecationWarning, stacklevel=2)

    def metrics(self) -> Metrics:
        """Counters since the process began."""
        return self._monitor.metrics()

    def uncharged_metrics(self) -> Metrics:
        """The counters of `quote_uncharged`; it has no reloads of its own."""
        return self._quote_monitor.metrics()

    def listen(self, listener: Listener, uncharged: Listener) -> None:
        """Tell a listener of each event of calls and loads, another of those of uncharged quotes.

        They are called by the thread of the event, and must be quick.
        """
        self._monitor.listen(listener)
        self._quote_monitor.listen(uncharged)

    def count_internal_error(self, about: str) -> None:
        """Count and log an answer that stands for a failed calculation; `about` says where."""
        self._monitor.fallback(INTERNAL_ERROR, about)
