"""Finds the files that pricectl carries: the catalog of its release and the JSON schemas."""

from pathlib import Path

CATALOG = "llm_pricing_current.json"


def packaged_file(name: str) -> Path:
    """The path of a file that pricectl carries: in the installed package, else in the checkout."""
    package = Path(__file__).parent
    inside = package / "data" / name
    return inside if inside.exists() else package.parent / name


def packaged_catalog() -> Path:
    """The catalog of this release."""
    return packaged_file(CATALOG)


def is_installed() -> bool:
    """Whether the packaged catalog is part of an installation; in a checkout it may be edited."""
    return packaged_catalog().is_relative_to(Path(__file__).parent)
