"""A vendor that keeps callers waiting until a test says so: nothing rests on timing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.simulation import Reply, Request, RunningSimulator
from integrations.simulation.faults import matches

PATIENCE = 60.0  # of a busy machine


class Hold:
    """The calls that wait at the vendor's door, and how many have come in all."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.waiting = 0
        self._passes = 0.0
        self._changed = threading.Condition()

    def keep(self, request: Request) -> None:
        """Let the caller wait for its turn."""
        with self._changed:
            place = len(self.arrived)
            self.arrived.append(f"{request.method} {request.path}")
            self.waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: place < self._passes, PATIENCE)
            self.waiting -= 1
            self._changed.notify_all()

    def wait_for(self, number: int) -> None:
        """Wait until so many are waiting here."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.waiting >= number, PATIENCE)
            assert came, f"{self.waiting} came, not {number}"

    def let(self, number: float) -> None:
        """Let so many more go on, in the order in which they came."""
        with self._changed:
            self._passes += number
            self._changed.notify_all()

    def let_all(self) -> None:
        self.let(float("inf"))


@contextmanager
def holding(
    sim: RunningSimulator, match: str = "", *, answered: bool = False
) -> Iterator[Hold]:
    """Hold the calls that match, as the rules of faults do, until they are let go.

    ``answered``: the vendor has carried them out, and only its answer is held.
    """
    hold, handle = Hold(), sim.server._handle

    def held(request: Request) -> Reply:
        if not matches(match, request):
            return handle(request)
        if answered:
            reply = handle(request)
            hold.keep(request)
            return reply
        hold.keep(request)
        return handle(request)

    sim.server._handle = held
    try:
        yield hold
    finally:
        hold.let_all()
        sim.server._handle = handle
