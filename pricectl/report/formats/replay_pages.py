"""A replay for people outside the terminal: a comment in Markdown, a page in HTML."""

from html import escape

from pricectl.core.labels import clean, count, shortened
from pricectl.replay.run import ReplayResult
from pricectl.report.formats.markdown_tables import (
    MAX_CHARACTERS,
    MAX_NAME,
    MarkdownTable,
    code,
    drawn_tables,
    long_code,
    table_line,
)
from pricectl.report.replay_tables import tables
from pricectl.report.replay_words import column_lines, introduction, notes
from pricectl.report.report_table import ReportTable

REPLAY_MARKER = "<!-- pricectl-replay -->"
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #d8dee4; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
.bar { color: #2f6f9f; letter-spacing: -1px; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; }
  th, td { border-color: #30363d; } .bar { color: #6cb6ff; } }
"""


def as_markdown(result: ReplayResult) -> str:
    """The totals and groups open, all else folded away, within the bound of a comment."""
    sentence, *about = introduction(result)
    lines = [
        REPLAY_MARKER,
        f"**{long_code(sentence)}**",
        "",
        *(f"- {long_code(one)}" for one in about),
    ]
    lines += [f"- {long_code(one)}" for one in (*notes(result), *column_lines(result))]
    drawn = [
        MarkdownTable(
            found.title or "in all",
            table_line(found.headings),
            tuple(table_line([code(cell) for cell in line]) for line in found.lines),
            folded=number > 1,
        )
        for number, found in enumerate(tables(result, verbose=True, bars=False))
    ]
    return "\n".join([*lines, *drawn_tables(drawn, MAX_CHARACTERS, lines)])


def as_html(result: ReplayResult) -> str:
    """One page that needs no other file, no script and no network."""
    sentence, *about = introduction(result)
    parts = [f"<p>{_safe(one)}</p>" for one in about]
    parts += [_table(found) for found in tables(result, verbose=True)]
    remarks = "".join(f"<li>{_safe(one)}</li>" for one in (*notes(result), *column_lines(result)))
    parts += [f"<ul>{remarks}</ul>"] if remarks else []
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<title>What a usage log costs</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{_safe(sentence)}</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _table(found: ReportTable) -> str:
    kinds = [' class="number"' if side == "r" else "" for side in found.alignment]
    # The last column of a table with bars has no heading and stands left.
    if found.alignment.endswith("l") and not found.headings[-1]:
        kinds[-1] = ' class="bar"'
    head = "".join(
        f"<th{kind}>{_safe(one)}</th>" for kind, one in zip(kinds, found.headings, strict=True)
    )
    rows = [
        "".join(f"<td{kind}>{_safe(one)}</td>" for kind, one in zip(kinds, line, strict=True))
        for line in found.lines
    ]
    more = f"<p>and {count(found.left_out)} more</p>" if found.left_out else ""
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    title = f"<h2>{_safe(found.title)}</h2>" if found.title else ""
    return (
        f'{title}<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _safe(text: str) -> str:
    return escape(shortened(clean(text), 2 * MAX_NAME, "\u2026"))
