"""The dialog Export to ATS, with and without JavaScript."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations import breaker, connections, mappings
from integrations.models import AtsConnection, AtsPerson, Export
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory

from .conftest import make_connection

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _resume(ready_resume): ...


@pytest.fixture
def crelate(acme, alice, crelate_sim) -> AtsConnection:
    return connections.connect(
        organization=acme,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=alice,
    )


@pytest.fixture
def ashby(acme, alice, ashby_sim) -> AtsConnection:
    return connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": "demo-ashby-key"},
        by=alice,
    )


def url(candidate) -> str:
    return reverse("integrations:export", args=[candidate.pk])


def seen(response) -> str:
    return " ".join(response.content.decode().split())


def chosen(connection, job_id="", name="", **more) -> dict[str, str]:
    return {
        "ats": str(connection.pk),
        "ats_job_id": job_id,
        "ats_job_name": name,
        "q": name,
        **more,
    }


def first_job(connection) -> tuple[str, str]:
    with connections.opened(connection) as adapter:
        job = adapter.search_jobs("")[0]
    return job.id, job.title


def known(connection, candidate) -> AtsPerson:
    return AtsPerson.objects.create(
        connection=connection,
        candidate=candidate,
        person_id="1",
        url="https://ats.example/1",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )


def test_the_button_stands_on_the_candidate(as_bob, crelate, dana):
    page = seen(as_bob.get(reverse("candidates:detail", args=[dana.pk])))
    assert "Export to ATS" in page
    assert url(dana) in page


def test_it_shows_exactly_what_would_be_sent(as_bob, crelate, dana):
    page = seen(as_bob.get(url(dana)))
    for words in ("What will be sent", "dana@example.com", "EmailAddresses_Personal"):
        assert words in page


def test_htmx_gets_only_the_dialog(as_bob, crelate, dana):
    page = seen(as_bob.get(url(dana), headers=HX))
    assert "<html" not in page
    assert "Export Dana Example to ATS" in page


def test_exporting_without_a_job(as_bob, bob, crelate, dana):
    as_bob.post(url(dana), chosen(crelate))
    export = Export.objects.get()
    assert (export.origin, export.requested_by) == (Export.Origin.BUTTON, bob)
    assert (export.connection, export.ats_job_id) == (crelate, "")


def test_exporting_to_a_job_keeps_its_name(as_bob, crelate, dana):
    job_id, title = first_job(crelate)
    as_bob.post(url(dana), chosen(crelate, job_id, title))
    export = Export.objects.get()
    assert export.ats_job_id == job_id
    assert export.ats_job_name.startswith(title)


def test_the_dialog_closes_and_the_page_hears_of_it(as_bob, crelate, dana):
    response = as_bob.post(url(dana), chosen(crelate), headers=HX)
    assert response.status_code == 204
    assert response["HX-Trigger"] == "ats-changed"


def test_two_clicks_make_one_export(as_bob, crelate, dana):
    for _ in range(2):
        as_bob.post(url(dana), chosen(crelate), headers=HX)
    assert Export.objects.count() == 1


def test_a_required_job_is_asked_for(as_bob, ashby, dana):
    page = seen(as_bob.post(url(dana), chosen(ashby), headers=HX))
    assert "Choose the Ashby job." in page
    assert not Export.objects.exists()


def test_a_job_that_was_closed_meanwhile_is_refused(as_bob, ashby, ashby_sim, dana):
    job_id, title = first_job(ashby)
    ashby_sim.close_job(job_id)
    page = seen(as_bob.post(url(dana), chosen(ashby, job_id, title), headers=HX))
    assert "is closed in Ashby" in page
    assert not Export.objects.exists()


def test_the_job_is_filled_in_from_the_setting(as_bob, bob, crelate, dana, job):
    JobCandidateFactory(job=job, candidate=dana)
    mappings.save_mapping(
        job=job,
        connection=crelate,
        trigger="replied",
        ats_job_id="77",
        ats_job_name="Fitter – Acme",
        by=bob,
    )
    assert 'value="Fitter – Acme"' in seen(as_bob.get(url(dana)))
    as_bob.post(url(dana), chosen(crelate, "77", "Fitter – Acme"))
    assert Export.objects.get().job == job


def test_without_javascript_the_jobs_are_searched_first(as_bob, crelate, dana):
    job_id, title = first_job(crelate)
    data = chosen(crelate, q=title.split()[0], search="1")
    page = seen(as_bob.post(url(dana), data))
    assert f'type="radio" name="ats_job_id" value="{job_id}"' in page
    assert not Export.objects.exists()


def test_searching_for_a_job_is_not_yet_an_error(as_bob, ashby, dana):
    page = seen(as_bob.post(url(dana), chosen(ashby, q="engineer", search="1")))
    assert 'type="radio" name="ats_job_id"' in page
    assert "Choose the Ashby job." not in page


def test_several_ats_are_offered_to_choose_from(as_bob, crelate, ashby, dana):
    page = seen(as_bob.get(url(dana)))
    assert "To which ATS?" in page
    page = seen(as_bob.get(url(dana), {"ats": crelate.pk}))
    assert "Search Crelate jobs" in page


def test_only_ats_without_the_person_are_offered(as_bob, crelate, ashby, dana):
    known(crelate, dana)
    page = seen(as_bob.get(url(dana), headers=HX))
    assert "Search Ashby jobs" in page
    assert "Crelate" not in page


def test_a_request_for_an_ats_where_the_person_is_is_refused(as_bob, crelate, dana):
    known(crelate, dana)
    for response in (
        as_bob.get(url(dana), {"ats": crelate.pk}),
        as_bob.post(url(dana), chosen(crelate)),
    ):
        page = seen(response)
        assert response.status_code == 409
        assert "Dana is in Crelate already; details are updated there." in page
        assert 'href="https://ats.example/1"' in page
    assert not Export.objects.exists()


def test_who_is_everywhere_has_no_button(as_bob, crelate, dana):
    known(crelate, dana)
    assert "every connected ATS already" in seen(as_bob.get(url(dana)))
    page = seen(as_bob.get(reverse("candidates:detail", args=[dana.pk])))
    assert url(dana) not in page


def test_a_parked_ats_cannot_be_chosen(as_bob, crelate, ashby, dana):
    breaker.park(ashby, kind="bad_credentials", sentence="Ashby refused the key.")
    page = seen(as_bob.get(url(dana)))
    assert "Ashby refused the key." in page
    assert "Search Crelate jobs" in page
    as_bob.post(url(dana), chosen(ashby))
    assert not Export.objects.filter(connection=ashby).exists()


def test_without_any_key_it_warns_and_still_allows(as_bob, acme, crelate):
    nobody = CandidateFactory(organization=acme, email="", linkedin_url="")
    assert "Duplicates cannot be checked." in seen(as_bob.get(url(nobody)))
    as_bob.post(url(nobody), chosen(crelate))
    assert Export.objects.count() == 1


def test_no_ats_is_connected(as_alice, as_bob, dana):
    settings = reverse("integrations:settings")
    assert settings in seen(as_alice.get(url(dana), headers=HX))
    assert "An administrator of Acme Recruiting" in seen(as_bob.get(url(dana)))


def test_other_organizations_find_nothing(as_charlie, crelate, dana):
    assert as_charlie.get(url(dana)).status_code == 404
    assert as_charlie.post(url(dana), chosen(crelate)).status_code == 404


def test_another_organizations_connection_cannot_be_used(as_charlie, globex, crelate):
    theirs = CandidateFactory(organization=globex)
    as_charlie.post(url(theirs), chosen(crelate))
    assert not Export.objects.exists()


def test_an_archived_candidate_is_not_exported(as_bob, crelate, dana):
    dana.archived_at = clock.now()
    dana.save()
    assert as_bob.get(url(dana)).status_code == 404
    page = seen(as_bob.get(reverse("candidates:detail", args=[dana.pk])))
    assert url(dana) not in page


def test_the_vendor_is_not_called_to_show_the_dialog(as_bob, acme, alice, dana):
    make_connection(acme, "crelate", by=alice)  # nothing listens there
    assert as_bob.get(url(dana)).status_code == 200
