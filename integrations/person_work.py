"""The step that matters most: finds the person in the ATS, or creates them once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings

from candidates.models import Candidate

from . import ledger, lookup, matching
from .adapters import RemotePerson
from .errors import AlreadyThere
from .intents import Claimed, intend
from .matching import Answer, Match, Verdict
from .models import AtsPerson, Decision, IdentityClaim
from .records import PersonRecord
from .work import CLAIMED, State, Work, wait_for

Choice, KnownBy = Decision.Choice, AtsPerson.KnownBy


class PersonWork(Work):
    """Finds the person, or creates them with the one write that matters most."""

    def attempt(self) -> None:
        if self._linked_by_decision():
            return
        found, began = lookup.people_like(self.adapter, self.record)
        verdict = self.judge(self.record, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.match, self.known_by(verdict.match))
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict.matches)
        else:
            self.create(began)

    def resolve(self) -> None:
        if self._linked_by_decision():
            return
        sent = self._sent()
        found, began = lookup.people_like(self.adapter, sent)
        if self._identity(sent) != self._identity(self.record):
            found += lookup.people_like(self.adapter, self.record)[0]
        verdict = self._found_for(sent, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.match, self.known_by(verdict.match))
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict.matches)
        elif self.settle_absence(provable=lookup.can_prove_absence(self.adapter, sent)):
            self.create(began, repeats=True)

    def known_by(self, match: Match) -> AtsPerson.KnownBy:
        """Say whether whoever appears now may have come by an unclear write of ours."""
        return KnownBy.RECOVERED if self._may_be_ours(match) else KnownBy.LINKED

    def _may_be_ours(self, match: Match) -> bool:
        """Only who is whom we sent; and who kept their claims since.

        Else another row of the same human may have created them.
        """
        if not self.step.ever_unclear:
            return False
        sent = self._sent()
        if self.judge(sent, [match.person]).answer is Answer.NOBODY:
            return False
        return self.step.claims.exists() or not matching.identities(sent)

    def _sent(self) -> PersonRecord:
        """Return what the unclear write sent."""
        nobody = {"first_name": "", "last_name": ""}
        return PersonRecord.from_json({**nobody, **self.sent_snapshot()})

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
                f"{self.could_not_tell(name)} Look there: link "
                f"to the right person, or create {name} again."
            ),
            shown=[match.to_json() for match in shown],
            allowed=[Choice.LINK, Choice.CREATE, Choice.SKIP]
            if shown
            else [Choice.CREATE, Choice.SKIP],
            about_unclear=True,
            settles_doubt=True,
        )

    def create(self, looked_up_at: Any, *, repeats: bool = False) -> None:
        """Create the person; the intent is committed directly before the first byte."""
        claims = matching.identities(self.record)

        def open_gate() -> None:
            intend(
                self.step,
                self.ticket,
                candidate=self.candidate,
                snapshot=self.record.to_json(),
                looked_up_at=looked_up_at,
                claims=claims,
                is_another=self._is_another,
                repeats=repeats,
            )

        try:
            with self.http.writing(open_gate):
                person = self.adapter.create(
                    self.record, even_if_alike=self.create_anyway
                )
        except Claimed as claimed:
            self.meet(claimed)
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

    def _is_another(self, claim: IdentityClaim) -> bool:
        """Return whether a recruiter decided, knowing of the holder, to create anyway."""
        if not self.create_anyway:
            return False
        person = self._known(claim.candidate)
        if person:
            return person.person_id in self.not_them
        ended = claim.given_up_at
        return ended is not None and self.decisions[-1].asked_at > ended

    def _known(self, candidate: Candidate) -> AtsPerson | None:
        return AtsPerson.objects.filter(
            connection_id=self.step.connection_id, candidate=candidate
        ).first()

    def meet(self, claimed: Claimed) -> None:
        """Another row of ours claims an identity of this person: share, ask or wait."""
        person = self._known(claimed.candidate)
        if person:
            self._share(claimed.candidate, person)
        elif claimed.is_given_up:  # they may be there by that row, or may not
            self.ask_about_unclear()
        else:
            ledger.later(
                self.step,
                self.ticket,
                not_before=wait_for(claimed),
                sentence=(
                    "Another entry of the same person is on its way to "
                    f"{self.ats}; {settings.PRODUCT_NAME} waits for it."
                ),
                kind=CLAIMED,
            )

    def _share(self, other: Candidate, person: AtsPerson) -> None:
        """Link to whom another row of the same human is; ask if it may not be."""
        theirs = PersonRecord.of(other)
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
            self.link(verdict.match, self.known_by(verdict.match))
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


def _which_question(ats: str, name: str, matches: tuple[Match, ...]) -> str:
    if len(matches) == 1:
        return f"Someone in {ats} looks like {name}. Is it the same person?"
    return f"{len(matches)} people in {ats} look like {name}. Which one is it?"
