"""What was ever unclear is looked at again, later: two people made of one are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations import dispatcher, later_looks
from integrations.models import AtsConnection, AtsPerson, ExportStep, LaterLook
from integrations.verify import broken_invariants
from pinsync import clock

from .scene import only_ashby, only_crelate

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = 3_600, 86_400


def pass_looks(seconds: float) -> None:
    """Let that much (scaled) time pass for the later looks."""
    by = clock.period(seconds)
    for look in LaterLook.objects.exclude(due_at=None):
        assert look.due_at
        LaterLook.objects.filter(pk=look.pk).update(
            due_at=look.due_at - by, unclear_at=look.unclear_at - by
        )


def look(scene) -> LaterLook:
    later_looks.look_due()
    return LaterLook.objects.get()


@pytest.fixture
def lost(scene):
    """Somebody whose create was carried out and not answered, found again since."""
    candidate = scene.dana()
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert len(scene.people()) == 1
    return candidate


@pytest.fixture
def made_twice(scene):
    """Somebody whom the vendor took in after two looks had proven their absence.

    When it does is left to the test, not to a clock.
    """
    candidate = scene.dana()
    scene.sim.fault("drop_before", match=scene.facts.create)
    scene.trigger(candidate)
    scene.work()
    scene.settle()
    assert len(scene.people()) == 1
    scene.add(candidate)  # the first create, at last
    assert len(scene.people()) == 2
    return candidate


def test_what_was_clear_is_not_looked_at_again(scene):
    scene.trigger(scene.dana())
    scene.work()
    assert not LaterLook.objects.exists()


def test_an_unclear_one_is_looked_at_after_an_hour_and_after_a_day(scene, lost):
    calls = scene.sim.count()
    assert look(scene).looks == 0
    assert scene.sim.count() == calls
    pass_looks(HOUR)
    assert look(scene).looks == 1
    assert scene.sim.count() > calls
    pass_looks(HOUR)
    assert look(scene).looks == 1
    pass_looks(DAY)
    done = look(scene)
    assert (done.looks, done.due_at, done.twice_at) == (2, None, None)
    assert "Merge them" not in scene.sentence(lost)


@only_ashby
def test_who_was_merged_into_another_is_not_there_twice(scene, lost):
    there = scene.people()[0]
    AtsPerson.objects.update(person_id=there["id"][:-4] + "0000")
    pass_looks(HOUR)
    done = look(scene)
    assert (done.looks, done.twice_at) == (1, None)
    assert "Merge them" not in scene.sentence(lost)


# The others refuse an email twice, however late.
@pytest.mark.parametrize("vendor", ["ashby", "kortivity"])
def test_somebody_taken_in_too_late_is_told(scene, made_twice):
    before = scene.untouched()
    pass_looks(HOUR)
    found = look(scene)
    assert {row["person_id"] for row in found.found} == {
        person["id"] for person in scene.people()
    }
    words = (
        f"{scene.label} has 2 people who are Dana Example: it took in late what it had "
        f"not clearly answered. Merge them in {scene.label}."
    )
    assert scene.sentence(made_twice).endswith(words)
    assert words in scene.page(made_twice)
    assert words in scene.read("/exports/")
    assert scene.untouched() == before
    assert broken_invariants() == {}


@only_ashby
def test_it_is_told_once_and_again_only_when_another_appears(scene, made_twice):
    pass_looks(HOUR)
    first = look(scene)
    LaterLook.objects.update(seen_to_at=clock.now())
    pass_looks(DAY)
    second = look(scene)
    assert (second.twice_at, second.looks) == (first.twice_at, 2)
    assert second.seen_to_at is not None

    scene.add(made_twice)
    LaterLook.objects.update(due_at=clock.now())
    assert look(scene).seen_to_at is None


@only_ashby
def test_whom_a_recruiter_saw_and_declared_another_is_not_told(scene):
    candidate = scene.dana(linkedin_url="https://www.linkedin.com/in/dana-x")
    scene.add(candidate, linkedin_url="")
    scene.add(candidate, email="d@example.org")
    scene.trigger(candidate)
    scene.work()
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    scene.answer("create")
    scene.work()
    scene.settle()
    assert len(scene.people()) == 3
    pass_looks(HOUR)
    assert look(scene).twice_at is None


@only_crelate
def test_while_the_engine_is_at_it_the_look_waits(scene):
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    scene.trigger(scene.dana())
    scene.work()
    pass_looks(HOUR)
    calls = scene.sim.count()
    waiting = look(scene)
    assert (waiting.looks, scene.sim.count()) == (0, calls)
    assert waiting.due_at
    assert waiting.due_at > clock.now()


@only_ashby
@pytest.mark.parametrize("fault", ["status", "drop_before"])
def test_a_look_that_brings_no_answer_is_taken_later(scene, lost, fault):
    options = {"status": 500} if fault == "status" else {}
    scene.sim.fault(fault, match=scene.facts.find, **options)
    pass_looks(HOUR)
    failed = look(scene)
    assert (failed.looks, failed.tries) == (0, 1)
    pass_looks(HOUR)
    assert look(scene).looks == 1


@only_ashby
def test_a_vendor_that_asks_for_patience_gets_it(scene, lost):
    options = {"status": 429, "headers": {"Retry-After": "3000"}}
    scene.sim.fault("status", match=scene.facts.find, **options)
    pass_looks(HOUR)
    asked = look(scene)
    assert (asked.looks, asked.tries) == (0, 0)
    assert scene.is_resting()
    assert not later_looks.is_due()


@only_ashby
def test_a_connection_that_needs_a_credential_is_looked_at_afterwards(scene, lost):
    AtsConnection.objects.update(state="parked")
    pass_looks(HOUR)
    assert not later_looks.is_due()
    AtsConnection.objects.update(state="connected")
    assert look(scene).looks == 1


@only_ashby
def test_a_worker_that_dies_meanwhile_leaves_the_look_to_another(scene, lost):
    pass_looks(HOUR)
    claimed = later_looks._claim_next()
    assert claimed
    assert later_looks._claim_next() is None
    pass_looks(HOUR)
    assert look(scene).looks == 1


@only_ashby
def test_somebody_who_is_unclear_once_more_is_looked_at_from_then_on(scene, lost):
    pass_looks(HOUR)
    assert look(scene).looks == 1
    ExportStep.objects.filter(kind="person").update(
        state="sending", intent_at=clock.now() - timedelta(hours=1)
    )
    assert dispatcher.sweep() == 1
    assert LaterLook.objects.get().looks == 0
    scene.settle()
