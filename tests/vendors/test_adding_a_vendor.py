"""docs/adding-a-vendor.md, carried out: a sixth vendor in a folder of its own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

import integrations.vendors
from candidates import tasks as documents
from candidates.models import OutreachEvent
from integrations import adapters, checks, drainer, vendor_table
from integrations.badges import badges_of
from integrations.models import AtsConnection, Export
from integrations.simulation import simulators
from integrations.verify import broken_invariants
from pinsync import waking
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = settings.BASE_DIR / "docs" / "adding-a-vendor.md"
SLUG = "exampleats"


def files_of_the_page() -> dict[str, str]:
    """Return what the page shows, by the file's name that stands before each block."""
    found = re.findall(
        r"^`([\w.]+)`[^\n]*\n\n```\w+\n(.*?)^```$", PAGE.read_text(), re.M | re.S
    )
    return dict(found)


@pytest.fixture
def sixth(tmp_path, monkeypatch) -> Iterator[Path]:
    """Put the page's files into a folder outside the project, and let it be found."""
    folder = tmp_path / SLUG
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, text in files_of_the_page().items():
        (folder / name).write_text(text)
    path = [*integrations.vendors.__path__, str(tmp_path)]
    monkeypatch.setattr(integrations.vendors, "__path__", path)
    adapters.vendors.cache_clear()
    yield folder
    adapters.vendors.cache_clear()
    for name in [
        n for n in sys.modules if n.startswith(f"integrations.vendors.{SLUG}")
    ]:
        del sys.modules[name]


@pytest.fixture
def running(sixth, monkeypatch):
    simulator = simulators()[SLUG]().start()
    monkeypatch.setenv("EXAMPLEATS_URL", simulator.url)
    for name in ("wake_now", "awake"):
        monkeypatch.setattr(waking, name, lambda *args, **kwargs: None)
    monkeypatch.setattr(drainer, "LINGER", 0.05)
    yield simulator
    simulator.stop()


def test_the_page_shows_a_whole_vendor():
    assert files_of_the_page().keys() == {
        "README.md",
        "badge.svg",
        "adapter.py",
        "simulator.py",
    }


def test_its_declaration_is_in_order(sixth):
    assert checks.check_vendors(None) == []
    assert "Example ATS" in vendor_table.text()


def test_it_needs_no_migration(sixth):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_its_mark_is_shown(sixth, as_bob):
    reply = as_bob.get(reverse("integrations:vendor_badge", args=[SLUG]))
    assert b"Example ATS" in reply.content


def test_the_whole_path_from_connecting_to_the_badge(running, as_alice, as_bob, acme):
    job = JobFactory(organization=acme, title="Controls Engineer")
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    assert "Example ATS" in as_alice.get(reverse("integrations:settings")).text

    page = as_alice.post(
        reverse("integrations:connect", args=[SLUG]),
        {"api_key": "demo-example-key"},
        follow=True,
    ).text
    assert "Example &amp; Sons" in page
    connection = AtsConnection.objects.get()

    found = as_bob.get(
        reverse("integrations:job_search", args=[connection.pk]), {"q": "controls"}
    ).text
    assert "Controls Engineer" in found
    assert "Data Engineer" not in found
    as_bob.post(
        reverse("integrations:mapping", args=[job.pk, connection.pk]),
        {
            "trigger": "replied",
            "q": "Controls Engineer",
            "ats_job_id": "1",
            "ats_job_name": "Controls Engineer",
            "action": "enable",
        },
    )
    on_job = JobCandidateFactory(job=job, candidate=dana)
    on_job.record(OutreachEvent.Kind.REPLIED)
    documents.render_due()
    drainer.Drainer().run()

    (person,) = running.truth()["people"]
    assert person["name"] == "Dana Example"
    assert person["jobs"] == ["Controls Engineer"]
    assert person["files"] == ["Dana-Example-resume.pdf"]
    assert Export.objects.get().state == "sent"
    (badge,) = badges_of([dana], acme)[dana.pk]
    assert badge.words == "In Example ATS"
    assert badge.url == f"{running.url}/person/1"
    assert broken_invariants() == {}


def test_somebody_who_is_there_is_linked_not_created_again(
    running, as_alice, as_bob, acme
):
    as_alice.post(
        reverse("integrations:connect", args=[SLUG]), {"api_key": "demo-example-key"}
    )
    connection = AtsConnection.objects.get()
    for _ in range(2):
        dana = CandidateFactory(
            organization=acme,
            first_name="Dana",
            last_name="Example",
            email="d@e.example",
        )
        as_bob.post(
            reverse("integrations:export", args=[dana.pk]),
            {"ats": str(connection.pk), "ats_job_id": "", "ats_job_name": "", "q": ""},
        )
        documents.render_due()
        drainer.Drainer().run()
    assert len(running.truth()["people"]) == 1
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}
    assert broken_invariants() == {}
