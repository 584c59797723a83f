"""The filter “ATS candidates” in a browser, against a simulated ATS."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Candidate
from integrations import connections, directory
from pinsync import waking
from tests.factories import CandidateFactory, JobFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PRIYA = "priya.natarajan@example.com"  # one of the simulated Ashby's own people


@pytest.fixture
def ashby(acme, alice, ashby_sim, monkeypatch):
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)
    ashby_sim.set(seed_people=60)
    row = connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": "demo-ashby-key"},
        by=alice,
    )
    directory.pull(row)
    return row


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Data Engineer", client="Acme Widgets")


@pytest.fixture
def ours(acme):
    """Jens, who is in Ashby too, and Dana, who is not."""
    CandidateFactory(
        organization=acme,
        first_name="Jens",
        last_name="Mortensen",
        email="jens@elsewhere.example",
        linkedin_url="https://www.linkedin.com/in/Jens-Mortensen/",
    )
    CandidateFactory(organization=acme, first_name="Dana", last_name="Example")


def _choose(page, words):
    page.get_by_label("ATS candidates: Ashby").select_option(label=words)
    page.get_by_role("button", name="Filter", exact=True).click()


def test_the_filter_narrows_the_list(open_page, bob, ashby, ours, job):
    page = open_page(bob, "/candidates/")
    jens = page.get_by_role("link", name="Jens Mortensen")
    dana = page.get_by_role("link", name="Dana Example")
    expect(jens).to_be_visible()
    expect(dana).to_be_visible()
    _choose(page, "Only in Ashby")
    expect(dana).to_have_count(0)
    expect(jens).to_be_visible()
    _choose(page, "Not in Ashby")
    expect(jens).to_have_count(0)
    expect(dana).to_be_visible()
    page.get_by_role("searchbox", name="Search candidates").last.fill("jens")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No candidate who matches “jens” passes")).to_be_visible()
    expect(page.get_by_label("ATS candidates: Ashby")).to_have_value("not")
    page.get_by_role("link", name="Show all candidates").click()
    expect(jens).to_be_visible()
    assert page.complaints == []


def test_somebody_only_there_is_put_on_a_job(open_page, bob, ashby, ours, job):
    page = open_page(bob, "/candidates/?in-ashby=only&q=priya")
    page.get_by_role("button", name=re.compile("Add.*Priya Natarajan")).click()
    expect(
        page.get_by_text(
            "Priya Natarajan is on Data Engineer now, and linked to Ashby."
        )
    ).to_be_visible()
    page.get_by_role("link", name="Priya Natarajan", exact=True).click()
    badge = page.get_by_role("link", name=re.compile("Already in Ashby"))
    expect(badge.first).to_be_visible()
    assert Candidate.objects.get(email=PRIYA).source == Candidate.Source.ATS
    assert page.complaints == []


def test_everybody_only_there_has_a_page_of_its_own(open_page, bob, ashby, ours, job):
    page = open_page(bob, "/candidates/?in-ashby=only")
    page.get_by_role("link", name="Show all", exact=True).click()
    expect(page.get_by_role("heading", name="Only in Ashby")).to_be_visible()
    first = page.get_by_role("row").nth(1).inner_text()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("row").nth(1)).not_to_have_text(first)
    page.get_by_role("searchbox", name="Search people in Ashby").fill("priya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.complaints == []


def test_without_scripts_it_works_the_same(open_page, bob, ashby, ours, job):
    page = open_page(bob, "/candidates/", java_script_enabled=False)
    _choose(page, "Only in Ashby")
    expect(page.get_by_role("link", name="Dana Example")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Add")).first.click()
    expect(page.get_by_text(re.compile("is on Data Engineer now"))).to_be_visible()


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_it_is_wider_than_the_screen_or_breaks_the_policy(
    open_page, alice, ashby, ours, job, width, scheme
):
    page = open_page(alice, width=width, color_scheme=scheme)
    for path in (
        "/candidates/",
        "/candidates/?in-ashby=only",
        "/candidates/?in-ashby=not&q=nobody",
        f"/ats/{ashby.pk}/people/",
        f"/ats/{ashby.pk}/people/?q=nobody",
        f"/settings/ats/{ashby.pk}/",
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        assert page.complaints == [], path
