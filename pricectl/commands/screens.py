"""What a verb shows besides its result: its help screen, and the message about wrong usage.

The text is the same at a terminal, in a pipe and without colours; only the headings are bold at a
terminal. It is written here because Typer's own screen has three columns, which is too many for 80
characters.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from textwrap import wrap
from typing import Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from pricectl.commands.messages import tell
from pricectl.core.labels import clean
from pricectl.core.near import near

COMMON = "Common options"
_NAMES_WIDTH = 28  # a longer name has its text on the next line
_FIXED_SPACE = "\xa0"
Rows = list[tuple[str, str]]


class VerbCommand(TyperCommand):
    """A verb of the program, with our help screen."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line; words that are left over are named with what is allowed.

        An option with one value is refused when it is given again: its last value would silently
        replace the first, such as a limit or the column of a report.
        """
        try:
            if not ctx.resilient_parsing:
                _, _, order = self.make_parser(ctx).parse_args(args=list(args))
                _check_given_once(order, ctx)
            rest = super().parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", None) is None:
                vars(error)["ctx"] = ctx  # the message names the verb
            raise
        if rest and not ctx.resilient_parsing:
            # A verb has no argument, one that may be repeated and leaves no words, or some for one.
            written = _arguments(self, ctx).split("] [")
            names = [name for each in written if (name := each.strip("[]").partition("|")[0])]
            allowed = "this command takes options only"
            if names:
                one = f"only one {names[0]} is allowed"
                allowed = one if len(names) == 1 else f"only {' and '.join(names)} are allowed"
            ctx.fail(f"unexpected {', '.join(map(repr, rest))}; {allowed}")
        return rest

    def get_usage(self, ctx: Any) -> str:
        """The usage line, in which brackets are around what may be left out."""
        return " ".join(
            filter(None, ("Usage:", ctx.command_path, "[OPTIONS]", _arguments(self, ctx)))
        )

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the screen: usage, what the verb does, arguments, options, an example."""
        sections: dict[str, Rows] = {"Arguments": []}
        params: list[Any] = list(self.get_params(ctx))
        for param in params:
            if param.param_type_name == "argument":
                sections["Arguments"].append((param.make_metavar(ctx), _sentence(param)))
            elif not param.hidden:
                heading = COMMON if "--help" in param.opts else param.rich_help_panel or "Options"
                sections.setdefault(heading, []).append((_names(param, ctx), _sentence(param)))
        for heading in ("Options", COMMON):  # the last ones, whatever came first
            sections[heading] = sections.pop(heading, [])
        write_screen(formatter, self.get_usage(ctx), self.help or "", sections)


def _check_given_once(given: Iterable[Any], ctx: Any) -> None:
    """Fail for an option that takes one value and is given more often; switches may repeat."""
    for param, times in Counter(given).items():
        is_switch = getattr(param, "is_flag", False) and not param.secondary_opts
        if times > 1 and not (param.param_type_name == "argument" or param.multiple or is_switch):
            name = "/".join((_place(param, ctx), *param.secondary_opts))
            ctx.fail(f"{name} is given {times} times; it takes one value")


def write_screen(formatter: Any, usage: str, text: str, sections: Mapping[str, Rows]) -> None:
    """Write a help screen.

    The texts of all options begin at one place, and so do those of all commands. The example at the
    end of the text comes last: what is read last is next to the prompt.
    """
    text, example = split_example(text)
    formatter.write(f"{usage}\n\n")
    formatter.write_text(text)
    rows = [row for rows in sections.values() for row in rows]
    for heading, found in sections.items():
        if found:
            alike = [name for name, _ in rows if ("--" in name) == ("--" in found[0][0])]
            indent = 4 + min(max(map(len, alike)), _NAMES_WIDTH)
            formatter.write(f"\n{_bold(heading)}:\n")
            formatter.write("".join(_row(*row, indent, formatter.width) for row in found))
    if example:
        formatter.write(f"\n{_bold('Example')}:\n  {example}\n")


def _row(name: str, description: str, indent: int, width: int) -> str:
    """A name and its sentence beside it, below it where the name is too long."""
    lines = [
        line.replace(_FIXED_SPACE, " ")
        for line in wrap(description, width - indent, break_on_hyphens=False)
    ]
    first = f"  {name}".ljust(indent)
    if len(first) > indent:
        return "\n".join((first, *(" " * indent + line for line in lines))) + "\n"
    return first + f"\n{' ' * indent}".join(lines) + "\n"


def option_rows(options: Iterable[Any], ctx: Any) -> Rows:
    """The names and the sentence of each option that is not hidden."""
    return [(_names(each, ctx), _sentence(each)) for each in options if not each.hidden]


def print_bad_usage(error: Any) -> None:
    """Print what is wrong with the command line, how it is written, and where to read more."""
    ctx = getattr(error, "ctx", None)
    name = ctx.command_path if ctx else "pricectl"
    tell(f"{name}: {clean(' '.join(_problem(error, ctx).split()))}")
    if ctx:
        tell(ctx.get_usage())
        if example := split_example(ctx.command.help)[1]:
            tell(f"Example: {example}")
    tell(f"'{name} --help' shows all options.")


def _problem(error: Any, ctx: Any) -> str:
    """What is wrong, and where, in the words of our other messages."""
    message, param = str(error.message).rstrip("."), getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        options = [name for option in ctx.command.get_params(ctx) for name in option.opts]
        begun = [name for name in options if name.startswith(error.option_name)]
        meant = " or ".join(begun or near(error.option_name, options))
        # Before the command only the program's own options may stand.
        other = "" if ctx.parent else "write it after a command"
        hint = f"did you mean {meant}?" if meant else other
        return f"there is no option {error.option_name}" + (f"; {hint}" if hint else "")
    if hasattr(error, "param_type"):
        return f"{_place(param, ctx)} is missing"
    if param is not None and getattr(param.type, "min", None) is not None:
        least, most = param.type.min, param.type.max
        bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
        message = f"{message.partition(' is not ')[0]} is not a number {bounds}"
    place: str = getattr(error, "param_hint", None) or (_place(param, ctx) if param else "")
    return f"{place}: {message}" if place else message


def _place(param: Any, ctx: Any) -> str:
    """How a message names an option or an argument."""
    if param.param_type_name == "argument":
        return str(param.make_metavar(ctx))
    return str(max(param.opts, key=len))


def split_example(text: str | None) -> tuple[str, str]:
    """A help text without the example at its end, and the example."""
    before, _, example = (text or "").partition("Example: ")
    return before.strip(), example.strip()


def _arguments(command: TyperCommand, ctx: Any) -> str:
    """The arguments as the usage line has them."""
    found = (each for each in command.get_params(ctx) if each.param_type_name == "argument")
    return " ".join(each.make_metavar(ctx) for each in found)


def _names(option: Any, ctx: Any) -> str:
    """An option's names with its value; a long name stands under the other long names."""
    names = ", ".join(sorted(option.opts, key=len))
    if option.secondary_opts:
        names += f", {', '.join(option.secondary_opts)}"
    value = "" if option.is_flag else f" {option.make_metavar(ctx)}"
    return f"{names}{value}" if names[1] != "-" else f"    {names}{value}"


def _sentence(param: Any) -> str:
    """The help with the default, where there is one that can be written."""
    default = param.default.value if isinstance(param.default, Enum) else param.default
    if isinstance(param.show_default, str):
        default = param.show_default
    elif isinstance(default, bool):
        default = param.opts[0] if default else None
    elif not param.show_default:
        default = None
    if default is None:
        return str(param.help)
    shown = f"[default: {default}]"
    # A short one is not broken over two lines.
    return (
        f"{param.help} {shown if len(shown) > _NAMES_WIDTH else shown.replace(' ', _FIXED_SPACE)}"
    )


def _bold(heading: str) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return heading if plain else typer.style(heading, bold=True)
