"""A connection of Acme to an ATS in memory, and a resume that is ready."""

from __future__ import annotations

from datetime import timedelta

import pytest

from candidates.models import ResumeDocument
from integrations import triggers
from integrations.models import AtsConnection
from pinsync import clock
from tests.factories import CandidateFactory, JobFactory

from .fakeats import Bench, FakeAts


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

    monkeypatch.setattr("integrations.engine.want_resume", want)
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
