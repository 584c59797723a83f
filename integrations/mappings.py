"""What a job's setting asks for, and what its change does to what is on its way."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from candidates.models import Candidate, OutreachEvent
from jobs.models import Job
from pinsync import clock
from pinsync.accounts.models import User

from . import decisions, moves
from .adapters import Trigger
from .models import AtsConnection, Export, JobAtsMapping
from .tasks import wake
from .triggers import counts, make_export


def save_mapping(
    *,
    job: Job,
    connection: AtsConnection,
    trigger: str,
    ats_job_id: str = "",
    ats_job_name: str = "",
    enabled: bool = True,
    by: User | None,
) -> JobAtsMapping:
    """Save the setting; never retroactive.

    ``active_since`` moves when it becomes active or its trigger changes, not when only
    the ATS job does: then automatic exports that are on no ATS job yet move along, also
    where the old job refused them. Never and Disable cancel automatic exports that have
    not been sent. What another job's setting wants as well stays, as that one's.
    """
    with transaction.atomic():
        # Whoever records an event, of whatever job, locks the candidate first: those
        # that read the old setting end before, and their exports are looked at.
        Candidate.objects.filter(job_candidates__job=job).lock()
        mapping, _ = JobAtsMapping.objects.select_for_update().get_or_create(
            job=job,
            connection=connection,
            defaults={
                "screen": connection.adapter_class.settings_screen.value,
                "trigger": trigger,
                "enabled": enabled,
                "active_since": clock.now(),
            },
        )
        was = (mapping.is_active, mapping.trigger)
        mapping.trigger, mapping.enabled = trigger, enabled
        if mapping.is_active and was != (True, trigger):
            mapping.active_since = clock.now()
        moved = mapping.ats_job_id != ats_job_id
        mapping.ats_job_id, mapping.ats_job_name = ats_job_id, ats_job_name
        mapping.changed_by = by
        mapping.save()
        if not mapping.is_active:
            _cancel_automatic(mapping)
        elif moved:
            _move_automatic(mapping)
    wake()
    return mapping


def exports_to_cancel(mapping: JobAtsMapping) -> int:
    """Return how many automatic exports Never or Disable would cancel."""
    contested = _contested(mapping)
    alone = _automatic(mapping).exclude(pk__in=contested)
    return len(decisions.unsent_among(alone)) + sum(
        _wanted_by_another(export, mapping) is None
        for export in decisions.unsent_among(
            _automatic(mapping).filter(pk__in=contested)
        )
    )


def _contested(mapping: JobAtsMapping) -> list[int]:
    """Return its exports that another job's setting may want as well: few, if any."""
    others = JobAtsMapping.objects.filter(
        connection_id=mapping.connection_id,
        enabled=True,
        ats_job_id__in=_automatic(mapping).values("ats_job_id"),
    ).exclude(pk=mapping.pk)
    maybe = Q(pk__in=[])
    for other in others.exclude(trigger=Trigger.NEVER):
        events = OutreachEvent.objects.filter(
            job_candidate__job_id=other.job_id, kind=other.trigger
        )
        maybe |= Q(
            ats_job_id=other.ats_job_id,
            candidate__in=events.values("job_candidate__candidate"),
        )
    return list(_automatic(mapping).filter(maybe).values_list("pk", flat=True))


def _automatic(mapping: JobAtsMapping) -> QuerySet[Export]:
    """Return what the setting made, also on an ATS job that it named before."""
    return Export.objects.live().filter(
        connection_id=mapping.connection_id,
        job_id=mapping.job_id,
        origin=Export.Origin.TRIGGER,
    )


def _wanted_by_another(export: Export, mapping: JobAtsMapping) -> OutreachEvent | None:
    """Return the event for which another job's setting wants the same export."""
    others = JobAtsMapping.objects.filter(
        connection_id=export.connection_id, ats_job_id=export.ats_job_id, enabled=True
    ).exclude(pk=mapping.pk)
    for other in others.exclude(trigger=Trigger.NEVER).select_related("connection"):
        events = OutreachEvent.objects.filter(
            job_candidate__job_id=other.job_id,
            job_candidate__candidate_id=export.candidate_id,
            kind=other.trigger,
        )
        for event in events.select_related("job_candidate").order_by("pk"):
            if counts(event, other):
                return event
    return None


def _hand_over(export: Export, event: OutreachEvent) -> None:
    Export.objects.filter(pk=export.pk).update(
        job_id=event.job_candidate.job_id, event=event
    )


def _cancel_automatic(mapping: JobAtsMapping) -> None:
    where = "Never" if mapping.screen == mapping.Screen.POSITION_DETAILS else "Disable"
    reason = f"The job's setting was changed to {where}."
    contested = _contested(mapping)
    decisions.cancel_all(_automatic(mapping).exclude(pk__in=contested), reason=reason)
    for export in _automatic(mapping).filter(pk__in=contested):
        event = _wanted_by_another(export, mapping)
        if event is None:
            this = _automatic(mapping).filter(pk=export.pk)
            decisions.cancel_all(this, reason=reason)
        elif export.is_unsent():
            _hand_over(export, event)


def _move_automatic(mapping: JobAtsMapping) -> None:
    """Give exports that are on no ATS job yet the newly chosen one."""
    for export in _automatic(mapping).exclude(ats_job_id=mapping.ats_job_id):
        # Locked, so that no worker puts them on the old job as they are moved.
        export.lock()
        over = (Export.State.CANCELLED, Export.State.SENT)
        if export.by_hand or export.state in over or not moves.is_on_no_job(export):
            continue
        if event := _wanted_by_another(export, mapping):
            _hand_over(export, event)
            _want_on_chosen_job(mapping, export)
        elif moves.is_taken(export, mapping.ats_job_id):
            _want_on_chosen_job(mapping, export)
            moves.let_go(export, reason="The job's setting names another ATS job.")
        else:
            moves.move(export, mapping.ats_job_id, mapping.ats_job_name, urgent=False)


def _want_on_chosen_job(mapping: JobAtsMapping, export: Export) -> None:
    make_export(
        connection=mapping.connection,
        candidate=export.candidate,
        ats_job_id=mapping.ats_job_id,
        ats_job_name=mapping.ats_job_name,
        job=mapping.job,
        origin=Export.Origin.TRIGGER,
        event=export.event,
        by=export.requested_by,
    )
