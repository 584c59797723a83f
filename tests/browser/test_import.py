"""CSV import in a browser: the template, filled in, previewed, confirmed; the badge."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import expect

from candidates.models import Candidate
from tests.candidates.csv_files import sheet_of
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.integrations.conftest import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(acme):
    return JobFactory(organization=acme, title="Controls Engineer")


@pytest.fixture
def connection(acme, alice):
    return make_connection(
        acme,
        vendor="trackerrms",
        by=alice,
        profile_url="https://tracker.example/people/{person_id}",
    )


@pytest.fixture
def write(tmp_path):
    """Write a CSV file and return its path."""

    def to_file(rows, name="people.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return to_file


def fill_in(download) -> list[list[str]]:
    """Replace the examples of the template by Zoë and Al, as one does in Excel."""
    with open(download.path(), encoding="utf-8-sig", newline="") as file:
        header, *_examples = csv.reader(file)
    people = [
        {
            "First name": "Zoë",
            "Last name": "Müller",
            "Email": "zoe@people.example",
            "Current title": "Engineer",
            "TrackerRMS id": "188077",
        },
        {"First name": "Al", "Last name": "Bo", "Phone": "'+12025550123"},
    ]
    rows = [[person.get(name, "") for name in header] for person in people]
    return [header, *rows]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_template_is_filled_in_uploaded_and_imported(
    open_page, bob, job, connection, write, scripts
):
    page = open_page(bob, f"/jobs/{job.pk}/candidates/", java_script_enabled=scripts)
    page.get_by_role("link", name="Import CSV").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the template").click()
    assert waiting.value.suggested_filename == "candidates-template.csv"
    filled = write(fill_in(waiting.value))

    page.get_by_label("CSV file", exact=True).set_input_files(filled)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 new candidates.")).to_be_visible()
    expect(page.get_by_text("1 with their id in an ATS.")).to_be_visible()
    assert not Candidate.objects.exists()

    page.get_by_role("button", name="Import 2 candidates").click()
    expect(page.get_by_text("people.csv was imported.")).to_be_visible()
    page.get_by_role("link", name="Open the candidates of this job").click()
    row = page.get_by_role("row").filter(has_text="Zoë Müller")
    expect(
        row.get_by_role("link", name=re.compile("Already in TrackerRMS"))
    ).to_have_attribute("href", "https://tracker.example/people/188077")
    row.get_by_role("link", name="Zoë Müller").click()
    badge = page.get_by_role("link", name=re.compile("Already in TrackerRMS")).first
    expect(badge).to_be_visible()
    expect(page.get_by_role("link", name="Export to ATS")).to_have_count(0)
    assert page.complaints == []


def test_wrong_rows_are_corrected_and_uploaded_again(open_page, bob, job, write):
    wrong = write([["Name", "Email"], ["Zoë Müller", "zoe at people"], ["Al Bo", ""]])
    page = open_page(bob, f"/jobs/{job.pk}/candidates/import/")
    page.get_by_label("CSV file", exact=True).set_input_files(wrong)
    page.get_by_role("button", name="Check the file").click()
    expect(
        page.get_by_text("1 row is wrong, and nothing was imported.")
    ).to_be_visible()
    row = page.get_by_role("row").filter(has_text="is no email address")
    expect(row).to_contain_text("Row 2")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the wrong rows").click()
    page.get_by_role("button", name="Import 1 candidate without the wrong row").click()
    expect(page.get_by_text("1 wrong row was left out.")).to_be_visible()

    with open(waiting.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index("Email")] = "zoe@people.example"
    page.get_by_role("link", name="Import another file").click()
    page.get_by_label("CSV file", exact=True).set_input_files(
        write(rows, "corrected.csv")
    )
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Import 1 candidate", exact=True).click()
    expect(page.get_by_text("corrected.csv was imported.")).to_be_visible()
    assert Candidate.objects.count() == 2
    assert page.complaints == []


def test_a_file_that_cannot_be_read_says_so_beside_the_field(
    open_page, bob, job, tmp_path
):
    workbook = tmp_path / "people.xlsx"
    workbook.write_bytes(b"PK\x03\x04 and more")
    page = open_page(bob, f"/jobs/{job.pk}/candidates/import/")
    page.get_by_label("CSV file", exact=True).set_input_files(workbook)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".field .errorlist")).to_contain_text("an Excel workbook")


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_import_is_wider_than_the_screen(
    open_page, bob, acme, job, write, width, scheme
):
    long = "x" * 100
    dana = CandidateFactory(organization=acme, email="dana@doe.example", city="")
    JobCandidateFactory(job=job, candidate=dana)
    rows = [
        f"Dana,{dana.last_name},dana@doe.example,Denver,",
        f"{long},{long},{long}@people.example,,",
        f"Al,Bo,{'y' * 300},,",
        "Cy,Do,,,",
        "Cy,Do,,,",
    ]
    text = sheet_of(*rows, header=f"First name,Last name,Email,City,{long}")
    path = write(row.split(",") for row in text.splitlines())
    page = open_page(
        bob, f"/jobs/{job.pk}/candidates/import/", width=width, color_scheme=scheme
    )
    _fits(page)
    page.get_by_label("CSV file", exact=True).set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible()
    _fits(page)
    page.get_by_role("button", name=re.compile("without the wrong row")).click()
    expect(page.get_by_text("people.csv was imported.")).to_be_visible()
    _fits(page)
    assert page.complaints == []


def _fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, page.url
