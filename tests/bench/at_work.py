"""What the drainers, the dispatcher and the monitoring ask of a large ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.test import Client

from integrations import (
    backlog,
    connections,
    dependents,
    directory,
    dispatcher,
    due,
    later_looks,
    metrics,
    notices,
    outreach_check,
    retention,
)
from integrations.drainer import Drainer
from integrations.intents import Ticket, intend
from integrations.matching import identities
from integrations.models import AtsConnection, ExportStep
from integrations.records import PersonRecord
from pinsync import clock

from .stopwatch import Figure

CLAIM_MS, SWEEP_MS, SCRAPE_MS, READYZ_MS = 5.0, 50.0, 200.0, 20.0


def claims(times: int) -> Iterator[Figure]:
    """Lease connections one by one, pick from each, take the first of what was picked."""
    find = Figure("claim: find connections with due work", CLAIM_MS)
    lease = Figure("claim: find and lease one, durably", CLAIM_MS)
    pick = Figure("claim: pick its due steps", CLAIM_MS)
    take = Figure("claim: load a step with its person", CLAIM_MS)
    send = Figure("intent: one durable transaction before a write")
    drainer = Drainer()
    for connection in _with_due_work()[:times]:
        _leave_free(connection)
        find.add(lambda: due.connections(clock.now()))
        lease.add(drainer._lease)
        line = drainer.lines[connection.pk]
        pick.add(partial(drainer._pick, line))
        for step_id, _ in list(line.picked)[:4]:
            step = take.add(partial(due.step, step_id))
            send.add(partial(_intend, step))
        drainer._release(line)
    yield from (find, lease, pick, take, send)
    everything = Figure("lease all connections with due work at once")
    AtsConnection.objects.update(leased_until=None)
    everything.add(drainer._lease)
    for line in list(drainer.lines.values()):
        drainer._release(line)
    yield everything


def _with_due_work() -> list[AtsConnection]:
    now = clock.now()
    due = ExportStep.objects.due(now).values("connection")
    return list(AtsConnection.objects.usable(now).filter(pk__in=due))


def _leave_free(connection: AtsConnection) -> None:
    """Let all others be worked, as when this one became due just now."""
    _let_all_be_worked()
    AtsConnection.objects.filter(pk=connection.pk).update(leased_until=None)


def _let_all_be_worked() -> None:
    later = clock.now() + timedelta(hours=1)
    AtsConnection.objects.live().update(leased_until=later)


def _intend(step: ExportStep) -> None:
    """Commit what would be committed before this person were sent."""
    record = PersonRecord.of(step.candidate)
    claims = [(key.value, value) for key, value in identities(record)]
    intend(
        step,
        Ticket(step.pk, step.attempt),
        candidate=step.candidate,
        snapshot=record.to_json(),
        looked_up_at=clock.now(),
        claims=claims,
    )


def dispatching(times: int) -> Iterator[Figure]:
    """Sweep and look for what is due, in the good case and in the bad one."""
    _let_all_be_worked()
    _age_intents(timedelta())
    quiet = Figure("sweep: nobody vanished", SWEEP_MS)
    yield quiet.repeat(dispatcher.sweep, times)
    busy = Figure("is an export due: all are worked already", SWEEP_MS)
    yield busy.repeat(dispatcher.exports_due, times)
    AtsConnection.objects.update(leased_until=None)
    free = Figure("is an export due: yes", SWEEP_MS)
    yield free.repeat(dispatcher.exports_due, times)
    rest = Figure("all else that a tick looks for, together", SWEEP_MS)
    yield rest.repeat(_look_at_all_else, times)
    for run in (
        dependents.release_forgotten,
        dispatcher.repair_states,
        outreach_check.forget_outlived,
    ):
        name = f"each 30 s: {run.__name__.replace('_', ' ')}"
        yield Figure(name).repeat(run, times // 5)
    yield _vanished()


def _look_at_all_else() -> None:
    looks: list[Callable[[], Any]] = [
        backlog.beat,
        dispatcher.documents_due,
        connections.due_for_proof().exists,
        outreach_check.is_due,
        later_looks.is_due,
        retention.is_due,
        directory.is_due,
    ]
    for look in looks:
        look()
    notices._due(clock.now()).exists()  # without EMAIL_URL nobody looks


def _vanished() -> Figure:
    """Sweep what the steps above left behind: each is one transaction."""
    number = _age_intents(timedelta(minutes=5))
    figure = Figure(f"sweep: {number} vanished at once, each")
    figure.add(dispatcher.sweep)
    figure.took_ms = [figure.took_ms[0] / max(number, 1)]
    return figure


def _age_intents(age: timedelta) -> int:
    """Let what is on its way have begun so long ago; return how much that is."""
    sending = ExportStep.objects.filter(state=ExportStep.State.SENDING)
    return sending.update(intent_at=clock.now() - age)


def monitoring(times: int) -> Iterator[Figure]:
    """Answer /readyz and Prometheus."""
    waits = Figure("oldest due step of every connection", READYZ_MS)
    yield waits.repeat(backlog.waits, times)
    _let_all_be_worked()  # or it answers 503, and says so in the log
    backlog.beat()
    ready, page = Figure("/readyz", READYZ_MS), Client()
    yield ready.repeat(lambda: page.get("/readyz"), times)
    counted = Figure("metrics, exports counted anew (every 30 s)", SCRAPE_MS)

    def scrape() -> None:
        cache.clear()
        metrics.exposition()

    yield counted.repeat(scrape, times // 5)
    scraped = Figure("metrics", SCRAPE_MS)
    yield scraped.repeat(metrics.exposition, times)
