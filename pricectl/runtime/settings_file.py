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
            path = self._path or settings.find_settings(self._folder, catalog=self._named)
            return atomic.sha256(settings.read_bytes(path)) if path else ""
        except (PricingError, OSError):
            return "unreadable"

    def read(self, last: Policy | None = None) -> SettingsInForce:
        """The settings as they are now, else those of before: `last`, then the copy on disk."""
        if self._fixed is not None:
            known = self._fixed.profile in self._fixed.profiles
            unknown = f"no profile is called {self._fixed.profile!r}"
            return SettingsInForce(self._fixed, "" if known else unknown)
        try:
            self._path = self._path or settings.find_settings(self._folder, catalog=self._named)
            if self._path is None:
                kept = self._last_good()
                return SettingsInForce(kept, _GONE) if kept else SettingsInForce(Policy())
            data = settings.read_bytes(self._path)
            policy, problems = settings.load_usable_policy(self._path, data)
        except (PricingError, OSError) as error:
            return self._as_before(last, str(error))
        problem = str(problems[0]) if problems else ""
        # The setting `file` counts all the same: which catalog to read does not depend on profiles.
        if policy.profile not in policy.profiles:
            unknown = f"no profile is called {policy.profile!r}"
            found = self._as_before(last, self._with_path(problem or unknown))
            return found._replace(policy=found.policy._replace(file=policy.file))
        # The default profile resells at cost: it must not replace a team's own by an oversight.
        if not policy.defines_profile and self._defined_before(last):
            return self._as_before(last, self._with_path(_UNDEFINED))
        if problem:
            return SettingsInForce(policy, self._with_path(problem))
        if self._state:
            with suppress(PricingError, OSError):  # no call depends on the copy today
                copy = self._copy(self._path, self._state)
                copy.save(data, atomic.sha256(data), wait_seconds=0)
        return SettingsInForce(policy)

    def _defined_before(self, last: Policy | None) -> bool:
        """Whether the settings in force before had a profile of their own."""
        before = last if last and last.source else self._last_good()
        return before is not None and before.defines_profile

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
        if self._state is None:
            return None
        own = (self._path,) if self._path else ()
        with suppress(PricingError, OSError):
            for path in (*own, *settings.candidates(self._folder, self._named)):
                with suppress(Refused):
                    policy = self._read_copy(path, self._state)
                    if path == self._path or self._path is None or policy.defines_profile:
                        return policy
        return None

    @staticmethod
    def _copy(path: Path, state: Path) -> LastGoodCopy:
        return LastGoodCopy(path, state, ".settings", settings.MAX_BYTES)

    def _read_copy(self, path: Path, state: Path) -> Policy:
        policy, problems = settings.load_usable_policy(path, self._copy(path, state).read())
        if problems:
            raise Refused("the copy of the settings cannot be used")
        return policy
