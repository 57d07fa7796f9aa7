"""`pricectl rule`: what a finding means and how to fix it."""

from typing import Annotated

import typer

from pricectl.check.rules import RULES
from pricectl.check.spelling import Speller
from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.report import json_rules
from pricectl.report.text import rules as text


def complete_rule(incomplete: str) -> list[str]:
    """Rule ids for the shell's completion."""
    return [name for name in RULES if name.startswith(incomplete)]


def rule(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="The rule to explain.",
            autocompletion=complete_rule,
            show_default="all, as a list",
        ),
    ] = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
) -> None:
    """List the rules of 'validate', or explain one: why, examples, the fix."""
    if name is not None and name not in RULES:
        near = Speller(RULES, 0.5).near(name)
        hint = f"did you mean {near}?" if near else "'pricectl rule' lists them"
        raise typer.BadParameter(f"no rule is called {name!r}; {hint}", param_hint="ID")
    asked = [RULES[name]] if name else list(RULES.values())
    common.show(
        View.of(output, color),
        {
            "text": lambda canvas: text.one(asked[0], canvas) if name else text.index(canvas),
            "json": lambda _: json_rules.rules(asked),
        },
    )
