"""A rollback as a document and for people: to which version, what it changes, what was done."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pricectl.check.validation_report import Validation
from pricectl.core.labels import COMMIT_DIGITS, HASH_DIGITS, clean, count, plural
from pricectl.operate.rollback import (
    RollbackChanges,
    RollbackPlan,
    RollbackResult,
    RollbackState,
)
from pricectl.report import diff, validate
from pricectl.report.canvas import Canvas

if TYPE_CHECKING:
    from rich.text import Text

STYLES: dict[RollbackState, str] = {
    "restored": "bold green",
    "refused": "bold red",
    "declined": "yellow",
    "unconfirmed": "yellow",
}


def document(result: RollbackResult) -> dict[str, Any]:
    """The document of `rollback`; schemas/rollback.schema.json describes it.

    Its findings and its diff are parts of the documents of `validate` and `diff`.
    """
    planned, target, committed = result.plan, result.plan.target, result.plan.committed
    reply, reload = result.reloaded, None
    if reply is not None:
        reload = {
            "outcome": "reloaded" if result.has_restored_version else "refused",
            "url": reply.url,
            "version": reply.version,
            "models": reply.models,
            "generation": reply.generation,
            "reason": reply.reason,
        }
    elif result.unreachable:
        reload = {"outcome": "unreachable", "reason": result.unreachable}
    return {
        "schema": "pricectl.rollback/1",
        "outcome": result.state,
        "file": planned.file,
        "before": {
            "sha256": planned.current_sha256 or None,
            "commit": committed.commit if committed else None,
            "kept_in": (planned.backup_path if result.state == "restored" else "") or None,
        },
        "target": {
            "name": target.name,
            "commit": target.commit or None,
            "sha256": planned.sha256,
            "models": planned.report.models,
        },
        "skipped": planned.skipped,
        "refusal": planned.refusal,
        "compared_with": planned.compared_with,
        "comparison_note": planned.comparison_note,
        "findings": validate.finding_documents(planned.report),
        "diff": diff.document(result.changes.diff) if result.changes.diff else None,
        "not_compared": result.changes.problem,
        "reload": reload,
    }


def text(result: RollbackResult, canvas: Canvas) -> str:
    """The target, its changes, the outcome; quiet: the outcome only."""
    done = canvas.draw(*_done(result))
    # Who was asked has seen the changes already.
    return (
        done
        if canvas.quiet or result.was_asked
        else f"{preview(result.plan, result.changes, canvas)}\n{done}"
    )


def preview(planned: RollbackPlan, changes: RollbackChanges, canvas: Canvas) -> str:
    """The target and its changes: its errors, or the comparison with what is there."""
    from rich.text import Text

    whole = canvas._replace(quiet=False)
    name, models = clean(planned.target.name), planned.report.models
    content = f"{plural(models, 'model')}, sha256 {planned.sha256[:HASH_DIGITS]}"
    lines = [Text(f"{clean(planned.file)} back to {name}: {content}", "bold")]
    if planned.skipped:
        newer = "version has" if planned.skipped == 1 else "versions have"
        lines.append(Text(f"passed over: {count(planned.skipped)} newer {newer} errors", "yellow"))
    if planned.comparison_note:
        lines.append(Text(clean(planned.comparison_note), "yellow"))
    head = whole.draw(*lines)
    if planned.report.fails():
        errors = tuple(
            finding for finding in planned.report.findings if finding.severity == "error"
        )
        shown = Validation((planned.report._replace(findings=errors),))
        return f"{head}\n{validate.text(shown, whole)}"
    if planned.unchanged:
        return head
    body = diff.text(changes.diff, whole) if changes.diff else f"{clean(changes.problem)}\n"
    return f"{head}\n{body}" if body else head


def _done(result: RollbackResult) -> Iterator["Text"]:
    from rich.text import Text

    planned = result.plan
    name, target = clean(planned.file), clean(planned.target.name)
    why = clean(planned.refusal) if planned.refusal else f"{target} has errors"
    sentences: dict[RollbackState, str] = {
        "restored": f"restored: {name} is {target} now",
        "would-restore": f"dry run: {name} would become {target}; nothing was changed",
        "unchanged": f"nothing to do: {name} is {target} already",
        "refused": f"not restored: {why}; nothing was changed",
        "unconfirmed": "not restored: not confirmed; nothing was changed",
        "declined": "not restored; nothing was changed",
    }
    yield Text(sentences[result.state], STYLES.get(result.state, "bold"))
    if result.state == "restored" and planned.committed:
        yield Text(f"git has what was there before, as {planned.committed.commit[:COMMIT_DIGITS]}")
    elif result.state == "restored" and planned.backup_path:
        yield Text(f"what was there before is kept as {clean(planned.backup_path)}")
    yield from _reloaded(result)


def _reloaded(result: RollbackResult) -> Iterator["Text"]:
    from rich.text import Text

    reply = result.reloaded
    if result.unreachable:
        yield Text(f"not reloaded: {clean(result.unreachable)}", "bold red")
    if reply is None:
        return
    url, version = clean(reply.url), clean(reply.version[:HASH_DIGITS])
    state = f"{count(reply.models)} models, sha256 {version}, generation {reply.generation}"
    if result.has_restored_version:
        yield Text(f"{clean(reply.outcome)}: {url} has {state}", "green")
    elif reply.outcome == "refused":
        yield Text(f"refused: {url} keeps {state}: {clean(reply.reason)}", "bold red")
    else:
        yield Text(f"not there: {url} reads another file: {state}", "bold red")
