"""Added to outreach, people are looked for in TrackerRMS at once, and only looked for."""

from __future__ import annotations

import pytest

from candidates.models import OutreachEvent
from integrations import mappings, outreach_check
from integrations.adapters import Trigger
from integrations.findings import finding_of
from integrations.models import DuplicateCheck, Export
from pinsync import clock
from tests.factories import JobCandidateFactory, JobFactory

from .scene import Scene, only_trackerrms

pytestmark = [pytest.mark.django_db(transaction=True), only_trackerrms]

READS = ("/search", "/pagedsearch", "/checkperson", "/getrecords", "/exchangetoken")


@pytest.fixture
def position(acme, scene, bob):
    job = JobFactory(organization=acme)
    mappings.save_mapping(
        job=job, connection=scene.connection, trigger=Trigger.REPLIED, by=bob
    )
    return job


def looked_for(scene: Scene, position, **fields: str) -> str:
    """Add somebody to outreach, and return what is said of the early look."""
    candidate = scene.dana(**fields)
    before = scene.untouched()
    row = JobCandidateFactory(job=position, candidate=candidate)
    row.record(OutreachEvent.Kind.ADDED)
    outreach_check.check_due()
    assert scene.untouched() == before
    posts = [r["path"] for r in scene.sim.requests() if r["method"] == "POST"]
    writes = [path for path in posts if not path.lower().endswith(READS)]
    assert len(writes) == scene.sim.count(scene.facts.create)  # those made by hand
    assert not Export.objects.exists()
    found = finding_of(scene.standing(candidate), clock.now())
    assert found
    return found.sentence


def test_nobody_alike_is_said(scene, position):
    words = looked_for(scene, position)
    assert words.startswith("Nobody like Dana Example was found in TrackerRMS")


def test_the_same_full_name_is_said_to_need_an_answer(scene, position):
    scene.add(scene.dana(email="other@example.org", linkedin_url=""))
    words = looked_for(scene, position, linkedin_url="")
    assert words == (
        "TrackerRMS has someone with this full name: Dana Example. An export will ask "
        "you first."
    )
    assert DuplicateCheck.objects.get().answer == "ask"


def test_the_same_email_is_said_to_be_linked(scene, position):
    scene.add(scene.dana())
    words = looked_for(scene, position)
    assert "TrackerRMS has someone with this email, LinkedIn profile and full" in words
    assert "An export will link to that record" in words
    assert DuplicateCheck.objects.get().answer == "link"


def test_a_name_that_only_looks_alike_is_nobody(scene, position):
    words = looked_for(
        scene, position, first_name="Steve", last_name="Lu", email="s@lu.example"
    )
    assert words.startswith("Nobody like Steve Lu was found in TrackerRMS")
