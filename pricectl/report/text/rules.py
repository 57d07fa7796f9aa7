"""The rules for people: the list, and one rule with its examples."""

from pricectl.check.rules import FAMILIES, Rule
from pricectl.report.canvas import Canvas, listing
from pricectl.report.text.findings import STYLES

DUE = "A date brings it without an edit, so it fails a check only with '--fail-on due'."


def index(canvas: Canvas) -> str:
    """Every rule by family."""
    from rich.text import Text

    table = listing("Rule", "Severity", "What it finds")
    for family in FAMILIES:
        if table.row_count:
            table.add_row()
        table.add_row(Text(family.title, "dim italic"))
        for rule in family.rules:
            table.add_row(rule.id, Text(rule.severity, STYLES[rule.severity]), rule.title)
    return canvas.draw(table, "", Text("pricectl rule ID explains one of them"))


def one(rule: Rule, canvas: Canvas) -> str:
    """One rule: why, how it looks wrong and right, the fix."""
    from rich.padding import Padding
    from rich.text import Text

    head = Text(f"{rule.severity}[{rule.id}]", STYLES[rule.severity])
    head.append(f" {rule.title}", "bold")
    parts: list[Text | Padding] = [head]
    for title, words in (
        ("Why", rule.why),
        ("Due", DUE if rule.due else ""),
        ("Bad", rule.bad),
        ("Good", rule.good),
        ("Fix", rule.fix),
    ):
        if words:
            code = title in ("Bad", "Good")
            text = Text(words.replace("\ufeff", "<BOM>"), overflow="fold", no_wrap=False)
            parts += [Text(), Text(title, "bold cyan"), Padding(text, (0, 0, 0, 4 if code else 2))]
    return canvas.draw(*parts)
