"""Members of JSON that others wrote: whatever it is, reading it does not fail."""

from typing import Any


def member(found: Any, *path: str) -> Any:
    """A member of an object of JSON, or of one inside it; None where there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text_member(found: Any, *path: str) -> str:
    """The same for a text; empty for anything else."""
    text = member(found, *path)
    return text if isinstance(text, str) else ""
