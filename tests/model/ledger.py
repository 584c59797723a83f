"""The ledger's transactions, each of them whole: ``integrations.ledger`` once more."""

from __future__ import annotations

from collections.abc import Collection

from integrations.states import StepFacts, derive
from integrations.work import CONFIRMING

from .intents import Claim, Ticket
from .rows import (
    DUE,
    ENDED,
    OPEN,
    Choice,
    Clock,
    Export,
    Kind,
    Known,
    KnownBy,
    Outcome,
    Question,
    Row,
    Sent,
    State,
    Step,
)
from .setting import VANISHED_AFTER, Safeguards, Setting, cast_of, first_look, settle


class Ledger:
    """Every row, and every change of them; nothing here takes time."""

    def __init__(self, clock: Clock, setting: Setting, guards: Safeguards) -> None:
        self.clock, self.setting, self.guards = clock, setting, guards
        self.rows = cast_of(setting)
        self.steps: list[Step] = []
        self.exports: list[Export] = []
        self.people: dict[int, Known] = {}
        self.claims: dict[Claim, Step] = {}
        self.connected, self.parked = True, False
        self.paused_until = 0.0

    # -- what is there ---------------------------------------------------------------

    def is_usable(self) -> bool:
        paused = self.paused_until > self.clock.now
        return self.connected and not self.parked and not paused

    def due(self) -> list[Step]:
        now = self.clock.now
        return [
            step
            for step in self.steps
            if step.not_before is not None
            and step.not_before <= now
            and step.state in DUE
        ]

    def of(self, row: Row) -> list[Step]:
        return [step for step in self.steps if step.row is row]

    def step(self, row: Row, kind: Kind, job: str = "") -> Step | None:
        for step in self.steps:
            if step.row is row and step.kind == kind and step.job == job:
                return step
        return None

    def settle(self, step: Step) -> float:
        """Return how long after its intent an unclear write can be looked up."""
        if not self.guards.settling_time:
            return 0.0
        return settle(self.setting, step.repeats)

    def first_look(self, step: Step) -> float:
        """Return how long after its intent a look may be worth it."""
        if not self.guards.settling_time:
            return 0.0
        return first_look(self.setting, step.repeats)

    def pause(self, seconds: float) -> None:
        self.paused_until = max(self.paused_until, self.clock.now + seconds)

    # -- how a step ends -------------------------------------------------------------

    def person_known(
        self,
        step: Step,
        ticket: Ticket,
        *,
        person_id: int,
        known_by: KnownBy,
        claims: Collection[Claim],
    ) -> None:
        row = self.steps[step.id]
        moved = self._settle(row, ticket)
        is_new = known_by == KnownBy.CREATED
        self._end(row, ticket, Outcome.DONE if is_new else Outcome.REFUSED)
        if not moved:
            return
        known = Known(person_id, known_by, self.clock.now)
        known = self.people.setdefault(row.row.id, known)
        if not ticket.opened:
            self.claim_what_is_free(row, claims)
        self._release_dependents(row, known)
        self.refresh(row.row)

    def _release_dependents(self, done: Step, known: Known) -> None:
        for step in self.of(done.row):
            waits = step.state == State.READY or (
                step.state == State.UNCERTAIN and step.not_before is None
            )
            if step is done or not waits:
                continue
            if step.kind in (Kind.RESUME, Kind.NOTE) and not known.is_ours:
                step.state, step.not_before = State.SKIPPED, None
            elif not self.connected:
                self._drop(step)
            elif step.not_before is None:
                step.not_before = self.clock.now

    def release_forgotten(self) -> None:
        for step in self.steps:
            if (
                step.state == State.READY
                and step.not_before is None
                and step.kind != Kind.PERSON
                and not step.error_kind
                and self.connected
                and step.row.id in self.people
            ):
                step.not_before = self.clock.now

    def drop_forgotten(self) -> None:
        for step in self.steps:
            if step.not_before is not None and not self.connected:
                self.drop(step)

    def done(self, step: Step, ticket: Ticket) -> None:
        row = self.steps[step.id]
        self._settle(row, ticket)
        self._end(row, ticket, Outcome.DONE)
        self.refresh(row.row)

    def confirming(self, step: Step, ticket: Ticket, *, not_before: float) -> None:
        row = self.steps[step.id]
        if self._move(row, ticket, State.UNCERTAIN, not_before):
            row.error_kind = CONFIRMING
        self._end(row, ticket, Outcome.DONE)
        self.refresh(row.row)

    def skipped(self, step: Step, ticket: Ticket) -> None:
        self._move(self.steps[step.id], ticket, State.SKIPPED, None)
        self.refresh(step.row)

    def unclear(self, step: Step, ticket: Ticket, *, rejection: str) -> None:
        row = self.steps[step.id]
        intent_at = row.attempts[ticket.attempt - 1].intent_at
        not_before = intent_at + self.first_look(row)
        # Once swept it is being looked up already: a late word brings nothing forward.
        is_news = row.state == State.SENDING
        if is_news and self._move(row, ticket, State.UNCERTAIN, not_before):
            row.error_kind, row.rejection, row.ever_unclear = "unclear", rejection, True
        self._end(row, ticket, Outcome.UNCLEAR)
        self.refresh(row.row)

    def absent(
        self, step: Step, ticket: Ticket, *, absences: int, not_before: float
    ) -> None:
        row = self.steps[step.id]
        if self._move(row, ticket, row.state, not_before):
            row.absences = absences

    def later(
        self,
        step: Step,
        ticket: Ticket,
        *,
        not_before: float | None,
        kind: str,
        counts: bool = False,
    ) -> None:
        row = self.steps[step.id]
        state = State.READY if ticket.opened else row.state
        if self._move(row, ticket, state, not_before):
            row.error_kind = kind
            if counts:
                row.tries = step.tries + 1
            if ticket.opened:
                self._release_claims(row)
        self._end(row, ticket, Outcome.NOT_SENT)
        if not self.connected:
            self._drop(row)
        self.refresh(row.row)

    def failed(
        self, step: Step, ticket: Ticket, *, kind: str, absences: int = 0
    ) -> None:
        row = self.steps[step.id]
        if self._move(row, ticket, State.FAILED, None):
            row.error_kind, row.absences = kind, absences
            self._release_claims(row, for_good=True)
        self._end(row, ticket, Outcome.REFUSED)
        self.refresh(row.row)

    def ask(self, step: Step, ticket: Ticket, question: Question) -> None:
        row = self.steps[step.id]
        if self._move(row, ticket, State.ASKING, None):
            question.asked_at = self.clock.stamp()
            row.questions.append(question)
            if not question.about_unclear:
                self._release_claims(row)
        self._end(row, ticket, Outcome.REFUSED)
        self.refresh(row.row)

    def refused(self, step: Step, ticket: Ticket) -> None:
        """Record the vendor's no at once: nothing of ours was created."""
        row = self.steps[step.id]
        if self._move(row, ticket, State.READY, self.clock.now + 5):
            row.error_kind = "already_there"
            self._release_claims(row)
        self._end(row, ticket, Outcome.REFUSED)
        if not self.connected:
            self._drop(row)
        ticket.opened = False

    def sweep(self) -> None:
        """Turn steps whose worker vanished after the intent into unclear ones."""
        for step in self.steps:
            if step.state != State.SENDING or step.intent_at is None:
                continue
            if step.intent_at + VANISHED_AFTER < self.clock.now:
                step.state = State.UNCERTAIN
                step.not_before = step.intent_at + self.first_look(step)
                step.error_kind, step.ever_unclear = "unclear", True
                self.refresh(step.row)

    # -- shared ------------------------------------------------------------------------

    def is_mine(self, row: Step, ticket: Ticket) -> bool:
        return row.attempt == ticket.attempt or not self.guards.compare_and_set

    def _settle(self, row: Step, ticket: Ticket) -> bool:
        """Move it to its good end, also by the late word of a worker that was frozen."""
        if self._move(row, ticket, State.DONE, None):
            return True
        if not (ticket.opened and self._move(row, ticket, State.DONE, None, ENDED)):
            return False
        if question := row.question:
            question.choice = Choice.DONE
        return True

    def _move(
        self,
        row: Step,
        ticket: Ticket,
        state: State,
        not_before: float | None,
        among: tuple[State, ...] = OPEN,
    ) -> bool:
        if row.state not in among or not self.is_mine(row, ticket):
            return False
        row.state, row.not_before = state, not_before
        return True

    def _end(self, row: Step, ticket: Ticket, outcome: Outcome) -> None:
        if ticket.opened:
            attempt = row.attempts[ticket.attempt - 1]
            if not attempt.outcome:
                attempt.outcome, attempt.ended_at = outcome, self.clock.now

    def _drop(self, step: Step) -> None:
        if step.state == State.READY:
            self.give_up(step, State.CANCELLED)

    def drop(self, step: Step) -> None:
        """Cancel it if it is ready, as the connection ends."""
        self._drop(step)
        self.refresh(step.row)

    def give_up(self, step: Step, state: State) -> None:
        """End it; its claims are kept where its outcome is in doubt."""
        step.state, step.not_before = state, None
        step.given_up_at = self.clock.stamp()
        if not step.is_in_doubt:
            self._release_claims(step, for_good=True)

    def reopen(self, step: Step, *, not_before: float | None) -> None:
        """Let it go on; what is in doubt is looked up before anything."""
        step.state = State.UNCERTAIN if step.is_in_doubt else State.READY
        step.tries, step.error_kind, step.not_before = 0, "", not_before
        if step.is_in_doubt and step.kind == Kind.PERSON:
            self.claim_what_is_free(step, step.row.identity.keys())

    def claim_what_is_free(self, step: Step, claims: Collection[Claim]) -> None:
        if self.guards.identity_claim:
            for claim in claims:
                self.claims.setdefault(claim, step)

    def _release_claims(self, step: Step, *, for_good: bool = False) -> None:
        """Let go of what it holds, but after an earlier write that was unclear."""
        if for_good or not step.ever_unclear:
            for claim in [c for c, holder in self.claims.items() if holder is step]:
                del self.claims[claim]

    def refresh(self, row: Row) -> None:
        """Bring the derived state of the person's exports up to date."""
        facts = [StepFacts(s.kind, s.state, s.job) for s in self.of(row)]
        for export in self.exports:
            if export.row is row and export.state != Sent.CANCELLED:
                export.state = derive(export.job, facts)
