"""The whole path in one process: pages, worker, the real door, simulators on sockets.

Who is there already, who looks like them, and what came too early. What goes wrong is in
the other files of this name.
"""

from __future__ import annotations

import pytest

from candidates.models import OutreachEvent
from integrations import connections, mappings
from integrations.models import AtsPerson, Decision, Export
from tests.factories import JobCandidateFactory, JobFactory

from .scene import by_email_or_linkedin, only_crelate

pytestmark = pytest.mark.django_db(transaction=True)


# --- Once only --------------------------------------------------------------------


def test_a_person_arrives_with_everything_and_the_badge_leads_to_them(scene):
    candidate = scene.dana()
    sent = scene.press(candidate)
    assert scene.badge(candidate).words == "Waiting"
    scene.work()
    person = scene.person()
    assert (person["name"], person["emails"]) == ("Dana Example", ["dana@example.com"])
    assert scene.jobs_of(person) == [scene.jobs[0]]
    assert [file["name"] for file in person["files"]] == scene.resumes()
    assert scene.state(sent) == Export.State.SENT
    assert scene.badge(candidate).words == f"In {scene.label}"
    assert scene.badge(candidate).url in scene.page(candidate)
    assert scene.sentence(candidate).startswith(f"In {scene.label} since ")


def test_added_to_a_second_job_the_same_person_reaches_that_job_too(scene, acme, bob):
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    before = scene.untouched()
    job = JobFactory(organization=acme)
    mappings.save_mapping(
        job=job,
        connection=scene.connection,
        trigger="replied",
        ats_job_id=scene.jobs[1],
        ats_job_name="Second",
        by=bob,
    )
    row = JobCandidateFactory(job=job, candidate=candidate)
    row.record(OutreachEvent.Kind.REPLIED)
    scene.work()
    assert sorted(scene.jobs_of(scene.person())) == sorted(scene.jobs[:2])
    assert scene.untouched() == before
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}


def test_two_jobs_asked_for_at_once_make_one_person_on_both(scene):
    candidate = scene.dana()
    scene.press(candidate, job=0)
    scene.press(candidate, job=1)
    scene.work()
    assert sorted(scene.jobs_of(scene.person())) == sorted(scene.jobs[:2])
    assert len(scene.person()["files"]) == len(scene.resumes())


def test_somebody_there_is_linked_and_nothing_of_theirs_changes(scene):
    candidate = scene.dana()
    there = scene.add(candidate, linkedin_url="", current_title="Director")
    before = scene.untouched()
    sent = scene.press(candidate)
    scene.work()
    assert scene.untouched() == before
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id, known.known_by) == (there["id"], "linked")
    assert scene.state(sent) == Export.State.SENT
    assert scene.badge(candidate).words == f"Already in {scene.label}"
    why = "same email, same full name" if scene.asks_by_name else "same email"
    assert scene.sentence(candidate) == (
        f"Already in {scene.label} ({why}). Linked; nothing was changed."
    )


def test_somebody_there_and_on_the_job_already_is_not_put_on_it_again(scene):
    candidate = scene.dana()
    there = scene.add(candidate)
    with scene.adapter() as adapter, adapter.http.writing(lambda: None):
        adapter.add_to_job(there["id"], scene.jobs[0])
    scene.press(candidate)
    scene.work()
    assert scene.sim.count(scene.facts.add) == 1
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]


def test_pressed_for_somebody_who_is_there_it_says_so_and_sends_nothing(scene):
    candidate = scene.dana()
    scene.press(candidate)
    scene.work()
    before = scene.untouched()
    reply = scene.bob.post(scene.button(candidate), scene.choice(1))
    assert reply.status_code == 409
    assert "is in" in reply.content.decode()
    assert "details are updated there" in reply.content.decode()
    scene.work()
    assert scene.untouched() == before


# --- Somebody who looks like them -------------------------------------------------


@pytest.fixture
def namesake(scene):
    """Somebody of the same name whom Crelate takes for the same person."""
    other = scene.dana(email="other@example.com", linkedin_url="")
    there = scene.add(other)
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    return candidate, there, sent


@only_crelate
def test_a_refused_namesake_asks_and_offers_no_create(scene, namesake):
    candidate, there, sent = namesake
    assert scene.state(sent) == Export.State.NEEDS_YOU
    decision = Decision.objects.get()
    assert decision.allowed == ["link", "skip"]
    assert [row["person_id"] for row in decision.shown] == [there["id"]]
    assert scene.sentence(candidate) == (
        "Crelate will not create Dana Example: it has someone it takes for the same "
        "person. Is it?"
    )
    page = scene.read(scene.badge(candidate).url)
    assert "Create anyway" not in page
    assert len(scene.people()) == 1


@only_crelate
def test_the_namesake_that_is_linked_gets_the_job_and_nothing_else(scene, namesake):
    candidate, there, sent = namesake
    before = scene.untouched()
    scene.answer("link", there["id"])
    scene.work()
    assert scene.untouched() == before
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
    assert scene.state(sent) == Export.State.SENT
    assert scene.badge(candidate).words == "Already in Crelate"


@only_crelate
def test_the_namesake_that_is_skipped_ends_the_export(scene, namesake):
    candidate, _, sent = namesake
    before = scene.untouched()
    scene.answer("skip")
    scene.work()
    assert scene.untouched() == before
    assert scene.person()["jobs"] == []
    assert scene.state(sent) == Export.State.CANCELLED
    assert scene.badge(candidate).words == "Not in Crelate"


@by_email_or_linkedin
def test_a_namesake_is_nobody_where_only_email_and_linkedin_count(scene, namesake):
    _, _, sent = namesake
    assert scene.state(sent) == Export.State.SENT
    assert len(scene.people()) == 2


@pytest.fixture
def several(scene):
    candidate = scene.dana(linkedin_url="https://www.linkedin.com/in/dana-x")
    first = scene.add(candidate, linkedin_url="")
    second = scene.add(candidate, email="d@example.org")
    sent = scene.press(candidate)
    scene.work()
    return candidate, [first["id"], second["id"]], sent


@by_email_or_linkedin
def test_several_matches_ask_and_nothing_is_written(scene, several):
    candidate, ids, sent = several
    assert scene.state(sent) == Export.State.NEEDS_YOU
    decision = Decision.objects.get()
    assert sorted(row["person_id"] for row in decision.shown) == sorted(ids)
    assert scene.sentence(candidate) == (
        f"2 people in {scene.label} look like Dana Example. Which one is it?"
    )
    assert scene.sim.count(scene.facts.create) == 2  # those entered by hand


@by_email_or_linkedin
@pytest.mark.parametrize(
    ("choice", "number", "people", "state"),
    [("link", 1, 2, "sent"), ("create", 0, 3, "sent"), ("skip", 0, 2, "cancelled")],
)
def test_each_answer_about_several_is_carried_out(
    choice, number, people, state, scene, several
):
    _, ids, sent = several
    scene.answer(choice, ids[number] if choice == "link" else "")
    scene.work()
    assert len(scene.people()) == people
    assert scene.state(sent) == state
    on_job = [p["id"] for p in scene.people() if p["jobs"]]
    assert len(on_job) == (0 if choice == "skip" else 1)
    if choice == "link":
        assert on_job == [ids[number]]


@by_email_or_linkedin
def test_the_same_linkedin_profile_is_found_by_name_and_linked(scene):
    candidate = scene.dana(linkedin_url="https://www.linkedin.com/in/dana-example")
    there = scene.add(
        candidate,
        email="dana@another.example",
        linkedin_url="http://linkedin.com/in/Dana-Example/?trk=x",
    )
    before = scene.untouched()
    scene.press(candidate)
    scene.work()
    assert scene.untouched() == before
    known = AtsPerson.objects.get(candidate=candidate)
    assert (known.person_id, known.reason) == (there["id"], "same LinkedIn profile")


# --- Never retroactive ------------------------------------------------------------


def test_what_came_before_the_setting_exports_nothing_and_the_button_does(
    scene, acme, bob
):
    candidate, job = scene.dana(), JobFactory(organization=acme)
    row = JobCandidateFactory(job=job, candidate=candidate)
    row.record(OutreachEvent.Kind.REPLIED)
    mappings.save_mapping(
        job=job,
        connection=scene.connection,
        trigger="replied",
        ats_job_id=scene.jobs[0],
        by=bob,
    )
    row.record(OutreachEvent.Kind.INTERESTED)  # the reply was reached before
    scene.work()
    assert scene.people() == []
    assert f"before {scene.label} was set up" in scene.page(candidate)
    scene.press(candidate)
    scene.work()
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]


def test_what_came_before_the_connection_exports_nothing_and_the_button_does(
    scene, acme, bob, alice
):
    job = JobFactory(organization=acme)
    mappings.save_mapping(
        job=job,
        connection=scene.connection,
        trigger="replied",
        ats_job_id=scene.jobs[0],
        by=bob,
    )
    connections.disconnect(scene.connection, by=alice)
    candidate = scene.dana()
    JobCandidateFactory(job=job, candidate=candidate).record(OutreachEvent.Kind.REPLIED)
    scene.connect()
    scene.work()
    assert scene.people() == []
    scene.press(candidate)
    scene.work()
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
