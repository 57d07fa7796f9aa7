"""`pricectl waive`: accept one finding, with a reason."""

from datetime import date
from typing import Annotated

import typer

from pricectl.check.evidence import LIST_DIFFERS
from pricectl.commands.drift import FeedOption
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.windows import as_instant, read_day
from pricectl.edit.waiving import Acceptance
from pricectl.files import catalog_file, settings
from pricectl.operate.accept_list import accept_list
from pricectl.operate.drift import DriftOptions
from pricectl.operate.editing import EditableCatalog
from pricectl.operate.waive import waive as accept
from pricectl.report import waive as report


def waive(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="The rule, which a finding shows in brackets.")
    ],
    pointer: Annotated[
        str,
        typer.Argument(
            metavar="POINTER",
            help="The place as a JSON Pointer, which 'validate -o json' shows, such as "
            "/openai/gpt-4o/input_cost_per_token.",
        ),
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="Why it is right, for the next reviewer. It is needed.",
            show_default=False,
        ),
    ] = "",
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="DATE",
            help="The last day on which it is accepted, such as 2027-06-30.",
            show_default="never",
        ),
    ] = None,
    feed: FeedOption = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Accept one finding of 'validate', with a reason.

    A price finding is acknowledged in the price file, so that it reaches production with the price.
    Any other finding is waived in the settings. Both hold for the present value only, and every
    other byte of the file stays. 'list-differs' accepts what 'drift' found at a place, of the lists
    of --feed.

    Example: pricectl waive source-missing /openai --reason "prices by contract"
    """
    today = as_instant(instant(at)).date()
    if not reason.strip():
        raise typer.BadParameter("say why the finding is right", param_hint="--reason")
    if not pointer.startswith("/"):
        raise typer.BadParameter(
            f"{pointer!r:.80} is not a JSON Pointer such as /openai/gpt-4o", param_hint="POINTER"
        )
    policy = settings.load_policy(catalog=file)
    name = catalog_file.check_exists(
        catalog_file.locate_writable(file, policy.file), file, policy.file
    )
    if name == catalog_file.STDIN:
        raise typer.BadParameter("standard input cannot be edited", param_hint="--file")
    accepted = Acceptance(rule, pointer, reason.strip(), today, _last_day(expires, today))
    if rule == LIST_DIFFERS:
        options = DriftOptions(instant(at), tuple(feed or ()))
        result = accept_list(EditableCatalog.read(name, policy), accepted, options)
    else:
        result = accept(catalog_file.read(name), name, policy, accepted)
    show(view, "waive", result, report)
    return 0


def _last_day(expires: str | None, today: date) -> date | None:
    """The day of --expires. Raises BadParameter."""
    if expires is None:
        return None
    day = read_day(expires)
    if day is None:
        raise typer.BadParameter(
            f"{expires!r:.40} is not a valid date such as 2027-06-30", param_hint="--expires"
        )
    if day < today:
        raise typer.BadParameter(f"{day} has passed", param_hint="--expires")
    return day
