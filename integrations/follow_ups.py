"""The steps that need the person: their job, their resume, a note."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from candidates.models import ResumeDocument
from candidates.resume import want_resume
from pinsync import clock

from . import due, ledger
from .errors import AlreadyThere
from .intents import Claimed, intend, is_held_by_another
from .models import AtsPerson, Decision, ExportAttempt, IdentityClaim
from .work import CLAIMED, Work, wait_for

CONFIRM_EVERY = 3.0

Choice, KnownBy = Decision.Choice, AtsPerson.KnownBy


class FollowUp(Work):
    """A write that needs the person: it is looked up before it is ever repeated."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.person is None:
            self.person = AtsPerson.objects.of(self.step)

    @property
    def person_id(self) -> str:
        assert self.person is not None  # noqa: S101 (run() returned otherwise)
        return self.person.person_id

    def run(self) -> None:
        if self.person is None:  # not known yet: person_known() makes this due
            ledger.later(self.step, self.ticket, not_before=None, sentence="", kind="")
            return
        super().run()

    def resolve(self) -> None:
        began = clock.now()
        there = self.is_there()
        if there:
            ledger.done(self.step, self.ticket)
        elif self.settle_absence(provable=there is not None):
            self.send(began, repeats=True)

    def ask_about_unclear(self) -> None:
        ledger.ask(
            self.step,
            self.ticket,
            question=(
                f"{self.could_not_tell(f'{self.thing} of {self.candidate.full_name}')} "
                "Look there before it is sent again."
            ),
            shown=[],
            allowed=[Choice.DONE, Choice.REPEAT, Choice.SKIP],
            about_unclear=True,
            settles_doubt=True,
        )

    def send(self, looked_up_at: Any, *, repeats: bool = False) -> None:
        def open_gate() -> None:
            intend(
                self.step,
                self.ticket,
                candidate=self.candidate,
                snapshot=self.snapshot(),
                looked_up_at=looked_up_at,
                claims=self.claims(),
                is_another=self._is_another,
                repeats=repeats,
            )

        try:
            with self.http.writing(open_gate):
                self.write()
        except Claimed as claimed:
            self.meet(claimed)
        except AlreadyThere:
            ledger.done(self.step, self.ticket)
        else:
            self.sent()

    def meet(self, claimed: Claimed) -> None:
        """Another row of the same human has the place: nothing to do, ask or wait."""
        if claimed.is_settled:  # and they were taken off again
            ledger.done(self.step, self.ticket)
        elif claimed.is_given_up:
            self.ask_about_unclear()
        else:
            ledger.later(
                self.step,
                self.ticket,
                not_before=wait_for(claimed),
                sentence=(
                    f"Another entry of the same person is sending {self.thing} to "
                    f"{self.ats}; {settings.PRODUCT_NAME} waits for it."
                ),
                kind=CLAIMED,
            )

    def _is_another(self, claim: IdentityClaim) -> bool:
        """Return whether a recruiter, asked after that row had ended, said to send."""
        ended = claim.given_up_at
        again = self.step.decisions.filter(choice=Choice.REPEAT)
        return ended is not None and again.filter(asked_at__gt=ended).exists()

    def sent(self) -> None:
        """Record that the vendor accepted the write."""
        ledger.done(self.step, self.ticket)

    def is_there_already(self) -> bool:
        """Look before writing again what was tried before."""
        return self.step.attempt > 0 and bool(self.is_there())

    thing: str

    def claims(self) -> list[tuple[str, str]]:
        """Return what only one row of a human may write at a time."""
        return []

    def is_there(self) -> bool | None:
        raise NotImplementedError

    def write(self) -> None:
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        return {}


class JobLinkWork(FollowUp):
    thing = "the job"

    def attempt(self) -> None:
        began = clock.now()
        there = False if self._cannot_be_there_yet() else self.is_there()
        if there:
            ledger.done(self.step, self.ticket)
        elif there is None and self._may_be_there():
            self._ask_first()
        else:
            self.send(began)

    def _may_be_there(self) -> bool:
        """Say whether somebody else may have put them on the job, for all we know.

        Whoever we created is on the job only by us, unless a backup has come back since:
        then it may have forgotten that. A recruiter's word settles it.
        """
        assert self.person is not None  # noqa: S101 (run() returned otherwise)
        restored = self.connection.restored_at
        is_forgotten = restored is not None and self.person.known_at < restored
        if self.person.is_ours and not is_forgotten:
            return False
        if is_held_by_another(self.step, self.claims()):
            return False
        return not self.step.decisions.filter(choice=Choice.REPEAT).exists()

    def _ask_first(self) -> None:
        name = self.candidate.full_name
        ledger.ask(
            self.step,
            self.ticket,
            question=(
                f"{self.ats} does not tell who is on this job, and {name} may be on it "
                "already. Look there before they are added."
            ),
            shown=[],
            allowed=[Choice.DONE, Choice.REPEAT, Choice.SKIP],
        )

    def _cannot_be_there_yet(self) -> bool:
        """Somebody whom we created a moment ago is on no job: no need to ask."""
        assert self.person is not None  # noqa: S101 (run() returned otherwise)
        age = clock.now() - self.person.known_at
        is_new = self.person.known_by == KnownBy.CREATED and age < clock.period(60)
        return is_new and self.step.error_kind != CLAIMED

    def claims(self) -> list[tuple[str, str]]:
        # Two rows of one human share the person, and so the place on the job.
        return [("job", f"{self.person_id} {self.step.ats_job_id}")]

    def is_there(self) -> bool | None:
        return self.adapter.is_on_job(self.person_id, self.step.ats_job_id)

    def write(self) -> None:
        self.adapter.add_to_job(self.person_id, self.step.ats_job_id)

    def snapshot(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "job_id": self.step.ats_job_id}


class ResumeWork(FollowUp):
    thing = "the resume"

    def attempt(self) -> None:
        document = due.resume(self.candidate) or want_resume(self.candidate)
        if self.person is None or not self.person.is_ours:
            ledger.skipped(self.step, self.ticket)
        elif document.state == ResumeDocument.State.READY:
            self.document = document
            began = clock.now()
            if self.is_there_already():
                ledger.done(self.step, self.ticket)
            else:
                self.send(began)
        else:
            self.wait_for(document)

    def wait_for(self, document: ResumeDocument) -> None:
        """Come back when the document is made; fail where it cannot be."""
        if document.state == ResumeDocument.State.FAILED:
            ledger.failed(
                self.step,
                self.ticket,
                sentence=f"The resume could not be made: {document.error}",
                kind="document",
            )
        else:
            ledger.later(
                self.step,
                self.ticket,
                not_before=clock.now() + clock.period(5),
                sentence="The resume is being made.",
                kind="document",
            )

    def resolve(self) -> None:
        sent = ResumeDocument.objects.filter(
            pk=self.sent_snapshot().get("document", 0)
        ).first()
        self.document = sent or want_resume(self.candidate)
        if self.document.state != ResumeDocument.State.READY:
            self.wait_for(self.document)  # in doubt since a backup, and made anew
        elif self._was_accepted():
            self.confirm()
        else:
            super().resolve()

    def _was_accepted(self) -> bool:
        """Return whether the vendor took it, whatever a failed look has said since."""
        return ExportAttempt.objects.filter(
            step_id=self.step.pk,
            number=self.step.attempt,
            outcome=ExportAttempt.Outcome.DONE,
        ).exists()

    def sent(self) -> None:
        if self.adapter.resume_appears_within:
            self._look_soon()
        else:
            super().sent()

    def confirm(self) -> None:
        """Look whether the accepted resume shows; it is never sent again by itself."""
        assert self.step.intent_at is not None  # noqa: S101 (a check constraint)
        limit = clock.period(self.adapter.resume_appears_within)
        if self.is_there():
            ledger.done(self.step, self.ticket)
        elif clock.now() < self.step.intent_at + limit:
            self._look_soon()
        else:
            ledger.failed(
                self.step,
                self.ticket,
                sentence=(
                    f"{self.ats} accepted the resume of {self.candidate.full_name} but "
                    "does not show it. Look there, or send it again."
                ),
                kind="rejected",
            )

    def _look_soon(self) -> None:
        ledger.confirming(
            self.step,
            self.ticket,
            not_before=clock.now() + clock.period(CONFIRM_EVERY),
            sentence=f"{self.ats} has the resume and is still reading it.",
        )

    def is_there(self) -> bool | None:
        return self.adapter.has_resume(self.person_id, self.document.file_name)

    def write(self) -> None:
        pdf = bytes(self.document.pdf or b"")
        self.adapter.attach_resume(self.person_id, self.document.file_name, pdf)

    def snapshot(self) -> dict[str, Any]:
        return {
            "person_id": self.person_id,
            "document": self.document.pk,
            "file_name": self.document.file_name,
        }


class NoteWork(FollowUp):
    thing = "the note"

    @property
    def marker(self) -> str:
        """Return what makes our note findable: stable over every attempt."""
        return f"PS-{self.step.pk}"

    def attempt(self) -> None:
        self.text = self.adapter.note_for(self.record, self.marker)
        if self.person is None or not self.person.is_ours or not self.text:
            ledger.skipped(self.step, self.ticket)
        elif self.is_there_already():
            ledger.done(self.step, self.ticket)
        else:
            self.send(clock.now())

    def resolve(self) -> None:
        self.text = self.sent_snapshot().get("text") or self.adapter.note_for(
            self.record, self.marker
        )
        if self.text:
            super().resolve()
        else:  # in doubt since a backup, and there is nothing to say
            ledger.skipped(self.step, self.ticket)

    def is_there(self) -> bool | None:
        return self.adapter.has_note(self.person_id, self.marker)

    def write(self) -> None:
        self.adapter.add_note(self.person_id, self.text)

    def snapshot(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "text": self.text}
