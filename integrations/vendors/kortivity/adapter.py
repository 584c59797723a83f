"""Kortivity: nothing of its API is public, so everything rests on one wire profile.

``profile.toml`` holds every path, name and pointer, each marked as the guess it is; no
other file of the adapter holds one. Facts and how sure they are: README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from integrations.adapters import (
    Account,
    Adapter,
    AtsJob,
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
    Text,
    Token,
    Trigger,
    Unsupported,
    Wire,
    WrongCredential,
)
from integrations.errors import (
    AlreadyThere,
    BadCredentials,
    MissingPermission,
    NotSent,
    Rejected,
    Unexpected,
)

from . import (
    address,
    bodies,
    failures,
    pointers,
    probe,
    profile,
    proof,
    replies,
    sessions,
)
from .client import MISSING, Client, Params, made
from .profile import Profile
from .replies import Malformed, Row, same_id

PROFILE = profile.load()

JOB_PAGES = 5
PEOPLE_PAGES = 3  # no email and no LinkedIn profile belongs to as many people
ON_JOB_PAGES = 50
FEW = 10  # rows of a search that are read in full
MOST_JOBS = 50
SEARCH = "search_by_email"  # in Account.facts: what the test of it has shown
# The questions whose answer decides, and what they ask for.
DECIDING = {Key.EMAIL: "email", Key.LINKEDIN: "LinkedIn profile"}


def finds_by(wire: Profile) -> tuple[Key, ...]:
    return tuple(Key(name) for name in wire.people.search_by)


class KortivityAdapter(Adapter):
    slug, label = "kortivity", "Kortivity"
    verified = None
    unverified_switch = "KORTIVITY_UNVERIFIED_OK"
    environment = (
        Env(
            "KORTIVITY_UNVERIFIED_OK",
            help="Lets the unverified Kortivity connector call more than a simulator.",
        ),
    )
    wire_profile: ClassVar[Profile] = PROFILE
    credentials_fields = (
        Text(
            "api_url",
            "API URL",
            help="The address of your Kortivity in the browser. Paste it as it is.",
            default=PROFILE.default_url,
        ),
        Text("username", "Username"),
        Secret("password", "Password"),
    )
    connect_steps = (
        "Sign in to Kortivity in your browser.",
        f"Copy the address from the address bar, usually {PROFILE.default_url}; only "
        "its beginning is kept.",
        "Enter it here, with the username and password you sign in with.",
    )
    notes = (
        "Until whoever runs this server sets KORTIVITY_UNVERIFIED_OK, it calls nothing "
        "but a simulator.",
        "What is done in Kortivity is done as the user entered here; who sourced a "
        "candidate is sent along with the candidate.",
        "Kortivity's web address for a candidate is not known. With a profile link, "
        "entered on the connection, the badge leads there.",
    )
    sign_in = sessions.sign_in_of(PROFILE.sign_in)
    settings_screen = Screen.AUTOMATION
    triggers = (Trigger.ADDED, Trigger.REPLIED, Trigger.INTERESTED)
    trigger_labels = {
        Trigger.ADDED: "When they're added to an outreach sequence",
        Trigger.REPLIED: "When they reply to an email",
        Trigger.INTERESTED: "When they reply to an email and are interested",
    }
    duplicate_keys = (Key.EMAIL, Key.LINKEDIN)
    finds_by = finds_by(PROFILE)
    # A guess: check() tests it against a person that is there, and absence_keys() takes
    # it back where the test fails.
    proves_absence_by = (Key.EMAIL,)
    sends: ClassVar[tuple[SentField, ...]] = bodies.sent_fields(PROFILE.people)
    no_listing_reason = (
        "How Kortivity lists its people is not known, so who is only there cannot be "
        "shown."
    )
    # Both unknown: 2 calls a second, and half a minute until a new person is found.
    wire = Wire(per_minute=120, search_lag=30, late_commit=10)

    def __init__(
        self,
        *,
        http: Http,
        credentials: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(http=http, credentials=credentials, environment=environment)
        self.api = Client(http, self.wire_profile)

    @classmethod
    def speaking(cls, wire: Profile) -> type[KortivityAdapter]:
        """Return the adapter with another profile: nothing else makes it differ."""
        declared: dict[str, Any] = {
            "wire_profile": wire,
            "sign_in": sessions.sign_in_of(wire.sign_in),
            "finds_by": finds_by(wire),
            "sends": bodies.sent_fields(wire.people),
        }
        return type(cls.__name__, (cls,), declared)

    @classmethod
    def cleaned(cls, credentials: Mapping[str, str]) -> Mapping[str, str]:
        return {**credentials, "api_url": address.entered(credentials["api_url"])}

    def base_url(self) -> str:
        pasted = self.credentials.get("api_url") or self.wire_profile.default_url
        try:
            return address.origin(pasted)
        except WrongCredential as wrong:
            raise BadCredentials(str(wrong)) from wrong

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        known = failures.meaning(reply, self.wire_profile)
        return known or failures.moved(reply, effect, self.base_url())

    def new_token(self, old: Token | None) -> Token:
        return sessions.log_in(self.http, self.wire_profile.sign_in, self.credentials)

    # -- the connection ----------------------------------------------------------------

    def check(self) -> Account:
        """Read a job, and see whether the search by email finds who is there.

        Who is signed in is asked on an address that is a guess, so nothing rests on it.
        """
        self.ping()  # first: an ATS that is away shall cost one wait, not two
        me = self._whoami()
        search = proof.of_search(self.api)
        return Account(
            id=self._account_id(me),
            name=self._account_name(me),
            facts={SEARCH: search},
            limits=proof.LIMITS[search],
        )

    def ping(self) -> None:
        self.api.rows("jobs", *self._job_question(""), most=1)

    def _whoami(self) -> Row:
        wire = self.wire_profile.me
        try:
            reply = self.http.call("GET", wire.path)
            return replies.record(reply.data, wire.record, self.wire_profile.ids)
        except (Malformed, MissingPermission, NotSent, Rejected, Unexpected):
            return {}

    def _account_id(self, me: Row) -> str | None:
        """Name the customer on this host; a colleague's user is the same account."""
        account = replies.id_at(me, self.wire_profile.me.account)
        host = self.base_url().partition("://")[2]
        return f"{host} {account}" if account else None

    def _account_name(self, me: Row) -> str:
        wire = self.wire_profile.me
        user = pointers.words(me, wire.name) or self.credentials.get("username", "")
        company = pointers.words(me, wire.account_name)
        return ", ".join(part for part in (user, company) if part) or self.label

    def absence_keys(self) -> tuple[Key, ...]:
        """Take the guess back where the test of the search has failed."""
        failed = self.facts.get(SEARCH) in proof.FAILED
        return () if failed else self.proves_absence_by

    def probe(self) -> Iterator[tuple[str, Callable[[], object]]]:
        return probe.reads(self.http, self.wire_profile)

    # -- jobs --------------------------------------------------------------------------

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs that hold all the words, in Kortivity's order.

        Its own search and filter may be ignored, so jobs are chosen from here once more.
        """
        words = text.casefold().split()
        rows, _ = self.api.rows("jobs", *self._job_question(text), most=JOB_PAGES)
        jobs = [self._job_of(row) for row in rows]
        found = [job for job in jobs if job.is_open and replies.job_has(job, words)]
        return found[:MOST_JOBS]

    def _job_question(self, text: str) -> tuple[str, Params]:
        wire = self.wire_profile.jobs.search
        searching = {wire.text: text.strip()} if text.strip() and wire.text else {}
        return wire.path, {**wire.query, **searching}

    def job(self, job_id: str) -> AtsJob | None:
        row = self.api.record("job", self.wire_profile.jobs.get, job_id=job_id)
        return None if row is None else self._job_of(row)

    def _job_of(self, row: Row) -> AtsJob:
        return made("job", lambda row: replies.ats_job(row, self.wire_profile), row)

    # -- people ------------------------------------------------------------------------

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        """Return everybody the search names, read in full where a row says too little."""
        if key not in self.finds_by:
            raise Unsupported(f"{self.label}: searching by {key}")
        wire, rows = self.wire_profile.people, list[Row]()
        for spelling in bodies.spellings(key, value):
            asked: Params = {wire.search_by[key.value]: spelling}
            rows, complete = self.api.rows(
                "candidates", wire.search, asked, most=PEOPLE_PAGES
            )
            if not complete and key in DECIDING:
                raise failures.proves_nothing(DECIDING[key])
            if rows:
                break
        return self._in_full(key, rows)

    def _in_full(self, key: Key, rows: list[Row]) -> list[RemotePerson]:
        reads = self.wire_profile.people.reads
        slim = [row for row in rows if replies.is_slim(row, key, reads)]
        if len(slim) > FEW and key in DECIDING:
            raise failures.proves_nothing(DECIDING[key])
        read = [self.person(self.api.id_of(row)) for row in slim[:FEW]]
        whole = [self._person_of(row) for row in rows if row not in slim]
        return whole + [person for person in read if person is not None]

    def person(self, person_id: str) -> RemotePerson | None:
        path = self.wire_profile.people.get
        row = self.api.record("candidate", path, candidate_id=person_id)
        return None if row is None else self._person_of(row)

    def _person_of(self, row: Row) -> RemotePerson:
        def read(row: Row) -> RemotePerson:
            return replies.remote_person(row, self.wire_profile, page=self._page)

        return made("candidate", read, row)

    @property
    def _page(self) -> str:
        path = self.wire_profile.people.page
        return self.base_url() + path if path else ""

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create the candidate; no way to override a refusal is known."""
        wire, ids = self.wire_profile.people, self.wire_profile.ids
        body = bodies.new_candidate(person, wire)
        reply = self.http.call("POST", wire.create, effect=Effect.WRITE, json=body)
        id = made(
            "candidate",
            lambda data: replies.new_id(data, ids),
            reply.data,
            effect=Effect.WRITE,
        )
        link = bodies.web_address(person.linkedin_url)
        return RemotePerson(
            id=id,
            name=person.full_name,
            emails=(person.email,) if person.email else (),
            linkedin_urls=(link,) if link else (),
            phones=(person.phone_e164,) if person.phone_e164 else (),
            title=person.current_title,
            company=person.current_company,
            url=self._page.replace("{candidate_id}", id),
        )

    # -- the job's candidates ----------------------------------------------------------

    def is_on_job(self, person_id: str, job_id: str) -> bool | None:
        """Look through who is on the job; None where that cannot be asked."""
        wire = self.wire_profile.on_job
        ids = {"job_id": job_id, "candidate_id": person_id}
        if not all(map(replies.is_id, ids.values())):
            return False
        if not wire.path:
            return None
        params = bodies.filled(wire.query, ids)
        try:
            rows, complete = self.api.rows(
                "job", bodies.path(wire.path, **ids), params, most=ON_JOB_PAGES
            )
        except failures.UnknownAddress:
            return False if self._which_is_gone(person_id, job_id) else None
        wanted = person_id if wire.lists == "people" else job_id
        if any(same_id(replies.id_at(row, wire.ids), wanted) for row in rows):
            return True
        return False if complete else None

    def add_to_job(self, person_id: str, job_id: str) -> None:
        """Add them; whether Kortivity refuses a second addition is unknown."""
        wire, ids = self.wire_profile.add_to_job, self.wire_profile.ids
        for what, id in (("job", job_id), ("person", person_id)):
            if not replies.is_id(id):
                raise failures.gone(what)
        sent = {
            "job_id": bodies.as_sent(job_id, ids),
            "candidate_id": bodies.as_sent(person_id, ids),
        }
        reply = self.http.call(
            "POST",
            bodies.path(wire.path, job_id=job_id, candidate_id=person_id),
            effect=Effect.WRITE,
            json=bodies.filled(wire.body, sent),
            accept=(204, *MISSING, *wire.already),
        )
        if reply.status in wire.already:
            raise AlreadyThere("The candidate is on this job in Kortivity already.")
        if reply.status in MISSING:
            what = self._which_is_gone(person_id, job_id)
            raise failures.gone(what) if what else failures.unknown_address()

    def _which_is_gone(self, person_id: str, job_id: str) -> str:
        """Return which of the two Kortivity does not know; "" where it knows both."""
        if self.job(job_id) is None:
            return "job"
        return "person" if self.person(person_id) is None else ""
