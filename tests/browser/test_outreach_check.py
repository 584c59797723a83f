"""What the early look for duplicates found, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations import connections, mappings, outreach_check
from integrations.models import DuplicateCheck
from pinsync import waking
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(acme, alice, crelate_sim, monkeypatch):
    """A job whose candidates go to Crelate once they reply; nobody is at work."""
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)
    connection = connections.connect(
        organization=acme,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=alice,
    )
    job = JobFactory(organization=acme, title="Controls Engineer")
    mappings.save_mapping(job=job, connection=connection, trigger="replied", by=alice)
    return job


@pytest.fixture
def dana(acme, job):
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    JobCandidateFactory(job=job, candidate=dana).record(Kind.ADDED)
    return dana


@pytest.mark.parametrize("width", [1280, 400])
def test_the_result_comes_by_itself(open_page, bob, job, dana, width):
    page = open_page(bob, f"/candidates/{dana.pk}/", width=width)
    table = open_page(bob, f"/jobs/{job.pk}/candidates/", width=width)
    for shown in (page, table):
        expect(shown.get_by_text("is being looked for in Crelate")).to_be_visible()
    outreach_check.check_due()
    for shown in (page, table):
        found = shown.get_by_text("Nobody like Dana Example was found in Crelate")
        expect(found).to_be_visible()
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert shown.evaluate(wide) is False
        assert shown.complaints == []
    expect(page.get_by_text("No reply so far.")).to_be_visible()


def test_the_record_that_was_found_is_a_click_away(open_page, bob, job, dana):
    url = "https://ats.example/188077"
    outreach_check.check_due()
    DuplicateCheck.objects.update(
        answer="link",
        matches=[
            {
                "person_id": "188077",
                "name": "Dana Example",
                "url": url,
                "keys": ["email"],
                "name_differs": False,
            }
        ],
    )
    page = open_page(bob, f"/candidates/{dana.pk}/")
    expect(page.get_by_text("Crelate has someone with this email")).to_be_visible()
    link = page.get_by_role("link", name="Open Dana Example in Crelate")
    expect(link).to_have_attribute("href", url)
