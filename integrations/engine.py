"""Looks up, intends, sends, records: one step at a time, exactly once.

The order is the whole of it: look up; make the intent durable; send within seconds;
record. Whatever was written and not answered is looked up before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from candidates.models import Candidate, ResumeDocument
from candidates.resume import want_resume
from pinsync import clock

from . import ledger, lookup, matching, timing
from .adapters import Adapter, Key, RemotePerson
from .errors import AlreadyThere, AtsError
from .http import VendorHttp
from .ledger import Claimed, Stale, State, Ticket
from .matching import Answer, Match, Verdict
from .models import AtsConnection, AtsPerson, Decision, ExportAttempt, ExportStep
from .records import PersonRecord

CLAIMED = "claimed"
CONFIRMING = "confirming"
CONFIRM_EVERY = 3.0

Choice, KnownBy, Kind = Decision.Choice, AtsPerson.KnownBy, ExportStep.Kind


def work_for(step: ExportStep, adapter: Adapter) -> Work:
    """Return what works this step; it must be loaded with connection and candidate."""
    return _WORK[Kind(step.kind)](step, adapter)


@dataclass
class Work:
    """One step in the hands of one worker."""

    step: ExportStep
    adapter: Adapter

    def __post_init__(self) -> None:
        self.ticket = Ticket(self.step.pk, self.step.attempt)

    @property
    def connection(self) -> AtsConnection:
        return self.step.connection

    @property
    def candidate(self) -> Candidate:
        return self.step.candidate

    @property
    def ats(self) -> str:
        return self.adapter.label

    @property
    def http(self) -> VendorHttp:
        return cast(VendorHttp, self.adapter.http)

    @cached_property
    def record(self) -> PersonRecord:
        return PersonRecord.of(self.candidate)

    def run(self) -> None:
        """Work the step; raises AtsError, Stale, or what stopped the drainer."""
        if self.step.state == State.UNCERTAIN:
            self.resolve()
        else:
            self.attempt()

    def attempt(self) -> None:
        raise NotImplementedError

    def resolve(self) -> None:
        raise NotImplementedError

    # -- shared by the kinds -----------------------------------------------------

    def sent_snapshot(self) -> dict[str, Any]:
        """Return what the unclear write sent."""
        return (
            ExportAttempt.objects.filter(step_id=self.step.pk, number=self.step.attempt)
            .values_list("snapshot", flat=True)
            .first()
            or {}
        )

    def settle_absence(self, *, provable: bool) -> bool:
        """Count a look that found nothing; return whether to send once more now.

        Twice not found, by a question that proves it: one repetition, once per step
        ever. Otherwise the recruiter is asked, or the vendor's own reason stands.
        """
        step = self.step
        if step.absences == 0 and (provable or step.rejection):
            assert step.intent_at is not None  # noqa: S101 (a check constraint)
            wait = 2 * timing.settle(self.adapter.wire)
            ledger.absent_once(step, self.ticket, not_before=step.intent_at + wait)
            return False
        if step.rejection:
            ledger.failed(step, self.ticket, sentence=step.rejection, kind="rejected")
            return False
        if provable and not step.repeated:
            return True
        self.ask_about_unclear()
        return False

    def ask_about_unclear(self) -> None:
        raise NotImplementedError


class PersonWork(Work):
    """Finds the person, or creates them with the one write that matters most."""

    def attempt(self) -> None:
        if self._linked_by_decision():
            return
        found, began = lookup.people_like(self.adapter, self.record)
        verdict = self.judge(self.record, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.match, self.known_if_found)
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict.matches)
        else:
            self.create(began)

    def resolve(self) -> None:
        sent = PersonRecord.from_json(
            {"first_name": "", "last_name": "", **self.sent_snapshot()}
        )
        found, began = lookup.people_like(self.adapter, sent)
        if self._identity(sent) != self._identity(self.record):
            found += lookup.people_like(self.adapter, self.record)[0]
        verdict = self._found_for(sent, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.match, KnownBy.RECOVERED)
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict.matches)
        elif self.settle_absence(provable=lookup.can_prove_absence(self.adapter, sent)):
            self.create(began, repeats=True)

    @property
    def known_if_found(self) -> AtsPerson.KnownBy:
        """Whoever appears after an unclear write of ours counts as ours."""
        return KnownBy.RECOVERED if self.step.ever_unclear else KnownBy.LINKED

    def judge(self, record: PersonRecord, found: list[RemotePerson]) -> Verdict:
        return matching.judge(
            record, found, keys=self.adapter.duplicate_keys, not_them=self.not_them
        )

    def _found_for(self, sent: PersonRecord, found: list[RemotePerson]) -> Verdict:
        """Judge by what was sent, and by what the candidate has become since."""
        then, today = self.judge(sent, found), self.judge(self.record, found)
        if then.answer is Answer.NOBODY or then == today:
            return today
        if today.answer is Answer.NOBODY:
            return then
        if {m.person.id for m in then.matches} == {m.person.id for m in today.matches}:
            return then if then.answer is Answer.LINK else today
        return Verdict(Answer.ASK, tuple({*then.matches, *today.matches}))

    def _identity(self, record: PersonRecord) -> tuple[Any, ...]:
        return (record.email, record.linkedin_url, record.full_name)

    # -- decisions ---------------------------------------------------------------

    @cached_property
    def decisions(self) -> list[Decision]:
        step = self.step  # who decides makes it urgent; its error may be gone
        if not (step.attempt or step.error or step.urgent):
            return []  # never asked: spare the query
        return list(self.step.decisions.exclude(choice="").order_by("pk"))

    @property
    def create_anyway(self) -> bool:
        return bool(self.decisions) and self.decisions[-1].choice == Choice.CREATE

    @property
    def not_them(self) -> set[str]:
        """Return the people of the ATS whom a recruiter declared to be others."""
        return {
            person_id
            for decision in self.decisions
            if decision.choice == Choice.CREATE
            for person_id in decision.shown_ids()
        }

    def _linked_by_decision(self) -> bool:
        if not self.decisions or self.decisions[-1].choice != Choice.LINK:
            return False
        person = self.adapter.person(self.decisions[-1].person_id)
        if person is None:
            return False  # gone since they were shown: look again
        self.link(matching.as_match(person, self.record), KnownBy.DECIDED)
        return True

    # -- outcomes ----------------------------------------------------------------

    def link(self, match: Match, known_by: AtsPerson.KnownBy) -> None:
        ledger.person_known(
            self.step,
            self.ticket,
            person_id=match.person.id,
            url=match.person.url,
            known_by=known_by,
            reason=match.why,
            claims=matching.identities(self.record),
        )

    def ask_which(self, matches: tuple[Match, ...]) -> None:
        ledger.ask(
            self.step,
            self.ticket,
            question=_which_question(self.ats, self.candidate.full_name, matches),
            shown=[match.to_json() for match in matches],
            allowed=[Choice.LINK, Choice.CREATE, Choice.SKIP],
            about_unclear=self.step.state == State.UNCERTAIN,
        )

    def ask_about_unclear(self) -> None:
        name = self.candidate.full_name
        shown = matching.alike(self.record, lookup.namesakes(self.adapter, self.record))
        ledger.ask(
            self.step,
            self.ticket,
            question=(
                f"We could not tell whether {self.ats} saved {name}. Look there: link "
                f"to the right person, or create {name} again."
            ),
            shown=[match.to_json() for match in shown],
            allowed=[Choice.LINK, Choice.CREATE, Choice.SKIP]
            if shown
            else [Choice.CREATE, Choice.SKIP],
            about_unclear=True,
        )

    def create(self, looked_up_at: Any, *, repeats: bool = False) -> None:
        """Create the person; the intent is committed directly before the first byte."""
        claims = matching.identities(self.record)

        def intend() -> None:
            ledger.intend(
                self.step,
                self.ticket,
                candidate=self.candidate,
                snapshot=self.record.to_json(),
                looked_up_at=looked_up_at,
                claims=claims,
                share_claims=self.create_anyway,
                repeats=repeats,
            )

        try:
            with self.http.writing(intend):
                person = self.adapter.create(
                    self.record, even_if_alike=self.create_anyway
                )
        except Claimed as claimed:
            self.meet(claimed.step)
        except AlreadyThere as refusal:
            self.refused(refusal)
        else:
            ledger.person_known(
                self.step,
                self.ticket,
                person_id=person.id,
                url=person.url,
                known_by=KnownBy.CREATED,
                claims=claims,
            )

    def meet(self, other: ExportStep) -> None:
        """Another row of ours claims an identity of this person: share, ask or wait."""
        person = AtsPerson.objects.filter(
            connection_id=other.connection_id, candidate_id=other.candidate_id
        ).first()
        if person is None:
            ledger.later(
                self.step,
                self.ticket,
                not_before=clock.now() + clock.period(5),
                sentence=(
                    "Another entry of the same person is on its way to "
                    f"{self.ats}; PinSync waits for it."
                ),
                kind=CLAIMED,
            )
            return
        theirs = PersonRecord.of(other.candidate)
        remote = RemotePerson(
            id=person.person_id,
            name=theirs.full_name,
            emails=(theirs.email,) if theirs.email else (),
            linkedin_urls=(theirs.linkedin_url,) if theirs.linkedin_url else (),
            url=person.link,
        )
        match = matching.as_match(remote, self.record)
        if matching.same_human(self.record, theirs):
            self.link(match, KnownBy.LINKED)
        else:
            self.ask_which((match,))

    def refused(self, refusal: AlreadyThere) -> None:
        """The vendor says it has this person: link if they are, ask if not sure."""
        ledger.refused(self.step, self.ticket, refusal=refusal)
        if refusal.person_id:
            person = self.adapter.person(refusal.person_id)
            found = [person] if person else []
        else:
            found = lookup.people_like(self.adapter, self.record)[0]
            found = found or lookup.namesakes(self.adapter, self.record)
        verdict = self.judge(self.record, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.match, self.known_if_found)
            return
        shown = [matching.as_match(person, self.record) for person in found]
        allowed = [Choice.SKIP]
        if shown:
            allowed.insert(0, Choice.LINK)
        if self.adapter.can_override_refusal:
            allowed.append(Choice.CREATE)
        ledger.ask(
            self.step,
            self.ticket,
            question=(
                f"{self.ats} will not create {self.candidate.full_name}: it has "
                "someone it takes for the same person. Is it?"
            ),
            shown=[match.to_json() for match in shown],
            allowed=allowed,
        )


class FollowUp(Work):
    """A write that needs the person: it is looked up before it is ever repeated."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.person = AtsPerson.objects.filter(
            connection_id=self.step.connection_id, candidate_id=self.step.candidate_id
        ).first()

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
                f"We could not tell whether {self.ats} saved {self.thing} of "
                f"{self.candidate.full_name}. Look there before it is sent again."
            ),
            shown=[],
            allowed=[Choice.DONE, Choice.REPEAT, Choice.SKIP],
            about_unclear=True,
        )

    def send(self, looked_up_at: Any, *, repeats: bool = False) -> None:
        def intend() -> None:
            ledger.intend(
                self.step,
                self.ticket,
                candidate=self.candidate,
                snapshot=self.snapshot(),
                looked_up_at=looked_up_at,
                claims=self.claims(),
                repeats=repeats,
            )

        try:
            with self.http.writing(intend):
                self.write()
        except Claimed as claimed:
            if claimed.step.state == State.DONE:  # and they were taken off again
                ledger.done(self.step, self.ticket)
                return
            ledger.later(
                self.step,
                self.ticket,
                not_before=clock.now() + clock.period(5),
                sentence=(
                    f"Another entry of the same person is sending {self.thing} to "
                    f"{self.ats}; PinSync waits for it."
                ),
                kind=CLAIMED,
            )
        except AlreadyThere:
            ledger.done(self.step, self.ticket)
        else:
            self.sent()

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
        if not self._cannot_be_there_yet() and self.is_there():
            ledger.done(self.step, self.ticket)
        else:
            self.send(began)

    def _cannot_be_there_yet(self) -> bool:
        """Somebody whom we created a moment ago is on no job: no need to ask."""
        assert self.person is not None  # noqa: S101 (run() returned otherwise)
        age = clock.now() - self.person.known_at
        is_new = self.person.known_by == KnownBy.CREATED and age < clock.period(60)
        return is_new and self.step.error_kind != CLAIMED

    def claims(self) -> list[tuple[str, str]]:
        # Two rows of one human share the person, and so the place on the job.
        return [("job", f"{self.person_id} {self.step.ats_job_id}")]

    def is_there(self) -> bool:
        return self.adapter.is_on_job(self.person_id, self.step.ats_job_id)

    def write(self) -> None:
        self.adapter.add_to_job(self.person_id, self.step.ats_job_id)

    def snapshot(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "job_id": self.step.ats_job_id}


class ResumeWork(FollowUp):
    thing = "the resume"

    def attempt(self) -> None:
        document = want_resume(self.candidate)
        if self.person is None or not self.person.is_ours:
            ledger.skipped(self.step, self.ticket)
        elif document.state == ResumeDocument.State.READY:
            self.document = document
            began = clock.now()
            if self.is_there_already():
                ledger.done(self.step, self.ticket)
            else:
                self.send(began)
        elif document.state == ResumeDocument.State.FAILED:
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
        if self._was_accepted():
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
        super().resolve()

    def is_there(self) -> bool | None:
        return self.adapter.has_note(self.person_id, self.marker)

    def write(self) -> None:
        self.adapter.add_note(self.person_id, self.text)

    def snapshot(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "text": self.text}


_WORK: dict[ExportStep.Kind, type[Work]] = {
    Kind.PERSON: PersonWork,
    Kind.JOB_LINK: JobLinkWork,
    Kind.RESUME: ResumeWork,
    Kind.NOTE: NoteWork,
}


def _which_question(ats: str, name: str, matches: tuple[Match, ...]) -> str:
    if len(matches) == 1:
        return f"Someone in {ats} looks like {name}. Is it the same person?"
    return f"{len(matches)} people in {ats} look like {name}. Which one is it?"


__all__ = ["AtsError", "Key", "Stale", "Work", "work_for"]
