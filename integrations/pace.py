"""How many calls a minute one process may make on a connection.

The vendor's pace is shared: each kind of work has its part of it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Hashable
from datetime import timedelta

from django.conf import settings

from pinsync import clock

from . import guard
from .adapters import Adapter

SHARES = {"drainer": 0.7, "directory": 0.2, "pages": 0.1}
# Calls that may follow each other at once after a rest: one person's export, one page.
BURST = 8
# A page slows down a crowd, never one person for longer than this.
LONGEST_ON_PAGES = 1.0
_MOST_KEPT = 1000


class Pace:
    """A token bucket that hands out starting times; ``wait`` sleeps until one's own.

    Reservations are made in order, so that threads never race for the same token.
    ``per_second`` None: no limit. ``longest``: no single wait is longer.
    """

    def __init__(
        self,
        per_second: float | None,
        *,
        burst: int = BURST,
        longest: float = math.inf,
    ) -> None:
        self.per_second = per_second
        self._gap = 1 / per_second if per_second else 0.0
        self._slack = self._gap * (burst - 1)
        self._longest = longest
        self._lock = threading.Lock()
        self._next = time.monotonic() - self._slack

    def reserve(self) -> float:
        """Take the next starting time and return how many seconds away it is."""
        with self._lock:
            now = time.monotonic()
            start = max(self._next, now - self._slack)
            start = min(start, now + self._longest)
            self._next = start + self._gap
            return max(0.0, start - now)

    def wait(self) -> None:
        away = self.reserve()
        if away > 0:
            time.sleep(away)


def pace_of(adapter: Adapter, *, share: str) -> Pace:
    """Return a fresh bucket with that share of the vendor's pace."""
    if not is_paced(adapter):
        return Pace(None)
    per_second = adapter.wire.per_minute * SHARES[share] / clock.scaled(60)
    if share == "pages":
        return Pace(per_second, longest=clock.scaled(LONGEST_ON_PAGES))
    if share == "directory":  # every slice is a process: none may begin with a burst
        return Pace(per_second, burst=1)
    return Pace(per_second)


def gap_of(adapter: Adapter, *, share: str) -> timedelta:
    """Return the time between two calls at that share of the vendor's pace."""
    per_second = pace_of(adapter, share=share).per_second
    return timedelta(seconds=1 / per_second if per_second else 0)


def is_paced(adapter: Adapter) -> bool:
    """Return whether the vendor's pace holds: PACE=off frees simulators alone."""
    if settings.PACE == "vendor":
        return True
    address = guard.parse(adapter.base_url(), label=adapter.label)
    return not guard.is_allowed_private(address.host, address.port)


_kept: dict[Hashable, Pace] = {}
_lock = threading.Lock()


def shared_pace(adapter: Adapter, key: Hashable, *, share: str) -> Pace:
    """Return the one bucket that this process has for the key."""
    with _lock:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        if key not in _kept:
            _kept[key] = pace_of(adapter, share=share)
        return _kept[key]
