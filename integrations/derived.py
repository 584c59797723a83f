"""Brings the derived state of exports up to date with their steps."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import QuerySet, Value

from pinsync import clock

from .models import Export, ExportStep
from .prepared import Lookup, Update, slot
from .states import StepFacts, derive

State, Kind = ExportStep.State, ExportStep.Kind


def whose(step: ExportStep) -> dict[str, int]:
    """Return the connection and the candidate of a step, as queries ask for them."""
    return {"connection": step.connection_id, "candidate": step.candidate_id}


def refresh(step: ExportStep) -> None:
    """Bring the derived state of the person's exports up to date."""
    refresh_exports(step.connection_id, step.candidate_id)


def refresh_exports(connection_id: int, candidate_id: int) -> None:
    """Derive the state of each export of the person in that connection anew."""
    person = {"connection": connection_id, "candidate": candidate_id}
    rows = _exports_and_steps(**person)
    steps = [StepFacts(*row[1:4]) for row in rows if not row[0]]
    now = clock.now()
    for pk, cancel_reason, before, ats_job_id in rows:
        if not pk:
            continue
        state = derive(ats_job_id, steps)
        if state == before:
            continue
        changes: dict[str, Any] = {"state": state, "updated_at": now}
        if state in (Export.State.SENT, Export.State.CANCELLED):
            changes["finished_at"] = now
        if state == Export.State.CANCELLED and not cancel_reason:
            changes["cancel_reason"] = _why_cancelled(steps)
        _change_export(tuple(changes))(changes, export=pk)


def _of_person(model: type[Export] | type[ExportStep]) -> QuerySet[Any]:
    person = {"connection_id": slot("connection"), "candidate_id": slot("candidate")}
    rows: QuerySet[Any] = model._default_manager.filter(**person)
    return rows.order_by()


# In one question: an export with its number, a step with 0.
_exports_and_steps = Lookup(
    lambda: (
        _of_person(Export)
        .exclude(state=Export.State.CANCELLED)
        .values_list("pk", "cancel_reason", "state", "ats_job_id")
        .union(
            _of_person(ExportStep).values_list(Value(0), "kind", "state", "ats_job_id"),
            all=True,
        )
    )
)


@cache
def _change_export(fields: tuple[str, ...]) -> Update:
    return Update(lambda: Export.objects.filter(pk=slot("export")), fields)


def _why_cancelled(steps: Iterable[StepFacts]) -> str:
    """Return the reason where nobody cancelled the export itself."""
    skipped = any(s.kind == Kind.PERSON and s.state == State.SKIPPED for s in steps)
    return "Skipped by a recruiter." if skipped else "disconnected"
