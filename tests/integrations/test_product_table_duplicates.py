"""The table “The five at a glance”: who is taken for whom, and what happens then.

Somebody is in the ATS already, entered there by hand; Bob exports a candidate who is
like them. What came of it is read from the simulator's truth.
"""

from __future__ import annotations

import pytest

from integrations import outreach_check
from integrations.adapters import Key, adapter_class
from integrations.models import Decision, DuplicateCheck, Export
from integrations.simulation import simulators

from .office import VENDORS

pytestmark = pytest.mark.django_db(transaction=True)

each_vendor = pytest.mark.parametrize("vendor", VENDORS)

BY_LINKEDIN = ("jobadder", "trackerrms", "kortivity", "ashby")
BY_NAME = ("trackerrms",)
ON_OUTREACH = ("crelate", "trackerrms")
PROFILE = "https://www.linkedin.com/in/dana-example"
# Nothing by which anybody could take the two for one.
ANOTHER = {
    "email": "another@example.net",
    "phone": "",
    "phone_e164": "",
    "linkedin_url": "",
    "current_company": "Another Works",
}


def there(office, candidate, **fields):
    """Let somebody like the candidate be in the ATS, with other details."""
    return office.add(candidate, **ANOTHER | fields)


def send(office, candidate) -> Export:
    export = office.export(candidate, to=office.titles()[0])
    office.work()
    export.refresh_from_db()
    return export


def only_our_check(office) -> None:
    """Let the vendor's own rules compare nothing but the email."""
    if office.vendor == "crelate":
        office.sim.set(duplicate_rule="email")


def is_linked(office, candidate, person, before) -> bool:
    """Return whether the person was put on the job and nothing else happened there."""
    return (
        office.untouched() == before
        and [p["id"] for p in office.people()] == [person["id"]]
        and office.jobs_of(office.person()) == [office.jobs[0]]
        and office.badge(candidate).words == f"Already in {office.label}"
    )


# --- By each key ------------------------------------------------------------------


@each_vendor
@pytest.mark.parametrize("written", ["dana@example.com", "Dana@Example.COM"])
def test_the_same_email_makes_no_new_person(office, written):
    candidate = office.dana(linkedin_url="")
    person = there(office, candidate, email=written)
    before = office.untouched()
    send(office, candidate)
    assert is_linked(office, candidate, person, before)


@each_vendor
@pytest.mark.parametrize(
    "written", [PROFILE, "http://linkedin.com/in/Dana-Example/?trk=x"]
)
def test_the_same_linkedin_profile_makes_no_new_person_where_it_is_a_key(
    office, written
):
    only_our_check(office)
    candidate = office.dana(linkedin_url=PROFILE)
    person = there(office, candidate, linkedin_url=written)
    before = office.untouched()
    send(office, candidate)
    if office.vendor in BY_LINKEDIN:
        assert is_linked(office, candidate, person, before)
    else:
        assert len(office.people()) == 2
        assert office.badge(candidate).words == f"In {office.label}"


@pytest.mark.parametrize("vendor", ["trackerrms", "kortivity"])
def test_a_linkedin_profile_alone_is_enough_where_it_can_be_asked_for(office):
    candidate = office.dana(linkedin_url=PROFILE)
    person = there(office, candidate, first_name="D. M.", linkedin_url=PROFILE)
    before = office.untouched()
    send(office, candidate)
    assert is_linked(office, candidate, person, before)


@each_vendor
@pytest.mark.parametrize("written", [("Dana", "Example"), ("dana ", "  EXAMPLE")])
def test_the_same_full_name_alone_asks_only_where_it_is_a_key(office, written):
    only_our_check(office)
    candidate = office.dana(first_name=written[0], last_name=written[1])
    there(office, candidate, first_name="Dana", last_name="Example")
    before = office.untouched()
    export = send(office, candidate)
    if office.vendor in BY_NAME:
        assert export.state == Export.State.NEEDS_YOU
        assert office.untouched() == before
        assert len(office.people()) == 1
        assert office.person()["jobs"] == []
        assert "Is it the same person?" in office.sentence(candidate)
    else:
        assert len(office.people()) == 2
        assert export.state == Export.State.SENT


@each_vendor
def test_steve_is_not_steven(office):
    candidate = office.somebody("Steve", last_name="Lu")
    there(office, candidate, first_name="Steven", last_name="Lu")
    assert send(office, candidate).state == Export.State.SENT
    assert sorted(p["name"] for p in office.people()) == ["Steve Lu", "Steven Lu"]


NEAR_MISSES = [
    {"email": "dana@example.co"},
    {"email": "dana.example@example.com"},
    {"email": "xdana@example.com"},
    {"linkedin_url": f"{PROFILE}-2"},
    {"linkedin_url": PROFILE.removesuffix("e")},
]


@each_vendor
def test_nearly_the_same_is_somebody_else(office):
    candidate = office.dana(linkedin_url=PROFILE)
    for number, near in enumerate(NEAR_MISSES):
        other = {"first_name": f"Dan{number}", "current_company": f"Works {number}"}
        there(office, candidate, **{"email": f"x{number}@example.net"} | other | near)
    assert send(office, candidate).state == Export.State.SENT
    assert len(office.people()) == len(NEAR_MISSES) + 1
    assert office.arrived(candidate)["name"] == "Dana Example"


@each_vendor
def test_the_screens_declare_the_same_keys(vendor):
    keys = {Key.EMAIL}
    keys |= {Key.LINKEDIN} if vendor in BY_LINKEDIN else set()
    keys |= {Key.NAME} if vendor in BY_NAME else set()
    assert set(adapter_class(vendor).duplicate_keys) == keys


# --- On a match -------------------------------------------------------------------


@each_vendor
def test_on_a_match_nothing_of_theirs_is_touched_but_the_job(office):
    candidate = office.dana()
    person = there(
        office, candidate, email="dana@example.com", current_title="Director"
    )
    before, writes = office.untouched(), office.sim.count(office.facts.create)
    export = send(office, candidate)
    assert is_linked(office, candidate, person, before)
    assert export.state == Export.State.SENT
    assert office.sim.count(office.facts.create) == writes
    now = office.person()
    assert (now["title"], now["files"], now["notes"]) == (
        person["title"],
        person["files"],
        person["notes"],
    )
    page = office.look("candidates:detail", candidate.pk)
    assert "Linked; nothing was changed." in page.words
    assert "Export to ATS" not in page.links()


@pytest.mark.parametrize("vendor", ["trackerrms"])
@pytest.mark.parametrize(
    ("choice", "people"), [("link", 1), ("create", 2), ("skip", 1)]
)
def test_of_a_namesake_the_recruiter_decides(office, choice, people):
    candidate = office.dana()
    person = there(office, candidate)
    before = office.untouched()
    send(office, candidate)
    office.answer(choice, person["id"] if choice == "link" else "")
    office.work()
    assert len(office.people()) == people
    on_job = [p["id"] for p in office.people() if p["jobs"]]
    if choice == "create":
        assert on_job == [office.arrived(candidate)["id"]]
    else:
        assert on_job == ([person["id"]] if choice == "link" else [])
        assert office.untouched() == before


@each_vendor
def test_the_same_email_under_another_name_is_for_the_recruiter_to_decide(office):
    candidate = office.dana()
    other = {"first_name": "Quentin", "last_name": "Ruiz", "email": candidate.email}
    there(office, candidate, **other)
    before = office.untouched()
    assert send(office, candidate).state == Export.State.NEEDS_YOU
    assert office.untouched() == before
    assert office.person()["jobs"] == []
    (row,) = Decision.objects.get().shown
    assert "different name" in row["why"]


@pytest.mark.parametrize("vendor", ["crelate"])
def test_who_the_ats_itself_takes_for_them_by_name_and_company_is_not_created(office):
    candidate = office.dana()
    person = there(office, candidate, current_company=candidate.current_company)
    export = send(office, candidate)
    assert export.state == Export.State.NEEDS_YOU
    assert [p["id"] for p in office.people()] == [person["id"]]
    assert office.sentence(candidate).startswith(
        "Crelate will not create Dana Example: it has someone it takes for the same"
    )
    assert Decision.objects.get().allowed == ["link", "skip"]


# --- Already when somebody is added to outreach -----------------------------------


@each_vendor
def test_adding_to_outreach_looks_for_duplicates_where_the_guide_says_so(office):
    office.set_up(to=office.titles()[0])
    candidate = office.dana()
    there(office, candidate, email=candidate.email)
    before = office.untouched()
    office.add_to_outreach(candidate)
    while outreach_check.is_due():
        outreach_check.check_due()
    assert office.untouched() == before
    assert not Export.objects.exists()
    said = f"{office.label} has someone with this email"
    on_job = office.look("candidates:on_job", office.job.pk).words
    profile = office.look("candidates:detail", candidate.pk).words
    if office.vendor in ON_OUTREACH:
        assert said in on_job, on_job
        assert said in profile
    else:
        assert not DuplicateCheck.objects.exists()
        assert said not in profile


def test_the_table_has_a_column_for_every_simulated_ats():
    assert set(VENDORS) == set(simulators())
