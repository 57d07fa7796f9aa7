"""The table of output formats: what `-o` accepts for each verb, and which function writes it.

`text` and `json` are not here: every verb has them, in `report/VERB.py` as `text` and `document`.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple


class Format(NamedTuple):
    """One format for other programs: its name, and its function ("module:name") for each verb."""

    name: str
    functions: Mapping[str, str]

    def function(self, verb: str) -> Callable[..., str]:
        """What writes a verb's result in this format, imported when it is asked for."""
        module, _, name = self.functions[verb].partition(":")
        found: Callable[..., Any] = getattr(import_module(f"pricectl.report.{module}"), name)
        return found


FORMATS = (
    Format(
        "markdown",
        {"diff": "formats.markdown:diff", "deploy-check": "formats.markdown:deploy_check"},
    ),
    Format("concise", {"validate": "formats.concise:findings"}),
    Format("github", {"validate": "formats.github:findings", "diff": "formats.github:diff"}),
    Format("sarif", {"validate": "formats.sarif:findings"}),
    Format("junit", {"validate": "formats.junit:findings"}),
)


def formats_of(verb: str) -> tuple[str, ...]:
    """The names that `-o` accepts for a verb.

    >>> formats_of("quote"), formats_of("diff")
    (('text', 'json'), ('text', 'json', 'markdown', 'github'))
    """
    return ("text", "json", *(each.name for each in FORMATS if verb in each.functions))
