"""The ledger's transactions: how each step ends is one of them.

Each is conditional on the step's attempt number: whoever lost the race changes nothing.
No network call ever happens inside one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value

from pinsync import clock

from . import matching, timing
from .errors import AtsError
from .intents import Ticket, move, writing
from .models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
    LaterLook,
)
from .prepared import Insert, Lookup, Update, slot
from .records import PersonRecord
from .states import StepFacts, derive

State, Kind = ExportStep.State, ExportStep.Kind

LONGEST_LINK = 1000


def person_known(
    step: ExportStep,
    ticket: Ticket,
    *,
    person_id: str,
    url: str,
    known_by: AtsPerson.KnownBy,
    reason: str = "",
    claims: Collection[tuple[str, str]] = (),
) -> bool:
    """Record who the candidate is in the ATS; what follows becomes due."""
    now = clock.now()
    created = known_by == AtsPerson.KnownBy.CREATED
    with writing():
        moved = _settle(step, ticket, done_at=now, error="")
        _end_attempt(
            ticket,
            ExportAttempt.Outcome.DONE if created else ExportAttempt.Outcome.REFUSED,
            person_id=person_id if created else "",
        )
        if not moved:
            return False
        person = _remembered(
            step,
            person_id=person_id,
            # Half a link leads nowhere; the template's is shown instead.
            url=url if len(url) <= LONGEST_LINK else "",
            known_by=known_by,
            reason=reason[:300],
            known_at=now,
        )
        if not ticket.opened:  # else the intent took them
            claim_what_is_free(step, claims)
        release_dependents(step, person, now)
        _arrived({"in_ats_at": now}, **_whose(step))
        refresh(step)
    return True


def _remembered(step: ExportStep, **known: Any) -> AtsPerson:
    """Store who the candidate is there; return who was stored before, if somebody was."""
    person = AtsPerson(
        connection_id=step.connection_id, candidate_id=step.candidate_id, **known
    )
    row = {name: getattr(person, name) for name in _PERSON}
    return person if _know(**row) else AtsPerson.objects.get(**_whose(step))


def _whose(step: ExportStep) -> dict[str, int]:
    return {"connection": step.connection_id, "candidate": step.candidate_id}


_PERSON = (
    "connection_id",
    "candidate_id",
    "person_id",
    "url",
    "known_by",
    "reason",
    "known_at",
)
_know = Insert(AtsPerson, _PERSON, unless_taken=True)
_arrived = Update(
    lambda: Export.objects.filter(
        connection_id=slot("connection"),
        candidate_id=slot("candidate"),
        in_ats_at=None,
    ).exclude(state=Export.State.CANCELLED),
    ("in_ats_at",),
)


def claim_what_is_free(step: ExportStep, claims: Collection[tuple[str, str]]) -> None:
    """Keep the identities of a known person for ever; others' claims stay theirs."""
    if claims:
        IdentityClaim.objects.bulk_create(
            [
                IdentityClaim(
                    connection_id=step.connection_id, key=key, value=value, step=step
                )
                for key, value in claims
            ],
            ignore_conflicts=True,
        )


def release_dependents(step: ExportStep, person: AtsPerson, now: datetime) -> None:
    """Make due what waits for the person; skip what is only for people of ours."""
    if not person.is_ours:
        # They were there before: nothing of theirs is touched but the job.
        _waiting(**_whose(step), step=step.pk).filter(
            kind__in=[Kind.RESUME, Kind.NOTE]
        ).update(state=State.SKIPPED, error="", updated_at=now, not_before=None)
    if _has_ended(connection=step.connection_id):
        drop(_waiting(**_whose(step), step=step.pk))
    else:
        changes = {"not_before": now, "updated_at": now}
        _release(changes, **_whose(step), step=step.pk)


def _waiting(*, connection: Any, candidate: Any, step: Any) -> QuerySet[ExportStep]:
    # UNCERTAIN without a time: in doubt since a backup, and waiting like the others.
    return ExportStep.objects.filter(
        Q(state=State.READY) | Q(state=State.UNCERTAIN, not_before=None),
        connection_id=connection,
        candidate_id=candidate,
    ).exclude(pk=step)


_has_ended = Lookup(
    lambda: AtsConnection.objects.filter(
        pk=slot("connection"), state=AtsConnection.State.DISCONNECTED
    ).values_list("pk")
)
_release = Update(
    lambda: _waiting(
        connection=slot("connection"), candidate=slot("candidate"), step=slot("step")
    ).filter(not_before=None),
    ("not_before", "updated_at"),
)


def release_forgotten() -> None:
    """Make due what was asked for in the very moment in which the person became known.

    Neither transaction saw the other then, where writers do not wait for each other.
    """
    now = clock.now()
    known = AtsPerson.objects.filter(
        connection_id=OuterRef("connection_id"), candidate_id=OuterRef("candidate_id")
    )
    waiting = (
        ExportStep.objects.filter(state=State.READY, not_before=None, error_kind="")
        .exclude(kind=Kind.PERSON)
        .exclude(connection__state=AtsConnection.State.DISCONNECTED)
        .order_by()
    )
    # One look-up for each that waits; a join would read everybody who is known.
    forgotten = waiting.alias(person=Subquery(known.values("pk")[:1])).exclude(
        person=None
    )
    if ids := list(forgotten.values_list("pk", flat=True)[:1_000]):
        waiting.filter(pk__in=ids).update(not_before=now, updated_at=now)


def done(step: ExportStep, ticket: Ticket, *, sentence: str = "") -> bool:
    """Record that a step other than the person is done."""
    now = clock.now()
    with writing():
        moved = _settle(step, ticket, done_at=now, error=sentence)
        _end_attempt(ticket, ExportAttempt.Outcome.DONE)
        refresh(step)
    return moved


def confirming(
    step: ExportStep, ticket: Ticket, *, not_before: datetime, sentence: str
) -> bool:
    """Record that the vendor accepted the write and has yet to show it."""
    with writing():
        moved = _move(
            step,
            ticket,
            state=State.UNCERTAIN,
            not_before=not_before,
            error=sentence,
            error_kind="confirming",
        )
        _end_attempt(ticket, ExportAttempt.Outcome.DONE)
        refresh(step)
    return moved


def skipped(step: ExportStep, ticket: Ticket, *, sentence: str = "") -> bool:
    with writing():
        moved = _move(
            step, ticket, state=State.SKIPPED, not_before=None, error=sentence
        )
        refresh(step)
    return moved


def unclear(
    step: ExportStep, ticket: Ticket, *, sentence: str, kind: str, rejection: str
) -> bool:
    """Record that the write may have happened: looked up after the settling time."""
    with writing():
        # Once swept it is being looked up already: a late word brings nothing forward.
        moved = _move(
            step,
            ticket,
            among=(State.SENDING,),
            state=State.UNCERTAIN,
            not_before=_intent_of(ticket)
            + timing.first_look(
                step.connection.adapter_class.wire, repeats=step.repeats
            ),
            error=sentence,
            error_kind=kind,
            rejection=rejection,
            ever_unclear=True,
        )
        if moved:
            owe_later_looks(step.pk)
        _end_attempt(
            ticket, ExportAttempt.Outcome.UNCLEAR, error=sentence, error_kind=kind
        )
        refresh(step)
    return moved


def absent(
    step: ExportStep, ticket: Ticket, *, absences: int, not_before: datetime
) -> bool:
    """Record that a look found nothing, how often that counts, and when to look again."""
    with writing():
        return _move(step, ticket, absences=absences, not_before=not_before)


def later(
    step: ExportStep,
    ticket: Ticket,
    *,
    not_before: datetime | None,
    sentence: str,
    kind: str,
    counts: bool = False,
) -> bool:
    """Put the step back: nothing was created, and it is tried again at that time.

    An UNCERTAIN step stays so: what failed was only its look-up.
    """
    with writing():
        changes: dict[str, Any] = {
            "not_before": not_before,
            "error": sentence,
            "error_kind": kind,
        }
        if ticket.opened:
            changes["state"] = State.READY
        if counts:
            changes["tries"] = step.tries + 1
        moved = _move(step, ticket, **changes)
        if moved and ticket.opened:
            release_claims(step)
        _end_attempt(
            ticket,
            ExportAttempt.Outcome.NOT_SENT,
            error=sentence,
            error_kind=kind,
        )
        _drop_if_disconnected(step)
        refresh(step)
    return moved


def _drop_if_disconnected(step: ExportStep) -> None:
    ended = AtsConnection.State.DISCONNECTED
    drop(ExportStep.objects.filter(pk=step.pk, connection__state=ended))


def drop_forgotten() -> None:
    """Drop what became ready in the very moment in which its connection ended."""
    ended = AtsConnection.State.DISCONNECTED
    left = ExportStep.objects.filter(
        connection__state=ended, state=State.READY, not_before__isnull=False
    )
    people = set(left.values_list("connection_id", "candidate_id"))
    with writing():
        drop(left)
        for connection_id, candidate_id in people:
            refresh_exports(connection_id, candidate_id)


def drop(steps: QuerySet[ExportStep]) -> set[int]:
    """Cancel those that are ready, as their connection ends; return whose they were."""
    dropped = dict(steps.filter(state=State.READY).values_list("pk", "candidate_id"))
    if dropped:
        ExportStep.objects.filter(pk__in=dropped, state=State.READY).update(
            state=State.CANCELLED, not_before=None, updated_at=clock.now()
        )
        release_claims_of(
            ExportStep.objects.filter(pk__in=dropped, state=State.CANCELLED)
        )
    return set(dropped.values())


def failed(
    step: ExportStep,
    ticket: Ticket,
    *,
    sentence: str,
    kind: str,
    absences: int = 0,
) -> bool:
    """Give up, with the reason; surely nothing was created by this attempt.

    ``absences``: how often looks have proven that, where its answer was unclear.
    """
    with writing():
        moved = _move(
            step,
            ticket,
            state=State.FAILED,
            absences=absences,
            not_before=None,
            error=sentence,
            error_kind=kind,
        )
        if moved:
            release_claims(step, for_good=True)
        _end_attempt(
            ticket,
            ExportAttempt.Outcome.REFUSED,
            error=sentence,
            error_kind=kind,
        )
        refresh(step)
    return moved


def ask(
    step: ExportStep,
    ticket: Ticket,
    *,
    question: str,
    shown: list[dict[str, Any]],
    allowed: Collection[Decision.Choice],
    about_unclear: bool = False,
    settles_doubt: bool = False,
) -> bool:
    """Stop and let the recruiter decide; nothing is written before.

    ``settles_doubt``: to create anyway also means that an unclear write was not done.
    """
    with writing():
        moved = _move(step, ticket, state=State.ASKING, not_before=None, error=question)
        if moved:
            Decision.objects.create(
                step_id=step.pk,
                question=question,
                shown=shown,
                allowed=[choice.value for choice in allowed],
                asked_at=clock.now(),
                settles_doubt=settles_doubt,
            )
            if not about_unclear:
                release_claims(step)
        _end_attempt(ticket, ExportAttempt.Outcome.REFUSED)
        refresh(step)
    return moved


def refused(step: ExportStep, ticket: Ticket, *, refusal: AtsError) -> None:
    """Record the vendor's no at once: whatever follows, nothing of ours was created."""
    with writing():
        moved = _move(
            step,
            ticket,
            state=State.READY,
            not_before=clock.now() + clock.period(5),
            error=refusal.sentence,
            error_kind=refusal.kind,
        )
        if moved:
            release_claims(step)
        _end_attempt(
            ticket,
            ExportAttempt.Outcome.REFUSED,
            error=refusal.sentence,
            error_kind=refusal.kind,
        )
        _drop_if_disconnected(step)
    ticket.opened = False  # this write is over


def vanished(step: ExportStep) -> bool:
    """Turn a step whose worker vanished after the intent into an unclear one."""
    if step.intent_at is None:
        return False
    wire = step.connection.adapter_class.wire
    sentence = (
        f"We could not tell whether {step.connection.label} saved it. "
        "PinSync looks it up before anything else is sent."
    )
    with writing():
        moved = ExportStep.objects.filter(
            pk=step.pk, attempt=step.attempt, state=State.SENDING
        ).update(
            state=State.UNCERTAIN,
            not_before=step.intent_at + timing.first_look(wire, repeats=step.repeats),
            error=sentence,
            error_kind="unclear",
            ever_unclear=True,
            updated_at=clock.now(),
        )
        if moved:
            owe_later_looks(step.pk)
        refresh(step)
    return bool(moved)


def reopen(
    steps: QuerySet[ExportStep], *, not_before: datetime | None, **changes: Any
) -> None:
    """Let steps that had ended go on; what is in doubt is looked up before anything."""
    rows = ExportStep.objects.filter(pk__in=list(steps.values_list("pk", flat=True)))
    doubtful = list(in_doubt(rows).values_list("pk", flat=True))
    again: dict[str, Any] = {
        "not_before": not_before,
        "tries": 0,
        "error": "",
        "error_kind": "",
        "updated_at": clock.now(),
    }
    for state, some in (
        (State.UNCERTAIN, rows.filter(pk__in=doubtful)),
        (State.READY, rows.exclude(pk__in=doubtful)),
    ):
        some.update(**again, **changes, state=state)
    for step in rows.filter(pk__in=doubtful, kind=Kind.PERSON):
        record = PersonRecord.of(step.candidate)
        claim_what_is_free(step, matching.identities(record))


def in_doubt(steps: QuerySet[ExportStep]) -> QuerySet[ExportStep]:
    """Narrow down to those whose last write has no known outcome, whatever came then."""
    last = ExportAttempt.objects.filter(step=OuterRef("pk"), number=OuterRef("attempt"))
    known = last.exclude(outcome__in=["", ExportAttempt.Outcome.UNCLEAR])
    return steps.filter(~Exists(known), ever_unclear=True, absences__lt=2)


# --- Shared ----------------------------------------------------------------------


def owe_later_looks(step_id: int) -> None:
    """Ask for the later looks at a write that is unclear, counted from now on."""
    now = clock.now()
    LaterLook.objects.update_or_create(
        step_id=step_id,
        defaults={
            "unclear_at": now,
            "due_at": now + clock.period(timing.LATER_LOOKS[0]),
            "looks": 0,
            "tries": 0,
        },
    )


def release_claims(step: ExportStep, *, for_good: bool = False) -> None:
    """Let go of what the step holds: surely nothing was created by this write.

    After an earlier one that was unclear they are kept while the step is open: another
    row of the same human waits, and whoever appears late is known to be ours.
    """
    if step.kind in (Kind.PERSON, Kind.JOB_LINK) and (
        for_good or not step.ever_unclear
    ):
        IdentityClaim.objects.filter(step_id=step.pk).delete()


def release_claims_of(steps: QuerySet[ExportStep]) -> None:
    """Let go of what steps that ended held, but for those whose outcome is in doubt."""
    doubtful = in_doubt(steps).values("pk")
    IdentityClaim.objects.filter(step__in=steps.values("pk")).exclude(
        step__in=doubtful
    ).delete()


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


def _intent_of(ticket: Ticket) -> datetime:
    moment: datetime = ExportAttempt.objects.values_list("intent_at", flat=True).get(
        step_id=ticket.step_id, number=ticket.attempt
    )
    return moment


def _move(
    step: ExportStep,
    ticket: Ticket,
    *,
    among: tuple[ExportStep.State, ...] = (State.READY, State.SENDING, State.UNCERTAIN),
    **changes: Any,
) -> bool:
    """Change the step if it is still at our attempt and not yet settled."""
    changes["updated_at"] = clock.now()
    return move(ticket, changes, among=among)


# A write that was carried out is done, whatever had been made of it meanwhile.
_ENDED = (State.ASKING, State.SKIPPED, State.CANCELLED, State.FAILED)


def _settle(step: ExportStep, ticket: Ticket, **changes: Any) -> bool:
    """Move the step to its good end, also by the late word of a worker that was frozen."""
    changes |= {"state": State.DONE, "not_before": None}
    if _move(step, ticket, **changes):
        return True
    if not (ticket.opened and _move(step, ticket, among=_ENDED, **changes)):
        return False
    Decision.objects.filter(step_id=step.pk, choice="").update(
        choice=Decision.Choice.DONE, decided_at=changes["done_at"]
    )
    return True


def _end_attempt(
    ticket: Ticket,
    outcome: ExportAttempt.Outcome,
    *,
    error: str = "",
    error_kind: str = "",
    person_id: str = "",
) -> None:
    """Complete the row of the attempt that this worker made, if it made one."""
    if not ticket.opened:
        return
    changes = {
        "ended_at": clock.now(),
        "outcome": outcome,
        "error": error,
        "error_kind": error_kind,
        "person_id": person_id,
    }
    _end(changes, step=ticket.step_id, number=ticket.attempt)


_end = Update(
    lambda: ExportAttempt.objects.filter(
        step_id=slot("step"), number=slot("number"), outcome=""
    ),
    ("ended_at", "outcome", "error", "error_kind", "person_id"),
)
