"""People whom only an ATS knows become candidates of ours, on a job and linked.

The directory only says whom to ask for: the person is read afresh before anything is
stored. Nothing is written to the ATS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction
from django.db.models import F, Q

from candidates.import_cells import split_name
from candidates.models import Candidate, JobCandidate
from pinsync.accounts.models import Organization

from . import matching
from .adapters import Key, RemotePerson
from .connections import opened
from .directory_store import identities
from .errors import Gone, Rejected
from .imported import Imported, OnTheWay, people_imported
from .matching import Answer
from .models import AtsConnection, AtsDirectoryEntry, AtsPerson
from .records import PersonRecord

if TYPE_CHECKING:
    from jobs.models import Job
    from pinsync.accounts.models import User

_KEYS = (Key.EMAIL, Key.LINKEDIN)


@dataclass(frozen=True)
class Added:
    """Who was put on the job; ``is_new``: they were no candidate of ours before."""

    candidate: Candidate
    is_new: bool
    was_on_job: bool


def add(entry: AtsDirectoryEntry, *, job: Job, by: User) -> Added:
    """Put the person on the job, as a candidate who is linked already.

    Idempotent. Raises an AtsError whose sentence belongs on the page: the ATS does not
    answer, or they have left it.
    """
    connection = entry.connection
    with opened(connection) as adapter:
        person = adapter.person(entry.person_id)
    if person is None:
        entry.delete()
        raise Gone(
            f"{entry} is not in {connection.label} any more, so nobody was added.",
            what="person",
        )
    with transaction.atomic():
        # Two who add the same person, or import them, wait for each other.
        locked = Organization.objects.select_for_update(no_key=True)
        organization = locked.get(pk=connection.organization_id)
        _check_live(connection)
        known = _known(organization, connection, person)
        candidate = known or _created(organization, person, by=by)
        _link(connection, candidate, person, by=by)
        _, is_new = JobCandidate.objects.get_or_create(job=job, candidate=candidate)
    return Added(candidate, is_new=known is None, was_on_job=not is_new)


def _link(
    connection: AtsConnection, candidate: Candidate, person: RemotePerson, *, by: User
) -> None:
    """Record who they are there, unless an export is just finding that out."""
    with suppress(OnTheWay):
        people_imported(
            connection,
            [Imported(candidate, person.id, person.url)],
            reason=f"added from {connection.label}",
            by=by,
        )


def _check_live(connection: AtsConnection) -> None:
    if not AtsConnection.objects.live().filter(pk=connection.pk).exists():
        raise Rejected(
            f"{connection.label} was disconnected meanwhile, so nobody was added."
        )


# --- Who they are here ---------------------------------------------------------------


def _known(
    organization: Organization, connection: AtsConnection, person: RemotePerson
) -> Candidate | None:
    """Return the candidate who is this person: linked to them, or with a key of theirs.

    Raises where it is not certain that they are one human.
    """
    linked = AtsPerson.objects.filter(connection=connection, person_id=person.id)
    ours = Candidate.objects.of(organization).order_by(
        F("archived_at").asc(nulls_first=True), "pk"
    )
    found = ours.filter(ats_people__in=linked).first()
    if found is None:
        found = ours.filter(_alike(person)).first()
        verdict = found and matching.judge(PersonRecord.of(found), [person], keys=_KEYS)
        if found and verdict and verdict.answer is not Answer.LINK:
            raise Rejected(
                f"{found.full_name} has the same email or LinkedIn profile here as "
                f"{person.name} in {connection.label}. If they are one person, write "
                "that name; if not, correct what they share. Then add them again."
            )
    if found and found.archived_at:
        raise Rejected(
            f"{found.full_name} is archived here. Ask an administrator to bring them "
            "back."
        )
    return found


def _alike(person: RemotePerson) -> Q:
    keys = identities(person)
    emails = [value for key, value in keys if key == Key.EMAIL]
    profiles = [value for key, value in keys if key == Key.LINKEDIN]
    return Q(email__in=emails) | Q(linkedin_key__in=profiles)


def _created(
    organization: Organization, person: RemotePerson, *, by: User
) -> Candidate:
    first, last = _names(person)
    return Candidate.objects.create(
        organization=organization,
        first_name=first[:150],
        last_name=last[:150],
        email=_first(person.emails, validate_email, 254),
        phone=_first(person.phones, _anything, 50),
        linkedin_url=_first(map(_whole, person.linkedin_urls), _is_url, 500),
        current_title=person.title[:200],
        current_company=person.company[:200],
        source=Candidate.Source.ATS,
        sourced_by=by,
    )


def _names(person: RemotePerson) -> tuple[str, str]:
    if person.name.strip(" ,"):
        return split_name(person.name)
    return next(iter(person.emails), "").partition("@")[0] or "Unknown", ""


def _whole(url: str) -> str:
    return url if "://" in url else f"https://{url}"


_is_url = URLValidator(schemes=["http", "https"])


def _anything(value: str) -> None:
    """Take every phone number: what it is worth is decided when it is sent."""


def _first(values: Iterable[str], check: Callable[[str], None], longest: int) -> str:
    """Return the first value that the candidate's field takes; "" for none."""
    for value in values:
        try:
            check(value)
        except ValidationError:
            continue
        if len(value) <= longest:
            return value
    return ""
