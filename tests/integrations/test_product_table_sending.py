"""The table “The five at a glance”: what is sent, field by field.

Bob enters Dana with all that can be known of her and exports her on the pages; what
arrived is read from the simulator's truth.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from .office import VENDORS

pytestmark = pytest.mark.django_db(transaction=True)

each_vendor = pytest.mark.parametrize("vendor", VENDORS)

CURRENT_ONLY = ("crelate", "jobadder", "trackerrms")
ALL_ROLES = ("kortivity", "ashby")
NO_RESUME = ("kortivity",)
PROFILE = "https://www.linkedin.com/in/dana-example"
DANA = {
    "first_name": "Dana",
    "last_name": "Example",
    "email": "dana@example.com",
    "phone": "(202) 555-0123",
    "linkedin_url": PROFILE,
    "city": "Denver",
    "state": "CO",
    "country": "United States",
    "current_title": "Controls Engineer",
    "current_company": "Acme Widgets",
    "experiences-TOTAL_FORMS": "2",
    "experiences-0-title": "Controls Engineer",
    "experiences-0-company": "Acme Widgets",
    "experiences-0-start": "2021-03-01",
    "experiences-1-title": "Maintenance Fitter",
    "experiences-1-company": "Old Harbour Works",
    "experiences-1-start": "2016-05-01",
    "experiences-1-end": "2021-02-01",
    "education-TOTAL_FORMS": "1",
    "education-0-school": "Denver College",
    "education-0-degree": "BSc",
    "education-0-field": "Mechatronics",
    "education-0-start_year": "2012",
    "education-0-end_year": "2016",
}


@dataclass(frozen=True)
class Arrival:
    """Dana as the ATS has her, and all that it was told meanwhile."""

    vendor: str
    person: dict[str, Any]
    # The vendor's own record of her, and everything that was not there before.
    record: dict[str, Any]
    held: str
    requests: list[dict[str, Any]]
    pdf: bytes


@pytest.fixture(scope="module")
def arrivals() -> dict[str, Arrival]:
    """Keep what arrived: every cell of a column looks at the same export."""
    return {}


@pytest.fixture
def arrived(vendor, arrivals, request) -> Arrival:
    if vendor not in arrivals:
        office = request.getfixturevalue("office")
        arrivals[vendor] = arrival(office, office.send(office.source(**DANA)))
    return arrivals[vendor]


def arrival(office, person: dict[str, Any]) -> Arrival:
    truth = office.sim.truth()
    truth.pop("seeded")
    pdfs = [
        requests.get(f"{office.sim.url}{file['address']}", timeout=10).content
        for file in person["files"]
    ]
    record, held = record_of(office, person), json.dumps(truth)
    calls = office.sim.requests()
    return Arrival(office.vendor, person, record, held, calls, b"".join(pdfs))


def record_of(office, person: dict[str, Any]) -> dict[str, Any]:
    """Return the vendor's own record of the person."""
    truth = office.sim.truth()
    rows = truth.get("candidates") or truth["contacts"]
    ids = ("id", "Id", "candidateId")
    (row,) = [r for r in rows if person["id"] in [str(r.get(name)) for name in ids]]
    return row


# --- Name, email, phone, LinkedIn, location ---------------------------------------


@each_vendor
def test_the_full_name_is_sent(arrived):
    assert arrived.person["name"] == "Dana Example"


@each_vendor
def test_the_email_is_sent(arrived):
    assert arrived.person["emails"] == ["dana@example.com"]


@each_vendor
def test_the_phone_number_is_sent(arrived):
    assert arrived.person["phones"] == ["+12025550123"]


@each_vendor
def test_the_linkedin_profile_is_sent(arrived):
    assert arrived.person["linkedin"] == PROFILE
    (create,) = [
        request["json"]
        for request in arrived.requests
        if request["method"] == "POST" and PROFILE in json.dumps(request.get("json"))
        if "Dana" in json.dumps(request.get("json"))
    ]
    if arrived.vendor == "kortivity":  # which has a field for any personal address
        assert create["personalUrl"] == PROFILE


@each_vendor
def test_city_state_and_country_are_sent(arrived):
    # Crelate's address takes a country by an id only, which the check has met there.
    assert arrived.person["location"] == "Denver, CO, United States"


# --- Jobs -------------------------------------------------------------------------


@each_vendor
def test_the_current_job_and_company_are_sent(arrived):
    if arrived.vendor == "ashby":  # which has no field for them
        (note,) = arrived.person["notes"]
        assert "<b>Current roles</b><ul><li>Controls Engineer, Acme Widgets" in note
    else:
        assert (arrived.person["title"], arrived.person["company"]) == (
            "Controls Engineer",
            "Acme Widgets",
        )


@each_vendor
def test_previous_roles_are_sent_where_the_guide_says_so(arrived):
    if arrived.vendor == "kortivity":
        held = [(role["title"], role["company"]) for role in arrived.person["roles"]]
        assert held == [
            ("Controls Engineer", "Acme Widgets"),
            ("Maintenance Fitter", "Old Harbour Works"),
        ]
    elif arrived.vendor == "ashby":
        (note,) = arrived.person["notes"]
        assert "<b>Previous roles</b><ul><li>Maintenance Fitter, Old Harbour" in note
        assert "(May 2016 – Feb 2021)" in note
    else:
        assert "Old Harbour Works" not in arrived.held


# --- Education --------------------------------------------------------------------


@each_vendor
def test_education_is_sent_where_the_guide_says_so(arrived):
    if arrived.vendor == "kortivity":
        (school,) = arrived.person["education"]
        assert school["school"] == "Denver College"
        assert {"BSc", "Mechatronics"} <= set(map(str, school.values()))
    elif arrived.vendor == "ashby":
        (note,) = arrived.person["notes"]
        assert "<b>Education</b><ul><li>Denver College, BSc in Mechatronics" in note
    else:
        assert "Denver College" not in arrived.held


# --- The resume -------------------------------------------------------------------


@each_vendor
def test_a_generated_resume_pdf_is_sent_where_the_guide_says_so(arrived):
    if arrived.vendor in NO_RESUME:
        assert arrived.person["files"] == []
        return
    (file,) = arrived.person["files"]
    assert file["name"] == arrived.person["resume"]["name"] == "Dana-Example-resume.pdf"
    pages = PdfReader(io.BytesIO(arrived.pdf)).pages
    text = "".join(page.extract_text() for page in pages)
    for fact in ("Dana Example", "Acme Widgets", "Old Harbour Works", "Denver College"):
        assert fact in text


# --- Sourced from PinSync ---------------------------------------------------------

MARKS = {
    "jobadder": ("source", "Sourced from PinSync"),
    "kortivity": ("sourced_from", "PinSync"),
}


@each_vendor
def test_who_was_sourced_is_marked_so_where_the_guide_says_so(arrived):
    if arrived.vendor in MARKS:
        name, mark = MARKS[arrived.vendor]
        assert arrived.person[name] == mark
    elif arrived.vendor == "crelate":  # its own list of sources, where it has one of us
        assert arrived.record["ContactSourceId"]["Title"] == "PinSync"
    else:
        assert "Sourced from PinSync" not in arrived.held
        assert not arrived.person.get("source")


def imported(office, source):
    if source == "ats":
        return office.dana(source="ats")
    office.import_csv("First name,Last name,Email\nDana,Example,dana@example.com\n")
    return office.job.job_candidates.get().candidate


@pytest.mark.parametrize("source", ["csv", "ats"])
@each_vendor
def test_who_was_imported_is_never_marked_as_sourced(office, source):
    person = office.send(imported(office, source))
    assert person["name"] == "Dana Example"
    assert not any(person.get(name) for name, _ in MARKS.values())
    assert not person.get("sourced_by")
    if office.vendor == "crelate":
        assert not record_of(office, person)["ContactSourceId"]


@each_vendor
def test_which_team_member_sourced_is_sent_where_the_guide_says_so(arrived):
    if arrived.vendor == "kortivity":
        bob = {"name": "Bob Reyes", "email": "bob@acme.example"}
        assert arrived.person["sourced_by"] == bob
        return
    held = arrived.held
    assert "Bob Reyes" not in held
    assert "bob@acme.example" not in held


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_the_owner_is_whoever_connected_the_ats(arrived):
    # The simulator's rule: a candidate belongs to the user of the access token.
    assert arrived.person["owner"] == "Harriet Cole"
    sent = [r["json"] for r in arrived.requests if r["path"].endswith("/Resource")]
    assert not any("owner" in json.dumps(body).casefold() for body in sent)


# --- Always a candidate record ----------------------------------------------------


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_a_candidate_comes_to_be_and_never_a_lead_or_contact(office):
    before = office.sim.truth()["contacts"]
    person = office.send(office.source(**DANA))
    assert record_of(office, person)["firstName"] == "Dana"
    assert office.sim.truth()["contacts"] == before
    paths = {request["path"] for request in office.sim.requests()}
    assert not [path for path in paths if "/Lead" in path or "/Contact" in path]


# --- What the screen says is what is sent -----------------------------------------

SHOWN = {
    "crelate": "Current job and company",
    "jobadder": "Current job and company",
    "trackerrms": "Current role and company",
    "kortivity": "Current and previous roles",
    "ashby": "Current and previous roles",
}


@each_vendor
def test_the_dialog_shows_the_fields_of_the_table(office):
    shown = office.dialog(office.source(**DANA)).all("dt")
    for label in ("Full name", "Email", "Phone", "Location (city, state, country)"):
        assert label in shown
    assert len([label for label in shown if label.startswith("LinkedIn")]) == 1
    assert SHOWN[office.vendor] in shown
    assert ("Education" in shown) == (office.vendor in ALL_ROLES)
    assert ("Resume PDF" in shown) == (office.vendor not in NO_RESUME)
    assert ("Team member who sourced" in shown) == (office.vendor == "kortivity")
    marked = [
        one for one in shown if one.casefold().startswith(("“sourced", "sourced"))
    ]
    assert bool(marked) == (office.vendor in MARKS)
    # Crelate's own list of sources: shown, because it goes over where it is there.
    assert ("Contact source “PinSync”, where Crelate has one" in shown) == (
        office.vendor == "crelate"
    )


@each_vendor
def test_what_is_not_known_is_said_not_to_be_sent(office):
    candidate = office.dana(phone="", city="", state="", country="")
    assert "not known, not sent" in office.dialog(candidate).words
    person = office.send(candidate)
    assert (person["phones"], person["location"]) == ([], None)
