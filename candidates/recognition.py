"""Which people of an import are in PinSync already, and where that is not clear."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from .identity import linkedin_key, names_plainly_differ
from .import_columns import linking_columns
from .import_rows import Entry, Identity, Problem
from .models import Candidate, JobCandidate
from .steps import short

if TYPE_CHECKING:
    from jobs.models import Job
    from pinsync.accounts.models import Organization

Item = TypeVar("Item")

_CHUNK = 500  # values in one query: more than 999 some databases refuse


@dataclass
class Recognized:
    """Who could not be told for certain, and the ids of those on the job already."""

    problems: list[Problem] = field(default_factory=list)
    on_job: set[int] = field(default_factory=set)


def recognize(
    entries: Collection[Entry], organization: Organization, job: Job
) -> Recognized:
    """Set who each entry is in PinSync; some are found by none of what they bring."""
    holders = _holders(entries, organization)
    ids = {pk for pks in holders.values() for pk in pks}
    people = {
        candidate.pk: candidate
        for some in chunks(sorted(ids))
        for candidate in Candidate.objects.filter(pk__in=some)
    }
    on_job = {
        pk
        for some in chunks(sorted(ids))
        for pk in JobCandidate.objects.filter(job=job, candidate__in=some).values_list(
            "candidate_id", flat=True
        )
    }
    result = Recognized()
    rows: dict[int, int] = {}
    for entry in entries:
        problem = _recognize_one(entry, holders, people, on_job, rows)
        if problem:
            result.problems.append(problem)
        elif entry.candidate and entry.candidate.pk in on_job:
            result.on_job.add(entry.candidate.pk)
    return result


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _holders(
    entries: Collection[Entry], organization: Organization
) -> dict[Identity, set[int]]:
    """Return whose each identity of the file is."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        for key, value in entry.identities:
            wanted.setdefault(key, set()).add(value)
    found = {
        key: _by_field(organization, name, wanted.get(key, ()))
        for key, name in (("email", "email"), ("linkedin_url", "linkedin_key"))
    }
    for key, links in linking_columns():
        if key in wanted:
            found[key] = links.known(organization, wanted[key])
    return {
        (key, value): set(pks)
        for key, holders in found.items()
        for value, pks in holders.items()
    }


def _by_field(
    organization: Organization, name: str, values: Collection[str]
) -> Mapping[str, Collection[int]]:
    found: dict[str, set[int]] = {}
    for some in chunks(sorted(values)):
        rows = Candidate.objects.of(organization).filter(**{f"{name}__in": some})
        for pk, value in rows.order_by().values_list("pk", name):
            found.setdefault(value, set()).add(pk)
    return found


def _recognize_one(
    entry: Entry,
    holders: Mapping[Identity, set[int]],
    people: Mapping[int, Candidate],
    on_job: Collection[int],
    rows: dict[int, int],
) -> Problem | None:
    """Set the entry's candidate, or return why it is not certain who they are.

    ``rows`` remembers in which row each candidate was found first.
    """
    hits = [
        (key, holders[key, value])
        for key, value in entry.identities
        if (key, value) in holders
    ]
    if not hits:
        return None
    fitting = set.intersection(*(pks for _, pks in hits))
    if not fitting:
        return _two_people(entry, hits, people)
    # Of several rows of one human: who is on the job, who is not archived, the oldest.
    best = min(
        fitting,
        key=lambda pk: (pk not in on_job, people[pk].archived_at is not None, pk),
    )
    candidate, key = people[best], hits[0][0]
    problem = _objection(entry, candidate, key) or _twice(entry, candidate, key, rows)
    if problem is None:
        entry.candidate = candidate
        rows[best] = entry.row
    return problem


def _two_people(
    entry: Entry, hits: Sequence[tuple[str, set[int]]], people: Mapping[int, Candidate]
) -> Problem:
    (first, firsts), (second, seconds) = _disjoint(hits)
    one, other = (short(str(people[min(pks)])) for pks in (firsts, seconds))
    return entry.problem(
        second,
        f"In this row, {entry.columns[first]} is that of {one} and "
        f"{entry.columns[second]} is that of {other}. Correct one of them, or empty it.",
    )


def _disjoint(
    hits: Sequence[tuple[str, set[int]]],
) -> tuple[tuple[str, set[int]], tuple[str, set[int]]]:
    """Return two that share nobody; with three that share in pairs, the outer ones."""
    for number, first in enumerate(hits):
        for second in hits[number + 1 :]:
            if not first[1] & second[1]:
                return first, second
    return hits[0], hits[-1]


def _objection(entry: Entry, candidate: Candidate, key: str) -> Problem | None:
    what, name = entry.columns[key], short(str(candidate))
    if candidate.archived_at:
        return entry.problem(
            key,
            f"{name} is archived in {settings.PRODUCT_NAME}. Ask an administrator to "
            "bring them back, or delete the row.",
        )
    profile = linkedin_key(entry.values.get("linkedin_url", ""))
    profiles = {candidate.linkedin_key, profile} - {""}
    if len(profiles) == 2:
        return entry.problem(
            "linkedin_url",
            f"{name} has the same {what} in {settings.PRODUCT_NAME} and another LinkedIn "
            f"profile. If they are one person, empty this cell; if not, correct {what}.",
        )
    if names_plainly_differ(candidate.full_name, entry.full_name):
        return entry.problem(
            "last_name" if "last_name" in entry.columns else "first_name",
            f"{name} has the same {what} in {settings.PRODUCT_NAME}. If they are one "
            f"person, write that name; if not, correct {what}.",
        )
    return None


def _twice(
    entry: Entry, candidate: Candidate, key: str, rows: Mapping[int, int]
) -> Problem | None:
    if candidate.pk not in rows:
        return None
    return entry.problem(
        key,
        f"This is {short(str(candidate))}, as in row {rows[candidate.pk]}. Keep one of "
        "the two rows.",
    )
