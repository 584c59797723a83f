"""The whole path in one process: our pages, the real door, a simulator over sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections as databases
from django.urls import reverse

from candidates import tasks as documents
from candidates.models import Candidate
from integrations import connections, explain
from integrations.adapters import Key, OAuth2
from integrations.badges import Badge, badges_of
from integrations.drainer import Drainer
from integrations.http import open_adapter
from integrations.models import AtsConnection, AtsPerson, Decision, Export, ExportStep
from integrations.records import PersonRecord
from integrations.simulation import RunningSimulator
from integrations.standings import standings_of
from integrations.triggers import request_export
from pinsync import clock
from tests.factories import CandidateFactory
from tests.vendors import signing_in
from tests.vendors.desk import FACTS

from .consenting import come_back
from .fakeats import pass_time

# Tables of a simulator in which anything of a person would show.
OF_PEOPLE = ("candidates", "contacts", "notes", "files", "artifacts", "companies")
SOON = timedelta(seconds=1)
OPEN = ("Open", "Active")

only_ashby = pytest.mark.parametrize("vendor", ["ashby"])
by_email_or_linkedin = pytest.mark.parametrize(
    "vendor", ["ashby", "jobadder", "kortivity"]
)
only_crelate = pytest.mark.parametrize("vendor", ["crelate"])
only_jobadder = pytest.mark.parametrize("vendor", ["jobadder"])
only_kortivity = pytest.mark.parametrize("vendor", ["kortivity"])
only_trackerrms = pytest.mark.parametrize("vendor", ["trackerrms"])


class Scene:
    """One vendor, connected by Alice; Bob presses the button."""

    def __init__(self, sim: RunningSimulator, connection: AtsConnection, clients):
        self.sim, self.connection = sim, connection
        self.facts = FACTS[connection.vendor]
        self.bob, self.alice = clients["bob"], clients["alice"]
        self.label = connection.label
        self.jobs = [job["id"] for job in sim.truth()["jobs"] if job["state"] in OPEN]

    # -- what people do ------------------------------------------------------------

    def candidate(self, **fields: Any) -> Candidate:
        return CandidateFactory(organization=self.connection.organization, **fields)

    def dana(self, **fields: Any) -> Candidate:
        wanted = {"last_name": "Example", "email": "dana@example.com"} | fields
        return self.candidate(**wanted)

    def trigger(self, candidate: Candidate) -> Export:
        """Make the export as a trigger does: without any call to the vendor."""
        return request_export(
            connection=self.connection,
            candidate=candidate,
            ats_job_id=self.jobs[0],
            ats_job_name="The job",
            by=None,
        )

    def credentials(self, key: str = "") -> Mapping[str, str]:
        """Return what would be typed into the connect form, for the good key or another."""
        vendor, url = self.connection.vendor, self.sim.url
        return signing_in.credentials(vendor, key or self.facts.key, url)

    def connect(self) -> None:
        """Connect as Alice once more, with the good key."""
        vendor, alice = self.connection.vendor, self.connection.connected_by
        assert alice
        self.connection = connections.connect(
            organization=self.connection.organization,
            vendor=vendor,
            credentials=self.credentials(),
            token=signing_in.granted(vendor, self.facts.key),
            by=alice,
        )

    def reconnect(self, key: str) -> str:
        """Give the connection another key, on its page; return the page after it."""
        if isinstance(self.connection.adapter_class.sign_in, OAuth2):
            return seen(come_back(self.alice, self.connection.vendor, key))
        return self.administer("reconnect", **self.credentials(key))

    def press(self, candidate: Candidate, *, job: int = 0) -> Export:
        """Press Export to ATS as Bob, on the page; return the export."""
        reply = self.bob.post(self.button(candidate), self.choice(job))
        assert reply.status_code == 302, reply.content.decode()
        return Export.objects.get(
            connection=self.connection,
            candidate=candidate,
            ats_job_id=self.jobs[job],
        )

    def button(self, candidate: Candidate) -> str:
        return reverse("integrations:export", args=[candidate.pk])

    def choice(self, job: int = 0) -> dict[str, str]:
        return {
            "ats": str(self.connection.pk),
            "ats_job_id": self.jobs[job],
            "ats_job_name": "The job",
            "q": "The job",
        }

    def answer(self, choice: str, person_id: str = "") -> None:
        """Answer the one open question as Bob, on its page."""
        question = Decision.objects.get(choice="")
        url = reverse("integrations:decide", args=[question.pk])
        page = self.read(url)
        for row in question.shown:
            assert row["name"] in page
        reply = self.bob.post(url, {"choice": choice, "person_id": person_id})
        assert reply.status_code == 302, reply.content.decode()
        question.refresh_from_db()
        assert question.choice == choice

    def administer(self, action: str, **data: str) -> str:
        """Post one of Alice's forms under ATS Integration; return the page after it."""
        url = reverse(f"integrations:{action}", args=[self.connection.pk])
        return seen(self.alice.post(url, data, follow=True))

    def grant(self, key: str) -> None:
        self.sim.grant(signing_in.key_of(self.connection.vendor, key))

    # -- what the processes do -----------------------------------------------------

    def work(self) -> None:
        """Render and drain until nothing becomes due within the next second."""
        for _ in range(40):
            documents.render_due()
            Drainer().run()
            if not self._is_due_soon():
                return
            time.sleep(0.03)
        raise AssertionError("there is no end to it")

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work in a thread of its own meanwhile, and wait for it at the end."""

        def run() -> None:
            try:
                self.work()
            finally:
                databases.close_all()

        with ThreadPoolExecutor() as pool:
            worker = pool.submit(run)
            yield
            worker.result(300)

    def _is_due_soon(self) -> bool:
        soon = clock.now() + SOON
        usable = AtsConnection.objects.usable(soon)
        return ExportStep.objects.due(soon).filter(connection__in=usable).exists()

    def settle(self) -> None:
        """Let time pass, twice: enough for a look-up, and for a second one."""
        for _ in range(2):
            self.pass_settling_time()
            self.work()

    def pass_settling_time(self) -> None:
        """Let the vendor's settling time pass, but not yet twice that."""
        pass_time(3600 + self.connection.adapter_class.wire.search_lag)

    # -- what the ATS holds --------------------------------------------------------

    def people(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sim.truth()["people"]
        return found

    def person(self) -> dict[str, Any]:
        (only,) = self.people()
        return only

    def arrived(self, candidate: Candidate) -> dict[str, Any]:
        """Return the one person with the candidate's email."""
        (only,) = (p for p in self.people() if candidate.email in p["emails"])
        return only

    def add(self, candidate: Candidate, **fields: str) -> dict[str, Any]:
        """Let somebody be in the ATS already, entered there by hand."""
        before = {person["id"] for person in self.people()}
        record = PersonRecord.of(candidate).to_json() | fields
        with self.adapter() as adapter, adapter.http.writing(lambda: None):
            adapter.create(PersonRecord.from_json(record))
        (new,) = (p for p in self.people() if p["id"] not in before)
        return new

    @contextmanager
    def adapter(self):
        vendor, key = self.connection.vendor, self.facts.key
        adapter: Any = open_adapter(
            vendor,
            self.credentials(),
            before_call=lambda: None,
            tokens=signing_in.tokens(vendor, key),
            facts=self.connection.facts,
        )
        yield adapter
        adapter.http.close()

    def untouched(self) -> str:
        """Return everything that the ATS has of people, but for their jobs."""
        truth = self.sim.truth()
        kept = {name: truth[name] for name in OF_PEOPLE if name in truth}
        for name in ("candidates", "contacts"):
            kept[name] = [_without_job(row) for row in truth.get(name, [])]
        return json.dumps(kept, sort_keys=True)

    def jobs_of(self, person: Mapping[str, Any]) -> list[str]:
        return [job["id"] for job in person["jobs"]]

    def resumes(self) -> list[str]:
        """Return the files with which Dana arrives: none where no resume is sent."""
        sends = self.connection.adapter_class.sends_resume
        return ["Dana-Example-resume.pdf"] if sends else []

    def known_by(self, candidate: Candidate) -> str:
        return AtsPerson.objects.get(candidate=candidate).known_by

    def check_arrived_once(self, candidate: Candidate, sent: Export) -> None:
        """Check the good end of everything: there once, on the job, with the resume."""
        person = self.person()
        assert self.jobs_of(person) == [self.jobs[0]]
        assert [f["name"] for f in person["files"]] == self.resumes()
        assert len(person["notes"]) <= 1
        assert self.state(sent) == Export.State.SENT
        assert self.badge(candidate).words == f"In {self.label}"

    # -- what the recruiter reads --------------------------------------------------

    def standing(self, candidate: Candidate):
        organization = self.connection.organization
        found = standings_of([candidate], organization)[candidate.pk]
        return next(s for s in found if s.connection.vendor == self.connection.vendor)

    def sentence(self, candidate: Candidate) -> str:
        return explain.sentence_of(self.standing(candidate), clock.now())

    def badge(self, candidate: Candidate) -> Badge:
        badges = badges_of([candidate], self.connection.organization)[candidate.pk]
        return next(b for b in badges if b.vendor == self.connection.vendor)

    def page(self, candidate: Candidate) -> str:
        return self.read(reverse("candidates:detail", args=[candidate.pk]))

    @property
    def asks_by_name(self) -> bool:
        """Return whether the same full name stops a create."""
        return Key.NAME in self.connection.adapter_class.duplicate_keys

    def read_settings(self) -> str:
        return seen(self.alice.get(reverse("integrations:settings")))

    def is_resting(self) -> bool:
        self.connection.refresh_from_db()
        until = self.connection.paused_until
        return until is not None and until > clock.now()

    def read(self, url: str) -> str:
        reply = self.bob.get(url)
        assert reply.status_code == 200
        return seen(reply)

    def state(self, export: Export) -> str:
        export.refresh_from_db()
        return export.state


def seen(reply: Any) -> str:
    return " ".join(reply.content.decode().split())


def _without_job(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what changes with every application and is nobody's data."""
    changing = ("last", "lastAt", "_last", "_lastAt", "updatedAt", "ModifiedOn")
    return {name: value for name, value in row.items() if name not in changing}
