"""A comparison as GitHub workflow commands, at the lines of the new file."""

from collections.abc import Iterator
from types import MappingProxyType

from pricectl.changes import Change
from pricectl.changes.gates import GatedComparison
from pricectl.check.positions import Positions
from pricectl.core.labels import plural
from pricectl.report import changes as words
from pricectl.report.canvas import clean
from pricectl.report.github import command

# GitHub shows ten of each level; the rest would only fill the log.
MAX_CHANGES = 50
# A change is no failure of the file: errors are for gates.
_LEVELS = MappingProxyType({"error": "warning", "warning": "warning", "info": "notice"})


def diff(compared: GatedComparison, path: str, text: str) -> str:
    """The summary, the changes of most effect, the gates; `path` is the new file, or "-"."""
    return "\n".join(_lines(compared, path, text))


def _lines(compared: GatedComparison, path: str, text: str) -> Iterator[str]:
    changes = compared.comparison.changes
    yield command("notice", clean(compared.summary), title="pricectl diff")
    places = Positions(text)
    for change in changes[:MAX_CHANGES]:
        yield _command(change, path, places)
    if len(changes) > MAX_CHANGES:
        yield command("notice", f"{plural(len(changes) - MAX_CHANGES, 'change')} more")
    for told in words.left_out(compared.comparison):
        yield command("warning", told, title="pricectl diff")
    for gate in compared.gates:
        yield command("error" if gate.tripped else "notice", gate.text)


def _command(change: Change, path: str, places: Positions) -> str:
    line, column, _ = places.key(change.pointer)
    file = {} if path == "-" else {"file": clean(path).removeprefix("./")}
    level = _LEVELS[change.severity]
    return command(
        level, clean(_sentence(change)), **file, line=line, col=column, title=change.kind
    )


def _sentence(change: Change) -> str:
    if change.kind in ("added", "removed"):
        return f"{change.full_name} {change.kind}: {change.new or change.old}"
    name = change.model if change.kind == "resolution" else change.full_name
    label = "" if change.kind == "resolution" else f" {words.price_label(change)}"
    old, new = words.sides(change)
    moved = words.moved(change.largest)
    told = [moved] if moved else []
    if change.note and not change.price:
        told.append(f"({change.note})")
    return " ".join([f"{name}{label}:", old, "->", new, *told])
