"""The order of rows inside a section: by name, small and capital letters alike."""

from collections.abc import Iterable, Sequence


def by_name(names: Iterable[str]) -> list[str]:
    """Names in the order of rows.

    >>> by_name(["o3", "Gpt-5", "gpt-4o", "gpt-4.1"])
    ['gpt-4.1', 'gpt-4o', 'Gpt-5', 'o3']
    """
    return sorted(names, key=lambda name: (name.lower(), name))


def place_of(name: str, names: Sequence[str]) -> int:
    """Where a new row goes: among rows that are in order it keeps the order, else to the end.

    >>> place_of("gpt-5", ["gpt-4o", "o3"]), place_of("gpt-5", ["o3", "gpt-4o"])
    (1, 2)
    """
    in_order = list(names) == by_name(names)
    return by_name((*names, name)).index(name) if in_order else len(names)
