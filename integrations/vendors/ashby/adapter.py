"""Ashby: RPC over HTTP, the body decides and not the status.

Facts and how sure they are: README.md in this folder. Only endpoints of the permissions
that the connect page names are called; ``rights.ENDPOINTS`` is the list of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from integrations.adapters import (
    Account,
    Adapter,
    AtsJob,
    Basic,
    Effect,
    Env,
    Key,
    Page,
    Permission,
    PermissionState,
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
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
)

from . import bodies, failures, note, places, replies, rights
from .replies import Malformed, Row

T = TypeVar("T")
Files = Mapping[str, tuple[str, bytes, str]]

PAGE = 100  # the vendor's maximum and default
JOB_PAGES = 5  # 500 open jobs; beyond them the vendor's own search helps
NOTE_PAGES = 20
MOST_JOBS = 50
PDF_TYPE = "application/pdf"
# What a file store says for good; 408, 425 and 429 ask for patience.
REFUSED = tuple(set(range(400, 500)) - {408, 425, 429})
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class AshbyAdapter(Adapter):
    slug, label = "ashby", "Ashby"
    verified = "vendor documentation and OpenAPI schema, May 2026"
    environment = (
        Env(
            "ASHBY_URL",
            default="https://api.ashbyhq.com",
            help="Origin of Ashby's API.",
        ),
    )
    credentials_fields = (
        Secret(
            "api_key",
            "API key",
            help="Made in Ashby under Admin > Integrations > API Keys.",
        ),
    )
    connect_steps = (
        "In Ashby, open Admin > Integrations > API Keys and create a key.",
        "Give it: Jobs read, Candidates read and write, Organization read, "
        "API Keys read.",
        "Paste the key here.",
    )
    notes = (
        "Ashby's API has no field for roles and education: they go over as a note and "
        "in the resume, not into Ashby's own experience list.",
        "Confidential jobs are listed only when the key allows access to them.",
    )
    sign_in = Basic(user="api_key")
    needs = (
        Permission("jobs:read", "Jobs: read", "to list the jobs you can choose"),
        Permission(
            "candidates:read", "Candidates: read", "to find out who is there already"
        ),
        Permission(
            "candidates:write",
            "Candidates: write",
            "to create candidates, attach resumes and add them to jobs",
        ),
        Permission("organization:read", "Organization: read", "to show your team"),
        Permission("apiKeys:read", "API keys: read", "to check these permissions"),
    )
    write_permission = "candidates:write"
    settings_screen = Screen.AUTOMATION
    triggers = (Trigger.ADDED, Trigger.REPLIED, Trigger.INTERESTED)
    trigger_labels = {
        Trigger.ADDED: "When they're added to an outreach sequence",
        Trigger.REPLIED: "When they reply to an email",
        Trigger.INTERESTED: "When they reply to an email and are interested",
    }
    job_required = True
    duplicate_keys = (Key.EMAIL, Key.LINKEDIN)
    # It cannot be asked by LinkedIn URL or phone: LinkedIn is compared on the rows
    # that the search by name brings, so it cannot prove that somebody is not there.
    finds_by = (Key.EMAIL, Key.NAME)
    proves_absence_by = (Key.EMAIL,)
    sends = (
        SentField("name", "name", "Full name"),
        SentField("email", "email", "Email"),
        SentField("phone", "phoneNumber", "Phone"),
        SentField("linkedin", "linkedInUrl", "LinkedIn"),
        SentField("location", "location", "Location (city, state, country)"),
        SentField("roles", "note", "Current and previous roles"),
        SentField("education", "note", "Education"),
        SentField("resume", "resume", "Resume PDF"),
    )
    sends_resume = True
    sends_note = True
    lists_people = True
    # The form in recorded replies; Ashby documents none, so its own link is preferred.
    profile_url_template = (
        "https://app.ashbyhq.com/candidate-searches/new/right-side/candidates/"
        "{person_id}"
    )
    # No limit is published; 5 calls a second is our own caution. The Accept header
    # is in the vendor's own example.
    wire = Wire(
        per_minute=300,
        search_lag=10,
        late_commit=10,
        headers={"Accept": "application/json; version=1"},
    )

    def base_url(self) -> str:
        return (self.env.get("ASHBY_URL") or self.environment[0].default).rstrip("/")

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        return failures.meaning(
            reply, effect, secret=self.credentials.get("api_key", "")
        )

    # -- the connection ----------------------------------------------------------------

    def check(self) -> Account:
        """Read the key's own scopes, then try one cheap read per right.

        A key without API Keys read cannot be asked, so its write right stays unproven.
        """
        name, states = self._key_info()
        for code, endpoint in rights.PROBES.items():
            states[code] = self._probe(endpoint)
        # Ashby gives no id of the organization anywhere.
        return Account(id=None, name=name, permissions=states)

    def ping(self) -> None:
        try:
            self._post("apiKey.info", {}, replies.results)
        except MissingPermission:
            return  # it answered, which is all that was asked

    def _key_info(self) -> tuple[str, dict[str, PermissionState]]:
        states = {need.code: PermissionState.UNPROVABLE for need in self.needs}
        try:
            name, scopes = self._post("apiKey.info", {}, replies.title_and_scopes)
        except MissingPermission:
            return self.label, states | {"apiKeys:read": PermissionState.MISSING}
        states["apiKeys:read"] = PermissionState.PROVEN
        states["candidates:write"] = rights.write_state(scopes)
        return name or self.label, states

    def _probe(self, endpoint: str) -> PermissionState:
        try:
            self._post(endpoint, {"limit": 1}, replies.result_rows)
        except MissingPermission:
            return PermissionState.MISSING
        return PermissionState.PROVEN

    # -- jobs --------------------------------------------------------------------------

    def search_jobs(self, text: str) -> list[AtsJob]:
        """Return open jobs whose title or requisition number holds the text.

        Ashby documents neither how its own search matches nor an order, so all open
        jobs are listed and chosen from here; past the cap its search adds what it has.
        """
        wanted = text.strip().casefold()
        found: dict[str, tuple[str, AtsJob]] = {}
        body = {"status": ["Open"], "expand": ["location"]}
        cut_short = False
        for page in self._pages("job.list", body, JOB_PAGES):
            cut_short = bool(page.get("moreDataAvailable"))
            found |= self._read("job.list", replies.jobs_by_id, page)
        if wanted and cut_short:
            asked = {"title": text.strip()}
            found = self._post("job.search", asked, replies.jobs_by_id) | found
        newest = sorted(found.values(), key=lambda pair: pair[0], reverse=True)
        jobs = [job for _, job in newest if job.is_open and _matches(job, wanted)]
        return jobs[:MOST_JOBS]

    def job(self, job_id: str) -> AtsJob | None:
        body = {"id": job_id, "expand": ["location"]}
        return self._info("job.info", body, replies.ats_job)

    # -- people ------------------------------------------------------------------------

    def find(self, key: Key, value: str) -> list[RemotePerson]:
        """Return every row of Ashby's search, which gives 100 at most and no more."""
        fields = {Key.EMAIL: "email", Key.NAME: "name"}
        if key not in fields:
            raise Unsupported(f"{self.label}: searching by {key}")
        return self._post("candidate.search", {fields[key]: value}, replies.people)

    def person(self, person_id: str) -> RemotePerson | None:
        return self._info("candidate.info", {"id": person_id}, replies.remote_person)

    def people(self, cursor: str | None) -> Iterator[Page]:
        """List everybody, then with Ashby's sync token what has changed since.

        It tells nobody who was deleted or merged away: a pull of everybody shows that.
        Tokens and cursors expire; then Ashby wants the list from the beginning.
        """
        place = places.read(cursor)
        try:
            page = self._page_of_people(place)
        except failures.StartAgain:
            if not place:
                raise
            page = self._page_of_people({})
            yield replace(page, starts_over=True)
        else:
            yield page
        while not page.is_last:
            page = self._page_of_people(places.read(page.cursor))
            yield page

    def _page_of_people(self, place: Mapping[str, str]) -> Page:
        body = {"limit": PAGE, **place}
        return self._post("candidate.list", body, places.page_of_people)

    def create(
        self, person: PersonRecord, *, even_if_alike: bool = False
    ) -> RemotePerson:
        """Create the candidate; Ashby makes a second record for a known email."""
        if not person.full_name:
            raise Rejected("Ashby needs a name. Enter one for this candidate, retry.")
        body = bodies.new_candidate(person)
        person_id, url = self._post(
            "candidate.create", body, replies.id_and_link, effect=Effect.WRITE
        )
        return RemotePerson(
            id=person_id,
            name=person.full_name,
            emails=(person.email,) if person.email else (),
            linkedin_urls=(person.linkedin_url,) if person.linkedin_url else (),
            phones=(body["phoneNumber"],) if "phoneNumber" in body else (),
            url=url or self.profile_url_template.format(person_id=person_id),
        )

    def is_on_job(self, person_id: str, job_id: str) -> bool:
        """Say whether any application of theirs is for the job, archived ones too."""
        body = {"id": person_id}
        for application_id in self._post(
            "candidate.info", body, replies.application_ids
        ):
            on = self._info(
                "application.info", {"applicationId": application_id}, replies.job_id_of
            )
            if on and on.casefold() == job_id.casefold():
                return True
        return False

    def add_to_job(self, person_id: str, job_id: str) -> None:
        body = {"candidateId": person_id, "jobId": job_id}
        try:
            self._post(
                "application.create", body, replies.id_and_link, effect=Effect.WRITE
            )
        except Rejected as refusal:
            # No source says how Ashby refuses a second application, so ask, not guess.
            if self._is_on_job_by_now(person_id, job_id):
                raise AlreadyThere(
                    "The candidate is on this job in Ashby already."
                ) from refusal
            raise

    def _is_on_job_by_now(self, person_id: str, job_id: str) -> bool:
        try:
            return self.is_on_job(person_id, job_id)
        except AtsError:
            return False  # the refusal stands

    # -- resume and note ---------------------------------------------------------------

    def has_resume(self, person_id: str, file_name: str) -> bool | None:
        names = self._post("candidate.info", {"id": person_id}, replies.file_names)
        return file_name.casefold() in (name.casefold() for name in names)

    def attach_resume(self, person_id: str, file_name: str, pdf: bytes) -> None:
        """Upload to the address that Ashby hands out, then make it the resume.

        Where that way is surely refused, the file goes with the call itself: an older
        form that Ashby may remove. Ashby parses it and fills in what is missing;
        existing data always wins.
        """
        body, files = {"candidateId": person_id}, None
        try:
            body["resumeHandle"] = self._uploaded(file_name, pdf)
        except (AlreadyThere, MissingPermission, Rejected):
            # Refused, whatever the words: a handle concerns no candidate yet.
            files = {"resume": (file_name, pdf, PDF_TYPE)}
        self._post(
            "candidate.uploadResume",
            body,
            replies.id_and_link,
            effect=Effect.WRITE,
            files=files,
        )

    def _uploaded(self, file_name: str, pdf: bytes) -> str:
        """Return the handle of the file, which the file store then has."""
        handle, url, form = self._post(
            "file.createFileUploadHandle",
            bodies.upload_handle(file_name, pdf),
            replies.upload_place,
            effect=Effect.HELPER,
        )
        self._upload(url, form, file_name, pdf)
        return handle

    def _upload(
        self, url: str, form: dict[str, str], file_name: str, pdf: bytes
    ) -> None:
        """Post to the file store, which is not Ashby: its refusals are not the key's."""
        try:
            reply = self.http.call(
                "POST",
                url,
                effect=Effect.HELPER,
                form=form,
                files={"file": (file_name, pdf, PDF_TYPE)},
                accept=REFUSED,
                expect_json=False,
                sign=False,
            )
        except (NotSent, Throttled, Rejected):
            raise
        except AtsError as error:
            raise NotSent(
                "Ashby's file store did not take the resume. It is sent again "
                "automatically."
            ) from error
        if reply.status in REFUSED:
            raise Rejected(f"Ashby's file store refused the resume ({reply.status}).")

    def note_for(self, person: PersonRecord, marker: str) -> str:
        return note.profile_note(person, marker)

    def has_note(self, person_id: str, marker: str) -> bool | None:
        """Look for the marker in all notes; None where there are too many to read."""
        page: Row = {}
        body = {"candidateId": person_id}
        for page in self._pages("candidate.listNotes", body, NOTE_PAGES):
            contents = self._read("candidate.listNotes", replies.note_contents, page)
            if any(note.holds(content, marker) for content in contents):
                return True
        return None if page.get("moreDataAvailable") else False

    def add_note(self, person_id: str, text: str) -> None:
        body = bodies.html_note(person_id, text)
        self._post(
            "candidate.createNote", body, replies.id_and_link, effect=Effect.WRITE
        )

    # -- one call ----------------------------------------------------------------------

    def _post(
        self,
        endpoint: str,
        body: dict[str, Any],
        read: Callable[[Row], T],
        *,
        effect: Effect = Effect.READ,
        files: Files | None = None,
    ) -> T:
        """Call the endpoint and return what ``read`` makes of its envelope."""
        sent: dict[str, Any] = (
            {"form": body, "files": files} if files else {"json": body}
        )
        try:
            reply = self.http.call("POST", f"/{endpoint}", effect=effect, **sent)
        except MissingPermission as error:
            code = rights.ENDPOINTS[endpoint]
            raise failures.lacking(self._label_of(code), code) from error
        return self._read(endpoint, read, reply.data, effect=effect)

    def _read(
        self,
        endpoint: str,
        read: Callable[[Row], T],
        envelope: Any,
        *,
        effect: Effect = Effect.READ,
    ) -> T:
        try:
            if not isinstance(envelope, dict) or envelope.get("success") is not True:
                raise Malformed("no envelope")
            return read(envelope)
        except Malformed as problem:
            raise failures.strange(effect, endpoint, str(problem)) from problem

    def _info(
        self, endpoint: str, body: dict[str, Any], read: Callable[[Row], T]
    ) -> T | None:
        """Read one object by its id; None where Ashby does not know it.

        ``invalid_input`` for something that cannot be an id is the same answer.
        """
        asked = str(body.get("id") or body.get("applicationId"))
        try:
            return self._post(endpoint, body, lambda env: read(replies.results(env)))
        except (Gone, failures.NotThere):
            return None
        except Rejected:
            if UUID.fullmatch(asked):
                raise
            return None

    def _pages(self, endpoint: str, body: dict[str, Any], most: int) -> Iterator[Row]:
        """Yield the pages of a list, at most so many; the flag counts, not the size."""
        body = body | {"limit": PAGE}
        for _ in range(most):
            page, cursor = self._post(endpoint, body, replies.page_and_cursor)
            yield page
            if not cursor:
                return
            body = body | {"cursor": cursor}

    def _label_of(self, code: str) -> str:
        (label,) = [need.label for need in self.needs if need.code == code]
        return label


def _matches(job: AtsJob, wanted: str) -> bool:
    """Say whether the title or the requisition number holds the (casefolded) text."""
    return wanted in f"{job.title} · {job.detail}".casefold()
