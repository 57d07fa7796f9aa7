"""Signs found in a log, as a document and for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import clean, count, plural, shortened
from pricectl.flags import FALLBACK
from pricectl.operate.logs.reading import LogTally, Moment, Sighting, SignCount
from pricectl.operate.logs.remedies import LogsResult
from pricectl.report.canvas import Canvas
from pricectl.report.listing import Grid, Listing

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

# A name or reason may be as long as the log's writer likes.
MAX_SHOWN = 80


def document(result: LogsResult) -> dict[str, Any]:
    """The document of `logs`; schemas/logs.schema.json describes it."""
    tally = result.tally
    return {
        "schema": "pricectl.logs/1",
        "outcome": "fail" if tally.bad else "pass",
        "lines": tally.lines,
        "signs": [
            {
                "phrase": seen.sign.phrase,
                "good": seen.sign.good,
                "lines": seen.lines,
                "held_back": seen.held_back,
                "first": {"line": seen.first.line, "time": seen.first.time or None},
                "last": {"line": seen.last.line, "time": seen.last.time or None},
                "reason": seen.reason,
            }
            for seen in tally.seen
        ],
        "fallbacks": [{"kind": kind, "lines": lines} for kind, lines in tally.kinds],
        "models": [
            {**fallback._asdict(), "suggestion": remedy._asdict() if remedy else None}
            for fallback, remedy in result.names
        ],
        "more_models": len(tally.names) - len(result.names),
        "rarer_lines": tally.rarer,
        "note": result.note,
    }


def text(result: LogsResult, canvas: Canvas) -> str:
    """Whether the log is clean, each sign with its times, the names that fell back most."""
    from rich.text import Text

    tally, names, note = result.tally, result.names, result.note
    parts: list[RenderableType] = [_headline(tally)]
    if not canvas.quiet:
        if tally.seen:
            parts += ["", _signs(tally.seen)]
        advised = [seen for seen in tally.seen if seen.sign.advice]
        parts += [""] if advised else []
        for seen in advised:
            reason = f"{_short(seen.reason)}; " if seen.reason else ""
            parts.append(Text(f"{seen.sign.phrase}: {reason}{seen.sign.advice}"))
        if len(tally.kinds) > 1 or (tally.kinds and not names):
            kinds = (f"{clean(kind) or 'of no kind'} {count(lines)}" for kind, lines in tally.kinds)
            parts += ["", Text(f"{FALLBACK} by kind: {', '.join(kinds)}")]
        if names:
            parts += ["", _names(result)]
        parts += [Text(line, "dim") for line in _left_out(result)]
        parts += [Text(clean(note), "yellow")] if note else []
    return canvas.draw(*parts)


def sighting_line(sighting: Sighting) -> str:
    """One bad sign as it comes, on one line."""
    moment = sighting.moment
    texts = (moment.time, sighting.sign.phrase, sighting.kind, sighting.model, sighting.reason)
    return f"line {count(moment.line)}: {'  '.join(_short(text) for text in texts if text)}"


def _short(text: str) -> str:
    return shortened(clean(text), MAX_SHOWN)


def _headline(tally: LogTally) -> "Text":
    from rich.text import Text

    bad = sum(seen.lines for seen in tally.seen if not seen.sign.good)
    lines = f" in {plural(tally.lines, 'line')}"
    if bad:
        return Text(plural(bad, "bad sign"), "bold red").append(lines, "not bold default")
    if tally.seen:
        return Text("ok", "bold green").append(f": no bad signs{lines}", "not bold default")
    unseen = f": nothing about prices{lines}; is this the log of the service?"
    return Text("ok", "bold green").append(unseen, "not bold default")


def _signs(seen: Sequence[SignCount]) -> Listing:
    from rich.text import Text

    table = Listing(["Sign", "Lines>", "First", "Last"])
    for sign_count in seen:
        held = f" (+{count(sign_count.held_back)})" if sign_count.held_back else ""
        mark = Text("+ ", "green") if sign_count.sign.good else Text("! ", "red")
        table.add_row(
            mark.append(sign_count.sign.phrase),
            f"{count(sign_count.lines)}{held}",
            Text(_when(sign_count.first)),
            Text(_when(sign_count.last)),
        )
    return table


def _when(moment: Moment) -> str:
    return clean(moment.time) or f"line {count(moment.line)}"


def _names(result: LogsResult) -> "Grid":
    from rich.text import Text

    table = Grid(["right", "left", "wrap"])
    for fallback, advice in result.names:
        kind = f" ({fallback.kind})" if fallback.kind not in ("", "unknown-model") else ""
        remedy = Text(clean(advice.words), "dim") if advice else Text()
        table.add_row(f"  {count(fallback.lines)}", Text(f"{_short(fallback.model)}{kind}"), remedy)
    return table


def _left_out(result: LogsResult) -> Iterator[str]:
    tally = result.tally
    more = len(tally.names) - len(result.names)
    if more > 0:
        yield f"  and {plural(more, 'other name')}; --top shows more"
    if tally.rarer:
        yield f"  and {plural(tally.rarer, 'line')} about names too many to keep"
    if any(seen.held_back for seen in tally.seen):
        yield "in parentheses: lines that the service held back within a minute"
