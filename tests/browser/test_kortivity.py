"""Kortivity in a browser: a pasted address, what is not verified, a badge without link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations import connections
from integrations.models import AtsConnection, AtsPerson, JobAtsMapping
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.vendors import signing_in
from tests.vendors.desk import FACTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_redis"),
]

USER, PASSWORD = FACTS["kortivity"].key.split(":")
NOT_VERIFIED = re.compile("not yet verified with Kortivity", re.IGNORECASE)
WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def kortivity(acme, alice, kortivity_sim):
    typed = signing_in.credentials("kortivity", PASSWORD, kortivity_sim.url)
    return connections.connect(
        organization=acme, vendor="kortivity", credentials=typed, by=alice
    )


# --- Connecting ---------------------------------------------------------------------


def fill(page, address: str, password: str = PASSWORD) -> None:
    page.get_by_label("API URL").fill(address)
    page.get_by_label("Username").fill(USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Test and connect").click()


@pytest.mark.parametrize("width", [1280, 400])
def test_it_is_connected_with_an_address_pasted_from_the_browser(
    open_page, alice, kortivity_sim, width
):
    page = open_page(alice, "/settings/ats/", width=width)
    row = page.get_by_role("listitem").filter(has_text="Kortivity")
    expect(row.get_by_text(NOT_VERIFIED)).to_be_visible()
    page.get_by_role("link", name="Connect Kortivity").click()
    expect(page.get_by_text(NOT_VERIFIED).first).to_be_visible()
    expect(page.get_by_label("API URL")).to_have_value("https://k7y.app")
    assert page.evaluate(WIDE) <= 0
    fill(page, f"  127.0.0.1:{kortivity_sim.port}/#/jobs?x=1 ")
    expect(page.get_by_text("Connected", exact=True).first).to_be_visible()
    expect(page.get_by_text("as Jo Park")).to_be_visible()
    expect(page.get_by_text(NOT_VERIFIED).first).to_be_visible()
    assert page.evaluate(WIDE) <= 0
    kept = AtsConnection.objects.live().get().get_credentials()
    assert kept["api_url"] == kortivity_sim.url
    page.goto("/settings/ats/")
    expect(row.get_by_text(NOT_VERIFIED)).to_be_visible()
    page.get_by_role("link", name="Manage Kortivity").click()
    page.get_by_role("link", name="Reconnect").click()
    expect(page.get_by_label("API URL")).to_have_value(kortivity_sim.url)
    expect(page.get_by_label("Username")).to_have_value(USER)
    expect(page.get_by_label("Password")).to_have_value("")
    assert page.complaints == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "https://k7y.app/#/jobs",
            "PinSync's Kortivity connector is not yet verified with Kortivity, so it "
            "calls no real system.",
        ),
        ("our Kortivity", "This is not a web address."),
        ("http://k7y.app/", "Kortivity is called over https only"),
    ],
)
def test_another_address_is_refused_on_the_form(
    open_page, alice, kortivity_sim, address, said
):
    page = open_page(alice, "/settings/ats/connect/kortivity/")
    fill(page, address)
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_label("API URL")).to_have_value(address)
    expect(page.get_by_label("Password")).to_have_value("")
    assert not AtsConnection.objects.exists()
    assert kortivity_sim.count() == 0


def test_a_wrong_password_is_refused_and_says_how_not_to_be_locked_out(
    open_page, alice, kortivity_sim
):
    page = open_page(alice, "/settings/ats/connect/kortivity/")
    fill(page, kortivity_sim.url, "wr0ng")
    expect(page.get_by_text("too many tries may lock the account")).to_be_visible()
    assert "wr0ng" not in page.content()
    assert kortivity_sim.count("POST /api/login") == 1


# --- Automation ---------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 400])
def test_a_job_is_set_up_under_automation(open_page, bob, job, kortivity, width):
    page = open_page(bob, f"/jobs/{job.pk}/automation/", width=width)
    expect(page.get_by_role("heading", name="Export candidates to ATS")).to_be_visible()
    words = page.get_by_role("radiogroup").or_(page.get_by_role("group"))
    expect(
        words.get_by_text("When they're added to an outreach sequence")
    ).to_be_visible()
    expect(page.get_by_text("Never", exact=True)).to_have_count(0)
    picker = page.get_by_role("combobox", name="Kortivity job")
    picker.fill("controls")
    page.get_by_role("option", name=re.compile("Controls Engineer")).click()
    page.get_by_label("When they reply to an email", exact=True).check()
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()
    mapping = JobAtsMapping.objects.get(job=job)
    assert (mapping.enabled, mapping.trigger, mapping.ats_job_id) == (
        True,
        "replied",
        "43",
    )
    assert page.evaluate(WIDE) <= 0
    assert page.complaints == []


def test_it_may_be_enabled_without_a_job_and_disabled_again(
    open_page, bob, job, kortivity
):
    page = open_page(bob, f"/jobs/{job.pk}/automation/")
    page.get_by_label("When they reply to an email and are interested").check()
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()
    assert JobAtsMapping.objects.get(job=job).ats_job_id == ""
    page.get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
    assert JobAtsMapping.objects.get(job=job).enabled is False


# --- The badge ----------------------------------------------------------------------


@pytest.fixture
def dana(acme, job, kortivity):
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    JobCandidateFactory(job=job, candidate=dana).record(Kind.ADDED)
    AtsPerson.objects.create(
        connection=kortivity,
        candidate=dana,
        person_id="401",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )
    return dana


@pytest.mark.parametrize("width", [1280, 400])
def test_a_badge_without_link_names_the_candidate_until_a_template_leads_there(
    open_page, alice, dana, kortivity, kortivity_sim, width
):
    page = open_page(alice, f"/candidates/{dana.pk}/", width=width)
    badge = page.locator(f"#ats-badges-{dana.pk}")
    expect(badge.get_by_text("Kortivity candidate 401")).to_be_visible()
    expect(badge.get_by_role("link")).to_have_count(0)
    page.goto(f"/settings/ats/{kortivity.pk}/")
    card = page.get_by_role("form", name="Where the badge leads")
    link = card.get_by_role("textbox")
    link.fill(f"{kortivity_sim.url}/candidates/{{person_id}}")
    card.get_by_role("button", name="Save link").click()
    expect(page.get_by_role("status").or_(page.get_by_role("alert"))).not_to_have_count(
        0
    )
    page.goto(f"/candidates/{dana.pk}/")
    there = badge.get_by_role("link", name=re.compile("In Kortivity"))
    expect(there).to_have_attribute("href", f"{kortivity_sim.url}/candidates/401")
    with page.context.expect_page() as opened:
        there.click()
    expect(opened.value.get_by_role("heading", name="Priya Natarajan")).to_be_visible()
    assert page.evaluate(WIDE) <= 0
    assert page.complaints == []
