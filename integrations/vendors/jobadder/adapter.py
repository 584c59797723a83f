"""JobAdder: OAuth 2, an API host per account, a duplicate rule with an override code.

Facts and how sure they are: README.md in this folder. Only the operations of
``scopes.NEEDED`` are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from integrations.adapters import (
    Account,
    Adapter,
    AtsJob,
    Effect,
    Env,
    Http,
    Key,
    OAuth2,
    Page,
    PermissionState,
    PersonRecord,
    RemotePerson,
    Reply,
    Screen,
    SentField,
    Token,
    Trigger,
    Unsupported,
    Wire,
)
from integrations.errors import (
    AtsError,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Unexpected,
)

from . import bodies, creation, failures, listing, oauth, replies, scopes
from .client import Client, made
from .finder import Finder
from .replies import Row

MOST_JOBS = 50
JOBS_LOOKED_AT = 200
PAGES = 20  # of what hangs on one person, a hundred each


class JobAdderAdapter(Adapter):
    slug, label = "jobadder", "JobAdder"
    verified = "vendor OpenAPI document of August 2024 and public clients, no live call"
    environment = (
        Env(
            "JOBADDER_AUTH_URL",
            default="https://id.jobadder.com",
            help="Origin of JobAdder's sign-in.",
        ),
        Env(
            "JOBADDER_API_URL",
            help="Origin to call instead of the one that JobAdder tells on signing in.",
        ),
        Env("JOBADDER_CLIENT_ID", help="Client id that JobAdder gave to this server."),
        Env("JOBADDER_CLIENT_SECRET", help="The secret that belongs to it."),
    )
    credentials_fields = ()
    connect_steps = (
        "Only an administrator of JobAdder can agree, or a user with the permission "
        "“Grant API access to Integration partners”. Have one of them at hand.",
        "Go to JobAdder below and sign in there; the password is never seen here.",
        "JobAdder asks for permission to view users, jobs, candidates and job "
        "applications, to manage candidates and job applications, and to keep this "
        "access without asking again. Agree to all of it.",
        "JobAdder sends you back here, and the connection is tested.",
    )
    notes = (
        "In JobAdder everything is done in the name of whoever signed in here. When "
        "they leave, somebody else has to sign in again.",
        "JobAdder cannot be asked by LinkedIn URL. The ten people of a name who were "
        "updated last are read, and their LinkedIn profiles compared.",
    )
    sign_in = OAuth2(
        client_id="JOBADDER_CLIENT_ID",
        client_secret="JOBADDER_CLIENT_SECRET",  # noqa: S106 (its variable's name)
    )
    needs = scopes.NEEDS
    write_permission = scopes.WRITE_CANDIDATE
    job_permission = scopes.WRITE_APPLICATION
    settings_screen = Screen.AUTOMATION
    triggers = (Trigger.ADDED, Trigger.REPLIED, Trigger.INTERESTED)
    trigger_labels = {
        Trigger.ADDED: "When they're added to an outreach sequence",
        Trigger.REPLIED: "When they reply to an email",
        Trigger.INTERESTED: "When they reply to an email and are interested",
    }
    duplicate_keys = (Key.EMAIL, Key.LINKEDIN)
    finds_by = (Key.EMAIL, Key.NAME)
    # How exactly it matches is unknown, but what we ask for is what we sent, and a
    # second create with the same email is refused by JobAdder itself.
    proves_absence_by = (Key.EMAIL,)
    sends = (
        SentField("name", "firstName, lastName", "Full name"),
        SentField("email", "email", "Email"),
        SentField("phone", "phone", "Phone"),
        SentField("linkedin", "social.linkedin", "LinkedIn"),
        SentField("location", "address", "Location (city, state, country)"),
        SentField("current_role", "employment.current", "Current job and company"),
        SentField("sourced", "source", f"“{bodies.SOURCED}”, where the person was"),
        SentField("resume", "attachments/Resume", "Resume PDF"),
    )
    sends_resume = True
    can_override_refusal = True
    lists_people = True
    # Where neither the sign-in nor the API address names the instance; an
    # administrator may enter another. Whether it leads on to the right one is unknown.
    profile_url_template = "https://app.jobadder.com/candidates/{person_id}"
    # No limit is published, and all integrations of an account share it: 2 calls a
    # second is our own caution. How soon searches show a new person is unknown.
    wire = Wire(per_minute=120, search_lag=20, late_commit=10)

    def __init__(
        self,
        *,
        http: Http,
        credentials: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(http=http, credentials=credentials, environment=environment)
        self.api = Client(http)

    def base_url(self) -> str:
        return oauth.api_base(self.facts.get("api", ""), self._api_override)

    @property
    def _api_override(self) -> str:
        return self.env.get("JOBADDER_API_URL", "")

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        return failures.meaning(reply, effect)

    # -- signing in --------------------------------------------------------------------

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return oauth.authorize_url(
            self._auth_origin, self._client[0], state, redirect_uri
        )

    def token_for_code(self, code: str, redirect_uri: str) -> Token:
        form = {"grant_type": "authorization_code", "code": code}
        return self._token({**form, "redirect_uri": redirect_uri}, None)

    def new_token(self, old: Token | None) -> Token:
        """Renew by the refresh token; it rotates, so the reply's own one counts."""
        if old is None or not old.renewal:
            raise oauth.sign_in_again()
        form = {"grant_type": "refresh_token", "refresh_token": old.renewal}
        return self._token(form, old)

    def _token(self, form: Mapping[str, str], old: Token | None) -> Token:
        client_id, client_secret = self._client
        if not (client_id and client_secret):
            raise oauth.unknown_client()
        reply = self.http.call(
            "POST",
            f"{self._auth_origin}/connect/token",
            effect=Effect.HELPER,
            form={**form, "client_id": client_id, "client_secret": client_secret},
            accept=oauth.REFUSALS,
            sign=False,
        )
        if reply.status >= 400:
            raise oauth.refusal(reply, renewing=old is not None)
        return made(
            "POST /sign-in",
            lambda data: oauth.token_of(data, old, override=self._api_override),
            reply.data,
            effect=Effect.HELPER,
        )

    @property
    def _auth_origin(self) -> str:
        told = self.env.get("JOBADDER_AUTH_URL") or self.environment[0].default
        return told.rstrip("/")

    @property
    def _client(self) -> tuple[str, str]:
        names = (self.sign_in.client_id, self.sign_in.client_secret)
        return self.env.get(names[0], ""), self.env.get(names[1], "")

    # -- the connection ----------------------------------------------------------------

    def check(self) -> Account:
        """Make one cheap read per scope; a write scope shows only by a real write."""
        states = {need.code: PermissionState.UNPROVABLE for need in self.needs}
        name, states[scopes.READ_USER] = self._user()
        for scope, operation in scopes.PROBES.items():
            states[scope] = self._probe(operation)
        renews = bool(self.facts.get("renews"))
        states[scopes.OFFLINE] = _state(renews)
        lacking = [scope for scope in states if self._lacks(scope)]
        states |= dict.fromkeys(lacking, PermissionState.MISSING)
        finds_others = self._finds_other_emails()
        return Account(
            id=self._account_id(),
            name=name,
            permissions=states,
            facts={"finds_other_emails": "yes" if finds_others else "no"},
            limits=() if finds_others else (MAIN_EMAIL_ONLY,),
        )

    def ping(self) -> None:
        try:
            self.api.record("GET /users/current")
        except MissingPermission:
            return  # it answered, which is all that was asked

    def _user(self) -> tuple[str, PermissionState]:
        operation = "GET /users/current"
        try:
            user = self.api.record(operation) or {}
        except MissingPermission:
            return self.label, PermissionState.MISSING
        who = made(operation, replies.user_and_account, user)
        name = ", ".join(part for part in who if part)
        return name or self.label, PermissionState.PROVEN

    def _probe(self, operation: str) -> PermissionState:
        try:
            self.api.read(operation, replies.listed, params={"limit": 1})
        except MissingPermission:
            return PermissionState.MISSING
        return PermissionState.PROVEN

    def _lacks(self, scope: str) -> bool:
        """Say whether the sign-in named its scopes, and not this one.

        The refresh token itself is the proof of the scope that it needs.
        """
        told = self.facts.get("scope", "")
        if not told or scope == scopes.OFFLINE:
            return False
        return not scopes.is_granted(told, scope)

    def _account_id(self) -> str | None:
        instance, account = self.facts.get("instance"), self.facts.get("account")
        return f"{instance}:{account}" if instance and account else None

    def _finds_other_emails(self) -> bool:
        try:
            return self._finder.may_search_all_emails()
        except (NotSent, Unexpected):
            return False  # until the next check

    # -- jobs --------------------------------------------------------------------------

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs in whose title, company, place or number all words occur.

        JobAdder searches titles only, and how it matches is unknown; so what it finds
        comes first, then those of the jobs updated last that fit.
        """
        words = text.casefold().split()
        if not words:
            return self._jobs({"limit": MOST_JOBS}, words)
        found: list[AtsJob] = []
        if number := replies.number(text):
            found += self._jobs({"jobId": number}, words)
        found += self._jobs({"jobTitle": text.strip()}, words)
        found += self._jobs({"limit": JOBS_LOOKED_AT}, words)
        return list({job.id: job for job in found}.values())[:MOST_JOBS]

    def _jobs(self, params: Mapping[str, str | int], words: list[str]) -> list[AtsJob]:
        asked = {"active": "true", "sort": "-updatedAt", **params}
        rows, _ = self.api.rows("GET /jobs", params=asked)
        jobs = [made("GET /jobs", replies.ats_job, row) for row in rows]
        return [job for job in jobs if job.is_open and _fits(job, words)]

    def job(self, job_id: str) -> AtsJob | None:
        number = replies.number(job_id)
        row = self.api.record("GET /jobs/{jobId}", number) if number else None
        return None if row is None else made("GET /jobs", replies.ats_job, row)

    # -- people ------------------------------------------------------------------------

    @property
    def _finder(self) -> Finder:
        return Finder(self.api, self.facts, self._link)

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        if key is Key.EMAIL:
            return self._finder.with_email(value)
        if key is Key.NAME:
            return self._finder.with_name(value)
        raise Unsupported(f"{self.label}: searching by {key}")

    def person(self, person_id: str) -> RemotePerson | None:
        return self._finder.person(person_id)

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create the candidate; JobAdder refuses a known email unless told otherwise."""
        body = bodies.new_candidate(person)
        person_id = creation.create(self.api, body, even_if_alike=even_if_alike)
        return RemotePerson(
            id=person_id,
            name=person.full_name,
            emails=(person.email,) if person.email else (),
            linkedin_urls=tuple(body.get("social", {}).values()),
            phones=(body["phone"],) if "phone" in body else (),
            title=person.current_title,
            company=person.current_company,
            url=self._link(person_id),
        )

    def _link(self, person_id: str) -> str:
        origin = oauth.web_origin(self.facts, self._api_override)
        return f"{origin}/candidates/{person_id}"

    def people(self, cursor: str | None) -> Iterator[Page]:
        """List everybody, later who has changed; rows of lists have no LinkedIn."""
        return listing.pages(self.api, self._finder.slim, cursor)

    # -- the job's applications ----------------------------------------------------------

    def is_on_job(self, person_id: str, job_id: str) -> bool | None:
        """Say whether any application of theirs is for the job, rejected ones too."""
        person, job = replies.number(person_id), replies.number(job_id)
        if not (person and job):
            return False
        rows, complete = self.api.rows(
            "GET /applications",
            params={"jobId": job, "candidateId": person},
            none_if_404=True,
        )
        if any(_is_about(row, person, job) for row in rows):
            return True
        if not complete:
            raise failures.strange(Effect.READ, "/applications", "not filtered")
        return False

    def add_to_job(self, person_id: str, job_id: str) -> None:
        """Put the candidate on the job, one a call: partial success is not documented."""
        person, job = replies.number(person_id), replies.number(job_id)
        if not person:
            raise failures.gone("person")
        if not job:
            raise failures.gone("job")
        operation = "POST /jobs/{jobId}/applications"
        try:
            reply = self.api.call(
                operation, job, effect=Effect.WRITE, json=bodies.application(person)
            )
        except Rejected as refusal:
            # What an unknown or closed job or an unknown candidate gets is in no source.
            raise self._what_is_gone(person_id, job_id) or refusal from None
        made(operation, replies.application_id, reply.data, effect=Effect.WRITE)

    def _what_is_gone(self, person_id: str, job_id: str) -> Gone | None:
        try:
            job = self.job(job_id)
        except AtsError:
            return None  # the refusal stands
        if job is None or not job.is_open:
            return failures.gone("job")
        return self._whether_gone(person_id)

    # -- resume --------------------------------------------------------------------------

    def has_resume(self, person_id: str, file_name: str) -> bool | None:
        """Look for the file's name among all attachments, whatever their type."""
        operation = "GET /candidates/{candidateId}/attachments"
        if not (number := replies.number(person_id)):
            return False
        rows, complete = self.api.rows(operation, number, most=PAGES, none_if_404=True)
        names = made(operation, replies.file_names, rows)
        if file_name.casefold() in names:
            return True
        return False if complete else None

    def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
        """Add the file to the candidate's resumes; JobAdder keeps earlier ones."""
        if not (number := replies.number(person_id)):
            raise failures.gone("person")
        operation = "POST /candidates/{candidateId}/attachments/{attach}"
        try:
            reply = self.api.call(
                operation,
                number,
                "Resume",
                effect=Effect.WRITE,
                files={"fileData": (file_name, pdf, "application/pdf")},
            )
        except Rejected as refusal:
            raise self._whether_gone(person_id) or refusal from None
        made(operation, replies.attachment_id, reply.data, effect=Effect.WRITE)

    def _whether_gone(self, person_id: str) -> Gone | None:
        try:
            return None if self.person(person_id) else failures.gone("person")
        except AtsError:
            return None  # the refusal stands


MAIN_EMAIL_ONLY = (
    "This sign-in may not search JobAdder by all email addresses of a person: "
    "duplicates are looked for by the main one."
)


def _state(is_there: bool) -> PermissionState:
    return PermissionState.PROVEN if is_there else PermissionState.MISSING


def _fits(job: AtsJob, words: list[str]) -> bool:
    """Say whether each (casefolded) word occurs in the job, or is its number."""
    where = f"{job.title} · {job.detail}".casefold()
    return all(word in where or word == job.id for word in words)


def _is_about(row: Row, person: int, job: int) -> bool:
    return made(
        "GET /applications",
        lambda it: replies.is_about(it, person_id=str(person), job_id=str(job)),
        row,
    )
