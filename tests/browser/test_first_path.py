"""``make run``, then as the demo recruiter: from a setting to a badge to the person.

The one test that goes the whole way on the processes that a newcomer starts.
"""

from __future__ import annotations

import io
import re
from urllib.parse import urljoin

import pytest
import requests
from pypdf import PdfReader

from pinsync.accounts.demo import BOB
from tests.pinsync.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def product(chromium, tmp_path_factory):
    """The product, started as ``make run`` starts it."""
    home = Home(tmp_path_factory.mktemp("home"))
    run = home.run()
    run.said("Ready:")
    yield run
    run.press_ctrl_c()
    run.wait()
    home.end()


@pytest.fixture
def page(product, chromium):
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=product.url
    )
    page = context.new_page()
    page.goto("/")
    page.fill("[name=username]", BOB.email)
    page.fill("[name=password]", BOB.password)
    page.click("main button")
    yield page
    context.close()


def open_job(page, title: str) -> str:
    """Open the job of that title and return the address it has."""
    page.goto("/jobs/")
    page.click(f"main a:text-is('{title}')")
    match = re.search(r"/jobs/\d+/", page.url)
    assert match
    return match[0]


def pick(page, text: str) -> str:
    """Type into the picker, choose the first job it finds and return its title."""
    page.type("[role=combobox]", text, delay=20)
    option = page.wait_for_selector("[role=option]")
    option.click()
    page.wait_for_function("document.querySelector('[name=ats_job_id]').value")
    page.wait_for_load_state("networkidle")
    return page.input_value("[name=ats_job_name]").split(" – ")[0]


def open_candidate(page, name: str) -> None:
    page.goto("/candidates/")
    page.fill("main input[type=search], main [name=q]", name)
    page.keyboard.press("Enter")
    page.click(f"main a:text-is('{name}')")
    page.wait_for_selector("h1")


def wait_until_sent(page, name: str) -> None:
    for _ in range(60):
        page.goto("/exports/")
        row = page.locator("tbody tr", has_text=name).first
        if "Sent" in row.inner_text():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"the export of {name} never read sent")


def resume_text(page) -> str:
    """Return the text of the resume that the ATS holds, as its parser would read it."""
    link = page.locator("a[href*='resume'], a:has-text('.pdf')").first
    pdf = requests.get(urljoin(page.url, link.get_attribute("href")), timeout=30)
    assert pdf.headers["Content-Type"] == "application/pdf"
    return "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages)


def follow(page, address: str) -> str:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page.inner_text("body")


def test_contact_found_brings_a_candidate_to_the_ats_of_position_details(page):
    job = open_job(page, "Warehouse Operations Manager")
    page.goto(f"{job}settings/")
    page.click("label:has-text('Contact information is found')")
    page.wait_for_selector("text=Saved")
    chosen = pick(page, "engineer")

    open_candidate(page, "Carlos Mendoza")
    page.click("main button:has-text('Add to outreach') >> nth=0")
    badge = page.wait_for_selector("a:has-text('In Crelate')", timeout=10_000)
    address = badge.get_attribute("href")
    wait_until_sent(page, "Carlos Mendoza")

    text = follow(page, address)
    for fact in (
        "Carlos Mendoza",
        "carlos.mendoza@example.com",
        "5550",
        "linkedin.com/in/",
        "Reno",
        "NV",
        "United States",
        "Warehouse Manager",
        "Granite Freight",
        chosen,
    ):
        assert fact in text, text
    resume = resume_text(page)
    assert "Carlos Mendoza" in resume
    assert "Granite Freight" in resume


def test_added_to_outreach_brings_a_candidate_with_roles_and_education(page):
    job = open_job(page, "Clinical Research Nurse")
    page.goto(f"{job}automation/")
    chosen = pick(page, "engineer")
    page.click('label:has-text("When they\'re added to an outreach sequence")')
    page.click("button:has-text('Enable')")
    page.wait_for_selector("text=Enabled")

    open_candidate(page, "Aoife Gallagher")
    page.click("main button:has-text('Add to outreach') >> nth=0")
    badge = page.wait_for_selector("a:has-text('In Ashby')", timeout=10_000)
    address = badge.get_attribute("href")
    wait_until_sent(page, "Aoife Gallagher")

    text = follow(page, address)
    for fact in (
        "Aoife Gallagher",
        "aoife.gallagher@example.com",
        "5550",
        "linkedin.com/in/",
        "Dublin",
        "Ireland",
        "Clinical Research Nurse",
        "Mercy Street Clinic",
        "Education",
        chosen,
    ):
        assert fact in text, text
    resume = resume_text(page)
    assert "Aoife Gallagher" in resume
    assert "Mercy Street Clinic" in resume
