"""What a run with faults counts as lost, duplicated and unexpected."""

from __future__ import annotations

from typing import Any

import pytest

from .plan import Person, Way, Wish
from .reckoning import Row, Tally, _Desk

JOB = "job-1"


@pytest.fixture
def dana() -> Person:
    person = Person(1, "ashby", Way.EVENT, "Dana", "V1", "dana@example.com", 0.5, pk=1)
    person.wishes = [Wish(JOB, tried=True, heard=True)]
    return person


def there(**other: Any) -> dict[str, Any]:
    person = {"id": "p1", "name": "Dana V1", "emails": ["Dana@example.com"]}
    sent = {"jobs": [{"id": JOB}], "files": [{"name": "resume.pdf"}], "notes": ["PS-1"]}
    return person | sent | other


def row(state: str = "sent", **other: Any) -> Row:
    facts: dict[str, Any] = {"states": {JOB: state}, "kinds": {}, "links": {}}
    facts |= {"reasons": (), "silent": (), "ever_unclear": False}
    return Row(**facts | {"person_id": "p1", "known_by": "created"} | other)


def tally(person: Person, known: Row | None, *people: dict[str, Any]) -> Tally:
    rows = {person.pk: known} if known else {}
    return _Desk("ashby", {"people": people}, [person], rows).tally()


def test_who_arrived_once_with_everything_is_neither(dana):
    found = tally(dana, row(), there())
    assert found.is_clean
    assert (found.attempted, found.acknowledged) == (1, 1)


@pytest.mark.parametrize("state", ["waiting", "exporting", "cancelled"])
def test_who_was_accepted_and_never_ends_is_lost(dana, state):
    assert len(tally(dana, row(state)).lost) == 1


def test_who_was_accepted_and_has_no_export_is_lost(dana):
    assert len(tally(dana, None).lost) == 1


def test_who_was_never_accepted_is_not_missed(dana):
    dana.wishes[0].heard = False
    assert tally(dana, None).is_clean


@pytest.mark.parametrize(
    "missing", [{"jobs": []}, {"files": []}, {"notes": []}, {"id": "p2"}]
)
def test_who_reads_sent_and_lacks_something_there_is_lost(dana, missing):
    assert len(tally(dana, row(), there(**missing)).lost) == 1


def test_who_failed_or_needs_you_with_a_reason_is_not_lost(dana):
    found = tally(dana, row("failed", reasons=["person: Refused."], person_id=""))
    assert (found.is_clean, len(found.failed)) == (True, 1)
    found = tally(dana, row("needs_you", reasons=["person: Which?"], person_id=""))
    assert (found.is_clean, len(found.asked_with_email)) == (True, 1)


def test_a_failure_without_a_reason_is_unexpected(dana):
    found = tally(dana, row("failed", silent=["person failed"], person_id=""))
    assert len(found.unexpected) == 1


@pytest.mark.parametrize(
    "twice",
    [
        {"jobs": [{"id": JOB}, {"id": JOB}]},
        {"files": [{"name": "resume.pdf"}, {"name": "resume.pdf"}]},
        {"notes": ["PS-1", "PS-1"]},
    ],
)
def test_a_second_application_resume_or_note_is_a_duplicate(dana, twice):
    assert len(tally(dana, row(), there(**twice)).duplicated) == 1


def test_a_second_person_of_one_email_is_a_duplicate(dana):
    found = tally(dana, row(), there(), there(id="p2"))
    assert len(found.duplicated) == 1
    assert found.suspects == {1}


def test_a_second_person_without_email_is_told_by_the_name(dana):
    dana.email = ""
    same: dict[str, Any] = {"emails": []}
    assert (
        len(tally(dana, row(), there(**same), there(id="p2", **same)).duplicated) == 1
    )


def test_somebody_whom_nobody_asked_for_is_unexpected(dana):
    stranger = there(id="p9", name="Eve", emails=["eve@example.com"], jobs=[])
    assert len(tally(dana, row(), there(), stranger).unexpected) == 1


def test_a_job_that_nobody_asked_for_is_unexpected(dana):
    jobs = [{"id": JOB}, {"id": "job-2"}]
    assert len(tally(dana, row(), there(jobs=jobs)).unexpected) == 1


def test_something_given_to_who_was_there_before_is_unexpected(dana):
    dana.was_there = True
    linked = row(known_by="linked")
    assert tally(dana, linked, there(files=[], notes=[])).is_clean
    assert len(tally(dana, linked, there(notes=[])).unexpected) == 1
