"""A rollback for people: to what, what it changes, what was done."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pricectl.check.validation import Validation
from pricectl.core.labels import count, plural
from pricectl.operate.rollback import SHORT, Plan
from pricectl.report import diff, validate
from pricectl.report.canvas import Canvas, clean
from pricectl.report.rollback import Differences, Outcome, State

if TYPE_CHECKING:
    from rich.text import Text

STYLES: dict[State, str] = {
    "restored": "bold green",
    "refused": "bold red",
    "declined": "yellow",
    "unconfirmed": "yellow",
}


def report(
    planned: Plan, found: Differences, outcome: Outcome, canvas: Canvas, *, quiet: bool
) -> str:
    """The whole; with `quiet` what was done alone."""
    done = canvas.draw(*_done(planned, outcome))
    return done if quiet else f"{preview(planned, found, canvas)}\n{done}"


def preview(planned: Plan, found: Differences, canvas: Canvas) -> str:
    """To what, and what it changes."""
    parts = (_head(planned, canvas), _body(planned, found, canvas))
    return "\n".join(part for part in parts if part)


def _head(planned: Plan, canvas: Canvas) -> str:
    from rich.text import Text

    name, models = clean(planned.target.name), planned.report.models
    words = f"{plural(models, 'model')}, sha256 {planned.sha256[:SHORT]}"
    lines = [Text(f"{clean(planned.file)} back to {name}: {words}", "bold")]
    if planned.skipped:
        newer = "version has" if planned.skipped == 1 else "versions have"
        lines.append(Text(f"passed over: {count(planned.skipped)} newer {newer} errors", "yellow"))
    if planned.comparison_note:
        lines.append(Text(clean(planned.comparison_note), "yellow"))
    return canvas.draw(*lines)


def _body(planned: Plan, found: Differences, canvas: Canvas) -> str:
    if planned.report.fails():
        errors = tuple(each for each in planned.report.findings if each.severity == "error")
        found_errors = planned.report._replace(findings=errors)
        return validate.text(Validation((found_errors,)), canvas._replace(quiet=False))
    if planned.unchanged:
        return ""
    if found.compared is None:
        return f"{clean(found.trouble)}\n"
    return diff.text(found.compared, canvas)


def _done(planned: Plan, outcome: Outcome) -> Iterator["Text"]:
    from rich.text import Text

    name, target = clean(planned.file), clean(planned.target.name)
    why = clean(planned.refusal) if planned.refusal else f"{target} has errors"
    said: dict[State, str] = {
        "restored": f"restored: {name} is {target} now",
        "would-restore": f"dry run: {name} would become {target}; nothing was changed",
        "unchanged": f"nothing to do: {name} is {target} already",
        "refused": f"not restored: {why}; nothing was changed",
        "unconfirmed": "not restored: nobody was asked; nothing was changed",
        "declined": "not restored; nothing was changed",
    }
    yield Text(said[outcome.state], STYLES.get(outcome.state, "bold"))
    if outcome.state == "restored":
        yield from (Text(line) for line in _back(planned))
    yield from _reloaded(outcome)


def _back(planned: Plan) -> Iterator[str]:
    """Where the content is that was replaced."""
    if planned.committed:
        yield f"git has what was there before, as {planned.committed.commit[:7]}"
    elif planned.keeps:
        yield f"what was there before is kept as {clean(planned.keeps)}"


def _reloaded(outcome: Outcome) -> Iterator["Text"]:
    from rich.text import Text

    found = outcome.reloaded
    if outcome.unreachable:
        yield Text(f"not reloaded: {clean(outcome.unreachable)}", "bold red")
    if found is None:
        return
    url, version = clean(found.url), clean(found.version[:SHORT])
    state = f"{count(found.models)} models, sha256 {version}, generation {found.generation}"
    if outcome.follows:
        yield Text(f"{clean(found.said)}: {url} has {state}", "green")
    elif found.said == "refused":
        yield Text(f"refused: {url} keeps {state}: {clean(found.reason)}", "bold red")
    else:
        yield Text(f"not there: {url} reads another file: {state}", "bold red")
