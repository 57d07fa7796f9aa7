"""What `validate --fix` fixed, or would fix: as documents and as lines for people."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pricectl.check.fixed import Fix, FixedFile
from pricectl.core.labels import clean, count, plural, shortened
from pricectl.report.canvas import Canvas
from pricectl.report.columns import INDENT, folded

if TYPE_CHECKING:
    from rich.text import Text

SHOWN_FIXES = 10
# How much is shown of a value that was fixed, which may be a whole row.
SHOWN_VALUE = 60


def fix_documents(files: Iterable[FixedFile]) -> list[dict[str, Any]]:
    """Every fix of every file, with its rule."""
    return [
        {
            "rule": fix.rule,
            "file": file.name,
            "written": file.written,
            "pointer": fix.pointer,
            "line": fix.line,
            "old": fix.old,
            "new": fix.new,
        }
        for file in files
        for fix in file.fixed_text.fixes
    ]


def fix_lines(files: Iterable[FixedFile], canvas: Canvas) -> "Iterator[Text]":
    """Each fix in a line below its file; quiet: only how many."""
    from rich.text import Text

    for file in files:
        fixes = file.fixed_text.fixes
        verb = "fixed" if file.written or not fixes else "would be fixed"
        yield Text(f"{clean(file.name)}: {plural(len(fixes), 'finding')} {verb}", "bold")
        if canvas.quiet or not fixes:
            continue
        shown = fixes if canvas.verbose else fixes[:SHOWN_FIXES]
        for fix in shown:
            for ((piece, _),) in folded(f"  line {fix.line}  {_words(fix)}", "", canvas, INDENT):
                yield Text(piece)
        if len(shown) < len(fixes):
            yield Text(f"  and {count(len(fixes) - len(shown))} more; -v shows all", "dim")
        yield Text()


def _words(fix: Fix) -> str:
    """A fix with its rule, place, and what was written there before."""
    old = clean(shortened(" ".join(fix.old.split()), SHOWN_VALUE))
    new = clean(shortened(" ".join(fix.new.split()), SHOWN_VALUE))
    what = f"{old} -> {new}" if old and new else f"{new} added" if new else f"{old} removed"
    place = f" {clean(fix.pointer)}" if fix.pointer else ""
    return f"[{fix.rule}]{place}: {what}"
