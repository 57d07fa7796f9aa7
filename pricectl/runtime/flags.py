"""What can be wrong with an answer: one table, read by answers, logs, metrics and the docs.

`docs/production.md` shows the same rows; a test compares them.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

# Where prices can come from, the best first.
Layer = Literal["file", "last-known-good", "packaged", "default"]
# The layers with the team's own prices.
OWN_LAYERS: tuple[Layer, ...] = ("file", "last-known-good")

SETTINGS_ERROR = "settings-error"
INTERNAL_ERROR = "internal-error"
SETTINGS_NOT_USED = "settings"
NOT_ANNOUNCED = "this-worker-only"


class Flag(NamedTuple):
    """One kind of trouble.

    `counts` says what its counter counts. Answers carry the name as a flag; loads and reloads are
    counted only. All answers of `layer` carry the flag, which was logged when the prices were
    loaded. A flag that is not `logged` is usual for some models, or was logged then, too.
    """

    name: str
    meaning: str
    counts: Literal["answers", "loads", "reloads"] = "answers"
    logged: bool = True
    layer: Layer | None = None


FLAGS = (
    Flag("unknown-model", "no row matches the name; the default price was charged"),
    Flag("denied-model", "the name is on the deny list"),
    Flag("unpriced-unit", "the row has no price for a unit that was used; it added nothing"),
    Flag("assumed-rate", "a unit was charged at another unit's rate", logged=False),
    Flag("missing-region", "the row has no such region; its plain price was charged", logged=False),
    Flag("missing-service", "the row does not sell that service; its standard price was charged"),
    Flag("partial-match", "the row of a part of the name answered", logged=False),
    Flag("unexpressed-signal", "the response states something billable that no unit can express"),
    Flag("bad-usage", "invalid counts were clamped"),
    Flag("bad-argument", "an argument that cannot be read was left out"),
    Flag(INTERNAL_ERROR, "the calculation failed; nothing was charged"),
    Flag("last-good-prices", "the last good copy of the file answered", layer="last-known-good"),
    Flag("packaged-prices", "the catalog inside the package answered", layer="packaged"),
    Flag("emergency-prices", "the one default price for every model answered", layer="default"),
    Flag(SETTINGS_ERROR, "the settings file has a fault", logged=False),
    Flag("last-known-good", "the last good copy of the file was loaded", counts="loads"),
    Flag("packaged", "the catalog inside the package was loaded", counts="loads"),
    Flag("default", "no catalog could be loaded", counts="loads"),
    Flag(SETTINGS_NOT_USED, "settings with a fault were loaded", counts="loads"),
    Flag(NOT_ANNOUNCED, "a reload could not be announced to the other workers", counts="reloads"),
)

FALLBACKS: Mapping[str, str] = {flag.name: flag.meaning for flag in FLAGS}
# What all answers are flagged with while a layer is in use.
LAYER_FLAGS: Mapping[Layer, tuple[str, ...]] = {
    "file": (),
    **{flag.layer: (flag.name,) for flag in FLAGS if flag.layer},
}
LOGGED = frozenset(flag.name for flag in FLAGS if flag.logged and not flag.layer)
