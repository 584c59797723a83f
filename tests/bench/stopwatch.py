"""How long something takes, time after time, and what of it the database's statements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Figure:
    """The milliseconds of one thing, and what was wished of their p95."""

    name: str
    wanted_ms: float | None = None
    took_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)  # what of it statements took

    def add(self, run: Callable[[], Any]) -> Any:
        """Run it once, with the clock."""
        began = time.perf_counter()
        with statements() as took:
            result = run()
        self.took_ms.append(1000 * (time.perf_counter() - began))
        self.database_ms.append(sum(took))
        return result

    def repeat(self, run: Callable[[], Any], times: int) -> Figure:
        """Run it so many times, after one that warms up."""
        run()
        for _ in range(times):
            self.add(run)
        return self

    @property
    def is_as_wanted(self) -> bool:
        return self.wanted_ms is None or at(0.95, self.took_ms) <= self.wanted_ms

    def line(self) -> str:
        wanted = "" if self.wanted_ms is None else f"{self.wanted_ms:6g}"
        mark = "" if self.is_as_wanted else "  MISSED"
        took, asked = self.took_ms, self.database_ms
        return (
            f"  {self.name:<44} {len(took):>4} {at(0.5, took):8.1f} "
            f"{at(0.95, took):8.1f} {at(1, took):8.1f} {at(0.5, asked):8.1f} "
            f"{at(0.95, asked):8.1f} {wanted:>6}{mark}"
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "times": len(self.took_ms),
            "p50_ms": round(at(0.5, self.took_ms), 2),
            "p95_ms": round(at(0.95, self.took_ms), 2),
            "max_ms": round(at(1, self.took_ms), 2),
            "database_p50_ms": round(at(0.5, self.database_ms), 2),
            "database_p95_ms": round(at(0.95, self.database_ms), 2),
            "wanted_ms": self.wanted_ms,
        }


HEADING = (
    f"  {'milliseconds':<44} {'n':>4} {'p50':>8} {'p95':>8} {'max':>8} {'db p50':>8} "
    f"{'db p95':>8} {'wanted':>6}"
)


def at(share: float, numbers: list[float]) -> float:
    """Return the number that this share of them does not pass."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def statements() -> Iterator[list[float]]:
    """Yield a list of how long each statement took so far, in milliseconds."""
    took: list[float] = []

    def timed(execute: Any, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            took.append(1000 * (time.perf_counter() - began))

    with connection.execute_wrapper(timed):
        yield took
