"""After the database was restored from a backup: what may have been sent is doubted.

The backup knows nothing of what was written since it was made: people, resumes, notes and
places on jobs that are in the ATS look as if they still had to be sent. So every step
that was open becomes one whose outcome is unclear, from this moment on. The engine then
does what it does after a worker that vanished: looks when the vendor must have settled,
recognises its own, and sends again only where absence is proven, twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q

from pinsync import clock

from . import breaker, claims, derived, doubt, matching, timing
from .intents import writing
from .models import (
    AtsConnection,
    AtsPerson,
    Decision,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
)
from .records import PersonRecord

State, Kind, Outcome = ExportStep.State, ExportStep.Kind, ExportAttempt.Outcome

RESTORED = "restored"  # the kind of a doubt, in place of an error's
_OPEN = (State.READY, State.SENDING, State.UNCERTAIN, State.ASKING, State.FAILED)


@dataclass
class Doubts:
    """What came of it: steps that are looked up first, connections that rest till then."""

    steps: int = 0
    connections: int = 0


def doubt_everything() -> Doubts:
    """Let nothing be sent that was open when the backup was made without a look first.

    Every connection rests for its vendor's settling time: only then does a look-up show
    whoever was sent just before the end. Run again, it only begins that time anew.
    """
    doubts = Doubts()
    for connection in AtsConnection.objects.live():
        doubts.connections += 1
        _rest(connection)
        for step in _open_steps(connection):
            doubts.steps += _doubt(step)
    return doubts


def _rest(connection: AtsConnection) -> None:
    """Leave it alone while it settles; an open breaker would let a proof end that."""
    AtsConnection.objects.filter(pk=connection.pk).update(
        restored_at=clock.now(), failures_in_row=0, probe_wait=0
    )
    breaker.pause(connection, settling_time(connection))


def settling_time(connection: AtsConnection) -> timedelta:
    """Return after how long everything sent before now shows in that ATS."""
    vendor = connection.adapter_class
    return timing.settle(vendor.wire) + clock.period(vendor.resume_appears_within)


def _open_steps(connection: AtsConnection) -> Iterator[ExportStep]:
    """Yield them, people before what follows them, a row at a time."""
    rows = ExportStep.objects.filter(connection=connection, state__in=_OPEN)
    order = rows.order_by("candidate_id", "pk").values_list("pk", flat=True)
    loaded = ExportStep.objects.select_related("candidate__sourced_by")
    for pk in list(order):
        step = loaded.get(pk=pk)
        step.connection = connection
        yield step


def _doubt(step: ExportStep) -> bool:
    if _writes_nothing(step):
        return False
    with writing():
        if step.kind == Kind.PERSON and not _holds_claims(step):
            return False  # another row of the same human does, and is looked up
        _note_possible_write(step)
        if step.state != State.FAILED:
            _make_unclear(step)
        derived.refresh(step)
    return True


def _writes_nothing(step: ExportStep) -> bool:
    """Return whether the step is to link or to be skipped; that is repeated freely."""
    if step.kind == Kind.PERSON:
        answered = step.decisions.exclude(choice="").order_by("pk").last()
        is_linked = answered is not None and answered.choice == Decision.Choice.LINK
        return step.state == State.READY and is_linked
    person = AtsPerson.objects.of(step)
    theirs = person is not None and not person.is_ours
    skipped = step.kind in (Kind.RESUME, Kind.NOTE) and step.state == State.READY
    return theirs and skipped


def _holds_claims(step: ExportStep) -> bool:
    """Take the person's identities where they are free; False if another has one."""
    if step.state == State.FAILED:
        return True  # nothing is on its way; a retry looks and claims
    identities = matching.identities(PersonRecord.of(step.candidate))
    wanted = Q()
    for key, value in identities:
        wanted |= Q(key=key, value=value)
    held = IdentityClaim.objects.filter(wanted, connection_id=step.connection_id)
    if identities and held.exclude(step=step).exists():
        return step.state in (State.SENDING, State.UNCERTAIN)
    claims.claim_what_is_free(step, identities)
    return True


def _note_possible_write(step: ExportStep) -> None:
    """Add the attempt that may have been, where the last one is not itself unclear."""
    ExportStep.objects.filter(pk=step.pk).update(ever_unclear=True, absences=0)
    doubt.owe_later_looks(step.pk)
    last = step.attempts.order_by("number").last()
    if step.state in (State.SENDING, State.UNCERTAIN) or (
        last is not None and last.outcome in ("", Outcome.UNCLEAR)
    ):
        return
    now = clock.now()
    record = PersonRecord.of(step.candidate).to_json()
    ExportAttempt.objects.create(
        step=step,
        number=step.attempt + 1,
        intent_at=now,
        snapshot=record if step.kind == Kind.PERSON else {},
        error="The database was restored from a backup: this may have been sent.",
        error_kind=RESTORED,
    )
    ExportStep.objects.filter(pk=step.pk).update(
        attempt=F("attempt") + 1, intent_at=now
    )


def _make_unclear(step: ExportStep) -> None:
    now, label = clock.now(), step.connection.label
    step.decisions.filter(choice="").delete()  # asked anew, about what is there by then
    ExportStep.objects.filter(pk=step.pk).update(
        state=State.UNCERTAIN,
        intent_at=now,
        not_before=None
        if _waits_for_person(step)
        else now + settling_time(step.connection),
        absences=0,
        error=f"We could not tell whether {label} has this already: our database was "
        "restored from a backup. It is looked up before anything is sent.",
        error_kind=RESTORED,
        updated_at=now,
    )


def _waits_for_person(step: ExportStep) -> bool:
    return step.kind != Kind.PERSON and AtsPerson.objects.of(step) is None
