"""Works the due steps of connections with threads, inside one RQ job.

A connection is worked by one drainer at a time, for pace, breaker and keep-alive; the
lease plays no part in safety, which rests on the step rows (see ``ledger``).
"""

from __future__ import annotations

import logging
import math
import os
import queue
import threading
import time
import uuid
from datetime import datetime
from itertools import count
from typing import cast

from django.db import OperationalError, connections

from pinsync import clock, waking
from pinsync.worker import stopping

from . import backlog, breaker, due, failures
from .adapters import Adapter
from .engine import work_for
from .errors import AtsError, ErrorKind
from .http import VendorHttp
from .intents import Stale, TooOld
from .lines import Line, Paused, line_of
from .models import AtsConnection, AtsPerson, ExportStep
from .sign_in import open_connection
from .tasks import BUDGET, wake
from .turns import next_line, share_of

log = logging.getLogger(__name__)

# A drainer stays longer than a wake is held back, so that no wake is lost.
LINGER = waking.HELD_BACK + 0.5
# What is left to other workers is taken after all: they may be dead, or at their end.
PATIENCE = 3.0
LEASE = 20.0
RENEW_EVERY = 5.0
LOOK_EVERY = 0.5


# --- The drainer -----------------------------------------------------------------


class Drainer:
    """Leases connections, hands their people to threads, renews, and ends."""

    def __init__(self) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.lines: dict[int, Line] = {}
        self.tasks: queue.SimpleQueue[tuple[Line, int, int] | None] = (
            queue.SimpleQueue()
        )
        self.finished: queue.SimpleQueue[tuple[Line, int]] = queue.SimpleQueue()
        self.threads: list[threading.Thread] = []
        self.in_flight = 0
        self.ends = math.inf
        self._left: dict[int, float] = {}  # to other workers, since when
        self._turns = count(1)

    def run(self) -> None:
        """Drain until nothing is due, the time is up, or the worker stops."""
        self.ends = time.monotonic() + BUDGET
        last_work = time.monotonic()
        next_look = next_renewal = 0.0
        try:
            while not stopping.is_set() and not self._is_over():
                now = time.monotonic()
                if now >= next_look:
                    self._lease()
                    for line in self.lines.values():
                        self._pick(line)
                    next_look = now + LOOK_EVERY
                if now >= next_renewal:
                    self._renew()
                    next_renewal = now + clock.scaled(RENEW_EVERY)
                self._hand_out()
                self._collect(wait=0.05 if self.in_flight else LOOK_EVERY / 4)
                if self.in_flight or any(x.picked for x in self.lines.values()):
                    last_work = time.monotonic()
                elif time.monotonic() - last_work > LINGER:
                    return
        finally:
            self._end()

    @property
    def _is_late(self) -> bool:
        return time.monotonic() >= self.ends

    def _is_over(self) -> bool:
        """Return whether the time is up and no slow call is under way any more.

        The slow ones end first, while the others go on: nobody waits for them.
        """
        if not self._is_late:
            return False
        for line in self.lines.values():
            if line.is_slow:
                line.close()
        return not any(line.busy for line in self.lines.values() if not line.open)

    # -- leases --------------------------------------------------------------------

    def _lease(self) -> None:
        """Take the connections that have due work and no holder, as many as are ours.

        What is left to other workers is taken, too, where nobody comes for it.
        """
        now = clock.now()
        free = [c for c in due.connections(now) if c.pk not in self.lines]
        room = self._room(len(free), now) if free else 0
        seen = time.monotonic()
        self._left = {c.pk: self._left.get(c.pk, seen) for c in free}
        for connection in free:
            if room > 0 or seen - self._left[connection.pk] > PATIENCE:
                room -= self._take(connection, now)
            else:
                wake()

    def _room(self, free: int, now: datetime) -> float:
        """Return how many more connections are this worker's share of all."""
        workers = waking.workers("exports")
        if workers == 1:
            return math.inf
        held = AtsConnection.objects.filter(leased_until__gt=now).count()
        return share_of(held + free, workers=workers) - len(self.lines)

    def _take(self, connection: AtsConnection, now: datetime) -> bool:
        free = AtsConnection.objects.filter(due.free(now), pk=connection.pk)
        taken = free.update(leased_by=self.name, leased_until=now + clock.period(LEASE))
        line = line_of(connection) if taken else None
        if line:
            self.lines[connection.pk] = line
        return bool(line)

    def _renew(self) -> None:
        """Renew the leases, and notice connections that rest, park or end."""
        if not self.lines:
            return
        now = clock.now()
        mine = AtsConnection.objects.filter(pk__in=self.lines, leased_by=self.name)
        mine.update(leased_until=now + clock.period(LEASE))
        usable = set(mine.usable(now).values_list("pk", flat=True))
        for pk, line in list(self.lines.items()):
            if pk not in usable and not line.probing:
                line.close()
            if not line.busy and not line.picked and self._is_idle(line):
                self._release(line)

    def _is_idle(self, line: Line) -> bool:
        if self._is_late:  # or it would be leased again
            return False
        return not line.open or time.monotonic() - line.idle_since > LINGER

    def _release(self, line: Line) -> None:
        self.lines.pop(line.connection.pk, None)
        AtsConnection.objects.filter(pk=line.connection.pk, leased_by=self.name).update(
            leased_by="", leased_until=None
        )

    # -- work ----------------------------------------------------------------------

    def _pick(self, line: Line) -> None:
        """Fill the line's own queue with due people, asked for by hand first."""
        if not line.open or len(line.picked) >= line.most:
            return
        rows = due.people(line.connection)
        known = {*line.busy, *(candidate for _, candidate in line.picked)}
        for step_id, candidate_id in rows:
            if candidate_id not in known:
                known.add(candidate_id)
                line.picked.append((step_id, candidate_id))
        if rows:
            line.idle_since = time.monotonic()

    def _hand_out(self) -> None:
        """Give each line a thread in turn, so that none waits behind another."""
        while line := next_line(self.lines.values()):
            step_id, candidate_id = line.picked.popleft()
            line.turn = next(self._turns)
            line.busy.add(candidate_id)
            self.in_flight += 1
            if len(self.threads) < self.in_flight:
                self._add_thread()
            self.tasks.put((line, step_id, candidate_id))

    def _add_thread(self) -> None:
        thread = threading.Thread(
            target=_serve,
            args=(self.tasks, self.finished),
            name=f"drain-{len(self.threads)}",
            daemon=True,
        )
        self.threads.append(thread)
        thread.start()

    def _collect(self, *, wait: float) -> None:
        try:
            self._finish(*self.finished.get(timeout=wait))
            while True:
                self._finish(*self.finished.get_nowait())
        except queue.Empty:
            return

    def _finish(self, line: Line, candidate_id: int) -> None:
        self.in_flight -= 1
        line.busy.discard(candidate_id)
        line.idle_since = time.monotonic()
        if not line.picked:
            self._pick(line)

    def _end(self) -> None:
        """Stop picking, let the calls in flight finish, give the leases back."""
        for line in self.lines.values():
            line.close()
        while self.in_flight:
            self._finish_last()
        for _ in self.threads:
            self.tasks.put(None)
        for thread in self.threads:
            thread.join()
        for line in list(self.lines.values()):
            self._release(line)

    def _finish_last(self) -> None:
        line, candidate_id = self.finished.get()
        self.in_flight -= 1
        line.busy.discard(candidate_id)


# --- In a thread -----------------------------------------------------------------


def _serve(
    tasks: queue.SimpleQueue[tuple[Line, int, int] | None],
    finished: queue.SimpleQueue[tuple[Line, int]],
) -> None:
    """Work people until told to end; one adapter, and so one session, per line."""
    adapters: dict[Line, Adapter] = {}
    try:
        while (task := tasks.get()) is not None:
            line, step_id, candidate_id = task
            try:
                adapter = _adapter(adapters, line)
                _work_person(line, adapter, step_id)
            except OperationalError as error:  # the database is away: others go on
                log.warning("The database does not answer.", exc_info=error)
                connections.close_all()
            except Exception:
                log.exception("Export step %s could not be worked", step_id)
            finally:
                line.after_call()
                finished.put((line, candidate_id))
    finally:
        for adapter in adapters.values():
            _http(adapter).close()
        connections.close_all()


def _adapter(adapters: dict[Line, Adapter], line: Line) -> Adapter:
    adapter = adapters.get(line)
    if adapter is None:
        adapter = open_connection(
            line.connection,
            line.credentials,
            share="drainer",
            before_call=line.before_call,
            may_start=line.may_start,
        )
        adapters[line] = adapter
    return adapter


def _http(adapter: Adapter) -> VendorHttp:
    return cast(VendorHttp, adapter.http)  # open_adapter made it


def _work_person(line: Line, adapter: Adapter, step_id: int) -> None:
    """Work the step and what becomes due for the same person behind it.

    Each step once in a turn: one that does not move waits for the next look.
    """
    first, person = due.step(step_id), None
    steps, worked = [first] if first else [], set[int]()
    while steps and line.open and not stopping.is_set():
        step = steps.pop(0)
        worked.add(step.pk)
        if not work_one(line, adapter, step, person=person):
            return
        if not steps and (steps := due.behind(step, worked)):
            person = due.known_person(step)


def work_one(
    line: Line, adapter: Adapter, step: ExportStep, *, person: AtsPerson | None = None
) -> bool:
    """Work one step; return whether to go on with the same person."""
    if line.connection.probe_wait and not _probe(line, adapter):
        return False
    step.connection = line.connection  # with the credential that the adapter has
    work = work_for(step, adapter, person=person)
    calls = _http(adapter).calls
    try:
        work.run()
    except Paused:
        return False
    except Stale as reason:
        log.info("Step %s starts over: %s", step.pk, reason)
        if isinstance(reason, TooOld):
            failures.record_slowness(work)
        # Or it would look up again and again for a connection that rests.
        _close_if_resting(line)
        return False
    except AtsError as error:
        failures.record(work, error)
        _notice(line, error)
        return False
    except OperationalError:
        raise
    except Exception as error:
        log.exception("Step %s met a fault of our own", step.pk)
        failures.record_crash(work, error)
        return False
    if answered := _http(adapter).calls - calls:
        line.answered(_http(adapter).last_seconds, calls=answered)
        if line.failing:
            line.failing = False
            breaker.count_success(step.connection)
    return True


def _notice(line: Line, error: AtsError) -> None:
    """Close the line at once when its connection was paused or parked.

    Also when its credential is refused: whoever leases it next has the present one.
    """
    line.failing = True
    if error.kind == ErrorKind.BAD_CREDENTIALS:
        line.close()
    else:
        _close_if_resting(line)


def _close_if_resting(line: Line) -> None:
    if breaker.failures_in_row(line.connection) is None:
        line.close()


def _probe(line: Line, adapter: Adapter) -> bool:
    """Ask the vendor with a read whether it answers again; close the line if not."""
    line.probing = True
    try:
        answers = breaker.probe(line.connection, adapter.ping)
    except Paused:
        return False
    finally:
        line.probing = False
    if answers:
        line.connection.probe_wait = 0
    else:
        line.close()
    return answers


# --- The task --------------------------------------------------------------------


def drain() -> None:
    """Work everything that is due now and for as long as more becomes due."""
    connections.close_all()  # nothing of the parent process is shared after a fork
    waking.awake("exports")  # what is left to other workers wakes them at once
    Drainer().run()
    now = clock.now()
    usable = AtsConnection.objects.usable(now)  # what rests is not worth a wake
    if backlog.with_due_steps(usable, now).exists():
        wake()


__all__ = ["Drainer", "drain", "wake"]
