"""The ledger's transactions: how each step ends is one of them.

Each is conditional on the step's attempt number: whoever lost the race changes nothing.
No network call ever happens inside one of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from pinsync import clock

from . import matching, timing
from .claims import claim_what_is_free, release_claims
from .dependents import drop_if_disconnected, release_dependents
from .derived import refresh, whose
from .doubt import in_doubt, owe_later_looks
from .errors import AtsError
from .intents import Ticket, move, writing
from .models import (
    AtsPerson,
    Decision,
    Export,
    ExportAttempt,
    ExportStep,
)
from .prepared import Insert, Update, slot
from .records import PersonRecord

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
        _arrived({"in_ats_at": now}, **whose(step))
        refresh(step)
    return True


def _remembered(step: ExportStep, **known: Any) -> AtsPerson:
    """Store who the candidate is there; return who was stored before, if somebody was."""
    person = AtsPerson(
        connection_id=step.connection_id, candidate_id=step.candidate_id, **known
    )
    row = {name: getattr(person, name) for name in _PERSON}
    return person if _know(**row) else AtsPerson.objects.get(**whose(step))


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
        drop_if_disconnected(step)
        refresh(step)
    return moved


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
        drop_if_disconnected(step)
    ticket.opened = False  # this write is over


def vanished(step: ExportStep) -> bool:
    """Turn a step whose worker vanished after the intent into an unclear one."""
    if step.intent_at is None:
        return False
    wire = step.connection.adapter_class.wire
    sentence = (
        f"We could not tell whether {step.connection.label} saved it. "
        f"{settings.PRODUCT_NAME} looks it up before anything else is sent."
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
    """Let steps that had ended go on; what is in doubt is looked up before anything.

    Of two who do so at once the second finds none: locked, they are chosen anew.
    """
    ended = steps.order_by("pk").select_for_update(no_key=True)
    rows = ExportStep.objects.filter(pk__in=list(ended.values_list("pk", flat=True)))
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


# --- Shared ----------------------------------------------------------------------


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
