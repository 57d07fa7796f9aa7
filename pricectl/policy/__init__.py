"""What a team has decided about its prices: the values of its settings, and their readers."""

from pricectl.policy.reading import read_policy, usable_policy
from pricectl.policy.table import SETTINGS, Setting
from pricectl.policy.values import (
    DEFAULT_WORKLOADS,
    NO_PROFILE,
    BadSettings,
    GateSettings,
    Policy,
    ReplaySettings,
    RuleLimits,
    SettingValue,
    SeverityOverride,
    Waiver,
    Workload,
)

__all__ = [
    "DEFAULT_WORKLOADS",
    "NO_PROFILE",
    "SETTINGS",
    "BadSettings",
    "GateSettings",
    "Policy",
    "ReplaySettings",
    "RuleLimits",
    "Setting",
    "SettingValue",
    "SeverityOverride",
    "Waiver",
    "Workload",
    "read_policy",
    "usable_policy",
]
