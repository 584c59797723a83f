"""Compares our ledger with what the ATSs really hold: who is lost, who came twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .plan import Person

Truth = Mapping[str, Any]

_MARKER = re.compile(r"PS-\d+")
_IN_THE_END = ("sent", "failed", "needs_you")


@dataclass
class Tally:
    """What is wrong with one vendor, as sentences, and how many there are of the rest."""

    attempted: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    asked_with_email: list[str] = field(default_factory=list)
    asked_rightly: int = 0  # the same email under a plainly different name
    failed: list[str] = field(default_factory=list)
    recovered: int = 0
    linked: int = 0
    people: int = 0
    suspects: set[int] = field(default_factory=set)  # candidates to look at

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected)


@dataclass(frozen=True)
class Row:
    """What our ledger says of one person in one ATS."""

    states: Mapping[str, str]  # of the exports, by ATS job
    kinds: Mapping[str, str]  # of the steps but job links: their states
    links: Mapping[str, str]  # of the job links, by ATS job
    reasons: Sequence[str]  # of what failed or asks
    silent: Sequence[str]  # what failed or asks without a reason
    person_id: str
    known_by: str
    ever_unclear: bool

    @property
    def is_ours(self) -> bool:
        return self.known_by in ("created", "recovered")


def reckon(people: Sequence[Person], truths: Mapping[str, Truth]) -> dict[str, Tally]:
    rows = _ledger(people)
    return {
        slug: _Desk(slug, truth, [p for p in people if p.vendor == slug], rows).tally()
        for slug, truth in truths.items()
    }


class _Desk:
    """One vendor's truth beside our rows."""

    def __init__(
        self,
        slug: str,
        truth: Truth,
        people: Sequence[Person],
        rows: Mapping[int, Row],
    ) -> None:
        from integrations.adapters import adapter_class

        self._adapter = adapter_class(slug)
        self._people, self._rows = people, rows
        self._there: list[dict[str, Any]] = list(truth["people"])
        self._by_email: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in self._there:
            for email in {email.lower() for email in one["emails"]}:
                self._by_email[email].append(one)
            self._by_name[one["name"]].append(one)
        self._candidates: dict[str, set[int]] = defaultdict(set)
        for person in people:
            for key in (person.email, person.name):
                self._candidates[key].add(person.pk)
        self._tally = Tally(people=len(self._there))

    def tally(self) -> Tally:
        for person in self._people:
            self._count(person)
            self._look_for(person)
        self._find_duplicates()
        self._find_unexpected()
        return self._tally

    def _found(self, person: Person) -> list[dict[str, Any]]:
        if person.email:
            return self._by_email.get(person.email, [])
        return self._by_name.get(person.name, [])

    # -- lost ----------------------------------------------------------------------

    def _count(self, person: Person) -> None:
        tally, row = self._tally, self._rows.get(person.pk)
        tally.attempted += sum(wish.tried for wish in person.wishes)
        tally.acknowledged += sum(wish.heard for wish in person.wishes)
        if row is None:
            return
        tally.recovered += row.known_by == "recovered"
        tally.linked += row.known_by == "linked"
        said = f"{_who(person)}: {'; '.join(row.reasons)}"
        if "needs_you" in row.states.values():
            if person.is_another:
                tally.asked_rightly += 1
            else:
                tally.asked.append(said)
                if person.email:
                    tally.asked_with_email.append(said)
        if "failed" in row.states.values():
            tally.failed.append(said)

    def _look_for(self, person: Person) -> None:
        row = self._rows.get(person.pk)
        for wish in person.wishes:
            state = row.states.get(wish.ats_job, "") if row else ""
            if wish.heard and state not in _IN_THE_END:
                self._lose(person, f"heard, but its export is {state or 'not there'}")
            elif row and state == "sent":
                self._check_sent(person, row, wish.ats_job)
        if row and row.silent:
            self._tally.unexpected.append(f"{_who(person)}: no reason for {row.silent}")
            self._tally.suspects.add(person.pk)

    def _check_sent(self, person: Person, row: Row, ats_job: str) -> None:
        """What reads Sent is there: the person, their place, their resume, their note."""
        there = [one for one in self._there if str(one["id"]) == row.person_id]
        if not there or there[0] not in self._found(person):
            self._lose(
                person, f"sent, but {row.person_id or 'nobody'} is not in the ATS"
            )
            return
        (one,) = there
        if ats_job not in [str(job["id"]) for job in one["jobs"]]:
            self._lose(person, f"sent, but not on the job {ats_job}")
        if row.is_ours and self._adapter.sends_resume and not one["files"]:
            self._lose(
                person, f"the resume is {row.kinds.get('resume')}, but not there"
            )
        if row.is_ours and self._adapter.sends_note and not _MARKER.search(_notes(one)):
            self._lose(person, f"the note is {row.kinds.get('note')}, but not there")

    def _lose(self, person: Person, how: str) -> None:
        self._tally.lost.append(f"{_who(person)}: {how}")
        self._tally.suspects.add(person.pk)

    # -- duplicated ----------------------------------------------------------------

    def _find_duplicates(self) -> None:
        groups = {f"email {email}": some for email, some in self._by_email.items()}
        groups |= {
            f"name {name}": some
            for name, some in self._by_name.items()
            if not any(one["emails"] for one in some)
        }
        for what, some in groups.items():
            if len(some) > 1:
                ids = ", ".join(str(one["id"]) for one in some)
                self._tally.duplicated.append(f"{what}: {ids}")
                self._suspect(some[0])
        for one in self._there:
            for what in _twice(one):
                self._tally.duplicated.append(f"{one['name']} {one['id']}: {what}")
                self._suspect(one)

    # -- unexpected ----------------------------------------------------------------

    def _find_unexpected(self) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        were_there = set()
        for person in self._people:
            key = person.email or person.name
            wanted[key] |= {wish.ats_job for wish in person.wishes if wish.tried}
            if person.was_there:
                were_there.add(key)
        for one in self._there:
            keys = [*(email.lower() for email in one["emails"]), one["name"]]
            key = next((key for key in keys if key in wanted), "")
            asked_for = wanted.get(key, set())
            if not asked_for and key not in were_there:
                self._surprise(one, "nobody asked for them")
            for job in one["jobs"]:
                if str(job["id"]) not in asked_for:
                    self._surprise(one, f"nobody asked for the job {job['id']}")
            if key in were_there and (one["files"] or _MARKER.search(_notes(one))):
                self._surprise(one, "was there before, and got something of ours")

    def _surprise(self, one: Mapping[str, Any], what: str) -> None:
        self._tally.unexpected.append(f"{one['name']} {one['id']}: {what}")
        self._suspect(one)

    def _suspect(self, one: Mapping[str, Any]) -> None:
        for key in (*(email.lower() for email in one["emails"]), one["name"]):
            self._tally.suspects |= self._candidates.get(key, set())


def _twice(one: Mapping[str, Any]) -> Iterable[str]:
    counted = {
        "job": Counter(str(job["id"]) for job in one["jobs"]),
        "file": Counter(file["name"] for file in one["files"]),
        "note": Counter(_MARKER.findall(_notes(one))),
    }
    for what, times in counted.items():
        for name, number in times.items():
            if number > 1:
                yield f"{number} times the {what} {name}"


def _notes(one: Mapping[str, Any]) -> str:
    return "\n".join(str(note) for note in one["notes"])


def _who(person: Person) -> str:
    return f"{person.vendor} {person.name} (candidate {person.pk}, {person.way})"


# --- Our side ---------------------------------------------------------------------


def _ledger(people: Sequence[Person]) -> dict[int, Row]:
    """Return our rows by candidate; each candidate is meant for one ATS alone."""
    from integrations.models import AtsPerson, Export, ExportStep

    exports: dict[int, list[Any]] = defaultdict(list)
    for row in Export.objects.values("candidate_id", "ats_job_id", "state"):
        exports[row["candidate_id"]].append(row)
    steps: dict[int, list[ExportStep]] = defaultdict(list)
    for step in ExportStep.objects.prefetch_related("decisions"):
        steps[step.candidate_id].append(step)
    known = {one.candidate_id: one for one in AtsPerson.objects.all()}
    return {
        person.pk: _row(exports[person.pk], steps[person.pk], known.get(person.pk))
        for person in people
        if person.pk in exports
    }


def _row(exports: list[Any], steps: list[Any], known: Any) -> Row:
    troubled = [step for step in steps if step.state in ("failed", "asking")]
    return Row(
        states={one["ats_job_id"]: one["state"] for one in exports},
        kinds={step.kind: step.state for step in steps if step.kind != "job_link"},
        links={
            step.ats_job_id: step.state for step in steps if step.kind == "job_link"
        },
        reasons=[f"{step.kind}: {step.error}" for step in troubled],
        silent=[
            f"{step.kind} {step.state}" for step in troubled if not _says_why(step)
        ],
        person_id=known.person_id if known else "",
        known_by=known.known_by if known else "",
        ever_unclear=any(step.ever_unclear for step in steps),
    )


def _says_why(step: Any) -> bool:
    if step.state == "failed":
        return bool(step.error)
    open_ones = [one for one in step.decisions.all() if not one.choice]
    return any(decision.question for decision in open_ones)
