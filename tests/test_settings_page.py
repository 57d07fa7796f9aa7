"""The settings page lists every key with an example that is read, and a typo names its key."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import PricingError
from pricectl.policy import SETTINGS, read_policy
from pricectl.policy.table import Setting, keys_of

PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")
# The headings of the page, by the section whose keys their tables have.
TITLES = {
    "": "## Keys",
    "profiles": "### Profiles",
    "profiles.rules": "### Rules",
    "limits": "### Limits",
    "workloads": "### Workloads",
    "waivers": "### Waivers",
    "severities": "### Severities",
    "gates": "### Gates",
    "replay": "### Usage logs",
}
# What a table of the section has to have besides the key in question.
BESIDES: dict[str, dict[str, Any]] = {
    "profiles.rules": {"markup_percent": 1},
    "workloads": {"name": "n"},
    "waivers": {"rule": "r", "reason": "x"},
    "severities": {"rule": "r", "severity": "error"},
}
# Rules whose own key is an effect need no other one.
EFFECTS = {"factor", "prices", "markup_percent", "fee_usd"}


def nested(section: str, table: dict[str, Any]) -> dict[str, Any]:
    """Settings with a table in its section, and with what the table has to have."""
    besides = {} if EFFECTS & table.keys() else BESIDES.get(section, {})
    whole = besides | table
    if section == "profiles":
        return {"profiles": {"reseller": whole}}
    if section == "profiles.rules":
        return {"profiles": {"reseller": {"rules": [whole]}}}
    if section in ("limits", "gates", "replay"):
        return {section: whole}
    return {section: [whole]} if section else whole


def examples(section: str) -> dict[str, str]:
    """The last column of a section's table by key, without the marks of code."""
    text = PAGE.partition(f"{TITLES[section]}\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| (`.*?) \| .* \| `(.*)` \|$", text, re.MULTILINE)
    return {key: example for keys, example in rows for key in re.findall(r"`(\w+)`", keys)}


KEYS = [one for one in SETTINGS if one.key != "usage"]


def key_id(one: Setting) -> str:
    return f"{one.section}.{one.key}"


def test_every_section_of_the_settings_has_its_table_on_the_page() -> None:
    assert {one.section for one in SETTINGS} == TITLES.keys()


@pytest.mark.parametrize("one", KEYS, ids=key_id)
def test_the_page_has_an_example_of_each_key_that_is_read(one: Setting) -> None:
    example = examples(one.section)[one.key]
    if example.startswith("[") and one.key in example.strip("[]").split("."):
        return  # a table of its own, whose keys have their own examples
    written = tomllib.loads(f"{one.key} = {example}", parse_float=Decimal)
    settings = nested(one.section, written)
    if one.key == "profile":
        settings["profiles"] = {written["profile"]: {}}
    read_policy(settings)


def typos(key: str) -> Iterator[str]:
    """A letter that is missing, typed twice, swapped with the next, or replaced."""
    for place in range(len(key)):
        yield key[:place] + key[place + 1 :]
        yield key[: place + 1] + key[place:]
        yield key[:place] + key[place + 1 : place + 2] + key[place] + key[place + 2 :]
        yield key[:place] + "x" + key[place + 1 :]


@pytest.mark.parametrize("one", KEYS, ids=key_id)
def test_a_typo_in_a_key_names_the_key(one: Setting) -> None:
    known = keys_of(one.section)
    tried = 0
    for typo in sorted(set(typos(one.key)) - known.keys() - {"", "name"}):
        with pytest.raises(PricingError) as caught:
            read_policy(nested(one.section, {typo: "x"}))
        assert f"unknown setting {typo}" in str(caught.value)
        # "profilex" is as near to profiles as to profile.
        same = {one.key, "profile"} if one.key == "profiles" else {one.key}
        assert caught.value.next_step in {f"did you mean {key}?" for key in same}, typo
        tried += 1
    assert tried >= 3 * len(one.key) - 6


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"markup_percent": 30}, "it belongs to [profiles.NAME] or [[profiles.NAME.rules]]"),
        ({"max_increase_percent": 20}, "it belongs to [gates]"),
        ({"limits": {"critical": ["m"]}}, "it belongs to the top"),
        ({"gates": {"stale_days": 3}}, "it belongs to [limits]"),
        ({"expires": "2027-01-01"}, "it belongs to [[waivers]]"),
    ],
)
def test_a_key_at_a_wrong_place_is_told_its_place(settings: dict[str, Any], place: str) -> None:
    with pytest.raises(PricingError) as caught:
        read_policy(settings)
    assert caught.value.next_step == place


@pytest.mark.parametrize(
    ("written", "tokens"),
    [(1_000_000, 1_000_000), (Decimal("1E+6"), 10**6), ("1e6", 10**6), ("1.5M", 1_500_000)],
)
def test_a_count_of_a_workload_is_read_as_people_type_it(written: Any, tokens: int) -> None:
    workload = {"name": "n", "input_tokens": written, "calls": "1k"}
    (read,) = read_policy({"workloads": [workload]}).workloads
    assert (read.usage.input_tokens, read.calls) == (tokens, 1000)


@pytest.mark.parametrize("written", [Decimal("1.5"), "1.000", "many", Decimal("1E+99"), True])
def test_what_is_not_a_whole_count_is_refused(written: Any) -> None:
    with pytest.raises(PricingError, match="input_tokens"):
        read_policy({"workloads": [{"name": "n", "input_tokens": written}]})
    with pytest.raises(PricingError, match="calls of 1 or more"):
        read_policy({"workloads": [{"name": "n", "calls": written}]})
