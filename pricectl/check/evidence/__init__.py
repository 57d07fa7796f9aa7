"""What a catalog is compared with: the base it was edited from, and the reference prices."""

from typing import NamedTuple

from pricectl.core.catalog import Catalog


class Evidence(NamedTuple):
    """The catalogs that a file is held against, what people call them, and why one is missing.

    `no_base` and `no_reference` say in a few words why there is none; they are empty where there is
    one.
    """

    base: Catalog | None = None
    base_name: str = ""
    reference: Catalog | None = None
    reference_name: str = ""
    no_base: str = ""
    no_reference: str = ""


# A file that is looked at alone.
NO_EVIDENCE = Evidence()
