"""What price lists say otherwise, as a comment in GitHub's Markdown, within the same bounds."""

from collections.abc import Sequence

from pricectl.feeds.differences import MemberDrift, PriceDrift
from pricectl.feeds.effects import ModelDrift
from pricectl.operate.drift import DriftReport, DriftResult
from pricectl.report.drift_words import (
    age,
    effect_text,
    known_title,
    new_prices,
    summary,
    theirs_text,
    value_text,
    voices,
)
from pricectl.report.formats.markdown_tables import (
    MAX_CHARACTERS,
    MarkdownTable,
    code,
    drawn_tables,
    long_code,
    table_line,
)

DRIFT_MARKER = "<!-- pricectl-drift -->"
_PRICE_HEAD = ("Model", "Price", "Ours", "Theirs", "Lists", "Sample job")


def drift(result: DriftResult) -> str:
    """The counts and the lists, what lists agree on in a table, everything else folded away."""
    found = result.report
    lines = [DRIFT_MARKER, f"**{code(found.name)}**: {long_code(summary(found))}", ""]
    for feed in found.feeds:
        how_old = age(feed, found.options.today)
        copies = f", copies {', '.join(map(code, feed.copied_lists))}" if feed.copied_lists else ""
        lines.append(f"- {code(feed.age_name)}, {how_old}{copies}")
    return "\n".join([*lines, *drawn_tables(_tables(found), MAX_CHARACTERS, lines)])


def _tables(found: DriftReport) -> Sequence[MarkdownTable]:
    members = tuple(map(_member, found.members))
    new = tuple(
        table_line((code(one.model.full_name), code(new_prices(one)), code(", ".join(one.votes))))
        for one in found.new
    )
    gone = tuple(table_line((code(one.model.full_name),)) for one in found.gone)
    known = tuple(
        table_line((long_code(known_title(one)), long_code(one.known_because)))
        for one in found.known
    )
    aliases = tuple(_price(one, "") for one in found.aliases)
    head = table_line(_PRICE_HEAD)
    tables = (
        MarkdownTable("Independent lists agree on another price", head, _rows(found.agreed)),
        MarkdownTable("One list alone, or no agreement", head, _rows(found.alone), folded=True),
        MarkdownTable("Aliases priced apart", head, aliases, folded=True),
        MarkdownTable(
            "Limits, dates, successors, factors",
            table_line(("Model", "Member", "Ours", "Theirs", "Lists")),
            members,
            folded=True,
        ),
        MarkdownTable("In no list", table_line(("Model",)), gone, folded=True),
        MarkdownTable("New", table_line(("Model", "Prices", "Lists")), new, folded=True),
        MarkdownTable("Known", table_line(("Difference", "Why")), known, folded=True),
    )
    return [table for table in tables if table.rows]


def _rows(models: Sequence[ModelDrift]) -> tuple[str, ...]:
    return tuple(
        _price(drift, effect_text(row.effect) if not index else "")
        for row in models
        for index, drift in enumerate(row.prices)
    )


def _price(drift: PriceDrift, effect: str) -> str:
    what = f"{drift.what} as {drift.alias}" if drift.alias else drift.what
    cells = (drift.model.full_name, what, value_text(drift, drift.ours), theirs_text(drift))
    return table_line((*map(code, cells), long_code(voices(drift)), code(effect)))


def _member(drift: MemberDrift) -> str:
    cells = (drift.model.full_name, drift.what, value_text(drift, drift.ours), theirs_text(drift))
    return table_line((*map(code, cells), long_code(voices(drift))))
