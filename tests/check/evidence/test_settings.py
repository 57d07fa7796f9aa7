"""Settings that moved far since the base re-price every customer."""

import tomllib
from datetime import date

import pytest

from pricectl.check.evidence import Evidence
from pricectl.check.evidence.settings import SETTING_MOVED
from pricectl.check.validation import validate
from pricectl.policy import read_policy

CATALOG = '{"x": {"m": {"input_cost_per_token": 1e-06}}}'


def found(before: str, after: str) -> list[str]:
    base, policy = (read_policy(tomllib.loads(text), "pricectl.toml") for text in (before, after))
    evidence = Evidence(base_settings=base)
    report = validate(CATALOG, "f", policy, date(2026, 12, 1), evidence=evidence)
    return [one.message for one in report.findings if one.rule == "setting-moved"]


def test_the_examples_are_true() -> None:
    assert found(SETTING_MOVED.base, SETTING_MOVED.bad)
    assert not found(SETTING_MOVED.base, SETTING_MOVED.good)


# 20 to 100 is five times; a markup of zero before was none.
@pytest.mark.parametrize(
    ("before", "after", "is_found"),
    [("20", "100", True), ("20", "99", False), ("20", "0", True), ("0", "30", False)],
)
def test_five_times_is_too_far(before: str, after: str, is_found: bool) -> None:  # noqa: FBT001
    texts = [f"[profiles.default]\nmarkup_percent = {value}" for value in (before, after)]
    assert bool(found(*texts)) is is_found


def test_the_message_says_both_numbers() -> None:
    before = "[profiles.default]\ncredits_per_dollar = 10"
    after = "[profiles.default]\ncredits_per_dollar = 100"
    assert found(before, after) == [
        "credits_per_dollar of the profile 'default' is 100; deployed 10"
    ]
