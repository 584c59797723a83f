"""Crelate: API v3 with an api key in the header; unknown filters are ignored.

Facts and how sure they are: README.md in this folder. The key never goes into a query:
every reply repeats the address it answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.adapters import (
    Account,
    Adapter,
    AtsJob,
    Effect,
    Env,
    Header,
    Http,
    Key,
    Page,
    PersonRecord,
    RemotePerson,
    Reply,
    Screen,
    Secret,
    SentField,
    Trigger,
    Unsupported,
    Wire,
)
from integrations.errors import (
    AlreadyThere,
    AtsError,
    MissingPermission,
    NotSent,
    Rejected,
    Unexpected,
)

from . import bodies, failures, listing, replies
from .client import PAGE, Client, made
from .countries import Countries
from .replies import Malformed, Row, row_id, same_id

EMAIL_PAGES = 2
JOB_PAGES = 5  # 500 jobs; beyond them the vendor's own search helps
CONTACT_PAGES = 20
SOURCE_PAGES = 3
FEW = 10  # rows of a search that are read in full
MOST_JOBS = 50
# The source that an administrator of Crelate may add; it is set where it exists.
SOURCE = "PinSync"
# Where a job does not name its workflow: the recruiting one of one live client, which
# is probably the same in every tenant.
RECRUITING_WORKFLOW = "F6EF012F-998D-4132-B38B-A17A00B2B958"
PROFILE = "go#stage/_Contacts/DefaultView/{person_id}/summary"


class CrelateAdapter(Adapter):
    slug, label = "crelate", "Crelate"
    verified = "public clients and help pages, no live call"
    environment = (
        Env(
            "CRELATE_URL",
            default="https://app.crelate.com",
            help="Origin of Crelate (the sandbox has another).",
        ),
    )
    credentials_fields = (
        Secret(
            "api_key",
            "API key",
            help="In Crelate under Settings > My Settings & Preferences.",
        ),
    )
    connect_steps = (
        "In Crelate, open Settings > My Settings & Preferences and switch on API "
        "access.",
        "If there is no API access to switch on, an administrator of Crelate allows it "
        "under User Roles > Misc > API Access.",
        "Copy the API key.",
        "Paste the key here.",
    )
    notes = (
        "In Crelate all activity is attributed to the owner of the API key; it cannot "
        "be reassigned to the person who sourced a candidate.",
        "Crelate applies its own duplicate rules too: somebody it takes for a person it "
        "has (for example by name and company) is not created.",
    )
    sign_in = Header("X-Api-Key", "api_key")
    settings_screen = Screen.POSITION_DETAILS
    triggers = (
        Trigger.NEVER,
        Trigger.CONTACT_FOUND,
        Trigger.FIRST_MESSAGE,
        Trigger.REPLIED,
        Trigger.INTERESTED,
    )
    trigger_labels = {
        Trigger.NEVER: "Never",
        Trigger.CONTACT_FOUND: "Contact information is found",
        Trigger.FIRST_MESSAGE: "They receive their first message",
        Trigger.REPLIED: "They reply to an email",
        Trigger.INTERESTED: "They reply to an email and are interested",
    }
    duplicate_keys = (Key.EMAIL,)
    # Search by name serves only to show namesakes when Crelate refuses a create.
    finds_by = (Key.EMAIL, Key.NAME)
    proves_absence_by = (Key.EMAIL,)
    checks_on_outreach = True
    sends = (
        SentField("name", "FirstName, LastName", "Full name"),
        SentField("email", "EmailAddresses_Personal", "Email"),
        SentField("phone", "PhoneNumbers_Mobile", "Phone"),
        SentField("linkedin", "Websites_LinkedIn", "LinkedIn"),
        # The country's id may not be known: then the whole line is in Description.
        SentField(
            "location",
            "Addresses_Home, Description",
            "Location (city, state, country)",
        ),
        SentField("current_role", "CurrentPosition", "Current job and company"),
        SentField(
            "sourced",
            "ContactSourceId",
            f"Contact source “{SOURCE}”, where Crelate has one",
        ),
        SentField("resume", "primary artifact", "Resume PDF"),
    )
    sends_resume = True
    # Uploads are processed afterwards, and a file that Crelate cannot read vanishes
    # without a word [client-live]; the client that saw it polled for up to 30 s.
    resume_appears_within = 60.0
    lists_people = True
    profile_url_template = f"https://app.crelate.com/{PROFILE}"
    # No limit is published; 2 calls a second is about what live clients make.
    wire = Wire(per_minute=120, search_lag=10, late_commit=10)

    def __init__(
        self,
        *,
        http: Http,
        credentials: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(http=http, credentials=credentials, environment=environment)
        self.api = Client(http)
        self.countries = Countries()
        self._source_id: str | None = None  # not asked yet

    def base_url(self) -> str:
        return f"{self._origin}/api3"

    @property
    def _origin(self) -> str:
        return (self.env.get("CRELATE_URL") or self.environment[0].default).rstrip("/")

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        return failures.meaning(
            reply, effect, secret=self.credentials.get("api_key", "")
        )

    # -- the connection ----------------------------------------------------------------

    def check(self) -> Account:
        """Read a job and a contact, the calls that are proven to show a good key.

        Who the key belongs to is asked on addresses seen in one client only, so
        nothing rests on the answer. A person's id is no account's: another colleague's
        key of the same tenant would look like another account. The contacts also tell
        the ids of their countries, which are kept.
        """
        self.api.rows("/jobs", {"limit": 1})
        found = Countries()  # of this account only
        for row in self.api.rows("/contacts", {"limit": PAGE}):
            found.learn(row)
        user = self._whoami("/users/self")
        organization = self._whoami("/organizations/self")
        names = (replies.display_name(user), replies.display_name(organization))
        return Account(
            id=replies.id_or_nothing(organization) or None,
            name=", ".join(name for name in names if name) or self.label,
            facts=found.facts(),
        )

    def ping(self) -> None:
        self.api.rows("/jobs", {"limit": 1})

    def _whoami(self, path: str) -> Row:
        try:
            reply = self.http.call("GET", path, accept=(404,))
            return replies.record(reply.data) if reply.status < 400 else {}
        except (Malformed, MissingPermission, NotSent, Rejected, Unexpected):
            return {}

    # -- jobs --------------------------------------------------------------------------

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs in whose name, code, company or place all words occur.

        No list filter for jobs is proven and none for open ones exists, so jobs are
        listed and chosen from here; past the cap Crelate's own search adds a few.
        """
        words = text.casefold().split()
        rows, complete = self.api.all("/jobs", {}, JOB_PAGES)
        if words and not complete:
            rows += self._searched_jobs(text.strip(), known=rows)
        jobs = made("/jobs", lambda it: replies.newest_open(it, words), rows)
        return jobs[:MOST_JOBS]

    def _searched_jobs(self, text: str, *, known: list[Row]) -> list[Row]:
        slim = self.api.rows("/jobs/search", {"query": text, "limit": FEW})
        have = {replies.id_or_nothing(row).casefold() for row in known}
        ids = [
            id
            for row in slim
            if (id := replies.id_or_nothing(row)) and id.casefold() not in have
        ]
        found = [self.api.record(f"/jobs/{id}") for id in ids[:FEW]]
        return [row for row in found if row is not None]

    def job(self, job_id: str) -> AtsJob | None:
        row = self.api.record(f"/jobs/{job_id}") if replies.is_guid(job_id) else None
        return None if row is None else made("/jobs", replies.ats_job, row)

    # -- people ------------------------------------------------------------------------

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        if key is Key.EMAIL:
            return self._with_email(value)
        if key is Key.NAME:
            return self._with_name(value)
        raise Unsupported(f"{self.label}: searching by {key}")

    def _with_email(self, email: str) -> list[RemotePerson]:
        """Return the rows for the email address.

        Crelate ignores a filter that it does not know and answers with everybody. More
        rows than any address can have are that, and prove nothing about anybody.
        """
        rows, complete = self.api.all("/contacts", {"emails": email}, EMAIL_PAGES)
        if not complete:
            raise Unexpected(
                "Crelate answered a search for one email address with more than "
                f"{EMAIL_PAGES * PAGE} people, so it proves nothing. It is "
                "asked again automatically."
            )
        return [self._person_of(row) for row in rows]

    def _with_name(self, name: str) -> list[RemotePerson]:
        """Return full rows for those that the keyword search names.

        A search row has only an id and a title. ``ids`` may be ignored like any other
        filter, so whoever it leaves out is read alone.
        """
        slim = self.api.rows("/contacts/search", {"query": name, "limit": FEW})
        wanted = [id for row in slim if (id := made("/contacts", row_id, row))]
        if not wanted:
            return []
        listed = self.api.rows("/contacts", {"ids": ",".join(wanted), "limit": PAGE})
        people = {
            person.id.casefold(): person for person in map(self._person_of, listed)
        }
        found = [people.get(id.casefold()) or self.person(id) for id in wanted]
        return [person for person in found if person is not None]

    def person(self, person_id: str) -> RemotePerson | None:
        if not replies.is_guid(person_id):
            return None
        row = self.api.record(f"/contacts/{person_id}")
        return None if row is None else self._person_of(row)

    def people(self, cursor: str | None) -> Iterator[Page]:
        """List every contact; later those modified since, where Crelate can tell.

        It tells nobody who was deleted: a listing of everybody shows that.
        """
        return listing.pages(self.api, listing.Place.read(cursor), self._listed)

    def _listed(self, row: Row) -> RemotePerson:
        self.countries.learn(row)
        return replies.remote_person(row, self._link(row_id(row)))

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create the contact; Crelate's own duplicate rules cannot be overridden."""
        body = bodies.new_contact(
            person,
            company_id=self._company(person.current_company),
            country_id=self.countries.id_of(person.country, self.facts),
            source_id=self._source() if person.sourced else "",
        )
        reply = self.http.call("POST", "/contacts", effect=Effect.WRITE, json=body)
        person_id = made("/contacts", replies.new_id, reply.data, effect=Effect.WRITE)
        return RemotePerson(
            id=person_id,
            name=person.full_name,
            emails=(person.email,) if person.email else (),
            linkedin_urls=(person.linkedin_url,) if person.linkedin_url else (),
            phones=(person.phone_e164,) if person.phone_e164 else (),
            title=person.current_title,
            company=person.current_company,
            url=self._link(person_id),
        )

    def _company(self, name: str) -> str:
        """Return the company's id, made if need be; "" where Crelate does not let us.

        A lookup takes ids only. What is refused for good must not stop the person.
        """
        if not name:
            return ""
        try:
            rows = self.api.rows("/companies/search", {"query": name, "limit": PAGE})
            known = made("/companies", lambda it: replies.named(it, name), rows)
            return min(known) if known else self._new_company(name)
        except (MissingPermission, Rejected):
            return ""

    def _new_company(self, name: str) -> str:
        try:
            reply = self.http.call(
                "POST",
                "/companies",
                effect=Effect.HELPER,
                json=bodies.new_company(name),
            )
        except AlreadyThere as refusal:
            return refusal.person_id or ""  # the id of the company that is there
        return made("/companies", replies.new_id, reply.data, effect=Effect.HELPER)

    def _source(self) -> str:
        """Return the tenant's contact source of our name; "" where there is none.

        Only an administrator of Crelate can add one. Nothing depends on it.
        """
        if self._source_id is None:
            try:
                rows, _ = self.api.all("/contactsources", {}, SOURCE_PAGES)
                ids = made(
                    "/contactsources", lambda it: replies.named(it, SOURCE), rows
                )
            except (MissingPermission, Rejected, Unexpected):
                ids = []
            self._source_id = min(ids, default="")
        return self._source_id

    # -- the job's pipeline ------------------------------------------------------------

    def is_on_job(self, person_id: str, job_id: str) -> bool:
        """Ask for the person's stages on the job, then whether they are still there."""
        if not (replies.is_guid(person_id) and replies.is_guid(job_id)):
            return False
        reply = self.http.call(
            "GET",
            f"/jobs/{job_id}/contacts/history",
            params={"contact_id": person_id, "limit": FEW},
            accept=(404,),
        )
        if not self.api.is_there(reply) or not self._has_rows(reply.data):
            return False
        rows, complete = self.api.all("/contacts", {"job_ids": job_id}, CONTACT_PAGES)
        ids = [made("/contacts", row_id, row) for row in rows]
        return any(same_id(id, person_id) for id in ids) or not complete

    def _has_rows(self, data: Any) -> bool:
        return bool(made("/jobs", replies.envelope, data)["Data"])

    def add_to_job(self, person_id: str, job_id: str) -> None:
        """Put the contact on the first stage of the job's pipeline.

        The body is not wrapped, the contact is in the query (one client, from the
        vendor's specification). What ``Data`` then holds is unknown and not read.
        """
        stage = self._first_stage(job_id)
        reply = self.http.call(
            "POST",
            f"/jobs/{job_id}/contacts",
            effect=Effect.WRITE,
            params={"contact_ids": person_id},
            json={"statusId": stage} if stage else {},
            accept=(204, 404),
        )
        if not self.api.is_there(reply):
            raise failures.gone(self._which_is_gone(person_id))
        if reply.status != 204:
            made("/jobs", replies.went_well, reply.data, effect=Effect.WRITE)

    def _first_stage(self, job_id: str) -> str:
        row = self.api.record(f"/jobs/{job_id}") if replies.is_guid(job_id) else None
        if row is None:
            raise failures.gone("job")
        workflow = made(
            "/jobs", lambda it: replies.lookup_id(it, "WorkflowTypeId"), row
        )
        workflow = workflow or RECRUITING_WORKFLOW
        params = {"workflow_type_ids": workflow}
        try:
            stages, _ = self.api.all("/workflowstatuses", params, SOURCE_PAGES)
        except (MissingPermission, Rejected):
            return ""
        return made(
            "/workflowstatuses", lambda it: replies.first_stage(it, workflow), stages
        )

    def _which_is_gone(self, person_id: str) -> str:
        # The job was read a moment ago, and 404 does not say which of the two it means.
        try:
            return "job" if self.person(person_id) else "person"
        except AtsError:
            return "job"

    # -- resume ------------------------------------------------------------------------

    def has_resume(self, person_id: str, file_name: str) -> bool | None:
        """Look for the file's name among the person's artifacts.

        A new one shows after seconds, and one that Crelate cannot read never does.
        """
        params = {"parent_ids": person_id}
        rows, complete = self.api.all("/artifacts", params, SOURCE_PAGES)
        names = made("/artifacts", lambda it: replies.file_names(it, person_id), rows)
        if file_name.casefold() in names:
            return True
        return False if complete else None

    def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
        reply = self.http.call(
            "POST",
            "/artifacts/primary",
            effect=Effect.WRITE,
            params={
                "target_entity_name": "Contacts",
                "target_record_id": person_id,
            },
            files={"file": (file_name, pdf, "application/pdf")},
            accept=(204, 404),
        )
        if not self.api.is_there(reply):
            raise failures.gone("person")
        if reply.status != 204:
            made("/artifacts", replies.went_well, reply.data, effect=Effect.WRITE)

    def _person_of(self, row: Row) -> RemotePerson:
        return made("/contacts", self._listed, row)

    def _link(self, person_id: str) -> str:
        return f"{self._origin}/{PROFILE.format(person_id=person_id)}"
