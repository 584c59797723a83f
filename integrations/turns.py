"""Whose turn it is: who gets a drainer's next free thread, and which drainer whom.

A thread stays with one person until their calls are answered, so a vendor that takes
20 s per call keeps it for minutes. Nobody else's export may wait for that.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Protocol, TypeVar

MOST_THREADS = 64
# The last ones are for connections that have no thread yet ...
FOR_THE_FIRST = 16
# ... and slow connections share so many, however many of them there are.
SLOW_TOGETHER = 32


class InLine(Protocol):
    """What is asked of a connection in work."""

    turn: int  # when it had its last turn: a number that grows

    @property
    def threads(self) -> int: ...
    @property
    def is_slow(self) -> bool: ...
    @property
    def wants_thread(self) -> bool: ...


L = TypeVar("L", bound=InLine)


def next_line(lines: Collection[L]) -> L | None:
    """Return who has fewest threads of those that may have one; of these who waited."""
    used = sum(line.threads for line in lines)
    if used >= MOST_THREADS:
        return None
    slow = sum(line.threads for line in lines if line.is_slow)
    may = [
        line
        for line in lines
        if line.wants_thread
        and (used < MOST_THREADS - FOR_THE_FIRST or not line.threads)
        and (slow < SLOW_TOGETHER or not line.is_slow)
    ]
    return min(may, key=lambda line: (line.threads, line.turn), default=None)


def share_of(connections: int, *, workers: int) -> int:
    """Return how many connections one of so many workers takes."""
    return math.ceil(connections / workers)
