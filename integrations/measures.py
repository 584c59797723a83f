"""Counts what happens, for Prometheus: kept in Redis, added up over every process.

A worker's children live for one job, and workers run on several hosts: a counter in
memory would die with the child, a file stay on its host. So each process adds its own up
and every few seconds sends the difference, never from a thread that has a call to make.
Redis may lose all of it: Prometheus knows counters that begin anew.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from functools import wraps

from redis.exceptions import RedisError

from pinsync import waking

KEY = "pinsync:metrics"
# Upper ends in seconds; a call is over after 30 s.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
FLUSH_EVERY = 5.0
# A Redis that is away is not asked more often than this.
REST = 30.0


class Measures:
    """What this process has counted and not yet sent."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: what the parent counted is the parent's, after a fork too."""
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._thread: threading.Thread | None = None

    def count(self, name: str, *labels: str) -> None:
        """Add one; the labels are vendors and kinds, never anybody's data."""
        with self._lock:
            self._counts["|".join((name, *labels))] += 1
        self._start()

    def call(self, vendor: str, effect: str, seconds: float) -> None:
        """Add the duration of one call to a vendor."""
        place = bisect_left(BUCKETS, seconds)
        end = str(BUCKETS[place]) if place < len(BUCKETS) else "+Inf"
        call = f"calls|{vendor}|{effect}"
        with self._lock:
            self._counts[f"{call}|{end}"] += 1
            self._seconds[f"{call}|sum"] = self._seconds.get(f"{call}|sum", 0) + seconds
        self._start()

    def flush(self) -> bool:
        """Send what was counted; keep it where Redis does not take it."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            seconds, self._seconds = self._seconds, {}
        if not counts:
            return True
        try:
            pipe = waking.connection().pipeline(transaction=False)
            for name, number in counts.items():
                pipe.hincrby(KEY, name, number)
            for name, sum_ in seconds.items():
                pipe.hincrbyfloat(KEY, name, sum_)
            pipe.execute()
        except RedisError:
            self._put_back(counts, seconds)
            return False
        return True

    def _put_back(self, counts: Counter[str], seconds: dict[str, float]) -> None:
        with self._lock:
            self._counts += counts
            for name, sum_ in seconds.items():
                self._seconds[name] = self._seconds.get(name, 0) + sum_

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._flush_on, name="measures", daemon=True
                )
                self._thread.start()

    def _flush_on(self) -> None:
        while True:
            time.sleep(FLUSH_EVERY)
            if not self.flush():
                time.sleep(REST)


measures = Measures()
os.register_at_fork(after_in_child=measures.forget)


def measured(task: Callable[[], None]) -> Callable[[], None]:
    """Send what the task counted before its process ends."""

    @wraps(task)
    def run() -> None:
        try:
            task()
        finally:
            measures.flush()

    return run


def stored() -> dict[str, float]:
    """Return what every process has sent; raises RedisError."""
    rows: dict[bytes, bytes] = waking.connection().hgetall(KEY)  # type: ignore[assignment]
    return {name.decode(): float(value) for name, value in rows.items()}
