"""What a person decides about an export: answer, retry, cancel.

Each is a compare-and-set: of two people who answer at once, one wins and the other is
told so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from candidates.models import Candidate
from candidates.resume import reopen, want_resume
from pinsync import clock
from pinsync.accounts.models import User

from . import claims, derived, doubt, ledger
from .models import AtsPerson, Decision, Export, ExportStep
from .models.exports import ExportStepQuerySet
from .tasks import wake

# Exports cancelled by the same few statements.
BATCH = 500

Choice, Kind, State = Decision.Choice, ExportStep.Kind, ExportStep.State


def decide(
    decision: Decision, *, choice: str, person_id: str = "", by: User | None
) -> bool:
    """Take the answer; False when somebody else was first or the step moved on.

    Raises ValueError for a choice that was not offered or a person not shown.
    """
    if choice not in decision.allowed:
        raise ValueError(f"{choice} was not offered.")
    if choice == Choice.LINK and person_id not in decision.shown_ids():
        raise ValueError("Choose one of the people shown.")
    step = decision.step
    if not step.connection.is_live:
        return False
    answer = _answer(choice, by)
    with transaction.atomic():
        # Before the question, as everybody does who closes it.
        ExportStep.objects.filter(pk=step.pk).lock()
        if _stays_in_doubt(decision, choice):
            answer["state"] = State.UNCERTAIN
        taken = Decision.objects.filter(pk=decision.pk, choice="").update(
            choice=choice, person_id=person_id, decided_by=by, decided_at=clock.now()
        )
        moved = taken and ExportStep.objects.filter(
            pk=step.pk, state=State.ASKING
        ).update(**answer, updated_at=clock.now())
        if not moved:
            transaction.set_rollback(True)
            return False
        if choice == Choice.SKIP:
            _call_off(step)
        derived.refresh(step)
    wake()
    return True


def _stays_in_doubt(decision: Decision, choice: str) -> bool:
    """Return whether the answer leaves open what became of a write of ours.

    “Not them” does, and so does “them”, should they be gone by then.
    """
    if choice not in (Choice.CREATE, Choice.LINK):
        return False
    if choice == Choice.CREATE and decision.settles_doubt:
        return False
    step = ExportStep.objects.filter(pk=decision.step_id)
    return doubt.in_doubt(step).exists()


def _call_off(step: ExportStep) -> None:
    """Let go of a step that was skipped, and of all that waited for its person."""
    rows = ExportStep.objects.filter(pk=step.pk)
    claims.release_claims_of(rows)
    if step.kind != Kind.PERSON:
        return
    ExportStep.objects.filter(
        connection_id=step.connection_id,
        candidate_id=step.candidate_id,
        state__in=[State.READY, State.UNCERTAIN],
        not_before=None,
    ).update(state=State.CANCELLED, updated_at=clock.now())


def _answer(choice: str, by: User | None) -> dict[str, Any]:
    """Return what becomes of the step; an end takes the question away with it."""
    now = clock.now()
    if choice == Choice.SKIP:
        ended = {"not_before": None, "error_kind": ""}
        return {"state": State.SKIPPED, "error": f"Skipped by {by}.", **ended}
    if choice == Choice.DONE:
        ended = {"not_before": None, "error_kind": ""}
        return {"state": State.DONE, "error": "", "done_at": now, **ended}
    # The engine reads the decision, and looks up once more before it acts on it.
    return {"state": State.READY, "not_before": now, "urgent": True}


def retry(export: Export, *, by: User | None) -> None:
    """Reopen what failed, from the first try on."""
    if not export.connection.is_live:
        return
    now = clock.now()
    with transaction.atomic():
        known = AtsPerson.objects.filter(
            connection_id=export.connection_id, candidate_id=export.candidate_id
        ).exists()
        failed = export.steps().filter(state=State.FAILED)
        if failed.filter(kind=Kind.RESUME, error_kind="document").exists():
            reopen(want_resume(export.candidate))
        people = failed.filter(kind=Kind.PERSON)
        others = failed.exclude(kind=Kind.PERSON)
        ledger.reopen(people, not_before=now, urgent=True)
        ledger.reopen(others, not_before=now if known else None, urgent=True)
        derived.refresh_exports(export.connection_id, export.candidate_id)
    wake()


def retry_alike(export: Export, *, by: User | None) -> int:
    """Reopen every export of the connection that failed for the same cause."""
    mine = {cause_of(step) for step in export.steps().filter(state=State.FAILED)}
    failed = ExportStep.objects.filter(
        connection_id=export.connection_id, state=State.FAILED
    ).select_related("candidate")
    parts: dict[int, set[str]] = {}
    for step in failed:
        if cause_of(step) in mine:
            parts.setdefault(step.candidate_id, set()).add(step.ats_job_id)
    rows = Export.objects.filter(
        connection_id=export.connection_id, state=Export.State.FAILED
    ).select_related("connection", "candidate")
    alike = [
        row for row in rows if {"", row.ats_job_id} & parts.get(row.candidate_id, set())
    ]
    for row in alike:
        retry(row, by=by)
    return len(alike)


# What is read of a step and its candidate to tell.
CAUSE = (
    "kind",
    "error_kind",
    "error",
    "candidate__first_name",
    "candidate__last_name",
)


def cause_of(step: ExportStep) -> tuple[str, str, str]:
    """Return what equals that of every step that failed for the same reason."""
    return step.kind, step.error_kind, step.error.replace(step.candidate.full_name, "")


def cancel(export: Export, *, reason: str, by: User | None) -> bool:
    """Cancel what has not been sent; False when there is nothing left to cancel."""
    return cancel_all(Export.objects.filter(pk=export.pk), reason=reason) == 1


def cancel_all(exports: QuerySet[Export], *, reason: str) -> int:
    """Cancel those exports of one connection of which nothing has been sent.

    Returns how many; all of them or none. What they are chosen by is asked again once
    they are locked. A person's own steps go only when no other live export wants them.
    """
    with transaction.atomic():
        people = exports.order_by().values("candidate_id")
        Candidate.objects.filter(pk__in=people).lock()
        return sum(_cancel(exports, some, reason) for some in _batches(exports))


def unsent_among(exports: QuerySet[Export]) -> list[Export]:
    """Return those exports of one connection of which nothing has been sent."""
    return [export for some in _batches(exports) for export in _unsent(some)]


def _batches(exports: QuerySet[Export]) -> Iterator[list[Export]]:
    rows = list(exports.order_by("pk"))
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _cancel(chosen: QuerySet[Export], some: list[Export], reason: str) -> int:
    # Locked, so that no worker sends meanwhile what is reported as cancelled.
    _steps_of(some).lock()
    now = clock.now()
    still = chosen.filter(pk__in=[row.pk for row in _unsent(some)]).exclude(
        state__in=[Export.State.CANCELLED, Export.State.SENT]
    )
    ended = list(still.order_by("pk").select_for_update(no_key=True))
    Export.objects.filter(pk__in=[row.pk for row in ended]).update(
        state=Export.State.CANCELLED,
        cancel_reason=reason[:300],
        finished_at=now,
        updated_at=now,
    )
    drop(_steps_of(ended).filter(pk__in=_wanted_by_none(ended)))
    return len(ended)


def _wanted_by_none(ended: list[Export]) -> list[int]:
    """Return the unsent steps that went with these exports: no live one wants them."""
    still = Export.objects.live().filter(
        connection_id__in={row.connection_id for row in ended},
        candidate_id__in={row.candidate_id for row in ended},
    )
    wanting = set(still.values_list("candidate_id", flat=True))
    links = {(row.candidate_id, row.ats_job_id) for row in ended if row.ats_job_id}
    return [
        step.pk
        for step in _steps_of(ended).unsent()
        if (step.candidate_id, step.ats_job_id) in links
        or (step.kind != Kind.JOB_LINK and step.candidate_id not in wanting)
    ]


def _unsent(exports: list[Export]) -> list[Export]:
    """Return those that ``is_unsent()`` would, in three queries however many."""
    steps = _steps_of(exports)
    places = ("candidate_id", "ats_job_id")
    open_ = set(steps.open_outcome().values_list(*places))
    unsent = set(steps.unsent().values_list("kind", *places))
    return [
        row
        for row in exports
        if not {(row.candidate_id, ""), (row.candidate_id, row.ats_job_id)} & open_
        and (
            Kind.JOB_LINK if row.ats_job_id else Kind.PERSON,
            row.candidate_id,
            row.ats_job_id,
        )
        in unsent
    ]


def _steps_of(exports: list[Export]) -> ExportStepQuerySet:
    return ExportStep.objects.filter(
        connection_id__in={row.connection_id for row in exports},
        candidate_id__in={row.candidate_id for row in exports},
    )


def drop(unsent: QuerySet[ExportStep]) -> None:
    """Cancel these steps, whose rows are locked, with their questions and claims."""
    rows = ExportStep.objects.filter(pk__in=list(unsent.values_list("pk", flat=True)))
    Decision.objects.filter(step__in=rows, choice="").update(
        choice=Choice.SKIP, decided_at=clock.now()
    )
    rows.update(state=State.CANCELLED, not_before=None, updated_at=clock.now())
    claims.release_claims_of(rows)
