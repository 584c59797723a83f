"""Loads the demo: people and settings only.

What the demo shows as exported went through the engine to the simulated ATSs; nothing
here writes an export, a step or a person in an ATS.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import transaction

from candidates.models import (
    Candidate,
    Education,
    Experience,
    JobCandidate,
    OutreachEvent,
)
from jobs.models import Job
from pinsync import clock
from pinsync.accounts.demo import ALICE, BOB, CHARLIE, OPERATOR, DemoPerson
from pinsync.accounts.models import Membership, Organization, User

from . import consent, job_picker
from .adapters import AtsJob, Token, vendors
from .connections import connect, opened
from .demo_people import (
    ELSEWHERE_JOB,
    ELSEWHERE_PEOPLE,
    JOBS,
    OUTREACH,
    PEOPLE,
    PLACES,
    TRACKS,
    DemoCandidate,
    DemoJob,
)
from .mappings import save_mapping
from .models import AtsConnection
from .simulation import simulators

ACME, GLOBEX = "acme", "globex"
Kind, Role = OutreachEvent.Kind, Membership.Role
LADDER = (Kind.ADDED, Kind.FIRST_MESSAGE, Kind.REPLIED, Kind.INTERESTED)


class NotForTheDemo(Exception):
    """The database has people of its own."""


@transaction.atomic
def load() -> bool:
    """Load the demo, all or nothing; False where it is there already.

    Raises NotForTheDemo, and an ``AtsError`` where a simulated ATS does not answer.
    """
    if User.objects.filter(email=OPERATOR.email).exists():
        return False
    if User.objects.exists():
        raise NotForTheDemo
    acme = Organization.objects.create(name="Acme Recruiting", slug=ACME)
    globex = Organization.objects.create(name="Globex Talent", slug=GLOBEX)
    alice, bob, charlie = (_user(person) for person in (ALICE, BOB, CHARLIE))
    _user(OPERATOR, is_staff=True, is_superuser=True)
    _join(acme, admin=alice, recruiter=bob)
    _join(globex, admin=charlie, recruiter=alice)
    phones = count(100)
    # Lists show the newest first: the last made are the ones to begin with.
    people = {w.handle: _candidate(acme, w, bob, phones) for w in reversed(PEOPLE)}
    jobs = {job.title: _job(acme, job, alice) for job in reversed(JOBS)}
    for who in ELSEWHERE_PEOPLE:
        _candidate(globex, who, charlie, phones)
    _job(globex, ELSEWHERE_JOB, charlie)
    connections = [
        _connect(acme, slug, origin, alice) for slug, origin in simulated().items()
    ]
    for demo_job in JOBS:
        for connection in connections:
            _set_up(jobs[demo_job.title], demo_job, connection, by=alice)
    _reach_out(jobs, people, by=bob)
    return True


def simulated() -> dict[str, str]:
    """Return the origin of each vendor's simulator on this machine, by slug."""
    known = simulators().keys() & vendors().keys()
    return {slug: at for slug, at in settings.SIMULATED_ATS.items() if slug in known}


def demo_credentials(slug: str, origin: str) -> dict[str, str]:
    """Fill in the connect form with what the simulator knows from the start."""
    typed = simulators()[slug].demo_credentials
    return {name: value.replace("{origin}", origin) for name, value in typed.items()}


def demo_consent(slug: str, organization: Organization) -> Token:
    """Sign in and agree on the simulator's pages, as an administrator would."""
    address = consent.begin(
        {}, vendor=slug, organization=organization.pk, connection=None
    )
    back = simulators()[slug].consent(address)
    (code,) = parse_qs(urlsplit(back).query)["code"]
    return consent.token_for_code(slug, code)


# --- People ----------------------------------------------------------------------


def _user(person: DemoPerson, **fields: bool) -> User:
    return User.objects.create_user(
        person.email, person.password, name=person.name, **fields
    )


def _join(organization: Organization, *, admin: User, recruiter: User) -> None:
    for user, role in ((admin, Role.ADMIN), (recruiter, Role.RECRUITER)):
        Membership.objects.create(user=user, organization=organization, role=role)


def _candidate(
    organization: Organization, who: DemoCandidate, by: User, phones: count[int]
) -> Candidate:
    place, track = PLACES[who.place], TRACKS[who.track]
    # 555-0100 to 555-0199 belong to nobody.
    phone = f"+1{place.area}5550{next(phones)}"
    candidate = Candidate.objects.create(
        organization=organization,
        first_name=who.first,
        last_name=who.last,
        email=f"{who.handle}@{who.domain}" if "e" in who.contact else "",
        phone=phone if "p" in who.contact else "",
        linkedin_url=_linkedin(who) if "l" in who.contact else "",
        city=place.city,
        state=place.state,
        country=place.country,
        headline=f"{who.title} at {who.company}",
        summary=track.summary,
        current_title=who.title,
        current_company=who.company,
        skills=track.skills,
        sourced_by=by,
    )
    _history(candidate, who)
    return candidate


def _linkedin(who: DemoCandidate) -> str:
    return f"https://www.linkedin.com/in/{who.handle.replace('.', '-')}"


def _history(candidate: Candidate, who: DemoCandidate) -> None:
    track = TRACKS[who.track]
    title, company = track.earlier
    now, *before = track.duties
    began = date(who.since, 1 + len(who.handle) % 9, 1)
    Experience.objects.create(
        candidate=candidate,
        title=who.title,
        company=who.company,
        location=PLACES[who.place].city,
        start=began,
        description=now,
    )
    Experience.objects.create(
        candidate=candidate,
        title=title,
        company=company,
        start=date(who.since - 4, 9, 1),
        end=began - timedelta(days=1),
        description="\n".join(before),
    )
    degree, field = track.degree
    Education.objects.create(
        candidate=candidate,
        school=who.school,
        degree=degree,
        field=field,
        start_year=who.since - 8,
        end_year=who.since - 4,
    )


# --- Jobs ------------------------------------------------------------------------


def _job(organization: Organization, job: DemoJob, by: User) -> Job:
    return Job.objects.create(
        organization=organization,
        title=job.title,
        client=job.client,
        location=job.location,
        description=job.description,
        created_by=by,
    )


def _connect(
    organization: Organization, slug: str, origin: str, by: User
) -> AtsConnection:
    elsewhere = consent.signs_in_elsewhere(vendors()[slug])
    connection = connect(
        organization=organization,
        vendor=slug,
        credentials=demo_credentials(slug, origin),
        token=demo_consent(slug, organization) if elsewhere else None,
        by=by,
    )
    connection.profile_url = simulators()[slug].demo_profile_url.replace(
        "{origin}", origin
    )
    connection.save(update_fields=["profile_url"])
    return connection


def _set_up(
    job: Job, demo_job: DemoJob, connection: AtsConnection, *, by: User
) -> None:
    """Choose the first trigger of the screen that this ATS offers."""
    adapter = connection.adapter_class
    offered = (
        trigger
        for screen, trigger in demo_job.goes_over
        if screen == adapter.settings_screen and trigger in adapter.triggers
    )
    if trigger := next(offered, None):
        ats_job = _same_job(connection, job.title)
        save_mapping(
            job=job,
            connection=connection,
            trigger=trigger,
            ats_job_id=ats_job.id if ats_job else "",
            ats_job_name=job_picker.name_of(ats_job) if ats_job else "",
            by=by,
        )


def _same_job(connection: AtsConnection, title: str) -> AtsJob | None:
    """Return the ATS job of that name; any other only where one must be chosen."""
    with opened(connection) as adapter:
        for ats_job in adapter.search_jobs(title):
            if ats_job.title.startswith(title):  # some put the client behind it
                return ats_job
        if adapter.job_required:
            return next(iter(adapter.search_jobs("")), None)
    return None


# --- Outreach --------------------------------------------------------------------


def _reach_out(
    jobs: Mapping[str, Job], people: Mapping[str, Candidate], *, by: User
) -> None:
    """Record what has happened: now where it shall export, days ago elsewhere."""
    days = {title: age for age, title in enumerate(OUTREACH, start=2)}
    live = {job.title for job in JOBS if job.goes_over}
    for title, rungs in OUTREACH.items():
        ago = None if title in live else clock.now() - timedelta(days=days[title])
        for rung, handles in reversed(rungs.items()):
            for handle in reversed(handles):
                on_job = JobCandidate.objects.create(
                    job=jobs[title], candidate=people[handle]
                )
                _record(on_job, rung, occurred_at=ago, by=by)


def _record(
    on_job: JobCandidate, rung: str, *, occurred_at: datetime | None, by: User
) -> None:
    """Climb the ladder rung by rung, as a recruiter would."""
    if not rung:
        return
    for step, kind in enumerate(LADDER[: LADDER.index(Kind(rung)) + 1]):
        at = occurred_at + timedelta(hours=7 * step) if occurred_at else None
        on_job.record(kind, occurred_at=at, by=by)
