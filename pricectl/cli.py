"""The program: its verbs, loaded when used, and the one place where errors become exit codes."""

import gc
import os
import sys
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pricectl import __version__
from pricectl.commands.options import typer_command
from pricectl.core.errors import PricingError, UnknownModel, UnpricedUnit
from pricectl.core.labels import clean
from pricectl.exit_codes import FAILED, FINDINGS

# Every verb, in the order of the help, and the module that runs it.
VERBS = MappingProxyType(
    {
        "quote": "pricectl.commands.quote",
        "models": "pricectl.commands.models",
        "show": "pricectl.commands.show",
        "explain": "pricectl.commands.explain",
        "validate": "pricectl.commands.validate",
        "rule": "pricectl.commands.rule",
        "diff": "pricectl.commands.diff",
        "fmt": "pricectl.commands.fmt",
        "logs": "pricectl.commands.logs",
        "rollback": "pricectl.commands.rollback",
        "deploy-check": "pricectl.commands.deploy_check",
        "serve": "pricectl.commands.serve",
        "status": "pricectl.commands.status",
        "smoke": "pricectl.commands.smoke",
    }
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
            module = import_module(VERBS[cmd_name])
            verb = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            command = getattr(module, cmd_name.replace("-", "_"))
            verb.command(cmd_name)(typer_command(cmd_name, command))
            self.commands[cmd_name] = typer.main.get_command(verb)
        if cmd_name not in VERBS:
            for verb_name in VERBS:  # what the error message may suggest instead
                self.get_command(ctx, verb_name)
        return super().get_command(ctx, cmd_name)

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
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort, so that a crash exits with 2
            message = f"internal error: {type(error).__name__}: {error}"
            return _fail(ctx, error, f"{message}; PRICECTL_DEBUG=1 shows where")


def _fail(ctx: Any, error: BaseException, message: str, code: int = FAILED) -> None:
    if os.environ.get("PRICECTL_DEBUG") == "1":
        raise error
    typer.echo(f"pricectl: {clean(message)}", err=True)
    ctx.exit(code)


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keep the prices of resold LLM calls right, reviewed and running.",
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the option's callback
    if wanted:
        typer.echo(f"pricectl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keep the prices of resold LLM calls right, reviewed and running."""


def main() -> None:
    """Run the program; it ends before garbage could matter, and collecting it takes time."""
    gc.disable()
    if sys.stdout is None:
        typer.echo("pricectl: standard output is closed, so nothing can be answered", err=True)
        sys.exit(FAILED)
    if os.environ.get("NO_COLOR"):
        # rich leaves out colours alone; told this, typer writes no bold and no dim either.
        os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"
    app()
