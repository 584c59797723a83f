"""A connection of Acme to an ATS in memory, and a resume that is ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from candidates.models import ResumeDocument
from integrations import connections, drainer, measures, timing, triggers
from integrations.models import AtsConnection
from integrations.verify import broken_invariants
from pinsync import clock, waking
from tests.factories import CandidateFactory, JobFactory
from tests.vendors import signing_in
from tests.vendors.desk import FACTS

from .fakeats import Bench, FakeAts
from .office import VENDORS, Office
from .outages import Part
from .scene import Scene


@pytest.fixture
def ready_resume(monkeypatch):
    """Stand in for the renderer: every resume is made at once."""

    def want(candidate):
        return ResumeDocument.objects.get_or_create(
            candidate=candidate,
            digest="d" * 64,
            template_version=1,
            defaults={
                "state": ResumeDocument.State.READY,
                "pdf": b"%PDF-1.4 resume",
                "file_name": f"{candidate.first_name}-resume.pdf",
            },
        )[0]

    monkeypatch.setattr("integrations.follow_ups.want_resume", want)
    monkeypatch.setattr("integrations.triggers.want_resume", want)


def make_connection(organization, vendor="ashby", by=None, **fields) -> AtsConnection:
    connection = AtsConnection.objects.create(
        organization=organization,
        vendor=vendor,
        connected_by=by,
        connected_at=clock.now() - timedelta(days=30),
        account_name="Acme",
        **fields,
    )
    connection.set_credentials({"api_key": "a-key"})
    connection.save()
    return connection


@pytest.fixture
def connection(acme, alice) -> AtsConnection:
    return make_connection(acme, by=alice)


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def dana(acme):
    return CandidateFactory(
        organization=acme,
        first_name="Dana",
        last_name="Example",
        email="dana@example.com",
        linkedin_url="https://www.linkedin.com/in/dana-example",
    )


@pytest.fixture
def ats() -> FakeAts:
    return FakeAts()


@pytest.fixture
def bench(connection, ats, ready_resume) -> Bench:
    return Bench(connection, ats)


@pytest.fixture
def export(connection, bob):
    """Press Export to ATS for a candidate."""

    def press(candidate, ats_job_id="job-1", **fields):
        return triggers.request_export(
            connection=fields.pop("connection", connection),
            candidate=candidate,
            ats_job_id=ats_job_id,
            ats_job_name=ats_job_id,
            by=bob,
            **fields,
        )

    return press


# --- The whole path, over sockets -------------------------------------------------


@pytest.fixture(params=["ashby", "crelate", "jobadder", "kortivity", "trackerrms"])
def vendor(request) -> str:
    return request.param


@pytest.fixture
def hurried(monkeypatch) -> None:
    """Let a worker end at once, and time pass only by pass_time()."""
    for name in ("wake_now", "awake"):  # no Redis: nothing here waits for a wake
        monkeypatch.setattr(waking, name, lambda *args, **kwargs: None)
    for name, seconds in (("LINGER", 0.05), ("LOOK_EVERY", 0.05)):
        monkeypatch.setattr(drainer, name, seconds)
    # Only pass_time() brings what is unclear up: a busy machine must not.
    monkeypatch.setattr(timing, "CALL_DEADLINE", 3_000)


@pytest.fixture
def scene(vendor, request, hurried, acme, as_alice, as_bob, alice) -> Iterator[Any]:
    """Yield the vendor connected; whatever happened, the ledger is sound afterwards."""
    sim = request.getfixturevalue(f"{vendor}_sim")
    connected = connections.connect(
        organization=acme,
        vendor=vendor,
        credentials=signing_in.credentials(vendor, FACTS[vendor].key, sim.url),
        token=signing_in.granted(vendor, FACTS[vendor].key),
        by=alice,
    )
    yield Scene(sim, connected, {"alice": as_alice, "bob": as_bob})
    assert broken_invariants() == {}


@pytest.fixture
def office(vendor, request, hurried, as_alice, as_bob) -> Iterator[Office]:
    """Yield the vendor connected on its page; the ledger is sound afterwards."""
    sim = request.getfixturevalue(f"{vendor}_sim")
    yield Office(vendor, sim, {"alice": as_alice, "bob": as_bob})
    assert broken_invariants() == {}


@pytest.fixture
def patience(monkeypatch) -> None:
    """Give calls and those who wait time enough: a busy machine decides nothing."""
    for module in ("http", "sign_in"):
        monkeypatch.setattr(f"integrations.{module}.CALL_DEADLINE", 3_000)


# --- While a part is away ----------------------------------------------------------


@pytest.fixture
def unmeasured(monkeypatch) -> None:
    """Let no thread of ours tell Redis what was counted: who came is counted here."""
    monkeypatch.setattr(measures.measures, "flush", lambda: True)


@pytest.fixture
def brisk(monkeypatch, redis, unmeasured) -> None:
    """Let a worker end at once, and time pass only by pass_time(); Redis is there."""
    for name, seconds in (("LINGER", 0.05), ("LOOK_EVERY", 0.05)):
        monkeypatch.setattr(drainer, name, seconds)
    monkeypatch.setattr(timing, "CALL_DEADLINE", 3_000)


@pytest.fixture
def clients(as_alice, as_bob) -> dict[str, Client]:
    return {"alice": as_alice, "bob": as_bob}


@pytest.fixture
def offices(brisk, request, clients) -> Iterator[list[Office]]:
    """Yield all five ATSs connected, Ashby first; the ledger is sound afterwards."""
    sims = [(slug, request.getfixturevalue(f"{slug}_sim")) for slug in VENDORS[::-1]]
    yield [Office(slug, sim, clients) for slug, sim in sims]
    assert broken_invariants() == {}


@pytest.fixture
def take_away(request):
    """Let a part be away, and be back after ``end()`` or when the test is over."""

    def begin(row: str, offices: Sequence[Office] = ()) -> Part:
        part = Part(row, list(offices))
        request.addfinalizer(part.end)
        part.begin()
        return part

    return begin
