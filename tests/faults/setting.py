"""The organization before anything goes wrong: people, jobs, connections, settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from .office import PASSWORD
from .plan import Person, Way, Wish
from .premises import Controls

if TYPE_CHECKING:  # the models can be imported once Django is set up
    from candidates.models import Candidate
    from integrations.adapters import Adapter
    from integrations.models import AtsConnection
    from jobs.models import Job
    from pinsync.accounts.models import Organization, User

ALICE, BOB = "alice@acme.example", "bob@acme.example"
CONTACT_FOUND, ADDED = "contact_found", "added"
_AT_ONCE = 500


@dataclass(frozen=True)
class Post:
    """One job of ours and where its people go by themselves."""

    job: int
    trigger: str
    ats_job: str

    @property
    def event(self) -> str:
        """Return what a recruiter marks so that the trigger is met."""
        return ADDED if self.trigger == CONTACT_FOUND else self.trigger


@dataclass
class Setting:
    """What there is to begin with; the numbers are those of the database."""

    organization: Organization
    alice: User
    bob: User
    connections: dict[str, AtsConnection] = field(default_factory=dict)
    posts: dict[str, list[Post]] = field(default_factory=dict)
    second: dict[str, Post] = field(default_factory=dict)
    # The other open jobs of each ATS, for those who are clicked.
    other_jobs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    # Rows "candidate on a job" by (candidate, job).
    rows: dict[tuple[int, int], int] = field(default_factory=dict)

    def post_of(self, person: Person) -> Post:
        posts = self.posts[person.vendor]
        shares = person.twin is not None and person.number % 2
        number = person.twin.number if shares and person.twin else person.number
        return posts[number // 5 % len(posts)]

    def chosen_job(self, person: Person) -> tuple[str, str]:
        """Return the job that a recruiter picks for this person, and its words."""
        post = self.post_of(person)
        others = self.other_jobs[person.vendor]
        if person.number % 3 or not others:
            return post.ats_job, "The job"
        return others[person.number % len(others)]


def set_up(simulators: Mapping[str, Controls], people: Sequence[Person]) -> Setting:
    """Make the organization, connect every ATS, and put everybody on their jobs."""
    setting = _organization()
    for slug, sim in simulators.items():
        setting.connections[slug] = _connected(setting, slug, sim)
        _posts(setting, slug)
    _candidates(setting, people)
    _rows(setting, people)
    for slug in simulators:
        _let_be_there(setting, [p for p in people if p.vendor == slug and p.was_there])
    return setting


def _organization() -> Setting:
    from pinsync.accounts.models import Membership, Organization, User

    acme = Organization.objects.create(name="Acme Recruiting", slug="acme")
    alice = User.objects.create_user(ALICE, PASSWORD, name="Alice Moore")
    bob = User.objects.create_user(BOB, PASSWORD, name="Bob Reyes")
    for user, role in (
        (alice, Membership.Role.ADMIN),
        (bob, Membership.Role.RECRUITER),
    ):
        Membership.objects.create(user=user, organization=acme, role=role)
    return Setting(acme, alice, bob)


def _connected(setting: Setting, slug: str, sim: Controls) -> AtsConnection:
    from integrations import connections
    from tests.vendors import signing_in
    from tests.vendors.desk import FACTS

    key = FACTS[slug].key
    return connections.connect(
        organization=setting.organization,
        vendor=slug,
        credentials=signing_in.credentials(slug, key, sim.seen_at),
        token=signing_in.granted(slug, key),
        by=setting.alice,
    )


def _posts(setting: Setting, slug: str) -> None:
    """Make a job for each trigger that the ATS offers, and one more."""
    from integrations import connections

    connection = setting.connections[slug]
    with connections.opened(connection) as adapter:
        open_jobs = adapter.search_jobs("")
        triggers = [t for t in adapter.triggers if t != "never"]
    numbered = list(zip(triggers, open_jobs, strict=False))
    setting.posts[slug] = [_post(setting, connection, t, it) for t, it in numbered]
    rest = open_jobs[len(numbered) :]
    setting.second[slug] = _post(setting, connection, triggers[-1], rest[0])
    setting.other_jobs[slug] = [(job.id, job.title) for job in rest[1:4]]


def _post(setting: Setting, connection: Any, trigger: str, ats_job: Any) -> Post:
    from integrations.mappings import save_mapping
    from jobs.models import Job

    job: Job = Job.objects.create(
        organization=setting.organization,
        title=f"{ats_job.title} ({connection.label}, {trigger})",
        created_by=setting.alice,
    )
    save_mapping(
        job=job,
        connection=connection,
        trigger=trigger,
        ats_job_id=ats_job.id,
        ats_job_name=ats_job.title,
        by=setting.alice,
    )
    return Post(job.pk, str(trigger), ats_job.id)


# --- People ----------------------------------------------------------------------


def _candidates(setting: Setting, people: Sequence[Person]) -> None:
    from candidates.models import Candidate, Education, Experience

    for some in _in_lots(people):
        made = [_candidate(setting, person) for person in some]
        for candidate in made:
            candidate.fold()
        Candidate.objects.bulk_create(made)
        Experience.objects.bulk_create(_role(candidate) for candidate in made)
        Education.objects.bulk_create(_school(candidate) for candidate in made)
        for person, candidate in zip(some, made, strict=True):
            person.pk = candidate.pk


def _candidate(setting: Setting, person: Person) -> Candidate:
    from candidates.models import Candidate

    return Candidate(
        organization=setting.organization,
        first_name=person.first,
        last_name=person.last,
        email=person.email,
        phone=f"+1202555{person.number % 10_000:04}",
        linkedin_url=person.linkedin,
        city="Denver",
        state="CO",
        country="United States",
        current_title="Controls Engineer",
        current_company="Acme Widgets",
        sourced_by=setting.bob,
    )


def _role(candidate: Candidate) -> Any:
    from candidates.models import Experience

    return Experience(
        candidate=candidate,
        title="Controls Engineer",
        company="Acme Widgets",
        start=date(2021, 3, 1),
        description="Commissioned packaging lines for food and drink in six plants.",
    )


def _school(candidate: Candidate) -> Any:
    from candidates.models import Education

    return Education(
        candidate=candidate, school="Colorado School of Mines", degree="BSc"
    )


def _rows(setting: Setting, people: Sequence[Person]) -> None:
    from candidates.models import JobCandidate

    wanted: list[tuple[int, int]] = []
    for person in people:
        wanted.append((person.pk, setting.post_of(person).job))
        if person.second_job:
            wanted.append((person.pk, setting.second[person.vendor].job))
    for some in _in_lots(wanted):
        made = JobCandidate.objects.bulk_create(
            JobCandidate(candidate_id=candidate, job_id=job) for candidate, job in some
        )
        setting.rows |= {(row.candidate_id, row.job_id): row.pk for row in made}


def _let_be_there(setting: Setting, people: Sequence[Person]) -> None:
    """Enter people into the ATS as somebody would by hand there."""
    from candidates.models import Candidate
    from integrations import connections
    from integrations.records import PersonRecord

    done: set[str] = set()
    for person in people:
        if person.email in done:  # the other row of theirs
            continue
        done.add(person.email)
        candidate = Candidate.objects.get(pk=person.pk)
        record = PersonRecord.of(candidate).to_json() | {"current_title": "Director"}
        connection = setting.connections[person.vendor]
        with connections.opened(connection, share="drainer") as adapter:
            _enter(adapter, PersonRecord.from_json(record))


def _enter(adapter: Adapter, record: Any) -> None:
    with adapter.http.writing(lambda: None):  # type: ignore[attr-defined]
        adapter.create(record)


def _in_lots(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


# --- What they are asked for by ---------------------------------------------------


def wishes(setting: Setting, people: Sequence[Person]) -> None:
    """Note with each person which jobs they are asked for on."""
    for person in people:
        by_hand = person.way in (Way.CLICK, Way.TWENTY_CLICKS)
        job = (
            setting.chosen_job(person)[0]
            if by_hand
            else setting.post_of(person).ats_job
        )
        person.wishes = [Wish(job)]
        if person.second_job:
            person.wishes.append(Wish(setting.second[person.vendor].ats_job))


def bulks(setting: Setting, people: Sequence[Person]) -> list[list[Person]]:
    """Return who is added to the outreach together: ten of one job at most."""
    by_job: dict[int, list[Person]] = defaultdict(list)
    for person in sorted(people, key=lambda person: person.at):
        if person.way is Way.BULK:
            by_job[setting.post_of(person).job].append(person)
    return [
        together[at : at + 10]
        for together in by_job.values()
        for at in range(0, len(together), 10)
    ]
