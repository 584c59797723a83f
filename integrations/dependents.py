"""What waits for a person or for a connection: made due, or dropped with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from pinsync import clock

from .claims import release_claims_of
from .derived import refresh_exports, whose
from .intents import writing
from .models import AtsConnection, AtsPerson, ExportStep
from .prepared import Lookup, Update, slot

State, Kind = ExportStep.State, ExportStep.Kind


def release_dependents(step: ExportStep, person: AtsPerson, now: datetime) -> None:
    """Make due what waits for the person; skip what is only for people of ours."""
    if not person.is_ours:
        # They were there before: nothing of theirs is touched but the job.
        _waiting(**whose(step), step=step.pk).filter(
            kind__in=[Kind.RESUME, Kind.NOTE]
        ).update(state=State.SKIPPED, error="", updated_at=now, not_before=None)
    if _has_ended(connection=step.connection_id):
        drop(_waiting(**whose(step), step=step.pk))
    else:
        changes = {"not_before": now, "updated_at": now}
        _release(changes, **whose(step), step=step.pk)


def _waiting(*, connection: Any, candidate: Any, step: Any) -> QuerySet[ExportStep]:
    # UNCERTAIN without a time: in doubt since a backup, and waiting like the others.
    return ExportStep.objects.filter(
        Q(state=State.READY) | Q(state=State.UNCERTAIN, not_before=None),
        connection_id=connection,
        candidate_id=candidate,
    ).exclude(pk=step)


_has_ended = Lookup(
    lambda: AtsConnection.objects.filter(
        pk=slot("connection"), state=AtsConnection.State.DISCONNECTED
    ).values_list("pk")
)


_release = Update(
    lambda: _waiting(
        connection=slot("connection"), candidate=slot("candidate"), step=slot("step")
    ).filter(not_before=None),
    ("not_before", "updated_at"),
)


def release_forgotten() -> None:
    """Make due what was asked for in the very moment in which the person became known.

    Neither transaction saw the other then, where writers do not wait for each other.
    """
    now = clock.now()
    known = AtsPerson.objects.filter(
        connection_id=OuterRef("connection_id"), candidate_id=OuterRef("candidate_id")
    )
    waiting = (
        ExportStep.objects.filter(state=State.READY, not_before=None, error_kind="")
        .exclude(kind=Kind.PERSON)
        .exclude(connection__state=AtsConnection.State.DISCONNECTED)
        .order_by()
    )
    # One look-up for each that waits; a join would read everybody who is known.
    forgotten = waiting.alias(person=Subquery(known.values("pk")[:1])).exclude(
        person=None
    )
    if ids := list(forgotten.values_list("pk", flat=True)[:1_000]):
        waiting.filter(pk__in=ids).update(not_before=now, updated_at=now)


def drop(steps: QuerySet[ExportStep]) -> set[int]:
    """Cancel those that are ready, as their connection ends; return whose they were."""
    dropped = dict(steps.filter(state=State.READY).values_list("pk", "candidate_id"))
    if dropped:
        ExportStep.objects.filter(pk__in=dropped, state=State.READY).update(
            state=State.CANCELLED, not_before=None, updated_at=clock.now()
        )
        release_claims_of(
            ExportStep.objects.filter(pk__in=dropped, state=State.CANCELLED)
        )
    return set(dropped.values())


def drop_if_disconnected(step: ExportStep) -> None:
    ended = AtsConnection.State.DISCONNECTED
    drop(ExportStep.objects.filter(pk=step.pk, connection__state=ended))


def drop_forgotten() -> None:
    """Drop what became ready in the very moment in which its connection ended."""
    ended = AtsConnection.State.DISCONNECTED
    left = ExportStep.objects.filter(
        connection__state=ended, state=State.READY, not_before__isnull=False
    )
    people = set(left.values_list("connection_id", "candidate_id"))
    with writing():
        drop(left)
        for connection_id, candidate_id in people:
            refresh_exports(connection_id, candidate_id)
