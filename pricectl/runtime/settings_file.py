"""The settings of one process: found once, at start, and never lost in silence.

What a customer is charged depends on the credit profile that the settings choose. Where they cannot
say which one, the last good settings apply; without those the price of a credit is unknown, and
the process has no profile rather than the default one, which resells at cost.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.core.errors import PricingError
from pricectl.files import atomic, settings
from pricectl.files.settings import SettingsText
from pricectl.policy import NO_PROFILE, BadSettings, Policy
from pricectl.runtime.loader import Refused
from pricectl.runtime.shared_files import LastGoodCopy, Owner
from pricectl.runtime.snapshot import Reason

_SETTINGS_GONE = "no settings file was found, though this catalog was used with one before"
_PROFILE_GONE = "the settings define no credit profile, though they did before"


class SettingsInForce(NamedTuple):
    """A process's settings; `problem` says why they are not what the settings file says."""

    policy: Policy
    problem: Reason = Reason()


class SettingsFile:
    """The settings file of one process; its path stays the same once it has been found."""

    def __init__(
        self,
        catalog_argument: str | None = None,
        folder: Path | None = None,
        fixed: Policy | None = None,
        state_folder: Path | None = None,
    ) -> None:
        """Look for it upwards from the catalog that a caller named, then from the working folder.

        `fixed` are settings that the program gave instead. The copies of the last good settings are
        in `state_folder`.
        """
        self._catalog_argument = catalog_argument
        self._folder = folder
        self._fixed = fixed
        self._state_folder = state_folder
        self._path: Path | None = None

    def content_sha256(self) -> str:
        """The hash of the file's content; empty where there is no file."""
        try:
            text = self._find()
            return atomic.sha256(text.data) if text else ""
        except (PricingError, OSError):
            return "unreadable"

    def read(self, last: Policy | None = None) -> SettingsInForce:
        """The settings now, else `last`, else the copy on disk."""
        if self._fixed is not None:
            known = self._fixed.profile in self._fixed.profiles
            unknown = f"no profile is called {self._fixed.profile!r}"
            return SettingsInForce(self._fixed, Reason("" if known else unknown))
        try:
            text = self._find()
            if text is None:
                kept = self._last_good()
                gone = Reason(_SETTINGS_GONE)
                return SettingsInForce(kept, gone) if kept else SettingsInForce(Policy())
            self._path = text.path
            policy, problems = text.usable_policy()
        except (PricingError, OSError) as error:
            return self._fall_back(last, _reason(error, self._path))
        problem = _reason(problems[0], text.path) if problems else Reason()
        # `file` still applies: which catalog to read does not depend on profiles.
        if policy.profile not in policy.profiles:
            missing = BadSettings(f"no profile is called {policy.profile!r}")
            found = self._fall_back(last, problem or _reason(missing, text.path))
            return found._replace(policy=found.policy._replace(file=policy.file))
        copy, sha256 = self._copy(text.path), atomic.sha256(text.data)
        unchanged = copy is not None and not problem and copy.holds(text.data, sha256)
        # The default profile resells at cost: it must not replace a team's own by an oversight. A
        # copy with the same bytes says that they were in force before.
        if not policy.defines_profile:
            before = last if last and last.source else None if unchanged else self._last_good()
            if before and before.defines_profile:
                return self._fall_back(last, _reason(BadSettings(_PROFILE_GONE), text.path))
        if problem:
            return SettingsInForce(policy, problem)
        if copy and not unchanged:
            with suppress(PricingError, OSError):  # no call depends on the copy today
                copy.save(text.data, sha256, wait_seconds=0)
        return SettingsInForce(policy)

    def _find(self) -> SettingsText | None:
        """The file that was found at the first read; until then it is looked for."""
        if self._path:
            return SettingsText(self._path)
        return settings.find_settings(self._folder, catalog=self._catalog_argument)

    def _fall_back(self, last: Policy | None, problem: Reason) -> SettingsInForce:
        """The settings in use, else the last good ones, else none; never the default profile."""
        if last is not None and last.profile in last.profiles:
            return SettingsInForce(last, problem)
        return SettingsInForce(self._last_good() or NO_PROFILE, problem)

    def _last_good(self) -> Policy | None:
        """The last good settings of the file, or of any path that is searched.

        Those of another file count only if they define a profile.
        """
        own = (self._path,) if self._path else ()
        with suppress(PricingError, OSError):
            looked_for = (*own, *settings.candidates(self._folder, self._catalog_argument))
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
        if self._state_folder is None:
            return None
        # By path: a copy is read when the settings, which name the service, cannot be.
        owner, most = Owner.of(path), settings.MAX_SETTINGS_BYTES
        return LastGoodCopy(owner, self._state_folder, ".settings", most)


def _reason(error: PricingError | OSError, path: Path | None) -> Reason:
    """Why settings cannot be used; in public only the base name of their file is shown.

    `path` is the settings file, None if finding it failed; then the error is about a whole file.
    """
    if isinstance(error, OSError):
        return Reason(str(error), error.strerror or type(error).__name__)
    file = str(path or error.where)
    # `where` is the file, with the setting after it; or the setting alone.
    setting = error.where.removeprefix(file).removeprefix(": ")
    problem = str(PricingError(error.what, where=setting, next_step=error.next_step))
    return Reason(f"{file}: {problem}", f"{Path(file).name}: {problem}")
