"""What only a browser shows: the content policy, small screens, scripts, no scripts."""

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(acme):
    job = JobFactory(organization=acme, title="Controls Engineer")
    for number in range(3):
        person = CandidateFactory(organization=acme, last_name=f"On{number}")
        JobCandidateFactory(job=job, candidate=person).record(Kind.ADDED)
    CandidateFactory(
        organization=acme,
        first_name="W" * 150,
        last_name="<b>{{ x }}</b>",
        current_title="T" * 200,
    )
    return job


def _paths(job):
    person = job.job_candidates.first().candidate_id
    yield from ("/jobs/", "/jobs/new/", "/candidates/", "/candidates/new/")
    yield from ("/settings/team/", "/password/")
    for tab in ("candidates", "settings", "automation"):
        yield f"/jobs/{job.pk}/{tab}/"
    for tab in ("profile", "activity", "resume"):
        yield f"/candidates/{person}/?tab={tab}"
    yield f"/candidates/{person}/edit/"


@pytest.mark.parametrize("width", [400, 1280])
def test_no_page_is_wider_than_the_screen_or_breaks_the_policy(
    open_page, alice, job, width
):
    page = open_page(alice, width=width)
    for path in _paths(job):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        assert page.complaints == [], path


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_small_screen_opens_with_and_without_scripts(
    open_page, bob, job, scripts
):
    page = open_page(bob, "/jobs/", width=400, java_script_enabled=scripts)
    link = page.get_by_role("link", name="Candidates", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_the_skip_link_comes_first_and_leads_to_the_content(open_page, bob, job):
    page = open_page(bob, "/jobs/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def _ground(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


@pytest.mark.parametrize("scripts", [True, False])
def test_dark_stays_dark_on_the_next_page(open_page, bob, job, scripts):
    page = open_page(bob, "/jobs/", color_scheme="light", java_script_enabled=scripts)
    light = _ground(page)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/candidates/")
    assert _ground(page) != light
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert _ground(page) == light


def test_the_system_decides_until_somebody_does(open_page, bob, job):
    dark = _ground(open_page(bob, "/jobs/", color_scheme="dark"))
    assert dark != _ground(open_page(bob, "/jobs/", color_scheme="light"))


def test_a_second_role_is_added_and_saved(open_page, bob, acme):
    page = open_page(bob, "/candidates/new/")
    page.get_by_label("First name").fill("Dana")
    page.get_by_label("Title", exact=True).first.fill("First role")
    page.get_by_role("button", name="Add a role").click()
    page.keyboard.type("Second role")  # the new row has the focus
    page.get_by_role("button", name="Create candidate").click()
    expect(page.get_by_text("First role")).to_be_visible()
    expect(page.get_by_text("Second role")).to_be_visible()
    assert page.complaints == []


def test_people_to_add_appear_while_one_types(open_page, bob, acme, job):
    CandidateFactory(organization=acme, last_name="Newcomer")
    page = open_page(bob, f"/jobs/{job.pk}/candidates/")
    page.get_by_label("Find a candidate to add").press_sequentially("newc")
    page.get_by_role("button", name="Add Dana Newcomer").click()
    expect(
        page.get_by_text("Dana Newcomer is on Controls Engineer now.")
    ).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_ticked_people_are_added_to_the_outreach(open_page, bob, acme, scripts):
    job = JobFactory(organization=acme)
    JobCandidateFactory.create_batch(3, job=job)
    page = open_page(bob, f"/jobs/{job.pk}/candidates/", java_script_enabled=scripts)
    if scripts:
        page.get_by_label("All candidates on this page").check()
        expect(page.get_by_text("3 ticked")).to_be_visible()
    else:
        for box in page.locator("tbody input[type=checkbox]").all():
            box.check()
    page.locator(".bulk").get_by_role("button", name="Add to outreach").click()
    expect(page.get_by_text("3 candidates were added to the outreach.")).to_be_visible()


def test_a_tab_is_exchanged_in_place_and_the_way_back_works(open_page, bob, job):
    person = job.job_candidates.first().candidate_id
    page = open_page(bob, f"/candidates/{person}/")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Activity").click()
    expect(
        page.get_by_text("Added to the outreach of Controls Engineer.")
    ).to_be_visible()
    assert page.evaluate("window.stayed")
    assert page.url.endswith("?tab=activity")
    page.go_back()
    expect(page.get_by_role("heading", name="Experience")).to_be_visible()
    assert page.complaints == []


def test_a_second_click_while_the_first_is_under_way_sends_nothing(
    open_page, bob, acme
):
    page = open_page(bob, "/candidates/new/")
    page.get_by_label("First name").fill("Dana")
    sent = []
    page.route(
        "**/candidates/new/", lambda route: sent.append(route)
    )  # held until it is let go below
    page.evaluate(
        """() => {
            const button = document.querySelector("main .button-primary");
            for (const wait of [0, 150]) setTimeout(() => button.click(), wait);
        }"""
    )
    page.wait_for_timeout(500)
    assert len(sent) == 1
    sent[0].continue_()
    expect(page.get_by_text("Dana was created.")).to_be_visible()
    assert acme.candidates.count() == 1


def test_a_form_that_was_refused_can_be_sent_again(open_page, bob, acme):
    page = open_page(bob, "/candidates/new/")
    page.get_by_role("button", name="Create candidate").click()
    expect(page.get_by_text("Enter a first name or a last name.")).to_be_visible()
    page.get_by_label("First name").fill("Dana")
    page.get_by_role("button", name="Create candidate").click()
    expect(page.get_by_text("Dana was created.")).to_be_visible()
