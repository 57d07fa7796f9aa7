"""The settings that `init` writes: every one is there, and every line can be set."""

import re
import tomllib
from decimal import Decimal

import pytest

from pricectl.edit.settings_template import settings_text
from pricectl.policy import Policy, read_policy
from pricectl.policy.table import SETTINGS, Setting

TEXT = settings_text({})
# What an entry of a list cannot be without.
NEEDED = {
    "workloads": ["name"],
    "waivers": ["rule", "reason"],
    "severities": ["rule", "severity"],
    "profiles.rules": ["provider"],
}
# A rule about some calls says how they are charged.
ALSO = {
    ("profiles.rules", key): ["markup_percent"]
    for key in ("provider", "model", "service", "account", "from", "until")
}
LISTED = (
    "profiles",
    "profiles.rules",
    "workloads",
    "waivers",
    "severities",
    "gates",
    "limits",
    "replay",
)


def read(text: str) -> Policy:
    return read_policy(tomllib.loads(text, parse_float=Decimal))


def section_of(text: str) -> str:
    return re.sub(r"[#\[\]]", "", text).replace("profiles.default", "profiles")


def lines_of(section: str) -> tuple[str, dict[str, str]]:
    """The heading of a section, and its lines by key, without the comment signs."""
    now, headings, found = "", {"": ""}, dict[str, dict[str, str]]()
    for line in TEXT.splitlines():
        if line.startswith("#["):
            now = section_of(line)
            headings[now] = line[1:]
        elif re.match(r"#\w+ = ", line):
            found.setdefault(now, {})[line[1:].partition(" ")[0]] = line[1:]
    return headings[section], found[section]


def test_without_anything_chosen_all_is_as_without_a_file() -> None:
    assert read(TEXT) == Policy()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: f"{each.section}.{each.key}")
def test_every_setting_is_explained_and_can_be_set(setting: Setting) -> None:
    path = ".".join(filter(None, (setting.section, setting.key)))
    if path in LISTED:
        heading = path.replace("profiles", "profiles.default", 1)
        assert re.search(rf"^#\[+{heading}\]+$", TEXT, re.MULTILINE)
        return
    assert f"\n# {setting.sentence}\n" in TEXT
    heading, lines = lines_of(setting.section)
    keys = ["input_tokens"] if setting.key == "usage" else [setting.key]
    keys += [*NEEDED.get(setting.section, ()), *ALSO.get((setting.section, setting.key), ())]
    text = "\n".join([heading, *(lines[key] for key in dict.fromkeys(keys))])
    read(text)


def test_what_is_chosen_is_set_and_quoted() -> None:
    policy = read(settings_text({"critical": ('a"b', "c\x7f\\"), "fallback": "reference"}))
    assert (policy.critical, policy.fallback) == (('a"b', "c\x7f\\"), "reference")


def test_a_default_is_shown_where_there_is_one() -> None:
    assert "#stale_days = 30\n" in TEXT
    assert "#prefer_stated_cost = false\n" in TEXT
    assert "#max_input_usd_per_mtok = 200\n" in TEXT
