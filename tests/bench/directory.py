"""Reading 100,000 people of an ATS: how long, what it costs exports, how fast to search."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from .cast import Cast
from .stage import Simulator, Stage, free_port, listens
from .throughput import run_product

if TYPE_CHECKING:  # the models can be imported once the stage has set up Django
    from integrations.models import AtsConnection

PEOPLE = 100_000
LATENCY_MS = 50


@dataclass(frozen=True)
class Reading:
    """One vendor's people: at the pace we keep, and as fast as it goes."""

    label: str
    people: int
    calls: int
    seconds: float  # without any pace
    paced_calls_per_minute: float  # measured at our share of the vendor's pace

    @property
    def ms_per_page(self) -> float:
        return 1000 * self.seconds / self.calls

    @property
    def paced_minutes(self) -> float | None:
        """Return how long it takes at that pace; None where it had ended before."""
        rate = self.paced_calls_per_minute
        return self.calls / rate if rate else None


@dataclass
class Directories:
    """The figures of this part of the bench."""

    readings: list[Reading] = field(default_factory=list)
    exports_alone: list[float] = field(default_factory=list)
    exports_meanwhile: list[float] = field(default_factory=list)
    pages_meanwhile: int = 0
    search_ms: dict[str, float] = field(default_factory=dict)


def measure(stage: Stage, cast: Cast, *, quick: bool) -> Directories:
    people = PEOPLE // 20 if quick else PEOPLE
    connections = [cast.connection, _connect_another(stage, cast)]
    simulators = [stage.simulator, Simulator(os.environ["CRELATE_URL"])]
    found = Directories()
    for simulator in simulators:
        simulator.reset(latency_ms=LATENCY_MS)
        simulator.set(seed_people=people)
    exports = 96 if quick else 480
    rounds = 1 if quick else 2
    found.exports_alone = _exports(stage, cast, exports, rounds)
    with _reading_at_the_vendors_pace(stage):
        stage.wait_until(lambda: all(map(_read, connections)), "Beginning to read", 60)
        pages = sum(map(_listings, simulators))
        found.exports_meanwhile = _exports(stage, cast, exports, rounds)
        found.pages_meanwhile = sum(map(_listings, simulators)) - pages
        stage.wait_until(lambda: bool(_read(cast.connection)), "Reading on", 60)
        rates = _calls_per_minute(simulators, seconds=20 if quick else 60)
    for connection, simulator, rate in zip(connections, simulators, rates, strict=True):
        found.readings.append(_read_all(connection, simulator, rate))
    found.search_ms = _search(cast, people)
    return found


def _connect_another(stage: Stage, cast: Cast) -> AtsConnection:
    from integrations import connections

    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    os.environ["CRELATE_URL"] = origin
    stage.manage("another", "simulate_ats", f"crelate={port}")
    stage.wait_until(lambda: listens(origin), "Starting another simulator", 30)
    return connections.connect(
        organization=cast.organization,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=cast.recruiter,
    )


def _exports(stage: Stage, cast: Cast, number: int, rounds: int) -> list[float]:
    """Return the exports per second of some rounds."""
    found = []
    for _ in range(rounds):
        people = cast.people(number, with_resumes=True)
        done, _ = run_product(stage, cast, people, LATENCY_MS, fresh=False)
        found.append(done.per_second)
    return found


# --- Reading --------------------------------------------------------------------------


@contextmanager
def _reading_at_the_vendors_pace(stage: Stage) -> Iterator[None]:
    """Run the worker of the queue “checks”, which keeps the pace as in production."""
    before = os.environ["PACE"]
    os.environ["PACE"] = "vendor"
    try:
        stage.manage("checks", "rqworker", "checks", "-v", "0")
    finally:
        os.environ["PACE"] = before
    yield
    stage.end("checks")


def _read(connection: AtsConnection) -> int:
    """Return how many people the present pull has read."""
    from integrations.models import AtsDirectoryPull

    row = AtsDirectoryPull.objects.filter(connection=connection).first()
    return row.read if row else 0


def _listings(simulator: Simulator) -> int:
    counts = simulator.counts()
    # Of Crelate's GET /contacts, exports to the other vendor make none.
    wanted = ("POST /candidate.list", "GET /api3/contacts")
    return sum(counts.get(name, 0) for name in wanted)


def _calls_per_minute(simulators: list[Simulator], *, seconds: float) -> list[float]:
    before = [_listings(simulator) for simulator in simulators]
    began = time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    pairs = zip(simulators, before, strict=True)
    return [(_listings(simulator) - calls) / minutes for simulator, calls in pairs]


def _read_all(connection: AtsConnection, simulator: Simulator, rate: float) -> Reading:
    """Read everybody from the beginning, without any pace, in this process."""
    from integrations import directory
    from integrations.models import AtsDirectoryEntry, AtsDirectoryPull

    simulator.set(latency_ms=0)
    AtsDirectoryPull.objects.filter(connection=connection).delete()
    AtsDirectoryEntry.objects.filter(connection=connection).delete()
    calls, began = _listings(simulator), time.monotonic()
    directory.pull(connection)
    seconds = time.monotonic() - began
    row = AtsDirectoryPull.objects.get(connection=connection)
    if row.began_at or row.trouble:
        raise SystemExit(f"{connection.label} was not read to the end: {row.trouble}")
    return Reading(
        connection.label, row.people, _listings(simulator) - calls, seconds, rate
    )


# --- Searching ------------------------------------------------------------------------


def _search(cast: Cast, people: int) -> dict[str, float]:
    """Return milliseconds of a page and its count, as many candidates as entries."""
    from django.http import QueryDict

    from candidates.models import Candidate
    from integrations import search
    from pinsync.paging import counted, page_of

    _add_candidates(cast, people)
    _analyze()
    ours = Candidate.objects.of(cast.organization).live()

    def narrowed(query: str) -> Callable[[], None]:
        def run() -> None:
            data = QueryDict(query)
            found = search.narrow(ours, data, cast.organization)
            page_of(found, data, by="updated_at")
            counted(found)

        return run

    def only_there() -> None:
        found = search.only_there(cast.connection)
        page_of(found, QueryDict(), by="created_at")
        counted(found)

    return {
        "any": _ms(narrowed("")),
        "only in one ATS": _ms(narrowed("in-ashby=only")),
        "not in one ATS": _ms(narrowed("in-ashby=not")),
        "in neither of two": _ms(narrowed("in-ashby=not&in-crelate=not")),
        "in one, not in the other": _ms(narrowed("in-ashby=only&in-crelate=not")),
        "only there": _ms(only_there),
    }


def _ms(run: Callable[[], Any], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.monotonic()
        run()
        took.append(time.monotonic() - began)
    return 1000 * median(took)


def _add_candidates(cast: Cast, number: int) -> None:
    """Make candidates of whom every second one is in the ATSs, too."""
    from candidates.models import Candidate
    from integrations.simulation import Somebody

    def candidates() -> Iterator[Candidate]:
        for who in map(Somebody, range(number)):
            there = who.number % 2 == 0
            candidate = Candidate(
                organization=cast.organization,
                first_name=who.first,
                last_name=who.last,
                email=who.email if there else f"elsewhere.{who.number}@example.com",
                linkedin_url=who.linkedin if there else "",
            )
            candidate.fold()
            yield candidate

    Candidate.objects.bulk_create(candidates(), batch_size=1_000)


def _analyze() -> None:
    """Let the database look at its tables, as it does by itself after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
