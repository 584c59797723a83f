"""What people do: ask for exports, answer, cancel, edit, disconnect, connect again.

``integrations.triggers``, ``decisions`` and ``connections`` once more.
"""

from __future__ import annotations

from .follow_ups import thing_of
from .ledger import Ledger
from .rows import (
    DUE,
    OVER,
    Choice,
    Export,
    Kind,
    Question,
    Row,
    Sent,
    State,
    Step,
)
from .vendor import Vendor

CALLED_OFF_WITH_IT = (Sent.WAITING, Sent.EXPORTING, Sent.NEEDS_YOU)
CREDENTIAL_TROUBLE = ("bad_credentials", "missing_permission")


class Office:
    def __init__(self, ledger: Ledger, vendor: Vendor) -> None:
        self.ledger, self.vendor = ledger, vendor
        self.clock = ledger.clock

    # -- exports ---------------------------------------------------------------------

    def want(self, row: Row, job: str, by_hand: bool) -> None:
        """Make the export that a trigger or a person asks for; twice gives the same."""
        known = row.id in self.ledger.people
        if not self.ledger.connected or (by_hand and known):
            return
        export = self._export(row, job)
        if export is None:
            export = Export(row, job, by_hand)
            self.ledger.exports.append(export)
        elif export.state == Sent.CANCELLED:
            export.state, export.by_hand = Sent.WAITING, by_hand
        self._ensure_steps(row, job, known=known)
        self._reopen(row, job, known=known)
        if by_hand:
            self._retry(row, job)
        self.ledger.refresh(row)

    def _export(self, row: Row, job: str) -> Export | None:
        for export in self.ledger.exports:
            if export.row is row and export.job == job:
                return export
        return None

    def _ensure_steps(self, row: Row, job: str, *, known: bool) -> None:
        now = self.clock.now
        self._ensure(row, Kind.PERSON, done=known, not_before=None if known else now)
        if job:
            self._ensure(row, Kind.JOB_LINK, job, not_before=now if known else None)
        if not known:
            self._ensure(row, Kind.RESUME)
            if self.ledger.setting.notes:
                self._ensure(row, Kind.NOTE)

    def _ensure(
        self,
        row: Row,
        kind: Kind,
        job: str = "",
        *,
        done: bool = False,
        not_before: float | None = None,
    ) -> None:
        if self.ledger.step(row, kind, job) is None:
            state = State.DONE if done else State.READY
            step = Step(len(self.ledger.steps), row, kind, job, state)
            step.not_before = not_before
            self.ledger.steps.append(step)

    def _reopen(self, row: Row, job: str, *, known: bool) -> None:
        closed = (State.CANCELLED,) if known else (State.CANCELLED, State.SKIPPED)
        for step in self._steps(row, job):
            if step.state in closed:
                self._go_on(step, known=known)

    def _steps(self, row: Row, job: str) -> list[Step]:
        return [step for step in self.ledger.of(row) if step.job in ("", job)]

    def retry(self, export: Export) -> None:
        if self.ledger.connected and export.state == Sent.FAILED:
            self._retry(export.row, export.job)
            self.ledger.refresh(export.row)

    def _retry(self, row: Row, job: str) -> None:
        known = row.id in self.ledger.people
        for step in self._steps(row, job):
            if step.state == State.FAILED:
                self._go_on(step, known=known)

    def _go_on(self, step: Step, *, known: bool) -> None:
        due = known or step.kind == Kind.PERSON
        self.ledger.reopen(step, not_before=self.clock.now if due else None)

    def cancel(self, export: Export) -> bool:
        """Cancel what has not been sent; False when there is nothing left to cancel."""
        row, job = export.row, export.job
        if export.state in OVER or not self._is_unsent(row, job):
            return False
        export.state = Sent.CANCELLED
        others = any(
            other.row is row and other.state not in OVER
            for other in self.ledger.exports
        )
        for step in self._steps(row, job):
            if _is_unsent_step(step) and (step.kind == Kind.JOB_LINK or not others):
                if question := step.question:
                    question.choice = Choice.SKIP
                self.ledger.give_up(step, State.CANCELLED)
        return True

    def _is_unsent(self, row: Row, job: str) -> bool:
        mine = self._steps(row, job)
        own = Kind.JOB_LINK if job else Kind.PERSON
        if any(is_open(step) for step in mine):
            return False
        return any(step.kind == own and _is_unsent_step(step) for step in mine)

    # -- answers ---------------------------------------------------------------------

    def questions(self) -> list[Step]:
        return [step for step in self.ledger.steps if step.state == State.ASKING]

    def decide(self, step: Step, choice: Choice, person_id: int = 0) -> None:
        """Take the answer, as far as it is offered; else the step is skipped."""
        question = step.question
        if question is None or not self.ledger.connected:
            return
        if choice not in question.allowed:
            choice = Choice.SKIP
        question.choice, question.person_id = choice, person_id
        if choice == Choice.SKIP:
            self._call_off(step)
        elif choice == Choice.DONE:
            step.state, step.not_before = State.DONE, None
        else:
            stays = _stays_in_doubt(step, question, choice)
            step.state = State.UNCERTAIN if stays else State.READY
            step.not_before = self.clock.now
        self.ledger.refresh(step.row)

    def _call_off(self, step: Step) -> None:
        """Let go of a step that is skipped, and of all that waited for its person."""
        self.ledger.give_up(step, State.SKIPPED)
        if step.kind == Kind.PERSON:
            for waiting in self.ledger.of(step.row):
                if waiting.state in DUE and waiting.not_before is None:
                    waiting.state = State.CANCELLED
                    waiting.given_up_at = self.clock.stamp()

    def decide_rightly(self, step: Step) -> None:
        """Answer as somebody does who knows those shown, and looks there where told."""
        assert step.question is not None
        self.decide(step, *self._right(step, step.question))

    def decide_carelessly(self, step: Step, choice: Choice) -> None:
        """Answer without looking: what follows for this human is the recruiter's doing."""
        question = step.question
        assert question is not None
        person_id = question.shown[0] if question.shown else 0
        if choice == Choice.LINK and not person_id:
            choice = Choice.SKIP
        if choice != Choice.SKIP and self._right(step, question) != (choice, person_id):
            self.vendor.excused.add(step.row.human)
            if person_id:
                self.vendor.excused.add(self.vendor.person(person_id).human)
        self.decide(step, choice, person_id)

    def _right(self, step: Step, question: Question) -> tuple[Choice, int]:
        if step.kind != Kind.PERSON:
            return self._right_about_thing(step), 0
        human = step.row.human
        for person_id in question.shown:
            if self.vendor.person(person_id).human == human:
                return Choice.LINK, person_id
        there = any(person.human == human for person in self.vendor.people)
        skip = there and question.looks_there
        return (Choice.SKIP if skip else Choice.CREATE), 0

    def _right_about_thing(self, step: Step) -> Choice:
        known = self.ledger.people[step.row.id]
        is_there = self.vendor.has(known.person_id, thing_of(step))
        return Choice.DONE if is_there else Choice.REPEAT

    # -- the connection ----------------------------------------------------------------

    def disconnect(self) -> None:
        """Cancel what has not begun; what is unclear stays."""
        ledger = self.ledger
        unclear = {step.row.id for step in ledger.steps if is_open(step)}
        for export in ledger.exports:
            if export.state in CALLED_OFF_WITH_IT and export.row.id not in unclear:
                self.cancel(export)
        for step in ledger.steps:
            if step.not_before is not None:
                ledger.drop(step)
        ledger.connected = False

    def reconnect(self) -> None:
        """Prove the credential of the same account: what waited for that goes on."""
        ledger, now = self.ledger, self.clock.now
        ledger.connected, ledger.parked = True, False
        for step in ledger.steps:
            waits = step.state in DUE and step.not_before is None
            if waits and step.error_kind in CREDENTIAL_TROUBLE:
                step.not_before, step.error_kind = now, ""


def _stays_in_doubt(step: Step, question: Question, choice: Choice) -> bool:
    """Return whether the answer leaves open what became of a write of ours."""
    if choice not in (Choice.CREATE, Choice.LINK):
        return False
    if choice == Choice.CREATE and question.settles_doubt:
        return False
    return step.is_in_doubt


def is_open(step: Step) -> bool:
    """Return whether it may have been carried out without our knowing."""
    if step.state == State.ASKING:
        return step.ever_unclear
    return step.state in (State.SENDING, State.UNCERTAIN)


def _is_unsent_step(step: Step) -> bool:
    """Return whether nothing of it has gone out, or only what came to nothing."""
    if step.state in (State.ASKING, State.FAILED):
        return not step.ever_unclear
    return step.state == State.READY
