"""What the page shows: a comparison, when it was made, and the price history beside it."""

from datetime import datetime
from typing import NamedTuple

from pricectl.changes.diff import DiffResult
from pricectl.operate.touched_history import TouchedHistory


class DiffPage(NamedTuple):
    """A comparison as of an instant, with the history of the models that it is about."""

    result: DiffResult
    at: datetime
    history: TouchedHistory = TouchedHistory()
