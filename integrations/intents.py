"""What is committed before a write may go out, and who may commit it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from candidates.models import Candidate
from pinsync import clock

from . import timing
from .models import (
    AtsConnection,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
)
from .prepared import Insert, Lookup, Update, slot

State, Kind = ExportStep.State, ExportStep.Kind

# SQLite has one writer; its busy handler sleeps up to 100 ms between looks, a lock of
# our own hands over at once. Other processes still meet at the busy handler.
_sqlite_writer = threading.RLock()


class Stale(Exception):
    """The step, the candidate or the connection changed: send nothing, start over."""


class TooOld(Stale):
    """The look-up took so long that it proves nothing any more."""


class Claimed(Exception):
    """Another row of ours, ``candidate``, holds an identity of this person."""

    def __init__(self, claim: IdentityClaim) -> None:
        super().__init__(str(claim.key))
        self.candidate = claim.candidate
        self.is_settled = claim.step is None or claim.step.state == State.DONE
        self.is_given_up = claim.given_up_at is not None
        self.due = claim.step.not_before if claim.step else None


def _nobody(claim: IdentityClaim) -> bool:
    return False


@dataclass
class Ticket:
    """The right of one worker to move one step: the attempt number it remembers."""

    step_id: int
    attempt: int
    opened: bool = False  # whether this worker committed an intent of its own


@contextmanager
def writing() -> Iterator[None]:
    """Open the transaction of one change of the ledger."""
    if connection.vendor == "sqlite":
        with _sqlite_writer, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


def intend(
    step: ExportStep,
    ticket: Ticket,
    *,
    candidate: Candidate,
    snapshot: dict[str, Any],
    looked_up_at: datetime,
    claims: Collection[tuple[str, str]],
    is_another: Callable[[IdentityClaim], bool] = _nobody,
    repeats: bool = False,
) -> None:
    """Make the intent durable: after this commit, and only then, the write may go out.

    Raises Stale or Claimed, and then nothing has changed. ``is_another`` says whether a
    recruiter decided that the other holder of an identity is somebody else.
    """
    now = clock.now()
    if now - looked_up_at > timing.lookup_age():
        raise TooOld("the look-up is too old")
    try:
        with writing():
            _take_step(step, ticket, candidate, now, repeats=repeats)
            _take_claims(step, claims, is_another)
            _begin_attempt(
                step_id=step.pk,
                number=ticket.attempt + 1,
                looked_up_at=looked_up_at,
                intent_at=now,
                snapshot=snapshot,
            )
            if step.kind == Kind.PERSON:
                _no_longer_waiting(
                    {"state": Export.State.EXPORTING},
                    connection=step.connection_id,
                    candidate=step.candidate_id,
                )
    except IntegrityError as error:
        # Somebody else's claim or attempt was committed between our look and our write.
        raise Stale("another worker was first") from error
    ticket.attempt += 1
    ticket.opened = True
    step.repeats += repeats


def _take_step(
    step: ExportStep,
    ticket: Ticket,
    candidate: Candidate,
    now: datetime,
    *,
    repeats: bool,
) -> None:
    changes: dict[str, Any] = {
        "state": State.SENDING,
        "attempt": ticket.attempt + 1,
        "intent_at": now,
        "absences": 0,
        "rejection": "",
        "error": "",
        "error_kind": "",
        "updated_at": now,
    }
    if repeats:
        changes["repeats"] = step.repeats + 1
    identity = (
        candidate.email,
        candidate.linkedin_url,
        candidate.first_name,
        candidate.last_name,
    )
    taken = move(ticket, changes, among=(State.READY, State.UNCERTAIN))
    if not (taken and _usable_identity(now=now, step=step.pk) == [identity]):
        raise Stale("the step, the candidate or the connection changed")


def move(
    ticket: Ticket, changes: dict[str, Any], *, among: tuple[ExportStep.State, ...]
) -> bool:
    """Change the step if it is still at the ticket's attempt, in one of these states."""
    update = _update_of(tuple(changes), among)
    return bool(update(changes, step=ticket.step_id, attempt=ticket.attempt))


@cache
def _update_of(fields: tuple[str, ...], states: tuple[ExportStep.State, ...]) -> Update:
    return Update(
        lambda: ExportStep.objects.filter(
            pk=slot("step"), attempt=slot("attempt"), state__in=states
        ),
        fields,
    )


# Who the candidate of a step is, as long as a call may start on its connection.
_usable_identity = Lookup(
    lambda: (
        AtsConnection.objects.open_at(slot("now"))
        .order_by()
        .filter(steps__pk=slot("step"))
        .values_list(
            "steps__candidate__email",
            "steps__candidate__linkedin_url",
            "steps__candidate__first_name",
            "steps__candidate__last_name",
        )
    )
)


_begin_attempt = Insert(
    ExportAttempt, ("step_id", "number", "looked_up_at", "intent_at", "snapshot")
)
_no_longer_waiting = Update(
    lambda: Export.objects.filter(
        connection_id=slot("connection"),
        candidate_id=slot("candidate"),
        state=Export.State.WAITING,
    ),
    ("state",),
)
_claim_if_free = Insert(
    IdentityClaim,
    ("connection_id", "key", "value", "step_id", "created_at"),
    unless_taken=True,
)


def _take_claims(
    step: ExportStep,
    claims: Collection[tuple[str, str]],
    is_another: Callable[[IdentityClaim], bool],
) -> None:
    mine = {"connection_id": step.connection_id, "step_id": step.pk}
    now = clock.now()
    # As a rule nobody has them: then there is nothing to be looked at.
    if all(
        _claim_if_free(**mine, key=key, value=value, created_at=now)
        for key, value in sorted(claims)
    ):
        return
    held = _held(step, claims).order_by("key", "value")
    wanted = set(claims)
    for pk, key, value, holder in held.values_list("pk", "key", "value", "step_id"):
        wanted.remove((key, value))
        if holder == step.pk:
            continue
        if not is_another(claim := _claim(pk)):
            raise Claimed(claim)
        # The next who is said to be somebody else meets us, not only the first holder.
        wanted |= _behind(claim, step, is_another)
    IdentityClaim.objects.bulk_create(
        IdentityClaim(
            connection_id=step.connection_id, key=key, value=value, step_id=step.pk
        )
        for key, value in sorted(wanted)
    )


def _behind(
    claim: IdentityClaim, step: ExportStep, is_another: Callable[[IdentityClaim], bool]
) -> set[tuple[str, str]]:
    """Return the place behind those who hold the identity and are somebody else."""
    for place in count(2):
        value = f"{claim.value} #{place}"
        claims = IdentityClaim.objects.filter(connection_id=step.connection_id)
        found = claims.filter(key=claim.key, value=value).values_list("pk", flat=True)
        if not found:
            return {(claim.key, value)}
        other = _claim(found[0])
        if other.step_id == step.pk:
            break
        if not is_another(other):
            raise Claimed(other)
    return set()


def is_held_by_another(step: ExportStep, claims: Collection[tuple[str, str]]) -> bool:
    """Return whether another step has one of the claims."""
    return _held(step, claims).exclude(step=step).exists()


def _held(
    step: ExportStep, claims: Collection[tuple[str, str]]
) -> QuerySet[IdentityClaim]:
    wanted = Q()
    for key, value in claims:
        wanted |= Q(key=key, value=value)
    return IdentityClaim.objects.filter(wanted, connection_id=step.connection_id)


def _claim(pk: int) -> IdentityClaim:
    holders = ("step__candidate__sourced_by", "person__candidate__sourced_by")
    return IdentityClaim.objects.select_related(*holders).get(pk=pk)
