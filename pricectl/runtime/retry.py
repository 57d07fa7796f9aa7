"""When to try again what has failed: soon at first, then after ever longer pauses."""

from time import monotonic

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 60.0


class Retry:
    """Plans the next try; each pause is twice as long as the one before."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again with the shortest pause."""
        self._pause_seconds = FIRST_SECONDS
        self._due_at = monotonic() + FIRST_SECONDS

    def is_due(self) -> bool:
        """Whether the pause is over."""
        return monotonic() >= self._due_at

    def plan(self) -> None:
        """Begin the next pause."""
        self._pause_seconds = min(2 * self._pause_seconds, LONGEST_SECONDS)
        self._due_at = monotonic() + self._pause_seconds
