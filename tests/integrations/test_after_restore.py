"""A backup from the middle is brought back: nobody and nothing comes twice."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from candidates.models import OutreachEvent
from integrations import derived, mappings, triggers
from integrations import restore as restore_doubts
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
)
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import JobCandidateFactory
from tests.faults.parts import wait_until

from .backups import back_up, restore
from .fakeats import pass_time
from .scene import only_ashby, only_crelate

pytestmark = pytest.mark.django_db(transaction=True)

EXPORTS, NEVER_SENT = 50, 5
DAY = 86_400


def after_restore() -> str:
    out = StringIO()
    call_command("after_restore", stdout=out)
    assert broken_invariants() == {}
    return out.getvalue()


def go_on(scene) -> None:
    """Let every settling time pass, as often as somebody may be looked for."""
    for _ in range(4):
        pass_time(DAY + 3 * scene.connection.adapter_class.wire.search_lag)
        scene.work()


def arrivals(scene) -> Counter[str]:
    return Counter(person["emails"][0] for person in scene.people())


def held_back(scene, candidates: list[Any]) -> None:
    """Keep some from being sent at all until the backup is back."""
    for candidate in candidates:
        scene.trigger(candidate)
    waiting = ExportStep.objects.filter(candidate__in=candidates)
    waiting.exclude(not_before=None).update(not_before="2100-01-01T00:00:00Z")


def test_a_backup_from_the_middle_makes_nobody_and_nothing_twice(scene, tmp_path):
    people = [scene.candidate() for _ in range(EXPORTS)]
    unsent, sent = people[:NEVER_SENT], people[NEVER_SENT:]
    held_back(scene, unsent)
    for candidate in sent:
        scene.trigger(candidate)
    with scene.working():
        wait_until(
            lambda: AtsPerson.objects.count() >= EXPORTS // 3,
            seconds=60,
            what="the middle",
        )
        back_up(tmp_path / "backup")
    before = scene.untouched()
    assert arrivals(scene) == Counter(candidate.email for candidate in sent)

    restore(tmp_path / "backup")
    assert AtsPerson.objects.count() < len(sent)
    assert "Start the processes now." in after_restore()
    go_on(scene)

    there = arrivals(scene)
    assert set(there.values()) == {1}
    assert there.keys() >= {candidate.email for candidate in sent}
    assert broken_invariants() == {}
    for person in scene.people():
        assert len(person["jobs"]) == 1
        assert len(person["files"]) == scene.connection.adapter_class.sends_resume
        assert len(person["notes"]) <= 1
    states = Counter(Export.objects.values_list("state", flat=True))
    if there.keys() >= {candidate.email for candidate in unsent}:
        assert states == {"sent": EXPORTS}
    else:  # this ATS cannot prove that somebody is not there: each is asked about
        assert states == {"sent": len(sent), "needs_you": NEVER_SENT}
        assert scene.untouched() == before


def test_nothing_starts_before_the_ats_has_settled(scene, tmp_path):
    candidate = scene.dana()
    scene.trigger(candidate)
    back_up(tmp_path / "backup")
    scene.work()
    restore(tmp_path / "backup")
    after_restore()
    calls = scene.sim.count()
    scene.work()
    assert scene.is_resting()
    assert scene.sim.count() == calls


def test_somebody_without_anything_to_look_for_by_is_asked_about(scene, tmp_path):
    candidate = scene.candidate(email="", linkedin_url="", phone="")
    sent = scene.trigger(candidate)
    back_up(tmp_path / "backup")
    scene.work()
    assert len(scene.people()) == 1
    restore(tmp_path / "backup")
    after_restore()
    go_on(scene)
    assert len(scene.people()) == 1
    assert scene.state(sent) == Export.State.NEEDS_YOU


@only_crelate
def test_a_resume_that_was_being_sent_is_not_sent_again(scene, tmp_path):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.work()
    ExportStep.objects.filter(kind="resume").update(state="ready", done_at=None)
    back_up(tmp_path / "backup")
    restore(tmp_path / "backup")
    after_restore()
    go_on(scene)
    scene.check_arrived_once(candidate, sent)
    assert scene.sim.count(scene.facts.resume) == 1


@only_ashby
def test_what_had_failed_is_looked_for_when_somebody_retries(scene, tmp_path):
    candidate = scene.dana()
    scene.sim.fault(
        "status",
        match=scene.facts.create,
        status=200,
        json={"success": False, "errors": ["invalid_input"]},
    )
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.FAILED
    back_up(tmp_path / "backup")
    scene.bob.post(f"/exports/{sent.pk}/retry/")
    scene.work()
    assert scene.state(sent) == Export.State.SENT
    restore(tmp_path / "backup")
    after_restore()
    assert scene.state(sent) == Export.State.FAILED
    pass_time(DAY)
    scene.bob.post(f"/exports/{sent.pk}/retry/")
    go_on(scene)
    scene.check_arrived_once(candidate, sent)
    assert scene.known_by(candidate) == "recovered"


@only_ashby
@pytest.mark.parametrize(
    ("kind", "error"), [("person", "not_sent"), ("resume", "document")]
)
def test_what_failed_before_anything_was_sent_is_looked_for_too(
    scene, tmp_path, kind, error
):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    ExportStep.objects.filter(kind=kind).update(
        state="failed", not_before=None, error_kind=error, error="It could not be done."
    )
    scene.work()
    derived.refresh_exports(scene.connection.pk, candidate.pk)
    assert not ExportStep.objects.get(kind=kind).attempts.exists()
    back_up(tmp_path / "backup")
    restore(tmp_path / "backup")
    after_restore()
    pass_time(DAY)
    scene.bob.post(f"/exports/{sent.pk}/retry/")
    go_on(scene)
    scene.check_arrived_once(candidate, sent)


@only_ashby
def test_a_test_of_the_connection_does_not_end_the_rest(scene, tmp_path):
    """Nor does a reconnection: the breaker was open when the backup was made."""
    scene.trigger(scene.dana())
    AtsConnection.objects.update(
        failures_in_row=5, probe_wait=30, paused_until=clock.now()
    )
    back_up(tmp_path / "backup")
    restore(tmp_path / "backup")
    after_restore()
    scene.reconnect(scene.facts.key)
    scene.connection.refresh_from_db()
    assert scene.is_resting()


def test_a_place_on_a_job_that_was_forgotten_is_not_taken_twice(
    bench, ats, dana, job, bob
):
    """The ATS does not tell who is on a job, and the outreach tool sends events anew."""
    bench.adapter.is_on_job = lambda *_: None
    triggers.request_export(connection=bench.connection, candidate=dana, by=bob)
    bench.run()
    restore_doubts.doubt_everything()
    pass_time(DAY)
    mappings.save_mapping(
        job=job,
        connection=bench.connection,
        trigger="replied",
        ats_job_id="job-1",
        by=bob,
    )
    JobCandidateFactory(job=job, candidate=dana).record(OutreachEvent.Kind.REPLIED)
    bench.run()
    assert ats.links == []
    question = Decision.objects.get(choice="")
    assert "may be on it already" in question.question


@only_ashby
def test_two_rows_of_one_human_still_make_one_person(scene, tmp_path):
    first, second = scene.dana(), scene.dana(linkedin_url="")
    for candidate in (first, second):
        scene.trigger(candidate)
    back_up(tmp_path / "backup")
    scene.work()
    scene.settle()
    assert len(scene.people()) == 1
    restore(tmp_path / "backup")
    after_restore()
    go_on(scene)
    person = scene.person()
    assert (len(person["files"]), len(person["jobs"])) == (1, 1)
    assert len(set(AtsPerson.objects.values_list("person_id", flat=True))) == 1


@only_ashby
def test_an_open_question_is_asked_anew_about_who_is_there_by_then(scene, tmp_path):
    candidate = scene.dana(linkedin_url="https://www.linkedin.com/in/dana-x")
    ids = [scene.add(candidate, linkedin_url="")["id"]]
    ids.append(scene.add(candidate, email="d@example.org")["id"])
    sent = scene.trigger(candidate)
    scene.work()
    assert scene.state(sent) == Export.State.NEEDS_YOU
    back_up(tmp_path / "backup")
    scene.answer("create")
    scene.work()
    assert len(scene.people()) == 3
    restore(tmp_path / "backup")
    after_restore()
    go_on(scene)
    assert len(scene.people()) == 3
    assert len(Decision.objects.get(choice="").shown) == 3


@only_ashby
def test_run_twice_it_only_begins_the_waiting_anew(scene, tmp_path):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    back_up(tmp_path / "backup")
    scene.work()
    restore(tmp_path / "backup")
    for _ in range(2):
        after_restore()
    assert set(ExportAttempt.objects.values_list("number", flat=True)) == {1}
    assert IdentityClaim.objects.count() == 2
    go_on(scene)
    scene.check_arrived_once(candidate, sent)
