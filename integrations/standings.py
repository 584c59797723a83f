"""Where each candidate stands in each ATS, fetched for a whole page at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from .models import (
    AtsConnection,
    AtsPerson,
    Decision,
    DuplicateCheck,
    Export,
    ExportStep,
    LaterLook,
)

if TYPE_CHECKING:
    from candidates.models import Candidate
    from pinsync.accounts.models import Organization

# A step due within this is worth watching; a later one is read on the next visit.
NEAR = timedelta(minutes=2)
# How long a page watches for something that has no time of its own (the resume).
PATIENCE = timedelta(minutes=10)

Pair = tuple[int, int]


@dataclass
class Standing:
    """All that we know of one candidate in one connection."""

    candidate: Candidate
    connection: AtsConnection
    person: AtsPerson | None = None
    exports: list[Export] = field(default_factory=list)  # newest first, not cancelled
    steps: list[ExportStep] = field(default_factory=list)
    decision: Decision | None = None
    check: DuplicateCheck | None = None  # for people to read only
    twice: LaterLook | None = None  # the same

    @property
    def is_empty(self) -> bool:
        return not (self.person or self.exports)

    def step(self, kind: str, ats_job_id: str = "") -> ExportStep | None:
        for step in self.steps:
            if step.kind == kind and step.ats_job_id == ats_job_id:
                return step
        return None

    def steps_of(self, export: Export) -> list[ExportStep]:
        """Return the steps that the export rests on: shared ones and its job's."""
        return [s for s in self.steps if s.ats_job_id in ("", export.ats_job_id)]

    def export_in(self, *states: str) -> Export | None:
        return next((e for e in self.exports if e.state in states), None)

    def is_under_way(self, now: datetime) -> bool:
        """Return whether the next seconds will probably bring news."""
        if not self.connection.is_connected or not self.exports:
            return False
        if self.person is None:  # all else waits for the person
            person = self.step(ExportStep.Kind.PERSON)
            return person is not None and _is_moving(person, now)
        return any(_is_moving(step, now) for step in self.steps)

    def is_being_checked(self, now: datetime) -> bool:
        """Return whether the look for duplicates will probably bring news."""
        check = self.check
        if check is None or check.state != DuplicateCheck.State.WANTED:
            return False
        waits = self.person is None and self.connection.is_connected
        return waits and check.asked_at > now - PATIENCE


def _is_moving(step: ExportStep, now: datetime) -> bool:
    if step.state == ExportStep.State.SENDING:
        return True
    if step.state not in (ExportStep.State.READY, ExportStep.State.UNCERTAIN):
        return False
    if step.not_before is None:  # waits for the PDF
        return not step.error_kind and step.updated_at > now - PATIENCE
    return step.not_before <= now + NEAR


def connections_of(organization: Organization) -> list[AtsConnection]:
    """Return the live connections, and the last ended one of vendors without any."""
    newest: dict[str, AtsConnection] = {}
    rows = AtsConnection.objects.of(organization).select_related("connected_by")
    for row in rows.order_by("-connected_at", "-pk"):
        known = newest.get(row.vendor)
        if known is None or (row.is_live and not known.is_live):
            newest[row.vendor] = row
    return sorted(newest.values(), key=lambda row: row.label)


def standings_of(
    candidates: Iterable[Candidate], organization: Organization
) -> dict[int, list[Standing]]:
    """Return each candidate's standing per connection, in a few queries however many."""
    people = {candidate.pk: candidate for candidate in candidates}
    connections = connections_of(organization)
    found = {
        (candidate.pk, connection.pk): Standing(candidate, connection)
        for candidate in people.values()
        for connection in connections
    }
    if found:
        _fill(found, Q(candidate__in=people, connection__in=connections))
    by_candidate: dict[int, list[Standing]] = {pk: [] for pk in people}
    for (candidate_id, _), standing in found.items():
        by_candidate[candidate_id].append(standing)
    return by_candidate


def standings_for(exports: Iterable[Export]) -> dict[Pair, Standing]:
    """Return the standing that each export belongs to, whatever its connection."""
    found = {
        (export.candidate_id, export.connection_id): Standing(
            export.candidate, export.connection
        )
        for export in exports
    }
    if found:
        candidates, connections = zip(*found, strict=True)
        _fill(found, Q(candidate__in=candidates, connection__in=connections))
    return found


def _fill(found: dict[Pair, Standing], these: Q) -> None:
    for person in AtsPerson.objects.filter(these):
        standing = found.get((person.candidate_id, person.connection_id))
        if standing is None:  # the two lists allow pairs that nobody asked for
            continue
        person.connection = standing.connection
        standing.person = person
    exports = Export.objects.filter(these).exclude(state=Export.State.CANCELLED)
    for export in exports.select_related("requested_by", "job", "event"):
        standing = found.get((export.candidate_id, export.connection_id))
        if standing is None:
            continue
        export.connection, export.candidate = standing.connection, standing.candidate
        standing.exports.append(export)
    for step in ExportStep.objects.filter(these).order_by("pk"):
        standing = found.get((step.candidate_id, step.connection_id))
        if standing is None:
            continue
        step.connection, step.candidate = standing.connection, standing.candidate
        standing.steps.append(step)
    asking = ExportStep.State.ASKING
    of_step = {
        step.pk: s for s in found.values() for step in s.steps if step.state == asking
    }
    for decision in Decision.objects.filter(choice="", step__in=of_step):
        of_step[decision.step_id].decision = decision
    unclear = {s.pk: row for row in found.values() for s in row.steps if s.ever_unclear}
    if unclear:
        looks = LaterLook.objects.twice().filter(step__in=unclear)
        for look in looks.select_related("step__connection", "step__candidate"):
            unclear[look.step_id].twice = look
    if any(row.connection.checks_on_outreach for row in found.values()):
        for check in DuplicateCheck.objects.filter(these):
            standing = found.get((check.candidate_id, check.connection_id))
            if standing is not None:
                standing.check = check
