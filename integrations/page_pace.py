"""The pages' small share of a vendor's pace: it slows a crowd, never one person."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pinsync import clock

_SHARE = 0.1
_BURST = 5.0
LONGEST_DELAY = 1.0
_MOST_BUCKETS = 1000


class Bucket:
    """A token bucket whose debt is limited, so that no call waits for long."""

    def __init__(self, per_minute: float) -> None:
        self._per_second = per_minute * _SHARE / 60
        self._tokens = _BURST
        self._filled_at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a token and return the seconds to wait before it may be used."""
        longest = clock.scaled(LONGEST_DELAY)
        with self._lock:
            now = time.monotonic()
            gained = (now - self._filled_at) * self._per_second
            self._filled_at = now
            owed = -longest * self._per_second
            self._tokens = max(min(_BURST, self._tokens + gained) - 1, owed)
            return max(0.0, -self._tokens / self._per_second)


_buckets: dict[tuple[str, str], Bucket] = {}
_lock = threading.Lock()


def waiter(vendor: str, digest: str, *, per_minute: int) -> Callable[[], None]:
    """Return what to call before each call of a page; shared by this process."""
    with _lock:
        if len(_buckets) >= _MOST_BUCKETS:
            _buckets.clear()
        bucket = _buckets.setdefault((vendor, digest), Bucket(per_minute))
    return lambda: _sleep(bucket.take())


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
