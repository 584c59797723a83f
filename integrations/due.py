"""What is due: asked all the time, so each question is put together once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from candidates.models import Candidate, Education, Experience, ResumeDocument
from candidates.resume import TEMPLATE_VERSION, digest_of
from pinsync import clock

from .backlog import with_due_steps
from .models import AtsConnection, AtsPerson, ExportStep
from .prepared import Lookup, Objects, remember, slot

# More people of a connection than that are not looked at in one go.
MOST = 200


def free(now: Any) -> Q:
    """Match the connections that no drainer holds."""
    return Q(leased_until=None) | Q(leased_until__lt=now)


def connections(now: datetime) -> list[AtsConnection]:
    """Return the usable ones that have due work and no holder."""
    return _connections(now=now)


def people(connection: AtsConnection) -> list[tuple[int, int]]:
    """Return due steps and their candidates, what was asked for by hand first."""
    found: Any = _of_connection(connection=connection.pk, now=clock.now())
    return found  # type: ignore[no-any-return]


def step(step_id: int) -> ExportStep | None:
    """Return the step, if it is due, with everything that is known of its candidate."""
    for found in _step(step=step_id, now=clock.now()):
        candidate = found.candidate
        remember(candidate, "experiences", _experiences(candidate=candidate.pk))
        remember(candidate, "education", _education(candidate=candidate.pk))
        return found
    return None


def behind(done: ExportStep, worked: Collection[int]) -> list[ExportStep]:
    """Return the person's other due steps, with the candidate as loaded before."""
    person = {"connection": done.connection_id, "candidate": done.candidate_id}
    steps = [s for s in _of_person(**person, now=clock.now()) if s.pk not in worked]
    for one in steps:
        one.candidate = done.candidate
    return steps


def known_person(of: ExportStep) -> AtsPerson | None:
    """Return who the step's candidate is in its ATS, if that is known."""
    found = _known(connection=of.connection_id, candidate=of.candidate_id)
    return found[0] if found else None


def resume(candidate: Candidate) -> ResumeDocument | None:
    """Return the finished resume of the present details; None: it is not made yet."""
    found = _resume(candidate=candidate.pk, digest=digest_of(candidate))
    return found[0] if found else None


_connections = Objects(
    lambda: with_due_steps(
        AtsConnection.objects.usable(slot("now")).filter(free(slot("now"))).order_by(),
        slot("now"),
    )
)
_of_connection = Lookup(
    lambda: (
        ExportStep.objects.due(slot("now"))
        .filter(connection_id=slot("connection"))
        .order_by("-urgent", "not_before", "pk")
        .values_list("pk", "candidate_id")[:MOST]
    )
)
_step = Objects(
    lambda: (
        ExportStep.objects.due(slot("now"))
        .filter(pk=slot("step"))
        .select_related("candidate__organization", "candidate__sourced_by")
    )
)
_of_person = Objects(
    lambda: (
        ExportStep.objects.due(slot("now"))
        .filter(connection_id=slot("connection"), candidate_id=slot("candidate"))
        .order_by("pk")
    )
)
_experiences = Objects(lambda: Experience.objects.filter(candidate=slot("candidate")))
_education = Objects(lambda: Education.objects.filter(candidate=slot("candidate")))
_known = Objects(
    lambda: AtsPerson.objects.filter(
        connection_id=slot("connection"), candidate_id=slot("candidate")
    )
)
_resume = Objects(
    lambda: ResumeDocument.objects.filter(
        candidate=slot("candidate"),
        digest=slot("digest"),
        template_version=TEMPLATE_VERSION,
        state=ResumeDocument.State.READY,
    )
)
