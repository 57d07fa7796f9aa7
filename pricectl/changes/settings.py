"""The settings of both versions: what differs, and the profiles that sample jobs are charged by."""

from typing import NamedTuple

from pricectl.core.fallback import Fallback, local_model
from pricectl.core.model import Model
from pricectl.core.profile import Profile
from pricectl.policy import Policy
from pricectl.policy.comparison import (
    ProfilePair,
    SettingChange,
    loosening_first,
    profile_pairs,
)
from pricectl.policy.review import ReviewedPolicy


class ComparedSettings(NamedTuple):
    """The settings of two versions, compared.

    `changes`: what differs, what the edit loosens first. `profiles`: every profile that charges
    otherwise now. `gone`: the names of profiles that nobody can ask for any more. `local`: the
    rows of models on the team's own servers, if their price differs. `problem` says what could not
    be compared, "" if nothing; `note` why the settings of one version stand for both.
    """

    changes: tuple[SettingChange, ...] = ()
    profiles: tuple[ProfilePair, ...] = ()
    gone: tuple[str, ...] = ()
    local: tuple[Model | None, Model | None] | None = None
    problem: str = ""
    note: str = ""
    fallbacks: tuple[Fallback, Fallback] | None = None

    def pair_of(self, profile: Profile) -> ProfilePair:
        """What a profile was; itself where it did not change, or where it is new."""
        for pair in self.profiles:
            if pair.new == profile and pair.old:
                return pair
        return ProfilePair(profile, profile)


SAME_SETTINGS = ComparedSettings()


def changes_fallback(old: Policy, new: Policy) -> bool:
    """Whether something else answers for names that a catalog lacks."""
    answers = [
        (policy.fallback, policy.fallback == "reference" and policy.reference, policy.local_price)
        for policy in (old, new)
    ]
    return answers[0] != answers[1]


def compare_settings(
    old: Policy, new: Policy, reviewed: ReviewedPolicy, *, problem: str = ""
) -> ComparedSettings:
    """What differs between the settings of two versions; `reviewed` is what `review` found."""
    pairs = profile_pairs(old, new)
    marks = {one.setting: one.counts for one in reviewed.loosened if one.setting}
    prices = old.local_price, new.local_price
    rows = [local_model(each) if each else None for each in prices]
    return ComparedSettings(
        loosening_first(reviewed.changes, marks),
        tuple(pair for pair in pairs if pair.is_changed),
        tuple(name for name in old.profiles if name not in new.profiles),
        (rows[0], rows[1]) if prices[0] != prices[1] else None,
        problem,
    )
