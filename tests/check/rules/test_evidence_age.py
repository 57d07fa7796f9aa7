"""`evidence-stale`: one warning a file where price lists have not confirmed rows for a while."""

import json
from datetime import UTC, date, datetime
from typing import Any

from pricectl.check.evidence import Evidence
from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.policy import Policy, SeverityOverride, Waiver

RULE = "evidence-stale"
AT = datetime(2026, 12, 1, tzinfo=UTC)


def row(*days: str, **members: Any) -> dict[str, Any]:
    """A row whose evidence names a list for each day."""
    evidence = [{"list": f"list-{number}", "date": day} for number, day in enumerate(days)]
    return {"input_cost_per_token": 1e-06, "evidence": evidence, **members}


def found(
    rows: dict[str, Any],
    policy: Policy | None = None,
    base: dict[str, Any] | None = None,
    rule: str = RULE,
) -> list[Finding]:
    evidence = None
    if base:
        text = json.dumps({"x": base})
        values = document.parse_text(text)
        evidence = Evidence(Catalog.load(text), "base", base_data=text.encode(), base_values=values)
    report = validate(
        json.dumps({"x": rows}), "prices.json", policy or Policy(), AT, evidence=evidence
    )
    return [one for one in report.findings if one.rule == rule]


def test_many_old_rows_are_one_warning_with_their_number_and_the_oldest() -> None:
    rows = {f"m-{number}": row("2026-10-01") for number in range(1_200)}
    rows["m-7"] = row("2026-09-01")
    (only,) = found(rows)
    assert only.message == (
        "1,200 rows were last confirmed by a price list more than 30 days ago; "
        "the oldest is 'x/m-7', 91 days ago"
    )
    assert (only.severity, only.due, only.pointer) == ("warning", True, "/x/m-7/evidence")
    assert "pricectl drift --renew" in only.hint


def test_the_newest_list_of_a_row_counts() -> None:
    """2026-11-01 is 30 days before the day of the check: not older than 30 days."""
    assert found({"m": row("2026-01-01", "2026-11-01")}) == []
    (only,) = found({"m": row("2026-01-01", "2026-10-31")})
    assert only.message == "the prices of 'm' were last confirmed by a price list 31 days ago"


def test_a_day_to_come_hides_no_age() -> None:
    """A slip such as 2062 for 2026 would keep the row young for decades."""
    rows = {"m": row("2026-09-01", "2062-11-20")}
    (only,) = found(rows)
    assert only.message == "the prices of 'm' were last confirmed by a price list 91 days ago"
    (future,) = found(rows, rule="verified-in-future")
    assert (future.pointer, future.message) == (
        "/x/m/evidence/1/date",
        "2062-11-20 is in the future",
    )
    assert found({"m": row("2026-12-02")}, rule="verified-in-future") == []


def test_an_impossible_day_is_an_error() -> None:
    (only,) = found({"m": row("2026-11-20", "2026-02-30")}, rule="date-invalid")
    assert only.pointer == "/x/m/evidence/1/date"
    assert only.severity == "error"


def test_rows_without_evidence_and_retired_ones_have_no_age() -> None:
    rows = {
        "retired": row("2026-01-01", retired=True),
        "verified": {"input_cost_per_token": 1e-06, "verified_on": "2026-01-01"},
        "empty": row(),
        "misspelt": {"input_cost_per_token": 1e-06, "evidence": [{"date": "soon"}, 7]},
    }
    assert found(rows) == []


def test_a_waived_row_hides_no_other() -> None:
    """A price that only an old list has is waived alone."""
    waiver = Waiver(RULE, "no newer list has it", "/x/m-1/evidence", date(2027, 1, 1))
    rows = {"m-1": row("2026-01-01"), "m-2": row("2026-10-01")}
    (only,) = found(rows, Policy(waivers=(waiver,)))
    assert only.pointer == "/x/m-2/evidence"


def test_age_is_a_warning_even_where_the_settings_say_error() -> None:
    policy = Policy(severities=(SeverityOverride(RULE, "error"),))
    (only,) = found({"m": row("2026-01-01")}, policy)
    assert only.severity == "warning"


def test_the_limit_is_a_setting() -> None:
    policy = Policy(limits=Policy().limits._replace(stale_days=10))
    assert len(found({"m": row("2026-11-20")}, policy)) == 1


def test_age_is_known_where_the_base_is_old_too() -> None:
    """An edit that renews some of the rows does not bring the age of the others."""
    old = {"m-1": row("2026-01-01"), "m-2": row("2026-02-01")}
    (only,) = found({**old, "m-1": row("2026-11-30")}, base=old)
    assert only.known


def test_evidence_says_how_old_a_price_is() -> None:
    """A row needs `verified_on` or `evidence`, not both."""
    report = validate(
        json.dumps({"x": {"m": row("2026-11-20"), "n": {"input_cost_per_token": 1e-06}}}),
        "prices.json",
        Policy(),
        AT,
    )
    without = [one.message for one in report.findings if one.rule == "verified-missing"]
    assert without == ["'n' has neither verified_on nor evidence"]
