"""Exports per second: the whole product, and the bare script, in turns."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

from .bare import Errand, Plan
from .cast import KEY, Cast
from .stage import ROOT, THREADS, Stage

# A full look at what was sent: the simulator remembers 200 requests.
_LOOKED_AT = 24


@dataclass(frozen=True)
class Round:
    """One measured run: how many exports, and what they took."""

    exports: int
    seconds: float
    cpu_seconds: float
    calls: dict[str, int]

    @property
    def per_second(self) -> float:
        return self.exports / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_seconds / self.exports


# So many threads a connection has at most; beyond, there are several of them, each
# with a worker of its own.
OF_A_CONNECTION = 32


@dataclass
class Comparison:
    """The rounds of both with so many threads, at one latency."""

    threads: int
    latency_ms: int
    exports: int
    product: list[Round] = field(default_factory=list)
    bare: list[Round] = field(default_factory=list)
    events_per_second: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return rate(self.product) / rate(self.bare)

    @property
    def calls_per_export(self) -> int:
        return sum(self.product[0].calls.values()) // self.exports


def rate(rounds: Iterable[Round]) -> float:
    return median(one.per_second for one in rounds)


def compare(
    stage: Stage,
    casts: list[Cast],
    *,
    threads: int,
    latency_ms: int,
    exports: int,
    rounds: int,
) -> Comparison:
    """Run both in turns, because the machine's own speed moves."""
    casts = casts[: max(1, threads // OF_A_CONNECTION)]
    found = Comparison(threads, latency_ms, exports)
    for _ in range(rounds):
        people = [
            person
            for one in casts
            for person in one.people(exports // len(casts), with_resumes=True)
        ]
        product, events = run_product(stage, casts[0], people, latency_ms)
        found.product.append(product)
        found.events_per_second.append(events)
        bare = _run_bare(stage, casts[0], people, latency_ms, threads=threads)
        found.bare.append(bare)
        if product.calls != bare.calls:
            raise SystemExit(
                f"Not the same calls: product {product.calls}, bare {bare.calls}"
            )
    return found


def check_same_bytes(stage: Stage, cast: Cast) -> None:
    """Compare every request of both, body by body, but for what is random in them."""
    people = cast.people(_LOOKED_AT, with_resumes=True)
    run_product(stage, cast, people, 0)
    ours = _seen(stage)
    _run_bare(stage, cast, people, 0)
    theirs = _seen(stage)
    if ours != theirs:
        pairs = zip(ours, theirs, strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), None)
        raise SystemExit(f"The bare script sends something else: {first}")


def _seen(stage: Stage) -> list[str]:
    random = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|PS-\d+|eyJ[\w=+/]+"
    lines = [json.dumps(request) for request in stage.simulator.last_requests()]
    return sorted(re.sub(random, "*", line) for line in lines)


# --- The product -----------------------------------------------------------------


def run_product(
    stage: Stage,
    cast: Cast,
    people: list[Any],
    latency_ms: int,
    *,
    fresh: bool = True,
) -> tuple[Round, float]:
    """Record the events, then let go: until the last export reads Sent.

    ``fresh`` empties the simulator before.
    """
    from django.db.models import Max

    from integrations.models import Export
    from integrations.tasks import wake_now
    from pinsync import clock

    if fresh:
        stage.simulator.reset(latency_ms=latency_ms)
    stage.wait_for_idle_worker()
    _rest(people, clock.now() + timedelta(hours=1))
    began = time.monotonic()
    _record(people)
    events = len(people) / (time.monotonic() - began)
    stage.wait_for_idle_worker()
    started = clock.now()
    _rest(people, None)
    wake_now()
    open_exports = Export.objects.exclude(state=Export.State.SENT)
    stage.wait_until(lambda: not open_exports.exists(), "Exporting", 180)
    cpu = stage.drainer_cpu_seconds()
    mine = Export.objects.filter(candidate__in=_ids(people))
    ended = mine.aggregate(last=Max("finished_at"))["last"]
    seconds = (ended - started).total_seconds()
    return Round(len(people), seconds, cpu, stage.simulator.counts()), events


def _record(people: list[Any]) -> None:
    from candidates.models import OutreachEvent

    for person in people:
        person.record(OutreachEvent.Kind.ADDED)


def _rest(people: list[Any], until: Any) -> None:
    from integrations.models import AtsConnection

    theirs = {person.job.organization_id for person in people}
    AtsConnection.objects.filter(organization__in=theirs).update(paused_until=until)


def _ids(people: list[Any]) -> range:
    return range(people[0].candidate_id, people[-1].candidate_id + 1)


# --- The bare script -------------------------------------------------------------


def _run_bare(
    stage: Stage,
    cast: Cast,
    people: list[Any],
    latency_ms: int,
    *,
    threads: int = THREADS,
) -> Round:
    path = stage.folder / "errands"
    path.write_bytes(pickle.dumps(_plan(stage, cast, people, threads)))
    stage.simulator.reset(latency_ms=latency_ms)
    command = [sys.executable, "-m", "tests.bench.bare", str(path)]
    done = subprocess.run(
        command, cwd=ROOT, check=True, timeout=180, stdout=subprocess.PIPE
    )
    took = json.loads(done.stdout)
    counts = stage.simulator.counts()
    return Round(len(people), took["seconds"], took["cpu"], counts)


def _plan(stage: Stage, cast: Cast, people: list[Any], threads: int) -> Plan:
    from candidates.models import Candidate
    from pinsync import __version__

    rows = Candidate.objects.filter(pk__in=_ids(people)).prefetch_related(
        "experiences", "education", "resumes"
    )
    headers = {
        "User-Agent": f"PinSync/{__version__}",
        "Accept-Encoding": "gzip",
        **cast.connection.adapter_class.wire.headers,
    }
    errands = [_errand(cast, row) for row in rows.order_by("pk")]
    return Plan(stage.origin, KEY, threads, headers, errands)


def _errand(cast: Cast, candidate: Any) -> Errand:
    from integrations.records import PersonRecord
    from integrations.vendors.ashby import bodies, note

    record = PersonRecord.of(candidate)
    (document,) = candidate.resumes.all()
    text = note.profile_note(record, f"PS-{candidate.pk}")
    about = bodies.html_note("", text)
    del about["candidateId"]
    return Errand(
        email=record.email,
        name=record.full_name,
        candidate=bodies.new_candidate(record),
        job_id=cast.ats_job.id,
        note=about,
        file_name=document.file_name,
        pdf=bytes(document.pdf),
    )
