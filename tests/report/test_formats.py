"""Every output format of every command: that it is written, in its own grammar, and documented."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pricectl.replay.ratebook_rows import TYPES
from pricectl.report.formats import BINARY, FORMATS, formats_of
from tests.conftest import CATALOG, ROOT, Run
from tests.report.pages import ReadPage

EDITED = CATALOG.replace("2.5e-06", "2.5")


def is_sarif(text: str) -> bool:
    found = json.loads(text)
    return found["version"] == "2.1.0" and bool(found["runs"][0]["results"])


def is_junit(text: str) -> bool:
    return next(ET.fromstring(text).iter("failure"), None) is not None  # noqa: S314 - our own


def is_markdown(text: str) -> bool:
    return re.match(r"<!-- pricectl-[a-z-]+ -->\n\*\*", text) is not None


def is_concise(text: str) -> bool:
    lines = text.splitlines()
    return bool(lines) and all(re.match(r"[^:]+:\d+:\d+: \w+\[", line) for line in lines)


def is_github(text: str) -> bool:
    lines = text.splitlines()
    return bool(lines) and all(line.startswith("::") for line in lines)


def is_gitlab(text: str) -> bool:
    issues = json.loads(text)
    return bool(issues) and all(issue["location"]["path"] for issue in issues)


def is_changelog(text: str) -> bool:
    lines = text.splitlines()
    return lines[0] == "### Prices" and any(line.startswith("- Changed: `") for line in lines)


def is_svg(text: str) -> bool:
    root = ET.fromstring(text)  # noqa: S314 - our own
    return root.tag == "{http://www.w3.org/2000/svg}svg" and len(root) > 1


def is_html(text: str) -> bool:
    page = ReadPage(text)
    return text.startswith("<!doctype html>\n") and not page.open and not page.problems


def is_csv(text: str) -> bool:
    head, *lines = csv.reader(text.splitlines())
    return (
        head[0] in {"known_at", "kind", "model", "provider", "group_by"}
        and bool(lines)
        and {len(line) for line in lines} == {len(head)}
    )


def is_litellm(text: str) -> bool:
    rows = json.loads(text).values()
    return bool(rows) and all(row["litellm_provider"] for row in rows)


def is_ratebook(text: str) -> bool:
    lines = list(csv.DictReader(text.splitlines()))
    return bool(lines) and all(
        line.keys() == TYPES.keys() and int(line["pico_usd"]) >= 0 for line in lines
    )


# A new format has a row here with a check of its grammar.
GRAMMARS: dict[str, Callable[[str], bool]] = {
    "markdown": is_markdown,
    "concise": is_concise,
    "github": is_github,
    "sarif": is_sarif,
    "gitlab": is_gitlab,
    "junit": is_junit,
    "changelog": is_changelog,
    "html": is_html,
    "svg": is_svg,
    "csv": is_csv,
    "litellm": is_litellm,
    "ratebook": is_ratebook,
}
# How the files of a binary format begin.
MARKS = {"parquet": b"PAR1"}
# The page that names the formats of a command, and the arguments that compare it with a base.
PAGES = {
    "validate": ("docs/validate.md", ()),
    "diff": ("docs/diff.md", ("--base", "old.json")),
    "history": ("docs/history.md", ("gpt-4o",)),
    "deploy-check": ("docs/production.md", ("--base", "old.json")),
    "drift": ("docs/upstream.md", ("--feed", "prices.json")),
    "export": ("docs/upstream.md", ("csv",)),
    "replay": ("docs/replay.md", ("log.csv",)),
    "models": ("docs/upkeep.md", ()),
}
VERBS = sorted({verb for verbs in FORMATS.values() for verb in verbs})
WRITTEN = [(verb, name) for name, verbs in FORMATS.items() for verb in verbs]


@pytest.mark.parametrize(("verb", "name"), WRITTEN)
def test_a_format_is_written_in_its_own_grammar(run: Run, home: Path, verb: str, name: str) -> None:
    (home / "old.json").write_text(CATALOG, encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(EDITED, encoding="utf-8")
    row = {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06}
    (home / "prices.json").write_text(json.dumps({"gpt-4o": row}), encoding="utf-8")
    (home / "log.csv").write_text("model,prompt_tokens\ngpt-4o,5\n", encoding="utf-8")
    if name in BINARY:
        run(verb, *PAGES[verb][1], "-o", f"{name}={home}/binary")
        assert (home / "binary").read_bytes().startswith(MARKS[name])
        return
    result = run(verb, *PAGES[verb][1], "-o", name)
    assert GRAMMARS[name](result.stdout), result.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_a_command_names_its_formats(verb: str) -> None:
    page = (ROOT / PAGES[verb][0]).read_text(encoding="utf-8")
    heading = "## Formats\n" if verb != "deploy-check" else "### The lines of deploy-check\n"
    section = page.split(heading)[1].split("\n## ")[0]
    named = set(re.findall(r"`(?:-o )?([a-z]+)`", section))
    special = {"text", "json"} if verb == "deploy-check" else set()
    assert set(formats_of(verb)) - special <= named
