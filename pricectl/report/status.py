"""The prices at several sources and whether they agree, as a document and for people."""

from typing import Any

from pricectl.core.labels import HASH_DIGITS, clean, count, plural
from pricectl.flags import FALLBACKS, LAYER_FLAGS, RELOAD_REFUSED
from pricectl.operate.status import Agreement, SourcePrices, StatusResult
from pricectl.report.canvas import Canvas
from pricectl.report.listing import Grid

WORDS: dict[Agreement, tuple[str, str]] = {
    "same": ("same: one catalog and one calculator", "bold green"),
    "degraded": ("degraded: the same prices, but a server reports a problem", "bold red"),
    "pending": ("pending: the same prices, but an edit waits for a reload", "bold red"),
    "different": ("different: other prices or another calculator", "bold red"),
    "unreadable": ("unreadable: at least one cannot be read", "bold red"),
}


def document(result: StatusResult) -> dict[str, Any]:
    """The document of `status`; schemas/status.schema.json describes it.

    Null: not known.
    """
    return {
        "schema": "pricectl.status/1",
        "outcome": result.agreement,
        "places": [
            {name: None if value == "" else value for name, value in source._asdict().items()}
            for source in result.sources
        ],
    }


def text(result: StatusResult, canvas: Canvas) -> str:
    """Each source with its hash and what is odd about it, then the outcome in one line."""
    from rich.text import Text

    if canvas.quiet:
        return canvas.draw(Text(result.agreement))
    table = Grid(["left", "left", "wrap"])
    for source in result.sources:
        sha256 = source.sha256 if canvas.verbose else source.sha256[:HASH_DIGITS]
        lines = [line for line in (_described(source),) if line]
        lines += [f"! {remark}" for remark in _remarks(source, result.sources[0])]
        cells = (source.name, sha256 or ("" if source.problem else "none"), "\n".join(lines))
        table.add_row(*(Text("\n").join(map(Text, map(clean, cell.split("\n")))) for cell in cells))
    return canvas.draw(table, Text(), Text(*WORDS[result.agreement]))


def _described(source: SourcePrices) -> str:
    """What a source says about its prices, beside their hash."""
    if source.problem:
        return ""
    told = [] if source.models is None else [plural(source.models, "model")]
    told += [f"of {source.last_updated}"] if source.last_updated else []
    parts = [" ".join(told)] if told else []
    if source.generation is not None:
        parts.append(f"generation {count(source.generation)}")
    parts += [f"calculator {source.calculator}"] if source.calculator else []
    return ", ".join(parts)


def _remarks(source: SourcePrices, first: SourcePrices) -> list[str]:
    if source.problem:
        return [source.problem]
    found = []
    if not first.problem and source.sha256 != first.sha256:
        found.append("not the first one's catalog")
    if source.calculator and first.calculator and source.calculator != first.calculator:
        found.append("not the first one's calculator")
    if source.layer not in {"", "file"}:
        why = f" ({source.fallback_reason})" if source.fallback_reason else ""
        found.append(f"prices from: {source.layer}{why}")
    if source.pending:
        found.append(f"an edit waits for a reload: {source.pending[:HASH_DIGITS]}")
    if source.kind == "server":
        found += _group_remarks(source, first)
    return found + _degraded_remarks(source)


def _degraded_remarks(source: SourcePrices) -> list[str]:
    """The problems that a server reports; its layer is a remark of its own."""
    refused = source.reload == "refused" or RELOAD_REFUSED in source.flags
    found = ["last reload refused"] if refused else []
    layers = {name for names in LAYER_FLAGS.values() for name in names}
    own = [flag for flag in source.flags if flag != RELOAD_REFUSED and flag not in layers]
    found += [FALLBACKS.get(flag, flag) for flag in own]
    if source.degraded and not source.flags and not found and source.layer in {"", "file"}:
        found.append("degraded; its log says why")
    return found


def _group_remarks(source: SourcePrices, first: SourcePrices) -> list[str]:
    """Whose reloads a server follows."""
    if source.reloads_alone:
        return ["reloads alone: no state folder that workers share"]
    if source.group and first.kind == "server" and first.group and first.group != source.group:
        return [f"does not follow reloads of {first.name}: worker group {source.group}"]
    return []
