"""The table “The five at a glance”: where a job is set up, when and where people go.

Bob works on the pages; what came of it is read from the simulator's truth.
"""

from __future__ import annotations

import pytest

from integrations.adapters import Trigger
from integrations.models import Export, JobAtsMapping

from .office import VENDORS

pytestmark = pytest.mark.django_db(transaction=True)

each_vendor = pytest.mark.parametrize("vendor", VENDORS)

SAVES_BY_ITSELF = ("crelate", "trackerrms")
REPLIES = [
    "When they reply to an email",
    "When they reply to an email and are interested",
]
ADDED = "When they're added to an outreach sequence"
TRIGGERS = {
    "crelate": [
        "Never",
        "Contact information is found",
        "They receive their first message",
        "They reply to an email",
        "They reply to an email and are interested",
    ],
    "jobadder": [ADDED, *REPLIES],
    "trackerrms": ["Never", ADDED, *REPLIES],
    "kortivity": [ADDED, *REPLIES],
    "ashby": [ADDED, *REPLIES],
}
CLOSED = ("Archived", "Closed", "Draft", "Filled", "Won")
LADDER = ("added", "first_message", "replied", "interested")


# --- Settings live in -------------------------------------------------------------


@each_vendor
def test_the_setting_lives_on_one_tab_of_the_job(office):
    details = office.look("jobs:settings", office.job.pk)
    automation = office.look("jobs:automation", office.job.pk)
    name = f"ats-{office.connection.pk}"
    on_details = office.vendor in SAVES_BY_ITSELF
    assert (details.has(name), automation.has(name)) == (on_details, not on_details)
    if on_details:
        assert "Position details" in details.all("h2")
        assert "ATS integration" in details.all("h2")
    else:
        assert "Export candidates to ATS" in automation.all("h2")


@each_vendor
def test_it_saves_by_itself_or_by_enable(office):
    form, job = office.setting(), office.titles()[0]
    if office.vendor in SAVES_BY_ITSELF:
        assert "data-saves-by-itself" in form.root.attrib
        assert "Enable" not in form.buttons()
        saved = office.save(trigger="replied")
        assert "Saved" in saved.words
        assert office.mapping().is_active
        return
    assert "data-saves-by-itself" not in form.root.attrib
    assert form.buttons() == ["Search", "Enable"]
    saved = office.save(trigger="replied", action="enable", **office.picked(job))
    assert "Enabled" in saved.words
    assert office.mapping().is_active
    assert "Disabled" in office.save(action="disable").words
    assert not office.mapping().is_active


# --- Triggers ---------------------------------------------------------------------


@each_vendor
def test_the_triggers_are_those_of_the_guide_in_its_order(office):
    assert [words for _, words in office.setting().choices("trigger")] == (
        TRIGGERS[office.vendor]
    )


def on_the_ladder() -> list[tuple[str, str]]:
    rungs = {
        words: rung
        for rung, endings in {
            "added": ("added to an outreach sequence",),
            "first_message": ("their first message",),
            "replied": ("reply to an email",),
            "interested": ("are interested",),
        }.items()
        for offered in TRIGGERS.values()
        for words in offered
        if words.endswith(endings)
    }
    return [
        (v, rungs[words]) for v in VENDORS for words in TRIGGERS[v] if words in rungs
    ]


@pytest.mark.parametrize(("vendor", "trigger"), on_the_ladder())
def test_a_candidate_goes_over_at_the_chosen_moment_and_not_before(office, trigger):
    office.set_up(trigger, to=office.titles()[0])
    candidate = office.dana()
    for rung in LADDER[: LADDER.index(trigger)]:
        office.record(candidate, rung)
    assert not Export.objects.exists()
    office.record(candidate, trigger)
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == [office.jobs[0]]


@pytest.mark.parametrize("vendor", ["crelate"])
@pytest.mark.parametrize(
    "found", [{"email": "dana@example.com"}, {"phone": "555-0123"}]
)
def test_contact_information_that_is_found_later_sends_who_is_in_outreach(
    office, found
):
    office.set_up(Trigger.CONTACT_FOUND)
    candidate = office.dana(email="", phone="")
    office.add_to_outreach(candidate)
    assert not Export.objects.exists()
    office.edit(candidate, **found)
    office.work()
    assert office.person()["name"] == "Dana Example"


@pytest.mark.parametrize("vendor", ["crelate"])
def test_who_has_contact_information_goes_over_on_being_added_to_outreach(office):
    office.set_up(Trigger.CONTACT_FOUND)
    candidate = office.dana()
    office.put_on_job(candidate)
    assert not Export.objects.exists()
    office.add_to_outreach(candidate)
    office.work()
    assert office.arrived(candidate)["name"] == "Dana Example"


@pytest.mark.parametrize("vendor", SAVES_BY_ITSELF)
def test_never_sends_nobody(office):
    assert office.setting().filled_in()["trigger"] == "never"
    office.save(trigger="never")
    candidate = office.dana()
    for rung in LADDER:
        office.record(candidate, rung)
    office.work()
    assert office.people() == []


# --- ATS job ----------------------------------------------------------------------


@each_vendor
def test_the_ats_job_is_chosen_from_the_open_jobs_of_the_ats(office):
    closed = {job["id"] for job in office.sim.truth()["jobs"] if job["state"] in CLOSED}
    offered = {id_ for id_, _, _ in office.offered("")}
    assert offered
    assert closed
    assert not closed & offered
    title = office.titles()[0]
    found = office.offered(title)
    assert found[0][2].startswith(title)
    office.set_up(to=title)
    assert office.mapping().ats_job_id == found[0][0]
    assert office.setting().filled_in()["q"].startswith(title)


@each_vendor
def test_the_ats_job_may_stay_empty_but_where_it_is_required(office):
    said = office.setting().words
    if office.vendor == "ashby":
        assert "Ashby job required" in said
        refused = office.save(trigger="added", action="enable")
        assert "Choose the Ashby job." in refused.words
        assert not JobAtsMapping.objects.exists()
        return
    assert "may stay empty" in said
    office.set_up("replied")
    candidate = office.dana()
    office.record(candidate, "replied")
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == []


@pytest.mark.parametrize("vendor", ["trackerrms"])
@pytest.mark.parametrize("written", ["{}", "JOB-{}", "job-{}"])
def test_a_job_is_found_by_its_id(office, written):
    wanted = office.jobs[-1]
    found = office.offered(written.format(wanted))
    assert found[0][0] == wanted
    assert office.titles()[-1] in found[0][2]
    office.save(trigger="replied", ats_job_id=wanted, ats_job_name="x", q="x")
    assert office.mapping().ats_job_id == wanted


@pytest.mark.parametrize("vendor", ["trackerrms"])
def test_the_field_says_that_it_searches_by_job_id(office):
    assert "Search by name or by id (1026 or JOB-1026)" in office.setting().words


# --- The setting belongs to one job -----------------------------------------------


@each_vendor
def test_each_job_is_set_up_on_its_own(office):
    other, title = office.new_job("Welder"), office.titles()[0]
    office.set_up(to=title)
    assert not office.setting(other).filled_in()["ats_job_id"]
    assert not JobAtsMapping.objects.filter(job=other).exists()
    candidate = office.dana()
    office.record(candidate, "replied", other)
    assert not Export.objects.exists()
    office.record(candidate, "replied")
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == [office.jobs[0]]


@each_vendor
def test_two_jobs_send_to_their_own_jobs_of_the_ats(office):
    other, (first, second) = office.new_job("Welder"), office.titles()[:2]
    office.set_up(to=first)
    office.set_up(to=second, job=other)
    ann = office.somebody("Ann")
    ben = office.somebody("Ben")
    office.record(ann, "replied")
    office.record(ben, "replied", other)
    office.work()
    assert office.jobs_of(office.arrived(ann)) == [office.jobs[0]]
    assert office.jobs_of(office.arrived(ben)) == [office.jobs[1]]


@each_vendor
def test_it_is_recommended_to_set_up_before_outreach(office):
    assert "Set this up before adding candidates to outreach." in office.setting().words


@each_vendor
def test_never_or_disable_cancels_what_is_not_yet_sent_after_saying_how_many(office):
    office.set_up(to=office.titles()[0])
    for name in ("Ann", "Ben"):
        candidate = office.somebody(name)
        office.record(candidate, "replied")
    by_hand = office.somebody("Cem")
    office.export(by_hand, to=office.titles()[0])
    off = (
        {"trigger": "never"}
        if office.vendor in SAVES_BY_ITSELF
        else {"action": "disable"}
    )
    asked = office.save(**off)
    assert f"cancels 2 exports to {office.label} not yet sent." in asked.words
    assert office.mapping().is_active
    office.save(**off, confirm="1")
    office.work()
    assert [person["name"] for person in office.people()] == ["Cem Example"]


@each_vendor
def test_choosing_another_ats_job_moves_what_waits(office):
    first, second = office.titles()[:2]
    office.set_up(to=first)
    candidate = office.dana()
    office.record(candidate, "replied")
    office.set_up(to=second)
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == [office.jobs[1]]
