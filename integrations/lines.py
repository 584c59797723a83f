"""One connection in work: how many threads it may have, and when a call may start."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from django.conf import settings

from pinsync.worker import stopping

from . import breaker, crypto
from .models import AtsConnection
from .pace import Pace, pace_of
from .sign_in import open_connection

FIRST_THREADS = 4
SLOW_CALL = 2.0
SLOW_THREADS = 8


class Paused(Exception):
    """The connection rests or the worker stops: start no further call."""


@dataclass(eq=False)
class Line:
    """A leased connection: its pace, its threads in use, the people in their hands."""

    connection: AtsConnection
    credentials: dict[str, str]
    pace: Pace
    most: int
    allowed: int = FIRST_THREADS
    open: bool = True
    slow: bool = False
    busy: set[int] = field(default_factory=set)
    calling: dict[int, float] = field(default_factory=dict)  # since when, by thread
    turn: int = 0
    picked: deque[tuple[int, int]] = field(default_factory=deque)
    idle_since: float = field(default_factory=time.monotonic)
    failing: bool = False
    probing: bool = False

    @property
    def threads(self) -> int:
        return len(self.busy)

    @property
    def is_slow(self) -> bool:
        """Return whether its calls take long; one that is still under way tells, too."""
        since = min(list(self.calling.values()), default=math.inf)
        return self.slow or time.monotonic() - since > SLOW_CALL

    @property
    def limit(self) -> int:
        return min(self.allowed, SLOW_THREADS) if self.is_slow else self.allowed

    @property
    def wants_thread(self) -> bool:
        return self.open and bool(self.picked) and self.threads < self.limit

    def before_call(self) -> None:
        """Hold each call to the pace."""
        self.after_call()
        self.pace.wait()
        self.calling[threading.get_ident()] = time.monotonic()

    def after_call(self) -> None:
        """Forget the thread's last call; also good where there was none."""
        self.calling.pop(threading.get_ident(), None)

    def may_start(self) -> None:
        """Raise Paused where no call may start: the row is asked before each one.

        Whoever recorded that the connection rests may be another process.
        """
        if stopping.is_set() or not (self.open or self.probing):
            raise Paused
        if self.probing:
            return
        failures_so_far = breaker.failures_in_row(self.connection)
        if failures_so_far is None:
            self.close()
            raise Paused
        self.failing = self.failing or failures_so_far > 0

    def close(self) -> None:
        """Start nothing more; the calls under way go on."""
        self.open = False
        self.picked.clear()

    def answered(self, seconds: float, *, calls: int = 1) -> None:
        self.slow = seconds > SLOW_CALL
        self.allowed = min(self.allowed + calls, self.most)


def line_of(connection: AtsConnection) -> Line | None:
    """Open the connection for work; one whose credentials do not open is parked."""
    try:
        credentials = connection.get_credentials()
    except crypto.CannotOpen:
        breaker.park(
            connection,
            kind="bad_credentials",
            sentence=(
                f"The stored credentials of {connection.label} cannot be opened with "
                "the present CREDENTIALS_KEYS. Reconnect with a fresh one."
            ),
        )
        return None
    pace = _pace(connection, credentials)
    most = settings.DRAIN_THREADS
    if pace.per_second is not None:
        # More threads than the pace feeds would only let look-ups grow old.
        most = min(most, max(2, math.ceil(pace.per_second * 3)))
    return Line(
        connection=connection,
        credentials=credentials,
        pace=pace,
        most=most,
        # An open breaker is probed by one thread before the others follow.
        allowed=1 if connection.probe_wait else min(FIRST_THREADS, most),
        failing=connection.failures_in_row > 0,
    )


def _pace(connection: AtsConnection, credentials: dict[str, str]) -> Pace:
    adapter = open_connection(connection, credentials, share="drainer")
    return pace_of(adapter, share="drainer")
