"""TrackerRMS in a browser: by region and token, a job by its id, a badge without link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations import connections
from integrations.models import AtsConnection, AtsPerson, JobAtsMapping
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.faults.parts import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_redis"),
]

TOKEN = "demo-trackerrms-token"
WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def tracker(acme, alice, trackerrms_sim):
    return connections.connect(
        organization=acme,
        vendor="trackerrms",
        credentials={"region": "us", "access_token": TOKEN},
        by=alice,
    )


# --- Connecting ---------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 400])
def test_it_is_connected_by_region_and_token(open_page, alice, trackerrms_sim, width):
    page = open_page(alice, "/settings/ats/", width=width)
    page.get_by_role("link", name="Connect TrackerRMS").click()
    region = page.get_by_label("Region")
    choices = [o for o in region.locator("option").all_inner_texts() if o.strip()]
    assert choices[-3:] == ["US", "Canada", "All other"]
    region.select_option("Canada")
    page.get_by_label("Access token").fill(TOKEN)
    assert page.evaluate(WIDE) <= 0
    page.get_by_role("button", name="Test and connect").click()
    expect(page.get_by_text("Connected", exact=True).first).to_be_visible()
    expect(page.get_by_text("TrackerRMS (Canada)")).to_be_visible()
    expect(page.get_by_text("The candidate owner will always display")).to_be_visible()
    assert AtsConnection.objects.live().get().vendor == "trackerrms"
    assert page.evaluate(WIDE) <= 0
    assert page.complaints == []


def test_a_token_of_another_region_is_refused_on_the_form(
    open_page, alice, trackerrms_sim
):
    page = open_page(alice, "/settings/ats/connect/trackerrms/")
    page.get_by_label("Region").select_option("US")
    page.get_by_label("Access token").fill("token-of-another-region")
    page.get_by_role("button", name="Test and connect").click()
    refused = page.get_by_text("does not accept this access token in the chosen region")
    expect(refused).to_be_visible()
    assert "token-of-another-region" not in page.content()
    assert not AtsConnection.objects.exists()


def test_a_partial_duplicate_check_stands_on_the_connection(
    open_page, alice, tracker, trackerrms_sim
):
    page = open_page(alice, f"/settings/ats/{tracker.pk}/", width=400)
    partial = page.get_by_text("The duplicate check is partial")
    expect(partial).to_have_count(0)
    trackerrms_sim.set(widget_access_token="user_not_found")
    page.get_by_role("button", name="Test").click()
    expect(partial).to_be_visible()
    assert page.evaluate(WIDE) <= 0


# --- The job by its id --------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1026", "JOB-1026"])
def test_the_job_is_found_by_its_id_on_position_details(
    open_page, bob, job, tracker, typed
):
    page = open_page(bob, f"/jobs/{job.pk}/settings/")
    picker = page.get_by_role("combobox", name="TrackerRMS job")
    expect(page.get_by_text("by id (1026 or JOB-1026)")).to_be_visible()
    picker.focus()
    page.keyboard.type(typed)
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("Controls Engineer")
    page.get_by_role("option").click()
    expect(page.get_by_text(re.compile(r"Saved\s+\d\d:\d\d"))).to_be_visible()
    mapping = JobAtsMapping.objects.get(job=job)
    assert (mapping.ats_job_id, mapping.trigger) == ("1026", "never")
    assert page.complaints == []


def test_without_scripts_the_job_is_found_by_its_id_too(open_page, bob, job, tracker):
    page = open_page(bob, f"/jobs/{job.pk}/settings/", java_script_enabled=False)
    page.get_by_label("TrackerRMS job").fill("JOB-1026")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("radio", name=re.compile("Controls Engineer")).check()
    page.get_by_label("When they reply to an email", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(
        page.get_by_text("The TrackerRMS setting of this job is saved.")
    ).to_be_visible()
    assert JobAtsMapping.objects.get(job=job).ats_job_id == "1026"


# --- From the trigger to the badge --------------------------------------------------


def test_a_reply_brings_the_badge_and_a_template_gives_it_a_link(
    open_page, alice, bob, acme, job, tracker, trackerrms_sim, working
):
    page = open_page(bob, f"/jobs/{job.pk}/settings/")
    page.get_by_role("combobox", name="TrackerRMS job").click()
    page.keyboard.type("1026")
    page.get_by_role("option", name=re.compile("Controls Engineer")).click()
    expect(page.get_by_text(re.compile(r"Saved\s+\d\d:\d\d"))).to_be_visible()
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.get_by_label("When they reply to an email", exact=True).check()
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    row = JobCandidateFactory(job=job, candidate=dana)
    page.goto(f"/candidates/{dana.pk}/")
    row.record(Kind.REPLIED)
    page.reload()
    badge = page.locator(f"#ats-badges-{dana.pk}")
    expect(badge).to_contain_text(re.compile(r"Tracker candidate \d+"), timeout=20_000)
    (person,) = trackerrms_sim.truth()["people"]
    expect(badge).to_contain_text(f"Tracker candidate {person['id']}")
    expect(badge.get_by_role("link")).to_have_count(0)
    assert page.complaints == []

    settings = open_page(alice, f"/settings/ats/{tracker.pk}/")
    expect(
        settings.get_by_text("put {person_id} in the place of the id")
    ).to_be_visible()
    template = f"{trackerrms_sim.url}/Resource/{{person_id}}"
    settings.locator(
        "form[aria-labelledby=link] input[type=url], "
        "form[aria-labelledby=link] input[type=text]"
    ).fill(template)
    settings.get_by_role("button", name="Save link").click()
    page.reload()
    link = badge.get_by_role("link", name=re.compile("In TrackerRMS"))
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value).to_have_url(f"{trackerrms_sim.url}/Resource/{person['id']}")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Dana Example")
    assert AtsPerson.objects.get().person_id == person["id"]

    def is_complete():
        (now,) = trackerrms_sim.truth()["people"]
        return [job["id"] for job in now["jobs"]] == ["1026"] and now["resume"]

    wait_until(is_complete, seconds=20, what="the job and the resume")
