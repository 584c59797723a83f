"""Sequences that could lose somebody, send something twice, or wait for ever.

Each was a suspicion when the ledger was read with a bad eye.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections as databases

from integrations import (
    breaker,
    connections,
    decisions,
    dependents,
    derived,
    dispatcher,
    drainer,
    timing,
)
from integrations.adapters import Account
from integrations.errors import (
    AlreadyThere,
    BadCredentials,
    MissingPermission,
    NotSent,
)
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportStep,
    IdentityClaim,
)
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory

from .fakeats import Bench, pass_time

pytestmark = pytest.mark.django_db(transaction=False)


def step(candidate, kind) -> ExportStep:
    return ExportStep.objects.get(candidate=candidate, kind=kind)


def state(export) -> str:
    export.refresh_from_db()
    return export.state


@pytest.fixture(autouse=True)
def invariants_hold(db):
    yield
    assert broken_invariants() == {}


# --- A resume that was accepted ------------------------------------------------------


@pytest.fixture
def slow_reader(connection, ats, ready_resume):
    bench = Bench(connection, ats, resume_appears_within=60.0)
    bench.adapter.has_resume = lambda *a: bench.adapter._meet("has_resume") or False
    return bench


@pytest.mark.parametrize("fault", ["down", "busy", "html", "crash", "bad key"])
def test_an_accepted_resume_is_not_sent_again_because_a_look_failed(
    fault, dana, connection, export, slow_reader, ats
):
    sent = export(dana)
    slow_reader.run()
    ats.fail["has_resume"] = [fault]
    slow_reader.pass_time(4)
    slow_reader.run()
    AtsConnection.objects.update(state="connected", trouble="")
    for _ in range(4):
        slow_reader.settle()
    assert len(ats.resumes) == 1
    assert state(sent) == Export.State.FAILED
    assert "accepted the resume of Dana Example but" in step(dana, "resume").error


# --- Asked for again -----------------------------------------------------------------


def test_pressed_again_after_a_failure_it_goes_again(dana, export, bench, ats):
    ats.fail["create"] = ["invalid"]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.FAILED
    export(dana)
    bench.run()
    assert state(sent) == Export.State.SENT
    assert len(ats.people) == 1


def test_a_decision_outlives_a_missing_permission(
    dana, connection, export, bench, ats, bob
):
    other = ats.add("Robert Miller", emails=("dana@example.com",))
    sent = export(dana)
    bench.run()
    ats.fail["person"] = ["no right"]
    decisions.decide(Decision.objects.get(), choice="link", person_id=other.id, by=bob)
    bench.run()
    assert step(dana, "person").not_before is None
    connections._release(connection, clock.now())  # what a passed test does
    bench.run()
    assert Decision.objects.count() == 1
    assert AtsPerson.objects.get().known_by == "decided"
    assert state(sent) == Export.State.SENT


# --- Nobody wakes it -----------------------------------------------------------------


def test_what_waits_for_a_person_who_is_known_is_woken(dana, export, bench, ats):
    """A second job asked for in the moment in which the person became known."""
    export(dana, "job-1")
    second = export(dana, "job-2")
    ExportStep.objects.filter(ats_job_id="job-2").update(state="cancelled")
    bench.run()
    ExportStep.objects.filter(ats_job_id="job-2").update(state="ready", not_before=None)
    derived.refresh_exports(second.connection_id, dana.pk)
    Export.objects.filter(pk=second.pk).update(state="exporting", cancel_reason="")
    bench.run()
    assert state(second) == Export.State.EXPORTING
    dependents.release_forgotten()
    bench.run()
    assert state(second) == Export.State.SENT
    assert len(ats.links) == 2


def test_what_lacks_a_permission_is_not_woken_by_the_repair(dana, export, bench, ats):
    ats.fail["add_to_job"] = ["no right"]
    export(dana)
    bench.run()
    dependents.release_forgotten()
    assert step(dana, "job_link").not_before is None


def test_a_drain_does_not_call_for_another_while_all_rests(
    dana, connection, export, monkeypatch, ready_resume
):
    woken = []
    monkeypatch.setattr(drainer, "wake", lambda: woken.append(1))
    monkeypatch.setattr(drainer.Drainer, "run", lambda self: None)
    monkeypatch.setattr(databases, "close_all", lambda: None)
    export(dana)
    AtsConnection.objects.update(state="parked")
    drainer.drain()
    assert woken == []
    AtsConnection.objects.update(state="connected")
    drainer.drain()
    assert woken == [1]


# --- The breaker and the key ---------------------------------------------------------


@pytest.fixture
def broken(acme, connection, export, bench, ats):
    """The breaker is open, and it is time to probe."""
    ats.fail["find"] = ["down"] * 5
    sent = [
        export(CandidateFactory(organization=acme, email=f"n{n}@example.com"))
        for n in range(5)
    ]
    bench.run()
    pass_time(31)
    return sent


def test_a_key_refused_by_the_probe_parks_the_connection(
    broken, connection, bench, ats
):
    ats.fail["ping"] = ["bad key"]
    bench.run()
    connection.refresh_from_db()
    assert (connection.state, connection.trouble) == (
        "parked",
        "The ATS refused the API key.",
    )


def test_a_probe_that_may_not_read_has_been_answered(broken, bench, ats):
    ats.fail["ping"] = ["no right"]
    bench.pass_time(60)
    bench.run()
    assert len(ats.people) == 5


def still_down():
    raise NotSent("The ATS cannot be reached.")


def test_a_connection_proven_anew_does_not_wait_for_the_breaker(
    broken, connection, bench, ats, alice, monkeypatch
):
    assert not breaker.probe(connection, still_down)
    connection.refresh_from_db()
    connections._store_proof(connection, Account(id=None, name="Acme"))
    bench.pass_time(12)
    bench.run()
    assert ats.people


def test_the_old_key_does_not_park_the_new_one(dana, connection, export, bench, ats):
    def reconnected_meanwhile():
        row = AtsConnection.objects.get()
        row.set_credentials({"api_key": "a-new-key"})
        row.save()
        raise BadCredentials("The ATS refused the API key.")

    ats.fail["find"] = [reconnected_meanwhile]
    sent = export(dana)
    line = bench.run()
    assert not line.open  # it works with the old key: somebody else must go on
    connection.refresh_from_db()
    assert connection.state == "connected"
    bench.run()
    assert state(sent) == Export.State.SENT


# --- Taken down ----------------------------------------------------------------------


def test_what_is_put_back_while_disconnecting_is_cancelled_as_that(
    dana, connection, export, bench, ats, alice
):
    def disconnect():
        connections.disconnect(connection, by=alice)
        raise MissingPermission("The key may not do that.")

    ats.fail["create"] = [disconnect]
    sent = export(dana)
    bench.run()
    assert state(sent) == Export.State.CANCELLED
    assert sent.cancel_reason == "disconnected"


def test_a_person_created_while_disconnecting_is_known_and_gets_no_more(
    dana, connection, export, bench, ats, alice
):
    ats.fail["create"] = [lambda: connections.disconnect(connection, by=alice)]
    sent = export(dana)
    bench.run()
    assert AtsPerson.objects.get(candidate=dana).known_by == "created"
    assert not ExportStep.objects.due(clock.now()).exists()
    assert (ats.links, ats.resumes, ats.notes) == ([], [], [])
    assert state(sent) == Export.State.CANCELLED
    assert sent.cancel_reason == "disconnected"


def test_a_job_that_was_never_sent_is_not_called_sent(
    dana, connection, export, bench, ats, alice
):
    ats.fail["attach_resume"] = ["lost"]
    ats.fail["add_to_job"] = ["down"]
    sent = export(dana)
    bench.run()
    connections.disconnect(connection, by=alice)
    AtsConnection.objects.update(state="connected")
    bench.settle()
    assert len(ats.resumes) == 1
    assert ats.links == []
    assert state(sent) == Export.State.CANCELLED


def test_disconnecting_shows_at_once_that_nothing_more_will_come(
    dana, connection, export, bench, ats, alice
):
    ats.fail["attach_resume"] = ["down"]
    sent = export(dana)
    bench.run()
    connections.disconnect(connection, by=alice)
    assert state(sent) == Export.State.SENT
    assert step(dana, "resume").state == "cancelled"


def test_disconnecting_lets_go_of_the_identities_of_what_it_cancels(
    dana, connection, export, bench, ats, alice, bob
):
    ats.fail["create"] = ["unclear", "busy"]
    export(dana)
    bench.run()
    bench.settle()  # absent twice, and the repetition is surely refused
    assert IdentityClaim.objects.exists()
    connections.disconnect(connection, by=alice)
    assert not IdentityClaim.objects.exists()
    assert not ExportStep.objects.due(clock.now()).exists()


def test_disconnecting_forgets_nobody_who_may_be_there(
    dana, connection, export, bench, ats, alice, bob
):
    ats.fail["create"] = ["unclear"] * (1 + timing.REPEATS)
    export(dana)
    bench.run()
    for _ in range(4 + 2 * timing.REPEATS):
        bench.settle()
    decisions.decide(Decision.objects.get(), choice="create", by=bob)
    connections.disconnect(connection, by=alice)
    assert IdentityClaim.objects.exists()
    assert not ExportStep.objects.due(clock.now()).exists()
    assert broken_invariants() == {}


# --- Two rows of one human -----------------------------------------------------------


def twin(dana):
    return CandidateFactory(
        organization=dana.organization,
        first_name="Dana",
        last_name="Example",
        email=dana.email,
        linkedin_url="",
    )


def test_two_rows_of_one_human_make_one_application(dana, export, bench, ats):
    other = twin(dana)
    ats.fail["add_to_job"] = ["down"]
    export(dana)
    bench.run()  # the person is there, the job is to be tried again in ten seconds
    export(other)
    bench.run()  # the other row shares the person and puts them on the job
    assert len(ats.links) == 1
    bench.pass_time(13)
    bench.run()
    assert len(ats.links) == 1


def test_a_place_on_the_job_that_was_skipped_is_free_for_the_other_row(
    dana, export, bench, ats, bob
):
    bench.adapter.is_on_job = lambda *a: None  # it cannot tell
    ats.fail["add_to_job"] = ["unclear"]
    export(dana)
    bench.run()
    bench.settle()
    decisions.decide(Decision.objects.get(), choice="skip", by=bob)
    sent = export(twin(dana))
    bench.run()
    assert (state(sent), ats.links) == (Export.State.NEEDS_YOU, [])
    decisions.decide(Decision.objects.get(choice=""), choice="repeat", by=bob)
    bench.run()
    assert len(ats.links) == 1
    assert state(sent) == Export.State.SENT


@pytest.mark.parametrize(
    ("choice", "links", "outcome"),
    [("done", 0, "sent"), ("repeat", 1, "sent"), ("skip", 0, "sent")],
)
def test_who_was_there_is_put_on_a_job_that_nobody_can_read_by_a_recruiter_only(
    dana, export, bench, ats, bob, choice, links, outcome
):
    bench.adapter.is_on_job = lambda *a: None  # it cannot tell
    ats.add("Dana Example", emails=("dana@example.com",))
    sent = export(dana)
    bench.run()
    assert (state(sent), ats.links) == (Export.State.NEEDS_YOU, [])
    question = Decision.objects.get()
    assert question.question == (
        "Ashby does not tell who is on this job, and Dana Example may be on it already. "
        "Look there before they are added."
    )
    decisions.decide(question, choice=choice, by=bob)
    bench.run()
    assert len(ats.links) == links
    assert state(sent) == outcome


def test_whom_we_created_goes_onto_a_job_that_nobody_can_read(dana, export, bench, ats):
    bench.adapter.is_on_job = lambda *a: None  # it cannot tell
    ats.fail["add_to_job"] = ["busy"]
    sent = export(dana)
    bench.run()
    bench.pass_time(3600)
    bench.run()
    assert len(ats.links) == 1
    assert state(sent) == Export.State.SENT


def test_somebody_taken_off_the_job_is_not_waited_for_for_ever(
    dana, export, bench, ats
):
    export(dana)
    bench.run()
    ats.links.clear()  # a colleague did that in the ATS
    sent = export(twin(dana))
    for _ in range(3):
        bench.settle()
    assert state(sent) == Export.State.SENT
    assert ats.links == []


# --- Ours or theirs ------------------------------------------------------------------


def test_a_refusal_is_recorded_before_anything_else_is_asked(dana, export, bench, ats):
    """A worker that dies after the vendor's no leaves no doubt: nothing was created."""
    there = ats.add("Dana Example", emails=("dana@example.com",))
    ats.hidden.add(there.id)
    ats.fail["create"] = [AlreadyThere("Duplicate.", person_id=there.id)]

    def die():
        raise KeyboardInterrupt

    ats.fail["person"] = [die]
    sent = export(dana)
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    ats.hidden.clear()
    pass_time(3_600)
    dispatcher.sweep()
    bench.settle()
    assert AtsPerson.objects.get().known_by == "linked"
    assert ats.resumes == []
    assert state(sent) == Export.State.SENT


def test_a_repeat_refused_because_the_first_was_saved_after_all_is_ours(
    dana, export, bench, ats
):
    real = ats.add
    ats.add = lambda *a, **k: (real(*a, **k), ats.hidden.add(f"p{len(ats.people)}"))[0]
    ats.fail["create"] = ["lost"]
    sent = export(dana)
    bench.run()
    ats.fail["create"] = [AlreadyThere("Duplicate.", person_id="p1")]
    bench.settle()
    bench.settle()
    assert len(ats.people) == 1
    assert AtsPerson.objects.get().known_by == "recovered"
    assert len(ats.resumes) == 1
    assert state(sent) == Export.State.SENT


# --- Too slow ------------------------------------------------------------------------


def test_a_vendor_that_is_too_slow_is_asked_later_and_it_is_said(
    dana, export, bench, ats, monkeypatch
):
    with monkeypatch.context() as slow:
        slow.setattr(timing, "lookup_age", lambda: timedelta(seconds=-1))
        sent = export(dana)
        bench.run()
    waiting = step(dana, "person")
    assert (waiting.state, waiting.tries, ats.people) == ("ready", 1, {})
    assert waiting.error == (
        "Ashby answers so slowly that nothing could be sent. "
        "PinSync tries again by itself."
    )
    bench.settle()
    assert state(sent) == Export.State.SENT
