"""The whole path while a key is refused, the vendor or Redis is away, Alice leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import rq

from integrations import connections, dispatcher
from integrations.models import AtsConnection, AtsPerson, Decision, Export
from integrations.verify import broken_invariants
from tests.faults.parts import wait_until

from .scene import Scene, by_email_or_linkedin, only_ashby

pytestmark = pytest.mark.django_db(transaction=True)


# --- The key ----------------------------------------------------------------------


# JobAdder has no form: people sign in there.
@pytest.mark.parametrize("vendor", ["ashby", "crelate", "trackerrms"])
def test_a_wrong_key_is_refused_on_the_form_and_nothing_is_stored(scene, acme, alice):
    connections.disconnect(scene.connection, by=alice)
    url = f"/settings/ats/connect/{scene.connection.vendor}/"
    reply = scene.alice.post(url, scene.credentials("wr0ng"))
    page = " ".join(reply.content.decode().split())
    assert re.search(
        f"{scene.label} does not accept this [^.]+. Nothing was saved", page
    )
    assert "wr0ng" not in page
    assert not AtsConnection.objects.live().exists()


REFUSES = r"{0} (does not accept the |has ended the sign-in: )"


def test_a_revoked_key_parks_and_all_goes_on_after_reconnecting(scene):
    candidate = scene.dana()
    scene.sim.revoke(scene.facts.key)
    before = scene.connection.connected_at
    sent = scene.trigger(candidate)
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    for text in (scene.sentence(candidate), scene.page(candidate)):
        assert re.search(REFUSES.format(scene.label), text)
    assert scene.state(sent) == Export.State.WAITING
    scene.grant("a-new-key")
    page = scene.reconnect("a-new-key")
    assert "is connected again. What waited goes on by itself." in page
    scene.work()
    scene.check_arrived_once(candidate, sent)
    scene.connection.refresh_from_db()
    assert scene.connection.connected_at == before


def test_a_key_revoked_between_person_and_job_loses_neither(scene):
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.sim.fault("revoke_key", match=scene.facts.add)
    scene.work()
    assert len(scene.people()) == 1
    assert scene.badge(candidate).is_there
    scene.grant("a-new-key")
    scene.reconnect("a-new-key")
    scene.work()
    scene.check_arrived_once(candidate, sent)


@only_ashby
def test_a_key_that_may_not_write_is_named_and_goes_on_once_it_may(scene):
    scene.sim.grant(scene.facts.key, scene.facts.may)
    page = scene.administer("test")
    assert "Connected, permission missing" in scene.read_settings()
    assert "Candidates: write" in page
    assert "Missing" in page
    candidate = scene.dana()
    sent = scene.press(candidate)
    scene.work()
    assert scene.sentence(candidate) == (
        "The Ashby API key lacks the permission Candidates: write. Add it in Ashby "
        "under Admin > Integrations > API Keys, then test the connection."
    )
    scene.settle()
    assert scene.people() == []
    scene.sim.grant(scene.facts.key)
    assert "the connection works" in scene.administer("test")
    scene.work()
    scene.check_arrived_once(candidate, sent)


# --- The vendor is away -----------------------------------------------------------


@contextmanager
def down(scene: Scene) -> Iterator[None]:
    """Stop the simulator; start it on the same port afterwards."""
    port = scene.sim.port
    scene.sim.server.stop()
    yield
    again = scene.sim.simulator.start(port)
    scene.sim.server = again.server  # the fixture stops this one


def test_a_vendor_that_is_down_is_tried_again(scene):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    with down(scene):
        scene.work()
        assert scene.state(sent) == Export.State.WAITING
        words = scene.sentence(candidate)
        assert words.startswith(f"{scene.label} could not be reached at 127.0.0.1.")
        assert "Next try at" in words
    scene.settle()
    scene.check_arrived_once(candidate, sent)


def test_a_long_outage_opens_the_breaker_and_loses_nobody(scene):
    people = [scene.candidate() for _ in range(7)]
    for candidate in people:
        scene.trigger(candidate)
    with down(scene):
        scene.work()
        scene.connection.refresh_from_db()
        assert scene.connection.probe_wait > 0
        assert "Goes on at" in scene.sentence(people[0])
    scene.settle()
    scene.settle()
    assert len(scene.people()) == 7
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}


# --- Redis, and disconnecting -------------------------------------------------------


@only_ashby
def test_without_redis_the_button_answers_and_the_dispatcher_catches_up(
    scene, monkeypatch, redis, redis_server
):
    monkeypatch.undo()
    monkeypatch.setenv("ASHBY_URL", scene.sim.url)
    candidate = scene.dana()
    redis_server.kill()
    sent = scene.press(candidate)
    assert scene.badge(candidate).words == "Waiting"
    assert "Goes to Ashby within seconds." in scene.page(candidate)
    dispatcher.tick()  # nor does it mind
    redis_server.start()
    wait_until(lambda: ticks_and_wakes(redis), seconds=20, what="both wakes")
    scene.work()
    scene.check_arrived_once(candidate, sent)


def ticks_and_wakes(redis) -> bool:
    dispatcher.tick()
    queues = (rq.Queue(name, connection=redis) for name in ("exports", "documents"))
    return all(queue.count == 1 for queue in queues)


@pytest.fixture
def patient(monkeypatch):
    """Give calls time enough, so that a busy machine cannot decide the outcome."""
    monkeypatch.setattr("integrations.http.CALL_DEADLINE", 1_000)


def test_disconnecting_while_a_worker_is_inside_the_create(scene, alice, patient):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.sim.fault("delay", match=scene.facts.create, ms=1_200)
    with scene.working():
        wait_until(scene.people, seconds=20, what="the create")
        connections.disconnect(scene.connection, by=alice)
    assert broken_invariants() == {}
    assert scene.badge(candidate).is_there  # what was under way has ended well
    before = scene.untouched()
    dispatcher.tick()
    scene.work()
    assert scene.untouched() == before
    assert scene.person()["jobs"] == []
    assert scene.state(sent) == Export.State.CANCELLED
    assert sent.cancel_reason == "disconnected"


@by_email_or_linkedin
def test_disconnecting_while_a_worker_looks_up_sends_nothing(scene, alice, patient):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.sim.fault("delay", match=scene.facts.find, ms=1_200)
    with scene.working():
        wait_until(lambda: scene.sim.count(scene.facts.find), seconds=20, what="it")
        connections.disconnect(scene.connection, by=alice)
    assert broken_invariants() == {}
    assert scene.people() == []
    assert scene.state(sent) == Export.State.CANCELLED
    assert not Decision.objects.exists()


@by_email_or_linkedin
def test_a_key_changed_while_the_worker_has_the_old_one_is_not_parked(scene, patient):
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.grant("a-new-key")
    scene.sim.fault("delay", match=scene.facts.create, ms=1_200)
    with scene.working():
        wait_until(scene.people, seconds=20, what="the create")
        scene.reconnect("a-new-key")
        scene.sim.revoke(scene.facts.key)
    scene.work()
    scene.connection.refresh_from_db()
    assert scene.connection.state == "connected"
    scene.check_arrived_once(candidate, sent)


def test_what_was_unclear_is_looked_up_when_the_same_account_returns(
    scene, acme, alice
):
    known = scene.candidate(email="known@example.com")
    scene.trigger(known)  # by whom the account is known again
    scene.work()
    candidate = scene.dana()
    sent = scene.trigger(candidate)
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    scene.work()
    connections.disconnect(scene.connection, by=alice)
    scene.settle()
    assert scene.state(sent) == Export.State.EXPORTING
    assert not AtsPerson.objects.filter(candidate=candidate).exists()
    before = scene.connection
    scene.connect()
    assert scene.connection == before
    scene.settle()
    person = scene.arrived(candidate)
    assert scene.jobs_of(person) == [scene.jobs[0]]
    assert len(person["files"]) == len(scene.resumes())
    assert scene.state(sent) == Export.State.SENT
