"""How speed changes with what grows: candidates, connections, workers.

In a PostgreSQL of its own: ``python -m tests.bench.growth`` draws docs/growth.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from . import cast
from .fairness import own_database
from .picture import Panel, Point, draw
from .stage import ROOT, Stage, stage

PICTURE = ROOT / "docs" / "growth.svg"
LATENCY_MS = 20
CANDIDATES = (1_000, 10_000, 100_000)
CONNECTIONS = (1, 10, 100)
WORKERS = (1, 2, 4)
SHARED_BY_WORKERS = 10  # connections
EXPORTS, ROUNDS = 300, 3
ROWS = ("Exports per second", "Processor time of the workers, ms per export")


class Measured(NamedTuple):
    per_second: float
    cpu_ms: float


class Growth:
    """One database that fills; each place on a curve is measured a few times."""

    def __init__(self, setting: Stage, *, exports: int, rounds: int) -> None:
        self._setting, self._exports, self._rounds = setting, exports, rounds
        self._workers = ["exports"]
        self._casts = [cast.assemble("acme-0")]

    def curves(self) -> Iterator[Panel]:
        yield Panel("candidates in the database", list(self._by_candidates()))
        yield Panel("connections with due exports", list(self._by_connections()))
        what = f"workers, {SHARED_BY_WORKERS} connections"
        yield Panel(what, list(self._by_workers()))

    def _by_candidates(self) -> Iterator[Point]:
        for number in CANDIDATES:
            _fill_up_to(self._casts[0], number)
            yield self._point(f"{number:,}", 1)

    def _by_connections(self) -> Iterator[Point]:
        for number in CONNECTIONS:
            yield self._point(str(number), number)

    def _by_workers(self) -> Iterator[Point]:
        for number in WORKERS:
            for n in range(len(self._workers), number):
                self._workers.append(f"exports-{n}")
                self._setting.manage(f"exports-{n}", "rqworker", "exports", "-v", "0")
            self._setting.wait_until(partial(_serve, number), "Starting a worker", 60)
            yield self._point(str(number), SHARED_BY_WORKERS)

    def _point(self, label: str, connections: int) -> Point:
        for n in range(len(self._casts), connections):
            self._casts.append(cast.assemble(f"acme-{n}"))
        those = self._casts[:connections]
        found = [self._measure(those) for _ in range(self._rounds)]
        values = tuple(median(column) for column in zip(*found, strict=True))
        print(f"  {label:>8}  {values[0]:7.1f} /s  {values[1]:6.1f} ms", flush=True)
        return Point(label, values)

    def _measure(self, casts: list[cast.Cast]) -> Measured:
        """Record the events, then let go: until the last export reads Sent."""
        from django.db.models import Max

        from integrations.models import AtsConnection, Export
        from integrations.tasks import wake_now
        from pinsync import clock

        setting, everybody = self._setting, AtsConnection.objects.all()
        setting.simulator.reset(latency_ms=LATENCY_MS)
        everybody.update(paused_until=clock.now() + timedelta(hours=1))
        mine = Export.objects.filter(candidate__in=self._ask_for(casts))
        setting.wait_for_idle_worker()
        before, started = setting.cpu_seconds(self._workers), clock.now()
        everybody.update(paused_until=None)
        wake_now()
        unsent = mine.exclude(state=Export.State.SENT)
        setting.wait_until(lambda: not unsent.exists(), "Exporting", 180)
        cpu = setting.cpu_seconds(self._workers) - before
        ended = mine.aggregate(last=Max("finished_at"))["last"]
        seconds = (ended - started).total_seconds()
        return Measured(self._exports / seconds, 1000 * cpu / self._exports)

    def _ask_for(self, casts: list[cast.Cast]) -> list[int]:
        from candidates.models import OutreachEvent

        asked = []
        for one in casts:
            for person in one.people(self._exports // len(casts), with_resumes=True):
                person.record(OutreachEvent.Kind(one.event))
                asked.append(person.candidate_id)
        return asked


def _serve(number: int) -> bool:
    from pinsync import waking

    return waking.workers("exports") == number


def _fill_up_to(one: cast.Cast, number: int) -> None:
    """Add people who are in the ATS already, each with their rows in the ledger."""
    from django.db import connection

    from candidates.models import Candidate
    from integrations.models import AtsPerson, Export, ExportStep

    from .bulk import insert

    missing = number - Candidate.objects.count()
    at, ours = "now() - interval '9 days'", str(one.connection.pk)
    with connection.cursor() as cursor:
        insert(
            cursor,
            Candidate,
            f"generate_series(1, {missing}) n",
            organization_id=str(one.organization.pk),
            first_name="'Robin'",
            last_name=f"'W{number}x' || n",
            email=f"'robin.{number}.' || n || '@example.com'",
            search=f"'robin w{number}x' || n",
        )
        table = Candidate._meta.db_table
        new = f"(SELECT id FROM {table} ORDER BY id DESC LIMIT {missing}) c"
        insert(
            cursor,
            Export,
            new,
            organization_id=str(one.organization.pk),
            connection_id=ours,
            candidate_id="id",
            job_id=str(one.job.pk),
            origin="'trigger'",
            state="'sent'",
            requested_at=at,
            in_ats_at=at,
            finished_at=at,
        )
        table = Export._meta.db_table
        new = f"(SELECT * FROM {table} ORDER BY id DESC LIMIT {missing}) e"
        insert(
            cursor,
            ExportStep,
            new,
            connection_id=ours,
            candidate_id="candidate_id",
            kind="'person'",
            export_id="id",
            state="'done'",
            attempt="1",
            intent_at=at,
            done_at=at,
        )
        insert(
            cursor,
            AtsPerson,
            new,
            connection_id=ours,
            candidate_id="candidate_id",
            person_id="'p' || id",
            known_by="'created'",
            known_at=at,
        )
        cursor.execute("ANALYZE")


# --- What is left of it -----------------------------------------------------------


def _below(rounds: int) -> str:
    machine = f"{os.cpu_count()} cores ({platform.machine()}) for all of it"
    times = f"median of {rounds}" if rounds > 1 else "once each"
    return (
        f"{datetime.now(UTC):%d %B %Y}; {machine}, the simulated ATS included; load "
        f"{os.getloadavg()[0]:.0f} at the end; {EXPORTS} exports of 8 calls, {times}"
    )


def run(*, quick: bool, picture: Path) -> dict[str, Any]:
    rounds, began = 1 if quick else ROUNDS, time.monotonic()
    print(f"\nGrowth: {EXPORTS} exports each, {LATENCY_MS} ms per call, PostgreSQL")
    panels = []
    with own_database(), stage() as setting:
        for panel in Growth(setting, exports=EXPORTS, rounds=rounds).curves():
            panels.append(panel)
            print(f"  by {panel.what}")
    title = f"Whole exports at {LATENCY_MS} ms per call of the ATS"
    picture.write_text(draw(panels, title=title, rows=ROWS, below=_below(rounds)))
    print(f"  drawn in {picture} after {time.monotonic() - began:.0f} s")
    return {panel.what: {p.label: p.values for p in panel.points} for panel in panels}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth")
    parser.add_argument("--quick", action="store_true", help="Each place once.")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--figures", type=Path, help="Leave them in this file, too.")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    found = run(quick=options.quick, picture=options.picture)
    if options.figures:
        options.figures.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
