"""The options of a question for a price: what was used, how it was served, who is charged.

Declared once for the verbs that ask it.
"""

from typing import Annotated

import typer

from pricectl.commands.arguments import token_option

CachedOption = Annotated[
    str | None, token_option("--cached", "Input read from the cache, part of INPUT.")
]
CacheWriteOption = Annotated[
    str | None, token_option("--cache-write", "Input written to the cache, part of INPUT.")
]
CacheWrite1hOption = Annotated[
    str | None, token_option("--cache-write-1h", "Input written for an hour, part of INPUT.")
]
ReasoningOption = Annotated[
    str | None, token_option("--reasoning", "Reasoning tokens, part of OUTPUT.")
]
AudioInOption = Annotated[str | None, token_option("--audio-in", "Audio tokens, part of INPUT.")]
AudioOutOption = Annotated[str | None, token_option("--audio-out", "Audio tokens, part of OUTPUT.")]
UnitOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=COUNT", help="Another unit, such as search=2; repeatable."),
]
ServiceOption = Annotated[
    str | None, typer.Option(help="Service tier, such as batch, flex or priority.")
]
RegionOption = Annotated[
    str | None, typer.Option(help="Region or data residency, such as eu or us.")
]
ResponseOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Price a provider's recorded response, or its stream; '-' is standard input.",
    ),
]
MarkupOption = Annotated[
    str | None, typer.Option(metavar="PERCENT", help="Markup, over the profile.")
]
CreditsPerDollarOption = Annotated[str | None, typer.Option(metavar="N", help="Over the profile.")]
TokensPerCreditOption = Annotated[str | None, typer.Option(metavar="N", help="Over the profile.")]
