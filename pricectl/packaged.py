"""Finds the files that pricectl carries: the catalog of its release and the JSON schemas."""

import sys
from pathlib import Path
from typing import Protocol, cast

CATALOG = "llm_pricing_current.json"


def packaged_file(name: str) -> Path:
    """The path of a file that pricectl carries: in the installed package, else in the checkout."""
    package = Path(__file__).parent
    inside = package / "data" / name
    return inside if inside.exists() else package.parent / name


class _DataLoader(Protocol):
    """What an importer has, also one that reads packages out of a zip file."""

    def get_data(self, path: str) -> bytes:
        """The bytes of a file beside the package's modules."""


def packaged_bytes(name: str) -> bytes:
    """The content of a file that pricectl carries, also where pricectl is imported from a zip.

    Raises OSError.
    """
    path = packaged_file(name)
    if path.exists():
        return path.read_bytes()
    loader = sys.modules[__name__].__loader__
    if not hasattr(loader, "get_data"):
        return path.read_bytes()
    inside = Path(__file__).parent / "data" / name
    return cast("_DataLoader", loader).get_data(str(inside))


def is_packaged_catalog(path: str) -> bool:
    """Whether a path is that of the packaged catalog, which may lie inside a zip."""
    return path == str(packaged_catalog()) and not packaged_catalog().exists()


def packaged_catalog() -> Path:
    """The catalog of this release."""
    return packaged_file(CATALOG)


def is_installed() -> bool:
    """Whether the packaged catalog is part of an installation; in a checkout it may be edited."""
    return packaged_catalog().is_relative_to(Path(__file__).parent)
