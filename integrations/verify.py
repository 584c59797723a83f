"""The invariants of the ledger, checked on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from candidates.models import OutreachEvent
from pinsync import clock

from . import timing
from .models import (
    FINISHED,
    GIVEN_UP,
    AtsConnection,
    AtsPerson,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
    JobAtsMapping,
)
from .triggers import counts

Kind, State = ExportStep.Kind, ExportStep.State


def broken_invariants() -> dict[str, list[str]]:
    """Return the invariants that do not hold, each with the rows that break it."""
    found = {name: list(check()) for name, check in _INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}


def _person_of(prefix: str = "") -> QuerySet[AtsPerson]:
    return AtsPerson.objects.filter(
        connection_id=OuterRef(f"{prefix}connection_id"),
        candidate_id=OuterRef(f"{prefix}candidate_id"),
    )


def _sending_long_past_intent() -> Iterable[str]:
    # The sweep runs every second; a minute more means that nobody sweeps.
    limit = clock.now() - timing.vanished_after() - timedelta(minutes=1)
    for step in ExportStep.objects.filter(state=State.SENDING, intent_at__lt=limit):
        yield f"step {step.pk}"


def _done_without_person() -> Iterable[str]:
    rows = ExportStep.objects.filter(kind=Kind.PERSON, state=State.DONE).exclude(
        Exists(_person_of())
    )
    return (f"step {step.pk}" for step in rows)


def _write_without_intent() -> Iterable[str]:
    """Every number up to ``attempt`` has its row, written before the outcome.

    Or had it: rows that were deleted after their time are counted.
    """
    rows = ExportStep.objects.annotate(made=Count("attempts") + F("pruned")).exclude(
        made=F("attempt")
    )
    yield from (f"step {step.pk}" for step in rows)
    late = ExportAttempt.objects.filter(ended_at__lt=F("intent_at"))
    yield from (f"attempt {attempt.pk}" for attempt in late)


def _created_twice() -> Iterable[str]:
    rows = ExportStep.objects.filter(kind=Kind.PERSON).annotate(
        created=Count(
            "attempts", filter=Q(attempts__outcome=ExportAttempt.Outcome.DONE)
        )
    )
    return (f"step {step.pk}" for step in rows.filter(created__gt=1))


def _created_blindly() -> Iterable[str]:
    """No write after an unclear one unless a look-up began after that one's intent."""
    attempts = (
        ExportAttempt.objects.filter(step__attempt__gt=1)
        .order_by("step_id", "number")
        .values_list(
            "step_id", "number", "outcome", "intent_at", "looked_up_at", named=True
        )
    )
    for before, after in pairwise(attempts.iterator()):
        if before.step_id != after.step_id:
            continue
        unclear = before.outcome in ("", ExportAttempt.Outcome.UNCLEAR)
        looked = after.looked_up_at and after.looked_up_at > before.intent_at
        if unclear and not looked:
            yield f"step {after.step_id}, attempt {after.number}"


def _claims_of_nobody() -> Iterable[str]:
    live = ~Q(step__state__in=FINISHED)
    doubtful = Q(step__state__in=GIVEN_UP, step__ever_unclear=True)
    rows = IdentityClaim.objects.exclude(live | doubtful).exclude(
        Exists(_person_of("step__"))
    )
    return (f"claim {claim.pk}" for claim in rows)


def _events_without_export() -> Iterable[str]:
    mappings = JobAtsMapping.objects.filter(
        enabled=True, active_since__isnull=False
    ).select_related("connection")
    for mapping in mappings.exclude(connection__state="disconnected"):
        exports = Export.objects.filter(
            connection_id=mapping.connection_id,
            candidate_id=OuterRef("job_candidate__candidate_id"),
        )
        events = OutreachEvent.objects.filter(
            job_candidate__job_id=mapping.job_id, kind=mapping.trigger
        ).exclude(Exists(exports))
        for event in events:
            if counts(event, mapping):
                yield f"event {event.pk}"


def _due_on_disconnected() -> Iterable[str]:
    rows = ExportStep.objects.filter(
        connection__state=AtsConnection.State.DISCONNECTED, state=State.READY
    ).exclude(not_before=None)
    return (f"step {step.pk}" for step in rows)


_INVARIANTS: dict[str, Callable[[], Iterable[str]]] = {
    "no step SENDING long past its intent": _sending_long_past_intent,
    "no PERSON done without AtsPerson": _done_without_person,
    "no write attempt without an intent before it": _write_without_intent,
    "at most one successful create per person": _created_twice,
    "no write after an unclear one without a look-up between": _created_blindly,
    "every held claim belongs to a live step or a known person": _claims_of_nobody,
    "every event that counts has an export": _events_without_export,
    "nothing due on a disconnected connection": _due_on_disconnected,
}
