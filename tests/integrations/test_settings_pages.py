"""Settings > ATS Integration, and the settings of a job, as people see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import OutreachEvent
from integrations import breaker, connections, triggers
from integrations.adapters import adapter_class
from integrations.models import (
    AtsConnection,
    AtsPerson,
    ConnectionPermission,
    Export,
    JobAtsMapping,
    VendorBadge,
)
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory

from .conftest import make_connection

HX = {"HX-Request": "true"}


def url(name, *args) -> str:
    return reverse(f"integrations:{name}", args=args)


def seen(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def ashby(acme, alice, ashby_sim) -> AtsConnection:
    return connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": "demo-ashby-key"},
        by=alice,
    )


@pytest.fixture
def crelate(acme, alice, crelate_sim) -> AtsConnection:
    return connections.connect(
        organization=acme,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=alice,
    )


# --- The list and the connect page ---------------------------------------------------


def test_the_list_shows_every_ats(as_alice, ashby):
    page = seen(as_alice.get(url("settings")))
    assert "<h1>ATS Integration</h1>" in page
    assert "Connected" in page
    assert "by Alice Moore" in page
    assert url("connect", "crelate") in page


def test_each_connection_costs_the_list_one_query(
    as_alice, acme, alice, django_assert_num_queries
):
    make_connection(acme, "ashby", by=alice)
    with CaptureQueriesContext(database) as one:
        as_alice.get(url("settings"))
    make_connection(acme, "crelate", by=alice)
    with django_assert_num_queries(len(one) + 1):  # its own latest times
        as_alice.get(url("settings"))


def test_recruiters_read_who_can_connect(as_bob, alice, ashby):
    for page in (
        url("settings"),
        url("connect", "crelate"),
        url("connection", ashby.pk),
        url("reconnect", ashby.pk),
        url("disconnect", ashby.pk),
    ):
        response = as_bob.get(page)
        assert response.status_code == 403
        assert "Alice Moore" in seen(response)
    assert as_bob.post(url("test", ashby.pk)).status_code == 403


def test_other_organizations_find_nothing(as_charlie, ashby, job):
    for name in ("connection", "reconnect", "disconnect"):
        assert as_charlie.get(url(name, ashby.pk)).status_code == 404
    assert as_charlie.post(url("test", ashby.pk)).status_code == 404
    assert as_charlie.post(url("disconnect", ashby.pk)).status_code == 404
    assert as_charlie.get(url("job_search", ashby.pk)).status_code == 404
    assert as_charlie.post(url("mapping", job.pk, ashby.pk)).status_code == 404


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(url("settings")).status_code == 302


def test_an_unknown_ats_is_not_found(as_alice):
    assert as_alice.get(url("connect", "nothing")).status_code == 404


def test_the_connect_page_says_what_is_needed(as_alice):
    page = seen(as_alice.get(url("connect", "ashby")))
    assert "Candidates: write" in page
    assert 'type="password"' in page
    assert 'autocomplete="off"' in page
    assert "Test and connect" in page


def test_connecting_shows_the_permissions(as_alice, ashby_sim):
    response = as_alice.post(
        url("connect", "ashby"), {"api_key": "demo-ashby-key"}, follow=True
    )
    page = seen(response)
    assert "Ashby is connected." in page
    assert "Proven" in page
    assert "demo-ashby-key" not in page


def test_a_key_that_lacks_a_permission_is_no_plain_success(as_alice, ashby_sim):
    ashby_sim.simulator.grant("weak", ["jobs:read", "candidates:read", "apiKeys:read"])
    connect = url("connect", "ashby")
    page = seen(as_alice.post(connect, {"api_key": "weak"}, follow=True))
    assert "it lacks permissions" in page
    assert "message-success" not in page


def test_a_refused_key_says_so_and_is_not_shown_again(as_alice, ashby_sim):
    response = as_alice.post(url("connect", "ashby"), {"api_key": "s3cret-wrong"})
    page = seen(response)
    assert response.status_code == 200
    assert "Ashby does not accept this API key. Nothing was saved." in page
    assert "s3cret-wrong" not in page
    assert not AtsConnection.objects.exists()


def test_an_empty_key_is_named(as_alice, ashby_sim):
    page = seen(as_alice.post(url("connect", "ashby"), {"api_key": " "}))
    assert "Enter the API key." in page


def test_a_connected_ats_is_managed_not_connected_twice(as_alice, ashby):
    response = as_alice.get(url("connect", "ashby"))
    assert response.url == url("connection", ashby.pk)


# --- The page of a connection --------------------------------------------------------


def test_a_missing_permission_is_red_and_says_what_stops(as_alice, ashby):
    ashby.permissions.filter(code="jobs:read").update(
        state=ConnectionPermission.State.MISSING
    )
    page = seen(as_alice.get(url("connection", ashby.pk)))
    assert "Missing" in page
    assert "Without it Ashby refuses to list the jobs you can choose." in page
    assert "permission missing" in seen(as_alice.get(url("settings")))


def test_what_only_a_write_proves_is_no_tick(as_alice, ashby):
    ashby.permissions.filter(code="candidates:write").update(
        state=ConnectionPermission.State.UNPROVABLE
    )
    page = seen(as_alice.get(url("connection", ashby.pk)))
    assert "Not proven before a real write" in page


def test_a_real_write_proves_the_right_to_write(as_alice, ashby, acme):
    ashby.permissions.filter(code="candidates:write").update(
        state=ConnectionPermission.State.UNPROVABLE
    )
    AtsPerson.objects.create(
        connection=ashby,
        candidate=CandidateFactory(organization=acme),
        person_id="1",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )
    page = seen(as_alice.get(url("connection", ashby.pk)))
    assert "Not proven before a real write" not in page
    AtsPerson.objects.update(known_by=AtsPerson.KnownBy.LINKED)  # by reading alone
    page = seen(as_alice.get(url("connection", ashby.pk)))
    assert "Not proven before a real write" in page


def test_nothing_is_promised_when_a_test_fails(as_alice, ashby, ashby_sim):
    ashby_sim.simulator.faults.add({"fault": "status", "status": 500})
    page = seen(as_alice.post(url("test", ashby.pk), follow=True))
    assert "Ashby answered with an error (500). Try again in a moment." in page


def test_the_secret_is_on_no_page(as_alice, ashby, job):
    for page in (
        url("settings"),
        url("connection", ashby.pk),
        url("reconnect", ashby.pk),
        url("disconnect", ashby.pk),
        reverse("jobs:automation", args=[job.pk]),
    ):
        html = as_alice.get(page).content.decode()
        assert "demo-ashby-key" not in html
        assert ashby.credentials not in html


def test_the_test_button_says_what_came_out(as_alice, ashby, ashby_sim):
    page = seen(as_alice.post(url("test", ashby.pk), follow=True))
    assert "the connection works" in page
    ashby_sim.revoke("demo-ashby-key")
    page = seen(as_alice.post(url("test", ashby.pk), follow=True))
    assert "Reconnect" in page
    assert AtsConnection.objects.get().state == AtsConnection.State.PARKED


def test_a_parked_connection_offers_to_reconnect(as_alice, ashby):
    breaker.park(ashby, kind="bad_credentials", sentence="Ashby refused the key.")
    page = seen(as_alice.get(url("settings")))
    assert "Ashby refused the key." in page
    assert url("reconnect", ashby.pk) in page


def test_reconnecting_in_place(as_alice, ashby, ashby_sim):
    breaker.park(ashby, kind="bad_credentials", sentence="Ashby refused the key.")
    ashby_sim.grant("another-key")
    page = seen(
        as_alice.post(
            url("reconnect", ashby.pk), {"api_key": "another-key"}, follow=True
        )
    )
    assert "connected again" in page
    assert AtsConnection.objects.get().is_connected


def test_where_nobody_is_known_the_page_asks_which_account_it_is(
    as_alice, ashby, ashby_sim, dana, acme, bob, ready_resume
):
    other = CandidateFactory(organization=acme)
    triggers.request_export(connection=ashby, candidate=other, by=bob)
    AtsPerson.objects.create(
        connection=ashby,
        candidate=dana,
        person_id="deleted-there",
        known_by="created",
        known_at=clock.now(),
    )
    page = url("reconnect", ashby.pk)
    asked = seen(as_alice.post(page, {"api_key": "demo-ashby-key"}))
    assert "none of the people whom PinSync knows in Ashby are there" in asked
    assert "Which Ashby account is it?" in asked
    assert "and enter the API key again." in asked
    assert "1 waiting export is cancelled." in asked
    again = seen(as_alice.post(page, {"api_key": "demo-ashby-key", "account": "x"}))
    assert "Select a valid choice" in again
    entered = {"api_key": "demo-ashby-key", "account": "same"}
    done = seen(as_alice.post(page, entered, follow=True))
    assert "Ashby is connected again." in done
    assert AtsConnection.objects.get().people.count() == 1


def test_reconnecting_with_a_wrong_key_stays_on_the_form(as_alice, ashby):
    page = seen(as_alice.post(url("reconnect", ashby.pk), {"api_key": "s3cret"}))
    assert "Test and connect" in page
    assert "s3cret" not in page


def test_disconnecting_says_first_what_stops(as_alice, ashby, dana, bob, ready_resume):
    triggers.request_export(connection=ashby, candidate=dana, by=bob)
    page = seen(as_alice.get(url("disconnect", ashby.pk)))
    assert "1 export not yet sent is cancelled." in page
    assert AtsConnection.objects.get().is_connected
    page = seen(as_alice.post(url("disconnect", ashby.pk), follow=True))
    assert "Ashby is disconnected." in page
    assert as_alice.get(url("disconnect", ashby.pk)).status_code == 404


def test_the_profile_link_needs_the_place_of_the_id(as_alice, ashby):
    page = url("connection", ashby.pk)
    assert "{person_id}" in seen(as_alice.post(page, {"profile_url": "https://a.b/"}))
    assert "https://" in seen(as_alice.post(page, {"profile_url": "javascript:x"}))
    as_alice.post(page, {"profile_url": "https://a.example/{person_id}"})
    ashby.refresh_from_db()
    assert ashby.person_url("7") == "https://a.example/7"


def test_an_ended_connection_can_be_read_but_not_used(as_alice, ashby, alice):
    connections.disconnect(ashby, by=alice)
    page = seen(as_alice.get(url("connection", ashby.pk)))
    assert "This connection ended" in page
    assert as_alice.post(url("test", ashby.pk)).status_code == 404


# --- The vendors' marks --------------------------------------------------------------


def test_the_mark_can_do_nothing_but_be_seen(client, db):
    response = client.get(url("vendor_badge", "ashby"))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "max-age" in response["Cache-Control"]
    again = client.get(
        url("vendor_badge", "ashby"), headers={"If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304
    assert client.get(url("vendor_badge", "nothing")).status_code == 404


def test_an_operator_may_replace_the_mark(client, db):
    VendorBadge.objects.create(vendor="ashby", svg="<svg xmlns='x'><path/></svg>")
    assert client.get(url("vendor_badge", "ashby")).content.endswith(b"<path/></svg>")


# --- Position details: saves by itself -----------------------------------------------


def mapping_data(trigger="contact_found", job_id="", name="", q=None, **more):
    return {
        "trigger": trigger,
        "ats_job_id": job_id,
        "ats_job_name": name,
        "q": name if q is None else q,
        **more,
    }


def ats_job(as_bob, connection) -> tuple[str, str]:
    """Return the id and name of the first job that the picker offers."""
    page = as_bob.get(url("job_search", connection.pk), {"q": ""}, headers=HX)
    html = page.content.decode()
    return tuple(
        html.split(f'{part}="', 1)[1].split('"', 1)[0]
        for part in ("data-id", "data-name")
    )


def test_position_details_shows_the_vendors_own_words(as_bob, crelate, job):
    page = seen(as_bob.get(reverse("jobs:settings", args=[job.pk])))
    assert "ATS integration" in page
    for words in ("Never", "Contact information is found", "They reply to an email"):
        assert words in page
    assert "may stay empty" in page


def test_a_change_is_saved_by_itself_and_says_so(as_bob, bob, crelate, job):
    response = as_bob.post(
        url("mapping", job.pk, crelate.pk), mapping_data(), headers=HX
    )
    assert "Saved" in seen(response)
    mapping = JobAtsMapping.objects.get()
    assert mapping.trigger == "contact_found"
    assert mapping.changed_by == bob


def test_without_javascript_a_button_saves(as_bob, crelate, job):
    tab = reverse("jobs:settings", args=[job.pk])
    response = as_bob.post(
        url("mapping", job.pk, crelate.pk), mapping_data(next=tab), follow=True
    )
    assert response.redirect_chain[-1][0] == tab
    assert "The Crelate setting of this job is saved." in seen(response)


def test_the_way_back_stays_on_this_site(as_bob, crelate, job):
    response = as_bob.post(
        url("mapping", job.pk, crelate.pk), mapping_data(next="https://evil.example/")
    )
    assert "evil" not in response.url


def test_the_chosen_job_is_checked_and_named_by_the_ats(as_bob, crelate, job):
    job_id, name = ats_job(as_bob, crelate)
    as_bob.post(
        url("mapping", job.pk, crelate.pk),
        mapping_data(job_id=job_id, name="whatever", q="whatever"),
        headers=HX,
    )
    mapping = JobAtsMapping.objects.get()
    assert mapping.ats_job_id == job_id
    assert mapping.ats_job_name == name.replace("&#x27;", "'").replace("&amp;", "&")


def test_a_job_that_the_ats_does_not_know_is_refused(as_bob, crelate, job):
    data = mapping_data(job_id="00000000-0000-4000-8000-000000000000", name="Gone")
    response = as_bob.post(url("mapping", job.pk, crelate.pk), data, headers=HX)
    assert "Crelate does not know this job" in seen(response)
    assert not JobAtsMapping.objects.exists()


def test_a_closed_job_is_refused(as_bob, crelate, crelate_sim, job):
    job_id, name = ats_job(as_bob, crelate)
    crelate_sim.close_job(job_id)
    response = as_bob.post(
        url("mapping", job.pk, crelate.pk),
        mapping_data(job_id=job_id, name=name),
        headers=HX,
    )
    assert "is closed in Crelate" in seen(response)
    assert not JobAtsMapping.objects.exists()


def test_emptying_the_field_means_no_job(as_bob, crelate, job):
    job_id, name = ats_job(as_bob, crelate)
    page = url("mapping", job.pk, crelate.pk)
    as_bob.post(page, mapping_data(job_id=job_id, name=name), headers=HX)
    as_bob.post(page, mapping_data(job_id=job_id, name=name, q=""), headers=HX)
    assert JobAtsMapping.objects.get().ats_job_id == ""


def test_without_javascript_a_search_brings_radio_buttons(as_bob, crelate, job):
    job_id, name = ats_job(as_bob, crelate)
    word = name.split()[0]
    page = url("mapping", job.pk, crelate.pk)
    html = seen(as_bob.post(page, mapping_data(q=word, search="1")))
    assert f'type="radio" name="ats_job_id" value="{job_id}"' in html
    assert not JobAtsMapping.objects.exists()
    as_bob.post(page, mapping_data(job_id=job_id, q=word, picked="1"))
    assert JobAtsMapping.objects.get().ats_job_id == job_id


def test_typed_words_that_were_not_chosen_are_a_search(as_bob, crelate, job):
    html = seen(as_bob.post(url("mapping", job.pk, crelate.pk), mapping_data(q="zzz")))
    assert "No open job in Crelate matches “zzz”." in html
    assert not JobAtsMapping.objects.exists()


def test_the_picker_shows_the_vendors_trouble_as_a_sentence(
    as_bob, crelate, crelate_sim
):
    crelate_sim.revoke("demo-crelate-key")
    page = seen(as_bob.get(url("job_search", crelate.pk), {"q": "a"}, headers=HX))
    assert "Crelate" in page
    assert "data-id" not in page
    crelate.refresh_from_db()
    assert crelate.state == AtsConnection.State.PARKED


def test_settings_of_a_parked_connection_can_be_switched_off(as_bob, crelate, job):
    breaker.park(crelate, kind="bad_credentials", sentence="Refused.")
    page = seen(as_bob.get(reverse("jobs:settings", args=[job.pk])))
    assert "Refused." in page
    as_bob.post(url("mapping", job.pk, crelate.pk), mapping_data("never"), headers=HX)
    assert JobAtsMapping.objects.get().trigger == "never"


def in_outreach(job) -> None:
    row = JobCandidateFactory(
        job=job, candidate=CandidateFactory(organization=job.organization)
    )
    row.record(OutreachEvent.Kind.ADDED)


@pytest.fixture
def automatic(as_bob, crelate, job, ready_resume) -> Export:
    """Set the job up, then add somebody to its outreach."""
    as_bob.post(url("mapping", job.pk, crelate.pk), mapping_data(), headers=HX)
    JobAtsMapping.objects.update(active_since=clock.now() - timedelta(hours=1))
    AtsConnection.objects.update(connected_at=clock.now() - timedelta(hours=2))
    in_outreach(job)
    return Export.objects.get()


@pytest.mark.parametrize("headers", [HX, {}], ids=["htmx", "plain"])
def test_never_asks_before_it_cancels(as_bob, crelate, job, automatic, headers):
    page = url("mapping", job.pk, crelate.pk)
    html = seen(as_bob.post(page, mapping_data("never"), headers=headers))
    assert "Never cancels 1 export to Crelate not yet sent." in html
    automatic.refresh_from_db()
    assert automatic.state == Export.State.WAITING
    assert JobAtsMapping.objects.get().trigger == "contact_found"
    as_bob.post(page, mapping_data("never", confirm="1"), headers=headers)
    automatic.refresh_from_db()
    assert automatic.state == Export.State.CANCELLED


def test_it_recommends_to_set_up_first(as_bob, crelate, job):
    tab = reverse("jobs:settings", args=[job.pk])
    words = "Set this up before adding candidates to outreach."
    assert words in seen(as_bob.get(tab))
    in_outreach(job)
    assert "1 person is in outreach already" in seen(as_bob.get(tab))


# --- Automation: Enable and Disable --------------------------------------------------


def test_automation_has_no_never(as_bob, ashby, job):
    page = seen(as_bob.get(reverse("jobs:automation", args=[job.pk])))
    assert "Export candidates to ATS" in page
    assert "Never" not in page
    assert "Enable" in page


def test_enable_without_a_job_names_the_field(as_bob, ashby, job):
    response = as_bob.post(
        url("mapping", job.pk, ashby.pk),
        mapping_data("replied", action="enable"),
        headers=HX,
    )
    assert "Choose the Ashby job." in seen(response)
    assert not JobAtsMapping.objects.exists()


def test_enable_and_disable(as_bob, ashby, job):
    job_id, name = ats_job(as_bob, ashby)
    page = url("mapping", job.pk, ashby.pk)
    data = mapping_data("replied", job_id, name)
    html = seen(as_bob.post(page, {**data, "action": "enable"}, headers=HX))
    assert "Enabled" in html
    assert JobAtsMapping.objects.get().enabled
    html = seen(as_bob.post(page, {"action": "disable"}, headers=HX))
    assert "Disabled" in html
    mapping = JobAtsMapping.objects.get()
    assert not mapping.enabled
    assert (mapping.trigger, mapping.ats_job_id) == ("replied", job_id)


def test_disable_of_what_never_was_on_saves_nothing(as_bob, ashby, job):
    as_bob.post(url("mapping", job.pk, ashby.pk), {"action": "disable"}, headers=HX)
    assert not JobAtsMapping.objects.exists()


def test_not_connected_says_who_can_connect(as_alice, as_bob, job, acme):
    tab = reverse("jobs:settings", args=[job.pk])
    assert url("settings") in seen(as_alice.get(tab)).split("ATS integration", 1)[1]
    assert f"An administrator of {acme.name} can connect it" in seen(as_bob.get(tab))


def test_an_archived_job_is_not_set_up(as_bob, crelate, job):
    job.archived_at = clock.now()
    job.save()
    assert as_bob.get(url("mapping", job.pk, crelate.pk)).status_code == 404


def test_what_was_never_tried_with_the_vendor_says_so_before_and_after_connecting(
    as_alice, acme, alice, monkeypatch
):
    monkeypatch.setattr(adapter_class("ashby"), "verified", None)
    assert "Not yet verified with Ashby." in seen(
        as_alice.get(reverse("integrations:settings"))
    )
    make_connection(acme, by=alice)
    assert "Not yet verified with Ashby." in seen(
        as_alice.get(reverse("integrations:settings"))
    )


def test_permissions_of_a_parked_connection_say_how_old_they_are(as_alice, ashby):
    page = reverse("integrations:connection", args=[ashby.pk])
    assert "as last proven" not in seen(as_alice.get(page))
    breaker.park(ashby, kind="bad_credentials", sentence="Ashby refused the key.")
    assert "as last proven" in seen(as_alice.get(page))
