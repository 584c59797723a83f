"""The breaker over real sockets: who may call once the fifth failure is recorded.

Thirty-two threads of a real drainer are in the midst of a call, which the vendor holds.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from integrations import breaker, connections, directory, drainer, timing
from integrations.drainer import Drainer
from integrations.models import AtsConnection, Export
from tests.faults.parts import wait_until

from .crowd import THREADS, crowd, row, widen
from .fakeats import pass_time
from .holding import holding
from .scene import Scene, only_ashby, only_trackerrms

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
]

FIFTH = timing.BREAKER_FAILURES


@pytest.fixture(autouse=True)
def _wide(monkeypatch, settings) -> None:
    widen(monkeypatch, settings)


def is_open(scene: Scene) -> bool:
    return row(scene).probe_wait > 0


def states() -> set[str]:
    return set(Export.objects.values_list("state", flat=True))


def test_no_call_starts_after_the_fifth_failed_read_was_recorded(scene):
    people = crowd(scene)
    scene.sim.fault("status", status=500, times=FIFTH)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(THREADS)
        hold.let(FIFTH)
        wait_until(lambda: is_open(scene), seconds=60, what="the breaker to open")
        assert hold.waiting == THREADS - FIFTH  # of each the next call would follow
        hold.let_all()
    assert len(hold.arrived) == THREADS
    assert is_open(scene)  # what ended well had begun before
    assert scene.people() == []
    assert "Goes on at" in scene.sentence(people[0])


def test_no_call_starts_after_the_fifth_failed_write_was_recorded(scene):
    crowd(scene)
    scene.sim.fault("status", match=scene.facts.create, status=500, times=FIFTH)
    with holding(scene.sim, scene.facts.create) as hold, scene.working():
        hold.wait_for(THREADS)
        before = scene.sim.count()
        hold.let(FIFTH)
        wait_until(lambda: is_open(scene), seconds=60, what="the breaker to open")
        hold.let_all()
    # The writes in flight ended, and ended well; nothing followed them.
    assert len(hold.arrived) == THREADS
    assert scene.sim.count() == before + THREADS
    assert len(scene.people()) == THREADS - FIFTH
    assert is_open(scene)
    pass_time(timing.PROBE_FIRST)
    for _ in range(3):
        scene.settle()
    assert states() == {"sent"}
    assert len(scene.people()) == THREADS


def fail_elsewhere(scene: Scene) -> None:
    for _ in range(FIFTH):
        breaker.count_failure(scene.connection)


def rest_elsewhere(scene: Scene) -> None:
    breaker.pause(scene.connection, timedelta(hours=1))


def park_elsewhere(scene: Scene) -> None:
    breaker.park(scene.connection, kind="bad_credentials", sentence="Refused.")


@only_trackerrms  # which is asked several things before anything is sent
@pytest.mark.parametrize("happens", [fail_elsewhere, rest_elsewhere, park_elsewhere])
def test_what_another_process_records_holds_at_the_next_call(
    scene, happens, monkeypatch
):
    monkeypatch.setattr(drainer, "RENEW_EVERY", 10_000)  # it must not matter
    crowd(scene)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(THREADS)
        row(scene)
        happens(scene)
        hold.let_all()
    assert len(hold.arrived) == THREADS
    assert scene.people() == []


def open_breaker(scene: Scene) -> None:
    """Let five fail, and the time for the first probe come."""
    scene.sim.fault("status", status=500, times="forever")
    crowd(scene, 2 * FIFTH)
    scene.work()
    assert is_open(scene)
    assert row(scene).probe_wait == timing.PROBE_FIRST
    pass_time(timing.PROBE_FIRST)


def probe_of(scene: Scene) -> list[str]:
    """Return the one call of which a probe consists; before it one may sign in."""
    with scene.adapter() as adapter, holding(scene.sim) as hold:
        hold.let_all()
        adapter.ping()
    return hold.arrived[-1:]


def test_after_the_wait_exactly_one_probes_and_it_reads(scene):
    asked = probe_of(scene)
    open_breaker(scene)
    candidate = scene.candidate()
    AtsConnection.objects.update(last_proven_at="2026-01-01T00:00Z")
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(1)
        Drainer().run()  # another worker
        connections.prove_due()  # what is due on another queue
        directory.pull_due()
        page = scene.read(
            reverse("integrations:job_search", args=[scene.connection.pk])
        )
        assert f"{scene.label} is busy or does not answer" in page
        scene.page(candidate)
        assert hold.waiting == 1
        hold.let_all()
    assert hold.arrived == asked  # and it failed: nothing followed
    assert is_open(scene)


@only_ashby
def test_a_page_that_comes_first_probes_for_all(scene):
    asked = probe_of(scene)
    open_breaker(scene)
    with holding(scene.sim) as hold:
        hold.let_all()
        url = reverse("integrations:job_search", args=[scene.connection.pk])
        assert "is busy or does not answer" in scene.read(url)
        scene.work()
        assert hold.arrived == asked
        scene.sim.clear_faults()
        pass_time(row(scene).probe_wait)
        assert "does not answer" not in scene.read(url)
    assert not is_open(scene)
    assert row(scene).paused_until is None


@only_ashby
def test_every_failed_probe_doubles_the_wait_up_to_a_quarter_of_an_hour(scene):
    asked = probe_of(scene)
    open_breaker(scene)
    for wait in (60, 120, 240, 480, 900, 900):
        with holding(scene.sim) as hold:
            hold.let_all()
            scene.work()
        assert hold.arrived == asked
        assert row(scene).probe_wait == wait
        pass_time(wait - 1)
        assert scene.is_resting()
        pass_time(1)
    scene.sim.clear_faults()
    scene.work()  # success opens it for everybody
    scene.settle()
    assert states() == {"sent"}
    assert len(scene.people()) == 2 * FIFTH
    assert row(scene).failures_in_row == 0


@only_ashby
def test_a_probe_that_is_asked_to_wait_longer_waits_longer(scene):
    open_breaker(scene)
    scene.sim.clear_faults()
    scene.sim.fault("status", status=429, headers={"Retry-After": "3000"})
    scene.work()
    pass_time(2_000)
    assert scene.is_resting()
    pass_time(1_000)
    scene.work()
    assert states() == {"sent"}
