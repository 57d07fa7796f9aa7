"""The text of a new pricectl.toml: every setting is explained; what is not set is a comment.

It is made from the table of settings, so that a new setting appears here by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pricectl.edit.waiving import toml_text
from pricectl.policy.table import SETTINGS, Setting

HEADINGS: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "profiles": (
        "[profiles.default]",
        "How customers are charged. More profiles have other names.",
    ),
    "profiles.rules": (
        "[[profiles.default.rules]]",
        "One for each kind of calls that you pay or sell otherwise.",
    ),
    "workloads": ("[[workloads]]", "One for each typical job; yours replace the built-in three."),
    "waivers": ("[[waivers]]", "One for each finding that you accept."),
    "severities": ("[[severities]]", "One for each rule whose severity you change."),
    "gates": ("[gates]", "What fails a check where no option says it."),
    "limits": ("[limits]", "What is believable, and when a date is reported."),
    "replay": ("[replay]", "How usage logs of plain columns are read."),
}
# What a setting looks like that is not set by default, or whose default says nothing.
EXAMPLES: Mapping[tuple[str, str], str] = {
    ("", "feeds"): '["litellm", "genai-prices"]',
    ("", "file"): '"llm_pricing_current.json"',
    ("", "deployed"): '"origin/production"',
    ("", "reference"): '"packaged"',
    ("", "critical"): '["gpt-4o", "claude-sonnet-4-5"]',
    ("", "names"): '["gpt-4o-2024-11-20"]',
    ("", "local_price"): "{input = 0.10, output = 0.20}",
    ("", "service"): '"api"',
    ("", "changelog"): '"CHANGELOG.md"',
    ("", "usage_file"): '"usage_summary.json"',
    ("limits", "highest"): "{input = 600}",
    ("limits", "lowest"): "{input = 0.0005}",
    ("workloads", "name"): '"support answer"',
    ("workloads", "service"): '"batch"',
    ("workloads", "region"): '"eu"',
    ("waivers", "rule"): '"output-far-above-input"',
    ("waivers", "reason"): '"audio output costs more"',
    ("waivers", "pointer"): '"/openai/gpt-4o-mini-tts/output_cost_per_token"',
    ("waivers", "expires"): "2027-06-30",
    ("waivers", "value"): "1e-05",
    ("severities", "rule"): '"source-missing"',
    ("severities", "severity"): '"error"',
    ("severities", "pointer"): '"/openai"',
    ("gates", "fail_on"): '["warning"]',
    ("gates", "fail_on_changes"): '["removed"]',
    ("gates", "max_increase_percent"): "20",
    ("gates", "max_decrease_percent"): "50",
    ("gates", "max_credit_change_percent"): "20",
    ("gates", "max_bill_increase_percent"): "5",
    ("gates", "max_account_increase_percent"): "25",
    ("replay", "columns"): '{name = "deployment", account = "customer"}',
    ("replay", "cache"): '"inside"',
}
# The counts of a workload have a key each.
WORKLOAD_COUNTS = (
    ("input_tokens", "4000"),
    ("output_tokens", "600"),
    ("cache_read_tokens", "3000"),
)
INTRODUCTION = (
    "Settings of pricectl. A line such as #key = value shows what holds without this file, or an",
    "example where nothing does: delete the # to set it.",
)


def settings_text(chosen: Mapping[str, Any]) -> str:
    r"""A settings file in which the chosen top-level settings are set and all others are comments.

    >>> "\ncritical = [\"gpt-4o\"]\n" in settings_text({"critical": ("gpt-4o",)})
    True
    """
    lines = [f"# {line}" for line in INTRODUCTION]
    for section, (heading, sentence) in HEADINGS.items():
        if heading:
            lines += ["", f"# {sentence}", f"#{heading}"]
        for setting in SETTINGS:
            if setting.section == section and not _is_section(setting):
                if not heading:
                    lines.append("")
                lines += _lines(setting, chosen if not section else {})
    return "\n".join(lines) + "\n"


def _says_something(default: Any) -> bool:
    return default is not None and default not in ((), {})


def _is_section(setting: Setting) -> bool:
    """Whether a setting is a table or a list of tables with a heading of its own."""
    return ".".join(filter(None, (setting.section, setting.key))) in HEADINGS


def _lines(setting: Setting, chosen: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {setting.sentence}"
    if setting.key == "usage":
        yield from (f"#{key} = {number}" for key, number in WORKLOAD_COUNTS)
    elif setting.key in chosen:
        yield f"{setting.key} = {_toml(chosen[setting.key])}"
    else:
        example = EXAMPLES.get((setting.section, setting.key)) or setting.example
        # An empty default shows nothing of what could be written there.
        value = _toml(setting.default) if _says_something(setting.default) else example
        yield f"#{setting.key} = {value}"


def _toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_toml, value))}]"
    # The defaults of profiles are whole fractions, those of the limits whole decimals.
    return str(Fraction(value))
