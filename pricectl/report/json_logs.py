"""What a log says about prices as JSON; schemas/logs.schema.json describes it."""

from collections.abc import Sequence
from typing import Any

from pricectl.operate.logs.reading import Fallen, Moment, Seen, Tally
from pricectl.operate.logs.remedies import Remedy
from pricectl.report.json import dump


def logs(tally: Tally, names: Sequence[tuple[Fallen, Remedy | None]], note: str) -> str:
    """The document of `pricectl logs`."""
    return dump(
        "logs",
        {
            "outcome": "fail" if tally.bad else "pass",
            "lines": tally.lines,
            "signs": [_seen(seen) for seen in tally.seen],
            "fallbacks": [{"kind": kind, "lines": lines} for kind, lines in tally.kinds],
            "models": [_fallen(*pair) for pair in names],
            "more_models": len(tally.names) - len(names),
            "rarer_lines": tally.rarer,
            "note": note,
        },
    )


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "phrase": seen.sign.phrase,
        "good": seen.sign.good,
        "lines": seen.lines,
        "held_back": seen.held_back,
        "first": _moment(seen.first),
        "last": _moment(seen.last),
        "reason": seen.reason,
    }


def _moment(moment: Moment) -> dict[str, Any]:
    return {"line": moment.line, "time": moment.time or None}


def _fallen(fallen: Fallen, advice: Remedy | None) -> dict[str, Any]:
    return {
        "model": fallen.model,
        "kind": fallen.kind,
        "lines": fallen.lines,
        "suggestion": advice._asdict() if advice else None,
    }
