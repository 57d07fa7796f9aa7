"""True edits that must pass: each step between dated price lists, and files that are right.

    python benchmarks/false_alarms.py

The reference knows the new list. Prints every step with what it gives, then every error about the
shipped catalog beside each of its versions in git, then how quiet the gate is about right files and
how long it takes.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from gate import (
    DATA,
    PACKAGED,
    POLICY,
    TODAY,
    Judged,
    Row,
    judge,
    load,
    packaged,
    team_file,
    with_row,
)

from pricectl.check.evidence import Evidence
from pricectl.check.validation import validate
from pricectl.core.catalog import RESERVED, Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.files.gitlog import FileLog
from pricectl.files.settings import load_policy

DATED = ("previous", "upcoming")
LLM_PRICES = DATA / "llm-prices-2026-08-05"
Entry = dict[str, Any]


class Step(NamedTuple):
    """Two price lists of a row that followed one another."""

    row: Row
    before: Entry
    after: Entry


def packaged_steps() -> Iterator[Step]:
    """Every step in the shipped catalog, past and announced."""
    for provider, rows in packaged().items():
        for model, entry in rows.items() if provider not in RESERVED else ():
            plain = {key: value for key, value in entry.items() if key not in DATED}
            kept = {key: plain[key] for key in ("mode", "source") if key in plain}
            lists = [
                *({**kept, **one} for one in entry.get("previous", ())),
                plain,
                *({**kept, **one} for one in entry.get("upcoming", ())),
            ]
            for before, after in pairwise(lists):
                yield Step(Row(provider, model), _undated(before), _undated(after))


def _undated(entry: Entry) -> Entry:
    vouchers = ("until", "from", "verified_on", "evidence")
    return {key: value for key, value in entry.items() if key not in vouchers}


def llm_prices_steps() -> Iterator[Step]:
    """Every step in the price histories of llm-prices."""
    for path in sorted(LLM_PRICES.glob("*.json")):
        vendor = json.loads(path.read_text(encoding="utf-8"))
        for model in vendor["models"]:
            lists = [_entry(one) for one in reversed(model["price_history"])]
            history = sorted(
                zip(model["price_history"][::-1], lists, strict=True),
                key=lambda one: one[0]["from_date"] or "",
            )
            for (_, before), (_, after) in pairwise(history):
                if before != after:
                    yield Step(Row(vendor["vendor"], model["id"]), before, after)


def _entry(prices: Entry) -> Entry:
    named = {
        "input_cost_per_token": prices["input"],
        "output_cost_per_token": prices["output"],
        "cache_read_input_token_cost": prices["input_cached"],
    }
    usd = {key: float(f"{value}e-6") for key, value in named.items() if value is not None}
    return {"mode": "chat", "source": "https://prices.example/page", **usd}


def judged(step: Step) -> Judged:
    """The step as an edit of a team's file, beside a reference that knows its end."""
    team, shipped = team_file(), packaged()
    base = load(with_row(team, step.row, step.before))
    reference = load(with_row(shipped, step.row, step.after))
    return judge(with_row(team, step.row, step.after), step.row, base, reference)


class Version(NamedTuple):
    """A version of the shipped catalog in git: its day and commit, its bytes, those before it."""

    name: str
    data: bytes
    before: bytes | None


def versions() -> Iterator[Version]:
    """The shipped catalog's versions in git, the newest first.

    The one before is that of the commit's first parent: the log mixes branches.
    """
    log = FileLog(PACKAGED)
    for version in log.versions:
        parent = log.first_parent(version.commit)
        blob = log.blob(parent, log.location.path) if parent else None
        before = log.content(blob, "the version before", MAX_BYTES) if blob else None
        name = f"{version.day} {version.commit[:7]}"
        yield Version(name, log.bytes_of(version) or b"", before)


def print_history() -> None:
    """What each version was as an edit of the one before, and today's as an edit of each."""
    found = list(versions())
    today = PACKAGED.read_bytes()
    pairs = [(f"{one.name} as an edit", one.data, one.before) for one in found if one.before]
    pairs += [(f"today after {one.name}", today, one.data) for one in found]
    for name, data, before in pairs:
        evidence = Evidence(Catalog.load(before), "deployed", None, "", "", "the file is it itself")
        report = validate(data, name, load_policy(PACKAGED.parent), TODAY, evidence=evidence)
        errors = [one for one in report.findings if one.severity == "error"]
        print(f"  {name}: {len(errors)} errors, {report.count('warning')} warnings")
        for one in errors:
            print(f"    {one.rule} {one.pointer}: {one.message}")


def main() -> None:
    """Print every step, the counts, and the findings about right files."""
    for name, steps in (("shipped", packaged_steps()), ("llm-prices", llm_prices_steps())):
        outcomes = Counter[str]()
        for step in steps:
            result = judged(step)
            outcomes[result.outcome] += 1
            why = f" {', '.join(result.rules)}" if result.outcome != "nothing" else ""
            print(f"  {name}: {'/'.join(step.row)}: {result.outcome}{why}")
        print(f"{name}: {dict(outcomes)}")
    print_history()
    shipped, team = load(packaged()), team_file()
    files = (
        ("shipped catalog", PACKAGED.read_text(encoding="utf-8"), shipped),
        ("team file", json.dumps(team), load(team)),
    )
    for name, text, base in files:
        evidence = Evidence(base, "deployed", shipped, "reference")
        start = time.process_time()
        report = validate(text, name, POLICY, TODAY, evidence=evidence)
        seconds = time.process_time() - start
        rules = Counter(one.rule for one in report.findings if one.severity != "info")
        print(f"{name}: {seconds:.2f} s of processor time, errors and warnings {dict(rules)}")


if __name__ == "__main__":
    main()
