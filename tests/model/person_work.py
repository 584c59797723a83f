"""The step that matters most: finds the person in the ATS, or creates them once."""

from __future__ import annotations

from functools import cached_property

from integrations.matching import Answer

from . import matching
from .intents import Claimed, Intent, commit_late
from .matching import Verdict
from .rows import Choice, Identity, KnownBy, Question, State, Step
from .vendor import Fault, Person
from .work import Moves, Work

_ANY = (Choice.LINK, Choice.CREATE, Choice.SKIP)


class PersonWork(Work):
    def attempt(self) -> Moves[None]:
        if (yield from self._linked_by_decision()):
            return
        looked, found = yield from self.look(self.seen)
        verdict = self.judge(self.seen, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.only, self.known_if_found(verdict.only))
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict)
        else:
            yield from self.create(looked)

    def resolve(self) -> Moves[None]:
        if (yield from self._linked_by_decision()):
            return
        sent = self._sent()
        looked, found = yield from self.look(sent)
        if sent != self.seen:
            _, today = yield from self.look(self.seen)
            found = found + today
        verdict = matching.merged(self.judge(sent, found), self.judge(self.seen, found))
        if verdict.answer is Answer.LINK:
            self.link(verdict.only, self.known_if_found(verdict.only))
        elif verdict.answer is Answer.ASK:
            self.ask_which(verdict)
        else:
            provable = self.vendor.proves_absence(sent)
            if (yield from self.settle_absence(provable=provable)):
                yield from self.create(looked, repeats=True)

    def look(self, who: Identity) -> Moves[tuple[float | None, list[Person]]]:
        """Return when the asking began, and every row the vendor gives."""
        if not self.guards.look_up:
            return None, []
        began = self.clock.now
        yield from self.reading()
        found = self.vendor.find(who)
        yield
        return began, found

    def judge(self, who: Identity, found: list[Person]) -> Verdict:
        by_linkedin = self.vendor.setting.by_linkedin
        return matching.judge(
            who, found, by_linkedin=by_linkedin, not_them=self.not_them
        )

    def known_if_found(self, person_id: int) -> KnownBy:
        return KnownBy.RECOVERED if self._may_be_ours(person_id) else KnownBy.LINKED

    def _may_be_ours(self, person_id: int) -> bool:
        """Only whom we sent, and kept claims on: else another row created them."""
        if not self.step.ever_unclear:
            return False
        sent, found = self._sent(), [self.vendor.person(person_id)]
        if self.judge(sent, found).answer is Answer.NOBODY:
            return False
        held = any(holder.id == self.step.id for holder in self.ledger.claims.values())
        return held or not sent.keys()

    def _sent(self) -> Identity:
        """Return what the unclear write sent."""
        return self.step.attempts[self.step.attempt - 1].snapshot

    # -- decisions -------------------------------------------------------------------

    @cached_property
    def decisions(self) -> list[Question]:
        return [question for question in self.step.questions if question.choice]

    @property
    def create_anyway(self) -> bool:
        return bool(self.decisions) and self.decisions[-1].choice == Choice.CREATE

    @property
    def not_them(self) -> set[int]:
        return {
            person_id
            for decision in self.decisions
            if decision.choice == Choice.CREATE
            for person_id in decision.shown
        }

    def _linked_by_decision(self) -> Moves[bool]:
        last = self.decisions[-1] if self.decisions else None
        if last is None or last.choice != Choice.LINK:
            return False
        yield from self.reading()
        yield
        self.link(last.person_id, KnownBy.DECIDED)
        return True

    # -- outcomes --------------------------------------------------------------------

    def link(self, person_id: int, known_by: KnownBy) -> None:
        self.ledger.person_known(
            self.step,
            self.ticket,
            person_id=person_id,
            known_by=known_by,
            claims=self.seen.keys(),
        )

    def ask_which(self, verdict: Verdict) -> None:
        unclear = self.step.state == State.UNCERTAIN
        question = Question(tuple(sorted(verdict.ids)), _ANY, about_unclear=unclear)
        self.ledger.ask(self.step, self.ticket, question)

    def ask_about_unclear(self) -> Moves[None]:
        namesakes = yield from self._namesakes()
        shown = tuple(person.id for person in namesakes)
        allowed = _ANY if shown else (Choice.CREATE, Choice.SKIP)
        question = Question(
            shown, allowed, about_unclear=True, looks_there=True, settles_doubt=True
        )
        self.ledger.ask(self.step, self.ticket, question)

    def _namesakes(self) -> Moves[list[Person]]:
        yield from self.reading()
        found = self.vendor.namesakes(self.seen.name)
        yield
        return found

    def create(
        self, looked_up_at: float | None, *, repeats: bool = False
    ) -> Moves[None]:
        intent = Intent(
            self.seen,
            looked_up_at,
            claims=self.seen.keys(),
            is_another=self._is_another,
            repeats=repeats,
        )
        write = self.vendor.creation(
            self.step.row, self.seen, even_if_alike=self.create_anyway
        )
        try:
            reply = yield from self.writing(intent, write)
        except Claimed as claimed:
            yield
            yield from self.meet(claimed)
        except Fault as fault:
            if fault.kind != "already_there":
                raise
            yield
            commit_late(self.ledger, self.ticket)
            yield from self.refused(fault)
        else:
            yield
            commit_late(self.ledger, self.ticket)
            self.link(reply.value.id, KnownBy.CREATED)

    def _is_another(self, holder: Step) -> bool:
        """Return whether a recruiter decided, knowing of the holder, to create anyway."""
        if not self.create_anyway:
            return False
        if known := self.ledger.people.get(holder.row.id):
            return known.person_id in self.not_them
        asked_at = self.decisions[-1].asked_at
        return holder.is_given_up and asked_at > holder.given_up_at

    def meet(self, claimed: Claimed) -> Moves[None]:
        """Another row of ours claims an identity of this person: share, ask or wait."""
        other = claimed.holder.row
        known = self.ledger.people.get(other.id)
        if known and matching.same_human(self.seen, other.identity):
            self.link(known.person_id, KnownBy.LINKED)
        elif known:
            self.ask_which(Verdict(Answer.ASK, frozenset([known.person_id])))
        elif claimed.is_given_up:  # they may be there by that row, or may not
            yield from self.ask_about_unclear()
        else:
            self.wait_for(claimed)

    def refused(self, refusal: Fault) -> Moves[None]:
        """The vendor says it has this person: link if they are, ask if not sure."""
        self.ledger.refused(self.step, self.ticket)
        if refusal.person_id:
            yield from self.reading()
            found = [self.vendor.person(refusal.person_id)]
            yield
        else:
            _, found = yield from self.look(self.seen)
            found = found or (yield from self._namesakes())
        verdict = self.judge(self.seen, found)
        if verdict.answer is Answer.LINK:
            self.link(verdict.only, self.known_if_found(verdict.only))
            return
        shown = tuple({person.id: None for person in found})
        allowed = [Choice.LINK, Choice.SKIP] if shown else [Choice.SKIP]
        if self.vendor.setting.overrides:
            allowed.append(Choice.CREATE)
        question = Question(shown, tuple(allowed), looks_there=not shown)
        self.ledger.ask(self.step, self.ticket, question)
