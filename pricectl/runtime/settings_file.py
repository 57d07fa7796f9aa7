"""The settings of one process: found once, at start, and never lost in silence.

What a customer is charged depends on the credit profile that the settings choose. Where they cannot
say which one, the last good settings hold; without those nobody knows the price of a credit, and
the process has no profile rather than the default one, which resells at cost.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.core.errors import PricingError
from pricectl.files import atomic, settings
from pricectl.files.settings import SettingsText
from pricectl.policy import NO_PROFILE, Policy
from pricectl.runtime.last_good import LastGoodCopy
from pricectl.runtime.loader import Refused

_GONE = "no settings file was found, though this catalog was used with one before"
_UNDEFINED = "the settings define no credit profile, though they did before"


class SettingsInForce(NamedTuple):
    """A process's settings; `problem` says why they are not what the settings file says."""

    policy: Policy
    problem: str = ""


class SettingsFile:
    """The settings file of one process; its path stays the same once it has been found."""

    def __init__(
        self,
        named: str | None = None,
        folder: Path | None = None,
        fixed: Policy | None = None,
        state: Path | None = None,
    ) -> None:
        """Look for it upwards from the catalog that was named, then from the working folder.

        `fixed` are settings that the program gave instead. `state` is the folder for the copies of
        the last good settings.
        """
        self._named = named
        self._folder = folder
        self._fixed = fixed
        self._state = state
        self._path: Path | None = None

    def content(self) -> str:
        """A hash of what the file says now; empty where there is none."""
        try:
            text = self._find()
            return atomic.sha256(text.data) if text else ""
        except (PricingError, OSError):
            return "unreadable"

    def read(self, last: Policy | None = None) -> SettingsInForce:
        """The settings as they are now, else those of before: `last`, then the copy on disk."""
        if self._fixed is not None:
            known = self._fixed.profile in self._fixed.profiles
            unknown = f"no profile is called {self._fixed.profile!r}"
            return SettingsInForce(self._fixed, "" if known else unknown)
        try:
            text = self._find()
            if text is None:
                kept = self._last_good()
                return SettingsInForce(kept, _GONE) if kept else SettingsInForce(Policy())
            self._path = text.path
            policy, problems = text.usable_policy()
        except (PricingError, OSError) as error:
            return self._as_before(last, str(error))
        problem = str(problems[0]) if problems else ""
        # The setting `file` counts all the same: which catalog to read does not depend on profiles.
        if policy.profile not in policy.profiles:
            unknown = f"no profile is called {policy.profile!r}"
            found = self._as_before(last, self._with_path(problem or unknown))
            return found._replace(policy=found.policy._replace(file=policy.file))
        copy, sha256 = self._copy(text.path), atomic.sha256(text.data)
        unchanged = copy is not None and not problem and copy.holds(text.data, sha256)
        # The default profile resells at cost: it must not replace a team's own by an oversight. A
        # copy with the same bytes says that they were in force before.
        if not policy.defines_profile:
            before = last if last and last.source else None if unchanged else self._last_good()
            if before and before.defines_profile:
                return self._as_before(last, self._with_path(_UNDEFINED))
        if problem:
            return SettingsInForce(policy, self._with_path(problem))
        if copy and not unchanged:
            with suppress(PricingError, OSError):  # no call depends on the copy today
                copy.save(text.data, sha256, wait_seconds=0)
        return SettingsInForce(policy)

    def _find(self) -> SettingsText | None:
        """The file that was found at the first read; until then it is looked for."""
        if self._path:
            return SettingsText(self._path)
        return settings.find_settings(self._folder, catalog=self._named)

    def _with_path(self, problem: str) -> str:
        return problem if problem.startswith(str(self._path)) else f"{self._path}: {problem}"

    def _as_before(self, last: Policy | None, problem: str) -> SettingsInForce:
        if last is not None and last.profile in last.profiles:
            return SettingsInForce(last, problem)
        return SettingsInForce(self._last_good() or NO_PROFILE, problem)

    def _last_good(self) -> Policy | None:
        """The last good settings of the file, or of one that stood where they are looked for.

        Another file than the one that is found counts only if it defined a profile.
        """
        own = (self._path,) if self._path else ()
        with suppress(PricingError, OSError):
            looked_for = (*own, *settings.candidates(self._folder, self._named))
            for path in dict.fromkeys(looked_for):
                with suppress(Refused):
                    copy = self._copy(path)
                    if copy is None:
                        return None
                    policy, problems = SettingsText(path, copy.read()[0]).usable_policy()
                    if problems:
                        continue  # written by another release, which knew other settings
                    if path == self._path or self._path is None or policy.defines_profile:
                        return policy
        return None

    def _copy(self, path: Path) -> LastGoodCopy | None:
        if self._state is None:
            return None
        return LastGoodCopy(path, self._state, ".settings", settings.MAX_BYTES)
