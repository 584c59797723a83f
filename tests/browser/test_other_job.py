"""A closed ATS job in a browser: from the list to another one, and sent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from candidates.models import Kind
from integrations import connections, job_picker, mappings
from integrations.models import Export
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.integrations.scene import Scene

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_redis"),
]

WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def scene(acme, alice, bob, crelate_sim):
    """Dana is in Crelate, but not on the job of the setting: it is gone."""
    crelate = connections.connect(
        organization=acme,
        vendor="crelate",
        credentials={"api_key": "demo-crelate-key"},
        by=alice,
    )
    scene = Scene(crelate_sim, crelate, {"alice": None, "bob": None})
    job = JobFactory(organization=acme, title="Controls Engineer")
    ats_job = job_picker.chosen(crelate, scene.jobs[0])
    mappings.save_mapping(
        job=job,
        connection=crelate,
        trigger="added",
        ats_job_id=ats_job.id,
        ats_job_name=job_picker.name_of(ats_job),
        by=bob,
    )
    dana = CandidateFactory(organization=acme, first_name="Dana", last_name="Example")
    JobCandidateFactory(job=job, candidate=dana).record(Kind.ADDED)
    crelate_sim.remove("job", scene.jobs[0])
    scene.work()
    return scene


@pytest.mark.parametrize("width", [1280, 400])
def test_another_job_is_chosen_from_the_list(open_page, bob, scene, width):
    page = open_page(bob, "/exports/", width=width)
    assert page.evaluate(WIDE) <= 0
    page.get_by_role("link", name="Choose another job for Dana Example").click()
    expect(page.get_by_role("heading", name="Another job for Dana")).to_be_visible()
    expect(page.get_by_text("Choose another one.")).to_be_visible()
    expect(page.get_by_text("for Dana Example only")).to_be_visible()
    assert page.evaluate(WIDE) <= 0
    page.get_by_role("combobox", name="Crelate job").fill("e")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Put on this job").click()
    expect(page.get_by_text(re.compile("Dana Example goes onto “"))).to_be_visible()
    scene.work()
    page.reload()
    expect(page.get_by_role("link", name="Choose another job")).to_have_count(0)
    assert Export.objects.get().state == Export.State.SENT
    assert len(scene.people()) == 1
    assert page.complaints == []
