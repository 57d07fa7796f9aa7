"""Log lines a monitor can count on: fixed phrases, escaped values, bounded in number."""

import json
import logging
import threading
import time
from collections.abc import Callable

LOGGER = logging.getLogger("pricectl.runtime")

WINDOW_SECONDS = 60.0
LINES_PER_KIND = 100
MAX_VALUE_CHARACTERS = 256
# A reason names rows, numbers and what to do next.
MAX_REASON_CHARACTERS = 1000


def escaped(value: object, max_characters: int = MAX_VALUE_CHARACTERS) -> str:
    r"""A value as one quoted ASCII word: no line break, control or direction character survives.

    >>> escaped("gpt\n\x1b[31m")
    '"gpt\\n\\u001b[31m"'
    """
    text = value if isinstance(value, str) else f"{value!r:.{MAX_VALUE_CHARACTERS}}"
    return json.dumps(text[:max_characters]).replace("\x7f", "\\u007f")


class Log:
    """Writes events: at most one line a minute per kind and model, and 100 models a kind."""

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
                words: list[str] = []
                attributes: dict[str, int | str] = {}
                for name, value in values.items():
                    if isinstance(value, int):
                        words.append(f"{name}={value}")
                        attributes[name] = value
                    else:
                        quoted = escaped(
                            value,
                            MAX_REASON_CHARACTERS if name == "reason" else MAX_VALUE_CHARACTERS,
                        )
                        words.append(f"{name}={quoted}")
                        attributes[name] = quoted[1:-1]
                extra = {"event": phrase, **attributes}
                LOGGER.log(level, "%s: %s", phrase, " ".join(words), extra=extra)
        except Exception:  # noqa: BLE001, S110 - a broken log handler must not break a call
            pass

    def limited(self, level: int, phrase: str, kind: str, log_key: str, **values: object) -> None:
        """Write a line unless one of this kind about the same was written within the minute."""
        key = log_key[:MAX_VALUE_CHARACTERS]
        with self._lock:
            now = self._clock()
            if now - self._window_start >= WINDOW_SECONDS:
                self._window_start = now
                self._seen.clear()
            seen = self._seen.setdefault(kind, set())
            if key in seen or len(seen) >= LINES_PER_KIND:
                self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
                return
            seen.add(key)
            suppressed = self._suppressed.pop(kind, 0)
        # Outside the lock: a log handler may take its time, or quote a price itself.
        more = {"suppressed": suppressed} if suppressed else {}
        self.event(level, phrase, kind=kind, **values, **more)
