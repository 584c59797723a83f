"""A vendor's adapter, its simulator behind a real socket, and what the tests need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from django.conf import settings

from integrations.adapters import (
    Adapter,
    Key,
    OAuth2,
    RemotePerson,
    TokenExchange,
    vendors,
)
from integrations.errors import (
    AtsError,
    BadCredentials,
    MissingPermission,
    Unexpected,
)
from integrations.http import open_adapter
from integrations.simulation import RunningSimulator, simulators
from integrations.tokens import MemoryTokens
from pinsync import clock

from . import kortivity_profiles, signing_in
from .people import FULL
from .simulators import point_at

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What differs from vendor to vendor as seen from outside."""

    key: str
    create: str
    add: str
    # "" where it sends none.
    resume: str
    find: str
    jobs: str
    helper: str
    # The action whose helper write ``helper`` is.
    helps: str
    unknown_id: str = "01234567-89ab-4cde-8f01-23456789abcd"
    # What a 403 that is a web page means.
    forbidden: type[AtsError] = MissingPermission
    # What a reply of the catalogue means on a read, (pattern, name), where another thing.
    on_read: Mapping[tuple[str, str], type[AtsError]] = field(default_factory=dict)
    # Whether it is known which page shows a person.
    links: bool = True
    # Whether that helper write is the sign-in itself.
    helper_signs_in: bool = False
    # The writes that go out in another form where the vendor does not know the first.
    other_ways: tuple[str, ...] = ()
    # The writes whose answer must hold an id.
    answers_with_id: tuple[str, ...] = ("create",)
    # A key that may read but not create.
    may: tuple[str, ...] = ()
    # The rights of which only a real write shows whether they are there.
    only_writing_shows: tuple[str, ...] = ()
    # Settings of the simulator: always, and to let it take the same person twice.
    switches: tuple[tuple[str, Any], ...] = ()
    without_rules: tuple[tuple[str, Any], ...] = ()
    # The adapter as it is corrected for a setting of the simulator, where it has to be;
    # and the settings that go with one.
    corrected: Mapping[tuple[str, Any], type[Adapter]] = field(default_factory=dict)
    together: Mapping[tuple[str, Any], Mapping[str, Any]] = field(default_factory=dict)
    # What of the contract it cannot meet, and why: these must fail, or the row is stale.
    cannot: Mapping[str, str] = field(default_factory=dict)


FACTS = {
    "ashby": Facts(
        key="demo-ashby-key",
        create="POST /candidate.create$",
        add="POST /application.create$",
        resume="POST /candidate.uploadResume$",
        find="POST /candidate.search$",
        jobs="POST /job.list$",
        helper="POST /file.createFileUploadHandle$",
        helps="resume",
        forbidden=BadCredentials,
        answers_with_id=("create", "add", "resume"),
        may=("apiKeys:read", "jobs:read", "candidates:read", "organization:read"),
    ),
    "crelate": Facts(
        key="demo-crelate-key",
        create="POST /api3/contacts$",
        add="POST /api3/jobs/",
        resume="POST /api3/artifacts/primary$",
        find="GET /api3/contacts$",
        jobs="GET /api3/jobs$",
        helper="POST /api3/companies$",
        helps="create",
        may=("jobs:read", "contacts:read", "lookups:read", "companies:read"),
        switches=(("artifact_delay_ms", 20),),
        without_rules=(("duplicate_rule", "off"),),
    ),
    "jobadder": Facts(
        key="robin",
        create="POST /v2/candidates$",
        add="POST /v2/jobs/",
        resume="/attachments/Resume$",
        find="GET /v2/candidates$",
        jobs="GET /v2/jobs$",
        helper="POST /connect/token$",
        helps="create",
        helper_signs_in=True,
        unknown_id="99999999",
        answers_with_id=("create", "add", "resume"),
        # A list whose address is not known is no list without anybody.
        on_read={
            ("GET /v2/candidates$", "404 web page"): Unexpected,
            ("GET /v2/jobs$", "404 web page"): Unexpected,
        },
        may=(
            "read_user",
            "read_job",
            "read_candidate",
            "read_jobapplication",
            "offline_access",
        ),
        only_writing_shows=("write_candidate", "write_jobapplication"),
        without_rules=(("duplicate_email", "second_record"),),
        cannot={
            f"a helper write met by {name}": (
                "It takes the old refresh token back as it gives the new one: where the "
                "answer is lost, somebody has to sign in again."
            )
            for name in ("half a body", "no answer, done")
        },
    ),
    "kortivity": Facts(
        key="jo@agency.example:demo-password",
        create="POST /api/candidates$",
        add="POST /api/jobs/",
        resume="",
        find="GET /api/candidates$",
        jobs="GET /api/jobs$",
        helper="POST /api/login$",
        helps="create",
        helper_signs_in=True,
        unknown_id="99999999",
        links=False,
        may=("read",),
        without_rules=(("duplicate_email", "second_record"),),
        corrected=kortivity_profiles.CORRECTED,
        together={("csrf", "header"): {"sign_in": "cookie_session"}},
    ),
    "trackerrms": Facts(
        key="demo-trackerrms-token",
        create="POST /api/v1/Resource$",
        add="/longlist/resource/",
        resume="/Document$",
        find="POST /api/widget/getRecords$",
        jobs="POST /api/v1/Opportunity/PagedSearch$",
        helper="POST /api/Auth/ExchangeToken$",
        helps="create",
        helper_signs_in=True,
        other_ways=("add", "resume"),
        unknown_id="999999999",
        links=False,
        # Its older API worked when it was tested: a refusal now is no "nobody".
        on_read={
            ("POST /api/widget/getRecords$", name): Unexpected
            for name in ("400", "401", "403 web page", "404 web page")
        },
        may=("read",),
        cannot={
            "several with one email all come back": (
                "checkPerson names the first of them only, and the newer search ignores "
                "its email filter."
            ),
        },
    ),
}


class Desk:
    """One vendor under test; every write goes through a gate that is counted."""

    def __init__(self, slug: str, running: RunningSimulator) -> None:
        self.facts = FACTS[slug]
        self.slug, self.sim = slug, running
        self._open: list[Adapter] = []
        self._tokens: list[MemoryTokens] = []
        self.connect()
        self.gates = 0

    def connect(self) -> None:
        """Sign in with the good key, and keep what a check shows of the account."""
        first = self.signed_in(self.facts.key)
        found = first.check().facts
        self.adapter = self.signed_in(self.facts.key, found) if found else first

    def connect_again(self) -> None:
        """Begin without a token that serves, with what is known of the account."""
        self.adapter = self.signed_in(
            self.facts.key, self.adapter.facts, renews_first=True
        )

    def signed_in(
        self,
        key: str,
        facts: Mapping[str, str] | None = None,
        *,
        renews_first: bool = False,
    ) -> Adapter:
        """Return an adapter with this key, not paced."""
        tokens = signing_in.tokens(self.slug, key, is_due=renews_first)
        self._tokens.append(tokens)
        adapter = open_adapter(
            self.slug,
            signing_in.credentials(self.slug, key, self.sim.url),
            before_call=lambda: None,
            tokens=tokens,
            facts=facts,
        )
        self._open.append(adapter)
        return adapter

    def grant(self, key: str, permissions: Iterable[str]) -> None:
        self.sim.grant(signing_in.key_of(self.slug, key), permissions)

    @property
    def secrets(self) -> list[str]:
        """Return what of the good key, and of what it brought, must never be shown."""
        found = [self.facts.key.rpartition(":")[2]]
        for held in filter(None, (tokens.held for tokens in self._tokens)):
            headers = held.token.headers.values()
            found += [value.split()[-1] for value in headers]
            found += [held.token.renewal] if held.token.renewal else []
        return found

    def close(self) -> None:
        for adapter in self._open:
            adapter.http.close()  # type: ignore[attr-defined]

    @property
    def signs_in_by_token(self) -> bool:
        return isinstance(self.adapter.sign_in, (TokenExchange, OAuth2))

    # -- writing -------------------------------------------------------------------

    def write(self, action: Callable[[], T]) -> T:
        """Make the one write of a step, as the engine does."""
        self.gates = 0

        def opened() -> None:
            self.gates += 1

        with self.adapter.http.writing(opened):  # type: ignore[attr-defined]
            return action()

    def create(self, record=FULL) -> RemotePerson:
        return self.write(lambda: self.adapter.create(record))

    def add(self, person_id: str, job_id: str) -> None:
        self.write(lambda: self.adapter.add_to_job(person_id, job_id))

    def attach(self, person_id: str, name: str = "Dana.pdf", pdf: bytes = b"") -> None:
        self.write(lambda: self.adapter.attach_resume(person_id, name, pdf or PDF))

    # -- the truth -----------------------------------------------------------------

    def people(self) -> list[dict[str, Any]]:
        """Return whom the vendor has that was not there at the start."""
        people: list[dict[str, Any]] = self.sim.truth()["people"]
        return people

    def person(self) -> dict[str, Any]:
        (only,) = self.people()
        return only

    def open_job(self) -> str:
        return self.adapter.search_jobs("")[0].id

    def found(self, email: str) -> list[RemotePerson]:
        """Return the rows that really have the email, as the engine compares them."""
        rows = self.adapter.find(Key.EMAIL, email)
        return [row for row in rows if email in [e.casefold() for e in row.emails]]

    def eventually(self, ask: Callable[[], object]) -> bool:
        """Ask until it is so, for at most five seconds."""
        end = time.monotonic() + 5
        while not ask():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@contextmanager
def desk_of(
    slug: str, monkeypatch: pytest.MonkeyPatch, **switches: Any
) -> Iterator[Desk]:
    running = simulators()[slug]().start()
    point_at(slug, running.url, monkeypatch)
    # No scenario waits for a deadline, and a busy machine must not meet one.
    monkeypatch.setattr(clock, "network_deadline", float)
    # Nor does it sign in at the pace that a vendor asks for.
    monkeypatch.setattr(settings, "PACE", "off")
    running.set(**dict(FACTS[slug].switches) | switches)
    try:
        with closing(Desk(slug, running)) as desk:
            yield desk
    finally:
        running.stop()


def different_desk_of(
    slug: str, difference: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> AbstractContextManager[Desk]:
    """Let the vendor be otherwise, and the adapter as it is corrected for that."""
    facts = FACTS[slug]
    if adapter := facts.corrected.get(difference):
        monkeypatch.setitem(vendors(), slug, adapter)
    switches = dict([difference]) | dict(facts.together.get(difference, {}))
    return desk_of(slug, monkeypatch, **switches)
