"""An export goes to another ATS job than the one it was first asked for."""

from __future__ import annotations

from django.db import transaction

from candidates.models import Candidate
from pinsync import clock
from pinsync.accounts.models import User

from . import derived, ledger
from .decisions import drop, retry
from .models import Export, ExportStep
from .standings import Standing
from .triggers import ensure_steps, make_export

Kind, State = ExportStep.Kind, ExportStep.State


def is_offered(standing: Standing, export: Export) -> bool:
    """Return whether the ATS job is what the export failed at."""
    if not (export.ats_job_id and standing.connection.is_live):
        return False
    link = standing.step(Kind.JOB_LINK, export.ats_job_id)
    return link is not None and link.state == State.FAILED and not link.ever_unclear


def choose_job(
    export: Export, *, ats_job_id: str, ats_job_name: str, by: User | None
) -> bool:
    """Give an export that failed the ATS job that a person chose, and go on.

    ``ats_job_id`` is "" for no job. False where it is too late: they are on the first
    job, may be, or nothing has failed any more.
    """
    with transaction.atomic():
        Candidate.objects.filter(pk=export.candidate_id).lock()
        export.lock()
        if export.state != Export.State.FAILED or not is_on_no_job(export):
            return False
        if is_taken(export, ats_job_id):
            _ask_for_the_other(export, ats_job_id, ats_job_name, by)
        else:
            Export.objects.filter(pk=export.pk).update(
                origin=Export.Origin.BUTTON, requested_by=by
            )
            move(export, ats_job_id, ats_job_name, urgent=True)
            retry(export, by=by)
    return True


def _ask_for_the_other(
    export: Export, ats_job_id: str, ats_job_name: str, by: User | None
) -> None:
    other = make_export(
        connection=export.connection,
        candidate=export.candidate,
        ats_job_id=ats_job_id,
        ats_job_name=ats_job_name,
        job=export.job,
        origin=Export.Origin.BUTTON,
        event=export.event,
        by=by,
    )
    # Skipped there once, and now wanted after all.
    skipped = other.steps().filter(kind=Kind.JOB_LINK, state=State.SKIPPED)
    ledger.reopen(skipped, not_before=clock.now(), urgent=True)
    let_go(export, reason="Another ATS job was chosen.")
    derived.refresh_exports(export.connection_id, export.candidate_id)


def let_go(export: Export, *, reason: str) -> None:
    """Cancel the export for another one: the job is not wanted, the person still is.

    Its steps are locked, and nothing put them on its job.
    """
    drop(export.steps().unsent().filter(kind=Kind.JOB_LINK))
    now = clock.now()
    Export.objects.filter(pk=export.pk).update(
        state=Export.State.CANCELLED,
        cancel_reason=reason,
        finished_at=now,
        updated_at=now,
    )


def move(export: Export, ats_job_id: str, ats_job_name: str, *, urgent: bool) -> None:
    """Let the export, whose steps are locked, want that job instead of its own."""
    drop(export.steps().unsent().filter(kind=Kind.JOB_LINK))
    Export.objects.filter(pk=export.pk).update(
        ats_job_id=ats_job_id, ats_job_name=ats_job_name
    )
    export.refresh_from_db()
    ensure_steps(export, urgent=urgent)
    derived.refresh_exports(export.connection_id, export.candidate_id)


def is_taken(export: Export, ats_job_id: str) -> bool:
    """Return whether another export of the person wants that job, or wanted it once."""
    others = Export.objects.filter(
        connection_id=export.connection_id, candidate_id=export.candidate_id
    ).exclude(pk=export.pk)
    return others.filter(ats_job_id=ats_job_id).exists()


def is_on_no_job(export: Export) -> bool:
    """Return whether nothing put them on its ATS job, as far as anybody can tell."""
    link = export.steps().filter(kind=Kind.JOB_LINK)
    return not export.ats_job_id or link.unsent().filter(ever_unclear=False).exists()
