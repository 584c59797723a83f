"""The resume on the candidate's page: wanted, ready, failed."""

import pytest

from candidates.models import ResumeDocument
from candidates.resume import want_resume
from tests.factories import CandidateFactory

PDF = b"%PDF-1.7 a resume"


@pytest.fixture
def dana(acme):
    return CandidateFactory(organization=acme, last_name="Example")


def _tab(client, dana):
    return client.get(f"/candidates/{dana.pk}/?tab=resume").content.decode()


def _finish(document, **fields):
    ResumeDocument.objects.filter(pk=document.pk).update(**fields)


def test_looking_asks_for_the_resume_and_waits_for_it(as_bob, dana):
    page = _tab(as_bob, dana)
    assert "The resume is being made" in page
    assert 'hx-trigger="every 2s"' in page
    _tab(as_bob, dana)
    assert dana.resumes.count() == 1


def test_the_address_of_the_pdf_leads_to_the_tab_until_it_is_made(as_bob, dana):
    response = as_bob.get(f"/candidates/{dana.pk}/resume/")
    assert response.url == f"/candidates/{dana.pk}/?tab=resume"


def test_a_resume_that_is_ready_is_shown_and_asks_no_more(as_bob, dana):
    _finish(want_resume(dana), state="ready", pdf=PDF, pages=2)
    page = _tab(as_bob, dana)
    assert f'data="/candidates/{dana.pk}/resume/' in page
    assert "2 pages" in page
    assert "hx-trigger" not in page[page.index('id="resume"') :].split(">")[0]


def test_the_pdf_is_served_as_it_is_stored(as_bob, dana):
    document = want_resume(dana)
    _finish(document, state="ready", pdf=PDF)
    response = as_bob.get(f"/candidates/{dana.pk}/resume/")
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    response = as_bob.get(f"/candidates/{dana.pk}/resume/?download")
    assert response["Content-Disposition"].startswith("attachment")
    assert "private" in response["Cache-Control"]


def test_a_resume_that_could_not_be_made_says_why(as_bob, dana):
    _finish(want_resume(dana), state="failed", error="The summary is too deep.")
    page = _tab(as_bob, dana)
    assert "The resume could not be made. The summary is too deep." in page
    assert 'hx-trigger="every 2s"' not in page
