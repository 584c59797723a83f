"""What happened to a candidate in ATSs, as lines for their timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from .explain import cancelled, with_stop, without_stop
from .findings import fact_of
from .models import AtsPerson, Decision, DuplicateCheck, Export, ExportStep

if TYPE_CHECKING:
    from candidates.models import Candidate

State, Kind = ExportStep.State, ExportStep.Kind


class Line(TypedDict):
    """One thing that happened; ``icon`` names a symbol of static/icons.svg."""

    at: datetime
    icon: str
    sentence: str


def activity_of(candidate: Candidate) -> list[Line]:
    """Return what happened in every ATS, newest first; five queries."""
    lines = [
        *_asked(candidate),
        *_known(candidate),
        *_steps(candidate),
        *_decided(candidate),
        *_checked(candidate),
    ]
    return sorted(lines, key=lambda line: line["at"], reverse=True)


def _asked(candidate: Candidate) -> Iterator[Line]:
    exports = Export.objects.filter(candidate=candidate).select_related(
        "connection", "event", "requested_by"
    )
    for export in exports:
        label = export.connection.label
        job = f" for “{export.ats_job_name}”" if export.ats_job_name else ""
        yield Line(
            at=export.requested_at,
            icon="export",
            sentence=f"Export to {label}{job}: {_occasion(export)}.",
        )
        if export.state == Export.State.CANCELLED and export.finished_at:
            sentence = f"Export to {label}{job}: {cancelled(export)}"
            yield Line(at=export.finished_at, icon="close", sentence=sentence)


def _occasion(export: Export) -> str:
    if export.event:
        kind = export.event.get_kind_display()
        return kind[:1].lower() + kind[1:]
    if export.requested_by:
        return f"asked for by {export.requested_by}"
    return str(export.get_origin_display()).lower()


def _known(candidate: Candidate) -> Iterator[Line]:
    people = AtsPerson.objects.filter(candidate=candidate).select_related("connection")
    for person in people:
        label = person.connection.label
        if person.is_ours:
            sentence = f"Created in {label}."
        else:
            reason = f" ({without_stop(person.reason)})" if person.reason else ""
            sentence = f"Found in {label}{reason} and linked."
        yield Line(at=person.known_at, icon="check", sentence=sentence)


def _steps(candidate: Candidate) -> Iterator[Line]:
    steps = ExportStep.objects.filter(
        candidate=candidate, state__in=[State.DONE, State.FAILED]
    ).select_related("connection")
    names = dict(
        Export.objects.filter(candidate=candidate)
        .exclude(ats_job_name="")
        .order_by()
        .values_list("ats_job_id", "ats_job_name")
    )
    for step in steps:
        label = step.connection.label
        if step.state == State.FAILED:
            sentence = with_stop(step.error or f"The export to {label} failed")
            yield Line(at=step.updated_at, icon="error", sentence=sentence)
        elif step.kind != Kind.PERSON and step.done_at:
            job = names.get(step.ats_job_id, f"job {step.ats_job_id}")
            yield Line(
                at=step.done_at,
                icon="check",
                sentence=_DONE[Kind(step.kind)].format(label=label, job=job),
            )


_DONE = {
    Kind.JOB_LINK: "Added to “{job}” in {label}.",
    Kind.RESUME: "Resume sent to {label}.",
    Kind.NOTE: "Note added in {label}.",
}


def _decided(candidate: Candidate) -> Iterator[Line]:
    decisions = Decision.objects.filter(
        step__candidate=candidate, decided_by__isnull=False
    ).select_related("decided_by", "step__connection")
    for decision in decisions:
        label = decision.step.connection.label
        if decision.decided_at:
            choice = decision.get_choice_display()
            yield Line(
                at=decision.decided_at,
                icon="person",
                sentence=f"{decision.decided_by} decided for {label}: {choice}.",
            )


def _checked(candidate: Candidate) -> Iterator[Line]:
    """Tell of early looks for duplicates, until the person is known there."""
    checks = DuplicateCheck.objects.of_strangers().filter(
        candidate=candidate, state=DuplicateCheck.State.DONE
    )
    for check in checks.select_related("connection"):
        if check.checked_at:
            yield Line(
                at=check.checked_at,
                icon="search",
                sentence=fact_of(check, candidate, check.connection),
            )
