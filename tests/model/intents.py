"""What is committed before a write may go out: ``integrations.intents`` once more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from integrations import timing

from .rows import DUE, Attempt, Export, Identity, Kind, Sent, State, Step
from .vendor import Broken

if TYPE_CHECKING:
    from .ledger import Ledger

Claim = tuple[str, Any]


class Stale(Exception):
    """Something changed: nothing is sent, it starts over."""


class TooOld(Stale):
    """The look-up proves nothing any more."""


class Claimed(Exception):
    """Another row holds an identity, or the place on the job."""

    def __init__(self, holder: Step) -> None:
        super().__init__()
        self.holder, self.due = holder, holder.not_before
        self.is_settled = holder.state == State.DONE
        self.is_given_up = holder.is_given_up


def _nobody(holder: Step) -> bool:
    return False


class Intent(NamedTuple):
    """What one worker means to write, and on what grounds."""

    seen: Identity
    looked_up_at: float | None
    claims: Collection[Claim]
    # Whether a recruiter decided that the other holder of a claim is somebody else.
    is_another: Callable[[Step], bool] = _nobody
    repeats: bool = False


@dataclass
class Ticket:
    """The right of one worker to move one step: the attempt number it remembers."""

    step_id: int
    attempt: int
    opened: bool = False
    # An intent that is not durable yet, and its moment: only without that safeguard.
    late: tuple[Intent, float] | None = None


def intend(ledger: Ledger, ticket: Ticket, intent: Intent) -> None:
    """Make the intent durable; raises Stale or Claimed, and nothing has changed."""
    now, looked = ledger.clock.now, intent.looked_up_at
    if looked is not None and now - looked > timing.LOOKUP_AGE:
        raise TooOld
    step = ledger.steps[ticket.step_id]
    if not (step.state in DUE and ledger.is_mine(step, ticket)):
        raise Stale
    if not ledger.is_usable() or step.row.identity != intent.seen:
        raise Stale
    free = _free(ledger, step, intent)
    if ledger.guards.durable_intent:
        _begin(ledger, step, ticket, intent, now)
        ledger.claims.update(dict.fromkeys(free, step))
    else:
        ticket.late = (intent, now)
    _check_wanted(ledger.exports, step)


def commit_late(ledger: Ledger, ticket: Ticket) -> None:
    """Commit the intent after the write: what comes of it without that safeguard."""
    if ticket.late is None or ticket.opened:
        return
    intent, at = ticket.late
    step = ledger.steps[ticket.step_id]
    if ledger.is_mine(step, ticket) and step.state in DUE:
        _begin(ledger, step, ticket, intent, at)
        for claim in intent.claims:
            ledger.claims.setdefault(claim, step)


def _begin(
    ledger: Ledger, step: Step, ticket: Ticket, intent: Intent, now: float
) -> None:
    step.state, step.intent_at = State.SENDING, now
    step.attempt = ticket.attempt = step.attempt + 1
    step.absences, step.rejection, step.error_kind = 0, "", ""
    step.repeats += intent.repeats
    step.attempts.append(Attempt(step.attempt, intent.looked_up_at, now, intent.seen))
    ticket.opened = True
    ledger.refresh(step.row)


def _free(ledger: Ledger, step: Step, intent: Intent) -> Iterable[Claim]:
    """Return the claims to take; raises Claimed where somebody else holds one."""
    if not ledger.guards.identity_claim:
        return []
    places = (_place(ledger, step, claim, intent) for claim in intent.claims)
    return [place for place in places if place]


def _place(ledger: Ledger, step: Step, claim: Claim, intent: Intent) -> Claim | None:
    """Return the claim to take, behind those of whom a recruiter declared others."""
    place = claim
    while (holder := ledger.claims.get(place)) is not None:
        if holder is step:
            return None
        if not intent.is_another(holder):
            raise Claimed(holder)
        place = ("behind", place)
    return place


def _check_wanted(exports: Iterable[Export], step: Step) -> None:
    """Nothing is sent that nobody asks for any more."""
    if not is_asked_for(exports, step):
        raise Broken("sent unasked", f"{step.kind} {step.job} of {step.row.human}")


def is_asked_for(exports: Iterable[Export], step: Step) -> bool:
    return any(
        export.row is step.row
        and export.state != Sent.CANCELLED
        and (step.kind != Kind.JOB_LINK or export.job == step.job)
        for export in exports
    )
