"""People whom an import says to be somebody in an ATS: they are never exported there.

Also who was on the way to be found out: the search for them ends here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from candidates.models import Candidate
from candidates.recognition import chunks
from pinsync import clock
from pinsync.accounts.models import User

from . import dependents, derived, ledger, matching
from .models import AtsConnection, AtsPerson, Decision, ExportStep, IdentityClaim
from .records import PersonRecord
from .tasks import wake

Kind, State = ExportStep.Kind, ExportStep.State

# A write of ours may have been carried out: who they are there is being found out.
_OPEN = (State.SENDING, State.UNCERTAIN)


class OnTheWay(Exception):
    """Somebody is on the way there or has just arrived; nobody was linked."""


@dataclass(frozen=True)
class Imported:
    """A candidate, and who they are in the ATS."""

    candidate: Candidate
    person_id: str
    url: str = ""


def people_imported(
    connection: AtsConnection,
    people: Collection[Imported],
    *,
    reason: str,
    by: User | None,
) -> None:
    """Record who the candidates are there, all of them or, raising OnTheWay, nobody.

    Leave out who is linked there already. Steps that looked for the others are done,
    what waited for that becomes due, and nobody with their email or profile is created.
    """
    with transaction.atomic():
        candidates = sorted(person.candidate.pk for person in people)
        steps = _locked_steps(connection, candidates)
        moving = any(step.state in _OPEN for step in steps.values())
        if moving or linked_in(connection, candidates):
            raise OnTheWay
        known = _know(connection, people, reason)
        _claim(connection, known, steps)
        for person in known:
            if person.candidate_id in steps:
                _settle(steps[person.candidate_id], person, by=by)
        if steps:
            wake()


def linked_in(connection: AtsConnection, candidates: Sequence[int]) -> dict[int, str]:
    """Return the id that each candidate has there, of those who are known there."""
    return {
        candidate: person_id
        for some in chunks(candidates)
        for candidate, person_id in AtsPerson.objects.filter(
            connection=connection, candidate__in=some
        ).values_list("candidate_id", "person_id")
    }


def on_the_way(connection: AtsConnection, candidates: Sequence[int]) -> set[int]:
    """Return those whom a write may be creating there at this moment."""
    steps = _person_steps(connection, candidates)
    return {step.candidate_id for step in steps if step.state in _OPEN}


def _person_steps(
    connection: AtsConnection, candidates: Sequence[int], *, lock: bool = False
) -> list[ExportStep]:
    rows = ExportStep.objects.filter(connection=connection, kind=Kind.PERSON)
    if lock:
        rows = rows.select_for_update(no_key=True)
    return [
        step
        for some in chunks(candidates)
        for step in rows.filter(candidate__in=some).order_by("pk")
    ]


def _locked_steps(
    connection: AtsConnection, candidates: Sequence[int]
) -> dict[int, ExportStep]:
    """Return the step of each candidate who has one, and let nobody make another.

    Whoever makes a step locks the candidate first, so they wait for us and then find
    that the person is known.
    """
    Candidate.objects.filter(pk__in=candidates).lock()
    steps = _person_steps(connection, candidates, lock=True)
    now = _person_steps(connection, candidates)
    if {step.pk for step in now} != {step.pk for step in steps}:
        raise OnTheWay  # one was made while we waited
    return {step.candidate_id: step for step in steps}


def _know(
    connection: AtsConnection, people: Collection[Imported], reason: str
) -> list[AtsPerson]:
    now = clock.now()
    return AtsPerson.objects.bulk_create(
        [
            AtsPerson(
                connection=connection,
                candidate=person.candidate,
                person_id=person.person_id,
                # Half a link leads nowhere; the template's is shown instead.
                url=person.url if len(person.url) <= ledger.LONGEST_LINK else "",
                known_by=AtsPerson.KnownBy.IMPORTED,
                reason=reason,
                known_at=now,
            )
            for person in people
        ],
        batch_size=500,
    )


def _claim(
    connection: AtsConnection,
    people: Iterable[AtsPerson],
    steps: Mapping[int, ExportStep],
) -> None:
    """Hold what identifies them, for ever; what others hold stays theirs."""
    wanted = []
    for person in people:
        step = steps.get(person.candidate_id)
        holder = {"step": step} if step else {"person": person}
        for key, value in _identities(person.candidate):
            wanted.append(
                IdentityClaim(connection=connection, key=key, value=value, **holder)
            )
    wanted.sort(key=lambda claim: (claim.key, claim.value))
    IdentityClaim.objects.bulk_create(wanted, batch_size=500, ignore_conflicts=True)


def _identities(candidate: Candidate) -> list[tuple[str, str]]:
    record = PersonRecord(
        first_name=candidate.first_name,
        last_name=candidate.last_name,
        email=candidate.email,
        linkedin_url=candidate.linkedin_url,
    )
    return [(key.value, value) for key, value in matching.identities(record)]


def _settle(step: ExportStep, person: AtsPerson, *, by: User | None) -> None:
    """End the search for the person: whatever became of it, here is who they are."""
    now = clock.now()
    ExportStep.objects.filter(pk=step.pk).update(
        state=State.DONE,
        done_at=now,
        not_before=None,
        error="",
        error_kind="",
        updated_at=now,
    )
    Decision.objects.filter(step=step, choice="").update(
        choice=Decision.Choice.LINK,
        person_id=person.person_id,
        decided_by=by,
        decided_at=now,
    )
    dependents.release_dependents(step, person, now)
    derived.refresh(step)
