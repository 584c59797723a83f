"""The steps that need the person: their job, their resume, a note."""

from __future__ import annotations

from integrations.follow_ups import CONFIRM_EVERY
from integrations.work import CLAIMED

from .intents import Claim, Claimed, Intent, commit_late
from .person_work import PersonWork
from .rows import (
    Choice,
    Kind,
    Known,
    KnownBy,
    Outcome,
    Question,
    Step,
)
from .setting import RESUME_APPEARS
from .vendor import Fault
from .work import Moves, Work

Looked = tuple[float | None, bool | None]  # when it was asked, and the answer

_ASKED = (Choice.DONE, Choice.REPEAT, Choice.SKIP)


class FollowUp(Work):
    """A write that needs the person: it is looked up before it is ever repeated."""

    person: Known

    @property
    def what(self) -> str:
        return thing_of(self.step)

    def turn(self) -> Moves[None]:
        known = self.ledger.people.get(self.step.row.id)
        if known is None:
            yield
            self.ledger.later(self.step, self.ticket, not_before=None, kind="")
            return
        self.person = Known(known.person_id, known.known_by, known.known_at)
        yield from super().turn()

    def resolve(self) -> Moves[None]:
        looked, there = yield from self.look()
        if there:
            self.ledger.done(self.step, self.ticket)
        elif (yield from self.settle_absence(provable=there is not None)):
            yield from self.send(looked, repeats=True)

    def look(self) -> Moves[Looked]:
        if not self.guards.look_up:
            return None, False
        began = self.clock.now
        yield from self.reading()
        there = self.vendor.shows(self.person.person_id, self.what)
        yield
        return began, there

    def _not_looked(self) -> Looked:
        return self.clock.now, False

    def ask_about_unclear(self) -> Moves[None]:
        yield
        question = Question((), _ASKED, about_unclear=True)
        self.ledger.ask(self.step, self.ticket, question)

    def send(self, looked_up_at: float | None, *, repeats: bool = False) -> Moves[None]:
        intent = Intent(
            self.seen,
            looked_up_at,
            claims=self.claims(),
            is_another=self._is_another,
            repeats=repeats,
        )
        write = self.vendor.addition(self.person.person_id, self.step.kind, self.what)
        try:
            yield from self.writing(intent, write)
        except Claimed as claimed:
            yield
            yield from self.meet(claimed)
            return
        except Fault as fault:
            if fault.kind != "already_there":
                raise
        yield
        commit_late(self.ledger, self.ticket)
        self.sent()

    def sent(self) -> None:
        self.ledger.done(self.step, self.ticket)

    def meet(self, claimed: Claimed) -> Moves[None]:
        """Another row of the same human has the place: nothing to do, ask or wait."""
        if claimed.is_settled:
            self.ledger.done(self.step, self.ticket)
        elif claimed.is_given_up:
            yield from self.ask_about_unclear()
        else:
            self.wait_for(claimed)

    def _is_another(self, holder: Step) -> bool:
        """Return whether a recruiter, asked after that row had ended, said to send."""
        return holder.is_given_up and any(
            question.choice == Choice.REPEAT and question.asked_at > holder.given_up_at
            for question in self.step.questions
        )

    def claims(self) -> list[Claim]:
        return []


class JobLinkWork(FollowUp):
    def attempt(self) -> Moves[None]:
        if self._cannot_be_there_yet():
            yield
            looked, there = self._not_looked()
        else:
            looked, there = yield from self.look()
        if there:
            self.ledger.done(self.step, self.ticket)
        elif there is None and self._may_be_there():
            self.ledger.ask(self.step, self.ticket, Question((), _ASKED))
        else:
            yield from self.send(looked)

    def _may_be_there(self) -> bool:
        """Say whether somebody else may have put them on the job, for all we know."""
        holders = (self.ledger.claims.get(claim) for claim in self.claims())
        held = any(holder and holder.id != self.step.id for holder in holders)
        if self.person.is_ours or held:
            return False
        return not any(q.choice == Choice.REPEAT for q in self.step.questions)

    def _cannot_be_there_yet(self) -> bool:
        age = self.clock.now - self.person.known_at
        is_new = self.person.known_by == KnownBy.CREATED and age < 60
        return is_new and self.step.error_kind != CLAIMED

    def claims(self) -> list[Claim]:
        return [("job", (self.person.person_id, self.step.job))]


class OwnWork(FollowUp):
    """What is sent only for people who are in the ATS by our doing."""

    def attempt(self) -> Moves[None]:
        if not self.person.is_ours:
            yield
            self.ledger.skipped(self.step, self.ticket)
            return
        if self.step.attempt > 0:
            looked, there = yield from self.look()
        else:
            yield
            looked, there = self._not_looked()
        if there:
            self.ledger.done(self.step, self.ticket)
        else:
            yield from self.send(looked)


class ResumeWork(OwnWork):
    def resolve(self) -> Moves[None]:
        sent = self.step.attempts[self.step.attempt - 1]
        if sent.outcome == Outcome.DONE:
            yield from self.confirm()
        else:
            yield from super().resolve()

    def sent(self) -> None:
        if self.vendor.setting.appears:
            self._look_soon()
        else:
            super().sent()

    def confirm(self) -> Moves[None]:
        """Look whether the accepted resume shows; it is never sent again by itself."""
        _, there = yield from self.look()
        assert self.step.intent_at is not None
        if there:
            self.ledger.done(self.step, self.ticket)
        elif self.clock.now < self.step.intent_at + RESUME_APPEARS:
            self._look_soon()
        else:
            self.ledger.failed(self.step, self.ticket, kind="rejected")

    def _look_soon(self) -> None:
        soon = self.clock.now + CONFIRM_EVERY
        self.ledger.confirming(self.step, self.ticket, not_before=soon)


def thing_of(step: Step) -> str:
    """Name what the step adds: a resume has the person's name, a note our own mark."""
    if step.kind == Kind.RESUME:
        return f"resume of {step.row.human}"
    return step.job or f"note of {step.id}"


WORK: dict[Kind, type[Work]] = {
    Kind.PERSON: PersonWork,
    Kind.JOB_LINK: JobLinkWork,
    Kind.RESUME: ResumeWork,
    Kind.NOTE: OwnWork,
}
