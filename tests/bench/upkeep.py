"""What is done once a day, after an upgrade, after a restore: in seconds, once each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q

from integrations import restore, retention, verify
from integrations.models import AtsConnection, ExportAttempt

from .stopwatch import statements


@dataclass(frozen=True)
class Chore:
    """One of them: how long, for how many rows, and its longest statement."""

    name: str
    seconds: float
    rows: int
    slowest_ms: float

    def line(self) -> str:
        each = f"{1e5 * self.seconds / self.rows:8.1f}" if self.rows else " " * 8
        return (
            f"  {self.name:<44} {self.seconds:8.1f} {self.rows:>9,} {each} "
            f"{self.slowest_ms:9.0f}"
        )


HEADING = f"  {'':<44} {'seconds':>8} {'rows':>9} {'/100,000':>8} {'longest ms':>9}"


def measure() -> Iterator[Chore]:
    attempts = ExportAttempt.objects.count()
    yield _timed("exports_verify, by attempts", lambda: _verified(attempts))
    for name, forget in retention._KINDS.items():
        yield _timed(f"prune: {name}", forget)
    yield _timed("prune again, the same day", lambda: sum(retention.prune().values()))
    yield _timed("after_restore, some of its steps", _doubt_some)


def _doubt_some() -> int:
    """Doubt the first steps of the longest queue: each is a transaction of its own."""
    open_steps = Count("steps", Q(steps__state__in=restore._OPEN))
    queues = AtsConnection.objects.live().alias(open_steps=open_steps)
    longest = queues.order_by("-open_steps")[0]
    steps = list(islice(restore._open_steps(longest), 500))
    for step in steps:
        restore._doubt(step)
    return len(steps)


def _verified(attempts: int) -> int:
    if broken := verify.broken_invariants():
        raise SystemExit(f"The ledger is broken: {broken}")
    return attempts


def _timed(name, run) -> Chore:
    began = time.perf_counter()
    with statements() as took:
        rows = run()
    return Chore(name, time.perf_counter() - began, rows, max(took))
