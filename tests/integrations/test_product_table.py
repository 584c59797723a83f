"""The table “The five at a glance”, cell by cell: connecting, and people coming back.

What a job's setting does, what is sent and who counts as a duplicate is in the files
``test_product_table_*.py`` beside this one. Everything is done on the pages.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from candidates.models import JobCandidate
from integrations import directory
from integrations.adapters import adapter_class
from integrations.models import AtsConnection, AtsPerson, Export

from .consenting import come_back
from .office import VENDORS, connect
from .screens import Screen

pytestmark = pytest.mark.django_db

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


@pytest.fixture
def sim(vendor, hurried, request):
    return request.getfixturevalue(f"{vendor}_sim")


def connect_page(client, vendor) -> Screen:
    """Choose the ATS from the list under Settings > ATS Integration."""
    listed = Screen(client.get(reverse("integrations:settings")))
    label = adapter_class(vendor).label
    return Screen(client.get(listed.links()[f"Connect {label}"]))


# --- Connect with -----------------------------------------------------------------

ASKED_FOR = {
    "crelate": ["API key"],
    "trackerrms": ["Region", "Access token"],
    "kortivity": ["API URL", "Username", "Password"],
    "ashby": ["API key"],
}


@pytest.mark.parametrize("vendor", ASKED_FOR)
def test_the_form_asks_for_what_the_ats_connects_with(vendor, as_alice, acme):
    form = connect_page(as_alice, vendor).form()
    assert form.labels() == ASKED_FOR[vendor]
    secret = list(form.filled_in())[-1]
    assert form.field(secret).get("type") == "password"


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_the_region_is_chosen_from_three(vendor, as_alice, acme):
    choices = connect_page(as_alice, vendor).form().choices("region")
    assert [words for _, words in choices] == ["US", "Canada", "All other"]


@pytest.mark.parametrize("vendor", ["kortivity"])
def test_the_api_url_is_the_usual_one_unless_told(vendor, as_alice, acme):
    page = connect_page(as_alice, vendor)
    assert page.form().filled_in()["api_url"] == "https://k7y.app"
    assert "address bar" in page.words


@pytest.mark.parametrize("vendor", ["jobadder"])
def test_one_signs_in_at_the_ats_itself_and_agrees_there(vendor, sim, as_alice):
    page = connect_page(as_alice, vendor)
    assert "password" not in [field.get("type") for field in page.root.iter("input")]
    assert "never sees your password" in page.words
    go = as_alice.get(page.links()["Continue to JobAdder"])
    assert go["Location"].startswith(f"{sim.url}/connect/authorize?")
    landed = Screen(come_back(as_alice, vendor, "robin"))
    assert "JobAdder is connected." in landed.words


@pytest.mark.parametrize("vendor", ["jobadder"])
def test_without_the_permission_nothing_is_connected(vendor, sim, as_alice):
    landed = Screen(come_back(as_alice, vendor, "robin", "refuse"))
    assert "the permission was refused there. Nothing was saved." in landed.words
    assert not AtsConnection.objects.exists()


@each_vendor
def test_after_that_the_ats_is_connected(office):
    page = office.look("integrations:settings", by="alice")
    assert f"Connect {office.label}" not in page.links()
    (row,) = [words for words in page.all("li") if words.startswith(office.label)]
    assert "by Alice Moore" in row
    assert "Connected" in row
    assert office.connection.is_connected


FOUND_AT = {
    "crelate": "Settings > My Settings & Preferences",
    "trackerrms": "Tools & Settings > Security > API",
    "kortivity": "Copy the address from the address bar, usually https://k7y.app",
    "ashby": (
        "Jobs read, Candidates read and write, Organization read, API Keys read."
    ),
}


@pytest.mark.parametrize("vendor", FOUND_AT)
def test_the_page_says_where_to_find_what_it_asks_for(vendor, as_alice, acme):
    assert FOUND_AT[vendor] in connect_page(as_alice, vendor).words


# --- Permissions to check on connecting -------------------------------------------

CHECKED = {
    "jobadder": [
        "View users",
        "View jobs",
        "View candidates",
        "Manage candidates",
        "View job applications",
        "Manage job applications",
        "Access for an extended period of time",
    ],
    "ashby": [
        "Jobs: read",
        "Candidates: read",
        "Candidates: write",
        "Organization: read",
        "API keys: read",
    ],
}


def permissions(page: Screen) -> list[str]:
    return Screen(page.root.find(".//section[@aria-labelledby='permissions']")).all(
        "li"
    )


@each_vendor
def test_the_connection_shows_the_permissions_that_were_checked(office):
    page = office.look("integrations:connection", office.connection.pk, by="alice")
    if office.vendor not in CHECKED:
        assert "Permissions" not in page.all("h2")
        return
    rows = permissions(page)
    for row, label in zip(rows, CHECKED[office.vendor], strict=True):
        assert row.startswith(label)
        assert "Missing" not in row


@pytest.mark.parametrize("vendor", CHECKED)
def test_they_are_named_before_one_connects(vendor, sim, as_alice):
    needs = connect_page(as_alice, vendor).root.find(
        ".//section[@aria-labelledby='needs']"
    )
    found = [
        row.startswith(label)
        for row, label in zip(Screen(needs).all("li"), CHECKED[vendor], strict=True)
    ]
    assert all(found)


LEFT_OUT = {
    "jobadder": ("robin", "read_job", "View jobs"),
    "ashby": ("demo-ashby-key", "jobs:read", "Jobs: read"),
}


@pytest.mark.parametrize("vendor", LEFT_OUT)
def test_one_that_was_not_given_is_named_as_missing(vendor, sim, as_alice):
    key, code, label = LEFT_OUT[vendor]
    given = sim.simulator.default_keys[key]
    sim.grant(key, [one for one in given if one != code and not one.startswith("part")])
    connected = connect(as_alice, vendor, sim)
    url = reverse("integrations:connection", args=[connected.pk])
    missing = [
        row for row in permissions(Screen(as_alice.get(url))) if "Missing" in row
    ]
    assert [row.partition(" Missing")[0] for row in missing] == [label]


# --- What the connection says of whose name things are done in --------------------

SAID = {
    "crelate": (
        "all activity is attributed to the owner of the API key; it cannot be reassigned"
    ),
    "trackerrms": (
        "The candidate owner will always display as the team member who connected "
        "TrackerRMS, and it can't automatically update to the person who sourced"
    ),
}


@each_vendor
def test_the_connection_says_who_owns_what_is_sent(office):
    page = office.look("integrations:connection", office.connection.pk, by="alice")
    for vendor, sentence in SAID.items():
        assert (sentence in page.words) == (vendor == office.vendor)


@each_vendor
def test_only_where_it_is_so_the_connection_says_always_candidates(office):
    page = office.look("integrations:connection", office.connection.pk, by="alice")
    sentence = "as candidates, never as leads or contacts"
    assert (sentence in page.words) == (office.vendor == "trackerrms")


# --- The “ATS candidates” search filter -------------------------------------------

CANNOT_LIST = {
    "trackerrms": "TrackerRMS does not support the “ATS candidates” filter.",
    "kortivity": "How Kortivity lists its people is not known",
}


@each_vendor
def test_the_search_offers_the_filter_or_says_why_not(office):
    office.dana()
    page = office.look("candidates:list")
    if why := CANNOT_LIST.get(office.vendor):
        assert f"ATS candidates: {office.label}" not in page.labels()
        assert why in page.words
        return
    choices = [words for _, words in page.choices(f"in-{office.vendor}")]
    assert choices == [
        f"{office.label}: any",
        f"Only in {office.label}",
        f"Not in {office.label}",
    ]
    assert not any(why in page.words for why in CANNOT_LIST.values())


LISTING = [vendor for vendor in VENDORS if vendor not in CANNOT_LIST]


@pytest.mark.parametrize("vendor", LISTING)
def test_the_filter_includes_and_excludes_who_is_in_the_ats(office):
    there, elsewhere = office.dana(), office.candidate(first_name="Priya")
    office.add(there)
    directory.pull(office.connection)
    shown = {
        value: [
            who.first_name
            for who in (there, elsewhere)
            if who.full_name in office.searched(value).links()
        ]
        for value in ("", "only", "not")
    }
    assert shown == {"": ["Dana", "Priya"], "only": ["Dana"], "not": ["Priya"]}


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_in_place_of_the_filter_the_search_leads_to_the_import(office):
    office.dana()
    assert "Choose the job" in office.look("candidates:list").links()
    on_job = office.look("candidates:on_job", office.job.pk)
    assert on_job.links()["Import CSV"] == reverse(
        "candidates:import_csv", args=[office.job.pk]
    )


# --- People into PinSync ----------------------------------------------------------


@pytest.mark.parametrize("vendor", LISTING)
def test_somebody_who_is_only_in_the_ats_is_put_on_a_job(office):
    passing = office.dana(source="ats")
    there = office.add(passing)
    passing.delete()
    directory.pull(office.connection)
    page = office.look("integrations:people", office.connection.pk)
    form = page.form(reverse("integrations:add_person", args=[office.connection.pk]))
    entry = office.connection.directory_entries.get(name="Dana Example")
    assert f"Add {entry} to the job" in form.buttons()
    office.bob.post(
        reverse("integrations:add_person", args=[office.connection.pk]),
        form.filled_in() | {"job": office.job.pk, "entry": entry.pk},
    )
    added = JobCandidate.objects.get(job=office.job).candidate
    assert (added.full_name, added.source) == ("Dana Example", "ats")
    assert AtsPerson.objects.get(candidate=added).person_id == there["id"]


def template(office) -> str:
    url = reverse("candidates:import_template", args=[office.job.pk])
    text: str = office.bob.get(url).content.decode("utf-8-sig")
    return text


@each_vendor
def test_the_csv_template_has_a_column_for_the_id_where_people_come_by_csv(office):
    columns = template(office).splitlines()[0].split(",")
    # It is there whatever is connected: the file is often made before.
    assert "TrackerRMS id" in columns
    assert [name for name in columns if name.endswith(" id")] == ["TrackerRMS id"]


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_an_uploaded_export_brings_people_to_the_job_linked_to_the_ats(office):
    passing = office.dana(source="csv")
    there = office.add(passing)
    passing.delete()
    header = template(office).splitlines()[0]
    row = {"First name": "Dana", "Last name": "Example", "Email": "dana@example.com"}
    row["TrackerRMS id"] = there["id"]
    page = office.import_csv(
        "\n".join([header, ",".join(row.get(name, "") for name in header.split(","))])
    )
    assert "1 is linked to their ATS by the id in the file." in page.words
    candidate = JobCandidate.objects.get(job=office.job).candidate
    assert office.badge(candidate).words == "Already in TrackerRMS"
    assert "Export to ATS" not in office.look("candidates:detail", candidate.pk).links()
    assert not Export.objects.exists()
