"""The rules that hold for all five, one after the other for each, on the pages.

Never retroactive, once only, which badge leads where, and the button for all the rest.
What crashes and lost answers do to them is in ``test_over_the_wire*.py``.
"""

from __future__ import annotations

import pytest
import requests
from django.urls import reverse

from integrations.models import Export, ExportAttempt
from integrations.simulation import simulators

from .office import VENDORS, connect
from .screens import Screen

pytestmark = pytest.mark.django_db(transaction=True)

each_vendor = pytest.mark.parametrize("vendor", VENDORS)

# Neither tells the address of a person: an administrator enters it once.
WITHOUT_A_LINK = ("trackerrms", "kortivity")


def panel(office, candidate) -> Screen:
    page = office.look("candidates:detail", candidate.pk)
    return page.part(f"ats-panel-{candidate.pk}")


def can_export(office, candidate) -> bool:
    page = office.look("candidates:detail", candidate.pk)
    return "Export to ATS" in page.links()


# --- Exporting by hand, and the badge ---------------------------------------------


@each_vendor
def test_the_button_exports_to_the_chosen_job_and_the_logo_appears(office):
    candidate, title = office.dana(), office.titles()[1]
    assert f"Not in {office.label}" in panel(office, candidate).words
    office.export(candidate, to=title)
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == [office.jobs[1]]
    page = office.look("candidates:detail", candidate.pk)
    logo = reverse("integrations:vendor_badge", args=[office.vendor])
    assert logo in [image.get("src") for image in page.root.iter("img")]
    shown = panel(office, candidate).words
    assert f"In {office.label}" in shown or "candidate " in shown
    assert f"Not in {office.label}" not in shown


@each_vendor
def test_the_logo_leads_to_their_profile_in_the_ats(office):
    link_to_people(office)
    candidate = office.dana()
    person = office.send(candidate)
    address = panel(office, candidate).links()[
        f"In {office.label} (opens in a new tab)"
    ]
    assert person["id"].casefold() in address.casefold()
    # What comes after a # only scripts read; the page lists everybody without them.
    profile = requests.get(address, timeout=10).text
    assert "Dana Example" in profile or "Example, Dana" in profile


def link_to_people(office) -> None:
    """Enter the address of people, as an administrator, where the ATS tells none."""
    if office.vendor not in WITHOUT_A_LINK:
        return
    template = simulators()[office.vendor].demo_profile_url
    url = reverse("integrations:connection", args=[office.connection.pk])
    office.alice.post(
        url, {"profile_url": template.replace("{origin}", office.sim.url)}
    )


@pytest.mark.parametrize("vendor", WITHOUT_A_LINK)
def test_without_a_known_address_the_badge_names_the_record(office):
    candidate = office.dana()
    person = office.send(candidate)
    assert f"candidate {person['id']}" in panel(office, candidate).words
    page = office.look("integrations:connection", office.connection.pk, by="alice")
    assert "put {person_id} in the place of the id" in page.words


@each_vendor
def test_by_hand_without_a_job_where_that_may_be(office):
    candidate = office.dana()
    url = office.button(candidate)
    form = office.dialog(candidate).form(url).filled_in()
    reply = office.bob.post(url, form)
    if office.adapter_class.job_required:
        assert f"Choose the {office.label} job." in Screen(reply).words
        assert not Export.objects.exists()
        return
    office.work()
    assert office.jobs_of(office.arrived(candidate)) == []


# --- Once only --------------------------------------------------------------------


@each_vendor
def test_details_that_change_later_are_not_sent_again(office):
    candidate = office.dana(phone="")
    office.send(candidate)
    before, sent = office.untouched(), ExportAttempt.objects.count()
    office.edit(candidate, phone="+12025550199", city="Boulder", email="d@example.com")
    office.work()
    assert office.untouched() == before
    assert ExportAttempt.objects.count() == sent
    edit = office.look("candidates:edit", candidate.pk)
    assert "not sent again: update them there." in edit.words
    assert "Update details there." in panel(office, candidate).words


@each_vendor
def test_the_button_is_only_there_for_who_has_not_gone_over(office):
    candidate = office.dana()
    assert can_export(office, candidate)
    office.send(candidate)
    assert not can_export(office, candidate)
    before = office.untouched()
    reply = office.bob.post(office.button(candidate), office.choice(1))
    assert reply.status_code == 409
    said = f"Dana is in {office.label} already; details are updated there."
    assert said in Screen(reply).words
    office.work()
    assert office.untouched() == before


@each_vendor
def test_another_jobs_trigger_adds_the_same_person_to_that_job(office):
    first, second = office.titles()[:2]
    other = office.new_job("Welder")
    office.set_up(to=first)
    office.set_up(to=second, job=other)
    candidate = office.dana()
    office.record(candidate, "replied")
    office.work()
    before = office.untouched()
    office.record(candidate, "replied", other)
    office.work()
    assert sorted(office.jobs_of(office.person())) == sorted(office.jobs[:2])
    assert office.untouched() == before


# --- Never retroactive ------------------------------------------------------------


@each_vendor
def test_an_ats_connected_after_the_trigger_gets_nobody_but_by_the_button(office):
    office.set_up(to=office.titles()[0])
    url = reverse("integrations:disconnect", args=[office.connection.pk])
    office.alice.post(url)
    candidate = office.dana()
    office.record(candidate, "replied")
    office.connection = connect(office.alice, office.vendor, office.sim)
    if not office.is_set_up():  # an account that cannot be recognised begins anew
        office.set_up(to=office.titles()[0])
    office.record(candidate, "interested")
    office.work()
    assert office.people() == []
    assert "use export to ats" in panel(office, candidate).words.casefold()
    office.send(candidate)
    assert office.jobs_of(office.person()) == [office.jobs[0]]


@each_vendor
def test_who_got_that_far_before_the_setting_goes_only_by_the_button(office):
    candidate = office.dana()
    office.record(candidate, "replied")
    office.set_up(to=office.titles()[0])
    office.record(candidate, "interested")
    office.work()
    assert office.people() == []
    assert f"before {office.label} was set up" in panel(office, candidate).words
    office.send(candidate)
    assert office.jobs_of(office.person()) == [office.jobs[0]]


@each_vendor
def test_the_setting_says_who_is_in_outreach_already(office):
    office.add_to_outreach(office.dana())
    said = office.setting().words
    assert "1 person is in outreach already: what they did before is not" in said


@each_vendor
def test_a_setting_says_from_when_on_it_counts(office):
    assert "Counts from" not in office.setting().words
    saved = office.set_up(to=office.titles()[0])
    assert "whoever got this far before is not sent. Use Export to ATS" in saved.words


@each_vendor
def test_another_ats_job_alone_does_not_move_the_moment_it_counts_from(office):
    first, second = office.titles()[:2]
    office.set_up(to=first)
    since = office.mapping().active_since
    office.set_up(to=second)
    assert office.mapping().active_since == since
    office.set_up("interested", to=second)
    assert office.mapping().active_since > since


@each_vendor
def test_what_it_did_is_shown_with_how_long_it_took(office):
    candidate = office.dana()
    office.send(candidate)
    assert f"In {office.label} since " in panel(office, candidate).words
