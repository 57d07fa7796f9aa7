"""The program: its verbs, loaded when used, and the one place where errors become exit codes."""

import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pricectl import __version__
from pricectl.commands.messages import tell
from pricectl.commands.options import typer_command
from pricectl.commands.screens import (
    VerbCommand,
    option_rows,
    print_bad_usage,
    write_screen,
)
from pricectl.core.errors import PricingError, UnknownModel, UnpricedUnit
from pricectl.core.labels import clean
from pricectl.exit_codes import FAILED, FINDINGS

# The help in its order: the sections, their verbs, and the first line of each verb's docstring. The
# lines stand here so that the help loads no verb. A verb's module has the verb's name.
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Every day": {
        "quote": "Show what a call or a job costs, in money and credits.",
        "models": "List the models and their prices.",
        "show": "Show all prices of a model.",
        "explain": "Show why a call costs what it costs, step by step.",
        "history": "Show a model's prices over time, or what each commit changed.",
        "export": "Write the prices in a format that others read.",
        "replay": "Show what the calls of a usage log cost by the price file.",
    },
    "Edit and review": {
        "init": "Start your own price file with the models that you sell.",
        "set": "Change prices and other fields of a row.",
        "add": "Add a model to the price file, or say what its row lacks.",
        "remove": "Take models out of the price file.",
        "rename": "Give a row another name; the old one stays as an alias.",
        "validate": "Check price files and show everything that is wrong.",
        "rule": "Explain a rule of 'validate', or list all rules.",
        "diff": "Show what an edit of prices or settings does.",
        "drift": "Show where published price lists differ from ours.",
        "pull": "Take over what published price lists agree on.",
        "waive": "Accept one finding of 'validate', with a reason.",
        "fmt": "Move prices that have begun into the row; write all alike.",
    },
    "Around a deploy": {
        "deploy-check": "Check whether the price file is safe to deploy.",
        "smoke": "Call a live API and check its costs and credits.",
        "status": "Check whether files, git refs and servers use the same prices.",
        "logs": "Count what went wrong in production logs, and say what to do.",
        "rollback": "Put an older version of the price file back.",
    },
    "Production": {
        "serve": "Answer quotes over HTTP until interrupted.",
    },
}
VERBS = MappingProxyType(
    {verb: line for verbs in SECTIONS.values() for verb, line in verbs.items()}
)


class Verbs(TyperGroup):
    """Loads a verb's module when it is called, so that a quote does not pay for the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every verb, in the table's order."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb's command, built on first use."""
        if cmd_name in VERBS and cmd_name not in self.commands:
            name = cmd_name.replace("-", "_")
            command = getattr(import_module(f"pricectl.commands.{name}"), name)
            verb = typer.Typer(
                add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
            )
            # Words that are left over are refused by the command, which says what it takes.
            settings = {"allow_extra_args": True}
            decorate = verb.command(cmd_name, cls=VerbCommand, context_settings=settings)
            decorate(typer_command(cmd_name, command))
            self.commands[cmd_name] = typer.main.get_command(verb)
        return super().get_command(ctx, cmd_name)

    def make_context(self, info_name: Any, args: list[str], *parent: Any, **extra: Any) -> Any:
        """Read the options before the verb; wrong usage becomes a message and exit code 2."""
        del info_name  # the program is called pricectl, also as `python -m pricectl`
        try:
            return super().make_context("pricectl", args, *parent, **extra)
        except TyperException as error:
            print_bad_usage(error)
            raise typer.Exit(FAILED) from None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `pricectl`, `pricectl help` and `pricectl help VERB` as the same with `--help`.

        `pricectl` without arguments is not a mistake: the help goes to standard output, so
        that it can be paged, and the exit code is 0, as with gh, cargo, docker and kubectl.
        """
        if not ctx.resilient_parsing:
            while args[:1] == ["help"]:
                args = [*args[1:], "--help"]
            args = args or ["--help"]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that is named first. Fails with the verbs that are spelled alike."""
        if args[0] not in VERBS and not ctx.resilient_parsing:
            from pricectl.core.near import near

            begun = [verb for verb in VERBS if verb.startswith(args[0])]
            meant = begun or near(args[0], VERBS, 3)
            hint = f"did you mean {' or '.join(meant)}?" if meant else f"one of {', '.join(VERBS)}"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def get_usage(self, ctx: Any) -> str:
        """The usage line of every verb."""
        return f"Usage: {ctx.command_path} COMMAND [OPTIONS] [ARGUMENTS]"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs in their sections, from the table only, and the program's options."""
        sections = {heading: list(verbs.items()) for heading, verbs in SECTIONS.items()}
        sections["Options"] = option_rows(self.get_params(ctx), ctx)
        write_screen(formatter, self.get_usage(ctx), self.help or "", sections)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; an error becomes one message on stderr and exit code 2."""
        try:
            return super().invoke(ctx)
        except (UnknownModel, UnpricedUnit) as error:
            return _fail(ctx, error, str(error), FINDINGS)
        except PricingError as error:
            return _fail(ctx, error, str(error))
        except BrokenPipeError:
            # The reader has seen enough, as with `| head`; nothing more can be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ctx.exit(0)
        except OSError as error:
            name = error.filename or "the output"
            return _fail(ctx, error, f"{name} cannot be written: {error.strerror or error}")
        except (RecursionError, MemoryError) as error:
            return _fail(ctx, error, "the input is too large to work on")
        except TyperException as error:
            print_bad_usage(error)
            return ctx.exit(FAILED)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort, so that a crash exits with 2
            message = f"internal error: {type(error).__name__}: {error}"
            return _fail(ctx, error, f"{message}; PRICECTL_DEBUG=1 shows where")


def _fail(ctx: Any, error: BaseException, message: str, code: int = FAILED) -> None:
    if os.environ.get("PRICECTL_DEBUG") == "1":
        raise error
    tell(f"pricectl: {clean(message)}")
    ctx.exit(code)


app = typer.Typer(
    cls=Verbs,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the option's callback
    if wanted:
        typer.echo(f"pricectl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Keep the prices of resold LLM calls right, reviewed and running.

    'pricectl help COMMAND' shows the options and an example of a command.

    Example: pricectl quote gpt-4o 1000 500
    """


def main() -> None:
    """Run the program; it ends before garbage could matter, and collecting it takes time."""
    gc.disable()
    if sys.stdout is None:
        tell("pricectl: standard output is closed, so nothing can be answered")
        sys.exit(FAILED)
    app()
