"""What the vendor answers, over the whole path: pages, halves, nothing, too late.

Each time: nothing lost, nothing sent twice, and a sentence that a recruiter understands.
"""

from __future__ import annotations

from typing import Any

import pytest

from integrations.adapters import Key
from integrations.models import Export, ExportStep
from tests.faults.parts import wait_until

from .fakeats import pass_time
from .scene import only_crelate

pytestmark = pytest.mark.django_db(transaction=True)

Faults = dict[str, tuple[str, dict[str, Any]]]
LOOKS_IT_UP = "We could not tell whether {} saved Dana Example. Checking again at "


# --- Reads that fail --------------------------------------------------------------

READS: Faults = {
    "a page with 200": ("html_200", {}),
    "nothing with 200": ("empty_200", {}),
    "half a body": ("half_body", {}),
    "no answer": ("drop_before", {}),
    "a gzip bomb": ("gzip_bomb", {}),
    "an error": ("status", {"status": 500, "text": "Sorry."}),
    "a closed service": ("status", {"status": 503}),
    "too many calls": ("status", {"status": 429, "headers": {"Retry-After": "7"}}),
}


@pytest.mark.parametrize("reply", READS)
def test_a_look_up_that_brings_no_answer_is_no_proof_that_nobody_is_there(scene, reply):
    candidate = scene.dana()
    there = scene.add(candidate)
    fault, options = READS[reply]
    scene.sim.fault(fault, match=scene.facts.find, **options)
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.sim.count(scene.facts.create) == 1
    if scene.state(sent) != Export.State.SENT:  # it says so, and when it goes on
        assert scene.label in scene.sentence(candidate)
        assert " at " in scene.sentence(candidate)
        scene.settle()
    assert scene.person()["id"] == there["id"]
    assert scene.known_by(candidate) == "linked"
    assert scene.state(sent) == Export.State.SENT


# --- Writes whose answer is lost ----------------------------------------------------

# What the create meets, and whether the vendor saved the person.
LOST: Faults = {
    "no answer": ("commit_then_drop", {}),
    "half a body": ("half_body", {}),
    "a page with 200": ("html_200", {"carry_out": True}),
    "an empty reply": ("empty_200", {"carry_out": True}),
    "a reply without an id": ("no_id", {}),
    "an error": ("status", {"status": 500, "text": "Sorry.", "carry_out": True}),
    "a bad gateway": ("status", {"status": 502, "html": "Sorry", "carry_out": True}),
    "a closed service": ("status", {"status": 503, "carry_out": True}),
    "a gzip bomb": ("gzip_bomb", {"carry_out": True}),
}


@pytest.mark.parametrize("reply", LOST)
def test_a_person_whose_create_was_lost_is_found_again(scene, reply):
    candidate = scene.dana()
    fault, options = LOST[reply]
    scene.sim.fault(fault, match=scene.facts.create, **options)
    sent = scene.trigger(candidate)
    scene.work()
    assert len(scene.people()) == 1
    assert scene.state(sent) == Export.State.EXPORTING
    if not scene.is_resting():
        assert scene.sentence(candidate).startswith(LOOKS_IT_UP.format(scene.label))
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"
    assert scene.sim.count(scene.facts.create) == 1


def test_ids_of_another_type_make_no_second_person(scene):
    candidate = scene.dana()
    scene.sim.fault("wrong_id_type", match=scene.facts.create)
    sent = scene.trigger(candidate)
    scene.work()
    scene.settle()
    scene.check_arrived_once(candidate, sent)


def test_a_person_saved_after_the_deadline_is_found_again(scene):
    candidate = scene.dana()
    scene.sim.fault("delay", match=scene.facts.create, ms=3_000)
    sent = scene.trigger(candidate)
    scene.work()
    words = scene.sentence(candidate)
    assert words.startswith(LOOKS_IT_UP.format(scene.label))
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"


NOT_DONE: Faults = {
    "no answer": ("drop_before", {}),
    "a page with 200": ("html_200", {}),
    "a closed service": ("status", {"status": 503, "headers": {"Retry-After": "9"}}),
    "an error": ("status", {"status": 500, "text": "Sorry."}),
}


@pytest.mark.parametrize("reply", NOT_DONE)
def test_a_create_that_was_not_done_is_repeated_once_after_two_looks(scene, reply):
    candidate = scene.dana()
    fault, options = NOT_DONE[reply]
    scene.sim.fault(fault, match=scene.facts.create, **options)
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.people() == []
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(scene.facts.create) == 2
    assert scene.known_by(candidate) == "created"


def test_a_person_that_is_saved_late_is_waited_for(scene):
    candidate = scene.dana()
    scene.sim.fault("late_commit", match=scene.facts.create, ms=150)
    sent = scene.trigger(candidate)
    scene.work()
    wait_until(scene.people, seconds=10, what="the late commit")
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"


def test_a_person_that_the_search_shows_late_is_not_made_again(scene):
    candidate = scene.dana()
    scene.sim.set(search_lag_ms=400)
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    sent = scene.trigger(candidate)
    scene.work()
    scene.pass_settling_time()
    scene.work()
    assert scene.sim.count(scene.facts.create) == 1
    with scene.adapter() as adapter:
        wait_until(
            lambda: adapter.find(Key.EMAIL, candidate.email),
            seconds=10,
            what="the index",
        )
    scene.settle()
    scene.check_arrived_once(candidate, sent)


@pytest.mark.parametrize("write", ["add", "resume"])
@pytest.mark.parametrize("reply", ["no answer", "a page with 200", "a closed service"])
def test_what_follows_the_person_is_looked_up_before_it_is_repeated(
    scene, write, reply
):
    if not (match := getattr(scene.facts, write)):
        return  # no resume is sent
    candidate = scene.dana()
    fault, options = LOST[reply]
    scene.sim.fault(fault, match=match, **options)
    sent = scene.trigger(candidate)
    scene.work()
    wait_until(lambda: scene.person()["files"] or write == "add", seconds=10, what="it")
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(scene.facts.add) == 1
    if scene.resumes():
        assert scene.sim.count(scene.facts.resume) == 1


@only_crelate
def test_a_500_that_names_a_field_is_said_once_nobody_was_found(scene):
    candidate = scene.dana()
    said = {"Errors": [{"Message": "Description is required."}], "Data": None}
    scene.sim.fault("status", match=scene.facts.create, status=500, json=said)
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.EXPORTING
    scene.settle()
    assert scene.state(sent) == Export.State.FAILED
    assert scene.sentence(candidate) == (
        "Crelate refused this: Description is required. Correct it, then retry."
    )
    assert scene.sim.count(scene.facts.create) == 1
    scene.bob.post(f"/exports/{sent.pk}/retry/")
    scene.work()
    scene.check_arrived_once(candidate, sent)


# --- The vendor asks for a rest -----------------------------------------------------


def test_a_vendor_that_asks_for_patience_gets_it_and_it_costs_no_try(scene):
    candidate = scene.dana()
    busy = {"status": 429, "headers": {"Retry-After": "3000"}}
    scene.sim.fault("status", match=scene.facts.create, **busy)
    sent = scene.trigger(candidate)
    scene.work()
    assert "Goes on at" in scene.sentence(candidate)
    calls = scene.sim.count()
    pass_time(60)
    scene.work()
    assert scene.sim.count() == calls
    scene.settle()
    scene.check_arrived_once(candidate, sent)
    assert not ExportStep.objects.exclude(tries=0).exists()


def test_a_storm_of_503_makes_nobody_twice_and_loses_nobody(scene):
    people = [scene.candidate() for _ in range(6)]
    for carry_out in (False, True):
        options = {"status": 503, "carry_out": carry_out}
        scene.sim.fault("status", match=scene.facts.create, **options)
    for _ in range(4):
        scene.sim.fault("status", match=scene.facts.find, status=503, skip=2)
    scene.sim.fault("status", match=scene.facts.add, status=503, carry_out=True)
    for candidate in people:
        scene.trigger(candidate)
    for _ in range(5):
        scene.work()
        scene.pass_settling_time()
    scene.settle()
    emails = sorted(email for person in scene.people() for email in person["emails"])
    assert emails == sorted(candidate.email for candidate in people)
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}
    assert all(len(person["jobs"]) == 1 for person in scene.people())
