"""Log lines a monitor can count on: fixed phrases, escaped values, bounded in number."""

import json
import logging
import threading
import time
from collections.abc import Callable

LOGGER = logging.getLogger("pricectl.runtime")

# Monitors search for these words.
LOADED = "pricing data loaded"
NOT_FOUND = "pricing file not found"
FALLBACK = "fallback pricing"
BAD_JSON = "json decode error"
REFUSED = "pricing reload refused"
UNREADABLE = "pricing file unreadable"

WINDOW_SECONDS = 60.0
LINES_PER_KIND = 100
MAX_VALUE = 256
# A reason names rows, numbers and what to do next.
MAX_REASON = 1000


def escaped(value: object, most: int = MAX_VALUE) -> str:
    r"""A value as one quoted ASCII word: no line break, control or direction character survives.

    >>> escaped("gpt\n\x1b[31m")
    '"gpt\\n\\u001b[31m"'
    """
    text = value if isinstance(value, str) else f"{value!r:.{MAX_VALUE}}"
    return json.dumps(text[:most]).replace("\x7f", "\\u007f")


class Log:
    """Writes events; of each kind and model one a minute, and so many models a kind."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window_start = clock()
        self._seen: dict[str, set[str]] = {}
        self._suppressed: dict[str, int] = {}
        self.renew_lock()

    def renew_lock(self) -> None:
        """Make a new lock; after a fork the thread that held the old one does not exist."""
        self._lock = threading.RLock()  # a signal handler of the same thread may quote, too

    def event(self, level: int, phrase: str, **values: object) -> None:
        """Write one line now: the phrase, then key=value; the same values as attributes."""
        try:
            if LOGGER.isEnabledFor(level):
                shown = {name: _shown(name, value) for name, value in values.items()}
                words = " ".join(f"{name}={value}" for name, value in shown.items())
                plain = {name: _unquoted(value) for name, value in shown.items()}
                LOGGER.log(level, "%s: %s", phrase, words, extra={"event": phrase, **plain})
        except Exception:  # noqa: BLE001, S110 - a broken log handler must not break a call
            pass

    def limited(self, level: int, phrase: str, kind: str, about: str, **values: object) -> None:
        """Write a line unless one of this kind about the same was written within the minute."""
        suppressed = self._admit(kind, about)
        if suppressed is None:
            return
        named = {"kind": kind, **values}
        if suppressed:
            named["suppressed"] = suppressed
        self.event(level, phrase, **named)

    def _admit(self, kind: str, about: str) -> int | None:
        """How many lines of the kind were held back since its last one; None: hold this back."""
        key = about[:MAX_VALUE]
        with self._lock:
            now = self._clock()
            if now - self._window_start >= WINDOW_SECONDS:
                self._window_start = now
                self._seen.clear()
            seen = self._seen.setdefault(kind, set())
            if key in seen or len(seen) >= LINES_PER_KIND:
                self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
                return None
            seen.add(key)
            return self._suppressed.pop(kind, 0)


def _shown(name: str, value: object) -> int | str:
    if isinstance(value, int):
        return value
    return escaped(value, MAX_REASON if name == "reason" else MAX_VALUE)


def _unquoted(value: int | str) -> int | str:
    return value[1:-1] if isinstance(value, str) else value
