"""What can be wrong with prices, and what to do about it: flags of answers, phrases of logs.

Answers, logs, metrics and `pricectl logs` read the two tables. `docs/production.md` shows the rows
of FLAGS; a test compares them. This module imports next to nothing, so that commands start fast.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

# Where prices can come from, the best first.
Layer = Literal["file", "last-known-good", "packaged", "default"]
# The layers with the team's own prices.
OWN_LAYERS: tuple[Layer, ...] = ("file", "last-known-good")

UNKNOWN_MODEL = "unknown-model"
PARTIAL_MATCH = "partial-match"
OTHER_SELLER = "other-seller"
UNPRICED_VARIANT = "unpriced-variant"
SIZE_CLASS = "size-class"
LOCAL_MODEL = "local-model"
MISSING_REGION = "missing-region"
REFERENCE_PRICE = "reference-price"
OTHER_SERVICE = "other-service"
STATED_COST = "stated-cost"
SETTINGS_ERROR = "settings-error"
INTERNAL_ERROR = "internal-error"
SETTINGS_NOT_USED = "settings"
NOT_ANNOUNCED = "this-worker-only"
# Only in health and status: the prices are right, but not those of the edited file.
RELOAD_REFUSED = "reload-refused"


Action = Literal["alias", "row", "price", "choose", "reload", "caller", "look"]


class Remedy(NamedTuple):
    """What to do, the row it is about ("" if there is none yet), and the same in words."""

    action: Action
    row: str
    words: str


class Flag(NamedTuple):
    """One kind of trouble.

    `counts` says what its counter counts: answers, which carry the name as a flag, or loads or
    reloads, which are counted only.

    `layer` is set if every answer of that layer carries the flag; it is logged at load.

    `logged` is False where the event is common for some models, or was logged at load.

    `remedy` is what to do if the same helps every model; for others `pricectl logs` looks into the
    catalog.
    """

    name: str
    meaning: str
    counts: Literal["answers", "loads", "reloads"] = "answers"
    logged: bool = True
    layer: Layer | None = None
    remedy: Remedy | None = None


FLAGS = (
    Flag(UNKNOWN_MODEL, "no row matches the name; the default price was charged"),
    Flag(
        "denied-model",
        "the name is on the deny list",
        remedy=Remedy("caller", "", "on the deny list: let the caller ask for another model"),
    ),
    Flag("unpriced-unit", "the row has no price for a unit that was used; it added nothing"),
    Flag("assumed-rate", "a unit was charged at another unit's rate", logged=False),
    Flag(MISSING_REGION, "the row has no such region; its plain price was charged", logged=False),
    Flag("missing-service", "the row does not sell that service; its standard price was charged"),
    Flag("unread-pricing", "the row has prices that are not understood; they were left out"),
    Flag(PARTIAL_MATCH, "the row of a part of the name answered", logged=False),
    Flag(OTHER_SELLER, "the row of another seller answered", logged=False),
    Flag(
        UNPRICED_VARIANT,
        "the name says a variant or a day without a price of its own, such as :free",
        logged=False,
    ),
    Flag(SIZE_CLASS, "the price class of the model's size answered", logged=False),
    Flag(LOCAL_MODEL, "a model on the team's own server; `local_price` or the default price"),
    Flag(REFERENCE_PRICE, "the reference catalog answered for a name that the file lacks"),
    Flag("unexpressed-signal", "the response states something billable that no unit can express"),
    Flag("ended-early", "the response ended before its last usage; the cost is a lower bound"),
    Flag(
        "gateway-cache",
        "a gateway answered out of its cache, so nothing was charged",
        logged=False,
    ),
    Flag(
        OTHER_SERVICE,
        "the response states another service than was asked for; its own was charged",
        logged=False,
    ),
    Flag(
        STATED_COST,
        "the seller's price varies, so what the response says that it cost was booked",
        logged=False,
    ),
    Flag(
        "averaged-tier",
        "the tier (of context or output) is that of the average of several requests",
        logged=False,
    ),
    Flag(
        "bad-usage",
        "invalid counts were clamped",
        remedy=Remedy("caller", "", "the caller sends invalid counts: correct them there"),
    ),
    Flag(
        "bad-argument",
        "an argument that cannot be read was left out, or a datetime without a zone taken as UTC",
        remedy=Remedy("caller", "", "the caller sends invalid arguments: correct them there"),
    ),
    Flag(
        INTERNAL_ERROR,
        "the calculation failed; nothing was charged",
        remedy=Remedy("look", "", "'pricectl explain' and 'quote' show whether it prices"),
    ),
    Flag("last-good-prices", "the last good copy of the file answered", layer="last-known-good"),
    Flag("packaged-prices", "the catalog inside the package answered", layer="packaged"),
    Flag("emergency-prices", "the one default price for every model answered", layer="default"),
    Flag(SETTINGS_ERROR, "the settings file has a fault", logged=False),
    Flag("last-known-good", "the last good copy of the file was loaded", counts="loads"),
    Flag("packaged", "the catalog inside the package was loaded", counts="loads"),
    Flag("default", "no catalog could be loaded", counts="loads"),
    Flag(SETTINGS_NOT_USED, "settings with a fault were loaded", counts="loads"),
    Flag(
        NOT_ANNOUNCED,
        "a start or a reload could not be announced to the other workers",
        counts="reloads",
    ),
)

# How a name can be answered, other than by a row that has it: what `deploy-check --names` counts.
ANSWER_KINDS = (
    "default",
    "reference",
    "partial",
    OTHER_SELLER,
    UNPRICED_VARIANT,
    SIZE_CLASS,
    LOCAL_MODEL,
    MISSING_REGION,
    "missing-service",
)
FALLBACKS: Mapping[str, str] = {flag.name: flag.meaning for flag in FLAGS}
# What all answers are flagged with while a layer is in use.
LAYER_FLAGS: Mapping[Layer, tuple[str, ...]] = {
    "file": (),
    **{flag.layer: (flag.name,) for flag in FLAGS if flag.layer},
}
LOGGED = frozenset(flag.name for flag in FLAGS if flag.logged and not flag.layer)


class Sign(NamedTuple):
    """A phrase that begins a line of the log, whatever its case; monitors search for it."""

    phrase: str
    good: bool = False
    advice: str = ""


LOADED = "pricing data loaded"
PENDING = "pricing edit pending"
FALLBACK = "fallback pricing"
# A quote of an open endpoint; nobody is charged, so it is not one of the signs.
QUOTE_FALLBACK = "fallback quote"
NOT_FOUND = "pricing file not found"
UNREADABLE = "pricing file unreadable"
BAD_JSON = "json decode error"
REFUSED = "pricing reload refused"
SIGNS = (
    Sign(LOADED, good=True),
    Sign(PENDING, good=True, advice="reload it; until then the version before it is charged"),
    Sign(FALLBACK),
    Sign(NOT_FOUND, advice="put the catalog where PRICECTL_FILE or --file says"),
    Sign(UNREADABLE, advice="give the service the right to read the catalog"),
    Sign(BAD_JSON, advice="'pricectl validate' shows the place"),
    Sign(REFUSED, advice="'pricectl deploy-check' shows why"),
)
