"""Looks up, intends, sends, records: one step at a time, exactly once.

The order is the whole of it: look up; make the intent durable; send within seconds;
record. Whatever was written and not answered is looked up before anything else.

``work`` holds what all steps share, ``person_work`` and ``follow_ups`` what each kind
does, ``lookup`` asks the vendor, ``matching`` judges, ``intents`` and ``ledger`` hold
every transaction, ``failures`` says what an error means.
"""

from __future__ import annotations

from .adapters import Adapter
from .follow_ups import JobLinkWork, NoteWork, ResumeWork
from .models import AtsPerson, ExportStep
from .person_work import PersonWork
from .work import Work

_WORK: dict[ExportStep.Kind, type[Work]] = {
    ExportStep.Kind.PERSON: PersonWork,
    ExportStep.Kind.JOB_LINK: JobLinkWork,
    ExportStep.Kind.RESUME: ResumeWork,
    ExportStep.Kind.NOTE: NoteWork,
}


def work_for(
    step: ExportStep, adapter: Adapter, *, person: AtsPerson | None = None
) -> Work:
    """Return what works this step; it must be loaded with connection and candidate.

    ``person``: who the candidate is there, where the caller knows it already.
    """
    return _WORK[ExportStep.Kind(step.kind)](step, adapter, person)
