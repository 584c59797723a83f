"""Nobody's exports wait behind another organization's slow ATS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import rq
from django.db import connections as databases
from redis import Redis

from integrations import drainer, lines, triggers
from integrations.drainer import Drainer
from integrations.lines import line_of
from integrations.models import AtsConnection, AtsPerson, Export
from integrations.pace import Pace
from integrations.simulation import RunningSimulator
from integrations.turns import FOR_THE_FIRST, MOST_THREADS, SLOW_TOGETHER, next_line
from integrations.verify import broken_invariants
from pinsync import clock, waking
from pinsync.worker import stopping
from tests.factories import CandidateFactory, OrganizationFactory
from tests.faults.parts import wait_until
from tests.vendors.desk import FACTS

from .conftest import make_connection

FOR_EVER = {"times": "forever", "ms": 3_000_000}
ORDINARY = MOST_THREADS - FOR_THE_FIRST


# --- Whose turn it is -------------------------------------------------------------


@dataclass(eq=False)
class Waiting:
    """A connection with work for any number of threads."""

    threads: int = 0
    is_slow: bool = False
    limit: int = 32
    turn: int = 0

    @property
    def wants_thread(self) -> bool:
        return self.threads < self.limit


def hand_out(lines: list[Any]) -> None:
    """Give threads away until nobody gets one any more."""
    turn = max((line.turn for line in lines), default=0)
    while line := next_line(lines):
        turn += 1
        line.threads, line.turn = line.threads + 1, turn


def test_threads_are_shared_evenly_and_some_are_kept_for_who_has_none():
    lines = [Waiting() for _ in range(4)]
    hand_out(lines)
    assert [line.threads for line in lines] == [ORDINARY // 4] * 4
    newcomer = Waiting()
    assert next_line([*lines, newcomer]) is newcomer


def test_however_many_are_slow_they_share_half_of_the_threads():
    slow = [Waiting(is_slow=True) for _ in range(100)]
    quick = [Waiting(limit=1) for _ in range(20)]
    hand_out([*slow, *quick])
    assert sum(line.threads for line in slow) == SLOW_TOGETHER
    assert [line.threads for line in quick] == [1] * 20


def test_of_those_who_have_as_many_threads_the_next_is_who_waited_longest():
    slow = [Waiting(is_slow=True) for _ in range(SLOW_TOGETHER + 1)]
    hand_out(slow)
    assert slow[-1].threads == 0
    slow[0].threads = 0  # its call is answered: another's turn
    assert next_line(slow) is slow[-1]


def test_one_alone_gets_all_it_may_have():
    alone = Waiting()
    hand_out([alone])
    assert alone.threads == 32


def test_a_call_that_does_not_end_makes_the_connection_slow_before_it_is_answered(
    connection, monkeypatch
):
    line = line_of(connection)
    line.pace = Pace(None)
    line.before_call()
    assert not line.is_slow
    monkeypatch.setattr(lines, "SLOW_CALL", -1.0)
    assert line.is_slow
    line.after_call()
    assert not line.is_slow


# --- The whole path, over sockets -------------------------------------------------


@contextmanager
def draining(drained: Drainer, stuck: RunningSimulator) -> Iterator[None]:
    """Let a drainer work meanwhile; in the end the stuck calls break and it ends."""

    def run() -> None:
        try:
            drained.run()
        finally:
            databases.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        stuck.server.stop()
        thread.join()
        stopping.clear()


def connected(organization, vendor) -> AtsConnection:
    made = make_connection(organization, vendor)
    made.set_credentials({"api_key": FACTS[vendor].key})
    made.save()
    return made


@pytest.fixture
def ask_for(bob, ready_resume):
    """Press Export to ATS for so many new people of the connection's organization."""

    def press(connection, number):
        for _ in range(number):
            person = CandidateFactory(organization=connection.organization)
            triggers.request_export(
                connection=connection, candidate=person, ats_job_id="", by=bob
            )

    return press


@pytest.fixture
def stuck(ashby_sim, hurried, patience):
    """Let every call to Ashby stay without an answer until ``release``."""
    ashby_sim.fault("delay", **FOR_EVER)
    return ashby_sim


def all_there(connection) -> bool:
    people = AtsPerson.objects.filter(connection=connection)
    return people.count() == Export.objects.filter(connection=connection).count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slow_ones", [1, 2, 20])
def test_while_calls_of_slow_ATSs_are_held_open_another_organization_is_served(
    slow_ones, stuck, crelate_sim, globex, ask_for
):
    for _ in range(slow_ones):
        ask_for(connected(OrganizationFactory(), "ashby"), 6)
    held = min(4 * slow_ones, ORDINARY)  # four threads at first, and not the last ones
    globex_crelate = connected(globex, "crelate")
    with draining(Drainer(), stuck):
        wait_until(lambda: stuck.count() == held, seconds=60, what="the slow calls")
        for _ in range(2):  # also when it comes again
            ask_for(globex_crelate, 3)
            wait_until(lambda: all_there(globex_crelate), seconds=60, what="the other")
        assert stuck.count() == held
        assert not AtsPerson.objects.filter(connection__vendor="ashby").exists()
    assert broken_invariants() == {}


@pytest.mark.django_db(transaction=True)
def test_a_drainer_whose_time_is_up_serves_the_others_until_the_slow_calls_end(
    stuck, crelate_sim, acme, globex, ask_for, monkeypatch
):
    ask_for(connected(acme, "ashby"), 6)
    globex_crelate = connected(globex, "crelate")
    drained = Drainer()
    with draining(drained, stuck):
        wait_until(lambda: stuck.count() == 4, seconds=60, what="the slow calls")
        with monkeypatch.context() as by_and_by:
            by_and_by.setattr(lines, "SLOW_CALL", -1.0)
            drained.ends = 0.0
            wait_until(lambda: closed(drained, acme), seconds=60, what="the last call")
        ask_for(globex_crelate, 3)
        wait_until(lambda: all_there(globex_crelate), seconds=60, what="the other")
        stuck.server.stop()
        wait_until(lambda: not held_leases(), seconds=60, what="the drainer's end")
    assert stuck.count() == 4  # nobody else was begun with


def closed(drained: Drainer, organization) -> bool:
    lines = list(drained.lines.values())
    mine = [x for x in lines if x.connection.organization_id == organization.pk]
    return bool(mine) and not any(line.open for line in mine)


def held_leases() -> bool:
    return AtsConnection.objects.filter(leased_until__gt=clock.now()).exists()


# --- Several workers --------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_each_of_two_workers_takes_half_of_the_connections(ask_for, monkeypatch):
    monkeypatch.setattr(waking, "workers", lambda queue: 2)
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)
    for _ in range(5):
        ask_for(connected(OrganizationFactory(), "ashby"), 1)
    first, second = Drainer(), Drainer()
    first._lease()
    first._lease()
    second._lease()
    assert (len(first.lines), len(second.lines)) == (3, 2)


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_leaves_to_one_that_never_comes_it_takes_itself(
    ask_for, monkeypatch
):
    woken = []
    monkeypatch.setattr(waking, "workers", lambda queue: 2)
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: woken.append(1))
    for _ in range(2):
        ask_for(connected(OrganizationFactory(), "ashby"), 1)
    woken.clear()
    alone = Drainer()
    alone._lease()
    assert (len(alone.lines), len(woken)) == (1, 1)
    monkeypatch.setattr(drainer, "PATIENCE", -1.0)
    alone._lease()
    assert len(alone.lines) == 2


@pytest.mark.django_db
def test_workers_are_counted_in_redis_and_without_it_there_is_one(redis, monkeypatch):
    queue = rq.Queue("exports", connection=redis)
    assert waking.workers("exports") == 1
    for name in ("north", "south", "west"):
        rq.Worker([queue], name=name, connection=redis).register_birth()
    assert waking.workers("exports") == 3
    with monkeypatch.context() as away:
        away.setattr(waking, "connection", lambda: Redis(port=1))
        assert waking.workers("exports") == 1
