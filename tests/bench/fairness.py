"""From the trigger to the first call, beside organizations whose ATS is very slow.

In a PostgreSQL of its own, with one worker: ``python -m tests.bench.fairness``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from integrations.simulation import Reply, Request, RunningSimulator, simulators
from tests.postgres import Database, NoPostgres

from . import cast
from .stage import ROOT, Stage, free_port, stage

SLOW_MS, OTHER_MS = 20_000, 50
SLOW, OTHER, OTHERS_KEY = "ashby", "crelate", "demo-crelate-key"
PER_SECOND = 1.0
WANTED = 5.0
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Waits:
    """Seconds from before the event of the other organization was recorded."""

    slow_ones: int
    due: int
    first_call: list[float]
    in_ats: list[float]
    slow_calls: int

    @property
    def p95(self) -> float:
        return p95(self.first_call)


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


# --- The other organization's ATS -------------------------------------------------


class FirstCalls:
    """Notes when each of the people awaited is first heard of at the vendor."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self._awaited: set[str] = set()
        self._lock = threading.Lock()

    def expect(self, email: str) -> None:
        with self._lock:
            self._awaited.add(email)

    def hear(self, request: Request) -> None:
        said = f"{request.target} {request.body.decode('latin-1')}".replace("%40", "@")
        with self._lock:
            for email in [email for email in self._awaited if email in said]:
                self._awaited.discard(email)
                self.at[email] = time.monotonic()

    def listen(self) -> RunningSimulator:
        """Start the simulated ATS in this process, so that its calls can be timed."""
        hears = self.hear

        class Heard(simulators()[OTHER]):  # type: ignore[misc]
            def respond(self, request: Request) -> Reply:
                hears(request)
                reply: Reply = super().respond(request)
                return reply

        running: RunningSimulator = Heard().start()
        return running


# --- Measuring --------------------------------------------------------------------


@contextmanager
def own_database() -> Iterator[None]:
    """Have a PostgreSQL of our own behind DATABASE_URL meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="ps-bench-pg-"))
    folder.chmod(0o755)  # PostgreSQL is somebody else
    database = Database(folder / "postgres", free_port(), max_connections="400")
    before = os.environ.get("DATABASE_URL")
    try:
        database.create()
        os.environ["DATABASE_URL"] = database.url
        yield
    finally:
        database.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            os.environ.pop("DATABASE_URL", None)
        else:
            os.environ["DATABASE_URL"] = before


@contextmanager
def _stages() -> Iterator[tuple[Stage, FirstCalls, RunningSimulator]]:
    heard = FirstCalls()
    other = heard.listen()
    os.environ["CRELATE_URL"] = other.url
    try:
        with own_database(), stage() as setting:
            yield setting, heard, other
    finally:
        other.stop()


class Scene:
    """Organizations with a slow ATS, ever more of them, and another one beside them."""

    def __init__(
        self, setting: Stage, heard: FirstCalls, other: RunningSimulator
    ) -> None:
        self._setting, self._heard = setting, heard
        self._globex = cast.assemble("globex", vendor=OTHER, key=OTHERS_KEY)
        other.set(latency_ms=OTHER_MS)
        self._slow = 0

    def measure(self, *, slow_ones: int, due: int, seconds: float) -> Waits:
        """Let so many be due at each of the slow ones, and others come one by one."""
        before = self._add_slow(slow_ones - self._slow, due)
        people = self._others(seconds)
        emails = {person.candidate_id: person.candidate.email for person in people}
        began = _come(people, self._heard, self._globex.event)
        self._setting.wait_until(
            lambda: all(email in self._heard.at for email in emails.values()),
            "The first calls",
            180,
        )
        return Waits(
            slow_ones,
            due,
            [self._heard.at[emails[pk]] - began[pk] for pk in began],
            self._in_ats(list(emails)),
            self._calls() - before,
        )

    def _add_slow(self, number: int, due: int) -> int:
        """Wait for the first call of these, and return how many calls there were before."""
        self._setting.simulator.set(latency_ms=0)  # to connect
        added = [cast.assemble(f"acme-{self._slow + n}") for n in range(number)]
        self._setting.simulator.set(latency_ms=SLOW_MS)
        self._slow += number
        before = self._calls()
        for one in added:
            _let_be_due(one, due)
        self._setting.wait_until(lambda: self._calls() > before, "A slow call", 90)
        return before

    def _calls(self) -> int:
        return sum(self._setting.simulator.counts().values())

    def _others(self, seconds: float) -> list[Any]:
        return self._globex.people(int(seconds * PER_SECOND), with_resumes=False)

    def _in_ats(self, candidates: list[int]) -> list[float]:
        """Return how long it took until they were in the ATS."""
        from integrations.models import Export

        exports = Export.objects.filter(
            connection=self._globex.connection, candidate__in=candidates
        )
        on_the_way = exports.filter(in_ats_at=None)
        self._setting.wait_until(lambda: not on_the_way.exists(), "Arriving", 180)
        rows = exports.values_list("requested_at", "in_ats_at")
        return [(there - asked).total_seconds() for asked, there in rows if there]


def _come(people: list[Any], heard: FirstCalls, event: str) -> dict[int, float]:
    """Record an event every second."""
    began: dict[int, float] = {}
    start = time.monotonic()
    for number, person in enumerate(people):
        time.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
        heard.expect(person.candidate.email)
        began[person.candidate_id] = time.monotonic()
        person.record(event)
    return began


def _let_be_due(one: cast.Cast, number: int) -> None:
    """Wish for so many exports at once, as rows: how they came does not matter here."""
    from integrations.models import Export, ExportStep
    from pinsync import clock

    people = iter(one.people(number, with_resumes=False))
    while some := list(islice(people, _AT_ONCE)):
        now = clock.now()
        exports = Export.objects.bulk_create(
            Export(
                organization=one.organization,
                connection=one.connection,
                candidate_id=person.candidate_id,
                job=one.job,
                origin=Export.Origin.TRIGGER,
                requested_at=now,
            )
            for person in some
        )
        ExportStep.objects.bulk_create(
            ExportStep(
                connection=one.connection,
                candidate_id=export.candidate_id,
                kind=ExportStep.Kind.PERSON,
                export=export,
                not_before=now,
            )
            for export in exports
        )


def lines(found: Waits) -> None:
    """Print what was seen."""
    first, there = found.first_call, found.in_ats
    slow = f"{found.slow_ones} organization{'s' if found.slow_ones > 1 else ''}"
    print(
        f"  {slow} with {found.due:,} due exports, {SLOW_MS / 1000:g} s per call "
        f"({found.slow_calls} calls begun)\n"
        f"    the other's first call   median {median(first):.2f} s   "
        f"p95 {found.p95:.2f} s   longest {max(first):.2f} s   "
        f"{'as promised' if found.p95 <= WANTED else 'NOT WITHIN 5 s'}\n"
        f"    the other “in the ATS”   median {median(there):.2f} s   "
        f"p95 {p95(there):.2f} s   longest {max(there):.2f} s",
        flush=True,
    )


def run(*, quick: bool) -> list[Waits]:
    seconds, due = (15.0, 1_000) if quick else (60.0, 10_000)
    print(
        f"\nBeside a slow ATS: another organization, {PER_SECOND:g} export per second "
        f"for {seconds:g} s,\n{OTHER_MS} ms per call, one worker, PostgreSQL"
    )
    found = []
    with _stages() as (setting, heard, other):
        scene = Scene(setting, heard, other)
        for slow_ones in (1, 2, 20):
            one = scene.measure(slow_ones=slow_ones, due=due, seconds=seconds)
            lines(one)
            found.append(one)
            due = min(due, 1_000)  # the first one's stay due
    return found


def in_a_process(*, quick: bool) -> dict[str, float]:
    """Measure in a process of its own, beside whatever this one has set up."""
    with tempfile.NamedTemporaryFile("r") as kept:
        words = ["--figures", kept.name, *(["--quick"] if quick else [])]
        command = [sys.executable, "-m", "tests.bench.fairness", *words]
        subprocess.run(command, cwd=ROOT, check=False, timeout=1_200)
        text = kept.read()
    found: dict[str, float] = json.loads(text) if text else {}
    return found


def figures(found: list[Waits]) -> dict[str, float]:
    return {
        f"first_call_{name}_s_beside_{one.slow_ones}_slow": round(value, 2)
        for one in found
        for name, value in (("p50", median(one.first_call)), ("p95", one.p95))
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fairness")
    parser.add_argument("--quick", action="store_true", help="For 15 s each.")
    parser.add_argument("--figures", type=Path, help="Leave them in this file, too.")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    try:
        found = run(quick=options.quick)
    except NoPostgres as error:
        sys.exit(str(error))
    if options.figures:
        options.figures.write_text(json.dumps(figures(found)))
    return int(any(one.p95 > WANTED for one in found))


if __name__ == "__main__":
    sys.exit(main())
