"""Where the processor time of an export goes, looked at every millisecond of it.

One thread of the drainer, in this process: the timer runs with the processor time, so
that waiting counts for nothing.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType
from typing import Any

from .cast import Cast
from .stage import Stage

_EVERY = 0.001
_SHOWN = 6

# Whose line runs: the innermost that is known, by a part of its file's name.
_DOES = {
    "/psycopg": "database",
    "/sqlite3/": "database",
    "/django/db/": "database",
    "/asgiref/": "database",
    "/integrations/prepared": "database",
    "/urllib3/": "HTTP",
    "/requests/": "HTTP",
    "/http/": "HTTP",
    "/email/": "HTTP",
    "/integrations/transport": "HTTP",
    "/integrations/http": "HTTP",
    "/integrations/replies": "HTTP",
    "/json/": "JSON",
    "/integrations/vendors/": "the vendor's adapter",
    "/candidates/": "the resume's digest and the candidate",
    "/integrations/": "deciding what to do",
}
# What the database is asked for: by the outermost, as the ledger uses the intents' words.
_ASKS = {
    "/integrations/intents": "to write the intent",
    "/integrations/ledger": "to record the outcome",
    "/integrations/due": "for what is due and whom it is about",
    "/candidates/resume": "for the resume",
}


@dataclass
class Costs:
    """How often something was seen at work."""

    exports: int = 0
    cpu_ms: float = 0.0  # for each export
    seen: Counter[str] = field(default_factory=Counter)

    def largest(self) -> list[tuple[str, float]]:
        """Return the largest parts, and what share of the whole each is."""
        total = self.seen.total()
        return [(name, n / total) for name, n in self.seen.most_common(_SHOWN)]

    def look(self, _: int, frame: FrameType | None) -> None:
        files = []
        while frame is not None:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        does = _first(files, _DOES) or "everything else"
        if does == "database":
            does += f", {_first(files[::-1], _ASKS) or 'otherwise'}"
        self.seen[does] += 1


def _first(files: list[str], known: dict[str, str]) -> str:
    for file in files:
        for part, name in known.items():
            if part in file:
                return name
    return ""


_FIRST = 10  # these fill caches


def measure(stage: Stage, cast: Cast, *, exports: int) -> Costs:
    """Work the exports here, one after the other; the worker keeps away."""
    from candidates.models import OutreachEvent
    from integrations.drainer import Drainer
    from integrations.models import AtsConnection, ExportStep
    from pinsync import clock

    stage.simulator.reset(latency_ms=0)
    mine = AtsConnection.objects.filter(pk=cast.connection.pk)
    mine.update(paused_until=clock.now() + timedelta(hours=1))
    stage.wait_for_idle_worker()
    for person in cast.people(exports + _FIRST, with_resumes=True):
        person.record(OutreachEvent.Kind(cast.event))
    here = Drainer()
    here._take(mine.get(), clock.now())
    mine.update(leased_until=clock.now() + timedelta(hours=1), paused_until=None)
    due = ExportStep.objects.filter(connection=mine.get(), kind="person", state="ready")
    steps = list(due.order_by("pk").values_list("pk", flat=True))
    costs = _watched(here.lines[cast.connection.pk], steps, exports)
    here._release(here.lines[cast.connection.pk])
    return costs


def _watched(line: Any, steps: list[int], exports: int) -> Costs:
    from integrations import drainer

    adapter = drainer._adapter({}, line)
    for step_id in steps[:_FIRST]:
        drainer._work_person(line, adapter, step_id)
    costs = Costs(exports)
    before = signal.signal(signal.SIGPROF, costs.look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    began = time.thread_time()
    for step_id in steps[_FIRST:]:
        drainer._work_person(line, adapter, step_id)
    costs.cpu_ms = 1000 * (time.thread_time() - began) / exports
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    drainer._http(adapter).close()
    return costs
