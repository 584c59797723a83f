"""How the state of an export follows from its steps: a pure function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .models import Export, ExportStep

State, Kind = ExportStep.State, ExportStep.Kind


class StepFacts(NamedTuple):
    """What matters of a step here."""

    kind: str
    state: str
    ats_job_id: str


def _is_off_the_job(steps: Iterable[StepFacts]) -> bool:
    return any(s.kind == Kind.JOB_LINK and s.state == State.CANCELLED for s in steps)


def derive(ats_job_id: str, steps: Iterable[StepFacts]) -> Export.State:
    """Return the state of the export to that ATS job (or "") from the person's steps."""
    mine = [
        step
        for step in steps
        if step.kind != Kind.JOB_LINK or step.ats_job_id == ats_job_id
    ]
    person = next((step for step in mine if step.kind == Kind.PERSON), None)
    states = {State(step.state) for step in mine}
    if person is None:
        return Export.State.WAITING
    if person.state in (State.CANCELLED, State.SKIPPED):
        return Export.State.CANCELLED
    if State.ASKING in states:
        return Export.State.NEEDS_YOU
    if State.FAILED in states:
        return Export.State.FAILED
    if states <= {State.DONE, State.SKIPPED, State.CANCELLED}:
        return Export.State.CANCELLED if _is_off_the_job(mine) else Export.State.SENT
    if person.state == State.READY:
        return Export.State.WAITING
    return Export.State.EXPORTING
