"""`--staged`, for hooks: end at once when a commit touches neither prices nor settings."""

from typing import Annotated

import typer

from pricectl.files.staged import touches_prices

StagedOption = Annotated[
    bool,
    typer.Option(
        "--staged",
        help="End at once, with 0, if neither the price file nor its settings are staged in git.",
    ),
]


def nothing_staged(file: str | None) -> bool:
    """Whether there is nothing to do for a hook. Raises BadRef if git fails."""
    return not touches_prices(file)
