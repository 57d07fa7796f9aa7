"""Progress of long work, on the terminal's error stream, so that results stay clean."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
# Work of so few items is done before a bar could be read, and rich takes a tenth of a second.
FEW = 100


@contextmanager
def progress(
    items: Iterable[Item], task: str, total: int, *, shown: bool
) -> Iterator[Iterable[Item]]:
    """The items as they are, with a bar that counts them while it is `shown`; it leaves nothing."""
    if not shown or total < FEW:
        yield items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield bar.track(items, total=total, description=task)
