"""Importing candidates to a job: checks the whole file, then takes all of it or nothing.

Somebody who is in PinSync already is recognized (``recognition.py``) and put on the job;
what the file knows of them and PinSync does not is filled in, nothing is overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from pinsync import clock
from pinsync.accounts.models import Organization

from .csv_file import Sheet, read, written
from .import_columns import (
    Layout,
    LinkCell,
    layout_of,
    linking_columns,
    register_column,
)
from .import_rows import Entry, Problem, rows_of
from .models import Candidate, JobCandidate, Kind
from .recognition import chunks, recognize

if TYPE_CHECKING:
    from jobs.models import Job
    from pinsync.accounts.models import User

    from .uploads import CandidateImport

__all__ = ["Changed", "Plan", "carry_out", "check", "register_column", "wrong_rows"]

# Filled in together or not at all: half of each would be a place that does not exist.
_TOGETHER = (("city", "state", "country"), ("current_title", "current_company"))
_ALONE = ("email", "phone", "linkedin_url", "headline", "summary", "skills")


class Changed(Exception):
    """What was shown is not what would happen now; nothing was imported."""


@dataclass
class Plan:
    """What importing the file would do. Rows with a problem are not among the entries.

    ``repeats`` maps a row to the earlier one that says the same; ``on_job`` holds the
    ids of those who are on the job already.
    """

    job: Job
    sheet: Sheet
    layout: Layout
    entries: list[Entry]
    problems: list[Problem]
    repeats: dict[int, int] = field(default_factory=dict)
    examples: list[int] = field(default_factory=list)
    on_job: set[int] = field(default_factory=set)
    new: list[Entry] = field(init=False)
    known: list[tuple[Entry, Candidate]] = field(init=False)

    def __post_init__(self) -> None:
        # Kept as it was at the check: taking it gives the new ones their candidate.
        self.new = [entry for entry in self.entries if entry.candidate is None]
        self.known = [(e, e.candidate) for e in self.entries if e.candidate]
        self.on_job &= {candidate.pk for _, candidate in self.known}

    @cached_property
    def blanks(self) -> dict[int, dict[str, str]]:
        """Return what is filled in, by the id of each candidate who lacks something."""
        found = {known.pk: _blanks(known, entry.values) for entry, known in self.known}
        return {pk: values for pk, values in found.items() if values}

    @cached_property
    def linked(self) -> int:
        """Return how many people the file gives the id of another system for."""
        return sum(bool(entry.links) for entry in self.entries)

    @cached_property
    def wrong_rows(self) -> list[int]:
        return sorted({problem.row for problem in self.problems})

    @property
    def unrecognizable(self) -> int:
        """Return how many new people would be new again if the file came twice."""
        return sum(not entry.identities for entry in self.new)

    @property
    def seen(self) -> str:
        """Return a mark of all that would happen: the same as long as nothing changes."""
        people = [(e.row, e.candidate.pk if e.candidate else 0) for e in self.entries]
        facts = [people, self.wrong_rows, sorted(self.on_job), sorted(self.blanks)]
        return sha256(json.dumps(facts).encode()).hexdigest()[:16]


def check(data: bytes, job: Job) -> Plan:
    """Return what importing the file to the job would do; may raise Unreadable."""
    sheet = read(data)
    layout = layout_of(sheet.header)
    rows = rows_of(sheet, layout)
    organization = job.organization
    found = recognize(rows.entries, organization, job)
    problems = rows.problems + found.problems
    entries = _without(rows.entries, problems)
    problems += _unlinkable(entries, organization)
    return Plan(
        job,
        sheet,
        layout,
        _without(entries, problems),
        sorted(problems, key=lambda problem: problem.row),
        rows.repeats,
        rows.examples,
        found.on_job,
    )


def _without(entries: list[Entry], problems: list[Problem]) -> list[Entry]:
    wrong = {problem.row for problem in problems}
    return [entry for entry in entries if entry.row not in wrong]


def _unlinkable(entries: list[Entry], organization: Organization) -> list[Problem]:
    by_row = {entry.row: entry for entry in entries}
    problems = []
    for key, links in linking_columns():
        cells = [
            LinkCell(entry.row, entry.links[key], entry.candidate)
            for entry in entries
            if key in entry.links
        ]
        found = links.problems(organization, cells) if cells else {}
        problems += [
            by_row[row].problem(key, sentence) for row, sentence in found.items()
        ]
    return problems


def wrong_rows(plan: Plan) -> bytes:
    """Return the rows that have a problem as a file, with what is wrong in front."""
    reasons: dict[int, list[str]] = {}
    for problem in plan.problems:
        where = f"{problem.column}: " if problem.column else ""
        reasons.setdefault(problem.row, []).append(f"{where}{problem.sentence}")
    rows = [["What is wrong", *plan.sheet.header]]
    for record in plan.sheet.records:
        if record.number in reasons:
            rows.append([" ".join(reasons[record.number]), *record.cells])
    return written(rows)


# --- Taking it -------------------------------------------------------------------


def carry_out(
    upload: CandidateImport, *, seen: str, without_wrong: bool, by: User
) -> None:
    """Import what the preview showed, once: all of it or, where anything fails, nothing.

    Idempotent. Raises Changed where something else would happen than was shown. Two
    imports of an organization wait for each other, so that nobody comes twice.
    """
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(
            pk=upload.organization_id
        )
        upload.refresh_from_db()
        if upload.is_finished:
            return
        if upload.data is None:
            raise Changed
        plan = check(bytes(upload.data), upload.job)
        if plan.seen != seen or not plan.entries:
            raise Changed
        if plan.problems and not without_wrong:
            raise Changed
        _take(plan, by=by)
        upload.finish(
            added=len(plan.new),
            known=len(plan.known),
            were_on_job=len(plan.on_job),
            linked=plan.linked,
            left_out=len(plan.wrong_rows),
        )


def _take(plan: Plan, *, by: User) -> None:
    created = Candidate.objects.bulk_create(_candidates(plan), batch_size=500)
    for entry, candidate in zip(plan.new, created, strict=True):
        entry.candidate = candidate
    people = [_candidate_of(entry) for entry in plan.entries]
    JobCandidate.objects.bulk_create(
        [
            JobCandidate(job=plan.job, candidate=candidate)
            for candidate in people
            if candidate.pk not in plan.on_job
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    _fill_in(plan, by=by)
    for key, links in linking_columns():
        pairs = [
            (_candidate_of(entry), entry.links[key])
            for entry in plan.entries
            if key in entry.links
        ]
        if pairs:
            links.link(plan.job.organization, pairs, by=by)


def _candidate_of(entry: Entry) -> Candidate:
    assert entry.candidate is not None  # noqa: S101 (everybody is created by now)
    return entry.candidate


def _candidates(plan: Plan) -> Iterator[Candidate]:
    for entry in plan.new:
        candidate = Candidate(
            organization=plan.job.organization,
            source=Candidate.Source.CSV,
            **entry.values,
        )
        candidate.fold()
        yield candidate


def _blanks(candidate: Candidate, values: dict[str, str]) -> dict[str, str]:
    """Return those values that the candidate has no counterpart of."""
    free = [key for key in _ALONE if not getattr(candidate, key)]
    for group in _TOGETHER:
        if not any(getattr(candidate, key) for key in group):
            free += group
    return {key: values[key] for key in free if key in values}


def _fill_in(plan: Plan, *, by: User) -> None:
    """Save the blanks; “contact information is found” is recorded where it is news."""
    reachable = []
    known = [candidate.pk for _, candidate in plan.known]
    Candidate.objects.filter(pk__in=known).lock()
    for pk, candidate in sorted(Candidate.objects.in_bulk(known).items()):
        # What somebody typed since the preview was read stays.
        values = _blanks(candidate, plan.blanks.get(pk, {}))
        if not values:
            continue
        could_be_reached = candidate.has_contact
        for key, value in values.items():
            setattr(candidate, key, value)
        candidate.fold()
        Candidate.objects.filter(pk=candidate.pk).update(
            **values,
            search=candidate.search,
            linkedin_key=candidate.linkedin_key,
            updated_at=clock.now(),
        )
        if candidate.has_contact and not could_be_reached:
            reachable.append(candidate.pk)
    for some in chunks(reachable):
        waiting = JobCandidate.objects.waiting_for_contact()
        waiting.filter(candidate__in=some).record(Kind.CONTACT_FOUND, by=by)
