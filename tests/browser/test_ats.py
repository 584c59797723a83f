"""The ATS parts in a browser: the job picker, saving by itself, the dialog, the badge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations import connections
from integrations.models import AtsPerson, Export, ExportStep, JobAtsMapping
from pinsync import clock
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.integrations.conftest import make_connection, ready_resume  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crelate(acme, alice, crelate_sim):
    return connections.connect(
        organization=acme,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=alice,
    )


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def dana(acme, job):
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    JobCandidateFactory(job=job, candidate=dana).record(Kind.ADDED)
    return dana


@pytest.fixture
def settings_page(open_page, bob, job, crelate):
    return open_page(bob, f"/jobs/{job.pk}/settings/")


def _picker(page):
    return page.get_by_role("combobox", name="Crelate job")


def test_a_trigger_is_saved_by_itself(settings_page, job):
    page = settings_page
    page.get_by_label("They reply to an email", exact=True).check()
    expect(page.get_by_text(re.compile(r"Saved\s+\d\d:\d\d"))).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    assert JobAtsMapping.objects.get(job=job).trigger == "replied"
    assert page.complaints == []


def test_the_picker_is_used_by_keyboard_alone(settings_page, job):
    page = settings_page
    _picker(page).focus()
    page.keyboard.type("controls")
    option = page.get_by_role("option").filter(has_text="Controls Engineer").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Saved"))).to_be_visible()
    expect(_picker(page)).to_have_value(re.compile("Controls Engineer"))
    assert JobAtsMapping.objects.get(job=job).ats_job_id


def test_escape_and_leaving_keep_the_choice(settings_page, job):
    page = settings_page
    _picker(page).click()
    page.get_by_role("option").first.click()
    expect(page.get_by_text(re.compile("Saved"))).to_be_visible()
    chosen = JobAtsMapping.objects.get(job=job).ats_job_name
    _picker(page).fill("no such job")
    expect(page.get_by_text("No open job in Crelate matches")).to_be_visible()
    page.keyboard.press("Escape")
    expect(_picker(page)).to_have_value(chosen)
    _picker(page).fill("no such job")
    page.keyboard.press("Tab")
    expect(_picker(page)).to_have_value(chosen)
    assert page.complaints == []


def test_an_emptied_picker_means_no_job(settings_page, job):
    page = settings_page
    _picker(page).click()
    page.get_by_role("option").first.click()
    expect(page.get_by_text(re.compile("Saved"))).to_be_visible()
    _picker(page).fill("")
    with page.expect_response(re.compile("/ats/")):
        page.keyboard.press("Tab")
    expect(_picker(page)).to_have_value("")
    assert JobAtsMapping.objects.get(job=job).ats_job_id == ""


def test_without_scripts_a_search_and_a_button_do_it(open_page, bob, job, crelate):
    page = open_page(bob, f"/jobs/{job.pk}/settings/", java_script_enabled=False)
    page.get_by_label("Crelate job").fill("controls")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("radio", name=re.compile("Controls Engineer")).check()
    page.get_by_label("They reply to an email", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(
        page.get_by_text("The Crelate setting of this job is saved.")
    ).to_be_visible()
    mapping = JobAtsMapping.objects.get(job=job)
    assert mapping.trigger == "replied"
    assert "Controls Engineer" in mapping.ats_job_name


def test_the_dialog_exports_and_the_badge_follows(
    open_page,
    bob,
    dana,
    crelate,
    ready_resume,  # noqa: F811
):
    page = open_page(bob, f"/candidates/{dana.pk}/")
    page.get_by_role("link", name="Export to ATS").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("What will be sent")).to_be_visible()
    dialog.get_by_role("button", name="Export", exact=True).click()
    expect(dialog).to_be_hidden()
    badge = page.locator(f"#ats-badges-{dana.pk}")
    expect(badge).to_contain_text("Waiting")
    AtsPerson.objects.create(
        connection=crelate,
        candidate=dana,
        person_id="1",
        url="https://ats.example/1",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )
    ExportStep.objects.update(state=ExportStep.State.DONE, not_before=None)
    expect(badge.get_by_role("link", name=re.compile("In Crelate"))).to_be_visible()
    expect(page.get_by_role("link", name="Export to ATS")).to_have_count(0)
    assert Export.objects.count() == 1
    assert page.complaints == []


def test_the_ats_is_chosen_by_keyboard(open_page, bob, dana, crelate, acme):
    make_connection(acme)
    page = open_page(bob, f"/candidates/{dana.pk}/")
    page.get_by_role("link", name="Export to ATS").press("Enter")
    page.get_by_role("radio", name="Ashby").press("ArrowDown")
    expect(_picker(page)).to_be_visible()
    expect(page.get_by_role("radio", name="Crelate")).to_be_focused()
    assert page.complaints == []


def test_times_are_those_of_the_browser(open_page, bob, dana, crelate):
    AtsPerson.objects.create(
        connection=crelate,
        candidate=dana,
        person_id="1",
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )
    path = f"/candidates/{dana.pk}/"
    page = open_page(bob, path, timezone_id="America/Denver")
    words = page.get_by_text(re.compile(r"In Crelate since (\d+ \w+, )?\d\d:\d\d\."))
    expect(words).to_be_visible()
    page = open_page(bob, path, java_script_enabled=False)
    words = page.get_by_text(
        re.compile(r"In Crelate since (\d+ \w+, )?\d\d:\d\d UTC\.")
    )
    expect(words).to_be_visible()


def test_without_scripts_the_dialog_is_a_page(
    open_page,
    bob,
    dana,
    crelate,
    ready_resume,  # noqa: F811
):
    path = f"/candidates/{dana.pk}/"
    page = open_page(bob, path, java_script_enabled=False)
    page.get_by_role("link", name="Export to ATS").click()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page).to_have_url(re.compile(path))
    expect(page.get_by_text("Dana Example is on the way to Crelate.")).to_be_visible()
    expect(page.locator(f"#ats-badges-{dana.pk}")).to_contain_text("Waiting")


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_ats_page_is_wider_than_the_screen_or_breaks_the_policy(
    open_page, alice, dana, crelate, width, scheme
):
    page = open_page(alice, width=width, color_scheme=scheme)
    for path in (
        "/settings/ats/",
        "/settings/ats/connect/ashby/",
        f"/settings/ats/{crelate.pk}/",
        f"/settings/ats/{crelate.pk}/reconnect/",
        f"/settings/ats/{crelate.pk}/disconnect/",
        f"/candidates/{dana.pk}/export/",
        "/exports/",
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        assert page.complaints == [], path
