"""Hears candidate events and decides which exports come to be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from candidates.events import outreach_recorded, resume_finished
from candidates.models import Candidate, JobCandidate, OutreachEvent, ResumeDocument
from candidates.resume import want_resume
from candidates.tasks import wake_documents
from jobs.models import Job
from pinsync import clock
from pinsync.accounts.models import User

from . import derived, ledger, outreach_check
from .adapters import Trigger
from .decisions import retry
from .models import (
    AtsConnection,
    AtsPerson,
    Export,
    ExportStep,
    JobAtsMapping,
)
from .tasks import wake

Kind, State = ExportStep.Kind, ExportStep.State


class InAtsAlready(Exception):
    """The candidate is in that ATS already; ``sentence`` says so to the recruiter."""

    def __init__(self, person: AtsPerson) -> None:
        label = person.connection.label
        self.person = person
        self.sentence = (
            f"{person.candidate.full_name} is in {label} already; "
            "details are updated there."
        )
        super().__init__(self.sentence)


def listen() -> None:
    """Connect to what the candidates app announces; called once at start."""
    outreach_recorded.connect(on_outreach, dispatch_uid="integrations.triggers")
    resume_finished.connect(on_resume, dispatch_uid="integrations.triggers")


def on_outreach(
    sender: type[JobCandidate],
    *,
    job_candidate: JobCandidate,
    events: list[OutreachEvent],
    **kwargs: Any,
) -> None:
    """Make the exports that these events trigger, in the events' own transaction.

    Being added to outreach also asks for the early look for duplicates.
    """
    by_kind = {event.kind: event for event in events}
    active = JobAtsMapping.objects.filter(
        job_id=job_candidate.job_id, enabled=True
    ).exclude(trigger=Trigger.NEVER)
    for mapping in active.select_related("connection"):
        outreach_check.want(job_candidate, mapping.connection, kinds=by_kind)
        event = by_kind.get(mapping.trigger)
        if event and counts(event, mapping):
            make_export(
                connection=mapping.connection,
                candidate=job_candidate.candidate,
                ats_job_id=mapping.ats_job_id,
                ats_job_name=mapping.ats_job_name,
                job=job_candidate.job,
                origin=Export.Origin.TRIGGER,
                event=event,
                by=event.by,
            )


def counts(event: OutreachEvent, mapping: JobAtsMapping) -> bool:
    """Return whether the event came after the connection and the setting.

    Both the moment it happened and the moment we heard of it: never retroactive.
    """
    connection = mapping.connection
    if not connection.is_live or mapping.active_since is None:
        return False
    since = max(connection.connected_at, mapping.active_since)
    return event.occurred_at > since and event.recorded_at > since


def on_resume(sender: Any, *, document: ResumeDocument, **kwargs: Any) -> None:
    """Let the steps go on that waited for this resume."""
    released = ExportStep.objects.filter(
        candidate_id=document.candidate_id,
        kind=Kind.RESUME,
        state=State.READY,
        not_before__isnull=False,
    ).update(not_before=clock.now())
    if released:
        wake()


# --- Exports ---------------------------------------------------------------------


def request_export(
    *,
    connection: AtsConnection,
    candidate: Candidate,
    ats_job_id: str = "",
    ats_job_name: str = "",
    job: Job | None = None,
    origin: Export.Origin = Export.Origin.BUTTON,
    by: User | None,
) -> Export:
    """Make the export that a person asked for; pressing twice gives the same one.

    Raises InAtsAlready where the candidate is in that ATS.
    """
    person = (
        AtsPerson.objects.filter(connection=connection, candidate=candidate)
        .select_related("connection", "candidate")
        .first()
    )
    if person is not None:
        raise InAtsAlready(person)
    return make_export(
        connection=connection,
        candidate=candidate,
        ats_job_id=ats_job_id,
        ats_job_name=ats_job_name,
        job=job,
        origin=origin,
        event=None,
        by=by,
    )


def make_export(
    *,
    connection: AtsConnection,
    candidate: Candidate,
    ats_job_id: str,
    ats_job_name: str,
    job: Job | None,
    origin: Export.Origin,
    event: OutreachEvent | None,
    by: User | None,
) -> Export:
    """Make the export, or ask again for the one that there is, with its steps."""
    by_hand = origin != Export.Origin.TRIGGER
    with transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).lock()
        export, created = Export.objects.get_or_create(
            connection=connection,
            candidate=candidate,
            ats_job_id=ats_job_id,
            defaults={
                "organization_id": connection.organization_id,
                "ats_job_name": ats_job_name,
                "job": job,
                "origin": origin,
                "event": event,
                "requested_by": by,
                "requested_at": clock.now(),
            },
        )
        # Seen as whoever cancelled or moved it left it, and no worker ends it meanwhile.
        export.lock()
        if not created:
            _ask_again(export, origin=origin, by=by, job=job, event=event)
        ensure_steps(export, urgent=by_hand)
        if by_hand and export.steps().filter(state=State.FAILED).exists():
            retry(export, by=by)
        derived.refresh_exports(connection.pk, candidate.pk)
    wake()
    export.refresh_from_db()
    return export


def _ask_again(
    export: Export,
    *,
    origin: Export.Origin,
    by: User | None,
    job: Job | None,
    event: OutreachEvent | None,
) -> None:
    """Reopen a cancelled export; what was asked for by hand stays asked for by hand."""
    changes: dict[str, Any] = {}
    if export.state == Export.State.CANCELLED:
        changes = {
            "state": Export.State.WAITING,
            "cancel_reason": "",
            "finished_at": None,
            "requested_at": clock.now(),
            "origin": origin,
            "requested_by": by,
            "job": job or export.job,
            "event": event,
        }
    elif origin != Export.Origin.TRIGGER and not export.by_hand:
        changes = {"origin": origin, "requested_by": by}
    if changes:
        Export.objects.filter(pk=export.pk).update(**changes)


def ensure_steps(export: Export, *, urgent: bool) -> None:
    """Make the steps that this export needs and that the person does not have yet."""
    now = clock.now()
    adapter = export.connection.adapter_class
    person = AtsPerson.objects.filter(
        connection_id=export.connection_id, candidate_id=export.candidate_id
    ).first()
    known = State.DONE if person else State.READY
    steps = [_step(export, Kind.PERSON, known, None if person else now, urgent)]
    if export.ats_job_id:
        due = now if person else None
        steps.append(_step(export, Kind.JOB_LINK, State.READY, due, urgent))
    if person is None and adapter.sends_resume:
        steps.append(_step(export, Kind.RESUME, State.READY, None, urgent))
        want_resume(export.candidate)
        wake_documents()
    if person is None and adapter.sends_note:
        steps.append(_step(export, Kind.NOTE, State.READY, None, urgent))
    ExportStep.objects.bulk_create(steps, ignore_conflicts=True)
    _reopen(export, person=person, urgent=urgent)


def _step(
    export: Export,
    kind: ExportStep.Kind,
    state: ExportStep.State,
    not_before: datetime | None,
    urgent: bool,
) -> ExportStep:
    return ExportStep(
        connection_id=export.connection_id,
        candidate_id=export.candidate_id,
        kind=kind,
        ats_job_id=export.ats_job_id if kind == Kind.JOB_LINK else "",
        export=export,
        state=state,
        not_before=not_before,
        urgent=urgent,
    )


def _reopen(export: Export, *, person: AtsPerson | None, urgent: bool) -> None:
    now = clock.now()
    mine = export.steps()
    if urgent:
        mine.filter(urgent=False).update(urgent=True)
    # Skipped while nobody is known means that a recruiter skipped: they ask anew.
    closed = [State.CANCELLED] if person else [State.CANCELLED, State.SKIPPED]
    ended = mine.filter(state__in=closed)
    ledger.reopen(ended.filter(kind=Kind.PERSON), not_before=now)
    others = ended.exclude(kind=Kind.PERSON)
    ledger.reopen(others, not_before=now if person else None)


__all__ = [
    "InAtsAlready",
    "Trigger",
    "counts",
    "ensure_steps",
    "listen",
    "make_export",
    "request_export",
]
