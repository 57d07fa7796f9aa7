"""What a catalog is compared with: the base it was edited from, and the reference prices."""

from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.sanity import verdict
from pricectl.policy import Policy

# What a person can accept in the catalog: what the base finds, and errors about a single new price.
ACKNOWLEDGEABLE = (
    *verdict.ACKNOWLEDGEABLE,
    "price-off-market",
    "price-copied",
    "reference-differs",
    "threshold-moved",
    "reasoning-off-output",
    "price-off-standard",
)
# A difference from published price lists, which only `drift` finds; its acknowledgement holds the
# value of the list.
LIST_DIFFERS = "list-differs"
ACKNOWLEDGED_RULES = (*ACKNOWLEDGEABLE, LIST_DIFFERS)


class Evidence(NamedTuple):
    """The catalogs that a file is held against, what people call them, and why one is missing.

    `no_base` and `no_reference` say in a few words why there is none; they are empty where there is
    one. `base_settings` are the settings beside the base, where they are known. `base_policy` is
    what the edit is judged by: those settings, or the defaults where the base has none; None where
    nobody knows. `base_data` and `base_values` are the base as written and as parsed.
    `settings_problem` says what of the base's settings could not be read.
    """

    base: Catalog | None = None
    base_name: str = ""
    reference: Catalog | None = None
    reference_name: str = ""
    no_base: str = ""
    no_reference: str = ""
    base_settings: Policy | None = None
    base_policy: Policy | None = None
    base_data: bytes = b""
    base_values: Json = None
    settings_problem: str = ""

    def base_row(self, model: Model) -> Model | None:
        """The row as the base has it; None if it is new, or if there is no base."""
        return self.base.by_full_name.get(model.full_name) if self.base else None

    def reference_row(self, model: Model) -> Model | None:
        """The reference's row of the same section and name; None if there is none."""
        return self.reference.by_full_name.get(model.full_name) if self.reference else None


# A file that is looked at alone.
NO_EVIDENCE = Evidence()
