"""What time alone may do to a catalog: bring findings that are due, and never an error.

The same bytes and settings are checked at dates over ten years. Whatever is not marked `due` may
only go away, so a rule that looks at the date and lacks the mark fails here by itself.
"""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pricectl.check.families import RULES
from pricectl.check.findings import ERRORS
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.files import settings
from pricectl.policy import Policy, Waiver
from tests.conftest import CATALOG, ROOT, read_catalog
from tests.test_cases import CASES

pytestmark = pytest.mark.long
START = datetime(2026, 11, 1, tzinfo=UTC)
# Dense where the dates of the cases are, then up to ten years ahead.
DAYS = (0, 15, 29, 30, 31, 45, 61, 92, 183, 365, 396, 424, 730, 1500, 3652)
FOLDERS = (CASES / "valid", CASES / "invalid", ROOT / "examples")
CATALOGS = [path for folder in FOLDERS for path in sorted(folder.glob("*.json"))]
POLICY = Policy(critical=("gpt-4o",))


def undue(report: ValidationReport) -> set[tuple[str, str, str]]:
    return {(one.rule, one.pointer, one.severity) for one in report.findings if not one.due}


def assert_time_brings_only_what_is_due(
    data: bytes, policy: Policy, days: Sequence[int] = DAYS
) -> ValidationReport:
    """The report of the last day."""
    known, failed = None, True
    for at in (START + timedelta(days=ahead) for ahead in days):
        report = validate(data, "f", policy, at)
        assert all(one.severity != "error" for one in report.findings if one.due), at
        found = undue(report)
        assert known is None or found <= known, at
        assert failed or not report.fails(ERRORS), at
        known, failed = found, report.fails(ERRORS)
    return report


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_case_gets_only_due_findings_from_time(path: Path) -> None:
    assert_time_brings_only_what_is_due(read_catalog(path), POLICY)


def test_the_catalog_of_this_project_gets_only_due_findings_from_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the project's own waivers, each of which expires on the way."""
    monkeypatch.chdir(ROOT)
    policy = settings.load_policy()
    assert policy.waivers
    data = (ROOT / "llm_pricing_current.json").read_bytes()
    assert not validate(data, "f", policy, START).fails(ERRORS)
    last = assert_time_brings_only_what_is_due(data, policy, (0, 31, 365, 3652))
    assert {"upcoming-begun", "waiver-expired"} <= {one.rule for one in last.findings}


PRICES = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
CLOCKED = sorted(rule.id for rule in RULES.values() if rule.due or rule.passes)


def day(rng: random.Random) -> str:
    return (START + timedelta(days=rng.randint(-800, 1600))).date().isoformat()


def price_list(rng: random.Random) -> dict[str, Any]:
    keys = PRICES[: rng.randint(1, len(PRICES))]
    return {key: rng.choice((0, 1e-06, 2e-06, 9e-06, 4e-03)) for key in keys}


def row(rng: random.Random) -> dict[str, Any]:
    made = price_list(rng)
    for key, bound in (("previous", "until"), ("upcoming", "from")):
        if rng.random() < 0.6:
            made[key] = [{bound: day(rng), **price_list(rng)} for _ in range(rng.randint(1, 3))]
    for key in ("verified_on", "deprecation_date"):
        if rng.random() < 0.6:
            made[key] = day(rng)
    if rng.random() < 0.6:
        made["evidence"] = [{"list": "litellm", "date": day(rng)}]
    if rng.random() < 0.3:
        made["retired"] = True
    if rng.random() < 0.3:
        made["aliases"] = [f"alias-{rng.randint(0, 2)}"]
    return made


def waivers(rng: random.Random) -> tuple[Waiver, ...]:
    rules = [*rng.choices(CLOCKED, k=3), *rng.choices(sorted(RULES), k=5)]
    return tuple(
        Waiver(
            rule,
            "because",
            rng.choice(("", "/x", "/x/m-0", "/x/m-1/upcoming")),
            rng.choice((None, datetime.fromisoformat(day(rng)).date())),
        )
        for rule in rules
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_random_catalog_gets_only_due_findings_from_time(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - test data
    catalog = {
        "metadata": {"last_updated": day(rng)},
        "x": {f"m-{number}": row(rng) for number in range(rng.randint(1, 4))},
        "y": {"m-0": row(rng)},
    }
    policy = POLICY._replace(waivers=waivers(rng))
    assert_time_brings_only_what_is_due(json.dumps(catalog).encode(), policy)


def test_a_due_rule_is_not_an_error() -> None:
    assert {rule.id for rule in RULES.values() if rule.due} == {
        "deprecation-near",
        "deprecation-passed",
        "evidence-stale",
        "negotiated-ended",
        "upcoming-begun",
        "upcoming-soon",
        "upcoming-unverified",
        "verified-stale",
        "waiver-expired",
    }
    assert all(rule.severity != "error" for rule in RULES.values() if rule.due)


def found(report: ValidationReport, rule: str) -> list[tuple[str, bool]]:
    return [(one.severity, one.due) for one in report.findings if one.rule == rule]


SWAPPED = CATALOG.replace('"output_cost_per_token": 8e-06', '"output_cost_per_token": 1e-06')


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_expired_waiver_returns_its_error_as_a_due_warning() -> None:
    waiver = Waiver("output-below-input", "their page", "/openai/o3", at("2026-12-31").date())
    policy = POLICY._replace(waivers=(waiver,))
    assert found(validate(SWAPPED, "f", policy, at("2026-12-31")), waiver.rule) == []
    report = validate(SWAPPED, "f", policy, at("2027-01-01"))
    assert found(report, waiver.rule) == [("warning", True)]
    (returned,) = (one for one in report.findings if one.rule == waiver.rule)
    assert returned.message.endswith("; its waiver expired on 2026-12-31: their page")
    assert returned.hint == "are the two swapped?"
    assert found(report, "waiver-expired") == [("warning", True)]
    renewed = policy._replace(waivers=(waiver, waiver._replace(expires=at("2028-01-01").date())))
    assert found(validate(SWAPPED, "f", renewed, at("2027-01-01")), waiver.rule) == []
    elsewhere = policy._replace(waivers=(waiver._replace(pointer="/openai/o1"),))
    assert found(validate(SWAPPED, "f", elsewhere, at("2027-01-01")), waiver.rule) == [
        ("error", False)
    ]


def test_of_two_expired_waivers_the_later_one_is_named() -> None:
    first = Waiver("output-below-input", "first", "", at("2026-11-01").date())
    second = first._replace(reason="second", expires=at("2026-11-20").date())
    for pair in ((first, second), (second, first)):
        report = validate(SWAPPED, "f", POLICY._replace(waivers=pair), at("2026-12-01"))
        (returned,) = (one for one in report.findings if one.rule == first.rule)
        assert returned.message.endswith("expired on 2026-11-20: second")


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("last-updated-in-future", True),
        ("previous-not-over", True),
        ("retired-early", True),
        ("upcoming-soon", True),
        ("verified-in-future", True),
        ("zero-price", False),
    ],
)
def test_an_unused_waiver_is_due_if_a_date_may_have_ended_its_finding(
    rule: str,
    due: bool,  # noqa: FBT001
) -> None:
    policy = POLICY._replace(waivers=(Waiver(rule, "because", "/openai/o3"),))
    assert found(validate(CATALOG, "f", policy, START), "waiver-unused") == [("warning", due)]
