"""The administration of people: to look at; archived, never deleted."""

import pytest

from candidates.models import Candidate, Kind, OutreachEvent, ResumeDocument
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory


@pytest.fixture
def row(acme):
    person = CandidateFactory(organization=acme, first_name="Łukasz")
    row = JobCandidateFactory(job=JobFactory(organization=acme), candidate=person)
    row.record(Kind.REPLIED)
    return row


@pytest.fixture
def document(row):
    return ResumeDocument.objects.create(
        candidate=row.candidate,
        digest="d",
        template_version=1,
        state="ready",
        pdf=b"%PDF secret bytes",
        file_name="resume.pdf",
    )


def test_every_list_and_page_opens(admin_client, row, document):
    event = OutreachEvent.objects.first()
    for model, obj in (
        ("candidate", row.candidate),
        ("jobcandidate", row),
        ("outreachevent", event),
        ("resumedocument", document),
    ):
        url = f"/admin/candidates/{model}/"
        assert admin_client.get(f"{url}?q=lukasz").status_code == 200, model
        assert admin_client.get(f"{url}{obj.pk}/change/").status_code == 200, model


def test_people_are_found_however_they_are_written(admin_client, row):
    page = admin_client.get("/admin/candidates/candidate/?q=lukasz").content.decode()
    assert "Łukasz" in page
    page = admin_client.get("/admin/candidates/candidate/?q=nobody").content.decode()
    assert "Łukasz" not in page


@pytest.mark.parametrize("model", ["jobcandidate", "outreachevent", "resumedocument"])
def test_facts_are_only_looked_at(admin_client, row, document, model):
    pk = {"jobcandidate": row.pk, "resumedocument": document.pk}.get(
        model, row.events.first().pk
    )
    page = admin_client.get(f"/admin/candidates/{model}/{pk}/change/").content.decode()
    assert 'name="_save"' not in page
    for action in ("add/", f"{pk}/delete/"):
        url = f"/admin/candidates/{model}/{action}"
        assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_the_bytes_of_a_resume_are_not_shown(admin_client, document):
    url = f"/admin/candidates/resumedocument/{document.pk}/change/"
    assert "secret bytes" not in admin_client.get(url).content.decode()


def test_candidates_are_archived_and_brought_back(admin_client, row):
    person = row.candidate
    url = "/admin/candidates/candidate/"
    data = {"action": "archive", "_selected_action": [person.pk]}
    admin_client.post(url, data)
    assert not Candidate.objects.live().exists()
    admin_client.post(url, {**data, "action": "restore"})
    assert Candidate.objects.live().exists()
    assert admin_client.post(f"{url}{person.pk}/delete/").status_code == 403
