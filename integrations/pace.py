"""How many calls a minute one process may make on a connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# The vendor's pace is shared: the drainer, the directory pull and the pages.
SHARES = {"drainer": 0.7, "directory": 0.2, "pages": 0.1}


class Pace:
    """A token bucket that hands out starting times; ``wait`` sleeps until one's own.

    Reservations are made in order, so that threads never race for the same token.
    ``per_second`` None: no limit.
    """

    def __init__(
        self,
        per_second: float | None,
        *,
        burst: int = 1,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second = per_second
        self._gap = 1 / per_second if per_second else 0.0
        self._slack = self._gap * (burst - 1)
        self._sleep, self._clock = sleep, clock
        self._lock = threading.Lock()
        self._next = clock()

    def reserve(self) -> float:
        """Take the next starting time and return how many seconds away it is."""
        with self._lock:
            now = self._clock()
            start = max(self._next, now - self._slack)
            self._next = start + self._gap
            return max(0.0, start - now)

    def wait(self) -> None:
        away = self.reserve()
        if away > 0:
            self._sleep(away)
