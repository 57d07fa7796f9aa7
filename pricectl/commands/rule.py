"""`pricectl rule`: what a finding means and how to fix it."""

from typing import Annotated

import typer

from pricectl.check.families import RULES
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show
from pricectl.core.near import meant
from pricectl.report import rule as report


def complete_rule(incomplete: str) -> list[str]:
    """Rule ids for the shell's completion."""
    return [name for name in RULES if name.startswith(incomplete)]


def rule(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="The rule to explain, as a finding names it.",
            autocompletion=complete_rule,
            show_default="all, as a list",
        ),
    ] = None,
    *,
    view: ViewOptions,
) -> None:
    """Explain a rule of 'validate', or list all rules.

    An explanation has the reason, a wrong and a right example, and the fix.
    -q prints only the names, one a line.

    Example: pricectl rule price-jump
    """
    if name is not None and name not in RULES:
        hint = meant(name, RULES, "'pricectl rule' lists them")
        raise typer.BadParameter(f"no rule is called {name!r}; {hint}", param_hint="ID")
    chosen = [RULES[name]] if name else list(RULES.values())
    show(view, "rule", chosen, report)
