"""JobAdder in a browser: signed in there with consent and with refusal, then a badge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations.models import AtsConnection, AtsPerson, JobAtsMapping
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.faults.parts import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_redis"),
]

WIDE = "document.documentElement.scrollWidth - innerWidth"
REFUSED = "JobAdder is not connected: the permission was refused there."


@pytest.fixture
def sim(jobadder_sim, live_server, settings):
    """Let JobAdder send people back to where this server really is."""
    settings.PUBLIC_URL = live_server.url
    return jobadder_sim


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


def go_there(page):
    """Go from the list of ATSs to JobAdder's own page."""
    page.get_by_role("link", name="Connect JobAdder").click()
    page.get_by_role("link", name="Continue to JobAdder").click()
    expect(page.get_by_role("heading", name="Sign in to JobAdder")).to_be_visible()


def sign_in(page, user="robin"):
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scripts", [True, False])
def test_consent_connects(open_page, alice, sim, width, scripts):
    page = open_page(alice, "/settings/ats/", width=width, java_script_enabled=scripts)
    go_there(page)
    assert page.url.startswith(sim.url)
    sign_in(page)
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    for scope in ("View users", "View candidates", "Manage job applications"):
        expect(page.get_by_text(scope, exact=True)).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    row = AtsConnection.objects.live().get()
    expect(page).to_have_url(re.compile(f"/settings/ats/{row.pk}/$"))
    expect(page.get_by_text("JobAdder is connected. Now choose")).to_be_visible()
    expect(page.get_by_text("Connected", exact=True).first).to_be_visible()
    expect(page.get_by_text("Robin")).to_be_visible()
    expect(page.get_by_text("Not proven before a real write")).to_have_count(2)
    if scripts:
        assert page.evaluate(WIDE) <= 0
    assert page.complaints == []


def test_a_refusal_leads_back_and_can_be_made_good(open_page, alice, sim):
    page = open_page(alice, "/settings/ats/")
    go_there(page)
    sign_in(page)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text(REFUSED)).to_be_visible()
    assert not AtsConnection.objects.exists()
    page.get_by_role("link", name="Continue to JobAdder").click()
    sign_in(page)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("JobAdder is connected. Now choose")).to_be_visible()
    assert AtsConnection.objects.live().get().vendor == "jobadder"
    assert page.complaints == []


def test_who_may_not_grant_access_is_told_so_there_and_goes_back(open_page, alice, sim):
    page = open_page(alice, "/settings/ats/", width=400)
    go_there(page)
    sign_in(page, "kim")
    expect(page.get_by_role("heading", name="You cannot allow this")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_text(REFUSED)).to_be_visible()
    expect(page.get_by_text("Sign in again with somebody who may")).to_be_visible()
    assert not AtsConnection.objects.exists()
    assert page.evaluate(WIDE) <= 0
    assert page.complaints == []


def test_a_sign_in_that_ended_is_made_good_in_place(open_page, alice, sim):
    page = open_page(alice, "/settings/ats/")
    go_there(page)
    sign_in(page)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("JobAdder is connected. Now choose")).to_be_visible()
    row = AtsConnection.objects.live().get()
    sim.revoke("robin")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("Reconnect needed")).to_be_visible()
    ended = page.get_by_text("JobAdder has ended the sign-in")
    expect(ended.first).to_be_visible()
    page.get_by_role("link", name="Reconnect").first.click()
    expect(ended.first).to_be_visible()
    page.get_by_role("link", name="Continue to JobAdder").click()
    sign_in(page, "sam")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("JobAdder is connected again.")).to_be_visible()
    now = AtsConnection.objects.live().get()
    assert (now.pk, now.connected_at) == (row.pk, row.connected_at)
    assert page.complaints == []


def test_enabled_on_the_automation_tab_a_reply_brings_the_badge(
    open_page, alice, bob, acme, job, sim, working
):
    page = open_page(alice, "/settings/ats/")
    go_there(page)
    sign_in(page)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("JobAdder is connected. Now choose")).to_be_visible()

    page = open_page(bob, f"/jobs/{job.pk}/automation/")
    expect(page.get_by_text("Export candidates to ATS")).to_be_visible()
    page.get_by_role("combobox", name="JobAdder job").click()
    page.keyboard.type("controls")
    page.get_by_role("option", name=re.compile("Controls Engineer")).first.click()
    page.get_by_label("When they reply to an email", exact=True).check()
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_role("button", name="Disable", exact=True)).to_be_visible()
    mapping = JobAtsMapping.objects.get(job=job)
    assert (mapping.trigger, mapping.is_active) == ("replied", True)

    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    row = JobCandidateFactory(job=job, candidate=dana)
    page.goto(f"/candidates/{dana.pk}/")
    row.record(Kind.REPLIED)
    page.reload()
    badge = page.locator(f"#ats-badges-{dana.pk}")
    link = badge.get_by_role("link", name=re.compile("In JobAdder"))
    expect(link).to_be_visible(timeout=20_000)
    with page.context.expect_page() as opened:
        link.click()
    person_id = AtsPerson.objects.get().person_id
    expect(opened.value).to_have_url(f"{sim.url}/candidates/{person_id}")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Dana Example")
    assert page.complaints == []

    def is_complete():
        (person,) = sim.truth()["people"]
        jobs = [job["id"] for job in person["jobs"]]
        return jobs == [mapping.ats_job_id] and person["resume"]

    wait_until(is_complete, seconds=20, what="the job and the resume")
