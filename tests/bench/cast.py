"""The organization, its connection and the people who go over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count, islice, product
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the models can be imported once the stage has set up Django
    from candidates.models import Candidate, JobCandidate
    from integrations.adapters import AtsJob
    from integrations.models import AtsConnection
    from jobs.models import Job
    from pinsync.accounts.models import Organization, User

KEY = "demo-ashby-key"  # the simulator knows it from the start
_RENDERED = 8

_DUTIES = (
    "Commissioned packaging lines for food and drink in six plants.",
    "Wrote and reviewed the PLC and HMI standards that all projects share.",
    "Cut unplanned stops by a third with condition monitoring.",
)
_SUMMARY = (
    "Controls engineer with eleven years on the plant floor, from the first sketch of a "
    "line to the night shift after its start. Likes teams that measure."
)
_ROLES = (
    ("Controls Engineer", "Acme Widgets", date(2021, 3, 1), None),
    ("Automation Engineer", "Bolt", date(2016, 9, 1), date(2021, 2, 28)),
)
_SKILLS = "PLC, HMI, Structured Text, SCADA, Commissioning, Safety, Spanish"

_NUMBERS = count()  # no two people of a run share a name


@dataclass
class Cast:
    organization: Organization
    recruiter: User
    job: Job
    connection: AtsConnection
    ats_job: AtsJob
    event: str = "added"  # what the trigger hears
    _pdfs: list[bytes] = field(default_factory=list)

    def people(self, number: int, *, with_resumes: bool) -> list[JobCandidate]:
        """Put new people on the job; their resumes are there before any clock starts."""
        from candidates.models import Candidate, JobCandidate

        numbers = list(islice(_NUMBERS, number))
        people = Candidate.objects.bulk_create(self._person(n) for n in numbers)
        _histories(people)
        if with_resumes:
            self._resumes(people)
        return JobCandidate.objects.bulk_create(
            JobCandidate(job=self.job, candidate=person) for person in people
        )

    def _person(self, number: int) -> Candidate:
        from candidates.models import Candidate

        last = word(number)
        return Candidate(
            organization=self.organization,
            first_name="Dana",
            last_name=last,
            email=f"dana.{last.lower()}@example.com",
            phone="+12025550123",
            linkedin_url=f"https://www.linkedin.com/in/dana-{last.lower()}",
            city="Denver",
            state="CO",
            country="United States",
            headline="Controls Engineer at Acme Widgets",
            summary=_SUMMARY,
            current_title="Controls Engineer",
            current_company="Acme Widgets",
            skills=_SKILLS,
            sourced_by=self.recruiter,
        )

    def _resumes(self, people: list[Candidate]) -> None:
        """Store a rendered resume for each; a few renderings serve all."""
        from candidates import resume
        from candidates.models import ResumeDocument
        from candidates.resume_contents import facts_of

        if not self._pdfs:
            facts = [facts_of(person) for person in people[:_RENDERED]]
            self._pdfs = [resume.make(one)[0] for one in facts]
        ResumeDocument.objects.bulk_create(
            ResumeDocument(
                candidate=person,
                digest=resume.digest_of(person),
                template_version=resume.TEMPLATE_VERSION,
                state=ResumeDocument.State.READY,
                pdf=self._pdfs[number % len(self._pdfs)],
                pages=1,
                file_name=resume.file_name_of(person),
            )
            for number, person in enumerate(people)
        )


def word(number: int) -> str:
    """Return a family name that no other one begins with."""
    letters = list(ascii_lowercase)
    name = ""
    for _ in range(5):
        number, rest = divmod(number, len(letters))
        name = letters[rest] + name
    return f"V{name}"


def _histories(people: list[Candidate]) -> None:
    from candidates.models import Education, Experience

    Experience.objects.bulk_create(
        Experience(
            candidate=person,
            title=title,
            company=company,
            location="Denver",
            start=start,
            end=end,
            description="\n".join(_DUTIES),
        )
        for person, (title, company, start, end) in product(people, _ROLES)
    )
    Education.objects.bulk_create(
        Education(
            candidate=person,
            school="Colorado School of Mines",
            degree="BSc",
            field="Electrical Engineering",
            start_year=2012,
            end_year=2016,
        )
        for person in people
    )


def assemble(slug: str = "acme", *, vendor: str = "ashby", key: str = KEY) -> Cast:
    """Connect a simulated ATS and let an event export to its first job."""
    from integrations import connections, mappings
    from integrations.adapters import Trigger
    from jobs.models import Job
    from pinsync.accounts.models import Membership, Organization, User

    acme = Organization.objects.create(name=f"{slug.title()} Recruiting", slug=slug)
    alice = User.objects.create_user(f"alice@{slug}.example", "x" * 20, name="Alice")
    Membership.objects.create(user=alice, organization=acme, role=Membership.Role.ADMIN)
    connection = connections.connect(
        organization=acme, vendor=vendor, credentials={"api_key": key}, by=alice
    )
    with connections.opened(connection) as adapter:
        ats_job = adapter.search_jobs("")[0]
    job = Job.objects.create(organization=acme, title=ats_job.title, created_by=alice)
    offered = connection.adapter_class.triggers
    trigger = Trigger.ADDED if Trigger.ADDED in offered else Trigger.REPLIED
    mappings.save_mapping(
        job=job,
        connection=connection,
        trigger=trigger,
        ats_job_id=ats_job.id,
        ats_job_name=ats_job.title,
        by=alice,
    )
    return Cast(acme, alice, job, connection, ats_job, str(trigger.value))
