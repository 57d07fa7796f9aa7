"""The rules of `validate`: the list, or one rule with its examples."""

from collections.abc import Sequence
from typing import Any

from pricectl.check.families import FAMILIES
from pricectl.check.rules.base import Rule
from pricectl.report.canvas import Canvas
from pricectl.report.findings_text import STYLES
from pricectl.report.listing import Listing

DUE = "A date causes it, so it fails a check only with --fail-on due."


def document(rules: Sequence[Rule]) -> dict[str, Any]:
    """The rules with all they say."""
    return {"schema": "pricectl.rule/1", "rules": [rule._asdict() for rule in rules]}


def text(rules: Sequence[Rule], canvas: Canvas) -> str:
    """One rule in full, or all of them by family; quiet: only the ids."""
    if canvas.quiet:
        return "\n".join(rule.id for rule in rules)
    return _one(rules[0], canvas) if len(rules) == 1 else _index(canvas)


def _index(canvas: Canvas) -> str:
    from rich.text import Text

    table = Listing(["Rule", "Severity", "What it finds"])
    for family in FAMILIES:
        if table.row_count:
            table.add_row()
        table.add_row(Text(family.title, "dim italic"))
        for rule in family.rules:
            table.add_row(rule.id, Text(rule.severity, STYLES[rule.severity]), rule.title)
    return canvas.draw(table, "", Text("pricectl rule ID explains one of them"))


def _one(rule: Rule, canvas: Canvas) -> str:
    """Why, how it looks wrong and right, the fix."""
    from rich.padding import Padding
    from rich.text import Text

    head = Text(f"{rule.severity}[{rule.id}]", STYLES[rule.severity])
    head.append(f" {rule.title}", "bold")
    parts: list[Text | Padding] = [head]
    for title, content, indent in (
        ("Why", rule.why, 2),
        ("Due", DUE if rule.due else "", 2),
        ("Deployed", rule.base, 4),
        ("Reference", rule.reference, 4),
        ("Bad", rule.bad, 4),
        ("Good", rule.good, 4),
        ("Fix", rule.fix, 2),
    ):
        if content:
            # The example of the byte order mark would be invisible.
            body = Text(content.replace("\ufeff", "<BOM>"), overflow="fold", no_wrap=False)
            parts += [Text(), Text(title, "bold cyan"), Padding(body, (0, 0, 0, indent))]
    return canvas.draw(*parts)
