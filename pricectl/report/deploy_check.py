"""The checklist before a deploy for programs and for a comment."""

from pricectl.operate.deploy_check.checklist import Readiness
from pricectl.report.json import dump
from pricectl.report.markdown import code

MARKER = "<!-- pricectl-deploy-check -->"
_STATES = {"ok": "✅", "note": "ℹ️", "failed": "❌", "unknown": "❔"}  # noqa: RUF001 - a picture


def verdict(found: Readiness) -> str:
    """Safe or not, and why not."""
    if found.safe:
        return "safe to deploy"
    failed, unknown = (
        ", ".join(check.id for check in found.having(state)) for state in ("failed", "unknown")
    )
    reasons = (f"failed: {failed}" if failed else "", f"not checked: {unknown}" if unknown else "")
    return f"not safe to deploy: {'; '.join(reason for reason in reasons if reason)}"


def json(found: Readiness) -> str:
    """For programs."""
    return dump(
        "deploy-check",
        {
            "outcome": "pass" if found.safe else "fail" if found.having("failed") else "unknown",
            "verdict": verdict(found),
            "file": found.file,
            "sha256": found.sha256,
            "checks": [
                {**check._asdict(), "details": list(check.details)} for check in found.checks
            ],
        },
    )


def markdown(found: Readiness) -> str:
    """For a comment or a job's summary."""
    lines = [MARKER, f"**{code(found.file)}: {verdict(found)}**", "", "| | check | what it saw |"]
    lines.append("| --- | --- | --- |")
    for check in found.checks:
        told = "<br>".join(code(line) for line in (check.said, *check.details))
        lines.append(f"| {_STATES[check.state]} | {check.id} | {told} |")
    return "\n".join(lines)
