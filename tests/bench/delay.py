"""From the trigger to “in the ATS”: through real processes, at a steady pace."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from .cast import Cast
from .stage import Stage

PER_SECOND = 5.0
LATENCY_MS = 50
_LOOK_EVERY = 0.01


@dataclass(frozen=True)
class Delays:
    """Seconds from before the event was recorded until another process could see it."""

    in_ats: list[float]
    sent: list[float]

    @property
    def p50(self) -> float:
        return median(self.in_ats)

    @property
    def p95(self) -> float:
        return quantiles(self.in_ats, n=20, method="inclusive")[-1]


def measure(stage: Stage, cast: Cast, *, seconds: float) -> Delays:
    """Record an event every fifth of a second; resumes are made meanwhile, as in life."""
    people = cast.people(int(seconds * PER_SECOND), with_resumes=False)
    stage.simulator.reset(latency_ms=LATENCY_MS)
    stage.wait_for_idle_worker()
    arrivals = _Arrivals({person.candidate_id for person in people})
    arrivals.start()
    began = _record(people)
    stage.wait_until(lambda: not arrivals.is_alive(), "Arriving in the ATS", 60)
    sent = _sent(stage, people)
    in_ats = [arrivals.seen[pk] - began[pk] for pk in began]
    return Delays(in_ats, sent)


def _record(people: list[Any]) -> dict[int, float]:
    from candidates.models import OutreachEvent

    began: dict[int, float] = {}
    start = time.monotonic()
    for number, person in enumerate(people):
        time.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
        began[person.candidate_id] = time.monotonic()
        person.record(OutreachEvent.Kind.ADDED)
    return began


class _Arrivals(threading.Thread):
    """Notes when the row that says “in the ATS” can be read."""

    def __init__(self, candidates: set[int]) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, float] = {}
        self._missing = candidates

    def run(self) -> None:
        from django.db import connection

        from integrations.models import AtsPerson

        newest = 0
        while self._missing:
            rows = AtsPerson.objects.filter(pk__gt=newest).order_by("pk")
            for pk, candidate_id in rows.values_list("pk", "candidate_id"):
                newest = pk
                self.seen[candidate_id] = time.monotonic()
                self._missing.discard(candidate_id)
            time.sleep(_LOOK_EVERY)
        connection.close()


def _sent(stage: Stage, people: list[Any]) -> list[float]:
    """Return how long it took until job, resume and note had arrived, too."""
    from integrations.models import Export

    mine = Export.objects.filter(candidate__in=[p.candidate_id for p in people])
    unsent = mine.exclude(state=Export.State.SENT)
    stage.wait_until(lambda: not unsent.exists(), "Sending everything", 120)
    return [
        (export.finished_at - export.requested_at).total_seconds()
        for export in mine
        if export.finished_at
    ]
