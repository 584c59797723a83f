"""TrackerRMS: REST API v1 with an exchanged token; the older API where v1 is silent.

Facts and how sure they are: README.md in this folder. Text filters of its searches are
ignored, and its search is hours behind: see ``finding`` and ``probes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from integrations.adapters import (
    Account,
    Adapter,
    AtsJob,
    Choice,
    Effect,
    Env,
    Http,
    Key,
    PersonRecord,
    RemotePerson,
    Reply,
    Screen,
    Secret,
    SentField,
    Token,
    TokenExchange,
    Trigger,
    Unsupported,
    Wire,
)

from . import bodies, failures, probes, replies
from .client import JOBS, OPPORTUNITY, RESOURCE, Client, made
from .documents import Documents
from .finding import Finder
from .placing import Placing
from .widget import OlderApi

MOST_JOBS = 50
EXCHANGE = "/api/Auth/ExchangeToken"
REGIONS = (("us", "US"), ("ca", "Canada"), ("other", "All other"))


class TrackerRmsAdapter(Adapter):
    slug, label, short_label = "trackerrms", "TrackerRMS", "Tracker"
    verified = "public clients and help pages, no live call"
    environment = (
        Env(
            "TRACKERRMS_URL_US",
            default="https://evousapi.tracker-rms.com",
            help="Origin of TrackerRMS's API, region US.",
        ),
        Env(
            "TRACKERRMS_URL_CA",
            default="https://evocaapi.tracker-rms.com",
            help="Origin of TrackerRMS's API, region Canada.",
        ),
        Env(
            "TRACKERRMS_URL_OTHER",
            default="https://evoglapi.tracker-rms.com",
            help="Origin of TrackerRMS's API, all other regions.",
        ),
        Env(
            "TRACKERRMS_WIDGET_URL_US",
            default="https://evoapius.tracker-rms.com",
            help="Origin of TrackerRMS's older API, region US.",
        ),
        Env(
            "TRACKERRMS_WIDGET_URL_CA",
            default="https://evoapica.tracker-rms.com",
            help="Origin of TrackerRMS's older API, region Canada.",
        ),
        Env(
            "TRACKERRMS_WIDGET_URL_OTHER",
            default="https://evoapi.tracker-rms.com",
            help="Origin of TrackerRMS's older API, all other regions.",
        ),
    )
    credentials_fields = (
        Choice(
            "region",
            "Region",
            choices=REGIONS,
            help="Where your TrackerRMS runs. UK, Europe and Australia: All other.",
        ),
        Secret(
            "access_token",
            "Access token",
            help="In TrackerRMS under Tools & Settings > Security > API.",
        ),
    )
    connect_steps = (
        "Sign in to TrackerRMS and look at the address in the browser: it shows your "
        "region (us, ca; anything else is All other). Choose it here.",
        "In TrackerRMS, open Tools & Settings > Security > API.",
        "Copy the access token. Generate one only where there is none: there is one per "
        "database, and a new one ends the old one at once, for others who use it too.",
        "Paste the token here.",
    )
    notes = (
        "All candidates arrive in TrackerRMS as candidates, never as leads or contacts.",
        "The candidate owner will always display as the team member who connected "
        "TrackerRMS, and it can't automatically update to the person who sourced the "
        "candidate.",
    )
    sign_in = TokenExchange(renew_before=3600)
    settings_screen = Screen.POSITION_DETAILS
    triggers = (
        Trigger.NEVER,
        Trigger.ADDED,
        Trigger.REPLIED,
        Trigger.INTERESTED,
    )
    trigger_labels = {
        Trigger.NEVER: "Never",
        Trigger.ADDED: "When they're added to an outreach sequence",
        Trigger.REPLIED: "When they reply to an email",
        Trigger.INTERESTED: "When they reply to an email and are interested",
    }
    job_id_example = "1026 or JOB-1026"
    duplicate_keys = (Key.NAME, Key.EMAIL, Key.LINKEDIN)
    # How each is asked, and what its "nobody" proves (see ``absence_keys``), follows
    # from what the test of the connection has shown; this is the most.
    finds_by = (Key.EMAIL, Key.LINKEDIN, Key.NAME)
    proves_absence_by = (Key.EMAIL, Key.LINKEDIN)
    checks_on_outreach = True
    sends = (
        SentField("name", "firstName, surname", "Full name"),
        SentField("email", "contactDetails.email", "Email"),
        SentField("phone", "contactDetails.mobilePhone", "Phone"),
        SentField("linkedin", "linkedInUrl", "LinkedIn"),
        SentField("location", "address", "Location (city, state, country)"),
        SentField(
            "current_role", "jobTitle, currentClient", "Current role and company"
        ),
        SentField("resume", "document", "Resume PDF"),
    )
    sends_resume = True
    no_listing_reason = (
        "TrackerRMS does not support the “ATS candidates” filter. To add its candidates, "
        "export them there as a CSV file and import that file into a job."
    )
    import_id_column = "TrackerRMS id"
    # One client met about 100 requests a minute. Its search can be hours behind (seen;
    # no figure is known), so "nobody" right after a create proves nothing.
    wire = Wire(per_minute=100, search_lag=6 * 3600, late_commit=10)

    def __init__(
        self,
        *,
        http: Http,
        credentials: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(http=http, credentials=credentials, environment=environment)
        self._token = credentials.get("access_token", "")
        self.api = Client(http)
        self.older = OlderApi(http, self._origin("TRACKERRMS_WIDGET_URL"), self._token)
        self.finder = Finder(self.api, self.older, lambda: self.facts)
        self.placing = Placing(http, self.api, self.older)
        self.documents = Documents(http, self.api, self.older)

    @classmethod
    def cleaned(cls, credentials: Mapping[str, str]) -> Mapping[str, str]:
        return {name: value.strip() for name, value in credentials.items()}

    def base_url(self) -> str:
        return self._origin("TRACKERRMS_URL")

    def _origin(self, which: str) -> str:
        name = f"{which}_{self._region.upper()}"
        defaults = {env.name: env.default for env in self.environment}
        return (self.env.get(name) or defaults[name]).rstrip("/")

    @property
    def _region(self) -> str:
        chosen = self.credentials.get("region", "")
        return chosen if chosen in dict(REGIONS) else "other"

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        return failures.meaning(reply, effect, secret=self._token)

    def new_token(self, old: Token | None) -> Token:
        """Exchange the access token; how a wrong region is refused is unknown."""
        reply = self.http.call(
            "POST",
            EXCHANGE,
            effect=Effect.HELPER,
            json={"bearerToken": self._token},
            accept=(400, 401, 403),
            sign=False,
        )
        if reply.status >= 400:
            raise failures.bad_token()
        token = made(EXCHANGE, replies.bearer, reply.data, effect=Effect.HELPER)
        return Token(
            headers={"Authorization": f"Bearer {token}"},
            expires_in=replies.seconds_left(reply.data, datetime.now(UTC)),
        )

    # -- the connection ----------------------------------------------------------------

    def check(self) -> Account:
        """Read jobs and candidates, and try which look-ups work.

        No API tells who the token belongs to, and ids of people are only numbers that
        every database has: there is no id of the account.
        """
        self.ping()
        facts = probes.facts_of(self.api, self.older)
        return Account(
            id=None,
            name=f"{self.label} ({dict(REGIONS)[self._region]})",
            facts=facts,
            limits=probes.limits(facts),
        )

    def ping(self) -> None:
        self.api.page(JOBS, {"state": "open"})

    def absence_keys(self) -> tuple[Key, ...]:
        return probes.absence_keys(self.facts)

    # -- jobs --------------------------------------------------------------------------

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs in whose title, id, client or place all words occur.

        The search honours the state alone, so jobs are listed and chosen from here;
        past the cap its own search may add a few. 1026 and JOB-1026 are read directly.
        """
        job_id = replies.job_id_in(text)
        meant = self.job(job_id) if job_id else None
        jobs = [meant] if meant and meant.is_open else []
        if jobs and not text.strip().isdecimal():
            return jobs
        words = [job_id] if job_id else text.casefold().split()
        listing = self.api.listing(JOBS, {"state": "open"})
        rows = listing.rows
        if words and not listing.complete:
            asked = {"state": "open", "searchTerm": text.strip()}
            rows = [*rows, *self.api.page(JOBS, asked)]
        jobs += made(JOBS.path, lambda it: replies.newest_open(it, words), rows)
        return list({job.id: job for job in jobs}.values())[:MOST_JOBS]

    def job(self, job_id: str) -> AtsJob | None:
        if not replies.is_id(job_id):
            return None
        row = self.api.record(f"{OPPORTUNITY}/{job_id}")
        return None if row is None else made(OPPORTUNITY, replies.ats_job, row)

    # -- people ------------------------------------------------------------------------

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        if key not in self.finds_by:
            raise Unsupported(f"{self.label}: searching by {key}")
        return self.finder.find(key, value)

    def person(self, person_id: str) -> RemotePerson | None:
        return self.finder.person(person_id) if replies.is_id(person_id) else None

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create a Resource, which is always a candidate; a second one is made gladly."""
        self.finder.forget()
        body = bodies.new_resource(person)
        reply = self.http.call("POST", RESOURCE, effect=Effect.WRITE, json=body)
        person_id = made(RESOURCE, replies.new_id, reply.data, effect=Effect.WRITE)
        return RemotePerson(
            id=person_id,
            name=person.full_name,
            emails=(person.email,) if person.email else (),
            linkedin_urls=(person.linkedin_url,) if person.linkedin_url else (),
            phones=replies.distinct([person.phone_e164 or person.phone]),
            title=person.current_title,
            company=person.current_company,
        )

    # -- the job's list and the resume -------------------------------------------------

    def is_on_job(self, person_id: str, job_id: str) -> bool | None:
        if not (replies.is_id(person_id) and replies.is_id(job_id)):
            return False
        return self.placing.is_on_job(person_id, job_id)

    def add_to_job(self, person_id: str, job_id: str) -> None:
        if not replies.is_id(job_id):
            raise failures.gone("job")
        if not replies.is_id(person_id):
            raise failures.gone("person")
        self.placing.add(person_id, job_id)

    def has_resume(self, person_id: str, file_name: str) -> bool | None:
        if not replies.is_id(person_id):
            return False
        return self.documents.has(person_id, file_name)

    def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
        if not replies.is_id(person_id):
            raise failures.gone("person")
        self.documents.upload(person_id, file_name, pdf)
