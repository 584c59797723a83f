"""Finds due work and wakes workers: one small loop of conditional updates.

Any number may run at once. Losing all of Redis costs one tick of it.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from django.db import DatabaseError, close_old_connections

from candidates.models import CandidateImport, ResumeDocument
from candidates.tasks import wake_documents
from pinsync import clock

from . import (
    backlog,
    dependents,
    derived,
    directory,
    later_looks,
    ledger,
    notices,
    outreach_check,
    retention,
    timing,
)
from .connections import due_for_proof
from .intents import writing
from .measures import measures
from .models import AtsConnection, Export, ExportStep
from .tasks import (
    wake_checks,
    wake_looks,
    wake_mails,
    wake_now,
    wake_proofs,
    wake_pruning,
    wake_pulls,
)

log = logging.getLogger(__name__)

TICK = 1.0
REPAIR_EVERY = 30.0
REPAIR_BATCH = 200


def run(stop: threading.Event) -> None:
    """Tick until told to stop; a database that is away is waited for."""
    next_repair, repaired = 0.0, 0
    while not stop.is_set():
        try:
            close_old_connections()
            tick()
            if time.monotonic() >= next_repair:
                dependents.release_forgotten()
                dependents.drop_forgotten()
                repaired = repair_states(after=repaired)
                outreach_check.forget_outlived()
                CandidateImport.objects.forget_expired()
                next_repair = time.monotonic() + clock.scaled(REPAIR_EVERY)
        except DatabaseError as error:
            log.warning("The database does not answer (%s).", type(error).__name__)
        stop.wait(max(0.1, clock.scaled(TICK)))


def tick() -> None:
    """Turn vanished steps into unclear ones; wake workers for what is due."""
    backlog.beat()
    sweep()
    if exports_due():
        wake_now()
    if documents_due():
        wake_documents()
    # One queue, so one of them at a time: what takes minutes comes last.
    if notices.mail_is_due():
        wake_mails()
    elif due_for_proof().exists():
        wake_proofs()
    elif outreach_check.is_due():
        wake_checks()
    elif later_looks.is_due():
        wake_looks()
    elif retention.is_due():
        wake_pruning()
    elif directory.is_due():
        wake_pulls()


def others_wait() -> bool:
    """Return whether something shorter waits for a worker that reads directories."""
    return (
        documents_due()
        or due_for_proof().exists()
        or outreach_check.is_due()
        or later_looks.is_due()
    )


def sweep() -> int:
    """Find steps whose worker vanished after the intent; return how many."""
    limit = clock.now() - timing.vanished_after()
    rows = ExportStep.objects.filter(
        state=ExportStep.State.SENDING, intent_at__lt=limit
    ).select_related("connection")
    vanished = [step for step in rows if ledger.vanished(step)]
    for step in vanished:
        measures.count("unclear", step.connection.vendor)
    return len(vanished)


def exports_due() -> bool:
    """Return whether a worker could do something now that nobody is doing."""
    now = clock.now()
    workable = AtsConnection.objects.usable(now).exclude(leased_until__gt=now)
    return backlog.with_due_steps(workable, now).exists()


def documents_due() -> bool:
    return ResumeDocument.objects.filter(
        state=ResumeDocument.State.WANTED, not_before__lte=clock.now()
    ).exists()


def repair_states(*, after: int = 0) -> int:
    """Derive anew what has been open for a minute: a safety net, not the rule.

    Each time some of them, in the order of their ids, from ``after`` on; returns where
    to go on, 0 for the beginning.
    """
    old = clock.now() - clock.period(timedelta(minutes=1).total_seconds())
    exports = (
        Export.objects.filter(
            pk__gt=after,
            state__in=[Export.State.WAITING, Export.State.EXPORTING],
            updated_at__lt=old,
        )
        .order_by("pk")
        .values_list("pk", "connection_id", "candidate_id")[:REPAIR_BATCH]
    )
    found = list(exports)
    for _, connection_id, candidate_id in found:
        with writing():
            derived.refresh_exports(connection_id, candidate_id)
    return found[-1][0] if len(found) == REPAIR_BATCH else 0
