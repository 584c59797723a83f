"""The database's clock, and periods scaled for tests.

Several hosts write to one database, so stored times and comparisons use its clock. The
distance between it and our monotonic clock is measured every few seconds rather than
asked for each time: the steps of one export alone would ask a dozen times.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

_MEASURE_EVERY = 10.0

_lock = threading.Lock()
_measured: tuple[float, datetime] | None = None
_latest = datetime.min.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the present moment by the database's clock, in UTC."""
    if connection.vendor == "sqlite":  # in our process: its clock is ours
        return datetime.now(UTC)
    measured = _measured
    if measured is None or time.monotonic() - measured[0] > _MEASURE_EVERY:
        measured = _measure()
    return _never_back(measured[1] + timedelta(seconds=time.monotonic() - measured[0]))


def _measure() -> tuple[float, datetime]:
    """Ask the database for the time, taken to be that in the middle of the question."""
    global _measured
    before = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (stamp,) = cursor.fetchone()
    _measured = ((before + time.monotonic()) / 2, stamp.astimezone(UTC))
    return _measured


def _never_back(moment: datetime) -> datetime:
    """Hold the clock where a new measurement would turn it back."""
    global _latest
    with _lock:
        _latest = max(_latest, moment)
        return _latest


def scaled(seconds: float) -> float:
    """Return the period in seconds, shortened where TIME_SCALE says so."""
    return float(seconds * settings.TIME_SCALE)


def period(seconds: float) -> timedelta:
    """Return the scaled period as a timedelta."""
    return timedelta(seconds=scaled(seconds))


def network_deadline(seconds: float) -> float:
    """Return a scaled deadline for one call; never below 2 s, whatever the scale."""
    return max(2.0, scaled(seconds)) if settings.TIME_SCALE < 1 else scaled(seconds)
