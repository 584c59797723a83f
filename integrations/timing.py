"""The engine's periods: one place, in seconds before TIME_SCALE."""

from __future__ import annotations

import random
from datetime import timedelta

from pinsync import clock

from .adapters import Wire

SEND_WINDOW = 5.0  # from the intent to the first byte
CALL_DEADLINE = 30.0  # the whole call
LOOKUP_AGE = 60.0  # a look-up older than this no longer supports an intent

RETRIES = (
    *(10, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200),
    *(86_400, 86_400),
)

# How often an unclear write may be sent again, each time after two looks that proved
# its absence. The waits double, so that a vendor that is late is late for fewer of them.
REPEATS = 5

# When a write that was unclear is looked at again, read-only, however it ended: a vendor
# may commit or index later than its allowance, and nothing that we do prevents that.
LATER_LOOKS = (3_600, 86_400)

EARLY_LAG = 20.0  # what most searches need

BREAKER_FAILURES = 5
PROBE_FIRST, PROBE_LAST = 30, 900


def vanished_after() -> timedelta:
    """Return how long after its intent a SENDING step belongs to a vanished worker."""
    seconds = clock.network_deadline(SEND_WINDOW) + clock.network_deadline(
        CALL_DEADLINE
    )
    return timedelta(seconds=seconds)


def lookup_age() -> timedelta:
    """Return how old a look-up may be that supports an intent."""
    return timedelta(seconds=max(5.0, clock.scaled(LOOKUP_AGE)))


def first_look(wire: Wire, *, repeats: int = 0) -> timedelta:
    """Return how long after the intent it may be worth a look, before all is settled.

    Somebody who is found is found; not to be found proves nothing yet. With a search
    that lags for hours, an answer that was lost need not cost hours.
    """
    allowance = clock.period(wire.late_commit + min(wire.search_lag, EARLY_LAG))
    return (vanished_after() + allowance) * (1 << repeats)


def settle(wire: Wire, *, repeats: int = 0) -> timedelta:
    """Return how long after the intent an unclear write can be looked up.

    Twice as long for every time it was sent again before.
    """
    allowance = clock.period(wire.late_commit + wire.search_lag)
    return (vanished_after() + allowance) * (1 << repeats)


def retry_after(tries: int) -> timedelta | None:
    """Return the wait after the n-th failure, with jitter; None: give up."""
    if tries > len(RETRIES):
        return None
    return clock.period(RETRIES[tries - 1] * random.uniform(0.75, 1.25))
